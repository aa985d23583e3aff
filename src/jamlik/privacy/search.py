"""The search for a pattern within one connected system: protect, guard from insiders, show what is needless.

Each sensitive cell needs a move: another table that looks the same from outside, in which the cell differs by the
required width. The cheapest such move names the cells to hide; hidden cells are nearly free.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from jamlik.privacy.bounds import move_limits
from jamlik.privacy.moves import TINY, Moves
from jamlik.privacy.proofs import Proofs
from jamlik.privacy.system import Bools, Floats, Ints, ReleaseRefused, System

__all__ = ["Search"]

_HIDDEN_PRICE = 0.01
_PER_BATCH = 60
_LARGEST_BATCH = 32
_STRETCHES = 3
_LARGE, _NEARBY, _PER_EQUATION = 2500, 700, 12


class Search:
    """The hidden cells so far, the proofs so far and the solver.

    Parameters
    ----------
    system : System
        Reduced; every cell has a block number, every cell may be hidden.
    singleton : bool, shape (cells,)
        Cells that a single person knows.
    within : mapping of cell to cells
        What lies inside such a cell.
    insider : float or None
        Width to keep for such a person; None = the full width.
    origin : int, shape (cells,)
        What to call each cell in an error.
    """

    def __init__(
        self,
        system: System,
        *,
        singleton: Bools,
        within: Mapping[int, frozenset[int]],
        insider: float | None,
        origin: Ints,
    ) -> None:
        self.system, self.solves = system, 0
        self._origin = origin
        limit = system.width if insider is None else np.minimum(system.width, insider)
        self._insider_width: Floats = np.asarray(limit, dtype=np.float64)
        self._proofs = Proofs(system, singleton=singleton, within=within, insider_width=self._insider_width)
        self._moves = Moves(system)
        self.hidden = np.zeros(system.value.shape, dtype=np.bool_)
        self._unit = float(np.median(system.cost)) or 1.0
        _, block = np.unique(system.block, return_inverse=True)
        self._block = block
        self._members = np.split(np.argsort(block, kind="stable"), np.cumsum(np.bincount(block))[:-1])
        self._columns = system.equation.tocsc()
        self._stretches = 1 + np.random.default_rng(0).random((_STRETCHES, system.value.size))
        self._everything = np.ones(system.value.shape, dtype=np.bool_)
        self._hide(system.sensitive)

    def run(self, effort: int) -> None:
        """Carry out the whole search; `effort` is how many programs showing again may take."""
        self._protect()
        self._guard_from_insiders()
        self._show_needless(effort)

    def _hide(self, cells: Bools) -> None:
        """Hide cells and their blocks, and make them nearly free to move."""
        for block in np.unique(self._block[cells & ~self.hidden]):
            self.hidden[self._members[block]] = True
        price = np.maximum(self.system.cost / self._unit, 2 * _HIDDEN_PRICE)
        self._price = np.where(self.hidden, _HIDDEN_PRICE, price)
        self._moves.reprice(self._price)

    def _accept(self, up: Floats, down: Floats | None = None) -> None:
        """Hide what the moves touch and store the proof."""
        touched = up != 0 if down is None else (up != 0) | (down != 0)
        if np.any(touched & ~self.hidden):
            self._hide(touched)
        self._proofs.add(up, down, hidden=self.hidden)

    # --- everybody ---------------------------------------------------------------------------------------------------

    def _protect(self) -> None:
        """Find moves for every sensitive cell, many at a time."""
        sensitive = np.flatnonzero(self.system.sensitive)
        ordered = sensitive[np.lexsort((sensitive, -self.system.width[sensitive]))].tolist()
        size = int(np.clip(sensitive.size // _PER_BATCH, 1, _LARGEST_BATCH))
        while ordered := [p for p in ordered if not self._proofs.proved(p)]:
            batch = self._apart(ordered, size)
            self._protect_batch(batch)
            if not any(self._proofs.proved(p) for p in batch):  # better none than looking for ever
                raise self._refused(batch[0])

    def _apart(self, cells: list[int], size: int) -> list[int]:
        """The first cells of the list that share no equation with each other."""
        taken: set[int] = set()
        chosen: list[int] = []
        for cell in cells:
            rows = self._columns.indices[self._columns.indptr[cell] : self._columns.indptr[cell + 1]].tolist()
            if taken.isdisjoint(rows):
                chosen.append(cell)
                taken.update(rows)
            if len(chosen) == size:
                break
        return chosen

    def _protect_batch(self, cells: list[int]) -> None:
        """Protect all the cells with one move, or halve the batch."""
        if not cells:
            return
        if len(cells) == 1:
            self._protect_alone(cells[0])
            return
        move = self._cheapest({p: float(self.system.width[p]) for p in cells})
        if move is not None and self._is_whole(move):
            self._accept(move)
            return
        half = len(cells) // 2
        self._protect_batch(cells[:half])
        self._protect_batch([p for p in cells[half:] if not self._proofs.proved(p)])

    def _protect_alone(self, cell: int) -> None:
        found = self._pair(cell, float(self.system.width[cell]), still=())
        if found is None:
            raise self._refused(cell)
        self._accept(*found)

    def _refused(self, cell: int) -> ReleaseRefused:
        return ReleaseRefused("small_group_follows", cells=(int(self._origin[cell]),))

    def _pair(
        self, cell: int, width: float, *, still: tuple[int, ...], patient: bool = True
    ) -> tuple[Floats, Floats | None] | None:
        """A proof for one cell: one upward move, or a downward and an upward one that together are wide enough.

        `patient` asks for branch and bound where whole numbers are not found otherwise.
        """
        held = dict.fromkeys(still, 0.0)
        up = self._whole({**held, cell: width}, patient)
        if up is not None:
            return up, None
        down = self._lowest(cell, width, still, patient)
        if down is None:
            return None
        if -down[cell] >= width - TINY:
            return down, None
        up = self._whole({**held, cell: width + float(down[cell])}, patient)
        return None if up is None else (up, down)

    def _lowest(self, cell: int, limit: float, still: tuple[int, ...], patient: bool) -> Floats | None:
        """The whole move that lowers a cell furthest."""
        self.solves += 1
        found = self._moves.furthest(cell, up=False, limit=limit, still=still)
        if found is None or self._is_whole(found):
            return found
        amount = -float(found[cell])
        if self.system.integral[cell]:
            amount = float(np.floor(amount + TINY))
        return self._whole({**dict.fromkeys(still, 0.0), cell: -amount}, patient) if amount > TINY else None

    def _whole(self, fixed: dict[int, float], patient: bool) -> Floats | None:
        """The cheapest move in whole numbers."""
        move = self._cheapest(fixed)
        if move is None or self._is_whole(move):
            return move
        for stretch in self._stretches:
            self._moves.reprice(self._price * stretch)
            move = self._cheapest(fixed)
            self._moves.reprice(self._price)
            if move is not None and self._is_whole(move):
                return move
        if not patient:
            return None
        self.solves += 1
        move = self._moves.cheapest_whole(fixed)
        return move if move is not None and self._is_whole(move) else None

    def _cheapest(self, fixed: dict[int, float]) -> Floats | None:
        self.solves += 1
        return self._moves.cheapest(fixed)

    def _is_whole(self, move: Floats) -> bool:
        return not np.any(move[self.system.integral] % 1)

    # --- insiders ----------------------------------------------------------------------------------------------------

    def _guard_from_insiders(self) -> None:
        """Find, for every sensitive cell and every single person, a move that leaves the person's own cell still."""
        for cell in np.flatnonzero(self.system.sensitive).tolist():
            self._guard_alone(cell)

    def _guard_alone(self, cell: int) -> None:
        width = float(self._insider_width[cell])
        while threats := self._proofs.threats(cell):
            found = self._pair_nearby(cell, width, tuple(threats), self._everything)
            found = found or self._pair(cell, width, still=tuple(threats), patient=False)
            found = found or self._pair(cell, width, still=(threats[0],))
            if found is None:
                raise ReleaseRefused("alone_can_tell", cells=(int(self._origin[cell]),))
            self._accept(*found)

    def _pair_nearby(
        self, cell: int, width: float, still: tuple[int, ...], allowed: Bools
    ) -> tuple[Floats, Floats | None] | None:
        """A proof among the cells around one cell; only where the whole system is slow to search."""
        if self.hidden.size < _LARGE:
            return None
        whole = self._moves
        self._moves = Moves(self.system, within=self._nearby(cell, allowed), columns=self._columns)
        self._moves.reprice(self._price)
        try:
            return self._pair(cell, width, still=still, patient=False)
        finally:
            self._moves = whole

    def _nearby(self, cell: int, allowed: Bools) -> Bools:
        """Cells around one cell: from each equation the cheapest few, hidden ones first, then their equations."""
        rows, columns = self.system.equation, self._columns
        near = {cell}
        ring, seen = [cell], set[int]()
        while ring and len(near) < _NEARBY:
            fresh: list[int] = []
            for inner in ring:
                for row in columns.indices[columns.indptr[inner] : columns.indptr[inner + 1]].tolist():
                    if row not in seen:
                        seen.add(row)
                        cells = rows.indices[rows.indptr[row] : rows.indptr[row + 1]]
                        cells = cells[allowed[cells]]
                        best = cells[np.lexsort((cells, -self.system.value[cells], self._price[cells]))][:_PER_EQUATION]
                        fresh.extend(c for c in best.tolist() if c not in near)
                        near.update(best.tolist())
                if len(near) >= _NEARBY:
                    break
            ring = fresh
        mask = np.zeros(self.hidden.shape, dtype=np.bool_)
        mask[sorted(near)] = True
        return mask

    # --- showing again -----------------------------------------------------------------------------------------------

    def _show_needless(self, effort: int) -> None:
        """Show hidden cells again where the rest still protects, the most valuable first."""
        limit = self.solves + effort
        blocks = np.unique(self._block[self.hidden]).tolist()
        free = [b for b in blocks if not self.system.sensitive[self._members[b]].any()]
        cost, value = self.system.cost, self.system.value
        worth = {b: (-cost[self._members[b]].sum(), -value[self._members[b]].max(), b) for b in free}
        self._moves = Moves(self.system, within=self.hidden)
        self._price = np.full(self.hidden.shape, _HIDDEN_PRICE)
        self._moves.reprice(self._price)
        order = sorted(free, key=worth.__getitem__)
        for block in order:
            if self.solves < limit or self._is_needless(self._members[block]):
                self._try_showing(self._members[block])
        for block in order:  # what was needed once may not be so any more, and would follow from the rest
            if self.hidden[self._members[block]].any() and self._is_needless(self._members[block]):
                self._try_showing(self._members[block])

    def _is_needless(self, cells: Ints) -> bool:
        """Whether every proof that touches these cells has another that does not."""
        gone = cells.tolist()
        served = self._proofs.served(gone)
        return all(
            self._proofs.proved(cell, without=gone) and not self._proofs.threats(cell, without=gone) for cell in served
        )

    def _try_showing(self, cells: Ints) -> None:
        left = self.hidden.copy()
        left[cells] = False
        low, high = move_limits(self.system, left)
        if np.any(self.system.sensitive & (high - low < self.system.width - TINY)):
            return
        without = cells.tolist()
        self._moves.confine(left)
        served = self._proofs.served(without)
        self._spare_together([p for p in served if not self._proofs.proved(p, without=without)], left)
        for cell in sorted(served, key=lambda p: (high[p] - low[p], p)):
            if not self._proofs.proved(cell, without=without) and not self._spare(cell, (), left):
                return
            while threats := self._proofs.threats(cell, without=without):
                if not self._spare(cell, tuple(threats), left) and not self._spare(cell, (threats[0],), left):
                    return
        self.hidden = left
        self._proofs.forget(without)

    def _spare_together(self, cells: list[int], left: Bools) -> None:
        """Try one move for many cells; cells it does not serve are left for later."""
        chosen = self._apart(cells, _LARGEST_BATCH)
        if len(chosen) > 1:
            move = self._cheapest({p: float(self.system.width[p]) for p in chosen})
            if move is not None:
                self._proofs.add(move, hidden=left)

    def _spare(self, cell: int, still: tuple[int, ...], left: Bools) -> bool:
        """Find one more proof for a cell among the cells that stay hidden."""
        width = self._insider_width if still else self.system.width
        proof = self._pair_nearby(cell, float(width[cell]), still, left)
        if proof is None and self.hidden.size < _LARGE:
            proof = self._pair(cell, float(width[cell]), still=still, patient=False)
        return proof is not None and self._proofs.add(*proof, hidden=left)
