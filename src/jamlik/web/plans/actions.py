"""Everything that changes an action: planning it, reporting on it, reminding of it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from jamlik.model.indicators import Direction
from jamlik.web.assessments.round_actions import ask_again
from jamlik.web.core import audit, mail
from jamlik.web.core.editing import save_if_unchanged
from jamlik.web.core.people import User
from jamlik.web.core.texts import say_in
from jamlik.web.organisation.models import Unit
from jamlik.web.organisation.queries import users_with
from jamlik.web.plans import rules
from jamlik.web.plans.models import Action, ActionState, Contributor, Milestone, Plan, Progress, Update
from jamlik.web.statistics.actions import move_finding
from jamlik.web.statistics.freezing import direction_of
from jamlik.web.statistics.models import Finding, FindingState
from jamlik.web.statistics.queries import may_know_of

__all__ = [
    "ACTION_FIELDS",
    "add_contributor",
    "add_milestone",
    "begin_action",
    "change_action",
    "finish_planning",
    "reach_milestone",
    "remind",
    "remove_contributor",
    "report",
    "stop_action",
]

ACTION_FIELDS = (
    "goal",
    "plan",
    "title",
    "description",
    "cause",
    "role",
    "starts_on",
    "due_on",
    "cost_sek",
    "effect_indicator",
    "effect_group",
    "expected_effect",
)
_TEXTS = ("title", "description", "role", "effect_group", "expected_effect")
REMIND_BEFORE = timedelta(days=14)
ESCALATE_AFTER = timedelta(days=14)
REPORT_EVERY = timedelta(days=120)  # a tertial


@transaction.atomic
def begin_action(*, finding: Finding, unit: Unit, by: User, at: datetime) -> Action:
    """Begin an action for a finding; the draft that the same person has begun is taken up again."""
    begun = Action.objects.filter(finding=finding, unit=unit, state=ActionState.DRAFT, written_by=by).first()
    if begun is not None:
        return begun
    made = Action.objects.create(
        finding=finding,
        unit=unit,
        effect_indicator=finding.indicator,
        effect_group=_worse_off(finding)[:200],
        written_by=by,
        written_at=at,
    )
    audit.record("plans.action_begun", target=made, by=by, at=at)
    return made


@transaction.atomic
def change_action(
    *, action: Action, fields: Mapping[str, Any], expected_version: int, by: User, at: datetime
) -> Action:
    """Save some of an action's answers. Raises `EditConflict` if somebody was before."""
    unknown = set(fields) - set(ACTION_FIELDS)
    if unknown:
        raise ValueError(f"An action has no {', '.join(sorted(unknown))}.")
    rules.require_nobody(str(fields[name]) for name in _TEXTS if fields.get(name))
    if action.state != ActionState.DRAFT:
        rules.require_open_action(action)
    _require_own_plan(action, fields.get("plan"))
    changes = {name: (getattr(action, name), value) for name, value in fields.items() if getattr(action, name) != value}
    for name, (_, value) in changes.items():
        setattr(action, name, value)
    if action.state != ActionState.DRAFT:
        rules.require_complete_action(action)
    action.written_by, action.written_at = by, at
    save_if_unchanged(action, fields=[*changes, "written_by", "written_at"], expected_version=expected_version)
    if changes:
        audit.record("plans.action_changed", target=action, by=by, at=at, changes=changes)
    return action


@transaction.atomic
def finish_planning(*, action: Action, by: User, at: datetime) -> Action:
    """Call an action planned: it now has all that an action must have. A second click changes nothing."""
    row = _locked(action)
    if row.state != ActionState.DRAFT:
        return row
    rules.require_complete_action(row)
    row.state, row.planned_at = ActionState.PLANNED, at
    row.version += 1
    row.save(update_fields=["state", "planned_at", "version"])
    audit.record("plans.action_planned", target=row, by=by, at=at, changes={"state": ("draft", "planned")})
    if row.finding.state == FindingState.WAITING:
        move_finding(finding=row.finding, to=FindingState.ACTED_ON, by=by, at=at, reason="")
    return row


@transaction.atomic
def report(*, action: Action, progress: str, text: str, spent_sek: int | None, by: User, at: datetime) -> Update:
    """Report how an action goes. "Done" ends it; the first report of a planned one starts it."""
    row = _locked(action)
    rules.require_open_action(row)
    rules.require_nobody([text])
    made = Update.objects.create(
        action=row, progress=progress, text=text.strip(), spent_sek=spent_sek, made_by=by, made_at=at
    )
    before = row.state
    row.progress, row.reported_at = progress, at
    row.state = ActionState.DONE if progress == Progress.DONE else ActionState.ONGOING
    row.ended_at = at if row.state == ActionState.DONE else None
    row.reminded_at = row.escalated_at = None
    row.version += 1
    row.save()
    audit.record(
        "plans.action_reported",
        target=row,
        by=by,
        at=at,
        changes={"state": (before, row.state), "progress": ("", progress)},
        note=made.text,
    )
    return made


@transaction.atomic
def stop_action(*, action: Action, reason: str, by: User, at: datetime) -> None:
    """Stop an action and say why."""
    row = _locked(action)
    if row.state == ActionState.STOPPED:
        return
    rules.require_open_action(row)
    if not reason.strip():
        raise rules.RefusedError("plans.refused.reason")
    rules.require_nobody([reason])
    before, row.state, row.ended_at = row.state, ActionState.STOPPED, at
    row.version += 1
    row.save(update_fields=["state", "ended_at", "version"])
    changes = {"state": (before, row.state)}
    audit.record("plans.action_stopped", target=row, by=by, at=at, changes=changes, note=reason.strip())
    _take_up_again(row, reason=reason.strip(), by=by, at=at)


def _take_up_again(action: Action, *, reason: str, by: User, at: datetime) -> None:
    """A finding whose last action was stopped has no answer any more: its unit is asked again."""
    finding = action.finding
    living = Action.objects.filter(finding=finding).exclude(state__in=(ActionState.DRAFT, ActionState.STOPPED))
    if finding.state == FindingState.ACTED_ON and not living.exists():
        move_finding(finding=finding, to=FindingState.WAITING, by=by, at=at, reason=reason)
        ask_again(finding=finding, unit=action.unit, reason=reason, by=by, at=at, day=timezone.localdate(at))


@transaction.atomic
def add_contributor(
    *, action: Action, unit: Unit | None, partner: str, commitment: str, by: User, at: datetime
) -> Contributor:
    """Add a unit or an external partner with what they commit to."""
    rules.require_nobody([partner, commitment])
    if (unit is None) == (not partner.strip()):
        raise rules.RefusedError("plans.refused.contributor")
    made = Contributor.objects.create(
        action=action, other_unit=unit, partner=partner.strip(), commitment=commitment.strip()
    )
    audit.record("plans.contributor_added", target=action, by=by, at=at, changes={"contributor": (None, made)})
    return made


@transaction.atomic
def remove_contributor(*, contributor: Contributor, by: User, at: datetime) -> None:
    """Take a contributor away."""
    audit.record(
        "plans.contributor_removed",
        target=contributor.action,
        by=by,
        at=at,
        changes={"contributor": (contributor, None)},
    )
    contributor.delete()


@transaction.atomic
def add_milestone(*, action: Action, title: str, due_on: date, by: User, at: datetime) -> Milestone:
    """Add a step on the way."""
    rules.require_nobody([title])
    made = Milestone.objects.create(action=action, title=title.strip(), due_on=due_on)
    audit.record("plans.milestone_added", target=action, by=by, at=at, changes={"milestone": (None, made)})
    return made


@transaction.atomic
def reach_milestone(*, milestone: Milestone, on: date, by: User, at: datetime) -> None:
    """Note that a step is reached; the first day stands."""
    if milestone.reached_on is not None:
        return
    milestone.reached_on = on
    milestone.version += 1
    milestone.save(update_fields=["reached_on", "version"])
    changes = {"reached_on": (None, on)}
    audit.record("plans.milestone_reached", target=milestone.action, by=by, at=at, changes=changes)


@transaction.atomic
def remind(*, at: datetime, day: date) -> tuple[int, int]:
    """Remind of actions near their day or long unreported; tell those above when the day has passed. Each once."""
    under_way = Action.objects.select_for_update(no_key=True, of=("self",)).filter(
        state__in=(ActionState.PLANNED, ActionState.ONGOING)
    )
    silent = Q(reported_at__lte=at - REPORT_EVERY) | Q(reported_at__isnull=True, planned_at__lte=at - REPORT_EVERY)
    soon = under_way.filter(Q(due_on__lte=day + REMIND_BEFORE) | silent, reminded_at__isnull=True)
    late = under_way.filter(due_on__lte=day - ESCALATE_AFTER, escalated_at__isnull=True)
    reminded, escalated = list(soon.select_related("unit", "finding")), list(late.select_related("unit", "finding"))
    Action.objects.filter(pk__in=[row.pk for row in reminded]).update(reminded_at=at)
    Action.objects.filter(pk__in=[row.pk for row in escalated]).update(escalated_at=at)
    for row in reminded:
        transaction.on_commit(partial(_tell, row, "plans.act", "plans.mail.reminder", row.written_by_id, day))
    for row in escalated:
        audit.record("plans.action_escalated", target=row, by=None, at=at)
        transaction.on_commit(partial(_tell, row, "plans.confirm", "plans.mail.escalated", None, day))
    return len(reminded), len(escalated)


def _worse_off(finding: Finding) -> str:
    """The side of a difference that is to be better off; the group itself where nobody has said which way is better."""
    better = {Direction.UP: 1.0, Direction.DOWN: -1.0}.get(direction_of(finding), 0.0)
    return finding.reference_label("sv") if (finding.gap or 0.0) * better > 0 else finding.group_label("sv")


def _locked(action: Action) -> Action:
    return Action.objects.select_for_update(no_key=True, of=("self",)).get(pk=action.pk)


def _require_own_plan(action: Action, plan: Plan | None) -> None:
    """An action stands in a plan of its own unit or of one above it, and one that is still alive."""
    if plan is None or plan.pk == action.plan_id:
        return
    if not action.unit.lies_within(plan.owner):
        raise rules.RefusedError("plans.refused.other_plan")


def _tell(action: Action, permission: str, key: str, writer: int | None, day: date) -> None:
    """Mail whoever wrote it, if they still may act there, else everyone who may: what, where, and why now."""
    url = reverse("plans:action", args=[action.pk])
    due = action.due_on
    why = "unreported" if due is None or due > day + REMIND_BEFORE else "late" if due < day else "soon"
    when = due.isoformat() if due else ""
    people = list(users_with(permission, action.unit))
    for person in [each for each in people if each.pk == writer] or people:
        if not may_know_of(action.finding, person):
            continue
        told = say_in(person.language, f"plans.mail.{why}", day=when)
        mail.send_later(to=person, key=key, url=url, title=action.title, unit=action.unit.name, why=told)
