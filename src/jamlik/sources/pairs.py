"""Which number columns belong together in a file of cells: a count over its base, a share and what it is of."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import permutations

import numpy as np
import numpy.typing as npt

from jamlik.model.dataset import ColumnRole, IndicatorColumns
from jamlik.model.indicators import Indicator, Kind
from jamlik.sources.columns import slug
from jamlik.sources.inspection import Evidence
from jamlik.sources.naming import measure_kind, name_says, tokens

__all__ = ["Measures", "Numbers", "cell_indicators", "count_and_base", "unit_of"]

Numbers = npt.NDArray[np.float64]
_ROUNDING = 0.06  # a share with one decimal
_MOST = 0.95
_BASE = 10.0  # what a base is at least, usually: two small numbers of one person are no count and base
_ROWS = 4
_ANOTHER = re.compile(r"(?:ej|inte|icke|utan|ingen|not|no|without|ei|ilman|övriga|andra|others?|muut)$")
_NO_COUNT = ("age", "period", "id", "category", "covariate", "value", "se", "weight", "birth")
_THRESHOLD = 2.0  # percentage points, where nobody has said what matters


@dataclass(frozen=True, slots=True)
class Measures:
    """What the number columns of a file are taken for: indicators, and a role with its reason for each measure."""

    indicators: tuple[IndicatorColumns, ...]
    roles: Mapping[str, tuple[ColumnRole, Evidence]] = field(default_factory=dict)


def _indicator(
    name: str, kind: Kind, *, unit: str, multiplier: float, base: str = "", partition: str = ""
) -> Indicator:
    return Indicator(
        id=f"local:{slug(name)}",
        name={"sv": name},
        kind=kind,
        unit=unit,
        threshold=_THRESHOLD if unit == "%" else 0.0,
        base_key=f"base:{slug(base)}" if base else "",
        partition=partition,
        multiplier=multiplier,
    )


def _kinds(numbers: Mapping[str, Numbers], *, by_suffix: bool) -> dict[str, str]:
    """`share`, `count`, `mean` or `value` for each measure; its name goes before its figures."""
    kinds = {}
    for name, values in numbers.items():
        kind = measure_kind(name)
        filled = values[~np.isnan(values)]
        told = by_suffix or name_says(name, "base")
        if not kind and told and len(filled) and bool((filled == filled.round()).all()):
            kind = "count"
        kinds[name] = kind or "value"
    return kinds


def _agrees(share: Numbers, count: Numbers, base: Numbers) -> float:
    """100 or 1 when the share is the count over the base in nearly every row (times that), else 0."""
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = np.where(base > 0, count / base, np.nan)
    both = ~np.isnan(ratio) & ~np.isnan(share)
    if both.sum() < 5 or np.nanmax(ratio[both]) == 0:
        return 0.0
    for scale, slack in ((100.0, _ROUNDING), (1.0, _ROUNDING / 100)):
        if np.mean(np.abs(share[both] - scale * ratio[both]) <= slack) >= _MOST:
            return scale
    return 0.0


def _may_be_count(name: str, values: Numbers) -> bool:
    """Whether a column could hold numbers of people: whole, not below zero, and not called anything else."""
    filled = values[~np.isnan(values)]
    if not len(filled) or bool((filled < 0).any()) or not bool((filled == filled.round()).all()):
        return False
    told = measure_kind(name)
    return told == "count" or (not told and not unit_of(name) and not any(name_says(name, w) for w in _NO_COUNT))


def _below(count: Numbers, base: Numbers) -> bool:
    """Whether the one is never above the other, sometimes below it, and the other large enough to be a base."""
    both = ~np.isnan(count) & ~np.isnan(base)
    if both.sum() < min(_ROWS, len(count)):
        return False
    top, bottom = count[both], base[both]
    return bool((top <= bottom).all() and (top < bottom).any() and top.sum() > 0 and np.median(bottom) >= _BASE)


def count_and_base(numbers: Mapping[str, Numbers]) -> tuple[str, str] | None:
    """The first two columns that are a count and what it is of: by the base's name, else by their figures alone.

    By its name a base may stand on either side of the count. Without a name the base comes last, and no third column
    may be a count as well.
    """
    able = [name for name, values in numbers.items() if _may_be_count(name, values)]
    others = {name for name in able if any(_ANOTHER.match(word) for word in tokens(name))}
    named = [name for name in able if name not in others and (name_says(name, "base") or tokens(name) == ["antal"])]
    for base in sorted(named, key=lambda name: -float(np.nansum(numbers[name]))):
        over = next((name for name in able if name != base and _below(numbers[name], numbers[base])), "")
        if over:
            return over, base
    if len(able) == 2 and not others and not named and _below(numbers[able[0]], numbers[able[1]]):
        return able[0], able[1]
    return None


def cell_indicators(numbers: Mapping[str, Numbers], *, title: str, by_suffix: bool = False) -> Measures:
    """Work out indicators from the number columns of a file of cells.

    A share that equals a count over another count settles both. Other shares belong to the nearest count before them.
    Without shares, a count lies over the one whose name says base. What is left is an indicator by itself, unless
    there are pairs: then it is left out, since a count without a base says nothing about a difference.

    Parameters
    ----------
    numbers : mapping of measure to float, shape (rows,)
        NaN where there is no number. The empty name is the one measure of a wide file; `title` is its name.
    by_suffix : bool
        In long files a base belongs to a count only when their names end alike (`employed_aged_20_64` over
        `population_aged_20_64`).
    """
    kinds = _kinds(numbers, by_suffix=by_suffix)
    state = _State(numbers, kinds, title)
    state.settle_computed_shares()
    if by_suffix:
        state.pair_by_suffix()
    state.settle_published_shares(alone=by_suffix)
    if not state.specs and not by_suffix:
        state.pair_by_base_words()
        if not state.specs:
            state.pair_by_figures()
    state.settle_rest()
    return Measures(tuple(state.specs), state.roles)


@dataclass(slots=True)
class _State:
    numbers: Mapping[str, Numbers]
    kinds: dict[str, str]
    title: str
    specs: list[IndicatorColumns] = field(default_factory=list)
    roles: dict[str, tuple[ColumnRole, Evidence]] = field(default_factory=dict)

    def of_kind(self, kind: str) -> list[str]:
        """Measures of a kind that nothing is settled about, in the file's order."""
        return [name for name in self.numbers if self.kinds[name] == kind and name not in self.roles]

    def settle_computed_shares(self) -> None:
        """Shares that can be worked out from two counts in the file."""
        for share in self.of_kind("share"):
            counts = [name for name in self.numbers if self.kinds[name] == "count"]
            for count, base in permutations(counts, 2):
                if _agrees(self.numbers[share], self.numbers[count], self.numbers[base]):
                    self._pair(share, count, base)
                    self.roles[share] = (ColumnRole.IGNORE, Evidence("computed_share", {"count": count, "base": base}))
                    break

    def _pair(self, name: str, count: str, base: str) -> None:
        made = _indicator(name, Kind.PROPORTION, unit="%", multiplier=100.0, base=base)
        self.specs.append(IndicatorColumns(made, count=count, base=base))
        self.roles[count] = (ColumnRole.COUNT, Evidence("count_over", {"base": base}))
        self.roles.setdefault(base, (ColumnRole.BASE, Evidence("base_of", {"count": count})))

    def pair_by_suffix(self) -> None:
        """Counts over the population whose name ends as theirs does."""
        bases = [name for name in self.of_kind("count") if name_says(name, "base")]
        for name in self.of_kind("count"):
            for base in bases:
                tail = tokens(base)[1:]
                if name not in bases and tail and tokens(name)[-len(tail) :] == tail and self._fits(name, base):
                    self._pair(name, name, base)
                    break

    def _fits(self, count: str, base: str) -> bool:
        """Whether the one is whole numbers never above the other (in nearly every row)."""
        top, bottom = self.numbers[count], self.numbers[base]
        both = ~np.isnan(top) & ~np.isnan(bottom)
        if not both.any():
            return False
        whole = bool(np.all(top[both] == top[both].round()))
        return whole and float(np.mean(top[both] <= bottom[both])) >= 0.99 and float(top[both].sum()) > 0

    def settle_published_shares(self, *, alone: bool) -> None:
        """Shares, and means, with the nearest count before them as base, where there is one."""
        order = list(self.numbers)
        shares = self.of_kind("share")
        counts = [name for name in order if self.kinds[name] == "count" and name not in self.roles]
        bases = {share: "" if alone else _before(share, counts, order) for share in shares}
        partitions = self._partitions(bases)
        for share in shares:
            filled = self.numbers[share][~np.isnan(self.numbers[share])]
            fraction = len(filled) > 0 and float(filled.max()) <= 1.0
            unit, scale = ("andel", 1.0) if fraction else ("%", 100.0)
            base = bases[share]
            kind = Kind.PROPORTION if base else Kind.VALUE
            name = share or self.title
            made = _indicator(name, kind, unit=unit, multiplier=scale, base=base, partition=partitions.get(share, ""))
            self.specs.append(IndicatorColumns(made, value=share, base=base))
            reason = Evidence("share_of", {"base": base}) if base else Evidence("share_alone")
            self.roles[share] = (ColumnRole.VALUE, reason)
            if base:
                self.roles.setdefault(base, (ColumnRole.BASE, Evidence("base_of", {"count": share})))

    def _partitions(self, bases: Mapping[str, str]) -> dict[str, str]:
        """Shares of one base that add up to the whole in nearly every row are parts of it."""
        found = {}
        for base in sorted({base for base in bases.values() if base}):
            shares = [share for share, own in bases.items() if own == base]
            if len(shares) < 2:
                continue
            total = np.sum([self.numbers[share] for share in shares], axis=0)
            total = total[~np.isnan(total)]
            if len(total) >= 5 and np.mean(np.abs(total - 100) <= 0.1 * len(shares) + 0.05) >= _MOST:
                found.update(dict.fromkeys(shares, f"part:{slug(base)}"))
        return found

    def pair_by_base_words(self) -> None:
        """Counts over the column whose name says that it is a base; else over one that is never below any of them."""
        counts = self.of_kind("count")
        if len(counts) < 2:
            return
        bases = [name for name in counts if name_says(name, "base")] or counts
        for base in sorted(bases, key=lambda name: -float(np.nansum(self.numbers[name]))):
            over = [name for name in counts if name != base and self._fits(name, base)]
            if over and (len(over) == len(counts) - 1 or len(bases) < len(counts)):
                for name in over:
                    if name not in self.roles:
                        self._pair(_share_name(name, base), name, base)
                return

    def pair_by_figures(self) -> None:
        """Counts that are not called counts, over what their figures or its name say is their base."""
        found = count_and_base({name: values for name, values in self.numbers.items() if name not in self.roles})
        if found is None:
            return
        base = found[1]
        for name, values in self.numbers.items():
            able = name != base and name not in self.roles and _may_be_count(name, values)
            if able and _below(values, self.numbers[base]):
                self._pair(_share_name(name, base), name, base)

    def settle_rest(self) -> None:
        """Means and other values are indicators; counts only when there is nothing better."""
        order = list(self.numbers)
        bases = [name for name, (role, _) in self.roles.items() if role is ColumnRole.BASE]
        pairs = bool(self.specs)
        for name in order:
            if name in self.roles:
                continue
            kind = self.kinds[name]
            if kind == "se":
                self.roles[name] = (ColumnRole.IGNORE, Evidence("margin"))
            elif kind == "count" and pairs:
                self.roles[name] = (ColumnRole.IGNORE, Evidence("count_without_base"))
            elif kind == "value" and pairs:
                self.roles[name] = (ColumnRole.IGNORE, Evidence("value_unsaid"))
            elif kind == "count" or (name == "" and measure_kind(self.title) == "count"):
                made = _indicator(name or self.title, Kind.COUNT, unit="antal", multiplier=1.0)
                self.specs.append(IndicatorColumns(made, count=name))
                self.roles[name] = (ColumnRole.COUNT, Evidence("count_alone"))
            else:
                base = _before(name, bases, order) if kind == "mean" else ""
                made = _indicator(name or self.title, Kind.VALUE, unit=unit_of(name or self.title), multiplier=1.0)
                self.specs.append(IndicatorColumns(made, value=name, base=base))
                self.roles[name] = (ColumnRole.VALUE, Evidence("value_alone"))


def unit_of(name: str) -> str:
    """Unit that a name gives away; empty when it does not."""
    words = " ".join(tokens(name))
    for unit, signs in (
        ("%", ("%", "procent", "andel")),
        ("kr", ("lön", "lon", "inkomst", "income", "kr", "kostnad", "salary", "månadslön", "manadslon")),
        ("dagar", ("dagar", "days")),
        ("poäng", ("poäng", "meritvärde", "points")),
        ("antal", ("antal",)),
        ("index", ("index",)),
    ):
        if any(sign in words.split() or (len(sign) > 3 and sign in words) for sign in signs):
            return unit
    return ""


def _before(name: str, candidates: Sequence[str], order: Sequence[str]) -> str:
    """The candidate nearest before a column, else the first one."""
    place = order.index(name)
    earlier = [other for other in candidates if order.index(other) < place]
    return earlier[-1] if earlier else next(iter(candidates), "")


def _share_name(count: str, base: str) -> str:
    top, bottom = _people(count), _people(base)
    return " ".join(part for part in ("Andel", top, "av", bottom) if part)


def _people(name: str) -> str:
    """Who a count is of: its name without the words for counting."""
    plain = re.sub(r"(?i)^antal[\s_]*|[\s_]*(?:antal|_n)$|(?<=_)n$", "", name).replace("_", " ").strip()
    return plain[:1].lower() + plain[1:] if plain[1:2].islower() else plain
