"""Breakdowns that a table leaves out: which cells they are, and which to leave out so that the rest can be published.

A breakdown is some of the dimensions, such as area × age. Without it, no cell that tells of both is published.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import combinations

import numpy as np

from jamlik.privacy.crossed import TOTAL, Crossed
from jamlik.privacy.system import Bools, ReleaseRefused

__all__ = ["Without", "enough_without", "left_out"]

Without = tuple[tuple[str, ...], ...]
"""Breakdowns, each by its dimensions."""

_MOST_TRIES, _MOST_CELLS = 16, 8_000  # cells searched in all tries together
_MOST_TOGETHER, _FEW_DIMENSIONS = 3, 4  # with more dimensions, one breakdown at a time


def left_out(crossed: Crossed, without: Iterable[Sequence[str]]) -> Bools:
    """The cells that are not published without these breakdowns."""
    names = [axis.name for axis in crossed.axes]
    inner = np.array([[code != TOTAL for code in codes] for codes in crossed.codes], dtype=np.bool_)
    out = np.zeros(crossed.size, dtype=np.bool_)
    for breakdown in without:
        out |= inner[:, [names.index(name) for name in breakdown]].all(axis=1)
    return out


def enough_without(crossed: Crossed, given: Without, attempt: Callable[[Without], object]) -> Without | None:
    """The fewest breakdowns to leave out so that the rest can be published.

    Parameters
    ----------
    crossed : Crossed
        The table's cells.
    given : tuple of tuple of str
        What it leaves out already.
    attempt : callable
        Protects the table without some breakdowns; raises `ReleaseRefused` where that cannot be done.

    Returns
    -------
    tuple of tuple of str, or None
        All to leave out, those given among them; None where nothing that was tried is enough. The same every time.
    """
    tries = min(_MOST_TRIES, _MOST_CELLS // crossed.size)
    for without in _in_order(crossed, given)[:tries]:
        try:
            attempt(without)
        except ReleaseRefused:
            continue
        return without
    return None


def _in_order(crossed: Crossed, given: Without) -> list[Without]:
    """Every choice that leaves something: the fewest breakdowns left out first, and then the fewest cells."""
    names = [axis.name for axis in crossed.axes]
    every = [chosen for size in range(len(names), 0, -1) for chosen in combinations(names, size)]
    gone = _all_gone(every, given)
    most = _MOST_TOGETHER if len(names) <= _FEW_DIMENSIONS else 1
    found: dict[frozenset[tuple[str, ...]], tuple[int, int, Without]] = {}
    for number in range(1, most + 1):
        for more in combinations([one for one in every if one not in gone], number):
            without = (*given, *more)
            away = _all_gone(every, without)
            if away not in found and len(away) < len(every):
                found[away] = (len(away), int(left_out(crossed, without).sum()), without)
    return [without for _, _, without in sorted(found.values())]


def _all_gone(every: Sequence[tuple[str, ...]], without: Without) -> frozenset[tuple[str, ...]]:
    """With a breakdown go all that break it down further."""
    return frozenset(one for one in every if any(set(away) <= set(one) for away in without))
