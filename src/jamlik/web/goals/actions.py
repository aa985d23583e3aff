"""Everything that is written about goals and targets. Each action is one transaction that ends in the audit log."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, fields
from decimal import Decimal
from typing import Any

from django.db import IntegrityError, transaction

from jamlik.web.core import access, audit
from jamlik.web.core.editing import save_if_unchanged
from jamlik.web.core.models import User
from jamlik.web.goals import rules
from jamlik.web.goals.models import Goal, GoalState, GoalVersion, Target
from jamlik.web.goals.progress import Point
from jamlik.web.organisation.models import Unit
from jamlik.web.register.models import Document, Theme
from jamlik.web.register.rules import BrokenRuleError, require_nobody
from jamlik.web.statistics.models import DataSet, Indicator

__all__ = [
    "WORDING",
    "GoalFacts",
    "TargetFacts",
    "add_goal",
    "add_target",
    "adopt_goal",
    "edit_goal",
    "end_goal",
    "withdraw_target",
]

EDIT, ADOPT = "goals.edit", "goals.adopt"
WORDING = (
    "title",
    "desired_result",
    "how",
    "agreement",
    "agreed_by",
    "agreed_on",
    "how_by",
    "period_from",
    "period_to",
)
_PLAIN = ("code", "level", "parent", "owner", *WORDING)
_MANY = ("themes", "documents")
_TEXTS = ("title", "desired_result", "how", "agreed_by", "how_by")


@dataclass(frozen=True, slots=True)
class GoalFacts:
    """What a person says of a goal."""

    level: str
    title: str
    owner: Unit
    period_from: int
    period_to: int
    agreement: str
    code: str = ""
    parent: Goal | None = None
    desired_result: str = ""
    how: str = ""
    agreed_by: str = ""
    agreed_on: dt.date | None = None
    how_by: str = ""
    themes: tuple[Theme, ...] = ()
    documents: tuple[Document, ...] = ()


@dataclass(frozen=True, slots=True)
class TargetFacts:
    """What a person chooses for a target; `points` are the published figures it is set against."""

    kind: str
    indicator: Indicator
    data_set: DataSet
    aim_kind: str
    aim: Decimal
    baseline_period: str
    by_year: int
    points: Sequence[Point]
    question_key: str = ""
    group: Sequence[Sequence[str]] = ()
    group_texts: Mapping[str, str] | None = None
    reference_texts: Mapping[str, str] | None = None
    reason: str = ""
    meant: bool = False  # worse than the baseline, and chosen so


def _require_sound(goal: Goal | None, facts: GoalFacts) -> None:
    rules.require_period(level=facts.level, period_from=facts.period_from, period_to=facts.period_to)
    rules.require_parent(
        level=facts.level,
        period_from=facts.period_from,
        period_to=facts.period_to,
        parent=facts.parent,
        children=list(goal.children.all()) if goal is not None else [],
    )
    require_nobody(**{name: str(getattr(facts, name)) for name in _TEXTS})
    _require_own_code(goal, facts.code)


def _require_own_code(goal: Goal | None, code: str) -> None:
    others = Goal.objects.filter(code=code)
    if goal is not None:
        others = others.exclude(pk=goal.pk)
    if code and others.exists():
        raise BrokenRuleError("code", "code_taken", code=code)


@contextmanager
def _code_at_once(goal: Goal | None, code: str) -> Iterator[None]:
    """Two who give the same number at the same instant: the database lets one in, the other is told as by the rule."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError:
        _require_own_code(goal, code)
        raise


def _in_order(rows: Any) -> list[Any]:
    return sorted(rows, key=lambda row: int(row.pk))


@transaction.atomic
def add_goal(*, facts: GoalFacts, by: User, at: dt.datetime) -> Goal:
    """Add a goal as a draft."""
    access.require(by, EDIT, unit=facts.owner)
    _require_sound(None, facts)
    with _code_at_once(None, facts.code):
        goal = Goal.objects.create(**{name: getattr(facts, name) for name in _PLAIN})
    changes: dict[str, tuple[object, object]] = {
        name: (None, getattr(facts, name)) for name in _PLAIN if getattr(facts, name) not in (None, "")
    }
    for name in _MANY:
        getattr(goal, name).set(getattr(facts, name))
        changes[name] = ([], _in_order(getattr(facts, name)))
    audit.record("goals.goal_added", target=goal, by=by, at=at, changes=changes)
    return goal


@transaction.atomic
def edit_goal(
    *, goal: Goal, facts: GoalFacts, expected_version: int, by: User, at: dt.datetime, reason: str = ""
) -> Goal:
    """Change a goal. A new wording of an adopted goal needs a reason, and the old wording is kept.

    Raises
    ------
    EditConflict
        Somebody else changed it since it was read.
    BrokenRuleError
        The goal has ended, the facts do not hang together, or the reason is missing.
    """
    access.require(by, EDIT, unit=goal.owner)
    access.require(by, EDIT, unit=facts.owner)
    rules.require_state(goal, GoalState.DRAFT, GoalState.ADOPTED)
    _require_sound(goal, facts)
    require_nobody(reason=reason)
    changes: dict[str, tuple[object, object]] = {
        name: (getattr(goal, name), getattr(facts, name))
        for name in _PLAIN
        if getattr(goal, name) != getattr(facts, name)
    }
    reworded = goal.state == GoalState.ADOPTED and any(name in changes for name in WORDING)
    if reworded and not reason.strip():
        raise BrokenRuleError("reason", "no_reason")
    for name in _PLAIN:
        setattr(goal, name, getattr(facts, name))
    if goal.state == GoalState.ADOPTED:
        rules.require_adoptable(goal)
    with _code_at_once(goal, facts.code):
        save_if_unchanged(goal, fields=_PLAIN, expected_version=expected_version)
    for name in _MANY:
        rows, wanted = getattr(goal, name), getattr(facts, name)
        if _in_order(rows.all()) != _in_order(wanted):
            changes[name] = (_in_order(rows.all()), _in_order(wanted))
            rows.set(wanted)
    if reworded:
        _keep_wording(goal, reason=reason, by=by, at=at)
    if changes:
        audit.record("goals.goal_edited", target=goal, by=by, at=at, changes=changes, note=reason)
    return goal


def _keep_wording(goal: Goal, *, reason: str, by: User, at: dt.datetime) -> GoalVersion:
    latest = goal.versions.order_by("-number").first()
    return GoalVersion.objects.create(
        goal=goal,
        number=latest.number + 1 if latest else 1,
        reason=reason,
        made_by=by,
        made_at=at,
        **{name: getattr(goal, name) for name in WORDING},
    )


@transaction.atomic
def adopt_goal(*, goal: Goal, expected_version: int, by: User, at: dt.datetime) -> Goal:
    """Say that a goal has been agreed to. From then on each wording is kept."""
    access.require(by, ADOPT, unit=goal.owner)
    rules.require_state(goal, GoalState.DRAFT)
    rules.require_adoptable(goal)
    goal.state = GoalState.ADOPTED
    save_if_unchanged(goal, fields=("state",), expected_version=expected_version)
    _keep_wording(goal, reason="", by=by, at=at)
    changes = {"state": (GoalState.DRAFT, GoalState.ADOPTED)}
    audit.record("goals.goal_adopted", target=goal, by=by, at=at, changes=changes)
    return goal


@transaction.atomic
def end_goal(*, goal: Goal, on: dt.date, reason: str, expected_version: int, by: User, at: dt.datetime) -> Goal:
    """End an adopted goal; it stays to be read, with its targets."""
    access.require(by, ADOPT, unit=goal.owner)
    rules.require_state(goal, GoalState.ADOPTED)
    if not reason.strip():
        raise BrokenRuleError("reason", "no_reason")
    require_nobody(reason=reason)
    if goal.agreed_on is not None and on < goal.agreed_on:
        raise BrokenRuleError("ended_on", "ends_before_agreed")
    goal.state, goal.ended_on = GoalState.ENDED, on
    save_if_unchanged(goal, fields=("state", "ended_on"), expected_version=expected_version)
    changes = {"state": (GoalState.ADOPTED, GoalState.ENDED), "ended_on": (None, on)}
    audit.record("goals.goal_ended", target=goal, by=by, at=at, changes=changes, note=reason)
    return goal


@transaction.atomic
def add_target(*, goal: Goal, facts: TargetFacts, by: User, at: dt.datetime) -> Target:
    """Set a target against published figures.

    Raises
    ------
    BrokenRuleError
        The goal has ended, or the aim does not hang together with what is published.
    """
    access.require(by, EDIT, unit=goal.owner)
    rules.require_state(goal, GoalState.DRAFT, GoalState.ADOPTED)
    require_nobody(reason=facts.reason)
    rules.require_aim(
        kind=facts.kind,
        aim_kind=facts.aim_kind,
        aim=float(facts.aim),
        by_year=facts.by_year,
        baseline_period=facts.baseline_period,
        points=facts.points,
        direction=facts.indicator.direction,
        meant=facts.meant,
    )
    chosen = {each.name: getattr(facts, each.name) for each in fields(facts) if each.name not in ("points", "meant")}
    chosen["group"] = [list(pair) for pair in facts.group]
    chosen["group_texts"] = dict(facts.group_texts or {})
    chosen["reference_texts"] = dict(facts.reference_texts or {})
    target = Target.objects.create(goal=goal, **chosen)
    told = ("indicator", "kind", "aim_kind", "aim", "baseline_period", "by_year")
    changes: dict[str, tuple[object, object]] = {name: (None, getattr(facts, name)) for name in told}
    sides = [each["sv"] for each in (facts.group_texts, facts.reference_texts) if each and each.get("sv")]
    if sides:
        changes["question"] = (None, ", ".join(sides))
    if facts.meant:
        changes["meant"] = (None, True)
    audit.record("goals.target_added", target=target, by=by, at=at, changes=changes, note=facts.reason)
    return target


@transaction.atomic
def withdraw_target(
    *, target: Target, on: dt.date, reason: str, expected_version: int, by: User, at: dt.datetime
) -> Target:
    """Take a target back; it stays to be read."""
    access.require(by, EDIT, unit=target.goal.owner)
    if target.withdrawn_on is not None:
        raise BrokenRuleError("", "already_withdrawn")
    if not reason.strip():
        raise BrokenRuleError("reason", "no_reason")
    require_nobody(reason=reason)
    target.withdrawn_on = on
    save_if_unchanged(target, fields=("withdrawn_on",), expected_version=expected_version)
    audit.record(
        "goals.target_withdrawn", target=target, by=by, at=at, changes={"withdrawn_on": (None, on)}, note=reason
    )
    return target
