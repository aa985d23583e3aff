"""From cells of a table to linear systems: who is counted where, and what adds up to what.

Indicators about the same people at the same time form one system: their base, and for each indicator those with the
outcome and those without. So do indicators of whom some have answered fewer: the one base and whoever is left are the
other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np
import scipy.sparse as sp

from jamlik.model.groupings import Group, Role
from jamlik.model.indicators import Indicator, Kind
from jamlik.model.tables import Cell, Status, Table
from jamlik.privacy.margins import Margin, is_left_over, margins
from jamlik.privacy.nested import families, nested_pairs
from jamlik.privacy.system import Bools, Floats, System
from jamlik.privacy.thresholds import Rules, common_value, contributors, sensitivity, spread_needed

__all__ = ["Linked", "Measures", "count_systems", "has_count", "sum_systems"]

_NONE_LEFT = 1e-9
_GRAIN = 1e-4  # of what one person has: sums in whole grains, so that a solver's rounding passes for none
_KNOWN_ELSEWHERE = 3.0  # many of unknown sex or area are no secret: better not to rely on them


@dataclass(frozen=True, slots=True)
class Linked:
    """A system and which cells of the table its cells belong to.

    Parameters
    ----------
    system : System
        Bases, counts with and without the outcome, and what is unknown; or sums.
    base : mapping of (indicator, group) to int
        Place of each published cell's base; indicators about the same people have one place.
    members : mapping of (indicator, group) to tuple of int
        Places of the numbers of one published cell, its base apart.
    rest : tuple of int
        Places of what the file itself leaves unknown.
    period : str
        The period.
    """

    system: System = field(repr=False)
    base: Mapping[tuple[str, Group], int]
    members: Mapping[tuple[str, Group], tuple[int, ...]]
    rest: tuple[int, ...]
    period: str


@dataclass(frozen=True, slots=True)
class Measures:
    """The numbers of one indicator in one period, by group, and the indicator they are about."""

    indicator: Indicator
    cells: Mapping[Group, Cell]


def has_count(indicator: Indicator, cell: Cell) -> bool:
    """Whether a shown cell rests on a count of people that protection must look at."""
    if cell.status is not Status.SHOWN:
        return False
    return _count(indicator, cell) is not None or (cell.base_n is not None and cell.base_n > 0)


def _count(indicator: Indicator, cell: Cell) -> float | None:
    """People with the outcome; for a published share with its base, the count that share stands for."""
    if cell.count_n is not None:
        return float(cell.count_n)
    share = indicator.kind is Kind.VALUE and indicator.unit == "%" and cell.value is not None and cell.base_n
    if share and cell.value is not None and cell.base_n and 0 <= cell.value <= indicator.multiplier:
        return float(round(cell.value / indicator.multiplier * cell.base_n))
    return None


class _Builder:
    """Cells and equations of one system as they are found."""

    def __init__(self, table: Table, rules: Rules, period: str) -> None:
        self.table, self.rules, self.period = table, rules, period
        self.people = "base"
        self.value: list[float] = []
        self.width: list[float] = []
        self.sensitive: list[bool] = []
        self.cost: list[float] = []
        self.block: list[int] = []
        self.unknown: dict[tuple[str, Group], int] = {}
        self.rest: list[int] = []
        self._rows: list[tuple[list[int], list[float]]] = []
        self._source_hid = {c.group for c in table.cells if c.period == period and c.status is Status.SUPPRESSED}

    def cell(self, value: float, *, width: float, sensitive: bool, cost: float, block: int = -1) -> int:
        self.value.append(value)
        self.width.append(width)
        self.sensitive.append(sensitive)
        self.cost.append(cost)
        self.block.append(block)
        return len(self.value) - 1

    def left_over(self, value: float, hid: Sequence[Group] = ()) -> int:
        """Add a cell that nobody is shown in any case; what the source itself hid (`hid`) must stay unknown too."""
        held_back = self._source_hid.intersection(hid)
        sensitive = bool(held_back) and (len(hid) == 1 or value < self.rules.minimum_count)
        self.rest.append(self.cell(value, width=self.rules.width, sensitive=sensitive, cost=0.0))
        return self.rest[-1]

    def sums(self, total: int, parts: Iterable[int]) -> None:
        places = [total, *parts]
        self._rows.append((places, [1.0] + [-1.0] * (len(places) - 1)))

    def margins(self, measure: str, places: Mapping[Group, int], found: Iterable[Margin]) -> None:
        """Add the equations of one measure; parts whose number is unknown to all become a hidden rest.

        Where the base has such a rest, so has every count on it, even one of nobody.
        """
        for margin in found:
            parts = [places[g] for g in margin.parts]
            rest = self.value[places[margin.total]] - sum(self.value[p] for p in parts)
            key = margin.absent[0] if len(margin.absent) == 1 else (*margin.total, ("", repr(margin.absent)))
            if margin.absent and (rest > _NONE_LEFT or (rest > -_NONE_LEFT and (self.people, key) in self.unknown)):
                if (measure, key) not in self.unknown:
                    self.unknown[measure, key] = self.left_over(max(rest, 0.0), margin.absent)
                parts.append(self.unknown[measure, key])
            self.sums(places[margin.total], parts)

    def system(self, *, integral: bool) -> System:
        rows = [r for r, (places, _) in enumerate(self._rows) for _ in places]
        columns = [p for places, _ in self._rows for p in places]
        signs = [s for _, some in self._rows for s in some]
        value = np.array(self.value, dtype=np.float64)
        whole = value % 1 == 0 if integral else np.zeros(value.shape, dtype=np.bool_)
        return System(
            value=value,
            equation=sp.csr_matrix((signs, (rows, columns)), shape=(len(self._rows), value.size)),
            sensitive=np.array(self.sensitive, dtype=np.bool_),
            width=np.array(self.width, dtype=np.float64),
            cost=np.array(self.cost, dtype=np.float64),
            block=np.array(self.block, dtype=np.int64),
            integral=whole,
        )


def _cost(table: Table, group: Group, base: float) -> float:
    """Price of hiding a cell: totals, sex and one-way tables are dear, the finest crossings and small groups cheap."""
    dims = [table.dimensions[name] for name, _ in group if name in table.dimensions]
    price = (3000.0, 200.0, 20.0, 4.0)[min(len(group), 3)]
    if any(d.role is Role.SEX for d in dims):
        price *= 1.5
    if any(d.nested_in for d in dims):
        price *= 0.5
    if is_left_over(group):
        price *= _KNOWN_ELSEWHERE
    return price * (1.0 + 0.2 * float(np.log1p(base)))


def _margins_of(table: Table) -> Callable[[Iterable[Group]], tuple[Margin, ...]]:
    """Margins by set of groups, worked out once for all periods and indicators with the same groups."""

    @lru_cache(maxsize=64)
    def found(groups: frozenset[Group]) -> tuple[Margin, ...]:
        return margins(groups, dimensions=table.dimensions, overlapping=table.overlapping)

    return lambda groups: found(frozenset(groups))


def _by_base(table: Table, keep: Callable[[Indicator, Cell], bool]) -> dict[tuple[str, str], list[Measures]]:
    """Indicators with numbers, by period and base; those whose bases disagree stand alone."""
    series: dict[tuple[str, str], dict[Group, Cell]] = {}
    for cell in table.cells:
        if has_count(table.indicators[cell.indicator], cell) and keep(table.indicators[cell.indicator], cell):
            series.setdefault((cell.period, cell.indicator), {})[cell.group] = cell
    found: dict[tuple[str, str], list[Measures]] = {}
    for (period, name), cells in sorted(series.items()):
        indicator = table.indicators[name]
        key = (period, indicator.base_key or name)
        if not all(_same_base(other.cells, cells) for other in found.get(key, [])):
            key = (period, f"{key[1]}|{name}")
        found.setdefault(key, []).append(Measures(indicator, cells))
    return found


def _same_base(one: Mapping[Group, Cell], other: Mapping[Group, Cell]) -> bool:
    return all(one[group].base_n == cell.base_n for group, cell in other.items() if group in one)


def count_systems(table: Table, rules: Rules) -> list[Linked]:
    """One system of people per period and base; bases of which one lies within another share one."""
    margins_of = _margins_of(table)
    by_period: dict[str, list[list[Measures]]] = {}
    for (period, _), measures in _by_base(table, lambda indicator, cell: True).items():
        by_period.setdefault(period, []).append(measures)
    found = []
    for period, peoples in by_period.items():
        pairs = nested_pairs([_sizes(measures) for measures in peoples])
        for family in families(len(peoples), pairs):
            some = {number: peoples[number] for number in family}
            inside = [pair for pair in pairs if pair[0] in some]
            found.append(_count_system(_Builder(table, rules, period), some, inside, margins_of))
    return found


def _sizes(measures: Sequence[Measures]) -> dict[Group, float]:
    return {g: float(c.base_n) for m in measures for g, c in m.cells.items() if c.base_n is not None}


def _count_system(
    build: _Builder,
    peoples: Mapping[int, Sequence[Measures]],
    inside: Sequence[tuple[int, int]],
    margins_of: Callable[[Iterable[Group]], tuple[Margin, ...]],
) -> Linked:
    members: dict[tuple[str, Group], tuple[int, ...]] = {}
    base = {number: _add_people(build, number, some, members, margins_of) for number, some in peoples.items()}
    for small, large in inside:
        for group in base[small].keys() & base[large].keys():
            more = build.value[base[large][group]] - build.value[base[small][group]]
            if more >= 0:
                others = [build.left_over(more)] if more else []
                build.sums(base[large][group], (base[small][group], *others))
    places = {
        (item.indicator.id, group): base[number][group]
        for number, some in peoples.items()
        for item in some
        for group in item.cells
        if group in base[number]
    }
    return Linked(build.system(integral=True), places, members, tuple(build.rest), build.period)


def _add_people(
    build: _Builder,
    number: int,
    measures: Sequence[Measures],
    members: dict[tuple[str, Group], tuple[int, ...]],
    margins_of: Callable[[Iterable[Group]], tuple[Margin, ...]],
) -> dict[Group, int]:
    """Add a set of people and all that is asked of them; return the places of their bases."""
    build.people = f"base {number}"
    bases = _sizes(measures)
    groups = sorted(bases)
    numbers = np.array([bases[g] for g in groups], dtype=np.float64)
    small = sensitivity(rules=build.rules, yes=np.full(numbers.shape, np.nan), base=numbers).base
    base = {}
    for group, size, sensitive in zip(groups, numbers.tolist(), small.tolist(), strict=True):
        price = _cost(build.table, group, size) * (2.0 + len(measures))
        cost = np.inf if size == 0 else price
        base[group] = build.cell(size, width=build.rules.width, sensitive=sensitive, cost=cost)
    build.margins(build.people, base, margins_of(base))
    counts: dict[str, dict[Group, int]] = {}
    for item in measures:
        counts[item.indicator.id] = _add_counts(build, item, base, bases, members, margins_of)
    _add_partitions(build, measures, base, counts, members)
    return base


def _add_counts(
    build: _Builder,
    item: Measures,
    base: Mapping[Group, int],
    bases: Mapping[Group, float],
    members: dict[tuple[str, Group], tuple[int, ...]],
    margins_of: Callable[[Iterable[Group]], tuple[Margin, ...]],
) -> dict[Group, int]:
    """Add those with the outcome and, for shares, those without; return the places of the former."""
    name = item.indicator.id
    yes = {g: n for g, c in sorted(item.cells.items()) if (n := _count(item.indicator, c)) is not None}
    shares = item.indicator.kind in (Kind.PROPORTION, Kind.VALUE)
    total = np.array([bases.get(g, np.nan) for g in yes])
    found = sensitivity(rules=build.rules, yes=np.array(list(yes.values())), base=total, complement=shares)
    with_it: dict[Group, int] = {}
    without: dict[Group, int] = {}
    for (group, number), sensitive in zip(yes.items(), found.count.tolist(), strict=True):
        known = bases.get(group)
        cost = np.inf if known == 0 else _cost(build.table, group, number if known is None else known)
        block = len(build.value)
        with_it[group] = build.cell(number, width=build.rules.width, sensitive=sensitive, cost=cost, block=block)
        if shares and known is not None and known >= number:
            rest = build.cell(known - number, width=build.rules.width, sensitive=sensitive, cost=cost, block=block)
            without[group] = rest
            build.sums(base[group], (with_it[group], rest))
        members[name, group] = tuple(p[group] for p in (with_it, without) if group in p)
    build.margins(f"yes {name}", with_it, margins_of(with_it))
    build.margins(f"no {name}", without, margins_of(without))
    for (measure, key), rest in [*build.unknown.items()]:
        if measure == f"yes {name}" and {(build.people, key), (f"no {name}", key)} <= build.unknown.keys():
            build.sums(build.unknown[build.people, key], (rest, build.unknown[f"no {name}", key]))
    for group in item.cells:
        members.setdefault((name, group), ())
    return with_it


def _add_partitions(
    build: _Builder,
    measures: Sequence[Measures],
    base: Mapping[Group, int],
    counts: Mapping[str, Mapping[Group, int]],
    members: Mapping[tuple[str, Group], tuple[int, ...]],
) -> None:
    """Indicators that divide the base add up to it, wherever all of them are there and do.

    Whoever is alone in not giving one answer gave one of the others: those are parts of what this person knows.
    """
    divided: dict[str, list[str]] = {}
    for item in measures:
        if item.indicator.partition:
            divided.setdefault(item.indicator.partition, []).append(item.indicator.id)
    for names in divided.values():
        for group, place in base.items():
            parts = [counts[name][group] for name in names if group in counts[name]]
            rest = build.value[place] - sum(build.value[p] for p in parts)
            if len(parts) > 1 and rest >= -_NONE_LEFT:
                if rest > _NONE_LEFT:
                    parts.append(build.left_over(rest))
                build.sums(place, parts)
                for name in names:
                    without = members.get((name, group), ())[1:]
                    if without and build.value[without[0]] == 1:
                        build.sums(without[0], [p for p in parts if p != counts[name][group]])


@dataclass(frozen=True, slots=True)
class _Sums:
    """Something that adds up over the people of a mean, by group.

    Parameters
    ----------
    value : float, shape (groups,)
        Zero or more; NaN = unknown.
    sensitive : bool, shape (groups,)
        Groups whose sum must stay unknown.
    needed : float, shape (groups,)
        The least width for them, in the sum's own unit; the rules may ask for more.
    """

    value: Floats = field(repr=False)
    sensitive: Bools
    needed: Floats = field(repr=False)


def sum_systems(table: Table, rules: Rules, hidden: frozenset[tuple[str, str, Group]]) -> list[Linked]:
    """Systems of sums and of sums of squares, for means: one each per period and indicator.

    Where all in a group have one value, a system more: squares around that value, so that no union of hidden groups
    tells that everybody in it has the value.

    Parameters
    ----------
    hidden : frozenset of cell keys
        Cells already hidden because of their base.
    """
    margins_of = _margins_of(table)
    nobody: dict[tuple[str, str], list[Group]] = {}
    for cell in table.cells:
        if cell.status is Status.SHOWN and cell.base_n == 0 and cell.total is not None:
            nobody.setdefault((cell.period, cell.indicator), []).append(cell.group)
    found = []
    for (period, _), measures in _by_base(table, lambda indicator, cell: cell.total is not None).items():
        for item in measures:
            people = {g: float(c.base_n or 0.0) for g, c in sorted(item.cells.items())}
            before = np.array([(item.indicator.id, period, g) in hidden for g in people])
            for sums in _sums_of(item, rules, before):
                build = _Builder(table, rules, period)
                empty = nobody.get((period, item.indicator.id), [])
                found.append(_sum_system(build, item.indicator, people, sums, empty, margins_of))
    return found


def _sums_of(item: Measures, rules: Rules, before: Bools) -> list[_Sums]:
    """The sums of one mean: of the values, of their squares, and of squares around each value that all of a group have.

    The sum of a group that few make must be able to be so large that they would not be few: what it is a part of, when
    the shown is taken from the shown, is then made by enough people, if those it is hidden with are. Values below zero
    are lifted, people alike, until no group's sum is.
    """
    cells = [cell for _, cell in sorted(item.cells.items())]
    base, total, square = (
        np.array([np.nan if (v := getattr(c, name)) is None else v for c in cells], dtype=np.float64)
        for name in ("base_n", "total", "square")
    )
    blank = np.full(base.shape, np.nan)
    sensitive = before | sensitivity(rules=rules, yes=blank, base=base, total=total, square=square).count
    people, everything = np.nan_to_num(base), np.nan_to_num(square)
    few = contributors(total=total, square=square) < rules.minimum_count
    lowest = np.maximum(np.sqrt(everything / np.maximum(people, 1.0)), -total / np.maximum(people, 1.0))
    below = np.nan_to_num(total).min(initial=0.0) < -_NONE_LEFT * np.abs(np.nan_to_num(total)).max(initial=0.0)
    lift = float(np.nanmax(lowest)) if below else 0.0
    own = np.maximum(np.abs(total), np.sqrt(everything))
    enough = (rules.minimum_count * everything + own**2) / np.where(own > 0, 2 * own, 1.0)
    needed = np.where(few, enough, 0.0)
    found = [_Sums(np.maximum(total + lift * people, 0.0), sensitive, needed)]
    common = common_value(rules=rules, total=total, square=square, base=base)
    common[people < rules.minimum_group] = np.nan  # not even their number is told
    spread = spread_needed(rules=rules, total=total, square=square, base=base)
    keys = np.array([float(f"{c:.9g}") for c in common])
    for value in sorted({0.0, *keys[~np.isnan(keys)].tolist()}):
        around = np.maximum(square - 2 * value * total + value**2 * people, 0.0)
        alike = keys == value
        found.append(_Sums(around, alike if value else sensitive, np.where(alike, spread, 0.0)))
    return [sums for sums in found if not np.isnan(sums.value).all()]


def _sum_system(
    build: _Builder,
    indicator: Indicator,
    people: Mapping[Group, float],
    sums: _Sums,
    nobody: Iterable[Group],
    margins_of: Callable[[Iterable[Group]], tuple[Margin, ...]],
) -> Linked:
    """Sums scaled to the level of one person."""
    level = float(np.nansum(sums.value)) / max(sum(people.values()), 1.0) or 1.0
    places: dict[Group, int] = {}
    rows = zip(people.items(), sums.value.tolist(), sums.sensitive.tolist(), sums.needed.tolist(), strict=True)
    for (group, n), value, sensitive, needed in rows:
        if np.isnan(value):
            continue
        size = float(np.floor(value / level / _GRAIN)) * _GRAIN
        width = max(build.rules.relative_width * max(size, n), needed / level)
        width = float(np.ceil(width / _GRAIN)) * _GRAIN
        cost = np.inf if n == 0 else _cost(build.table, group, n)
        places[group] = build.cell(size, width=width, sensitive=sensitive, cost=cost)
    members = {(indicator.id, group): (place,) for group, place in places.items()}
    for group in nobody:  # known to all: what rounding leaves of a total must not pass for theirs
        places[group] = build.cell(0.0, width=0.0, sensitive=False, cost=np.inf)
    build.margins("sum", places, margins_of(places))
    return Linked(build.system(integral=False), {}, members, tuple(build.rest), build.period)
