"""Proofs that hidden cells stay unknown: pairs of tables that look the same from outside.

A proof is two moves from the true table, `up` and `down`. Both moved tables agree with everything shown, so a cell in
which they differ by d has a feasible interval at least d wide: for everybody, whole numbers and non-negativity
included, and also for a person who knows a cell that neither move touches.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np

from jamlik.privacy.moves import TINY, is_move, parts_of
from jamlik.privacy.system import Bools, Floats, System

__all__ = ["Proofs"]


class Proofs:
    """The proofs found so far, and which sensitive cells they serve.

    Parameters
    ----------
    system : System
        With a block number for every cell.
    singleton : bool, shape (cells,)
        Cells that a single person knows.
    within : mapping of cell to cells
        What lies inside such a cell, and so is about that person alone.
    insider_width : float, shape (cells,)
        Width each sensitive cell must keep for a person who knows their own cell.
    """

    def __init__(
        self, system: System, *, singleton: Bools, within: Mapping[int, frozenset[int]], insider_width: Floats
    ) -> None:
        n = system.value.shape[0]
        self._system, self._insider_width = system, insider_width
        self._touched: dict[int, frozenset[int]] = {}
        self._serving: dict[int, frozenset[int]] = {}
        self._next = 0
        self._columns = system.equation.tocsc()
        self._outside: list[set[int]] = [set() for _ in range(n)]
        self._inside: list[set[int]] = [set() for _ in range(n)]
        self._using: list[set[int]] = [set() for _ in range(n)]
        self._alone = frozenset(np.flatnonzero(singleton).tolist())
        self._block, self._within = system.block.tolist(), within

    def add(self, up: Floats, down: Floats | None = None, *, hidden: Bools) -> bool:
        """Store a proof; a lone upward move is stored in independent parts. False when it is not a valid move."""
        if down is not None:
            if not (is_move(self._system, up, hidden) and is_move(self._system, down, hidden)):
                return False
            self._store(up, down)
            return True
        parts = parts_of(up, equation=self._system.equation, columns=self._columns)
        sound = [part for part in parts if is_move(self._system, part, hidden)]
        for part in sound:
            self._store(part, np.zeros_like(part))
        return bool(sound)

    def _store(self, up: Floats, down: Floats) -> None:
        difference = np.abs(up - down)
        sensitive = self._system.sensitive
        outside = np.flatnonzero(sensitive & (difference >= self._system.width - TINY)).tolist()
        inside = np.flatnonzero(sensitive & (difference >= self._insider_width - TINY)).tolist()
        if not outside and not inside:
            return
        mark, self._next = self._next, self._next + 1
        self._touched[mark] = frozenset(np.flatnonzero((up != 0) | (down != 0)).tolist())
        self._serving[mark] = frozenset(outside).union(inside)
        for cell in outside:
            self._outside[cell].add(mark)
        for cell in inside:
            self._inside[cell].add(mark)
        for cell in self._touched[mark]:
            self._using[cell].add(mark)

    def proved(self, cell: int, *, without: Iterable[int] = ()) -> bool:
        """Whether the cell's interval is wide enough for an outsider, even without the proofs that touch `without`."""
        gone = self._marks(without)
        return any(mark not in gone for mark in self._outside[cell])

    def threats(self, cell: int, *, without: Iterable[int] = ()) -> list[int]:
        """Single persons whose knowledge of their own cell defeats every proof found for this cell."""
        gone = self._marks(without)
        left: set[int] | None = None
        for mark in sorted(self._inside[cell]):
            if mark in gone:
                continue
            met = self._touched[mark] & self._alone
            left = set(met) if left is None else left & met
            if not left:
                return []
        every = self._alone if left is None else left
        return sorted(i for i in every if self._apart(i, cell))

    def _apart(self, single: int, cell: int) -> bool:
        """Whether the cell tells of anybody but the single person."""
        return single != cell and self._block[single] != self._block[cell] and cell not in self._within.get(single, ())

    def _marks(self, cells: Iterable[int]) -> set[int]:
        return set().union(*(self._using[c] for c in cells))

    def served(self, cells: Iterable[int]) -> list[int]:
        """Sensitive cells that some proof touching `cells` serves."""
        return sorted(set().union(*(self._serving[mark] for mark in self._marks(cells))))

    def forget(self, cells: Iterable[int]) -> None:
        """Drop every proof that touches one of the cells (they are about to be shown)."""
        for mark in sorted(self._marks(cells)):
            del self._serving[mark]
            for cell in self._touched.pop(mark):
                self._using[cell].discard(mark)
                self._outside[cell].discard(mark)
                self._inside[cell].discard(mark)
