"""Everything that changes a plan, and the question asked again."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.db import transaction

from jamlik.analysis.change import GapChange
from jamlik.model.tables import Audience
from jamlik.web.core import audit
from jamlik.web.core.editing import save_if_unchanged
from jamlik.web.core.people import User
from jamlik.web.organisation.models import Unit
from jamlik.web.plans import rules
from jamlik.web.plans.models import Plan, PlanState, PlanStep, Remeasure
from jamlik.web.statistics.actions import move_finding
from jamlik.web.statistics.freezing import direction_of
from jamlik.web.statistics.models import Finding, FindingState
from jamlik.web.statistics.queries import gap_change

__all__ = ["PLAN_FIELDS", "change_plan", "confirm_remeasure", "kept", "make_plan", "move_plan", "remeasure"]

PLAN_FIELDS = ("title", "summary", "first_year", "last_year", "register_number")


@transaction.atomic
def make_plan(
    *,
    title: str,
    owner: Unit,
    first_year: int,
    last_year: int,
    summary: str,
    register_number: str = "",
    supersedes: Plan | None = None,
    by: User,
    at: datetime,
) -> Plan:
    """Begin a plan; the one it is to supersede lives on until this one is adopted."""
    rules.require_nobody([title, summary])
    made = Plan.objects.create(
        title=title,
        owner=owner,
        first_year=first_year,
        last_year=last_year,
        summary=summary,
        register_number=register_number,
        supersedes=supersedes,
        made_by=by,
        made_at=at,
    )
    audit.record("plans.plan_made", target=made, by=by, at=at)
    return made


@transaction.atomic
def change_plan(*, plan: Plan, fields: Mapping[str, Any], expected_version: int, by: User, at: datetime) -> None:
    """Change a plan that is not adopted. Raises `EditConflict` if somebody was before."""
    rules.require_plan_editable(plan)
    rules.require_nobody(str(fields[name]) for name in ("title", "summary") if fields.get(name))
    changes = {name: (getattr(plan, name), fields[name]) for name in PLAN_FIELDS if name in fields}
    for name, (_, value) in changes.items():
        setattr(plan, name, value)
    save_if_unchanged(plan, fields=list(changes), expected_version=expected_version)
    audit.record("plans.plan_changed", target=plan, by=by, at=at, changes=changes)


@transaction.atomic
def move_plan(
    *,
    plan: Plan,
    to: str,
    note: str = "",
    adopted_by: str = "",
    adopted_on: date | None = None,
    paragraph: str = "",
    by: User,
    at: datetime,
) -> Plan:
    """Take a plan one step on. Adopting names the body, the day and the paragraph, and supersedes the old plan."""
    row = Plan.objects.select_for_update(no_key=True, of=("self",)).get(pk=plan.pk)
    if row.state == to:
        return row
    rules.require_plan_move(row, to)
    rules.require_nobody([note])
    if to == PlanState.ADOPTED:
        if not (adopted_by.strip() and adopted_on and paragraph.strip()):
            raise rules.RefusedError("plans.refused.adoption")
        row.adopted_by, row.adopted_on, row.paragraph = adopted_by.strip(), adopted_on, paragraph.strip()
    _step(row, to, note=note, by=by, at=at)
    if to == PlanState.ADOPTED and row.supersedes is not None and row.supersedes.state != PlanState.SUPERSEDED:
        _step(row.supersedes, PlanState.SUPERSEDED, note="", by=by, at=at)
    return row


def _step(plan: Plan, to: str, *, note: str, by: User, at: datetime) -> None:
    before, plan.state = plan.state, to
    plan.version += 1
    plan.save()
    PlanStep.objects.create(plan=plan, state_from=before, state_to=to, note=note.strip(), moved_by=by, moved_at=at)
    audit.record("plans.plan_moved", target=plan, by=by, at=at, changes={"state": (before, to)}, note=note.strip())


@transaction.atomic
def remeasure(*, before: Finding, after: Finding, by: User, at: datetime) -> Remeasure:
    """Compare a finding with the same question at a later period, and freeze what the figures answer."""
    before = (
        Finding.objects.select_for_update(no_key=True, of=("self",))
        .select_related("owner", "indicator")
        .get(pk=before.pk)
    )
    known = Remeasure.objects.filter(before=before, after=after).first()
    if known is not None:
        return known
    if before.state not in (FindingState.ACTED_ON, FindingState.WAITING):
        raise rules.RefusedError("plans.refused.not_acted_on")
    if before.question_key != after.question_key or before.period_start >= after.period_start:
        raise rules.RefusedError("plans.refused.other_question")
    change = gap_change(before, after)
    made = Remeasure.objects.create(
        before=before,
        after=after,
        answer=str(change.answer.value),
        numbers={
            "before": _numbers(before),
            "after": _numbers(after),
            **kept(change, public=before.audience == after.audience == Audience.PUBLIC),
            "unit": before.indicator.unit if before.indicator is not None else "",
            "direction": direction_of(after).value,
        },
        made_by=by,
        made_at=at,
    )
    move_finding(finding=before, to=FindingState.REMEASURED, by=by, at=at, reason="")
    audit.record(
        "plans.finding_remeasured", target=made, by=by, at=at, unit=before.owner, changes={"answer": ("", made.answer)}
    )
    return made


@transaction.atomic
def confirm_remeasure(*, remeasure: Remeasure, closed: bool, comment: str, by: User, at: datetime) -> Remeasure:
    """A person's answer to "has the gap closed?": the finding is closed, or taken up again."""
    row = Remeasure.objects.select_for_update(no_key=True, of=("self",)).get(pk=remeasure.pk)
    if row.confirmed_at is not None and row.closed == closed:
        return row
    rules.require_confirmable(row, closed=closed, comment=comment)
    rules.require_nobody([comment])
    row.closed, row.comment, row.confirmed_by, row.confirmed_at = closed, comment.strip(), by, at
    row.version += 1
    row.save()
    to = FindingState.CLOSED if closed else FindingState.UNDER_ANALYSIS
    move_finding(finding=row.before, to=to, by=by, at=at, reason=row.comment)
    audit.record(
        "plans.remeasure_confirmed",
        target=row,
        by=by,
        at=at,
        unit=row.before.owner,
        changes={"closed": (None, closed)},
        note=row.comment,
    )
    return row


def kept(change: GapChange, *, public: bool) -> dict[str, Any]:
    """What is kept of a change. What only those inside a committee may see is kept in words, without its numbers."""
    words = {"turned": change.turned, "left": change.left.value}
    if not public:
        return words
    return {**words, "change": change.change, "low": change.low, "high": change.high, "mover": change.mover.value}


def _numbers(finding: Finding) -> dict[str, Any]:
    names = ("level", "level_reference", "gap", "gap_low", "gap_high")
    return {"period": finding.period, **{name: finding.numbers.get(name) for name in names}}
