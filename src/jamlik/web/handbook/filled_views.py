"""A filled form that is handed in, and the choice among its answers; nothing is overwritten unless a person says so."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from jamlik.handbook import Case
from jamlik.handbook.filled import LARGEST, read_filled
from jamlik.handbook.filled import Filled as Read
from jamlik.model.errors import JamlikError
from jamlik.model.words import phrase
from jamlik.web.assessments.rules import RefusedError
from jamlik.web.core import clock, editing
from jamlik.web.core.access import permission
from jamlik.web.core.editing import EditConflict
from jamlik.web.core.people import person
from jamlik.web.core.texts import language, say
from jamlik.web.handbook import filled as forms_in
from jamlik.web.handbook import queries, rules
from jamlik.web.handbook.edition_queries import given_out
from jamlik.web.handbook.filled import Compared
from jamlik.web.handbook.forms import UploadForm
from jamlik.web.handbook.models import Analysis, Filled, FilledState
from jamlik.web.handbook.shown import answer_text, row_name, text

__all__ = ["filled_page", "upload"]


@permission("handbook.write")
def upload(request: HttpRequest, pk: int) -> HttpResponse:
    """Hand in a form that was filled in outside the site."""
    analysis = get_object_or_404(queries.writable_analyses(request.user), pk=pk)
    if led := editing.sent_before(request):
        return redirect(led)
    if analysis.state not in rules.EDITABLE:
        return redirect("handbook:analysis", pk)
    form = UploadForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            read = _read(form.cleaned_data["file"])  # seconds of work, so before anybody would wait for its end
            return editing.once(request, lambda: _kept(request, analysis, read))
        except JamlikError as error:
            told = (error.part(name, language()) for name in ("what", "why", "do"))
            form.add_error("file", " ".join(each for each in told if each))
        except RefusedError as refused:
            form.add_error("file", str(refused))
    shown = {"form": form, "analysis": analysis, "back": reverse("handbook:analysis", args=[pk])}
    return render(request, "handbook/upload.html", shown, status=422 if form.errors else 200)


def _read(file: Any) -> Read:
    if file.size > LARGEST:
        raise JamlikError("pdf_too_large")
    return read_filled(file.read(), file=str(file.name), editions=given_out())


def _kept(request: HttpRequest, analysis: Analysis, read: Read) -> str:
    made = forms_in.keep_filled(analysis=analysis, read=read, by=person(request), at=clock.now())
    return reverse("handbook:filled", args=[analysis.pk, made.pk])


@permission("handbook.write")
def filled_page(request: HttpRequest, pk: int, filled: int) -> HttpResponse:
    """What the form says beside what stands on the site; a person chooses where the two differ."""
    analysis = get_object_or_404(queries.writable_analyses(request.user), pk=pk)
    row = get_object_or_404(Filled.objects.select_related("analysis__unit"), pk=filled, analysis=analysis)
    overview = reverse("handbook:analysis", args=[pk])
    if row.state != FilledState.WAITING or analysis.state not in rules.EDITABLE:
        return redirect(overview)
    problem = ""
    if request.method == "POST":
        try:
            return redirect(_chosen(request, row) or overview)
        except EditConflict:
            problem = say("handbook.filled.changed")
        except RefusedError as refused:
            problem = str(refused)
    kept = list(analysis.answers.all())
    case = queries.case_of(analysis, kept)
    found = forms_in.compared(row, kept)
    shown = {
        "analysis": analysis,
        "rows": {state: [_row(case, each) for each in found if each.state == state] for state in ("differs", "new")},
        "same_n": sum(each.state == "same" for each in found),
        "faults": [_fault(case, each) for each in row.faults],
        "older": row.set_key if row.set_key != analysis.set_key else "",
        "problem": problem,
        "back": overview,
    }
    return render(request, "handbook/filled.html", shown, status=409 if problem else 200)


def _chosen(request: HttpRequest, row: Filled) -> str:
    """Do what was chosen; empty for back to the overview."""
    by, at = person(request), clock.now()
    if "drop" in request.POST:
        forms_in.drop_filled(filled=row, by=by, at=at)
        messages.success(request, say("handbook.filled.dropped"))
        return ""
    places = [_place(name) for name in request.POST if name.startswith("version/")]
    seen = {place: _number(request.POST[f"version/{'/'.join(place)}"]) for place in places}
    chosen = [place for place in places if request.POST.get(f"take/{'/'.join(place)}") == "form"]
    n = forms_in.take_filled(filled=row, chosen=chosen, seen=seen, by=by, at=at)
    messages.success(request, say("handbook.filled.taken", n=n))
    return ""


def _place(name: str) -> tuple[str, str]:
    _, question, row = [*name.split("/"), "", ""][:3]
    return question, row


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else -1


def _row(case: Case, each: Compared) -> dict[str, Any]:
    """A row with both texts, part by part."""
    question, lang = case.set.by_id[each.question], language()
    lines = [
        (
            question.label(part, lang),
            answer_text(case.set, part, each.theirs.get(part.id), case.answers),
            answer_text(case.set, part, each.ours.get(part.id), case.answers),
        )
        for part in question.parts
        if each.theirs.get(part.id) and each.theirs.get(part.id) != each.ours.get(part.id)
    ]
    return {
        "title": text(question.texts),
        "name": row_name(case.set, question, each.row, case.answers),
        "place": f"{each.question}/{each.row}",
        "version": each.version,
        "lines": lines,
    }


def _fault(case: Case, fault: dict[str, str]) -> tuple[str, str]:
    question = case.set.by_id.get(fault["question"])
    title = text(question.texts) if question is not None else say("handbook.filled.unknown")
    return title, phrase(language(), f"handbook.fault.{fault['key']}")
