"""Which actions a finding has and a goal is served by, for the pages of the apps below."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from django.urls import reverse

from jamlik.web.assessments.hooks import PlannedAction
from jamlik.web.goals.hooks import CitingAction
from jamlik.web.organisation.queries import Person
from jamlik.web.plans.models import Action, ActionState
from jamlik.web.plans.queries import visible_actions
from jamlik.web.plans.shown import action_lines, field_label, state_text

__all__ = ["citing", "planned"]

_TOLD = (
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


def planned(findings: Iterable[int]) -> Mapping[int, tuple[PlannedAction, ...]]:
    """Actions by finding: those planned in full and not stopped."""
    rows = Action.objects.filter(finding_id__in=list(findings)).exclude(
        state__in=(ActionState.DRAFT, ActionState.STOPPED)
    )
    found: dict[int, tuple[PlannedAction, ...]] = {}
    for row in rows.select_related("goal", "effect_indicator").order_by("due_on", "pk"):
        shown = PlannedAction(
            row.title,
            reverse("plans:action", args=[row.pk]),
            row.due_on,
            state_text(row),
            row.cost_sek or 0,
            tuple(_lines(row)),
        )
        found[row.finding_id] = (*found.get(row.finding_id, ()), shown)
    return found


def _lines(action: Action) -> list[tuple[str, str]]:
    told = action_lines(action, [name for name in _TOLD if getattr(action, name) not in (None, "")])
    return [(field_label("goal"), str(action.goal)), *told] if action.goal is not None else told


def citing(goal: int, user: Person) -> tuple[CitingAction, ...]:
    """The actions that serve a goal, as far as a person may see them."""
    rows = visible_actions(user).filter(goal=goal).exclude(state=ActionState.DRAFT).order_by("due_on", "pk")
    return tuple(
        CitingAction(row.title, reverse("plans:action", args=[row.pk]), row.unit.name, row.due_on, state_text(row))
        for row in rows
    )
