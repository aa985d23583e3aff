"""Changing a draft edition: what the set is called, its steps, its questions, and what goes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from jamlik.handbook import Question, QuestionSet
from jamlik.web.core import clock, editing
from jamlik.web.core.access import permission
from jamlik.web.core.editing import EditConflict
from jamlik.web.core.people import person
from jamlik.web.core.texts import say
from jamlik.web.handbook import edition_actions
from jamlik.web.handbook import edition_content as content_of
from jamlik.web.handbook.edition_actions import NEW
from jamlik.web.handbook.edition_forms import HelpForm, QuestionForm, SetTextsForm, StepForm, place_of
from jamlik.web.handbook.edition_models import Edition, EditionState
from jamlik.web.handbook.edition_views import edition_of
from jamlik.web.handbook.rules import RefusedError
from jamlik.web.handbook.shown import text
from jamlik.web.register.conflicts import answer_conflict

__all__ = ["edition_question", "edition_remove", "edition_step", "edition_texts"]

Made = Callable[..., forms.Form]
Act = Callable[[Any, dict[str, Any]], object]


def _page(
    request: HttpRequest,
    edition: Edition,
    *,
    kind: str,
    name: str,
    heading: str,
    form: Made,
    initial: Callable[[Edition], dict[str, Any]],
    act: Act,
    note: str = "",
) -> HttpResponse:
    """A page with the form of one piece of an edition; two who change the same piece are shown both texts."""
    overview = reverse("handbook:edition", args=[edition.pk])
    if led := editing.sent_before(request):
        return redirect(led)
    if edition.state != EditionState.DRAFT:
        return redirect(overview)
    seen = content_of.seen_as(content_of.piece(edition.content, kind, name))
    shown_form = form(editing.unsent(request), initial=initial(edition))
    if request.method == "POST":
        seen = editing.seen_version(request)
        shown_form = form(request.POST, initial=initial(edition))
        if shown_form.is_valid():
            who = {"edition": edition, "seen": seen, "by": person(request), "at": clock.now()}
            try:
                return editing.once(request, lambda: _saved(request, lambda: act(shown_form, who), overview))
            except EditConflict as conflict:
                return _conflict(request, shown_form, conflict, kind, name, initial)
            except RefusedError as refused:
                shown_form.add_error(None, str(refused))
    shown = {
        "form": shown_form,
        "heading": heading,
        "kicker": edition.key,
        "back": overview,
        "version": seen,
        "button": say("core.save"),
        "note": note,
    }
    return render(request, "handbook/form.html", shown, status=422 if shown_form.errors else 200)


def _saved(request: HttpRequest, act: Callable[[], object], url: str) -> str:
    act()
    messages.success(request, say("handbook.saved"))
    return url


def _conflict(
    request: HttpRequest,
    form: forms.Form,
    conflict: EditConflict,
    kind: str,
    name: str,
    initial: Callable[[Edition], dict[str, Any]],
) -> HttpResponse:
    theirs = conflict.theirs
    assert isinstance(theirs, Edition)
    now = content_of.piece(theirs.content, kind, name)
    if now is None:  # it was taken away meanwhile
        messages.error(request, say("handbook.edition.refused.gone"))
        return redirect("handbook:edition", theirs.pk)
    lying = initial(theirs)
    differences = [
        (str(field.label), _read(form.cleaned_data.get(part)), _read(lying.get(part)))
        for part, field in form.fields.items()
    ]
    return answer_conflict(request, differences=differences, again=request.path, version=content_of.seen_as(now))


def _read(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value or "")


@permission("handbook.edition_change")
def edition_texts(request: HttpRequest, pk: int) -> HttpResponse:
    """What the set is called, and what it begins with."""

    def act(form: SetTextsForm, who: dict[str, Any]) -> object:
        return edition_actions.save_texts(title=form.texts("title"), intro=form.texts("intro"), **who)

    return _page(
        request,
        edition_of(request, pk),
        kind="texts",
        name="",
        heading=say("handbook.edition.texts"),
        form=SetTextsForm,
        initial=lambda row: SetTextsForm.initial_of(title=row.questions.title, intro=row.questions.intro),
        act=act,
    )


@permission("handbook.edition_change")
def edition_step(request: HttpRequest, pk: int, step: str) -> HttpResponse:
    """A step: a new one, one of the edition's own, or one of ours with another title."""
    edition = edition_of(request, pk)
    whole = content_of.whole(edition.base, edition.content)
    there = next((each for each in whole.steps if each.id == step), None)
    if there is None and step != NEW:
        raise Http404
    own = step == NEW or content_of.is_own(step)

    def initial(row: Edition) -> dict[str, Any]:
        steps = list(content_of.whole(row.base, row.content).steps)
        place = next((number for number, each in enumerate(steps) if each.id == step), None)
        if place is None:
            return {}
        before = {"after": steps[place - 1].id if place else content_of.FIRST}
        return {**StepForm.initial_of(title=steps[place].title, aim=steps[place].aim), **before}

    def act(form: StepForm, who: dict[str, Any]) -> object:
        after = str(form.cleaned_data.get("after", ""))
        return edition_actions.save_step(
            step=step, title=form.texts("title"), aim=form.texts("aim"), after=after, **who
        )

    return _page(
        request,
        edition,
        kind="step",
        name=step,
        heading=say("handbook.edition.new_step") if there is None else text(there.title),
        form=lambda *args, **kwargs: StepForm(*args, questions=whole, step=step, own=own, **kwargs),
        initial=initial,
        act=act,
    )


@permission("handbook.edition_change")
def edition_question(request: HttpRequest, pk: int, question: str) -> HttpResponse:
    """A question: a new one, one of the edition's own, or the help of one of ours."""
    edition = edition_of(request, pk)
    whole = content_of.whole(edition.base, edition.content)
    there = whole.by_id.get(question)
    if there is None and question != NEW:
        raise Http404
    if there is not None and not content_of.is_own(question):
        return _help(request, edition, there)

    def act(form: QuestionForm, who: dict[str, Any]) -> object:
        step, after = place_of(form.cleaned_data["place"])
        return edition_actions.save_question(
            question=question, table=form.table(), answers=form.answers(), step=step, after=after, **who
        )

    return _page(
        request,
        edition,
        kind="question",
        name=question,
        heading=say("handbook.edition.new_question") if there is None else text(there.texts),
        form=lambda *args, **kwargs: QuestionForm(*args, questions=whole, question=question, **kwargs),
        initial=lambda row: _initial(row, question, request.GET.get("step", "")),
        act=act,
    )


def _initial(row: Edition, question: str, wanted: str) -> dict[str, Any]:
    """An own question as its form shows it; a new one comes last in the step that was asked for."""
    whole = content_of.whole(row.base, row.content)
    there = whole.by_id.get(question)
    if there is None:
        step = next((each for each in whole.steps if each.id == wanted), whole.steps[0])
        after = step.questions[-1].id if step.questions else content_of.FIRST
        depths = [each.id for each in whole.depths]
        return {"place": f"{step.id}/{after}", "kind": "text", "required": "yes", "depths": depths}
    choices = row.content.get("choices", {}).get(question, ())
    lines = {lang: "\n".join(each[lang] for each in choices if each.get(lang)) for lang in ("sv", "en", "fi")}
    return {
        **QuestionForm.initial_of(text=there.texts, help=there.help, choices=lines),
        "kind": there.parts[0].kind.value,
        "depths": list(there.depths),
        "required": "yes" if there.required else "no",
        "place": _place(whole, there),
    }


def _place(whole: QuestionSet, question: Question) -> str:
    step = next(each for each in whole.steps if question in each.questions)
    number = step.questions.index(question)
    return f"{step.id}/{step.questions[number - 1].id if number else content_of.FIRST}"


def _help(request: HttpRequest, edition: Edition, question: Question) -> HttpResponse:
    def initial(row: Edition) -> dict[str, Any]:
        whole = content_of.whole(row.base, row.content)
        return HelpForm.initial_of(help=whole.by_id[question.id].help)

    def act(form: HelpForm, who: dict[str, Any]) -> object:
        return edition_actions.save_help(question=question.id, texts=form.texts("help"), **who)

    return _page(
        request,
        edition,
        kind="question",
        name=question.id,
        heading=text(question.texts),
        form=HelpForm,
        initial=initial,
        act=act,
        note=say("handbook.edition.ours"),
    )


@permission("handbook.edition_change")
def edition_remove(request: HttpRequest, pk: int, kind: str, name: str) -> HttpResponse:
    """Take away a step or question of the edition's own, leave out one of ours, or take it back, after a question."""
    edition = edition_of(request, pk)
    overview = reverse("handbook:edition", args=[pk])
    whole = content_of.whole(edition.base, edition.content)
    steps = {each.id: each.title for each in whole.steps}
    titles = steps if kind == "step" else {each.id: each.texts for each in whole.by_id.values()}
    if kind not in ("step", "question") or name not in titles:
        raise Http404
    if edition.state != EditionState.DRAFT:
        return redirect(overview)
    back = name in edition.content.get("left_out", ())
    problem = ""
    try:
        if request.method == "POST":
            edition_actions.remove_piece(
                edition=edition, kind=kind, name=name, back=back, by=person(request), at=clock.now()
            )
            return redirect(overview)
        if not back:
            edition_actions.require_removable(edition, kind, name)
    except RefusedError as refused:
        problem = str(refused)
    key = "take_back" if back else "remove" if content_of.is_own(name) else "leave_out"
    tried = request.method == "POST"
    what = text(titles[name])
    shown = {
        "title": what if problem else say(f"handbook.edition.{key}.title", what=what),
        "text": say(f"handbook.edition.{key}.text"),
        "button": "" if problem else say(f"handbook.edition.{key}.button"),
        "danger": not back,
        "problem": problem if tried else "",
        "why": "" if tried else problem,
        "back": overview,
    }
    return render(request, "handbook/edition_confirm.html", shown, status=422 if tried else 200)
