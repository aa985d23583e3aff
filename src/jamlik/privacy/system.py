"""A linear system of cells: the numbers, what ties them together, and what must stay unknown.

This is what protection and attack both work on. It knows nothing of indicators, people or files.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NoReturn

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp
from scipy.sparse.csgraph import connected_components

from jamlik.model.errors import ErrorKind, JamlikError

__all__ = ["Bools", "Floats", "Ints", "Reduced", "ReleaseRefused", "System", "components", "reduced", "restricted"]

Bools = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


class ReleaseRefused(JamlikError):  # noqa: N818 - a refusal is an answer, not a fault
    """No safe way was found to publish these cells together; nothing may leave.

    Parameters
    ----------
    reason : str
        Why: which text of `errors.release_unsafe`. None of them holds a hidden number.
    cells : tuple of int
        Indices of the cells that cannot be protected.
    period : str, optional
        Where the reason names one: the period of the tables.
    without : sequence of sequence of str, optional
        Breakdowns to leave out so that the rest can be published, where some are known.
    """

    def __init__(
        self, reason: str, *, cells: tuple[int, ...] = (), period: str = "", without: Sequence[Sequence[str]] = ()
    ) -> None:
        self.reason, self.cells = reason, cells
        super().__init__(
            "release_unsafe",
            why=reason,
            do="do_without" if without else None,
            kind=ErrorKind.RELEASE_REFUSED,
            period=period,
            breakdowns=", ".join(" × ".join(one) for one in without),
            written=json.dumps([list(one) for one in without], ensure_ascii=False),
        )


@dataclass(frozen=True, slots=True)
class System:
    """Cells tied by linear equations.

    Every equation is known to an attacker as ``equation @ x == equation @ value``: where a file's own total is not
    the sum of its parts, the difference counts as known.

    Parameters
    ----------
    value : float, shape (cells,)
        True values, all >= 0. Never printed.
    equation : sparse matrix, shape (equations, cells)
        One row per equation: +1 for the total, -1 for its parts.
    sensitive : bool, shape (cells,)
        Cells that must be hidden (primary).
    width : float, shape (cells,)
        Required width of the feasible interval of each sensitive cell, in the cell's own unit.
    cost : float, shape (cells,)
        Price of hiding the cell; ``inf`` = never.
    block : int, shape (cells,)
        Cells with the same number (>= 0) are hidden together; -1 = alone.
    integral : bool, shape (cells,)
        Whether the cell is a whole number of people.
    room : float, shape (cells,), optional
        How much higher than its true value an attacker holds each cell possible; default without limit.
    alone : bool, shape (cells,), optional
        Cells that one single person makes; default the cells of one. For amounts, which do not say how many make them.
    """

    value: Floats = field(repr=False)
    equation: sp.csr_matrix = field(repr=False)
    sensitive: Bools
    width: Floats
    cost: Floats
    block: Ints
    integral: Bools
    room: Floats | None = field(default=None, repr=False)
    alone: Bools | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        """Check that shapes agree and values make sense."""
        n = self.value.shape[0]
        arrays = (self.sensitive, self.width, self.cost, self.block, self.integral)
        if any(a.shape != (n,) for a in arrays) or self.equation.shape[1] != n:
            raise ValueError("every array of a System needs one entry per cell")
        if np.any(self.value < 0) or not np.all(np.isfinite(self.value)):
            raise ValueError("values of a System are finite and >= 0")
        if np.any(self.cost < 0) or np.any(np.isnan(self.cost)) or np.any(self.width < 0):
            raise ValueError("costs and widths of a System are >= 0")
        if np.any(self.value[self.integral] % 1):
            raise ValueError("integral cells hold whole numbers")

    def __reduce__(self) -> NoReturn:
        """Refuse to be pickled: true values never leave the process."""
        raise TypeError("a System holds true values and is never written")

    @property
    def headroom(self) -> Floats:
        """How far each cell may rise; infinite where nothing is known."""
        return np.full(self.value.shape, np.inf) if self.room is None else self.room

    @property
    def singleton(self) -> Bools:
        """Sensitive cells of exactly one person, who may know their own cell."""
        one = self.integral & (self.value == 1) if self.alone is None else self.alone
        alone: Bools = self.sensitive & one
        return alone


@dataclass(frozen=True, slots=True)
class Reduced:
    """A smaller system that says the same, with the way back.

    Cells that may never be hidden are known numbers and have left the equations; cells that an equation ties one to
    one (a parent with a single child; yes and no among a known base) have become one.

    Parameters
    ----------
    system : System
        `value` is how far a cell may fall, `room` how far it may rise. Every cell has a block number.
    singleton : bool, shape (reduced cells,)
        Cells that a single person knows.
    within : mapping of reduced cell to reduced cells
        For each such cell, the cells that hold that same person or nobody.
    owner : int, shape (cells,)
        The reduced cell that stands for each original cell.
    """

    system: System = field(repr=False)
    singleton: Bools = field(repr=False)
    within: Mapping[int, frozenset[int]] = field(repr=False)
    owner: Ints


def components(links: sp.csr_matrix, active: Bools, block: Ints | None = None) -> Ints:
    """Connected components of the active cells, where cells are tied by an equation or a block.

    Returns
    -------
    int, shape (cells,)
        Component number in order of the first cell; -1 for cells that are not active.
    """
    chosen = np.flatnonzero(active)
    label = np.full(active.shape[0], -1, dtype=np.int64)
    if chosen.size == 0:
        return label
    part = abs(links[:, chosen])
    if block is not None:
        _, number = np.unique(block[chosen], return_inverse=True)
        tie = sp.csr_matrix((np.ones(chosen.size), (number, np.arange(chosen.size))))
        part = sp.vstack([part, tie])
    rows = part.shape[0]
    graph = sp.bmat([[None, part], [part.T, None]], format="csr") if rows else sp.csr_matrix((chosen.size, chosen.size))
    _, found = connected_components(graph, directed=False)
    label[chosen] = _numbered_in_order(found[rows:])
    return label


def restricted(system: System, cells: Ints) -> System:
    """Return the system of these cells alone, all others taken as known; equations without any of them go."""
    equation = system.equation[:, cells].tocsr()
    equation.eliminate_zeros()
    room = None if system.room is None else system.room[cells]
    alone = None if system.alone is None else system.alone[cells]
    return System(
        system.value[cells], equation[np.diff(equation.indptr) > 0], system.sensitive[cells], system.width[cells],
        system.cost[cells], system.block[cells], system.integral[cells], room, alone,
    )  # fmt: skip


def reduced(system: System) -> Reduced:
    """Take known cells out of the equations, merge cells tied one to one, and drop repeated equations."""
    n = system.value.shape[0]
    movable = np.isfinite(system.cost) | system.sensitive
    equation = _collapsed(system.equation.tocsr(), sp.diags(movable.astype(np.float64)).tocsr())
    owner, sign = np.arange(n, dtype=np.int64), np.ones(n)
    while (merged := _merged_by_pairs(equation)) is not None:
        step_owner, step_sign = merged
        sign, owner = sign * step_sign[owner], step_owner[owner]
        size = step_owner.shape[0]
        onto = sp.csr_matrix((step_sign, (np.arange(size), step_owner)), shape=(size, int(step_owner.max()) + 1))
        equation = _collapsed(equation, onto)
    kept = int(owner.max()) + 1 if n else 0
    first = np.full(kept, n, dtype=np.int64)
    np.minimum.at(first, owner, np.arange(n))
    fall, rise = np.full(kept, np.inf), np.full(kept, np.inf)
    np.minimum.at(fall, owner, np.where(sign > 0, system.value, system.headroom))
    np.minimum.at(rise, owner, np.where(sign > 0, system.headroom, system.value))
    width, cost = np.zeros(kept), np.zeros(kept)
    np.maximum.at(width, owner, np.where(system.sensitive, system.width, 0.0))
    np.add.at(cost, owner, system.cost)
    sensitive, singleton = np.zeros(kept, dtype=np.bool_), np.zeros(kept, dtype=np.bool_)
    np.logical_or.at(sensitive, owner, system.sensitive)
    np.logical_or.at(singleton, owner, system.singleton)
    block, integral = _joined_blocks(system.block, owner, kept), system.integral[first]
    small = System(fall, _distinct_rows(equation), sensitive, width, cost, block, integral, rise)
    within: dict[int, frozenset[int]] = {}
    for cell, inner in _cells_within(system).items():
        new = int(owner[cell])
        within[new] = within.get(new, frozenset()) | {int(owner[i]) for i in inner}
    return Reduced(small, singleton, within, owner)


def _cells_within(system: System) -> dict[int, set[int]]:
    """For each cell of one single person, the cells that hold nobody else: its parts, and totals of one person."""
    by_cell, by_row = system.equation.tocsc(), system.equation
    alone = system.singleton
    found: dict[int, set[int]] = {}
    for root in np.flatnonzero(alone).tolist():
        inner: set[int] = set()
        for downwards in (True, False):
            queue = [root]
            while queue:
                cell = queue.pop()
                span = slice(by_cell.indptr[cell], by_cell.indptr[cell + 1])
                for row in by_cell.indices[span][(by_cell.data[span] > 0) == downwards].tolist():
                    others = by_row.indices[by_row.indptr[row] : by_row.indptr[row + 1]]
                    signs = by_row.data[by_row.indptr[row] : by_row.indptr[row + 1]]
                    near = others[(signs < 0) if downwards else (signs > 0) & alone[others]]
                    fresh = set(near.tolist()) - inner - {cell}
                    inner |= fresh
                    queue.extend(fresh)
        if inner - {root}:
            found[root] = inner - {root}
    return found


def _merged_by_pairs(equation: sp.csr_matrix) -> tuple[Ints, Floats] | None:
    """Merge the two cells of every equation x ± y = 0: the new cell of each and its sign; None if there is none."""
    rows = np.flatnonzero(np.diff(equation.indptr) == 2)
    start = equation.indptr[rows]
    left, right = equation.indices[start], equation.indices[start + 1]
    ratio = -equation.data[start] / equation.data[start + 1]
    useful = np.abs(ratio) == 1
    if not useful.any():
        return None
    n = equation.shape[1]
    near: dict[int, list[tuple[int, float]]] = {}
    for a, b, s in zip(left[useful].tolist(), right[useful].tolist(), ratio[useful].tolist(), strict=True):
        near.setdefault(a, []).append((b, s))
        near.setdefault(b, []).append((a, s))
    owner, sign = np.arange(n, dtype=np.int64), np.ones(n)
    seen: set[int] = set()
    for root in sorted(near):
        if root in seen:
            continue
        seen.add(root)
        queue = [root]
        while queue:
            cell = queue.pop()
            for other, s in near[cell]:
                if other not in seen:
                    seen.add(other)
                    owner[other], sign[other] = root, sign[cell] * s
                    queue.append(other)
    return _numbered_in_order(owner), sign


def _numbered_in_order(label: npt.NDArray[Any]) -> Ints:
    """Renumber labels by first appearance, so that the result does not depend on the library."""
    _, first, inverse = np.unique(label, return_index=True, return_inverse=True)
    rank = np.empty(first.size, dtype=np.int64)
    rank[np.argsort(first, kind="stable")] = np.arange(first.size)
    return np.asarray(rank[inverse], dtype=np.int64)


def _collapsed(equation: sp.csr_matrix, onto: sp.csr_matrix) -> sp.csr_matrix:
    """Rewrite the equations in other cells; equations that became empty go."""
    out = (equation @ onto).tocsr()
    out.eliminate_zeros()
    out.sort_indices()
    return out[np.diff(out.indptr) > 0]


def _distinct_rows(equation: sp.csr_matrix) -> sp.csr_matrix:
    """Drop equations that repeat an earlier one, sign apart."""
    seen: set[bytes] = set()
    keep = []
    equation.sort_indices()
    for r in range(equation.shape[0]):
        span = slice(equation.indptr[r], equation.indptr[r + 1])
        index, data = equation.indices[span], equation.data[span]
        if not index.size:
            continue
        mark = index.astype(np.int64).tobytes() + (data * np.sign(data[0])).astype(np.float64).tobytes()
        if mark not in seen:
            seen.add(mark)
            keep.append(r)
    return equation[np.array(keep, dtype=np.int64)]


def _joined_blocks(block: Ints, owner: Ints, kept: int) -> Ints:
    """Blocks of the reduced cells: two blocks that share a merged cell become one. Every cell gets a number >= 0."""
    tied = np.flatnonzero(block >= 0)
    _, number = np.unique(block[tied], return_inverse=True)
    rows, cols = owner[tied], kept + number
    size = kept + (int(number.max()) + 1 if tied.size else 0)
    graph = sp.csr_matrix((np.ones(tied.size), (rows, cols)), shape=(size, size))
    return _numbered_in_order(connected_components(graph, directed=False)[1][:kept])
