"""Linked tables for the tests, and an attacker who shares no code with the room under test."""

from __future__ import annotations

import csv
from itertools import product
from pathlib import Path

import numpy as np
import scipy.sparse as sp

from jamlik.privacy.system import System

Tree = list[tuple[str, list[str]]]


def equations(keys: list[tuple[str, ...]], trees: list[Tree]) -> sp.csr_matrix:
    """Parent = sum of children in each dimension, within every combination of the others."""
    at = {key: i for i, key in enumerate(keys)}
    rows, cols, signs, row = [], [], [], 0
    for d, pairs in enumerate(trees):
        for rest in sorted({key[:d] + key[d + 1 :] for key in keys}):
            for parent, children in pairs:
                rows += [row] * (1 + len(children))
                cols += [at[(*rest[:d], code, *rest[d:])] for code in (parent, *children)]
                signs += [1.0] + [-1.0] * len(children)
                row += 1
    return sp.csr_matrix((signs, (rows, cols)), shape=(row, len(keys)))


def with_margins(inner: dict[tuple[str, ...], int]) -> tuple[list[tuple[str, ...]], np.ndarray, sp.csr_matrix]:
    """Inner cells with every margin added under the code Total."""
    full: dict[tuple[str, ...], int] = {}
    for key, n in inner.items():
        for margin in product(*((code, "Total") for code in key)):
            full[margin] = full.get(margin, 0) + n
    keys = sorted(full)
    ways = len(keys[0])
    trees = [[("Total", sorted({key[d] for key in keys} - {"Total"}))] for d in range(ways)]
    return keys, np.array([float(full[key]) for key in keys]), equations(keys, trees)


def system_of(value, equation, sensitive, width, *, cost=None, block=None) -> System:
    n = len(value)
    return System(
        value=np.asarray(value, dtype=np.float64),
        equation=equation,
        sensitive=np.asarray(sensitive, dtype=bool),
        width=np.where(sensitive, float(width), 0.0),
        cost=np.ones(n) if cost is None else np.asarray(cost, dtype=np.float64),
        block=np.full(n, -1, dtype=np.int64) if block is None else np.asarray(block, dtype=np.int64),
        integral=np.ones(n, dtype=bool),
    )


def _regions(rows: list[dict[str, str]]) -> Tree:
    regions = sorted({row["region"] for row in rows})
    if "fylke" not in rows[0]:
        return [("Total", regions)]
    tree: Tree = []
    for level in ("fylke", "kostragr"):
        groups: dict[str, set[str]] = {}
        for row in rows:
            groups.setdefault(row[level], set()).add(row["region"])
        tree += [(code, sorted(held)) for code, held in sorted(groups.items())]
        tree.append(("Total", sorted(groups)))
    return tree


def _read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


GOLDEN = {
    "z1": ("gauss_z1_maxN3.csv", "audit_z1_maxN3.csv", ["region", "hovedint"], "ant"),
    "z2": ("gauss_z2_small_maxN3.csv", "audit_z2_small_maxN3.csv", ["region", "hovedint"], "ant"),
    "z3": ("gauss_z3_maxN5.csv", "audit_z3_maxN5.csv", ["region", "hovedint", "mnd"], "ant"),
    "A10": ("gauss_muni_A10.csv", "audit_gauss_muni_A10.csv", ["area", "age", "sex"], "n"),
}


def golden(folder: Path, name: str, *, width: float = 3.0):
    """Return one golden table: its system, GaussSuppression's pattern, and the published audit of that pattern."""
    pattern_file, audit_file, dims, number = GOLDEN[name]
    rows = _read(folder / pattern_file)
    keys = [tuple(row[d] for d in dims) for row in rows]
    if name == "A10":
        trees = [[("Total", sorted({key[d] for key in keys} - {"Total"}))] for d in range(3)]
    else:
        trees = [_regions(_read(folder / f"ssb_{name}_input.csv"))]
        trees.append([("Total", ["annet", "arbeid", "soshjelp", "trygd"])])
    if name == "z3":
        months = [("Total", ["M01M05", "M06M12"]), ("M01M05", ["m01m05"]), ("M06M12", ["m06m09", "m10m12"])]
        trees.append(months)
    value = np.array([float(row[number]) for row in rows])
    primary = np.array([row["primary"] == "TRUE" for row in rows])
    gauss = np.array([row["suppressed"] == "TRUE" for row in rows])
    at = {key: i for i, key in enumerate(keys)}
    audit = {
        at[tuple(row[d] for d in dims)]: (float(row["lo"]), float(row["hi"])) for row in _read(folder / audit_file)
    }
    return system_of(value, equations(keys, trees), primary, width), gauss, audit


def enumerated_ranges(system: System, hidden: np.ndarray, *, reach: int, still: tuple[int, ...] = ()):
    """Lowest and highest whole value of every hidden cell over all tables that agree with what is shown.

    Plain depth-first search: a cell that is the last unknown of an equation follows from it, any other takes every
    value up to the true one plus `reach`. Slow and obvious. TimeoutError when there are too many tables.
    """
    matrix = system.equation.toarray()
    free = [int(i) for i in np.flatnonzero(hidden) if int(i) not in still][::-1]  # margins last
    known = system.value.copy()
    target = matrix @ system.value
    low, high = system.value.copy(), system.value.copy()
    last = [max((k for k, i in enumerate(free) if row[i]), default=-1) for row in matrix]
    closing = {k: [r for r in range(len(matrix)) if last[r] == k] for k in range(len(free))}
    visits = 0

    def choices(k: int, cell: int) -> list[float]:
        if not closing[k]:
            return [float(n) for n in range(int(system.value[cell]) + reach + 1)]
        known[cell] = 0.0
        forced = {(target[r] - matrix[r] @ known) / matrix[r][cell] for r in closing[k]}
        return [n for n in forced if n >= 0] if len(forced) == 1 else []

    def search(k: int) -> None:
        nonlocal visits
        visits += 1
        if visits > 60_000:
            raise TimeoutError
        if k == len(free):
            np.minimum(low, known, out=low)
            np.maximum(high, known, out=high)
            return
        for number in choices(k, free[k]):
            known[free[k]] = number
            search(k + 1)

    search(0)
    return low, high
