"""The published series that a target is judged by: from released analyses only, so that everyone may see them."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from math import hypot
from typing import Any

from django.db.models import QuerySet

from jamlik.model.findings import Level
from jamlik.model.frozen import thawed_group
from jamlik.model.groupings import Group
from jamlik.model.periods import parsed_period
from jamlik.model.tables import Status
from jamlik.web.core import clock
from jamlik.web.goals.progress import Limits, Point
from jamlik.web.statistics.models import Analysis, LevelRows, Observation, ReleaseState

__all__ = ["Asked", "published_analyses", "published_points"]

_SHOWN = frozenset({Status.SHOWN.value, Status.PERTURBED.value})


@dataclass(frozen=True, slots=True)
class Asked:
    """What a series is of: a question in a data set, or (without `question_key`) a group's level alone."""

    data_set: int
    indicator: str
    group: Group
    question_key: str = ""


@dataclass(slots=True)
class _Gathered:
    """Numbers by period, as they are found."""

    starts: dict[str, float] = field(default_factory=dict)
    levels: dict[str, Limits] = field(default_factory=dict)
    references: dict[str, Limits] = field(default_factory=dict)
    gaps: dict[str, Limits] = field(default_factory=dict)


def _start(period: str) -> float | None:
    """When a period begins, in years; None for one that cannot be read, which then has no place in a series."""
    found = parsed_period(period)
    return None if found is None else found.start


def published_analyses(on: dt.date | None = None) -> QuerySet[Analysis]:
    """Analyses that are out: released, not taken back, and their day has come."""
    day = on or clock.today()
    return Analysis.objects.filter(releases__state=ReleaseState.PUBLISHED, releases__released_on__lte=day)


def published_points(asked: Iterable[Asked]) -> dict[Asked, tuple[Point, ...]]:
    """The published series of each question, in time order; the number of queries does not depend on how many.

    Where a period has been published more than once, the latest release counts. A gap comes from the finding; for a
    period that has levels of both sides but no finding, from those two levels and their intervals.
    """
    wanted = list(dict.fromkeys(asked))
    gathered = {each: _Gathered() for each in wanted}
    references = _put_findings(gathered)
    _put_levels(gathered, references)
    return {each: _points(found) for each, found in gathered.items()}


def _put_findings(gathered: Mapping[Asked, _Gathered]) -> dict[Asked, Group]:
    """Gaps and levels from findings; returns who each question compares with."""
    by_question = {(each.data_set, each.question_key): each for each in gathered if each.question_key}
    references: dict[Asked, Group] = {}
    if not by_question:
        return references
    found = (
        Observation.objects.filter(
            analysis__in=published_analyses(),
            finding__question_key__in={key for _, key in by_question},
            finding__data_set__in={data_set for data_set, _ in by_question},
            status__in=_SHOWN,
        )
        .select_related("finding")
        .order_by("analysis__releases__published_at", "pk")
    )
    for observation in found:
        finding = observation.finding
        asked = by_question.get((finding.data_set_id or 0, finding.question_key))
        if asked is None:
            continue
        numbers = observation.numbers
        references[asked] = thawed_group(numbers.get("reference") or ())
        place = gathered[asked]
        place.starts[finding.period] = finding.period_start
        for name, numbered in (("gap", place.gaps), ("level", place.levels), ("level_reference", place.references)):
            limits = _limits(numbers, name)
            if limits is not None:
                numbered[finding.period] = limits
    return references


def _limits(numbers: Mapping[str, Any], name: str) -> Limits | None:
    value, low, high = (numbers.get(key) for key in (name, f"{name}_low", f"{name}_high"))
    if value is None:
        return None
    return Limits(float(value), None if low is None else float(low), None if high is None else float(high))


def _put_levels(gathered: Mapping[Asked, _Gathered], references: Mapping[Asked, Group]) -> None:
    """Levels with intervals from the newest release of each data set, and gaps where only levels are published."""
    if not gathered:
        return
    rows = (
        LevelRows.objects.filter(
            analysis__in=published_analyses(),
            analysis__imported__data_set__in={each.data_set for each in gathered},
            indicator__in={each.indicator for each in gathered},
        )
        .order_by("analysis__releases__published_at", "pk")
        .values_list("analysis__imported__data_set", "indicator", "rows")
    )
    newest: dict[tuple[int, str], str] = {(data_set, indicator): text for data_set, indicator, text in rows}
    parsed: dict[tuple[int, str], dict[tuple[str, Group], Limits]] = {}
    for asked, place in gathered.items():
        source = (asked.data_set, asked.indicator)
        if source not in newest:
            continue
        if source not in parsed:
            parsed[source] = _shown_levels(newest[source])
        for (period, group), limits in parsed[source].items():
            start = _start(period)
            if start is None:
                continue
            if group == asked.group:
                place.starts.setdefault(period, start)
                place.levels[period] = limits
            elif asked in references and group == references[asked]:
                place.starts.setdefault(period, start)
                place.references[period] = limits
        for period in place.levels.keys() & place.references.keys():
            place.gaps.setdefault(period, _gap(place.levels[period], place.references[period]))


def _shown_levels(text: str) -> dict[tuple[str, Group], Limits]:
    """Levels that are shown, by period and group, from frozen rows (`jamlik.model.frozen.level_row`)."""
    names = tuple(Level.__dataclass_fields__)
    period, group, status = (names.index(name) for name in ("period", "group", "status"))
    value, low, high = (names.index(name) for name in ("value", "low", "high"))
    found = {}
    for row in json.loads(text):
        if row[status] in _SHOWN and row[value] is not None:
            limits = [None if row[place] is None else float(row[place]) for place in (low, high)]
            found[(str(row[period]), thawed_group(row[group]))] = Limits(float(row[value]), *limits)
    return found


def _gap(level: Limits, reference: Limits) -> Limits:
    """The gap of two published levels, its interval recovered from theirs as in `analysis.change`."""
    value = level.value - reference.value
    if level.low is None or level.high is None or reference.low is None or reference.high is None:
        return Limits(value)
    low = hypot(level.value - level.low, reference.high - reference.value)
    high = hypot(level.high - level.value, reference.value - reference.low)
    return Limits(value, value - low, value + high)


def _points(found: _Gathered) -> tuple[Point, ...]:
    periods: Sequence[str] = sorted(found.starts, key=lambda period: (found.starts[period], period))
    return tuple(
        Point(
            period,
            found.starts[period],
            found.levels.get(period),
            found.references.get(period),
            found.gaps.get(period),
        )
        for period in periods
    )
