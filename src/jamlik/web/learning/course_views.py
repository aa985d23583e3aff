"""The course: its modules with one's own progress, each with its text, its questions and what the answers were."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse

from jamlik.handbook.course import CourseModule, newest_course
from jamlik.web.core import access, clock, editing
from jamlik.web.core.access import permission
from jamlik.web.core.people import person
from jamlik.web.learning import actions, queries
from jamlik.web.learning.forms import CheckForm
from jamlik.web.learning.shown import blocks_of, is_unreviewed, text

__all__ = ["check", "course", "module", "result"]


@dataclass(frozen=True, slots=True)
class _Answered:
    """A question with what was answered, and why that is right or not."""

    question: str
    chosen: str
    why: str
    right: bool


def _module(key: str) -> CourseModule:
    found = newest_course().by_key.get(key)
    if found is None:
        raise Http404
    return found


@permission("learning.read")
def course(request: HttpRequest) -> HttpResponse:
    """The modules, and how far one has come."""
    come = queries.progress(person(request))
    page = {
        "title": text(come.course.title),
        "intro": text(come.course.intro),
        "progress": come,
        "percent": round(100 * come.done_n / come.all_n),
        "modules": [
            {
                "key": each.key,
                "title": text(each.title),
                "summary": text(each.summary),
                "minutes": each.minutes,
                "done_at": come.done.get(each.key),
            }
            for each in come.course.modules
        ],
        "may_count": access.may(request.user, "learning.coverage"),
    }
    return render(request, "learning/course.html", page)


@permission("learning.read")
def module(request: HttpRequest, key: str) -> HttpResponse:
    """What a module says."""
    found = _module(key)
    laws = queries.laws_by_code({block.law for block in found.blocks if block.law})
    page = {
        "key": key,
        "title": text(found.title),
        "summary": text(found.summary),
        "blocks": blocks_of(found.blocks, laws),
        "unreviewed": is_unreviewed(),
        "questions_n": len(found.check),
    }
    return render(request, "learning/module.html", page)


@permission("learning.read")
def check(request: HttpRequest, key: str) -> HttpResponse:
    """The questions of a module; what was answered stands in the address of the page that tells how it went."""
    found = _module(key)
    if request.method == "POST" and (led := editing.sent_before(request)):
        return redirect(led)
    form = CheckForm(request.POST if request.method == "POST" else editing.unsent(request), module=found)
    if request.method == "POST" and form.is_valid():
        return editing.once(request, lambda: _answered(request, key, form))
    page = {"form": form, "title": text(found.title), "back": reverse("learning:module", args=[key])}
    return render(request, "learning/check.html", page, status=422 if form.errors else 200)


def _answered(request: HttpRequest, key: str, form: CheckForm) -> str:
    chosen = {name: str(option) for name, option in form.cleaned_data.items()}
    actions.take_check(module=key, chosen=chosen, by=person(request), at=clock.now())
    told = QueryDict(mutable=True)
    told.update(chosen)
    return f"{reverse('learning:result', args=[key])}?{told.urlencode()}"


@permission("learning.read")
def result(request: HttpRequest, key: str) -> HttpResponse:
    """Right or wrong, with the reason, for each answer that the address holds."""
    found = _module(key)
    told = []
    for question in found.check:
        option = next((each for each in question.options if each.id == request.GET.get(question.id)), None)
        if option is None:
            return redirect("learning:check", key)
        told.append(_Answered(text(question.texts), text(option.texts), text(option.why), option.right))
    come = queries.progress(person(request))
    modules = newest_course().modules
    page = {
        "key": key,
        "title": text(found.title),
        "answers": told,
        "right_n": sum(each.right for each in told),
        "passed": all(each.right for each in told),
        "progress": come,
        "next": next(({"key": m.key, "title": text(m.title)} for m in modules if m.key not in come.done), None),
    }
    return render(request, "learning/result.html", page)
