"""Verdicts to read, to approve and to send back, and what is late."""

from __future__ import annotations

from copy import copy

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from jamlik.web.assessments import actions, queries
from jamlik.web.assessments.choices import choice_label, labelled
from jamlik.web.assessments.forms import ReturnForm
from jamlik.web.assessments.hooks import planned_actions
from jamlik.web.assessments.models import Verdict, VerdictState
from jamlik.web.assessments.rules import RefusedError
from jamlik.web.assessments.shown import answer_lines, exchange_lines, shown_answer
from jamlik.web.core import access, clock, editing, listing
from jamlik.web.core.access import permission
from jamlik.web.core.listing import Column, Filter, Spec
from jamlik.web.core.people import person
from jamlik.web.core.texts import language, say
from jamlik.web.statistics.queries import open_to, rows_for

__all__ = ["approve", "return_page", "verdict_list", "verdict_page"]

LOOKS = {"draft": "plain", "submitted": "warn", "returned": "danger", "approved": "ok"}


def _verdict_label(row: Verdict) -> str:
    return choice_label("verdict", row.verdict)


LIST = Spec(
    name="assessments.verdicts",
    columns=(
        Column(
            "finding",
            "assessments.field.finding",
            lambda row: row.finding.told(language()),
            sort="finding__sentence",
            link=lambda row: reverse("assessments:verdict", args=[row.pk]),
        ),
        Column("period", "assessments.field.period", lambda row: row.finding.period, sort="finding__period_start"),
        Column("unit", "assessments.field.unit", lambda row: row.unit.name, sort="unit__name"),
        Column("verdict", "assessments.field.verdict", _verdict_label, sort="verdict"),
        Column(
            "state",
            "assessments.field.state",
            lambda row: say(f"assessments.state.{row.state}"),
            sort="state",
            tag=lambda row: LOOKS[row.state],
        ),
        Column("approved", "assessments.field.approved_at", lambda row: row.approved_at, sort="approved_at"),
    ),
    filters=(
        Filter(
            "verdict",
            "assessments.field.verdict",
            lambda request: labelled("verdict"),
            lambda rows, value: rows.filter(verdict=value),
        ),
        Filter(
            "state",
            "assessments.field.state",
            lambda request: [(state.value, say(f"assessments.state.{state.value}")) for state in VerdictState],
            lambda rows, value: rows.filter(state=value),
        ),
    ),
    search=("finding__sentence", "unit__name", "evidence"),
    sort="-approved",
    caption="assessments.title",
    empty="assessments.no_verdicts",
)


@permission("assessments.read")
def verdict_list(request: HttpRequest) -> HttpResponse:
    """All verdicts in the person's scope."""
    shown = listing.page(request, rows_for(request, queries.visible_verdicts(request.user), "finding"), LIST)
    return shown.file or render(request, "assessments/list.html", {"listing": shown})


@permission("assessments.read")
def verdict_page(request: HttpRequest, pk: int) -> HttpResponse:
    """One verdict: the answers, what followed, and every version that was sent."""
    verdict = get_object_or_404(queries.visible_verdicts(request.user), pk=pk)
    shown = {
        "verdict": verdict,
        "finding": verdict.finding,
        "exchange": exchange_lines(verdict),
        "lines": answer_lines(verdict),
        "actions": planned_actions([verdict.finding_id]).get(verdict.finding_id, ()),
        "copies": [
            (kept, actions.copy_is_intact(kept), [*exchange_lines(said), *answer_lines(said)])
            for kept in verdict.copies.select_related("made_by").order_by("-number")
            for said in (actions.verdict_of(kept),)
        ],
        "before": queries.last_answers([verdict.finding], but=verdict).get(verdict.finding_id),
        "look": LOOKS[verdict.state],
    }
    return render(request, "assessments/verdict.html", shown)


@permission("assessments.approve")
def approve(request: HttpRequest) -> HttpResponse:
    """Everything that waits for the person's approval, with the answers in full; several are approved at once."""
    waiting = list(queries.to_approve(request.user))
    problem = ""
    if request.method == "POST":
        led = editing.sent_before(request)
        if led:
            return redirect(led)
        verdicts = _chosen(request, waiting)
        if verdicts:
            try:
                return editing.once(request, lambda: _approved(request, verdicts))
            except RefusedError as refused:
                problem = str(refused)
        else:
            problem = say("assessments.approve.none_chosen")
    acted_on = planned_actions([verdict.finding_id for verdict in waiting])
    before = queries.last_answers([verdict.finding for verdict in waiting])
    rows = [
        {
            "verdict": verdict,
            "exchange": exchange_lines(verdict),
            "lines": answer_lines(verdict),
            "actions": acted_on.get(verdict.finding_id, ()),
            "before": (last := before.get(verdict.finding_id)),
            "before_lines": answer_lines(last) if last is not None else [],
            "own": verdict.written_by_id == request.user.pk,
        }
        for verdict in waiting
    ]
    shown = {"rows": rows, "problem": problem, "any": any(not row["own"] for row in rows)}
    return render(request, "assessments/approve.html", shown, status=422 if problem else 200)


def _chosen(request: HttpRequest, waiting: list[Verdict]) -> list[Verdict]:
    """The verdicts that were ticked, each at the version that the page showed."""
    ticked = dict(value.split("-", 1) for value in request.POST.getlist("verdict") if value.count("-") == 1)
    chosen = []
    for verdict in waiting:
        seen = ticked.get(str(verdict.pk), "")
        if seen.isascii() and seen.isdigit():
            read = copy(verdict)
            read.version = int(seen)
            chosen.append(read)
    return chosen


def _approved(request: HttpRequest, verdicts: list[Verdict]) -> str:
    actions.approve_verdicts(verdicts=verdicts, by=person(request), at=clock.now())
    messages.success(request, say("assessments.approve.done", n=len(verdicts)))
    return reverse("assessments:approve")


@permission("assessments.approve")
def return_page(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask for more, saying what."""
    rows = Verdict.objects.filter(open_to(request.user, "finding")).select_related("finding", "unit")
    verdict = get_object_or_404(rows, pk=pk)
    access.require(request.user, "assessments.approve", unit=verdict.unit)
    if verdict.state == VerdictState.DRAFT:
        raise Http404
    form = ReturnForm(editing.unsent(request))
    if request.method == "POST":
        form = ReturnForm(request.POST)
        if form.is_valid():
            try:
                return editing.once(request, lambda: _returned(request, verdict, form.cleaned_data["reason"]))
            except RefusedError as refused:
                form.add_error(None, str(refused))
    shown = {
        "verdict": verdict,
        "form": form,
        "back": reverse("assessments:approve"),
        "said": shown_answer(verdict, "verdict"),
    }
    return render(request, "assessments/return.html", shown, status=422 if form.errors else 200)


def _returned(request: HttpRequest, verdict: Verdict, reason: str) -> str:
    actions.return_verdict(verdict=verdict, reason=reason, by=person(request), at=clock.now())
    messages.success(request, say("assessments.approve.returned"))
    return reverse("assessments:approve")
