"""What an analysis does not show, where, and what would let it show more: read before it is published, and after."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from jamlik.model.tables import Status
from jamlik.web.statistics.models import Analysis

__all__ = ["MOST_GROUPS", "Counted", "Hidden", "Row", "counted", "hidden_in"]

MOST_GROUPS = 20
MANY = 0.2  # of the numbers of one breakdown: from here on it is worth changing something
FEW_ENOUGH = 0.02

Row = tuple[str, str, tuple[tuple[str, str], ...], str]  # indicator, period, group, status


@dataclass(frozen=True, slots=True)
class Counted:
    """How many of some numbers are shown.

    Parameters
    ----------
    name : str
        Of the breakdown (`kön × område`) or of the group.
    parts : tuple of str
        The dimensions of the breakdown, or dimension and code of the group.
    shown_n, bounded_n, hidden_n : int
        Numbers shown, told as an interval, and hidden; what the source lacks is in none of them.
    """

    name: str
    parts: tuple[str, ...]
    shown_n: int
    bounded_n: int
    hidden_n: int

    @property
    def numbers_n(self) -> int:
        """All that could have been shown."""
        return self.shown_n + self.bounded_n + self.hidden_n

    @property
    def told_n(self) -> int:
        """What is shown, as a number or as an interval."""
        return self.shown_n + self.bounded_n

    @property
    def percent(self) -> int:
        """Share that is shown, in whole per cent; 100 and 0 only where it is all and none."""
        if not self.hidden_n:
            return 100
        return min(99, max(1 if self.told_n else 0, round(100 * self.told_n / self.numbers_n)))


@dataclass(frozen=True, slots=True)
class Hidden:
    """What is hidden: of all numbers, by breakdown and by group, most hidden first; and what to try, as text keys."""

    total: Counted
    breakdowns: tuple[Counted, ...]
    groups: tuple[Counted, ...]
    groups_n: int
    advice: tuple[tuple[str, Mapping[str, Any]], ...]


def hidden_in(analysis: Analysis, *, lang: str) -> Hidden:
    """What the frozen levels of an analysis do not show, named in a language."""
    told = analysis.told
    texts = analysis.levels.order_by("place").values_list("rows", flat=True)
    rows = ((row[0], row[1], tuple(map(tuple, row[2])), row[3]) for text in texts for row in json.loads(text))
    return counted(rows, names=told.get("names", {}).get(lang, {}), titles=told.get("dimensions", {}).get(lang, {}))


def counted(rows: Iterable[Row], *, names: Mapping[str, str], titles: Mapping[str, str]) -> Hidden:
    """Count what is shown and hidden.

    Parameters
    ----------
    rows : iterable of (indicator, period, group, status)
    names : mapping
        `dimension:code` to what a group is called.
    titles : mapping
        Dimension to what it is called.
    """
    breakdowns: Counter[tuple[tuple[str, ...], str]] = Counter()
    groups: Counter[tuple[tuple[str, ...], str]] = Counter()
    periods = set()
    for _, period, group, status in rows:
        if status not in (Status.SHOWN, Status.PERTURBED, Status.BOUNDED, Status.SUPPRESSED):
            continue
        periods.add(period)
        breakdowns[tuple(dimension for dimension, _ in group), status] += 1
        for pair in group:
            groups[pair, status] += 1
    by_breakdown = _sides(breakdowns, lambda parts: _breakdown_name(parts, titles))
    by_group = [side for side in _sides(groups, lambda parts: names.get(":".join(parts), parts[1])) if side.hidden_n]
    total = Counted("", (), *(sum(getattr(side, f"{name}_n") for side in by_breakdown) for name in _SIDES))
    advice = tuple(_advice(by_breakdown, by_group, periods_n=len(periods), titles=titles)) if total.hidden_n else ()
    return Hidden(total, tuple(by_breakdown), tuple(by_group[:MOST_GROUPS]), len(by_group), advice)


_SIDES = ("shown", "bounded", "hidden")


def _breakdown_name(parts: tuple[str, ...], titles: Mapping[str, str]) -> str:
    """As the findings call it, whose order of dimensions is another than the levels'."""
    known = next((title for name, title in titles.items() if sorted(name.split("+")) == sorted(parts)), "")
    return known or " × ".join(titles.get(part, part.replace("_", " ")) for part in parts)


def _sides(numbers: Counter[tuple[tuple[str, ...], str]], named: Any) -> list[Counted]:
    """Most hidden first, then as they came."""
    sides = [
        Counted(
            named(parts),
            parts,
            numbers[parts, Status.SHOWN] + numbers[parts, Status.PERTURBED],
            numbers[parts, Status.BOUNDED],
            numbers[parts, Status.SUPPRESSED],
        )
        for parts in dict.fromkeys(parts for parts, _ in numbers)
    ]
    return sorted(sides, key=lambda side: -side.hidden_n)


def _advice(
    breakdowns: list[Counted], groups: list[Counted], *, periods_n: int, titles: Mapping[str, str]
) -> Iterable[tuple[str, Mapping[str, Any]]]:
    """What to try, the most promising first. Nothing where almost all is shown: there is nothing to gain."""
    worst = [side for side in breakdowns if side.hidden_n >= max(1, MANY * side.numbers_n)]
    if sum(side.hidden_n for side in breakdowns) < FEW_ENOUGH * sum(side.numbers_n for side in breakdowns):
        yield "almost_all", {}
        return
    of_dimension: dict[str, list[str]] = {}
    for group in groups:
        if group.hidden_n >= MANY * group.numbers_n:
            of_dimension.setdefault(group.parts[0], []).append(group.name)
    for dimension, found in sorted(of_dimension.items(), key=lambda item: -len(item[1])):
        if len(found) > 1 and dimension != "sex":
            title = titles.get(dimension, dimension)
            yield "merge", {"dimension": title, "groups": ", ".join(found[:5]), "n": len(found)}
            break
    if periods_n > 1 and worst:
        yield "periods", {"n": periods_n}
    for side in worst:
        if len(side.parts) > 1:
            yield "drop", {"breakdown": side.name, "hidden": side.hidden_n, "numbers": side.numbers_n}
            break
