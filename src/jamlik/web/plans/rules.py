"""What has to hold before something is done with a plan, an action or a remeasurement."""

from __future__ import annotations

from collections.abc import Mapping

from jamlik.web.assessments.rules import RefusedError, require_nobody
from jamlik.web.plans.models import Action, ActionState, Plan, PlanState, Remeasure

__all__ = [
    "NEXT_PLAN_STATES",
    "RefusedError",
    "lacking",
    "require_complete_action",
    "require_confirmable",
    "require_nobody",
    "require_open_action",
    "require_plan_editable",
    "require_plan_move",
]

NEXT_PLAN_STATES: Mapping[str, tuple[PlanState, ...]] = {
    PlanState.DRAFT: (PlanState.REFERRAL, PlanState.ADOPTED),
    PlanState.REFERRAL: (PlanState.REVISED,),
    PlanState.REVISED: (PlanState.REFERRAL, PlanState.ADOPTED),
    PlanState.ADOPTED: (PlanState.FOLLOWED_UP, PlanState.SUPERSEDED),
    PlanState.FOLLOWED_UP: (PlanState.SUPERSEDED,),
    PlanState.SUPERSEDED: (),
}
_NEEDED = ("title", "goal_id", "role", "due_on", "cost_sek")


def require_plan_move(plan: Plan, to: str) -> None:
    """Refuse a step that a plan's life does not have."""
    if to not in NEXT_PLAN_STATES[plan.state]:
        raise RefusedError("plans.refused.move")


def require_plan_editable(plan: Plan) -> None:
    """Refuse to change a plan that is adopted: a new one supersedes it."""
    if plan.state not in (PlanState.DRAFT, PlanState.REFERRAL, PlanState.REVISED):
        raise RefusedError("plans.refused.adopted")


def lacking(action: Action) -> tuple[str, ...]:
    """Fields an action still lacks before it is planned. A cost of nought is an answer."""
    return tuple(name for name in _NEEDED if getattr(action, name) in (None, ""))


def require_complete_action(action: Action) -> None:
    """Refuse to call an action planned that lacks who, when, what it costs or which goal it serves."""
    if lacking(action):
        raise RefusedError("plans.refused.incomplete")
    if action.starts_on and action.due_on and action.due_on < action.starts_on:
        raise RefusedError("plans.refused.dates")


def require_open_action(action: Action) -> None:
    """Refuse to report on an action that is over, or has not begun to exist for others."""
    if action.state not in (ActionState.PLANNED, ActionState.ONGOING):
        raise RefusedError("plans.refused.over")


def require_confirmable(remeasure: Remeasure, *, closed: bool, comment: str) -> None:
    """Refuse a second answer, and an answer that goes against the figures without saying why."""
    if remeasure.confirmed_at is not None:
        raise RefusedError("plans.refused.confirmed")
    if closed != (remeasure.answer == "closed") and not comment.strip():
        raise RefusedError("plans.refused.against_figures")
