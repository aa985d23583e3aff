"""Everything that changes a round: planning it, asking units, reminding and escalating."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any

from django.db import transaction
from django.db.models import Exists, Max, Min, OuterRef, Q
from django.urls import reverse

from jamlik.web.assessments import rules
from jamlik.web.assessments.models import Assignment, Deadline, Round, RoundState, Verdict, VerdictState
from jamlik.web.assessments.queries import come_due
from jamlik.web.core import audit, mail
from jamlik.web.core.editing import save_if_unchanged
from jamlik.web.core.people import User
from jamlik.web.core.texts import say, say_in
from jamlik.web.organisation.models import Unit, UnitKind
from jamlik.web.organisation.queries import users_with
from jamlik.web.statistics.actions import move_finding
from jamlik.web.statistics.models import Finding, FindingState
from jamlik.web.statistics.queries import may_know_of

__all__ = [
    "ESCALATE_AFTER",
    "REMIND_BEFORE",
    "TIME_TO_ANSWER",
    "ask_again",
    "ask_what_has_come_due",
    "assign_findings",
    "change_round",
    "close_round",
    "open_round",
    "plan_round",
    "remind",
    "reopen_round",
    "set_deadlines",
]

REMIND_BEFORE = timedelta(days=7)
ESCALATE_AFTER = timedelta(days=7)
TIME_TO_ANSWER = timedelta(days=30)  # outside a round
_CHANGEABLE = ("kind", "title", "opens_on", "due_on", "cap")


@transaction.atomic
def plan_round(
    *, kind: str, title: str, owner: Unit, opens_on: date, due_on: date, cap: int, by: User, at: datetime
) -> Round:
    """Plan a round; nobody is asked anything until it is opened."""
    made = Round.objects.create(
        kind=kind, title=title, owner=owner, opens_on=opens_on, due_on=due_on, cap=cap, created_by=by, created_at=at
    )
    audit.record("assessments.round_planned", target=made, by=by, at=at)
    return made


@transaction.atomic
def change_round(*, round_: Round, fields: Mapping[str, Any], expected_version: int, by: User, at: datetime) -> None:
    """Change a round that is not over. Raises `EditConflict` if somebody was before."""
    rules.require_open_round(round_.state)
    changes = {name: (getattr(round_, name), fields[name]) for name in _CHANGEABLE if name in fields}
    for name, (_, value) in changes.items():
        setattr(round_, name, value)
    save_if_unchanged(round_, fields=list(changes), expected_version=expected_version)
    _follow_deadlines(round_)
    audit.record("assessments.round_changed", target=round_, by=by, at=at, changes=changes)


@transaction.atomic
def set_deadlines(
    *, round_: Round, days: Mapping[int, date | None], by: User, at: datetime, expected_version: int | None = None
) -> None:
    """Give committees their own last days, by unit key; None takes one back to the round's own day.

    Raises `EditConflict` if somebody has changed the round since the version the person saw.
    """
    rules.require_open_round(round_.state)
    save_if_unchanged(
        round_, fields=(), expected_version=round_.version if expected_version is None else expected_version
    )
    changes: dict[str, tuple[object, object]] = {}
    known = {each.committee_id: each for each in round_.deadlines.all()}
    for committee, day in days.items():
        before = known.get(committee)
        if (before.due_on if before else None) == day:
            continue
        changes[f"unit {committee}"] = (before.due_on if before else None, day)
        if day is None and before is not None:
            before.delete()
        elif day is not None:
            Deadline.objects.update_or_create(round=round_, committee_id=committee, defaults={"due_on": day})
    if changes:
        _follow_deadlines(round_)
        audit.record("assessments.deadlines_set", target=round_, by=by, at=at, changes=changes)


@transaction.atomic
def open_round(*, round_: Round, by: User, at: datetime) -> None:
    """Open a round: what waited since earlier rounds is asked first, and everyone asked gets one link."""
    row = Round.objects.select_for_update(no_key=True).get(pk=round_.pk)
    if row.state == RoundState.OPEN:
        return
    rules.require_open_round(row.state)
    row.state = RoundState.OPEN
    row.version += 1
    row.save(update_fields=["state", "version"])
    left = Assignment.objects.filter(answered_at__isnull=True, waiting=True, unit__path__startswith=row.owner.path)
    left.exclude(round=row).filter(round__state=RoundState.CLOSED).update(round=row)
    left.filter(round__isnull=True).update(round=row)
    _fill_up(row)
    _follow_deadlines(row)
    audit.record("assessments.round_opened", target=row, by=by, at=at, changes={"state": ("planned", "open")})
    asked: dict[Unit, list[Finding]] = {}
    for each in Assignment.objects.filter(round=row, answered_at__isnull=True).select_related("unit", "finding"):
        asked.setdefault(each.unit, []).append(each.finding)
    for unit, findings in asked.items():
        transaction.on_commit(partial(_tell, unit, "assessments.judge", "assessments.mail.asked", row.title, findings))
    round_.refresh_from_db()


@transaction.atomic
def close_round(*, round_: Round, by: User, at: datetime) -> None:
    """Close a round. What is unanswered stays with its unit, but nobody waits for it; what waited is asked next."""
    row = Round.objects.select_for_update(no_key=True).get(pk=round_.pk)
    if row.state == RoundState.CLOSED:
        return
    before, row.state = row.state, RoundState.CLOSED
    row.version += 1
    row.save(update_fields=["state", "version"])
    audit.record("assessments.round_closed", target=row, by=by, at=at, changes={"state": (before, "closed")})
    round_.refresh_from_db()


@transaction.atomic
def reopen_round(*, round_: Round, reason: str, by: User, at: datetime) -> None:
    """Open a closed round again and say why. Nothing is asked anew: what was asked is still with its units."""
    if not reason.strip():
        raise rules.RefusedError("assessments.refused.reopen_reason")
    rules.require_nobody([reason])
    row = Round.objects.select_for_update(no_key=True).get(pk=round_.pk)
    if row.state != RoundState.CLOSED:
        return
    row.state = RoundState.OPEN
    row.version += 1
    row.save(update_fields=["state", "version"])
    changes = {"state": ("closed", "open")}
    audit.record("assessments.round_reopened", target=row, by=by, at=at, changes=changes, note=reason.strip())
    round_.refresh_from_db()


@transaction.atomic
def assign_findings(
    *, findings: Iterable[Finding], unit: Unit, round_: Round | None, by: User, at: datetime, due_on: date | None = None
) -> list[Assignment]:
    """Ask a unit to judge findings. Beyond the round's cap they wait, in the order of the findings' importance.

    A finding that some unit is asked about already is left with it.
    """
    if round_ is not None:
        rules.require_open_round(round_.state)
    made = []
    place = _last_place(unit)
    for finding in sorted(_locked(findings), key=lambda each: (each.rank is None, each.rank or 0, each.pk)):
        if not unit.lies_within(finding.owner):
            raise rules.RefusedError("assessments.refused.other_committee", unit=unit.name)
        if Assignment.objects.filter(finding=finding, answered_at__isnull=True).exists():
            continue
        place += 1
        assigned = Assignment.objects.create(
            finding=finding,
            unit=unit,
            round=round_,
            waiting=round_ is not None,
            place=place,
            due_on=due_on,
            assigned_by=by,
            assigned_at=at,
        )
        if finding.state != FindingState.UNDER_ANALYSIS:
            move_finding(finding=finding, to=FindingState.UNDER_ANALYSIS, by=by, at=at, reason=_why_again(finding))
        audit.record("assessments.finding_assigned", target=assigned, by=by, at=at, unit=unit)
        made.append(assigned)
    if round_ is not None:
        _fill_up(round_, unit)
        _follow_deadlines(round_)
        for assigned in made:
            assigned.refresh_from_db()
    if made and (round_ is None or round_.state == RoundState.OPEN):
        title = round_.title if round_ else ""
        asked = [each.finding for each in made]
        transaction.on_commit(partial(_tell, unit, "assessments.judge", "assessments.mail.asked", title, asked))
    return made


@transaction.atomic
def remind(*, at: datetime, day: date) -> tuple[int, int]:
    """Remind units a week before the day, and tell those above a week after it. Each once: (reminded, escalated).

    Who has sent an answer is not reminded of it, and nobody of a round that is not open.
    """
    sent = Verdict.objects.filter(assignment=OuterRef("pk"), state=VerdictState.SUBMITTED)
    waiting = (
        Assignment.objects.select_for_update(no_key=True, of=("self",))
        .filter(Q(round__isnull=True) | Q(round__state=RoundState.OPEN))
        .filter(~Exists(sent), answered_at__isnull=True, waiting=False, due_on__isnull=False)
    )
    soon = waiting.filter(due_on__lte=day + REMIND_BEFORE, reminded_at__isnull=True)
    late = waiting.filter(due_on__lte=day - ESCALATE_AFTER, escalated_at__isnull=True)
    reminded = _mark(soon, "reminded_at", at)
    escalated = _mark(late, "escalated_at", at)
    for unit, findings in reminded.items():
        transaction.on_commit(partial(_tell, unit, "assessments.judge", "assessments.mail.reminder", "", findings))
    for unit, findings in escalated.items():
        audit.record("assessments.unit_escalated", target=unit, by=None, at=at, unit=unit)
        transaction.on_commit(partial(_tell, unit, "assessments.approve", "assessments.mail.escalated", "", findings))
    return len(reminded), len(escalated)


def _locked(findings: Iterable[Finding]) -> list[Finding]:
    """The findings, locked in one order: two people who ask at the same time ask one after the other."""
    keys = [finding.pk for finding in findings]
    return list(
        Finding.objects.select_for_update(no_key=True, of=("self",))
        .select_related("owner")
        .filter(pk__in=keys)
        .order_by("pk")
    )


def _why_again(finding: Finding) -> str:
    """Taken up again needs a reason; a new finding needs none."""
    return "" if finding.state == FindingState.DETECTED else say("assessments.asked_again")


@transaction.atomic
def ask_again(*, finding: Finding, unit: Unit, reason: str, by: User | None, at: datetime, day: date) -> None:
    """Ask a unit about a finding once more; nothing happens where it is being asked already."""
    _locked([finding])
    if Assignment.objects.filter(finding=finding, answered_at__isnull=True).exists():
        return
    made = Assignment.objects.create(
        finding=finding,
        unit=unit,
        place=_last_place(unit) + 1,
        due_on=day + TIME_TO_ANSWER,
        assigned_by=by,
        assigned_at=at,
    )
    move_finding(finding=finding, to=FindingState.UNDER_ANALYSIS, by=by, at=at, reason=reason)
    audit.record("assessments.finding_assigned", target=made, by=by, at=at, unit=unit, note=reason)
    transaction.on_commit(partial(_tell, unit, "assessments.judge", "assessments.mail.asked", "", [finding]))


@transaction.atomic
def ask_what_has_come_due(*, at: datetime, day: date) -> int:
    """Ask again about every verdict whose own date has come. How many were asked about."""
    rows = list(come_due(day).select_related("finding", "unit"))
    asked = [row for row in rows if row.finding.state in (FindingState.CLOSED, FindingState.WAITING)]
    for row in asked:
        ask_again(finding=row.finding, unit=row.unit, reason=say("assessments.date_came"), by=None, at=at, day=day)
    return len(asked)


def _mark(rows: Any, field: str, at: datetime) -> dict[Unit, list[Finding]]:
    """The units that are told, with the findings it is about."""
    found = list(rows.select_related("unit", "finding"))
    Assignment.objects.filter(pk__in=[row.pk for row in found]).update(**{field: at})
    about: dict[Unit, list[Finding]] = {}
    for row in found:
        about.setdefault(row.unit, []).append(row.finding)
    return about


def _last_place(unit: Unit) -> int:
    return Assignment.objects.filter(unit=unit).aggregate(last=Max("place"))["last"] or 0


def _fill_up(round_: Round, unit: Unit | None = None) -> None:
    """Let those who wait in, as far as the cap allows. What a unit has answered counts: the cap is for the round."""
    rows = Assignment.objects.filter(round=round_).order_by("unit_id", "place", "pk")
    if unit is not None:
        rows = rows.filter(unit=unit)
    taken: dict[int, int] = {}
    for row in rows:
        if not row.waiting:
            taken[row.unit_id] = taken.get(row.unit_id, 0) + 1
    let_in = []
    for row in rows:
        if row.waiting and taken.get(row.unit_id, 0) < round_.cap:
            taken[row.unit_id] = taken.get(row.unit_id, 0) + 1
            let_in.append(row.pk)
    Assignment.objects.filter(pk__in=let_in).update(waiting=False)


def _follow_deadlines(round_: Round) -> None:
    """Give every open assignment of the round its committee's day, else the round's."""
    rows = Assignment.objects.filter(round=round_, answered_at__isnull=True)
    rows.update(due_on=round_.due_on)
    for deadline in Deadline.objects.filter(round=round_).select_related("committee"):
        if deadline.committee.kind in (UnitKind.COMMITTEE, UnitKind.COMPANY):
            rows.filter(unit__path__startswith=deadline.committee.path).update(due_on=deadline.due_on)


def _tell(unit: Unit, permission: str, key: str, title: str, findings: list[Finding]) -> None:
    """One mail to each of the nearest people with the permission who may know of one of the findings: one link to the
    one thing to do.
    """
    to_judge = permission == "assessments.judge"
    url = reverse("assessments:judge_unit", args=[unit.pk]) if to_judge else reverse("assessments:late")
    rows = Assignment.objects.filter(unit=unit, finding__in=findings, answered_at__isnull=True)
    due = rows.aggregate(first=Min("due_on"))["first"]
    for person in _nearest(unit, permission):
        if not any(may_know_of(each, person) for each in findings):
            continue
        by = say_in(person.language, "assessments.mail.by", day=due.isoformat()) if due else ""
        about = f" {title}." if title else ""
        mail.send_later(to=person, key=key, url=url, unit=unit.name, round=f"{about}{by}")


def _nearest(unit: Unit, permission: str) -> list[User]:
    """Those whose role is for the unit itself; where there is nobody, everyone above who has the permission."""
    people = list(users_with(permission, unit).prefetch_related("role_assignments"))
    own = [each for each in people if any(role.unit_id == unit.pk for role in each.role_assignments.all())]
    return own or people
