"""Outer limits on hidden cells by plain arithmetic: what anybody sees without solving anything.

Each equation bounds each of its cells by the others. Repeating that a few times gives limits that contain the true
feasible interval: quick grounds to reject a pattern, and limits at which a search may stop.
"""

from __future__ import annotations

import numpy as np
import scipy.sparse as sp

from jamlik.privacy.system import Bools, Floats, System

__all__ = ["move_limits"]

_FAR = 1e12


def move_limits(system: System, hidden: Bools, *, rounds: int = 4) -> tuple[Floats, Floats]:
    """How far each cell can fall and rise at most.

    Parameters
    ----------
    system : System
        Values, equations and headroom.
    hidden : bool, shape (cells,)
        Cells that may move.
    rounds : int
        How many times the equations are gone through; more rounds, tighter limits.

    Returns
    -------
    low, high : float, shape (cells,)
        Limits of the move, low <= 0 <= high; zero for shown cells, infinite where no equation limits the cell.
    """
    columns = np.flatnonzero(hidden)
    part = system.equation[:, columns].tocoo()
    row, col, sign = part.row, part.col, part.data
    order = np.lexsort((col, row))
    row, col, sign = row[order], col[order], sign[order]
    shape = part.shape
    low = -system.value[columns]
    high = np.minimum(system.headroom[columns], _FAR)
    for _ in range(rounds):
        up, down = _contribution(sign, low[col], high[col])
        total_up = sp.csr_matrix((up, (row, col)), shape=shape).sum(axis=1).A1
        total_down = sp.csr_matrix((down, (row, col)), shape=shape).sum(axis=1).A1
        # sign * y = -(sum of the others), so its limits are those of the others with the sign turned
        most, least = -(total_down[row] - down), -(total_up[row] - up)
        new_high, new_low = _contribution(1.0 / sign, least, most)
        before = low.copy(), high.copy()
        np.minimum.at(high, col, np.where(new_high > _FAR / 10, np.inf, new_high))
        np.maximum.at(low, col, np.where(new_low < -_FAR / 10, -np.inf, new_low))
        if np.array_equal(before[0], low) and np.array_equal(before[1], high):
            break
    least_move, most_move = np.zeros(hidden.shape), np.zeros(hidden.shape)
    least_move[columns] = np.minimum(low, 0)
    most_move[columns] = np.maximum(np.where(high >= _FAR / 10, np.inf, high), 0)
    return least_move, most_move


def _contribution(factor: Floats, low: Floats, high: Floats) -> tuple[Floats, Floats]:
    """Upper and lower limit of factor * y for y between low and high."""
    return np.where(factor > 0, factor * high, factor * low), np.where(factor > 0, factor * low, factor * high)
