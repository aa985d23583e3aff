"""A goal to serve, and an action that serves it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest

from jamlik.web.goals.models import Goal
from jamlik.web.organisation.models import Unit
from jamlik.web.plans import actions
from jamlik.web.plans.models import Action
from jamlik.web.statistics.models import Finding
from tests.web.assessments.conftest import asked, at, finding_of, open_round

__all__ = ["asked", "at", "finding_of", "open_round"]


@pytest.fixture
def goal(municipality) -> Goal:
    return Goal.objects.create(
        title="Alla elever lyckas",
        level="term",
        owner=municipality.top,
        state="adopted",
        agreement="majority",
        agreed_by="Kommunfullmäktige",
        agreed_on=date(2026, 11, 1),
        period_from=2026,
        period_to=2050,
    )


@pytest.fixture
def planned(municipality, goal, user_of, at) -> Callable[..., Action]:
    """Plan an action for a finding, through the actions that people use."""

    def make(finding: Finding, unit: Unit | None = None, **fields: object) -> Action:
        place = unit or municipality.units[0][0]
        by = fields.pop("by", None) or user_of("unit_manager", place)
        begun = actions.begin_action(finding=finding, unit=place, by=by, at=at)
        filled = {
            "title": "Läxhjälp två dagar i veckan",
            "goal": goal,
            "role": "Rektor",
            "due_on": date(2027, 12, 1),
            "cost_sek": 120000,
            "expected_effect": "Skillnaden halveras.",
        }
        actions.change_action(action=begun, fields={**filled, **fields}, expected_version=begun.version, by=by, at=at)
        return actions.finish_planning(action=begun, by=by, at=at)

    return make
