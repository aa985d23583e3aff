"""Moves: changes to the hidden cells that no equation notices, found by linear programming.

A move `y` satisfies ``equation @ y == 0`` and ``value + y >= 0`` and is zero in every shown cell. The true table and
the moved table look the same to an outsider, so a move is a proof that a cell may also have another value.
"""

from __future__ import annotations

from collections.abc import Mapping

import highspy
import numpy as np
import scipy.sparse as sp

from jamlik.privacy.system import Bools, Floats, Ints, System

__all__ = ["TINY", "Moves", "is_move", "parts_of"]

TINY = 1e-7
_INTEGER_NODES = 200


def is_move(system: System, move: Floats, hidden: Bools) -> bool:
    """Whether `move` is one: unseen by every equation, no cell below zero, whole cells whole, shown cells still."""
    scale = max(1.0, float(np.abs(move).max(initial=0.0)))
    return bool(
        np.all(move[~hidden] == 0)
        and np.all(system.value + move >= -TINY * scale)
        and np.all(move <= system.headroom + TINY * scale)
        and np.all(move[system.integral] % 1 == 0)
        and np.abs(system.equation @ move).max(initial=0.0) <= TINY * scale
    )


def parts_of(move: Floats, *, equation: sp.csr_matrix, columns: sp.csc_matrix) -> list[Floats]:
    """Split a move into moves that share no equation; each is smaller and proves the same for its own cells.

    `columns` is the same matrix as `equation`, stored by column.
    """
    left = set(np.flatnonzero(move).tolist())
    found = []
    while left:
        queue = [min(left)]
        left.discard(queue[0])
        part = np.zeros_like(move)
        rows: set[int] = set()
        while queue:
            cell = queue.pop()
            part[cell] = move[cell]
            for row in columns.indices[columns.indptr[cell] : columns.indptr[cell + 1]].tolist():
                if row not in rows:
                    rows.add(row)
                    near = left.intersection(equation.indices[equation.indptr[row] : equation.indptr[row + 1]].tolist())
                    left -= near
                    queue.extend(near)
        found.append(part)
    return found


class Moves:
    """A linear program over all cells, kept warm between questions.

    Columns are the upward and the downward part of each cell's move. The objective is price times size, so that a
    solution uses few cells that are not hidden yet.
    """

    def __init__(self, system: System, *, within: Bools | None = None, columns: sp.csc_matrix | None = None) -> None:
        usable = np.isfinite(system.cost) | system.sensitive
        self._cells = np.flatnonzero(usable if within is None else usable & within)
        self._size, self._n = system.value.shape[0], self._cells.size
        self._place = np.full(self._size, -1, dtype=np.int64)
        self._place[self._cells] = np.arange(self._n)
        self._fall, self._rise = system.value[self._cells], system.headroom[self._cells]
        self._integral = system.integral[self._cells]
        self._upper = np.concatenate([self._rise, self._fall])
        self._price = np.ones(2 * self._n)
        self._solver = highspy.Highs()
        for name, value in (("output_flag", False), ("threads", 1), ("presolve", "off"), ("random_seed", 0)):
            self._solver.setOptionValue(name, value)
        self._solver.passModel(self._program(system.equation.tocsc() if columns is None else columns))

    def _program(self, columns: sp.csc_matrix) -> highspy.HighsLp:
        size = np.diff(columns.indptr)[self._cells]
        begin = columns.indptr[self._cells]
        start = np.concatenate([[0], np.cumsum(size)])
        places = np.arange(start[-1]) + np.repeat(begin - start[:-1], size)
        rows, index = np.unique(columns.indices[places], return_inverse=True)
        value = columns.data[places].astype(np.float64)
        lp = highspy.HighsLp()
        lp.num_col_, lp.num_row_ = 2 * self._n, rows.size
        lp.col_cost_, lp.col_lower_, lp.col_upper_ = self._price, np.zeros(2 * self._n), self._upper
        lp.row_lower_, lp.row_upper_ = np.zeros(rows.size), np.zeros(rows.size)
        lp.a_matrix_.format_ = highspy.MatrixFormat.kColwise
        lp.a_matrix_.start_ = np.concatenate([start, start[1:] + start[-1]]).astype(np.int32)
        lp.a_matrix_.index_ = np.tile(index, 2).astype(np.int32)
        lp.a_matrix_.value_ = np.concatenate([value, -value])
        return lp

    def reprice(self, price: Floats) -> None:
        """Set the price of moving each cell by one."""
        wanted = np.tile(price[self._cells], 2)
        changed = np.flatnonzero(wanted != self._price).astype(np.int32)
        if changed.size:
            self._solver.changeColsCost(changed.size, changed, wanted[changed])
            self._price = wanted

    def confine(self, allowed: Bools) -> None:
        """Let only these cells move (and never a cell that may not be hidden)."""
        free = allowed[self._cells]
        wanted = np.concatenate([np.where(free, self._rise, 0.0), np.where(free, self._fall, 0.0)])
        self._bound(np.flatnonzero(wanted != self._upper), upper=wanted)
        self._upper = wanted

    def _bound(self, columns: Ints, *, upper: Floats, lower: Floats | None = None) -> None:
        if columns.size:
            low = np.zeros(columns.size) if lower is None else lower[columns]
            self._solver.changeColsBounds(columns.size, columns.astype(np.int32), low, upper[columns])

    def cheapest(self, fixed: Mapping[int, float]) -> Floats | None:
        """The cheapest move with these amounts in these cells; None when there is no such move.

        Parameters
        ----------
        fixed : mapping of cell to amount
            Positive up, negative down, 0 = may not move.

        Returns
        -------
        float, shape (cells,), or None
            Whole numbers in whole cells wherever the solution is whole; callers test with `is_move`.
        """
        cells = self._place[np.fromiter(fixed, dtype=np.int64, count=len(fixed))]
        amounts = np.fromiter(fixed.values(), dtype=np.float64, count=len(fixed))
        if np.any(amounts[cells < 0]):
            return None
        cells, amounts = cells[cells >= 0], amounts[cells >= 0]
        columns = np.concatenate([cells, cells + self._n])
        exact = np.zeros(2 * self._n)
        exact[columns] = np.concatenate([np.maximum(amounts, 0), np.maximum(-amounts, 0)])
        if np.any(exact > self._upper + TINY):
            return None
        self._bound(columns, lower=exact, upper=exact)
        try:
            return self._solution() if self._solved() else None
        finally:
            self._bound(columns, upper=self._upper)

    def furthest(self, cell: int, *, up: bool, limit: float, still: tuple[int, ...] = ()) -> Floats | None:
        """The move that takes one cell as far as it goes, at most `limit`; None when it cannot move at all."""
        place = int(self._place[cell])
        if place < 0:
            return None
        column = place if up else place + self._n
        reach = min(limit, float(self._upper[column]))
        if reach <= TINY:
            return None
        places = self._place[np.array(still, dtype=np.int64)]
        places = places[places >= 0]
        held = np.concatenate([places, places + self._n, [place + self._n if up else place]])
        self._bound(held, upper=np.zeros(2 * self._n))
        self._solver.changeColBounds(int(column), 0.0, reach)
        self._solver.changeColCost(int(column), -1e4 * max(1.0, float(self._price.max())))
        found = self._solution() if self._solved() else None
        self._solver.changeColCost(int(column), float(self._price[column]))
        self._bound(np.append(held, column), upper=self._upper)
        return found if found is not None and abs(found[cell]) > TINY else None

    def cheapest_whole(self, fixed: Mapping[int, float]) -> Floats | None:
        """Like `cheapest`, but insisting on whole numbers (branch and bound with a limit on nodes)."""
        kinds = [highspy.HighsVarType.kInteger if i else highspy.HighsVarType.kContinuous for i in self._integral]
        every = np.arange(2 * self._n, dtype=np.int32)
        self._solver.changeColsIntegrality(every.size, every, np.array(kinds + kinds))
        self._solver.setOptionValue("mip_max_nodes", _INTEGER_NODES)
        self._solver.setOptionValue("presolve", "on")
        try:
            return self.cheapest(fixed)
        finally:
            self._solver.setOptionValue("presolve", "off")
            free = np.array([highspy.HighsVarType.kContinuous] * every.size)
            self._solver.changeColsIntegrality(every.size, every, free)

    def _solved(self) -> bool:
        # From standing still the way to a small move is short; from the last answer it is long (5 times slower).
        self._solver.setBasis()
        self._solver.run()
        status = self._solver.getModelStatus()
        if status in (highspy.HighsModelStatus.kOptimal, highspy.HighsModelStatus.kInfeasible):
            return bool(status == highspy.HighsModelStatus.kOptimal)
        self._solver.clearSolver()
        self._solver.run()
        return bool(self._solver.getModelStatus() == highspy.HighsModelStatus.kOptimal)

    def _solution(self) -> Floats:
        columns = np.array(self._solver.getSolution().col_value)
        part = columns[: self._n] - columns[self._n :]
        whole = np.round(part)
        near = np.abs(part - whole) < 1e-6
        move: Floats = np.zeros(self._size)
        move[self._cells] = np.where(near, whole, part)
        return move
