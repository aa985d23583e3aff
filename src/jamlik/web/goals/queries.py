"""Everything that is read about goals and targets."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.db.models import Count, Exists, OuterRef, Prefetch, Q, QuerySet

from jamlik.model.frozen import thawed_group
from jamlik.model.indicators import Direction
from jamlik.web.goals.models import AimKind, Goal, GoalLevel, GoalState, GoalVersion, Target
from jamlik.web.goals.progress import Aim, Point, Progress, progress_of
from jamlik.web.goals.series import Asked, published_analyses, published_points
from jamlik.web.organisation.models import Unit
from jamlik.web.statistics.models import Indicator, LevelRows

__all__ = [
    "Branch",
    "Judged",
    "asked_of",
    "branches",
    "goal_with_all",
    "goals",
    "indicator_with_goals",
    "indicators_with_goals",
    "judged",
    "progress",
    "published_indicators",
    "serving",
    "units_that_own",
]

_LEVELS = list(GoalLevel)


@dataclass(frozen=True, slots=True)
class Judged:
    """A target with its published series and how it goes."""

    target: Target
    points: tuple[Point, ...]
    progress: Progress


@dataclass(frozen=True, slots=True)
class Branch:
    """A goal in the tree: whether it was asked for, whether a level opens below it, how many levels end after it."""

    goal: Goal
    chosen: bool
    opens: bool
    closes: range
    judged: tuple[Judged, ...]


def goals() -> QuerySet[Goal]:
    """All goals with what a list shows, and `targets_n`: how many targets stand."""
    standing = Count("targets", filter=Q(targets__withdrawn_on__isnull=True))
    return Goal.objects.select_related("owner", "parent").prefetch_related("themes").annotate(targets_n=standing)


def goal_with_all(key: int) -> Goal | None:
    """One goal with everything its page shows, in a fixed number of queries."""
    versions = GoalVersion.objects.select_related("made_by").order_by("-number")
    targets = Target.objects.select_related("indicator", "data_set", "goal__owner")
    return (
        Goal.objects.select_related("owner", "parent__owner")
        .prefetch_related(
            "themes__theme_set",
            "documents",
            Prefetch("children", Goal.objects.select_related("owner")),
            Prefetch("versions", versions),
            Prefetch("targets", targets),
        )
        .filter(pk=key)
        .first()
    )


def branches(chosen: QuerySet[Goal] | None = None) -> list[Branch]:
    """The tree in reading order: goals that were asked for, and those above them so that each has its place.

    Without `chosen`, every goal that has not ended. The number of queries does not depend on how many goals there are.
    """
    everything = list(goals().order_by("code", "title", "pk"))
    by_key = {goal.pk: goal for goal in everything}
    if chosen is None:
        wanted = {goal.pk for goal in everything if goal.state != GoalState.ENDED}
    else:
        wanted = set(chosen.order_by().values_list("pk", flat=True).distinct())
    shown = set(wanted)
    for key in wanted:
        above = by_key[key].parent_id
        while above is not None and above not in shown:
            shown.add(above)
            above = by_key[above].parent_id
    ordered = _in_reading_order([goal for goal in everything if goal.pk in shown])
    targets = Target.objects.filter(goal__in=wanted, withdrawn_on__isnull=True).select_related("indicator", "data_set")
    by_goal: dict[int, list[Judged]] = {}
    for each in judged(targets):
        by_goal.setdefault(each.target.goal_id, []).append(each)
    found = []
    for place, (goal, depth) in enumerate(ordered):
        following = ordered[place + 1][1] if place + 1 < len(ordered) else 0
        found.append(
            Branch(
                goal,
                chosen=goal.pk in wanted,
                opens=following > depth,
                closes=range(max(depth - following, 0)),
                judged=tuple(by_goal.get(goal.pk, ())),
            )
        )
    return found


def _in_reading_order(found: list[Goal]) -> list[tuple[Goal, int]]:
    """Each goal followed by what lies below it, with its depth; the farthest-looking first."""
    below: dict[int | None, list[Goal]] = {}
    for goal in sorted(found, key=lambda goal: _LEVELS.index(GoalLevel(goal.level))):
        below.setdefault(goal.parent_id, []).append(goal)
    ordered: list[tuple[Goal, int]] = []

    def put(above: int | None, depth: int) -> None:
        for goal in below.get(above, ()):
            ordered.append((goal, depth))
            put(goal.pk, depth + 1)

    put(None, 0)
    return ordered


def asked_of(target: Target) -> Asked:
    """What a target's series is of."""
    return Asked(target.data_set_id, target.indicator.key, thawed_group(target.group), target.question_key)


def _aim(target: Target) -> Aim:
    share = target.aim_kind == AimKind.SHARE
    return Aim(
        kind=target.kind,
        baseline_period=target.baseline_period,
        by_year=target.by_year,
        value=None if share else float(target.aim),
        share=float(target.aim) if share else None,
    )


def judged(targets: Iterable[Target]) -> list[Judged]:
    """Targets with how they go; the number of queries does not depend on how many there are."""
    rows = list(targets)
    series = published_points(asked_of(target) for target in rows)
    found = []
    for target in rows:
        points = series[asked_of(target)]
        answer = progress_of(
            points,
            _aim(target),
            direction=Direction(target.indicator.direction),
            threshold=float(target.indicator.threshold or 0),
        )
        found.append(Judged(target, points, answer))
    return found


def progress(target: Target) -> Progress:
    """How a target goes, computed from what is published now."""
    return judged([target])[0].progress


def published_indicators() -> QuerySet[Indicator]:
    """Indicators with published figures."""
    out = LevelRows.objects.filter(analysis__in=published_analyses(), indicator=OuterRef("key"))
    return Indicator.objects.filter(Exists(out))


def indicators_with_goals() -> QuerySet[Indicator]:
    """Indicators that some goal is followed by, with `goals_n`."""
    standing = Q(targets__withdrawn_on__isnull=True, targets__isnull=False)
    return Indicator.objects.annotate(goals_n=Count("targets__goal", filter=standing, distinct=True)).filter(
        goals_n__gt=0
    )


def indicator_with_goals(key: int) -> tuple[Indicator, list[Judged]] | None:
    """An indicator and every target that stands on it."""
    indicator = Indicator.objects.filter(pk=key).first()
    if indicator is None:
        return None
    targets = Target.objects.filter(indicator=indicator, withdrawn_on__isnull=True)
    return indicator, judged(targets.select_related("goal__owner", "indicator", "data_set"))


def serving(question_keys: Iterable[str]) -> Mapping[str, list[Goal]]:
    """Goals that have a standing target on each of these questions: what an action may cite."""
    rows = Target.objects.filter(question_key__in=list(question_keys), withdrawn_on__isnull=True)
    found: dict[str, list[Goal]] = {}
    rows = rows.exclude(goal__state=GoalState.ENDED).select_related("goal")
    for target in rows.order_by("goal__code", "goal__title", "goal"):
        if target.goal not in found.setdefault(target.question_key, []):
            found[target.question_key].append(target.goal)
    return found


def units_that_own() -> QuerySet[Unit]:
    """Units that own a goal."""
    return Unit.objects.filter(goals__isnull=False).distinct()
