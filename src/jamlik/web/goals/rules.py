"""What may be done with goals, and when a goal or a target hangs together."""

from __future__ import annotations

from collections.abc import Sequence

from jamlik.model.indicators import Direction
from jamlik.web.goals.models import AimKind, Goal, GoalLevel, GoalState, TargetKind
from jamlik.web.goals.progress import Point
from jamlik.web.register.rules import BrokenRuleError

__all__ = [
    "LEVELS",
    "is_worse",
    "require_adoptable",
    "require_aim",
    "require_parent",
    "require_period",
    "require_state",
]

LEVELS: tuple[GoalLevel, ...] = tuple(GoalLevel)
_ONE_YEAR = frozenset({GoalLevel.BUDGET})


def require_state(goal: Goal, *allowed: GoalState) -> None:
    """Stop unless a goal is in one of these states.

    Raises
    ------
    BrokenRuleError
        not_in_state.
    """
    if goal.state not in allowed:
        raise BrokenRuleError("", "not_in_state", state=goal.state)


def require_period(*, level: str, period_from: int, period_to: int) -> None:
    """Hold a period in order; a budget is of one year.

    Raises
    ------
    BrokenRuleError
        period_turned or budget_one_year.
    """
    if period_to < period_from:
        raise BrokenRuleError("period_to", "period_turned")
    if level in _ONE_YEAR and period_from != period_to:
        raise BrokenRuleError("period_to", "budget_one_year")


def require_parent(
    *, level: str, period_from: int, period_to: int, parent: Goal | None, children: Sequence[Goal]
) -> None:
    """Hold the tree in order: the goal above looks farther ahead, and their years meet.

    A rolling plan may go on after the term it began in, so the years need only overlap.

    Raises
    ------
    BrokenRuleError
        parent_not_above, parent_other_years, parent_ended or children_not_below.
    """
    place = LEVELS.index(GoalLevel(level))
    if parent is not None:
        if LEVELS.index(GoalLevel(parent.level)) >= place:
            raise BrokenRuleError("parent", "parent_not_above")
        if parent.period_to < period_from or period_to < parent.period_from:
            raise BrokenRuleError("parent", "parent_other_years")
    if any(LEVELS.index(GoalLevel(child.level)) <= place for child in children):
        raise BrokenRuleError("level", "children_not_below")


def require_adoptable(goal: Goal) -> None:
    """Stop a goal from being adopted before it says what is to be reached, and who agreed to it and when.

    Raises
    ------
    BrokenRuleError
        no_desired_result, no_agreed_by or no_agreed_on.
    """
    if not goal.desired_result.strip():
        raise BrokenRuleError("desired_result", "no_desired_result")
    if not goal.agreed_by.strip():
        raise BrokenRuleError("agreed_by", "no_agreed_by")
    if goal.agreed_on is None:
        raise BrokenRuleError("agreed_on", "no_agreed_on")


def require_aim(
    *,
    kind: str,
    aim_kind: str,
    aim: float,
    by_year: int,
    baseline_period: str,
    points: Sequence[Point],
    direction: str = "",
    meant: bool = False,
) -> None:
    """Hold a target to what has been published: its baseline is a figure that is shown, its year comes later.

    An aim that is worse than the baseline has to be `meant`, since it mostly is a slip.

    Raises
    ------
    BrokenRuleError
        share_of_a_level, share_below_one, gap_is_a_size, baseline_not_shown, year_before_baseline or
        worse_than_baseline.
    """
    if aim_kind == AimKind.SHARE and kind != TargetKind.GAP:
        raise BrokenRuleError("aim_kind", "share_of_a_level")
    if aim_kind == AimKind.SHARE and not 0 <= aim < 1:
        raise BrokenRuleError("aim", "share_below_one")
    if kind == TargetKind.GAP and aim < 0:
        raise BrokenRuleError("aim", "gap_is_a_size")
    baseline = _baseline(points, baseline_period)
    shown = baseline is not None and (baseline.gap if kind == TargetKind.GAP else baseline.level) is not None
    if baseline is None or not shown:
        raise BrokenRuleError("baseline_period", "baseline_not_shown")
    if by_year <= baseline.start:
        raise BrokenRuleError("by_year", "year_before_baseline", period=baseline_period)
    worse = is_worse(
        kind=kind, aim_kind=aim_kind, aim=aim, baseline_period=baseline_period, points=points, direction=direction
    )
    if worse and not meant:
        raise BrokenRuleError("meant", "worse_than_baseline", period=baseline_period)


def is_worse(
    *, kind: str, aim_kind: str, aim: float, baseline_period: str, points: Sequence[Point], direction: str
) -> bool:
    """Whether an aim lies on the wrong side of the baseline: a wider gap, or a level against its direction."""
    baseline = _baseline(points, baseline_period)
    if baseline is None or aim_kind == AimKind.SHARE:
        return False
    if kind == TargetKind.GAP:
        return baseline.gap is not None and aim > abs(baseline.gap.value)
    if baseline.level is None:
        return False
    return (direction == Direction.UP and aim < baseline.level.value) or (
        direction == Direction.DOWN and aim > baseline.level.value
    )


def _baseline(points: Sequence[Point], period: str) -> Point | None:
    return next((point for point in points if point.period == period), None)
