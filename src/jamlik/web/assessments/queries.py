"""Everything that is read about rounds, assignments and verdicts, in a fixed number of questions to the database."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce

from jamlik.web.assessments.hooks import PlannedAction, planned_actions
from jamlik.web.assessments.models import Assignment, Round, RoundState, Verdict, VerdictState
from jamlik.web.assessments.rules import EDITABLE, wanting
from jamlik.web.organisation.models import Unit
from jamlik.web.organisation.queries import AUTHORITIES, Person, scope_ids, units_in_scope
from jamlik.web.statistics.models import Finding, FindingState, InsideRule, Source
from jamlik.web.statistics.queries import open_to, open_to_all

__all__ = [
    "APPROVE_WITHIN",
    "Card",
    "CommitteeProgress",
    "Elsewhere",
    "UnitWork",
    "assignable",
    "cards",
    "come_due",
    "dated_verdicts",
    "last_answers",
    "late_assignments",
    "long_unapproved",
    "others",
    "progress_by_committee",
    "rounds",
    "scope_and_above",
    "to_approve",
    "to_reconsider",
    "units_and_above",
    "units_to_judge",
    "visible_verdicts",
    "waiting_in",
]

_SHOWN_OTHERS = 5
APPROVE_WITHIN = timedelta(days=14)  # what waits longer is told to those above


@dataclass(frozen=True, slots=True)
class Card:
    """One thing a unit is asked: the assignment, how far its answer has come, and what stands beside it."""

    assignment: Assignment
    verdict: Verdict | None
    state: str  # todo, begun, ready, sent, returned
    before: Verdict | None
    actions: tuple[PlannedAction, ...]

    @property
    def over(self) -> bool:
        """Whether its round is closed: it may be answered, but nobody waits for it."""
        return _is_over(self.assignment)


@dataclass(frozen=True, slots=True)
class UnitWork:
    """How much a unit has left to answer, and how much waits for the next round."""

    unit: Unit
    open_n: int
    sent_n: int
    waiting_n: int
    due_on: date | None
    returned_n: int = 0
    over_n: int = 0  # unanswered in a round that is closed


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """What another unit found and did about the same indicator."""

    verdict: Verdict
    actions: tuple[PlannedAction, ...]


@dataclass(frozen=True, slots=True)
class CommitteeProgress:
    """How far a committee has come in a round."""

    committee: Unit
    due_on: date
    asked_n: int
    sent_n: int
    approved_n: int
    late_n: int
    waiting_n: int

    @property
    def left_n(self) -> int:
        """Asked and neither sent nor approved."""
        return self.asked_n - self.sent_n - self.approved_n


def rounds(user: Person) -> QuerySet[Round]:
    """Rounds that concern some unit a person reads about: a round is for its owner and everything below."""
    return Round.objects.filter(owner_id__in=units_and_above(user)).select_related("owner")


def units_and_above(user: Person) -> frozenset[int]:
    """Keys of the units a person reads about and of all above them, since a school reads its committee's case."""
    return scope_and_above(user, "assessments.read")


def scope_and_above(user: Person, permission: str) -> frozenset[int]:
    """Keys of the units in a person's scope and of all above them."""
    paths = units_in_scope(user, permission).order_by().values_list("path", flat=True)
    return frozenset(int(key) for path in paths for key in path.split("/") if key)


def units_to_judge(user: Person) -> list[UnitWork]:
    """Units in a person's scope that are asked something, the nearest day first."""
    scope = scope_ids(user, "assessments.judge")
    rows = (
        Assignment.objects.filter(open_to(user, "finding"), unit_id__in=scope, answered_at__isnull=True)
        .select_related("unit", "verdict", "round")
        .order_by("place")
    )
    found: dict[int, list[Assignment]] = {}
    for row in rows:
        found.setdefault(row.unit_id, []).append(row)
    work = [_work(each) for each in found.values()]
    return sorted(work, key=lambda each: (each.due_on is None, each.due_on or date.max, each.unit.name))


def _work(rows: Sequence[Assignment]) -> UnitWork:
    over = [row for row in rows if _is_asked(row) and _is_over(row) and not _is_sent(row)]
    asked = [row for row in rows if _is_asked(row) and row not in over]
    sent = [row for row in asked if _is_sent(row)]
    days = [row.due_on for row in asked if row.due_on and row not in sent]
    returned = [row for row in asked if (said := _verdict_of(row)) and said.state == VerdictState.RETURNED]
    return UnitWork(
        rows[0].unit,
        len(asked) - len(sent),
        len(sent),
        len(rows) - len(asked) - len(over),
        min(days, default=None),
        len(returned),
        len(over),
    )


def _is_asked(row: Assignment) -> bool:
    return not row.waiting and (row.round is None or row.round.state != RoundState.PLANNED)


def _is_over(row: Assignment) -> bool:
    return row.round is not None and row.round.state == RoundState.CLOSED


def _is_sent(row: Assignment) -> bool:
    verdict = _verdict_of(row)
    return verdict is not None and verdict.state == VerdictState.SUBMITTED


def _verdict_of(row: Assignment) -> Verdict | None:
    return row.verdict if hasattr(row, "verdict") else None


def cards(unit: Unit, user: Person | None = None) -> list[Card]:
    """What a unit is asked now, in order, with last time's answers and the actions planned. What nobody waits for any
    more, since its round is closed, comes last.

    What only those inside the committee may know of is there for a person who works inside it.
    """
    rows = list(
        Assignment.objects.filter(_known_to(user), unit=unit, answered_at__isnull=True, waiting=False)
        .exclude(round__state=RoundState.PLANNED)
        .select_related(
            "finding__indicator",
            "finding__data_set",
            "finding__owner",
            "finding__inside__copy",
            "round",
            "verdict",
            "unit",
        )
        .order_by("place", "pk")
    )
    before = last_answers([row.finding for row in rows])
    acted_on = planned_actions([row.finding_id for row in rows])
    found = [_card(row, before.get(row.finding_id), acted_on.get(row.finding_id, ())) for row in rows]
    return sorted(found, key=lambda card: card.over)


def _known_to(user: Person | None) -> Q:
    """What a person may know of; without one, what all may."""
    return open_to_all("finding") if user is None else open_to(user, "finding")


def _card(row: Assignment, before: Verdict | None, actions: tuple[PlannedAction, ...]) -> Card:
    verdict = _verdict_of(row)
    if verdict is None:
        state = "todo"
    elif verdict.state not in EDITABLE:
        state = "sent"
    elif verdict.state == VerdictState.RETURNED and not verdict.amended:
        state = "returned"
    elif wanting(verdict, has_action=bool(actions)):
        state = "begun"
    else:
        state = "ready"
    return Card(row, verdict, state, before, actions)


def waiting_in(unit: Unit, user: Person | None = None) -> QuerySet[Assignment]:
    """What a unit will be asked when there is room, as far as a person may know."""
    rows = Assignment.objects.filter(_known_to(user), unit=unit, answered_at__isnull=True)
    held = Q(waiting=True) | Q(round__state=RoundState.PLANNED)
    return rows.filter(held).select_related("finding", "round").order_by("place", "pk")


def last_answers(findings: Iterable[Finding], *, but: Verdict | None = None) -> Mapping[int, Verdict]:
    """The latest approved verdict on the same question, by finding key: of an earlier period, or of the finding itself
    where it is asked about once more. With `but`, what was answered before that verdict.
    """
    asked = list(findings)
    questions = [finding for finding in asked if finding.question_key]
    same = Q(finding__in=[finding.pk for finding in asked]) | Q(
        finding__question_key__in={finding.question_key for finding in questions},
        finding__data_set__in={finding.data_set_id for finding in questions},
    )
    approved = Verdict.objects.filter(same, state=VerdictState.APPROVED)
    if but is not None:
        approved = approved.filter(assignment__lt=but.assignment_id)
    rows = list(
        approved.select_related("finding", "unit", "approved_by").order_by("finding__period_start", "approved_at", "pk")
    )
    return {finding.pk: found for finding in asked if (found := _latest_before(finding, rows)) is not None}


def _latest_before(finding: Finding, rows: Sequence[Verdict]) -> Verdict | None:
    """The last of the rows that is about the finding itself or the same question earlier.

    What was answered inside a committee stands beside its own differences only.
    """
    asked = (finding.data_set_id, finding.question_key)
    rows = [row for row in rows if row.finding.audience in ("public", finding.audience)]
    for row in reversed(rows):
        earlier = row.finding.period_start < finding.period_start
        if row.finding_id == finding.pk:
            return row
        if finding.question_key and (row.finding.data_set_id, row.finding.question_key) == asked and earlier:
            return row
    return None


def others(finding: Finding, *, unit: Unit) -> list[Elsewhere]:
    """What other units found about the same indicator, the latest first. No figures: only verdicts and actions."""
    if finding.indicator_id is None:
        return []
    rows = list(
        Verdict.objects.filter(
            open_to_all("finding"), state=VerdictState.APPROVED, finding__indicator_id=finding.indicator_id
        )
        .exclude(unit=unit)
        .select_related("unit", "finding")
        .order_by("-approved_at")[:_SHOWN_OTHERS]
    )
    acted_on = planned_actions([row.finding_id for row in rows])
    return [Elsewhere(row, acted_on.get(row.finding_id, ())) for row in rows]


def to_approve(user: Person) -> QuerySet[Verdict]:
    """Verdicts sent for approval in a person's scope, whoever wrote them, the oldest first."""
    scope = scope_ids(user, "assessments.approve")
    rows = Verdict.objects.filter(open_to(user, "finding"), state=VerdictState.SUBMITTED, unit_id__in=scope)
    return rows.select_related(
        "finding__owner",
        "finding__inside__copy",
        "finding__data_set",
        "finding__indicator",
        "unit",
        "written_by",
        "assignment",
    ).order_by("submitted_at", "pk")


def late_assignments(user: Person, day: date) -> QuerySet[Assignment]:
    """What has passed its day unanswered in a person's scope: their own, or their units'."""
    scope = scope_ids(user, "assessments.approve") | scope_ids(user, "assessments.round_edit")
    rows = Assignment.objects.filter(
        open_to(user, "finding"), unit_id__in=scope, answered_at__isnull=True, waiting=False, due_on__lt=day
    )
    rows = rows.exclude(verdict__state=VerdictState.SUBMITTED).exclude(round__state=RoundState.CLOSED)
    rows = rows.select_related("finding", "unit", "round", "verdict")
    return rows.order_by("due_on", "pk")


def long_unapproved(user: Person, at: datetime) -> QuerySet[Verdict]:
    """Answers that have waited long for approval: where a person approves, or steers the rounds. The oldest first."""
    scope = scope_ids(user, "assessments.approve") | scope_ids(user, "assessments.round_edit")
    rows = Verdict.objects.filter(
        open_to(user, "finding"),
        unit_id__in=scope,
        state=VerdictState.SUBMITTED,
        submitted_at__lte=at - APPROVE_WITHIN,
    )
    return rows.select_related("finding", "unit", "written_by").order_by("submitted_at", "pk")


def visible_verdicts(user: Person) -> QuerySet[Verdict]:
    """Verdicts a person may see: their own part's in any state, others' once approved."""
    own = scope_ids(user, "assessments.judge") | scope_ids(user, "assessments.approve")
    seen = Q(unit_id__in=own) | Q(state=VerdictState.APPROVED, unit_id__in=scope_ids(user, "assessments.read"))
    rows = Verdict.objects.filter(seen & open_to(user, "finding"))
    related = (
        "finding__indicator",
        "finding__owner",
        "finding__inside__copy",
        "finding__data_set",
        "unit",
        "written_by",
        "approved_by",
        "returned_by",
    )
    return rows.select_related(*related)


def to_reconsider(user: Person, day: date) -> QuerySet[Any]:
    """Approved verdicts in a person's scope whose own date has come."""
    return dated_verdicts(user).filter(comes_on__lte=day)


def dated_verdicts(user: Person) -> QuerySet[Any]:
    """Approved verdicts in a person's scope that set a date for themselves (as `comes_on`), the nearest first."""
    return _own_dates(visible_verdicts(user)).order_by("comes_on", "pk")


def come_due(day: date) -> QuerySet[Any]:
    """Approved verdicts whose date has come: justified to reconsider, unclear to find out, waiting to review."""
    return _own_dates(Verdict.objects.all()).filter(comes_on__lte=day)


def _own_dates(verdicts: QuerySet[Verdict]) -> QuerySet[Any]:
    """Approved verdicts with a date of their own.

    One that has been asked about again is past; so is one whose question has newer figures, which are judged instead.
    """
    asked_again = Assignment.objects.filter(finding=OuterRef("finding"), pk__gt=OuterRef("assignment"))
    newer = Finding.objects.filter(
        data_set=OuterRef("finding__data_set"),
        question_key=OuterRef("finding__question_key"),
        period_start__gt=OuterRef("finding__period_start"),
    ).exclude(question_key="")
    rows: QuerySet[Any] = verdicts.filter(state=VerdictState.APPROVED).annotate(
        comes_on=Coalesce("reconsider_on", "next_step_on", "review_on")
    )
    return rows.filter(comes_on__isnull=False).exclude(Exists(asked_again)).exclude(Exists(newer))


def assignable(user: Person, round_: Round | None = None) -> QuerySet[Finding]:
    """Findings that nobody is asked about yet, in a person's scope and the round's part of the municipality.

    Those of the newest period and what somebody told of, sure or not: what cannot be told from chance, and what is too
    small to be shown, may be asked about all the same. What the committee has figures of its own for is asked about
    inside it, under its own row: were the public row to move, all would see that there is something to judge. The most
    important come first.
    """
    scope = scope_ids(user, "assessments.assign")
    rows = Finding.objects.filter(owner_id__in=scope, state__in=(FindingState.DETECTED, FindingState.UNDER_ANALYSIS))
    if round_ is not None:
        rows = rows.filter(owner__path__startswith=round_.owner.path)
    asked = Assignment.objects.filter(finding=OuterRef("pk"), answered_at__isnull=True)
    used = Q(current__isnull=False) | Q(inside__isnull=False)
    in_use = Q(used, newest=True) | ~Q(source=Source.COMPUTED)
    withheld = Q(audience="public", status="suppressed", data_set__inside=InsideRule.UNPROTECTED)
    found = (
        rows.filter(in_use, open_to(user))
        .exclude(withheld)
        .exclude(Exists(asked))
        .select_related("indicator", "owner", "data_set")
    )
    return found.order_by(F("rank").asc(nulls_first=True), "pk")


def progress_by_committee(round_: Round, day: date, user: Person | None = None) -> list[CommitteeProgress]:
    """How far each committee has come, in the order of their days; a committee that nobody asked is left out.

    What only those inside a committee may know of counts for them alone.
    """
    rows = (
        Assignment.objects.filter(_known_to(user), round=round_)
        .values("unit__path")
        .annotate(
            asked=Count("pk", filter=Q(waiting=False)),
            sent=Count("pk", filter=Q(verdict__state=VerdictState.SUBMITTED)),
            approved=Count("pk", filter=Q(answered_at__isnull=False)),
            late=Count("pk", filter=_late(day)),
            waiting=Count("pk", filter=Q(waiting=True)),
        )
        .order_by()
    )
    counted: dict[int, dict[str, int]] = {}
    committees = {unit.pk: unit for unit in Unit.objects.filter(kind__in=AUTHORITIES)}
    for row in rows:
        keys = [int(key) for key in row["unit__path"].split("/") if key]
        committee = next((key for key in reversed(keys) if key in committees), None)
        if committee is not None:
            totals = counted.setdefault(committee, dict.fromkeys(("asked", "sent", "approved", "late", "waiting"), 0))
            for name, value in row.items():
                if name in totals:
                    totals[name] += int(str(value))
    days: dict[int, date] = dict(round_.deadlines.values_list("committee_id", "due_on"))
    found = [_progress(committees[key], days.get(key, round_.due_on), totals) for key, totals in counted.items()]
    return sorted(found, key=lambda each: (each.due_on, each.committee.name))


def _late(day: date) -> Q:
    unsent = Q(verdict__isnull=True) | ~Q(verdict__state=VerdictState.SUBMITTED)
    return Q(answered_at__isnull=True, waiting=False, due_on__lt=day) & unsent & ~Q(round__state=RoundState.CLOSED)


def _progress(committee: Unit, due_on: date, totals: Mapping[str, Any]) -> CommitteeProgress:
    return CommitteeProgress(
        committee,
        due_on,
        totals["asked"],
        totals["sent"],
        totals["approved"],
        totals["late"],
        totals["waiting"],
    )
