"""The attack: from what a report folder says to what can be worked out about what it does not say.

Unknowns are people in a group (by who they are: indicators whose groups are as large wherever both are shown are taken
to be about the same people), people with the outcome, and ages between the ends of overlapping bands. What ties them:
every margin, areas within areas, answers that divide the same people, a smaller base within a larger, and every number
told of a difference, whatever it was told for.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Hashable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import combinations, pairwise

import numpy as np

from tests.attack.reading import Group, Key, Release, Seen
from tests.support.solver import Interval, Unknowns

__all__ = ["Attack", "Worked"]

_NEAR = 1e-6
_ENOUGH_SHARED = 3
_COUNTED = ("proportion", "rate", "count")
Name = tuple[str, str, str, Group]  # people, yes or rest; whose; period; group


@dataclass(frozen=True)
class Worked:
    """What came out of one number that is not shown."""

    cell: Key
    what: str
    interval: Interval


@dataclass
class Attack:
    """A release under attack.

    Parameters
    ----------
    extra : mapping of number to value
        What the attacker knows beside the files: a person alone in a group knows that group.
    links : bool
        Whether indicators about the same people are put together.
    exact : bool
        Whether everybody is taken to be in some part of each whole, as long as nothing shown says otherwise.
    apart : frozenset of (indicator, indicator)
        Pairs of which the attacker has been told that the first one's people are not all among the second's.
    """

    release: Release
    extra: Mapping[Name, float] = field(default_factory=dict)
    links: bool = True
    exact: bool = True
    apart: frozenset[tuple[str, str]] = frozenset()
    known: dict[Name, float] = field(default_factory=dict)
    unknowns: Unknowns = field(default_factory=Unknowns)
    names: dict[Key, list[Name]] = field(default_factory=lambda: defaultdict(list))
    left: dict[tuple[str, str, str, str, Group, str], tuple[Group, ...]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.whose = self._populations()
        self.weighted = self._weighted()
        self._cells()
        for (kind, whose, period), groups in self._measures().items():
            self._margins(kind, whose, period, groups)
        self._shares()
        self._partitions()
        self._subsets()
        self._told()

    # who is counted ---------------------------------------------------------------------------------------------

    def _shown_bases(self) -> dict[str, dict[tuple[str, Group], float]]:
        found: dict[str, dict[tuple[str, Group], float]] = {name: {} for name in self.release.indicators}
        for (name, period, group), seen in self.release.cells.items():
            if seen.base is not None:
                found[name][period, group] = seen.base
        return found

    def _populations(self) -> dict[str, str]:
        """Each indicator's people, by the name of the first indicator about them."""
        bases, whose = self._shown_bases(), {}
        for name in self.release.indicators:
            same = (
                other for other in whose.values()
                if self.links and _alike(bases[other], bases[name]) and not self.apart & {(other, name), (name, other)}
            )  # fmt: skip
            whose[name] = next(same, name)
        return whose

    def _weighted(self) -> set[str]:
        """Indicators whose levels are not those of the people counted."""
        found = set()
        for (name, _, _), seen in self.release.cells.items():
            if seen.count is not None and seen.base and seen.level is not None and self._kind(name) == "proportion":
                plain = seen.count / seen.base * float(self.release.indicators[name]["multiplier"])
                if abs(plain - seen.level) > 0.06:
                    found.add(name)
        return found

    def _subsets(self) -> None:
        """Who answered one question are some of those who answered another, where that is so in all that is shown."""
        if not self.links:
            return
        bases: dict[str, dict[tuple[str, Group], float]] = defaultdict(dict)
        for name, found in self._shown_bases().items():
            bases[self.whose[name]] |= found
        for small, large in ((a, b) for pair in combinations(bases, 2) for a, b in (pair, pair[::-1])):
            shared = bases[small].keys() & bases[large].keys()
            fitting = len(shared) >= _ENOUGH_SHARED and all(bases[small][k] <= bases[large][k] for k in shared)
            if not fitting or (small, large) in self.apart:
                continue
            for kind, whose, period, group in [n for n in self._all_names() if n[:2] == ("people", small)]:
                other = ("people", large, period, group)
                if self._exists(other):
                    self._sum({other: 1.0, (kind, whose, period, group): -1.0}, 0.0, np.inf)

    # numbers ----------------------------------------------------------------------------------------------------

    def _kind(self, name: str) -> str:
        return str(self.release.indicators[name]["kind"])

    def _cells(self) -> None:
        hidden: list[tuple[Key, Name]] = []
        for key, seen in self.release.cells.items():
            name, period, group = key
            people: Name = ("people", self.whose[name], period, group)
            yes: Name = ("yes", name, period, group)
            counted = self._kind(name) in _COUNTED
            if seen.nobody:
                self.known[people] = 0.0
                self.known[yes] = 0.0
            elif seen.hidden:
                hidden.append((key, people))
                if counted:
                    hidden.append((key, yes))
            else:
                if seen.base is not None:
                    self.known[people] = seen.base
                if seen.count is not None:
                    self.known[yes] = seen.count
        self.known |= self.extra
        for key, number in hidden:
            if number not in self.known:
                self.unknowns.add(number)
            self.names[key].append(number)

    def _all_names(self) -> list[Name]:
        return [*self.known, *(n for n in self.unknowns._place if isinstance(n, tuple) and n[0] in ("people", "yes"))]

    def _exists(self, name: Hashable) -> bool:
        return name in self.known or name in self.unknowns._place

    def _sum(self, terms: Mapping[Hashable, float], low: float, high: float) -> None:
        shift = sum(factor * self.known[name] for name, factor in terms.items() if name in self.known)
        left = [(factor, name) for name, factor in terms.items() if name not in self.known]
        if left:
            self.unknowns.within(left, low - shift, high - shift)

    def _measures(self) -> dict[tuple[str, str, str], set[Group]]:
        found: dict[tuple[str, str, str], set[Group]] = defaultdict(set)
        for kind, whose, period, group in self._all_names():
            found[kind, whose, period].add(group)
        return found

    # margins ----------------------------------------------------------------------------------------------------

    def _margins(self, kind: str, whose: str, period: str, groups: set[Group]) -> None:
        by_names: dict[tuple[str, ...], set[Group]] = defaultdict(set)
        for group in groups:
            by_names[tuple(name for name, _ in group)].add(group)
        for names, fine in by_names.items():
            for name in names:
                bands = self._bands(name)
                if bands:
                    self._by_age(kind, whose, period, name, fine, groups, bands)
                    continue
                for above, upwards in self._above(name):
                    coarse_names = tuple(sorted({*names, above} - {name, ""}))
                    if above in names or coarse_names not in by_names:
                        continue
                    self._sums(kind, whose, period, name, above, upwards, fine, by_names[coarse_names])

    def _above(self, name: str) -> Iterator[tuple[str, Mapping[str, str]]]:
        dimension = self.release.dimensions[name]
        yield "", dict.fromkeys(dimension["labels"], "")
        upwards = {code: code for code in dimension["labels"]}
        while dimension["nested_in"] in self.release.dimensions:
            upwards = {c: dimension["parents"][p] for c, p in upwards.items() if p in dimension["parents"]}
            yield dimension["nested_in"], upwards
            dimension = self.release.dimensions[dimension["nested_in"]]

    def _sums(self, kind, whose, period, name, above, upwards, fine, coarse) -> None:
        parts: dict[Group, list[Group]] = defaultdict(list)
        for group in fine:
            codes = dict(group)
            code = codes.pop(name)
            if code in upwards:
                if above:
                    codes[above] = upwards[code]
                parts[tuple(sorted(codes.items()))].append(group)
        expected: dict[str, int] = defaultdict(int)
        for up in upwards.values():
            expected[up] += 1
        every = {total: parts[total] for total in coarse if parts.get(total)}
        slack = not self.exact or self._differs(kind, whose, period, every)
        for total, some in every.items():
            whole = len(some) == expected[dict(total)[above] if above else ""] and not slack
            terms: dict[Hashable, float] = {(kind, whose, period, total): 1.0}
            terms |= {(kind, whose, period, part): -1.0 for part in some}
            if not whole:
                left = ("left", kind, whose, period, total, name)
                self.unknowns.add(left)
                terms[left] = -1.0
                self.left[left] = tuple(some)
            self._sum(terms, 0.0, 0.0)

    def _differs(self, kind: str, whose: str, period: str, every: Mapping[Group, list[Group]]) -> bool:
        """Whether the shown margins of this kind do not all add up: then some people are in no part."""
        for total, some in every.items():
            names = [(kind, whose, period, group) for group in (total, *some)]
            if all(name in self.known for name in names):
                values = [self.known[name] for name in names]
                if abs(values[0] - sum(values[1:])) > _NEAR:
                    return True
        return False

    def _bands(self, name: str) -> dict[str, tuple[int, int]]:
        """Ages from and to of each code, when they overlap."""
        dimension = self.release.dimensions[name]
        if dimension["role"] != "age":
            return {}
        found = {}
        for code in dimension["labels"]:
            match = re.fullmatch(r"(\d+)(?:(-)(\d+)?)?", code)
            if not match:
                return {}
            low = int(match[1])
            found[code] = (low, int(match[3]) if match[3] else 200 if match[2] else low)
        ends = sorted(found.values())
        return found if any(b[0] <= a[1] for a, b in pairwise(ends)) else {}

    def _by_age(self, kind, whose, period, name, fine, groups, bands) -> None:
        cuts = sorted({low for low, _ in bands.values()} | {high + 1 for _, high in bands.values()})
        ages = list(pairwise(cuts))
        for rest in {tuple(p for p in group if p[0] != name) for group in fine}:
            atoms = {age: ("age", kind, whose, period, rest, age) for age in ages}
            for atom in atoms.values():
                self.unknowns.add(atom)
            for group in fine:
                if tuple(p for p in group if p[0] != name) == rest:
                    low, high = bands[dict(group)[name]]
                    inside = {atom: -1.0 for (a, b), atom in atoms.items() if low <= a and b - 1 <= high}
                    self._sum({(kind, whose, period, group): 1.0, **inside}, 0.0, 0.0)
            if rest in groups:
                every = dict.fromkeys(atoms.values(), -1.0)
                self._sum({(kind, whose, period, rest): 1.0, **every}, 0.0, np.inf)

    # shares, answers, differences -------------------------------------------------------------------------------

    def _shares(self) -> None:
        """Those with the outcome are some of the group; a share told with its base tells them."""
        for (name, period, group), seen in self.release.cells.items():
            people: Name = ("people", self.whose[name], period, group)
            yes: Name = ("yes", name, period, group)
            if not (self._exists(people) and self._exists(yes)):
                continue
            if self._kind(name) == "proportion":
                self._sum({people: 1.0, yes: -1.0}, 0.0, np.inf)
            if seen.level is not None and seen.base is not None and seen.count is None:
                self._level({yes: 1.0}, seen.level, seen.base, name)

    def _level(self, terms: Mapping[Hashable, float], level: float, base: float, name: str) -> None:
        if self._kind(name) != "proportion" or name in self.weighted:
            return
        scale = base / float(self.release.indicators[name]["multiplier"])
        self._sum(terms, (level - 0.0501) * scale, (level + 0.0501) * scale)

    def _partitions(self) -> None:
        families: dict[str, list[str]] = defaultdict(list)
        for name, indicator in self.release.indicators.items():
            if indicator["partition"]:
                families[str(indicator["partition"])].append(name)
        for names in families.values():
            groups = {(period, group) for name, period, group in self.release.cells if name in names}
            sums = {}
            for period, group in groups:
                people = ("people", self.whose[names[0]], period, group)
                parts = [("yes", name, period, group) for name in names]
                if len(names) > 1 and all(self._exists(n) for n in (people, *parts)):
                    sums[people] = parts
            told = [[self.known[n] for n in (total, *parts)] for total, parts in sums.items()
                    if all(n in self.known for n in (total, *parts))]  # fmt: skip
            whole = all(abs(numbers[0] - sum(numbers[1:])) < _NEAR for numbers in told)
            for people, parts in sums.items():
                self._sum({people: 1.0, **dict.fromkeys(parts, -1.0)}, 0.0, 0.0 if whole else np.inf)

    def _told(self) -> None:
        """What the differences tell: sizes and levels of both sides, and of the rest of a whole."""
        for finding in self.release.findings:
            name, period = finding["indicator"], finding["period"]
            for side, n, level in (("group", "base_n", "level"), ("reference", "reference_n", "level_reference")):
                if finding.get(n) is None:
                    continue
                size = float(finding[n])
                people = self._side("people", self.whose[name], period, finding[side])
                if all(self._exists(each) for each in people):
                    self._sum(people, size - _NEAR, size + _NEAR)
                yes = self._side("yes", name, period, finding[side])
                if finding.get(level) is not None and all(self._exists(each) for each in yes):
                    self._level(yes, float(finding[level]), size, name)

    @staticmethod
    def _side(kind: str, whose: str, period: str, group: Group) -> dict[Hashable, float]:
        if not any(code.startswith("!") for _, code in group):
            return {(kind, whose, period, group): 1.0}
        whole = tuple(pair for pair in group if not pair[1].startswith("!"))
        part = tuple((name, code.removeprefix("!")) for name, code in group)
        return {(kind, whose, period, whole): 1.0, (kind, whose, period, part): -1.0}

    # results ----------------------------------------------------------------------------------------------------

    def worked(self, *, enough: float = np.inf) -> list[Worked]:
        """Interval of every number of every hidden cell; a number shown elsewhere is an interval of no width."""
        open_ones = {n for names in self.names.values() for n in names if n not in self.known}
        found = self.unknowns.intervals(sorted(open_ones), enough=enough)
        return [
            Worked(key, name[0], found[name] if name in found else Interval(self.known[name], self.known[name]))
            for key, names in self.names.items()
            for name in names
        ]

    def left_over(self, *, enough: float = np.inf) -> Iterator[tuple[Worked, tuple[Group, ...]]]:
        """People of each whole that are in none of its parts, and those parts."""
        found = self.unknowns.intervals(self.left, enough=enough)
        for name, parts in self.left.items():
            _, kind, whose, period, total, _ = name
            yield Worked((whose, period, total), kind, found[name]), parts


def _alike(one: Mapping[tuple[str, Group], float], other: Mapping[tuple[str, Group], float]) -> bool:
    shared = one.keys() & other.keys()
    return len(shared) >= _ENOUGH_SHARED and all(one[key] == other[key] for key in shared)


def seen_numbers(seen: Seen) -> bool:
    """Whether a cell has any number."""
    return bool(seen.numbers)
