"""The attack: what an outsider, or a single person who knows their own cell, can work out about hidden cells.

Independent of the search that chose what to hide: it reads only the system and the pattern. For every hidden cell it
asks for the lowest and highest value that agree with every shown cell, every equation and non-negativity.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import highspy
import numpy as np
import scipy.sparse as sp
from scipy.sparse.linalg import lsmr

from jamlik.privacy.bounds import move_limits
from jamlik.privacy.system import Bools, Floats, Ints, System, components, reduced, restricted

__all__ = ["Audit", "attack"]

_NEAR = 1e-6
_DIRECTIONS = 8
_PARALLEL = 1e-7


@dataclass(frozen=True, slots=True)
class Audit:
    """What the attack found. The intervals may be told; which cells are sensitive may not.

    Parameters
    ----------
    low, high : float, shape (cells,)
        Feasible interval of each hidden cell; NaN for shown cells, infinite without limit. Whole numbers for whole
        cells. When the attack was told to stop at `enough`, an interval that lies inside the feasible one.
    narrow : int, shape (failures,)
        Sensitive cells that are shown or whose interval is narrower than required.
    victims : int, shape (pairs, 2)
        (person alone in a cell, sensitive cell this person can work out exactly).
    narrowest : float or None
        Width of the narrowest interval of a sensitive cell; a lower limit after `enough`.
    solves : int
        How many linear programs it took.
    """

    low: Floats = field(repr=False)
    high: Floats = field(repr=False)
    narrow: Ints
    victims: Ints
    narrowest: float | None
    solves: int

    @property
    def passed(self) -> bool:
        """Whether nothing sensitive came out."""
        return self.narrow.size == 0 and self.victims.shape[0] == 0


def attack(system: System, hidden: Bools, *, enough: bool = False) -> Audit:
    """Attack a pattern.

    Parameters
    ----------
    system : System
        The truth and its equations.
    hidden : bool, shape (cells,)
        What an outsider does not see.
    enough : bool
        Stop at the first proof that a sensitive cell is wide enough, and leave other cells alone: much faster.

    Returns
    -------
    Audit
    """
    cells = np.flatnonzero(hidden)
    part = restricted(system, cells)
    low, high = np.zeros(cells.size), np.zeros(cells.size)
    label = components(part.equation, np.ones(cells.size, dtype=np.bool_))
    solves = 0
    for number in range(int(label.max(initial=-1)) + 1):
        inside = np.flatnonzero(label == number)
        if enough and not part.sensitive[inside].any():
            continue
        reach = _Reach(restricted(part, inside))
        reach.explore(enough=enough)
        low[inside], high[inside] = reach.low, reach.high
        solves += reach.solves
    bottom, top = np.full(hidden.shape, np.nan), np.full(hidden.shape, np.nan)
    whole = part.integral
    bottom[cells] = part.value + np.where(whole, np.ceil(low - _NEAR), low)
    top[cells] = part.value + np.where(whole, np.floor(high + _NEAR), high)
    width = np.where(hidden, top - bottom, 0.0)
    narrow = np.flatnonzero(system.sensitive & (width < system.width - _NEAR))
    narrowest = float(width[system.sensitive].min()) if system.sensitive.any() else None
    return Audit(bottom, top, narrow, _victims(system, hidden), narrowest, solves)


class _Reach:
    """How far each cell of one connected part can move, with every solution shared by all cells."""

    def __init__(self, system: System) -> None:
        self._system, self.solves = system, 0
        n = system.value.size
        self.low, self.high = np.zeros(n), np.zeros(n)
        self._floor, self._ceiling = move_limits(system, np.ones(n, dtype=np.bool_), rounds=8)
        self._cost = np.zeros(n)
        self._solver = highspy.Highs()
        for name, value in (("output_flag", False), ("threads", 1), ("presolve", "off"), ("simplex_strategy", 4)):
            self._solver.setOptionValue(name, value)
        self._solver.passModel(self._program())

    def _program(self) -> highspy.HighsLp:
        matrix = self._system.equation.tocsc()
        lp = highspy.HighsLp()
        lp.num_col_, lp.num_row_ = matrix.shape[1], matrix.shape[0]
        lp.col_cost_, lp.col_lower_, lp.col_upper_ = self._cost, -self._system.value, self._system.headroom
        lp.row_lower_, lp.row_upper_ = np.zeros(matrix.shape[0]), np.zeros(matrix.shape[0])
        lp.a_matrix_.format_ = highspy.MatrixFormat.kColwise
        lp.a_matrix_.start_, lp.a_matrix_.index_ = matrix.indptr, matrix.indices
        lp.a_matrix_.value_ = matrix.data.astype(np.float64)
        return lp

    def explore(self, *, enough: bool) -> None:
        """Widen `low` and `high` until they are the truth, or wide enough for every sensitive cell."""
        rng = np.random.default_rng(0)
        order = np.flatnonzero(self._system.sensitive) if enough else np.arange(self.low.size)
        for cell in order.tolist():
            for sign in (-1.0, 1.0):
                if self._settled(cell, sign, enough):
                    continue
                if enough:
                    others = np.where(self._needy(), rng.uniform(-0.01, 0.01, self.low.size), 0.0)
                    self._push(cell, sign, others)
                if not self._settled(cell, sign, enough):
                    self._push(cell, sign, None)

    def _needy(self) -> Bools:
        needy: Bools = self._system.sensitive & (self.high - self.low < self._system.width - _NEAR)
        return needy

    def _settled(self, cell: int, sign: float, enough: bool) -> bool:
        if enough and self._proved(cell):
            return True
        if sign < 0:
            return bool(self.low[cell] <= self._floor[cell] + _NEAR)
        return bool(self.high[cell] >= self._ceiling[cell] - _NEAR)

    def _proved(self, cell: int) -> bool:
        low, high = self.low[cell], self.high[cell]
        if self._system.integral[cell]:
            low, high = np.ceil(low - _NEAR), np.floor(high + _NEAR)
        return bool(high - low >= self._system.width[cell] - _NEAR)

    def _push(self, cell: int, sign: float, others: Floats | None) -> None:
        """Move one cell as far as it goes; `others` break ties to the good of other cells."""
        wanted = np.zeros(self.low.size) if others is None else others.copy()
        wanted[cell] = -sign
        changed = np.flatnonzero(wanted != self._cost).astype(np.int32)
        self._solver.changeColsCost(changed.size, changed, wanted[changed])
        self._cost = wanted
        self._solver.run()
        self.solves += 1
        if self._solver.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            if others is None:  # no equation holds the cell back
                (self.low if sign < 0 else self.high)[cell] = sign * np.inf
            return
        move = np.array(self._solver.getSolution().col_value)
        np.minimum(self.low, move, out=self.low)
        np.maximum(self.high, move, out=self.high)


def _victims(system: System, hidden: Bools) -> Ints:
    """Pairs in which a single person, knowing their own hidden cell, knows a sensitive cell of others exactly.

    A cell is determined by another when every move that leaves the one still leaves the other still: their rows in
    the null space of the hidden columns are parallel. Random moves stand for the null space. Cells that equations
    tie together whatever is hidden, and cells inside the person's own, tell nothing new.
    """
    small = reduced(system)
    core, owner = small.system, small.owner
    active = np.zeros(core.value.shape, dtype=np.bool_)
    active[owner[hidden]] = True
    singles = np.flatnonzero(small.singleton & active)
    wanted = np.flatnonzero(core.sensitive & active)
    if singles.size == 0 or wanted.size == 0:
        return np.zeros((0, 2), dtype=np.int64)
    ray = _random_moves(core.equation[:, np.flatnonzero(active)])
    direction = np.zeros((core.value.size, _DIRECTIONS))
    length = np.linalg.norm(ray, axis=1, keepdims=True)
    direction[active] = np.where(length > _PARALLEL, ray / np.maximum(length, _PARALLEL), 0.0)
    alike = np.abs(direction[singles] @ direction[wanted].T) > 1 - _PARALLEL
    pairs = []
    for a, b in np.argwhere(alike).tolist():
        single, cell = int(singles[a]), int(wanted[b])
        if core.block[single] != core.block[cell] and cell not in small.within.get(single, ()):
            here = np.flatnonzero((owner == single) & system.singleton)
            there = np.flatnonzero((owner == cell) & system.sensitive)
            pairs.append((int(here[0]), int(there[0])))
    return np.array(sorted(pairs), dtype=np.int64).reshape(-1, 2)


def _random_moves(matrix: sp.csr_matrix) -> Floats:
    """Random vectors in the null space of a matrix, one per column of the result."""
    rng = np.random.default_rng(0)
    start = rng.standard_normal((matrix.shape[1], _DIRECTIONS))
    if matrix.shape[0] == 0:
        return start
    out = np.empty_like(start)
    turned = matrix.T.tocsr().astype(np.float64)
    for k in range(_DIRECTIONS):
        found = lsmr(turned, start[:, k], atol=1e-13, btol=1e-13, conlim=0, maxiter=20 * max(matrix.shape))
        out[:, k] = start[:, k] - turned @ found[0]
    return out
