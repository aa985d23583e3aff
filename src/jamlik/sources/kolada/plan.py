"""How to ask for much with few calls: how many indicators, areas and years to put in each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from math import ceil
from typing import TypeVar

__all__ = ["FILTER_LIMIT", "PAGE_LIMIT", "Batches", "batched", "smallest_batches"]

FILTER_LIMIT = 25
"""Values that Kolada takes in one filter."""
PAGE_LIMIT = 5000
"""Objects that Kolada puts on one page."""

Item = TypeVar("Item")


@dataclass(frozen=True, slots=True, order=True)
class Batches:
    """How a question is cut up.

    Parameters
    ----------
    requests : int
        Calls it takes at most, pages included.
    kpis, areas, years : int
        Values of each in one call.
    """

    requests: int
    kpis: int
    areas: int
    years: int


def smallest_batches(*, kpis: int, areas: int, years: int) -> Batches:
    """The batches that need the fewest calls when every indicator has a figure for every area and year.

    Parameters
    ----------
    kpis, areas, years : int
        How many are wanted, each at least 1. An answer holds one object per indicator, area and year.

    Returns
    -------
    Batches
        At equal numbers of calls, the one with the smallest answers.
    """
    sizes = [sorted({ceil(n / ceil(n / size)) for size in range(1, FILTER_LIMIT + 1)}) for n in (kpis, areas, years)]
    return min(
        Batches(
            ceil(kpis / k) * ceil(areas / a) * ceil(years / y) * ceil(k * a * y / PAGE_LIMIT), kpis=k, areas=a, years=y
        )
        for k, a, y in product(*sizes)
    )


def batched(items: Sequence[Item], size: int) -> list[Sequence[Item]]:
    """Cut a sequence into pieces of at most `size`."""
    return [items[start : start + size] for start in range(0, len(items), size)]
