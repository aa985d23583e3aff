"""Base cells: counts and sums of person rows at the finest grouping, and their roll-ups in memory."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

__all__ = ["BaseCells", "FoldPlan", "rolled_up"]

UNKNOWN = "?"


@dataclass(frozen=True, slots=True)
class FoldPlan:
    """What to fold: key columns (period among them), outcomes, a weight; `squared` outcomes are not 0/1.

    Sums of `squared` or weighted outcomes are taken by one thread, so that they do not depend on the machine.
    """

    keys: tuple[str, ...]
    outcomes: tuple[str, ...]
    weight: str = ""
    squared: frozenset[str] = frozenset()

    @property
    def parts(self) -> tuple[str, ...]:
        """Names of the sums kept for every outcome."""
        plain = ("n", "total", "square")
        return (*plain, "weight", "weight_square", "weight_total", "weight_total_square") if self.weight else plain

    def parts_of(self, outcome: str) -> tuple[str, ...]:
        """Names of the sums that are read from SQL for one outcome (the square of a 0/1 outcome is its total)."""
        return tuple(part for part in self.parts if part != "square" or outcome in self.squared)


@dataclass(frozen=True, slots=True)
class BaseCells:
    """Cells as arrays.

    Attributes
    ----------
    keys : tuple of str
        Key columns, in order.
    codes : tuple of tuple of str
        Codes of each key, sorted; `index` points into them.
    index : int32, shape (cells, keys)
    rows_n : int64, shape (cells,)
        Person rows in the cell, with or without an answer.
    outcomes : tuple of str
    sums : mapping of part to float64 array, shape (cells, outcomes)
        `n` (rows with an answer), `total`, `square` and, with weights, `weight`, `weight_square`, `weight_total`,
        `weight_total_square`.
    """

    keys: tuple[str, ...]
    codes: tuple[tuple[str, ...], ...]
    index: NDArray[np.int32]
    rows_n: NDArray[np.int64]
    outcomes: tuple[str, ...]
    sums: dict[str, NDArray[np.float64]]

    def codes_of(self, key: str) -> tuple[str, ...]:
        """Codes of one key column."""
        return self.codes[self.keys.index(key)]


def rolled_up(cells: BaseCells, keep: Sequence[str]) -> BaseCells:
    """Sum the cells over every key not in `keep`; the order of `keep` is kept.

    Linear in the number of cells; the person rows are not read again.
    """
    places = [cells.keys.index(key) for key in keep]
    shape = tuple(len(cells.codes[place]) for place in places)
    if places and len(cells.rows_n):
        group = np.ravel_multi_index(tuple(cells.index[:, place] for place in places), shape)
        used, inverse = np.unique(group, return_inverse=True)
        index = np.stack(np.unravel_index(used, shape), axis=1).astype(np.int32)
    else:
        inverse = np.zeros(len(cells.rows_n), dtype=np.int64)
        index = np.zeros((min(1, len(inverse)), len(places)), dtype=np.int32)
    size = len(index)

    def summed(values: NDArray[np.float64]) -> NDArray[np.float64]:
        columns = [np.bincount(inverse, weights=values[:, i], minlength=size) for i in range(values.shape[1])]
        return np.stack(columns, axis=1) if columns else np.zeros((size, 0))

    return replace(
        cells,
        keys=tuple(keep),
        codes=tuple(cells.codes[place] for place in places),
        index=index,
        rows_n=np.bincount(inverse, weights=cells.rows_n, minlength=size).astype(np.int64),
        sums={part: summed(values) for part, values in cells.sums.items()},
    )
