"""What linear arithmetic tells of numbers that are not shown: the lowest and highest value of each unknown.

Knows nothing of groups or files, and nothing of the room that protects them: equations and limits go in, intervals
come out. Whole unknowns get whole limits.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass, field

import highspy
import numpy as np
from scipy import sparse
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse.csgraph import connected_components

__all__ = ["Contradiction", "Interval", "Unknowns"]

_NEAR = 1e-6
_FAR = 1e15


class Contradiction(Exception):  # noqa: N818 - an answer
    """No numbers at all agree with what is shown: the equations assumed are not the file's."""


@dataclass(frozen=True)
class Interval:
    """Lowest and highest value that agree with everything shown."""

    low: float
    high: float

    @property
    def width(self) -> float:
        return self.high - self.low


@dataclass
class Unknowns:
    """Numbers that are not shown, and what is known of them: equations, sums within limits, non-negativity."""

    _place: dict[Hashable, int] = field(default_factory=dict)
    _low: list[float] = field(default_factory=list)
    _high: list[float] = field(default_factory=list)
    _whole: list[bool] = field(default_factory=list)
    _rows: list[tuple[dict[int, float], float, float]] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self._place)

    def add(self, name: Hashable, *, low: float = 0.0, high: float = np.inf, whole: bool = True) -> None:
        """Add an unknown, or narrow the limits of one that is there."""
        if name not in self._place:
            self._place[name] = len(self._place)
            self._low.append(low)
            self._high.append(high)
            self._whole.append(whole)
            return
        place = self._place[name]
        self._low[place], self._high[place] = max(self._low[place], low), min(self._high[place], high)

    def within(self, terms: Iterable[tuple[float, Hashable]], low: float, high: float) -> None:
        """Say that a weighted sum of unknowns lies within limits."""
        row: dict[int, float] = {}
        for factor, name in terms:
            place = self._place[name]
            row[place] = row.get(place, 0.0) + factor
        row = {place: factor for place, factor in row.items() if factor}
        if row:
            self._rows.append((row, low, high))
        elif low > _NEAR or high < -_NEAR:
            raise Contradiction(f"nothing cannot lie within {low} and {high}")

    def intervals(self, names: Iterable[Hashable], *, enough: float = np.inf) -> Mapping[Hashable, Interval]:
        """Feasible interval of each named unknown.

        With `enough`, an interval that is at least so wide may be given too narrow, but never under `enough`.
        """
        wanted = [self._place[name] for name in names]
        label = self._components()
        found: dict[int, Interval] = {}
        for component in sorted({int(label[place]) for place in wanted}):
            inside = np.flatnonzero(label == component)
            chosen = [place for place in wanted if label[place] == component]
            found |= self._solved(inside, chosen, enough)
        by_place = {place: name for name, place in self._place.items()}
        return {by_place[place]: interval for place, interval in found.items()}

    def _matrix(self) -> sparse.csr_matrix:
        rows = [r for r, (row, _, _) in enumerate(self._rows) for _ in row]
        columns = [place for row, _, _ in self._rows for place in row]
        values = [factor for row, _, _ in self._rows for factor in row.values()]
        return sparse.csr_matrix((values, (rows, columns)), shape=(len(self._rows), len(self)))

    def _components(self) -> np.ndarray:
        matrix = abs(self._matrix())
        graph = sparse.bmat([[None, matrix], [matrix.T, None]]) if matrix.shape[0] else None
        if graph is None:
            return np.arange(len(self))
        return connected_components(graph, directed=False)[1][matrix.shape[0] :]

    def _solved(self, inside: np.ndarray, chosen: list[int], enough: float) -> dict[int, Interval]:
        place = {int(old): new for new, old in enumerate(inside)}
        rows = [row for row in self._rows if next(iter(row[0])) in place]
        local = [({place[p]: f for p, f in row.items()}, low, high) for row, low, high in rows]
        low, high = np.array(self._low)[inside], np.array(self._high)[inside]
        whole = np.array(self._whole)[inside]
        part = _Part(local, low, high, whole)
        return {p: part.interval(place[p], enough) for p in chosen}


class _Part:
    """Unknowns that hang together, in one solver that is kept warm."""

    def __init__(
        self, rows: list[tuple[dict[int, float], float, float]], low: np.ndarray, high: np.ndarray, whole: np.ndarray
    ) -> None:
        self._low, self._high, self._whole = low, high, whole
        columns = [p for row, _, _ in rows for p in row]
        numbers = [r for r, (row, _, _) in enumerate(rows) for _ in row]
        values = [f for row, _, _ in rows for f in row.values()]
        shape = (len(rows), low.size)
        self._matrix = sparse.csc_matrix((values, (numbers, columns)), shape=shape)
        self._row_low = np.array([row[1] for row in rows], dtype=float)
        self._row_high = np.array([row[2] for row in rows], dtype=float)
        self._seen_low, self._seen_high = np.full(low.size, np.inf), np.full(low.size, -np.inf)
        self._cost = np.zeros(low.size)
        self._solver = highspy.Highs()
        for option, value in (("output_flag", False), ("threads", 1)):
            self._solver.setOptionValue(option, value)
        self._solver.passModel(self._program())

    def _program(self) -> highspy.HighsLp:
        lp = highspy.HighsLp()
        lp.num_row_, lp.num_col_ = self._matrix.shape
        lp.col_cost_, lp.col_lower_, lp.col_upper_ = self._cost, self._low, self._high
        lp.row_lower_, lp.row_upper_ = self._row_low, self._row_high
        lp.a_matrix_.format_ = highspy.MatrixFormat.kColwise
        lp.a_matrix_.start_, lp.a_matrix_.index_ = self._matrix.indptr, self._matrix.indices
        lp.a_matrix_.value_ = self._matrix.data.astype(np.float64)
        return lp

    def interval(self, place: int, enough: float) -> Interval:
        if self._seen_high[place] - self._seen_low[place] < enough:
            for sign in (1.0, -1.0):
                self._push(place, sign)
        low, high = self._seen_low[place], self._seen_high[place]
        if self._whole[place]:
            low, high = np.ceil(low - _NEAR), np.floor(high + _NEAR)
            if high - low < min(enough, 6) and self._low.size <= 400:
                return self._whole_interval(place)
        return Interval(float(low), float(high))

    def _push(self, place: int, sign: float) -> None:
        cost = np.zeros(self._cost.size)
        cost[place] = sign
        changed = np.flatnonzero(cost != self._cost).astype(np.int32)
        self._solver.changeColsCost(changed.size, changed, cost[changed])
        self._cost = cost
        self._solver.run()
        status = self._solver.getModelStatus()
        if status == highspy.HighsModelStatus.kInfeasible:
            raise Contradiction("nothing agrees with all that is shown")
        if status != highspy.HighsModelStatus.kOptimal:
            (self._seen_low if sign > 0 else self._seen_high)[place] = -sign * np.inf
            return
        found = np.array(self._solver.getSolution().col_value)
        np.minimum(self._seen_low, found, out=self._seen_low)
        np.maximum(self._seen_high, found, out=self._seen_high)

    def _whole_interval(self, place: int) -> Interval:
        """The interval when every whole unknown is whole: no wider than the linear one."""
        cost = np.zeros(self._low.size)
        limits = []
        for sign in (1.0, -1.0):
            cost[place] = sign
            found = milp(
                cost,
                constraints=LinearConstraint(self._matrix, self._row_low, self._row_high),
                integrality=self._whole.astype(int),
                bounds=Bounds(self._low, self._high),
                options={"time_limit": 20.0},
            )
            bound = found.mip_dual_bound if found.mip_dual_bound is not None else found.fun
            if bound is None:
                raise Contradiction("no whole numbers agree with all that is shown")
            limits.append(sign * bound)
        return Interval(float(np.ceil(limits[0] - _NEAR)), float(np.floor(limits[1] + _NEAR)))
