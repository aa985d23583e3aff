"""How many have taken the course in each unit: numbers alone, and none that gives a small unit away."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from jamlik.analysis.tree_counts import End, smallest_told
from jamlik.handbook.course import CourseModule, newest_course
from jamlik.web.core import clock, listing
from jamlik.web.core.access import permission
from jamlik.web.core.listing import Column, Spec
from jamlik.web.core.texts import say, written_number
from jamlik.web.learning.queries import ALL, Coverage, coverages, week_begun
from jamlik.web.learning.shown import text
from jamlik.web.organisation.queries import units_in_scope

__all__ = ["coverage"]

Units = Mapping[int, Coverage]


@permission("learning.coverage")
def coverage(request: HttpRequest) -> HttpResponse:
    """The units of one's scope that may be told of; the same are told of to everybody."""
    until = week_begun(clock.now())
    told = coverages(until)
    rows = units_in_scope(request.user, "learning.coverage").filter(pk__in=told)
    shown = listing.page(request, rows, _spec(told))
    if shown.file is not None:
        return shown.file
    people_n, least_n = smallest_told()
    page = {
        "listing": shown,
        "people_n": people_n,
        "least_n": least_n,
        "until": timezone.localdate(until - timedelta(days=1)),
        "back": reverse("learning:course"),
    }
    return render(request, "learning/coverage.html", page)


def _spec(told: Units) -> Spec:
    """The list: a column for each module and one for the whole course; in a file the number and its share apart."""
    modules = newest_course().modules
    named = [(each.key, _title(each)) for each in modules]
    first = (
        Column("unit", "learning.coverage.unit", lambda unit: unit.name, sort="path"),
        Column("accounts", "learning.coverage.accounts", lambda unit: told[unit.pk].accounts_n, number=True),
    )
    whole = [(ALL, lambda: say("learning.coverage.whole"))]
    return Spec(
        name="learning.coverage",
        columns=(*first, *(Column(key, label, _both(told, key), number=True) for key, label in whole + named)),
        file_columns=(
            *first,
            *(column for key, label in whole + named for column in _apart(told, key, label)),
        ),
        search=("name",),
        sort="unit",
        caption="learning.coverage.title",
        empty="learning.coverage.empty",
    )


def _title(module: CourseModule) -> Callable[[], str]:
    return lambda: text(module.title)


def _number(told: Units, unit: Any, key: str) -> int | str:
    number = told[unit.pk].completed[key]
    if number is None:
        return say("learning.coverage.hidden")
    return say(f"learning.coverage.{number}", least=smallest_told()[1]) if isinstance(number, End) else number


def _both(told: Units, key: str) -> Callable[[Any], str]:
    """A number with its share, as `12 (40 %)`."""

    def value(unit: Any) -> str:
        share = told[unit.pk].share(key)
        number = _number(told, unit, key)
        if share is None:
            return str(number)
        return say("learning.coverage.both", n=written_number(float(number)), percent=round(100 * share))

    return value


def _apart(told: Units, key: str, label: Callable[[], str]) -> tuple[Column, Column]:
    def percent() -> str:
        return say("learning.coverage.percent", what=label())

    def share(unit: Any) -> float | None:
        found = told[unit.pk].share(key)
        return None if found is None else round(100 * found, 1)

    return (
        Column(key, label, lambda unit: _number(told, unit, key), number=True),
        Column(f"{key}_share", percent, share, number=True),
    )
