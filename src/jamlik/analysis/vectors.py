"""Sums that add up: every shown cell as one row of numbers, so that the rest of a total is a subtraction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from jamlik.model.groupings import Group
from jamlik.model.indicators import Indicator, Kind
from jamlik.model.tables import Cell, CellKey, Status

__all__ = ["Sides", "Sums", "sides_of"]

Floats = NDArray[np.float64]
_WIDTH = 5  # n, weight, weighted sum, weighted sum of squares, sum of squared weights
NOTHING = (np.nan,) * _WIDTH


class Sums:
    """The additive numbers of one indicator's shown cells at one period, by group; the rest of a group on request."""

    def __init__(self, cells: Mapping[CellKey, Cell], *, indicator: Indicator, period: str) -> None:
        self._cells, self._indicator, self._period = cells, indicator, period
        self._known: dict[Group, tuple[float, ...] | None] = {}

    def cell(self, group: Group) -> Cell | None:
        """The protected cell of a group, None when the table has none."""
        return self._cells.get((self._indicator.id, self._period, group))

    def status(self, group: Group) -> Status:
        """Status of a group, where `!x` is the rest: shown only if every cell it uses is."""
        found = [Status.MISSING if cell is None else cell.status for cell in self._used(group)]
        worst = (Status.SUPPRESSED, Status.BOUNDED, Status.MISSING, Status.NOT_APPLICABLE)
        return next((status for status in worst if status in found), Status.SHOWN)

    def of(self, group: Group) -> tuple[float, ...] | None:
        """The group's numbers, or None when they may not be shown or do not exist."""
        if group not in self._known:
            self._known[group] = self._rest(group) if self._excluded(group) else self._own(group)
        return self._known[group]

    @staticmethod
    def _excluded(group: Group) -> bool:
        return any(code.startswith("!") for _, code in group)

    def _used(self, group: Group) -> list[Cell | None]:
        if not self._excluded(group):
            return [self.cell(group)]
        whole, part = _whole_and_part(group)
        itself = self.cell(group)  # there only when it may not be told (`guards.with_small_rests_hidden`)
        return [self.cell(whole), self.cell(part), *([itself] if itself else [])]

    def _rest(self, group: Group) -> tuple[float, ...] | None:
        whole, part = (self._own(side) for side in _whole_and_part(group))
        if whole is None or part is None or whole[0] - part[0] < 0.5 or self.cell(group) is not None:
            return None
        return tuple(a - b for a, b in zip(whole, part, strict=True))

    def _own(self, group: Group) -> tuple[float, ...] | None:
        cell = self.cell(group)
        if cell is None or cell.status not in (Status.SHOWN, Status.PERTURBED) or not cell.base_n:
            return None
        return _additive(cell, self._indicator)


def _whole_and_part(group: Group) -> tuple[Group, Group]:
    whole = tuple((name, code) for name, code in group if not code.startswith("!"))
    return whole, tuple((name, code.removeprefix("!")) for name, code in group)


def _additive(cell: Cell, indicator: Indicator) -> tuple[float, ...] | None:
    n = float(cell.base_n or 0.0)
    scale = indicator.multiplier if indicator.kind in (Kind.PROPORTION, Kind.RATE) else 1.0
    if cell.weight is not None and cell.value is not None and cell.effective_n:
        mean = cell.value / scale
        spread = _spread(cell, n) if indicator.kind is Kind.MEAN else 0.0
        square = cell.weight * (mean * mean + spread)
        return (n, cell.weight, cell.weight * mean, square, cell.weight**2 / cell.effective_n)
    if indicator.kind is Kind.MEAN:
        if cell.total is None or cell.square is None:
            return None
        return (n, n, cell.total, cell.square, n)
    if cell.count_n is not None:
        return (n, n, cell.count_n, cell.count_n, n)
    if cell.value is not None:
        return (n, n, n * cell.value / scale, n * cell.value / scale, n)
    return None


def _spread(cell: Cell, n: float) -> float:
    if cell.total is None or cell.square is None or n <= 0:
        return 0.0
    return max(cell.square / n - (cell.total / n) ** 2, 0.0)


@dataclass(frozen=True, slots=True)
class Sides:
    """One side of many comparisons: arrays of shape (comparisons,), NaN where not shown.

    `n` people, `size` the effective number, `yes` the effective count (proportion), `total` and `square` the effective
    sums (mean), `level` in the indicator's unit.
    """

    n: Floats
    size: Floats
    yes: Floats
    total: Floats
    square: Floats
    level: Floats


def sides_of(sums: Sums, groups: Sequence[Group], indicator: Indicator) -> Sides:
    """Gather one side of many comparisons of an indicator."""
    rows = np.array([sums.of(group) or NOTHING for group in groups], dtype=np.float64).reshape(-1, _WIDTH)
    n, weight, total, square, squared_weight = rows.T
    with np.errstate(divide="ignore", invalid="ignore"):
        mean = total / weight
        size = np.where(weight > 0, weight**2 / squared_weight, np.nan)
        spread = square / weight
    scale = indicator.multiplier if indicator.kind in (Kind.PROPORTION, Kind.RATE) else 1.0
    yes = np.clip(mean, 0.0, 1.0) * size if indicator.kind is Kind.PROPORTION else mean * size
    return Sides(n=n, size=size, yes=yes, total=mean * size, square=spread * size, level=mean * scale)
