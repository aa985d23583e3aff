"""What a chart is about: one indicator's published numbers, rounded as they are printed, with their labels.

A number is read from a level only when its status says that it may be shown; whatever else a level holds is left
alone. Everything drawn, described or put in a table comes through here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from jamlik.charts.chart import TableCell
from jamlik.model.findings import Finding, Level
from jamlik.model.groupings import Dimension, Group, Role, group_of
from jamlik.model.indicators import Indicator
from jamlik.model.periods import parsed_period
from jamlik.model.results import AnalysisResult
from jamlik.model.tables import Status
from jamlik.model.words import (
    NBSP,
    counted,
    decimals_for,
    format_number,
    format_percent,
    format_signed,
    phrase,
    published,
    words,
)

__all__ = ["NUMBER_SHOWN", "Point", "Subject", "years_of"]

NUMBER_SHOWN = frozenset({Status.SHOWN, Status.PERTURBED})


@dataclass(frozen=True, slots=True)
class Point:
    """A group's level at a period, rounded; numbers are None unless they may be shown."""

    group: Group
    period: str
    status: Status
    value: float | None = None
    low: float | None = None
    high: float | None = None
    shrunken: float | None = None
    bound_low: float | None = None
    bound_high: float | None = None

    @property
    def shown(self) -> bool:
        """Whether there is a value to draw."""
        return self.value is not None

    @property
    def drawn(self) -> bool:
        """Whether there is anything to draw: a value, or the limits it lies within."""
        return self.value is not None or (self.bound_low is not None and self.bound_high is not None)

    @property
    def numbers(self) -> tuple[float, ...]:
        """Every number that the picture must have room for."""
        found = (self.value, self.low, self.high, self.bound_low, self.bound_high)
        return tuple(number for number in found if number is not None)


def _rounded(value: float | None, decimals: int) -> float | None:
    return None if value is None else published(value, decimals)


def _point(level: Level, decimals: int) -> Point:
    start = (level.group, level.period, level.status)
    if level.status in NUMBER_SHOWN and level.value is not None:
        four = (level.value, level.low, level.high, level.shrunken)
        return Point(*start, *(_rounded(number, decimals) for number in four))
    if level.status is Status.BOUNDED:
        bounds = _rounded(level.bound_low, decimals), _rounded(level.bound_high, decimals)
        return Point(*start, bound_low=bounds[0], bound_high=bounds[1])
    missing = Status.MISSING if level.status in NUMBER_SHOWN else level.status
    return Point(level.group, level.period, missing)


_last: tuple[tuple[Level, ...], dict[str, list[Level]]] = ((), {})


def _levels_of(result: AnalysisResult, indicator: str) -> Sequence[Level]:
    """Return the indicator's levels; the index of the latest result is kept, since its indicators come in turn."""
    global _last
    if _last[0] is not result.levels:
        index: dict[str, list[Level]] = {}
        for level in result.levels:
            index.setdefault(level.indicator, []).append(level)
        _last = (result.levels, index)
    return _last[1].get(indicator, [])


@dataclass(frozen=True)
class Subject:
    """One indicator of a result, in one language."""

    result: AnalysisResult
    indicator: Indicator
    lang: str

    @cached_property
    def decimals(self) -> int:
        """How many decimals its levels are printed with."""
        levels = _levels_of(self.result, self.indicator.id)
        values = [abs(x.value) for x in levels if x.status in NUMBER_SHOWN and x.value is not None]
        return decimals_for(max(values, default=0.0), self.indicator.unit)

    @cached_property
    def points(self) -> Mapping[tuple[str, Group], Point]:
        """Every level, by period and group."""
        levels = _levels_of(self.result, self.indicator.id)
        return {(level.period, level.group): _point(level, self.decimals) for level in levels}

    @cached_property
    def findings(self) -> Mapping[tuple[Group, Group], Finding]:
        """Its findings, by group and reference."""
        own = (finding for finding in self.result.findings if finding.indicator == self.indicator.id)
        return {(finding.group, finding.reference): finding for finding in own}

    @cached_property
    def periods(self) -> tuple[str, ...]:
        """Its periods in time order."""
        own = {period for period, _ in self.points}
        return tuple(period for period in self.result.periods if period in own)

    @property
    def latest(self) -> str:
        """The period its findings are about."""
        named = self.result.latest.get(self.indicator.id, "")
        return named or (self.periods[-1] if self.periods else "")

    @cached_property
    def sex(self) -> Dimension | None:
        """The dimension that tells women from men, if both are there."""
        found = (d for d in self.result.table.dimensions.values() if d.role is Role.SEX)
        return next((d for d in found if {"K", "M"} <= set(d.codes)), None)

    @property
    def sexes(self) -> tuple[str, ...]:
        """Codes of women and men, or the empty code when the result is not divided by sex."""
        return ("K", "M") if self.sex else ("",)

    def at(self, group: Group, period: str = "") -> Point | None:
        """A group's point, at the latest period unless another is named."""
        return self.points.get((period or self.latest, group))

    def with_sex(self, group: Group, sex: str) -> Group:
        """The same group, narrowed to one sex."""
        return group_of(**{**dict(group), self.sex.name: sex}) if self.sex and sex else group

    @cached_property
    def whole(self) -> Group:
        """Everybody, or the area in focus when the result holds no total."""
        if any(group == () for _, group in self.points) or not self.result.focus:
            return ()
        named = next((d for d in self.result.table.dimensions.values() if self.result.focus in d.labels), None)
        return group_of(**{named.name: self.result.focus}) if named else ()

    @property
    def whole_label(self) -> str:
        """What everybody is called."""
        return self.group_label(self.whole) if self.whole else phrase(self.lang, "charts.total")

    def label(self, dimension: str, code: str) -> str:
        """A code's label: the file's own words, except for sex in another language."""
        found = self.result.table.dimensions.get(dimension)
        if code.startswith("!"):
            return phrase(self.lang, "charts.rest")
        if found and found.role is Role.SEX and self.lang != self.result.lang and code in ("K", "M"):
            return phrase(self.lang, f"charts.sex.{code}")
        named = self.result.names.get(f"{dimension}:{code}")
        return named or (found.labels.get(code, code) if found else code)

    def sex_label(self, code: str) -> str:
        """What women and men are called here, with a capital."""
        text = self.label(self.sex.name, code) if self.sex else ""
        return text[:1].upper() + text[1:]

    def group_label(self, group: Group) -> str:
        """A group in words, sex first."""
        roles = self.result.table.dimensions
        sexed = sorted(group, key=lambda pair: not (pair[0] in roles and roles[pair[0]].role is Role.SEX))
        text = ", ".join(self.label(*pair) for pair in sexed) or phrase(self.lang, "charts.total")
        return text[:1].upper() + text[1:]

    def heading(self, dimension: str) -> str:
        """What a dimension is called: the file's own word, or ours where the file has a code (`baskod2010`)."""
        found = self.result.table.dimensions.get(dimension)
        if found and found.title and found.title.replace(" ", "").replace("-", "").isalpha():
            return found.title
        ours = words(self.lang, "charts.dimension")
        return ours.get(found.role.value if found else dimension, dimension)

    @property
    def name(self) -> str:
        """The indicator's name."""
        return self.indicator.title(self.lang)

    @property
    def unit(self) -> str:
        """The unit of a level, as it is written on an axis."""
        return phrase(self.lang, "charts.percent") if self.indicator.unit == "%" else self.indicator.unit

    @property
    def gap_unit(self) -> str:
        """The unit of a difference."""
        return phrase(self.lang, "charts.points") if self.indicator.unit == "%" else self.indicator.unit

    @property
    def top(self) -> float | None:
        """The highest value there can be."""
        return 100.0 if self.indicator.unit == "%" else None

    @property
    def floor(self) -> float | None:
        """The lowest value there can be; None when some level is below zero."""
        return 0.0 if all(number >= 0 for point in self.points.values() for number in point.numbers) else None

    @property
    def source(self) -> str:
        """Where the numbers come from, as one line."""
        named = self.indicator.source or self.result.source or self.result.title or self.result.run.input_name
        return phrase(self.lang, "charts.source", source=named)

    def number(self, value: float) -> str:
        """A level as it is printed in running text, with its unit when that is short."""
        if self.indicator.unit == "%":
            return format_percent(value, self.decimals, self.lang)
        text = format_number(value, self.decimals, self.lang)
        return f"{text}{NBSP}{self.indicator.unit}" if self.indicator.unit else text

    def bare(self, value: float) -> str:
        """A level as it is printed in a table or beside a mark."""
        return format_number(value, self.decimals, self.lang)

    def signed(self, value: float) -> str:
        """A difference with its sign."""
        return format_signed(value, self.decimals, self.lang)

    def range_text(self, low: float, high: float, *, signed: bool = False) -> str:
        """Two limits: `61,2–68,0`, or with a word between when there are signs."""
        if not signed and low >= 0:
            return f"{self.bare(low)}–{self.bare(high)}"
        write = self.signed if signed else self.bare
        return phrase(self.lang, "charts.range", low=write(low), high=write(high))

    def status_text(self, status: Status) -> str:
        """What is written where a number is not."""
        return phrase(self.lang, f"charts.status.{status.value}")

    def value_cell(self, point: Point | None) -> TableCell:
        """Table cell with a point's value, its bounds, or the words for why there is none."""
        if point is None:
            return TableCell(self.status_text(Status.MISSING))
        if point.value is not None:
            return TableCell(self.bare(point.value), point.value)
        if point.status is Status.BOUNDED and point.bound_low is not None and point.bound_high is not None:
            return TableCell(self.range_text(point.bound_low, point.bound_high))
        return TableCell(self.status_text(Status.MISSING if point.status is Status.BOUNDED else point.status))

    def interval_cell(self, point: Point | None) -> TableCell:
        """Table cell with a point's interval; empty when there is none."""
        if point is None or point.value is None or point.low is None or point.high is None:
            return TableCell("")
        return TableCell(self.range_text(point.low, point.high))

    def hidden_sentence(self, n: int) -> str:
        """Say how many figures are not shown; empty for none."""
        return counted(self.lang, "charts.hidden", n) if n else ""


def years_of(periods: Sequence[str]) -> tuple[float, ...]:
    """Where periods lie on a time axis, in years; their order when some are no known periods."""
    found = [parsed_period(period) for period in periods]
    known = [period.start for period in found if period is not None]
    return tuple(known) if len(known) == len(periods) else tuple(float(n) for n in range(len(periods)))
