"""Goals, targets and lists, for the walk over every URL."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from itertools import count

from jamlik.web.core.models import User
from jamlik.web.goals.models import Goal, GoalList, Target
from jamlik.web.organisation.models import Unit
from jamlik.web.statistics.models import DataSet, Indicator
from tests.web.objects import Kind
from tests.web.register.objects import at_step, by_key

AT = dt.datetime(2026, 5, 1, 8, 0, tzinfo=dt.UTC)
_numbers = count(1)
_OPEN = "goals are public matters"


def made_goal(unit: Unit) -> Goal:
    return Goal.objects.create(
        title=f"Mål {next(_numbers)}",
        level="term",
        owner=unit,
        agreement="majority",
        agreed_by="Majoriteten",
        agreed_on=dt.date(2026, 1, 1),
        desired_result="Bättre.",
        period_from=2023,
        period_to=2026,
    )


def made_adopted(unit: Unit) -> Goal:
    goal = made_goal(unit)
    Goal.objects.filter(pk=goal.pk).update(state="adopted")
    return goal


def made_target(unit: Unit) -> Target:
    number = next(_numbers)
    return Target.objects.create(
        goal=made_goal(unit),
        kind="gap",
        indicator=Indicator.objects.create(key=f"local:i{number}", name_sv="Mått"),
        data_set=DataSet.objects.create(title="Data", owner=unit, created_at=AT),
        question_key="q",
        aim_kind="share",
        aim=Decimal("0.5"),
        baseline_period="2022",
        by_year=2030,
    )


def made_list(unit: Unit) -> GoalList:
    number = next(_numbers)
    by = User.objects.create_user(f"handed{number}@ekby.example", name="Någon")
    rows = [{"row": "2", "code": f"w{number}", "title": "Nytt", "level": "committee", "period_from": "2026"}]
    rows[0]["period_to"] = "2026"
    return GoalList.objects.create(file_name="mål.csv", owner=unit, rows=rows, uploaded_by=by, uploaded_at=AT)


KINDS = [
    Kind("goals.goal", made_goal, ("goals:goal",), by_key, scoped=False, why_open=_OPEN),
    Kind("goals.goal", made_goal, ("goals:edit_goal", "goals:new_target", "goals:adopt"), by_key),
    Kind("goals.goal", made_goal, ("goals:edit_goal_step", "goals:new_target_step"), at_step),
    Kind("goals.adopted", made_adopted, ("goals:end",), by_key),
    Kind("goals.target", made_target, ("goals:target",), by_key, scoped=False, why_open=_OPEN),
    Kind("goals.target", made_target, ("goals:withdraw",), by_key),
    Kind(
        "goals.indicator",
        lambda unit: made_target(unit).indicator,
        ("goals:indicator",),
        by_key,
        scoped=False,
        why_open=_OPEN,
    ),
    Kind(
        "goals.new_goal",
        made_goal,
        ("goals:new_goal_step",),
        lambda made: {"step": "what"},
        scoped=False,
        why_open="the owner is chosen within one's scope",
    ),
    Kind("goals.list", made_list, ("goals:review", "goals:accept_list", "goals:drop_list"), by_key),
]
