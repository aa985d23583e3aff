"""What is late, what waits long for approval, and what has set a date for itself: three lists."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from jamlik.web.assessments import queries
from jamlik.web.assessments.choices import choice_label, labelled
from jamlik.web.assessments.models import Assignment
from jamlik.web.core import clock, listing
from jamlik.web.core.access import permission
from jamlik.web.core.listing import Column, Filter, Spec
from jamlik.web.core.texts import language, say
from jamlik.web.statistics.queries import rows_for

__all__ = ["dated", "late", "unapproved"]

_WHY = {"justified": "evidence", "unclear": "missing_knowledge", "unjustified": "wait_reason"}


def _state(row: Assignment) -> str:
    if row.escalated_at:
        return say("assessments.late.escalated")
    return say("assessments.card_state.begun" if hasattr(row, "verdict") else "assessments.card_state.todo")


def _rounds(request: HttpRequest) -> Iterable[tuple[str, str]]:
    return [(str(each.pk), each.title) for each in queries.rounds(request.user)]


LATE = Spec(
    name="assessments.late",
    columns=(
        Column(
            "finding",
            "assessments.field.finding",
            lambda row: row.finding.told(language()),
            sort="finding__sentence",
            link=lambda row: reverse("statistics:finding", args=[row.finding_id]),
        ),
        Column("unit", "assessments.field.unit", lambda row: row.unit.name, sort="unit__name"),
        Column(
            "round", "assessments.field.round", lambda row: row.round.title if row.round else "", sort="round__title"
        ),
        Column("due", "assessments.field.due_on", lambda row: row.due_on, sort="due_on"),
        Column(
            "state",
            "assessments.field.state",
            _state,
            sort="escalated_at",
            tag=lambda row: "danger" if row.escalated_at else "warn",
        ),
    ),
    filters=(Filter("round", "assessments.field.round", _rounds, lambda rows, value: rows.filter(round_id=value)),),
    search=("finding__sentence", "unit__name"),
    sort="due",
    caption="assessments.late.title",
    empty="assessments.late.nothing",
)


UNAPPROVED = Spec(
    name="assessments.unapproved",
    columns=(
        LATE.columns[0],
        LATE.columns[1],
        Column(
            "sent", "assessments.late.sent_on", lambda row: timezone.localdate(row.submitted_at), sort="submitted_at"
        ),
        Column(
            "days",
            "assessments.late.days",
            lambda row: (clock.today() - timezone.localdate(row.submitted_at)).days,
            number=True,
        ),
    ),
    search=LATE.search,
    sort="sent",
    caption="assessments.late.unapproved",
    empty="assessments.late.no_unapproved",
)


def _come(row: Any) -> bool:
    return bool(row.comes_on <= clock.today())


DATED = Spec(
    name="assessments.dated",
    columns=(
        Column(
            "finding",
            "assessments.field.finding",
            lambda row: row.finding.told(language()),
            sort="finding__sentence",
            link=lambda row: reverse("assessments:verdict", args=[row.pk]),
        ),
        Column("unit", "assessments.field.unit", lambda row: row.unit.name, sort="unit__name"),
        Column(
            "verdict", "assessments.field.verdict", lambda row: choice_label("verdict", row.verdict), sort="verdict"
        ),
        Column("why", "assessments.late.said", lambda row: getattr(row, _WHY.get(row.verdict, "evidence"))),
        Column("by", "assessments.field.next_step_by", lambda row: row.next_step_by, sort="next_step_by"),
        Column("on", "assessments.late.day", lambda row: row.comes_on, sort="comes_on"),
        Column(
            "state",
            "assessments.field.state",
            lambda row: say(f"assessments.late.{'come' if _come(row) else 'coming'}"),
            tag=lambda row: "warn" if _come(row) else "plain",
        ),
    ),
    filters=(
        Filter(
            "when",
            "assessments.late.when",
            lambda request: [(each, say(f"assessments.late.{each}")) for each in ("come", "coming")],
            lambda rows, value: rows.filter(**{f"comes_on__{'lte' if value == 'come' else 'gt'}": clock.today()}),
        ),
        Filter(
            "verdict",
            "assessments.field.verdict",
            lambda request: labelled("verdict"),
            lambda rows, value: rows.filter(verdict=value),
        ),
    ),
    search=("finding__sentence", "unit__name", "evidence", "missing_knowledge", "wait_reason"),
    sort="on",
    caption="assessments.late.dated",
    empty="assessments.late.no_dated",
)


@permission("assessments.read")
def late(request: HttpRequest) -> HttpResponse:
    """What has passed its day unanswered."""
    rows = rows_for(request, queries.late_assignments(request.user, clock.today()), "finding")
    shown = listing.page(request, rows, LATE)
    return shown.file or render(request, "assessments/late.html", {"listing": shown, "tab": "late"})


@permission("assessments.read")
def unapproved(request: HttpRequest) -> HttpResponse:
    """What was sent for approval more than two weeks ago."""
    shown = listing.page(
        request, rows_for(request, queries.long_unapproved(request.user, clock.now()), "finding"), UNAPPROVED
    )
    return shown.file or render(request, "assessments/late.html", {"listing": shown, "tab": "unapproved"})


@permission("assessments.read")
def dated(request: HttpRequest) -> HttpResponse:
    """What verdicts have set a date for: to be reconsidered, found out, taken up again; asked about on the day."""
    shown = listing.page(request, rows_for(request, queries.dated_verdicts(request.user), "finding"), DATED)
    return shown.file or render(request, "assessments/late.html", {"listing": shown, "tab": "dated"})
