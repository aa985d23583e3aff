"""A committee's case text: reading, writing, taking it as Word, and recording what was decided."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from jamlik.reports.word import word_bytes
from jamlik.web.assessments import case_actions, casetext, queries, rules
from jamlik.web.assessments.case_actions import CASE_FIELDS
from jamlik.web.assessments.forms import CaseForm, DecisionForm
from jamlik.web.assessments.models import CaseText, Round
from jamlik.web.assessments.rules import RefusedError
from jamlik.web.core import access, clock, editing
from jamlik.web.core.access import permission
from jamlik.web.core.editing import EditConflict
from jamlik.web.core.people import person
from jamlik.web.core.texts import say
from jamlik.web.organisation.models import Unit
from jamlik.web.organisation.queries import AUTHORITIES
from jamlik.web.register.conflicts import answer_conflict

__all__ = ["case_edit", "case_page", "case_word", "decide"]

WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


def _place(request: HttpRequest, pk: int, committee: int, name: str) -> tuple[Round, Unit]:
    """The round and the committee, where the person has a permission."""
    unit = get_object_or_404(Unit, pk=committee, kind__in=AUTHORITIES)
    if name != "assessments.read" or unit.pk not in queries.units_and_above(request.user):
        access.require(request.user, name, unit=unit)
    return get_object_or_404(queries.rounds(request.user), pk=pk), unit


def _case(round_: Round, unit: Unit) -> CaseText | None:
    return CaseText.objects.filter(round=round_, committee=unit).select_related("round", "committee").first()


def _drafted(round_: Round, unit: Unit) -> CaseText:
    """The case as it would begin, before anybody has written in it."""
    texts = casetext.first_draft(round_, unit, casetext.case_verdicts(round_, unit))
    return CaseText(round=round_, committee=unit, **texts)


@permission("assessments.read")
def case_page(request: HttpRequest, pk: int, committee: int) -> HttpResponse:
    """The text, the verdicts behind it, and the decisions so far."""
    round_, unit = _place(request, pk, committee, "assessments.read")
    case = _case(round_, unit)
    shown_case = case or _drafted(round_, unit)
    verdicts = casetext.case_verdicts(round_, unit)
    shown = {
        "round": round_,
        "committee": unit,
        "case": shown_case,
        "begun": case is not None,
        "texts": [(say(f"assessments.case.{name}"), getattr(shown_case, name)) for name in CASE_FIELDS],
        "summary": casetext.summary(round_, unit, verdicts),
        "verdicts": verdicts,
        "decisions": list(case.decisions.all()) if case else [],
        "may_edit": access.may(request.user, "assessments.case_edit", unit=unit),
        "begin_first": case is None and access.may(request.user, "assessments.decision_record", unit=unit),
        "may_decide": case is not None and access.may(request.user, "assessments.decision_record", unit=unit),
    }
    return render(request, "assessments/case.html", shown)


@permission("assessments.read")
def case_word(request: HttpRequest, pk: int, committee: int) -> HttpResponse:
    """The case text as Word."""
    round_, unit = _place(request, pk, committee, "assessments.read")
    case = _case(round_, unit) or _drafted(round_, unit)
    decisions = list(case.decisions.all()) if case.pk else []
    response = HttpResponse(word_bytes(casetext.case_document(case, decisions)), content_type=WORD)
    response.headers["Content-Disposition"] = f'attachment; filename="{unit.code}-{round_.pk}.docx"'
    return response


@permission("assessments.case_edit")
def case_edit(request: HttpRequest, pk: int, committee: int) -> HttpResponse:
    """Write the text."""
    if led := editing.sent_before(request):
        return redirect(led)
    round_, unit = _place(request, pk, committee, "assessments.case_edit")
    case = _case(round_, unit) or _drafted(round_, unit)
    back = reverse("assessments:case", args=[pk, committee])
    form = CaseForm(editing.unsent(request), initial={name: getattr(case, name) for name in CASE_FIELDS})
    if request.method == "POST":
        form = CaseForm(request.POST)
        if form.is_valid():
            try:
                return editing.once(request, lambda: _written(request, round_, unit, form.cleaned_data, back))
            except EditConflict as conflict:
                return _conflict(request, form, conflict)
            except RefusedError as refused:
                form.add_error(None, str(refused))
    shown = {"form": form, "back": back, "heading": say("assessments.case.edit"), "version": case.version}
    return render(request, "assessments/form.html", shown, status=422 if form.errors else 200)


def _written(request: HttpRequest, round_: Round, unit: Unit, fields: dict[str, Any], back: str) -> str:
    by: Any = request.user
    at = clock.now()
    case = case_actions.begin_case(round_=round_, committee=unit, texts=_texts(_drafted(round_, unit)), by=by, at=at)
    seen = editing.seen_version(request)
    case_actions.write_case(case=case, fields=fields, expected_version=seen, by=by, at=at)
    messages.success(request, say("assessments.case.saved"))
    return back


def _texts(case: CaseText) -> dict[str, str]:
    return {name: getattr(case, name) for name in CASE_FIELDS}


def _conflict(request: HttpRequest, form: CaseForm, conflict: EditConflict) -> HttpResponse:
    theirs = conflict.theirs
    differences = [
        (str(form.fields[name].label), form.cleaned_data[name], getattr(theirs, name, "")) for name in CASE_FIELDS
    ]
    version = theirs.version if isinstance(theirs, CaseText) else None
    return answer_conflict(request, differences=differences, again=request.path, version=version)


@permission("assessments.decision_record")
def decide(request: HttpRequest, pk: int, committee: int) -> HttpResponse:
    """Record a decision along the route."""
    round_, unit = _place(request, pk, committee, "assessments.decision_record")
    case = get_object_or_404(CaseText, round=round_, committee=unit)
    bodies = rules.next_bodies(case.decisions.all())
    back = reverse("assessments:case", args=[pk, committee])
    form = DecisionForm(editing.unsent(request), bodies=bodies, initial={"decided_on": clock.today()})
    if request.method == "POST":
        if led := editing.sent_before(request):
            return redirect(led)
        form = DecisionForm(request.POST, bodies=bodies)
        if form.is_valid():
            try:
                return editing.once(request, lambda: _decided(request, case, form.cleaned_data, back))
            except RefusedError as refused:
                form.add_error(_field_of(refused), str(refused))
    shown = {"form": form, "back": back, "heading": say("assessments.route.add"), "version": 0}
    return render(request, "assessments/form.html", shown, status=422 if form.errors else 200)


def _field_of(refused: RefusedError) -> str | None:
    last = refused.key.rpartition(".")[2]
    fields = {"paragraph": "paragraph", "return_reason": "reason", "turn": "body", "referral_is_political": "outcome"}
    return fields.get(last)


def _decided(request: HttpRequest, case: CaseText, data: dict[str, Any], back: str) -> str:
    case_actions.record_decision(case=case, **data, by=person(request), at=clock.now())
    messages.success(request, say("assessments.route.saved"))
    return back
