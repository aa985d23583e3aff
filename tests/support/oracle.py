"""An oracle: told which comparison to look at, it tests that one from person rows and nothing else.

Plain NumPy, written without `jamlik.stats`, `jamlik.analysis` or the generator's own arithmetic, so that it can judge
all three. Nothing here corrects for many comparisons: the oracle makes one. Gaps are on the probability or mean scale.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow as pa


@dataclass(frozen=True)
class Verdict:
    """A gap as one test sees it; `found` when p is below one minus the confidence asked for."""

    gap: float
    se: float
    p_value: float
    found: bool


class People:
    """Person rows as arrays of codes, decoded once so that many comparisons can be asked of them."""

    def __init__(self, table: pa.Table) -> None:
        self.codes: dict[str, tuple[np.ndarray, dict[str, int]]] = {}
        self.values: dict[str, np.ndarray] = {}
        for name in table.column_names:
            column = table[name].combine_chunks()
            if pa.types.is_floating(column.type):
                self.values[name] = column.to_numpy(zero_copy_only=False)
            else:
                coded = column.dictionary_encode()
                known = {code: place for place, code in enumerate(coded.dictionary.to_pylist())}
                self.codes[name] = (coded.indices.to_numpy(), known)

    def having(self, name: str, code: str) -> np.ndarray:
        """Who has the code in a dimension (or `period`); `!x` is everybody but x."""
        places, known = self.codes[name]
        same = places == known.get(code.removeprefix("!"), -1)
        return ~same if code.startswith("!") else same

    def among(self, group: Iterable[tuple[str, str]], *, period: str) -> np.ndarray:
        """Who is in a group in a period."""
        inside = self.having("period", period)
        for name, code in group:
            inside = inside & self.having(name, code)
        return inside

    def levels_of(self, name: str) -> tuple[str, ...]:
        """All codes of a dimension."""
        return tuple(self.codes[name][1])


def group_from(text: str) -> tuple[tuple[str, str], ...]:
    """The group that `truth.csv` writes as `sex=K,area=E03`."""
    pairs = (part.partition("=") for part in text.split(","))
    return tuple((name, code) for name, _, code in pairs)


def gap_verdict(
    people: People, *, indicator: str, group: str, reference: str, period: str, confidence: float = 0.95
) -> Verdict:
    """The z-test of one comparison, written as in `truth.csv`; each side's own variance, people without answer out."""
    ours, theirs = _sides(people, indicator, group, reference, period)
    gap = _mean(ours) - _mean(theirs)
    return _verdict(gap, math.sqrt(_squared_error(ours) + _squared_error(theirs)), confidence)


def adjusted_verdict(
    people: People,
    *,
    indicator: str,
    group: str,
    reference: str,
    period: str,
    covariate: str,
    confidence: float = 0.95,
) -> Verdict:
    """The same within levels of a covariate, weighed by how many people of both sides have each level.

    A level that has fewer than two people on a side is left out on both.
    """
    values = people.values[indicator]
    answered = ~np.isnan(values)
    here = [people.among(group_from(side), period=period) & answered for side in (group, reference)]
    strata = []
    for level in people.levels_of(covariate):
        inside = people.having(covariate, level)
        ours, theirs = values[here[0] & inside], values[here[1] & inside]
        if min(ours.size, theirs.size) >= 2:
            strata.append((ours.size + theirs.size, ours, theirs))
    total = sum(size for size, _, _ in strata)
    gap = sum(size / total * (_mean(ours) - _mean(theirs)) for size, ours, theirs in strata)
    square = sum((size / total) ** 2 * (_squared_error(a) + _squared_error(b)) for size, a, b in strata)
    return _verdict(gap, math.sqrt(square), confidence)


def trend_verdict(
    people: People,
    *,
    indicator: str,
    group: str,
    reference: str,
    years: Mapping[str, float],
    confidence: float = 0.95,
) -> Verdict:
    """The change of a gap per year, by least squares over the periods named in `years`; `gap` is the slope."""
    gaps, squares = [], []
    for period in years:
        ours, theirs = _sides(people, indicator, group, reference, period)
        gaps.append(_mean(ours) - _mean(theirs))
        squares.append(_squared_error(ours) + _squared_error(theirs))
    time = np.array(list(years.values())) - np.mean(list(years.values()))
    weight = time / float(np.sum(time * time))
    return _verdict(float(weight @ np.array(gaps)), math.sqrt(float(weight**2 @ np.array(squares))), confidence)


def _sides(people: People, indicator: str, group: str, reference: str, period: str) -> tuple[np.ndarray, np.ndarray]:
    values = people.values[indicator]
    found = [values[people.among(group_from(side), period=period)] for side in (group, reference)]
    return found[0][~np.isnan(found[0])], found[1][~np.isnan(found[1])]


def _mean(values: np.ndarray) -> float:
    return float(np.sum(values)) / values.size if values.size else math.nan


def _squared_error(values: np.ndarray) -> float:
    """Estimated variance of the mean."""
    if values.size < 2:
        return math.nan
    return float(np.sum((values - _mean(values)) ** 2)) / (values.size - 1) / values.size


def _verdict(gap: float, se: float, confidence: float) -> Verdict:
    if not se > 0:
        return Verdict(gap, se, math.nan, False)
    p_value = math.erfc(abs(gap) / se / math.sqrt(2.0))
    return Verdict(gap, se, p_value, p_value < 1.0 - confidence)
