"""A table crossed by dimensions: every cell with every margin, and what adds up to what.

Anybody's table: no indicators and no people, only codes, numbers, and divisions that say which codes make which.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import product
from math import prod

import numpy as np
import scipy.sparse as sp

from jamlik.model.errors import JamlikError
from jamlik.privacy.system import Floats, Ints

__all__ = ["TOTAL", "Axis", "Crossed", "Key", "axis_of"]

TOTAL = ""
Key = tuple[tuple[str, str], ...]
"""What a cell is about, whichever table it stands in: its dimensions and codes in order, totals left out."""


@dataclass(frozen=True, slots=True)
class Axis:
    """One dimension of a table.

    Parameters
    ----------
    name : str
        The column.
    base : tuple of str
        The finest codes.
    sums : tuple of (str, tuple of str)
        Codes that are sums of others; `TOTAL` is everybody. Several divisions may cut the same base codes.
    label : str
        What the total is called in the table.
    """

    name: str
    base: tuple[str, ...]
    sums: tuple[tuple[str, tuple[str, ...]], ...]
    label: str = "Total"

    @property
    def codes(self) -> tuple[str, ...]:
        """Every code in the order it is written: everybody, larger groups, the finest."""
        parents = [parent for parent, _ in self.sums if parent != TOTAL]
        return (TOTAL, *dict.fromkeys(parents), *self.base)

    @property
    def membership(self) -> Floats:
        """Which finest codes each code holds: codes × base, 0 or 1."""
        held = _held(self.base, {parent: children for parent, children in self.sums if parent != TOTAL})
        held[TOTAL] = frozenset(self.base)
        return np.array([[float(code in held[row]) for code in self.base] for row in self.codes])


def _held(base: Sequence[str], sums: Mapping[str, tuple[str, ...]]) -> dict[str, frozenset[str]]:
    held = {code: frozenset([code]) for code in base}
    left = dict(sums)
    while left:
        ready = [parent for parent, children in left.items() if all(child in held for child in children)]
        if not ready:
            raise ValueError(f"no way down from {sorted(left)}")
        for parent in ready:
            held[parent] = frozenset().union(*(held[child] for child in left.pop(parent)))
    return held


def axis_of(
    name: str, codes: Sequence[str], divisions: Mapping[str, Mapping[str, Sequence[str]]], *, label: str = "Total"
) -> Axis:
    """A dimension from its codes and divisions.

    Parameters
    ----------
    name : str
        The column.
    codes : sequence of str
        Codes that the table has, in its order; the total's left out.
    divisions : mapping of division to mapping of larger group to the codes in it
        The groups of one may be parts in another. A division that holds everybody adds up to the total.
    label : str
        What the total is called.

    Raises
    ------
    JamlikError
        When a code lies twice in a division, a group is inside itself, or a group has no parts in the table.
    """
    sums: dict[str, tuple[str, ...]] = {}
    for division, groups in divisions.items():
        seen: set[str] = set()
        for parent, children in groups.items():
            twice = seen.intersection(children)
            if parent in sums or twice or parent == label or not children:
                code = min(twice) if twice else parent
                raise JamlikError("division_twice", dimension=name, division=division, code=code)
            seen.update(children)
            sums[parent] = tuple(dict.fromkeys(children))
    parts = [child for children in sums.values() for child in children]
    base = tuple(dict.fromkeys(code for code in (*codes, *parts) if code not in sums and code != label))
    strange = [child for child in parts if child not in sums and child not in codes]
    if strange:
        raise JamlikError("division_unknown_code", dimension=name, code=strange[0])
    try:
        held = _held(base, sums)
    except ValueError as ring:
        raise JamlikError("division_in_ring", dimension=name) from ring
    inner = set(parts)
    tops = []
    for groups in divisions.values():
        top = tuple(parent for parent in groups if parent not in inner)
        if top and frozenset().union(*(held[parent] for parent in top)) == frozenset(base):
            tops.append((TOTAL, top))
    return Axis(name, base, (*(tops or [(TOTAL, base)]), *sums.items()), label)


@dataclass(frozen=True)
class Crossed:
    """Every combination of codes of some dimensions, in the order in which they are written.

    Parameters
    ----------
    axes : tuple of Axis
        The dimensions.
    fixed : Key
        What all cells have in common: the table is about these people only.
    """

    axes: tuple[Axis, ...]
    fixed: Key = field(default=())

    @property
    def shape(self) -> tuple[int, ...]:
        """Codes of each dimension, margins included."""
        return tuple(len(axis.codes) for axis in self.axes)

    @property
    def size(self) -> int:
        """How many cells there are, margins included."""
        return prod(self.shape)

    @cached_property
    def codes(self) -> list[tuple[str, ...]]:
        """Each cell's codes."""
        return list(product(*(axis.codes for axis in self.axes)))

    @cached_property
    def keys(self) -> list[Key]:
        """What each cell is about."""
        names = [axis.name for axis in self.axes]
        return [
            tuple(sorted((*self.fixed, *((n, c) for n, c in zip(names, codes, strict=True) if c != TOTAL))))
            for codes in self.codes
        ]

    @cached_property
    def place(self) -> dict[tuple[str, ...], int]:
        """Where each combination of codes stands."""
        return {codes: place for place, codes in enumerate(self.codes)}

    def summed(self, inner: Mapping[tuple[str, ...], float]) -> Floats:
        """Every cell, margins included, from numbers of the finest combinations; what is not there is nobody."""
        values = np.zeros([len(axis.base) for axis in self.axes])
        at = [{code: i for i, code in enumerate(axis.base)} for axis in self.axes]
        for codes, number in inner.items():
            values[tuple(place[code] for place, code in zip(at, codes, strict=True))] += number
        for axis in self.axes:  # each turn sums the first axis and puts it last
            values = np.tensordot(values, axis.membership, axes=(0, 1))
        return np.asarray(values, dtype=np.float64).reshape(-1)

    def equations(self) -> sp.csr_matrix:
        """One row per sum: +1 for the total, −1 for its parts, within every combination of the other dimensions."""
        grid = np.arange(self.size).reshape(self.shape)
        rows: list[Ints] = []
        cols: list[Ints] = []
        signs: list[Floats] = []
        count = 0
        for number, axis in enumerate(self.axes):
            at = {code: i for i, code in enumerate(axis.codes)}
            for parent, children in axis.sums:
                places = grid.take([at[parent], *(at[child] for child in children)], axis=number)
                places = np.moveaxis(places, number, -1).reshape(-1, 1 + len(children))
                rows.append(np.repeat(count + np.arange(places.shape[0]), places.shape[1]))
                cols.append(places.reshape(-1))
                signs.append(np.tile([1.0] + [-1.0] * len(children), places.shape[0]))
                count += places.shape[0]
        return sp.csr_matrix((np.concatenate(signs), (np.concatenate(rows), np.concatenate(cols))), (count, self.size))
