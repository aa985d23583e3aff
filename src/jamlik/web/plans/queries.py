"""Everything that is read about plans and actions, in a fixed number of questions to the database."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Sum

from jamlik.web.assessments.queries import scope_and_above
from jamlik.web.core import clock
from jamlik.web.goals.models import Goal, GoalState
from jamlik.web.organisation.models import Unit
from jamlik.web.organisation.queries import Person, scope_ids
from jamlik.web.plans.models import Action, ActionState, Plan, PlanState, Remeasure
from jamlik.web.statistics.models import Finding, Indicator
from jamlik.web.statistics.queries import open_to, open_to_all, same_question

__all__ = [
    "BOARD",
    "Lane",
    "Measured",
    "board",
    "choosable_goals",
    "choosable_indicators",
    "choosable_plans",
    "gap_series",
    "goal_of_question",
    "is_late",
    "late_actions",
    "later_measurements",
    "plan_actions",
    "plan_cost",
    "remeasure_to_confirm",
    "remeasures_of",
    "timeline_actions",
    "visible_actions",
    "visible_plans",
]

BOARD = (ActionState.PLANNED, ActionState.ONGOING, ActionState.DONE, ActionState.STOPPED)
_LANE_ROWS = 20


@dataclass(frozen=True, slots=True)
class Lane:
    """One state on the board: the nearest actions, and how many there are in all."""

    state: str
    actions: tuple[Action, ...]
    total_n: int

    @property
    def more_n(self) -> int:
        """How many are only in the list."""
        return self.total_n - len(self.actions)


@dataclass(frozen=True, slots=True)
class Measured:
    """A gap at a period, with its uncertainty; None where it may not be shown."""

    finding: Finding
    gap: float | None
    low: float | None
    high: float | None
    level: float | None
    reference: float | None

    @property
    def shown(self) -> bool:
        """Whether there is a number to show."""
        return self.gap is not None


def visible_actions(user: Person) -> QuerySet[Action]:
    """Actions a person may see: drafts only where they act themselves."""
    own, read = scope_ids(user, "plans.act"), scope_ids(user, "plans.read")
    seen = Q(unit_id__in=own) | (Q(unit_id__in=read) & ~Q(state=ActionState.DRAFT))
    related = ("unit", "goal", "plan", "finding__indicator", "finding__inside", "effect_indicator", "written_by")
    return Action.objects.filter(seen & open_to(user, "finding")).select_related(*related)


def visible_plans(user: Person) -> QuerySet[Plan]:
    """Plans a person may see: a draft for those who edit, else for all who read about its owner or work below it.

    A plan is a public document: actions that only those inside a committee may know of are not counted among its own.
    """
    own = scope_ids(user, "plans.plan_edit")
    above = scope_and_above(user, "plans.read")
    seen = Q(owner_id__in=own) | (Q(owner_id__in=above) & ~Q(state=PlanState.DRAFT))
    rows = Plan.objects.filter(seen).select_related("owner", "supersedes")
    return rows.annotate(actions_n=Count("actions", filter=open_to_all("actions__finding")))


def is_late(action: Action, day: date) -> bool:
    """Whether an action should have been done."""
    under_way = action.state in (ActionState.PLANNED, ActionState.ONGOING)
    return under_way and action.due_on is not None and action.due_on < day


def late_actions(user: Person, day: date) -> QuerySet[Action]:
    """Actions that should have been done, the oldest first."""
    rows = visible_actions(user).filter(state__in=(ActionState.PLANNED, ActionState.ONGOING), due_on__lt=day)
    return rows.order_by("due_on", "pk")


def board(actions: QuerySet[Action]) -> list[Lane]:
    """Lanes by state, the nearest day first; a long lane is cut and says so."""
    totals: dict[str, int] = dict(actions.order_by().values_list("state").annotate(n=Count("pk")))
    return [
        Lane(state, tuple(actions.filter(state=state).order_by("due_on", "pk")[:_LANE_ROWS]), totals.get(state, 0))
        for state in BOARD
    ]


def timeline_actions(actions: QuerySet[Action]) -> QuerySet[Action]:
    """Actions with a day, in time order."""
    return actions.filter(due_on__isnull=False).prefetch_related("milestones").order_by("due_on", "pk")


def choosable_goals(unit: Unit) -> QuerySet[Goal]:
    """Goals an action of a unit may serve: adopted, owned above the unit or by it, still running."""
    year = clock.today().year
    return Goal.objects.filter(
        owner_id__in=[*unit.ancestor_keys, unit.pk], state=GoalState.ADOPTED, period_to__gte=year
    )


def goal_of_question(finding: Finding, goals: QuerySet[Goal]) -> Goal | None:
    """The goal that has a target on the very question, or else the only one on the indicator; None without one."""
    standing = Q(targets__withdrawn_on__isnull=True)
    if finding.question_key:
        found = goals.filter(standing, targets__question_key=finding.question_key).order_by("pk").first()
        if found is not None:
            return found
    near = list(goals.filter(standing, targets__indicator=finding.indicator_id).distinct()[:2])
    return near[0] if len(near) == 1 and finding.indicator_id else None


def choosable_indicators(finding: Finding) -> QuerySet[Indicator]:
    """Indicators an action may be expected to change: those with figures in the finding's part of the municipality."""
    near = Q(owner_id__in=finding.owner.ancestor_keys) | Q(owner__path__startswith=finding.owner.path)
    measured = Finding.objects.filter(near, indicator=OuterRef("pk"))
    return Indicator.objects.filter(Exists(measured))


def choosable_plans(unit: Unit) -> QuerySet[Plan]:
    """Plans an action of a unit may stand in."""
    alive = Plan.objects.exclude(state__in=(PlanState.SUPERSEDED, PlanState.FOLLOWED_UP))
    return alive.filter(owner_id__in=[*unit.ancestor_keys, unit.pk])


def later_measurements(finding: Finding) -> list[Finding]:
    """The same question at later periods, the latest first."""
    return [each for each in reversed(same_question(finding)) if each.period_start > finding.period_start]


def gap_series(finding: Finding) -> list[Measured]:
    """The gap at the finding's period and at every later one, in time order; nothing for one that has no figures."""
    if not finding.question_key:
        return []
    return [_measured(each) for each in (finding, *reversed(later_measurements(finding)))]


def _measured(finding: Finding) -> Measured:
    def number(name: str) -> float | None:
        value = finding.measured.get(name)
        return None if value is None else float(value)

    return Measured(
        finding, number("gap"), number("gap_low"), number("gap_high"), number("level"), number("level_reference")
    )


def remeasure_to_confirm(user: Person) -> QuerySet[Remeasure]:
    """Answers that wait for a person, in their scope."""
    scope = scope_ids(user, "plans.confirm")
    acted_on = Action.objects.filter(unit_id__in=scope).values("finding")
    asked = Remeasure.objects.filter(open_to(user, "before"), before__in=acted_on, confirmed_at__isnull=True)
    return asked.select_related("before__owner", "after", "made_by").order_by("made_at")


def plan_actions(plan: Plan) -> QuerySet[Action]:
    """The actions that stand in a plan: no drafts, and none that only those inside a committee may know of."""
    return Action.objects.filter(open_to_all("finding"), plan=plan).exclude(state=ActionState.DRAFT)


def plan_cost(plan: Plan) -> int:
    """What a plan's actions cost together; drafts and what was stopped are left out."""
    counted = plan_actions(plan).exclude(state=ActionState.STOPPED)
    return counted.aggregate(sum=Sum("cost_sek"))["sum"] or 0


def remeasures_of(finding: Finding) -> list[Remeasure]:
    """What came of asking again about a finding, the latest first."""
    return list(finding.remeasures.select_related("after", "made_by", "confirmed_by"))
