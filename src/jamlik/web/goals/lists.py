"""Lists of goals and of indicators: columns, filters, what is searched. What goes out can be read back in."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse

from jamlik.web.core import clock
from jamlik.web.core.listing import Column, Filter, Spec
from jamlik.web.core.texts import language, say
from jamlik.web.goals import queries
from jamlik.web.goals.models import Goal, GoalLevel, GoalState
from jamlik.web.register.choices import theme_choices
from jamlik.web.register.queries import active_themes

__all__ = ["GOALS", "INDICATORS", "STATE_LOOK"]

STATE_LOOK = {GoalState.DRAFT: "plain", GoalState.ADOPTED: "ok", GoalState.ENDED: "plain"}


def _levels(request: HttpRequest) -> Iterable[tuple[str, str]]:
    return [(level, say(f"goals.level.{level}")) for level in GoalLevel.values]


def _states(request: HttpRequest) -> Iterable[tuple[str, str]]:
    return [(state, say(f"goals.state.{state}")) for state in GoalState.values]


def _themes(request: HttpRequest) -> Iterable[tuple[str, str]]:
    return [(str(key), label) for key, label in theme_choices(list(active_themes()))]


def _owners(request: HttpRequest) -> Iterable[tuple[str, str]]:
    return [(str(unit.pk), unit.name) for unit in queries.units_that_own().order_by("path")]


def _years(request: HttpRequest) -> Iterable[tuple[str, str]]:
    spans = Goal.objects.values_list("period_from", "period_to").distinct()
    this = clock.today().year
    years = {year for first, last in spans for year in (first, last)} | {this}
    return [(str(year), str(year)) for year in sorted(years)]


def _in_year(rows: QuerySet[Any], value: str) -> QuerySet[Any]:
    return rows.filter(period_from__lte=int(value), period_to__gte=int(value))


def _owned_within(rows: QuerySet[Any], value: str) -> QuerySet[Any]:
    return rows.filter(owner__path__contains=f"/{value}/")


GOALS = Spec(
    name="goals.goals",
    caption="goals.title",
    columns=(
        Column("code", "goals.field.code", lambda goal: goal.code, sort="code"),
        Column(
            "title",
            "goals.field.title",
            lambda goal: goal.title,
            sort="title",
            link=lambda goal: reverse("goals:goal", args=[goal.pk]),
        ),
        Column("level", "goals.field.level", lambda goal: say(f"goals.level.{goal.level}"), sort="level"),
        Column(
            "parent", "goals.field.parent", lambda goal: goal.parent.code if goal.parent else "", sort="parent__code"
        ),
        Column("owner", "goals.field.owner", lambda goal: goal.owner.name, sort="owner__name"),
        Column("from", "goals.field.period_from", lambda goal: str(goal.period_from), sort="period_from"),
        Column("to", "goals.field.period_to", lambda goal: str(goal.period_to), sort="period_to"),
        Column(
            "state",
            "goals.field.state",
            lambda goal: say(f"goals.state.{goal.state}"),
            sort="state",
            tag=lambda goal: STATE_LOOK[GoalState(goal.state)],
        ),
        Column("result", "goals.field.desired_result", lambda goal: goal.desired_result),
        Column("targets", "goals.field.targets_n", lambda goal: goal.targets_n, sort="targets_n", number=True),
    ),
    filters=(
        Filter("level", "goals.field.level", _levels, lambda rows, value: rows.filter(level=value)),
        Filter("state", "goals.field.state", _states, lambda rows, value: rows.filter(state=value)),
        Filter("year", "goals.field.year", _years, _in_year),
        Filter("theme", "goals.field.themes", _themes, lambda rows, value: rows.filter(themes=value)),
        Filter("owner", "goals.field.owner", _owners, _owned_within),
    ),
    search=("code", "title", "desired_result", "how", "agreed_by"),
    sort="code",
    empty="goals.list.none_yet",
)

INDICATORS = Spec(
    name="goals.indicators",
    caption="goals.indicators.title",
    columns=(
        Column(
            "name",
            "goals.field.indicator",
            lambda indicator: indicator.title(language()),
            sort="name_sv",
            link=lambda indicator: reverse("goals:indicator", args=[indicator.pk]),
        ),
        Column("goals", "goals.field.goals_n", lambda indicator: indicator.goals_n, sort="goals_n", number=True),
    ),
    search=("name_sv", "name_en", "name_fi", "key"),
    sort="name",
    empty="goals.indicators.none_yet",
)
