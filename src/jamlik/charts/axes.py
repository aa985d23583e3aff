"""Scales that a person can read: round limits, few ticks, and labels that keep out of each other's way."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

__all__ = ["Scale", "class_limits", "scale_for", "spread"]


@dataclass(frozen=True, slots=True)
class Scale:
    """A linear axis: from, to, where it has its marks, and how many decimals those need."""

    low: float
    high: float
    ticks: tuple[float, ...]
    decimals: int

    def at(self, value: float, length: float) -> float:
        """Distance in pixels from the low end, on an axis `length` pixels long."""
        return (value - self.low) / (self.high - self.low) * length

    @property
    def format(self) -> str:
        """Number format for the tick labels, in d3's language."""
        return f",.{self.decimals}f"


def _step(span: float, ticks: int) -> float:
    rough = span / max(ticks, 1)
    size = 10.0 ** math.floor(math.log10(rough))
    return next((size * factor for factor in (1, 2, 2.5, 5, 10) if size * factor >= rough * 0.999), size * 10)


def _decimals(step: float) -> int:
    return next((n for n in range(6) if abs(step * 10**n - round(step * 10**n)) < 1e-6), 6)


def scale_for(
    values: Iterable[float], *, ticks: int = 5, zero: bool = False, floor: float | None = None, top: float | None = None
) -> Scale:
    """A scale with round limits around published values.

    Parameters
    ----------
    values : iterable of float
        Everything that must fit. Empty gives 0 to 1; one value gets room on both sides.
    ticks : int
        About how many steps.
    zero : bool
        Whether zero must be on the axis.
    floor, top : float, optional
        Limits the axis never goes beyond (0 and 100 for percentages).
    """
    found = [*values, *([0.0] if zero else [])] or [0.0, 1.0]
    low, high = min(found), max(found)
    if high == low:
        low, high = low - (abs(low) * 0.1 or 1.0), high + (abs(high) * 0.1 or 1.0)
        low = low if floor is None else max(low, floor)
        high = high if top is None else min(high, top)
    if floor is not None and low > floor and low - floor < 0.25 * (high - floor):
        low = floor
    step = _step(high - low, ticks)
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    decimals = _decimals(step)
    marks = [round(n * step, decimals) + 0.0 for n in range(first, last + 1)]
    if floor is not None:
        marks = [mark for mark in marks if mark >= floor] or [floor]
    if top is not None:
        marks = [mark for mark in marks if mark <= top]
    ends = min(marks[0], low), max(marks[-1], high)
    return Scale(ends[0], ends[1], tuple(marks), decimals)


def class_limits(values: Sequence[float], *, classes: int = 5, decimals: int = 1) -> tuple[float, ...]:
    """Round inner limits that divide published values into at most `classes` classes.

    A value belongs to the class above a limit when it equals it. Between two and `classes` − 1 limits where the values
    differ; none where they are all the same.
    """
    low, high = min(values), max(values)
    if low == high:
        return ()
    step = _step((high - low) / 1.0, classes - 1)
    while True:
        first = math.floor(low / step + 1e-9) + 1
        limits = [round(n * step, 6) for n in range(first, math.ceil(high / step - 1e-9) + 1)]
        limits = [limit for limit in limits if low < limit <= high]
        if len(limits) < classes:
            break
        step = _step(step * 1.01, 1)
    least = 10.0**-decimals
    return tuple(limit for limit in limits if abs(limit / least - round(limit / least)) < 1e-6) or (limits[0],)


def spread(places: Sequence[float], *, gap: float, low: float, high: float) -> tuple[float, ...]:
    """Move places as little as needed so that neighbours are `gap` apart, inside `low` to `high`; order is kept."""
    order = sorted(range(len(places)), key=lambda i: places[i])
    moved = list(places)
    for _ in range(100):
        for first, second in pairwise(order):
            lack = gap - (moved[second] - moved[first])
            if lack > 1e-9:
                moved[first], moved[second] = moved[first] - lack / 2, moved[second] + lack / 2
        for i in order:
            moved[i] = min(max(moved[i], low), high)
    return tuple(moved)
