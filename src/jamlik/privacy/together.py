"""Published tables laid together: the cells they share, every sum, and the finest table that all were counted from.

Two tables share a cell when it is about the same people: the same codes in the same dimensions. Where each table cuts
the people its own way, the finest table that nobody has published ties them still: no number in it is below zero.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product
from math import prod

import highspy
import numpy as np
import scipy.sparse as sp

from jamlik.model.errors import JamlikError, Term
from jamlik.privacy.crossed import TOTAL, Axis, Crossed, Key
from jamlik.privacy.system import Bools, Floats

__all__ = ["Released", "Together", "agreeing", "together"]

_MOST_FINEST = 4_000
_NODES = 2_000
_REST = "\0rest"
_NOT = "≠ "


@dataclass(frozen=True, slots=True)
class Released:
    """A published table.

    Parameters
    ----------
    name : str
        What to call it in a message.
    crossed : Crossed
        Its cells.
    value : float, shape (cells,)
        What is shown; NaN = hidden.
    told : bool, shape (cells,)
        Cells that the table has; others follow from its sums or stay unknown.
    """

    name: str
    crossed: Crossed
    value: Floats = field(repr=False)
    told: Bools = field(repr=False)


@dataclass(frozen=True, slots=True)
class Together:
    """All cells of some tables, each once.

    Parameters
    ----------
    keys : tuple of Key
        What each cell is about.
    shown : float, shape (cells,)
        What any of the tables shows; NaN = hidden in all.
    told : bool, shape (cells,)
        Cells that some table has.
    equation : sparse matrix
        Every sum.
    places : tuple of int arrays
        Where the cells of each table stand.
    left : tuple of (int, int, int)
        What no table shows and anybody can subtract: who is in a cell of one table and not in that of another which is
        about some of them (place, the cell, the part of it).
    """

    keys: tuple[Key, ...]
    shown: Floats = field(repr=False)
    told: Bools = field(repr=False)
    equation: sp.csr_matrix = field(repr=False)
    places: tuple[np.ndarray[tuple[int], np.dtype[np.int64]], ...] = field(repr=False)
    left: tuple[tuple[int, int, int], ...] = ()


def together(tables: Sequence[Released]) -> Together:
    """Lay tables about the same people together.

    Raises
    ------
    JamlikError
        When two tables show different numbers for the same cell.
    """
    at: dict[Key, int] = {}
    places = []
    for table in tables:
        places.append(np.array([at.setdefault(key, len(at)) for key in table.crossed.keys], dtype=np.int64))
    shown, told = np.full(len(at), np.nan), np.zeros(len(at), dtype=np.bool_)
    source: dict[int, str] = {}
    for table, place in zip(tables, places, strict=True):
        seen = ~np.isnan(table.value)
        before = shown[place[seen]]
        apart = np.flatnonzero(~np.isnan(before) & (before != table.value[seen]))
        if apart.size:
            cell = int(place[seen][apart[0]])
            group = ", ".join(f"{name} {code}" for name, code in list(at)[cell])
            raise JamlikError("tables_differ", one=source[cell], other=table.name, group=group or Term("everybody"))
        shown[place[seen]] = table.value[seen]
        told[place[table.told]] = True
        source.update(dict.fromkeys(place[seen].tolist(), table.name))
    left = _left_over(tables, at)
    size = len(at)
    rows = [_moved(table.crossed.equations(), place, size) for table, place in zip(tables, places, strict=True)]
    rows.append(
        sp.csr_matrix(
            (np.tile([1.0, -1.0, -1.0], len(left)), [c for rest, whole, part in left for c in (whole, part, rest)],
             np.arange(len(left) + 1) * 3), shape=(len(left), size),
        )
    )  # fmt: skip
    finest, size = _finest(tables, at)
    shown = np.concatenate([shown, np.full(size - shown.size, np.nan)])
    told = np.concatenate([told, np.ones(len(left), dtype=np.bool_), np.zeros(size - len(at), dtype=np.bool_)])
    wide = [sp.csr_matrix((row.data, row.indices, row.indptr), shape=(row.shape[0], size)) for row in rows]
    return Together(tuple(at), shown, told, sp.vstack([*wide, finest], format="csr"), tuple(places), left)


def _left_over(tables: Sequence[Released], at: dict[Key, int]) -> tuple[tuple[int, int, int], ...]:
    """Everybody in a cell but those whom another table is about: a cell of its own, that nobody publishes."""
    found: dict[Key, tuple[int, int, int]] = {}
    known = dict(at)
    for table in tables:
        name = ", ".join(dimension for dimension, _ in table.crossed.fixed)
        code = f"{_NOT}{', '.join(code for _, code in table.crossed.fixed)}"
        for key in table.crossed.keys if table.crossed.fixed else ():
            whole = tuple(pair for pair in key if pair not in table.crossed.fixed)
            rest = tuple(sorted((*whole, (name, code))))
            if whole in known and rest not in found:
                found[rest] = (at.setdefault(rest, len(at)), known[whole], known[key])
    return tuple(found.values())


def _moved(equation: sp.csr_matrix, place: np.ndarray[tuple[int], np.dtype[np.int64]], size: int) -> sp.csr_matrix:
    return sp.csr_matrix((equation.data, place[equation.indices], equation.indptr), shape=(equation.shape[0], size))


def agreeing(equation: sp.csr_matrix, known: Floats) -> Floats | None:
    """Numbers for all cells that agree with those known: no cell below zero, whole where that can be found.

    Parameters
    ----------
    equation : sparse matrix, shape (equations, cells)
        Every sum.
    known : float, shape (cells,)
        NaN = unknown.

    Returns
    -------
    float, shape (cells,), or None
        None when the known numbers contradict each other.
    """
    unknown = np.isnan(known)
    if not unknown.any():
        return known.copy()
    matrix = equation[:, np.flatnonzero(unknown)].tocsr()
    rows = np.flatnonzero(np.diff(matrix.indptr))
    matrix = matrix[rows].tocsc()
    target = -(equation[rows] @ np.where(unknown, 0.0, known))
    solver = highspy.Highs()
    solver.setOptionValue("output_flag", False)
    solver.setOptionValue("threads", 1)
    lp = highspy.HighsLp()
    lp.num_col_, lp.num_row_ = matrix.shape[1], matrix.shape[0]
    lp.col_cost_ = np.zeros(matrix.shape[1])
    lp.col_lower_, lp.col_upper_ = np.zeros(matrix.shape[1]), np.full(matrix.shape[1], highspy.kHighsInf)
    lp.row_lower_, lp.row_upper_ = target, target
    lp.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    lp.a_matrix_.start_, lp.a_matrix_.index_ = matrix.indptr, matrix.indices
    lp.a_matrix_.value_ = matrix.data.astype(np.float64)
    solver.passModel(lp)
    found = _solved(solver)
    if found is None:
        return None
    if np.any(np.abs(found - np.rint(found)) > 1e-6):
        every = np.arange(found.size, dtype=np.int32)
        solver.changeColsIntegrality(every.size, every, np.array([highspy.HighsVarType.kInteger] * every.size))
        solver.setOptionValue("mip_max_nodes", _NODES)
        whole = _solved(solver)
        found = found if whole is None else whole
    out = known.copy()
    near = np.abs(found - np.rint(found)) < 1e-6
    out[unknown] = np.maximum(np.where(near, np.rint(found), found), 0.0)
    return out


def _solved(solver: highspy.Highs) -> Floats | None:
    solver.run()
    if solver.getModelStatus() != highspy.HighsModelStatus.kOptimal:
        return None
    return np.array(solver.getSolution().col_value)


def _finest(tables: Sequence[Released], at: Mapping[Key, int]) -> tuple[sp.csr_matrix, int]:
    """Equations from the tables' finest cells to those of the finest table, and how many cells there are then.

    Nothing where one table has all dimensions, where codes cannot be compared, or where there would be too many.
    """
    nothing = sp.csr_matrix((0, len(at))), len(at)
    leaves = _leaves(tables)
    full = any({axis.name for axis in t.crossed.axes} == set(leaves) and not t.crossed.fixed for t in tables)
    if len(tables) < 2 or full or not leaves or prod(len(held[TOTAL]) for held in leaves.values()) > _MOST_FINEST:
        return nothing
    names = sorted(leaves)
    size = len(at)
    finest: dict[tuple[str, ...], int] = {}
    for codes in product(*(sorted(leaves[name][TOTAL]) for name in names)):
        key = tuple(zip(names, codes, strict=True))
        finest[codes] = at.get(key, size)
        size += key not in at
    cols: list[int] = []
    signs: list[float] = []
    start = [0]
    for key in _finest_keys(tables):
        held = dict(key)
        if any(held.get(name, TOTAL) not in leaves[name] for name in names):
            return nothing
        parts = [finest[c] for c in product(*(sorted(leaves[name][held.get(name, TOTAL)]) for name in names))]
        if parts != [at[key]]:
            cols += [at[key], *parts]
            signs += [1.0] + [-1.0] * len(parts)
            start.append(len(cols))
    return sp.csr_matrix((signs, cols, start), shape=(len(start) - 1, size)), size


def _finest_keys(tables: Sequence[Released]) -> Iterable[Key]:
    """The cells of each table that are no sums in it, each once."""
    found: dict[Key, None] = {}
    for table in tables:
        base = [set(axis.base) for axis in table.crossed.axes]
        for key, codes in zip(table.crossed.keys, table.crossed.codes, strict=True):
            if all(code in held for code, held in zip(codes, base, strict=True)):
                found[key] = None
    return found


def _leaves(tables: Sequence[Released]) -> dict[str, dict[str, frozenset[str]]]:
    """For each dimension of any table, the finest codes that each code holds; what a condition leaves out is one."""
    axes: dict[str, list[Axis]] = {}
    for table in tables:
        for axis in table.crossed.axes:
            axes.setdefault(axis.name, []).append(axis)
    found: dict[str, dict[str, frozenset[str]]] = {}
    for name, several in axes.items():
        sums = {parent: children for axis in several for parent, children in axis.sums if parent != TOTAL}
        held: dict[str, frozenset[str]] = {}
        for axis in several:
            for code in axis.base:
                held[code] = _below(code, sums)
        for parent in sums:
            held[parent] = _below(parent, sums)
        held[TOTAL] = frozenset().union(*held.values())
        whole = all(frozenset().union(*(held[code] for code in axis.base)) == held[TOTAL] for axis in several)
        if not whole:  # each table cuts this dimension its own way, and nothing says how the cuts lie
            return {}
        found[name] = held
    for table in tables:
        for name, code in table.crossed.fixed:
            held = found.setdefault(name, {TOTAL: frozenset([_REST])})
            if code not in held:
                held[code] = frozenset([code])
                held[TOTAL] |= held[code]
    return found


def _below(code: str, sums: Mapping[str, tuple[str, ...]], above: frozenset[str] = frozenset()) -> frozenset[str]:
    """The finest codes in one; two tables that put each other's codes inside their own go round no longer than once."""
    if code not in sums or code in above:
        return frozenset([code])
    return frozenset().union(*(_below(child, sums, above | {code}) for child in sums[code]))
