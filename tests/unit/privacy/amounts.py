"""Random tables of amounts for the gate, and how far a hidden sum can move by the shown ones."""

from __future__ import annotations

from itertools import product

import numpy as np
from scipy.optimize import linprog

from jamlik.model.groupings import Dimension, Role
from jamlik.model.indicators import Indicator, Kind
from jamlik.model.tables import Cell, Status, Table


def _cell(group, x):
    return Cell("local:x", "2024", group, base_n=float(x.size), total=float(x.sum()), square=float((x**2).sum()))


def _table(cells, codes):
    roles = {"sex": Role.SEX, "area": Role.AREA}
    dimensions = {name: Dimension(name, roles[name], {c: c for c in own}) for name, own in codes.items()}
    indicators = {"local:x": Indicator("local:x", {"sv": "x"}, Kind.MEAN)}
    return Table(indicators, dimensions, tuple(sorted(cells, key=lambda cell: cell.key)))


def tables(groups):
    """A table of areas and their total."""
    cells = [_cell((("area", code),), x) for code, x in groups.items()]
    return _table([*cells, _cell((), np.concatenate([*groups.values()]))], {"area": list(groups)})


def amounts_table(rng, *, sizes, people, alike=None, shift=0.0):
    """Heavy-tailed amounts, many of nothing, by sex and area with all margins; and the values behind each cell.

    `alike`: all in the first two areas have this value, the others a whole number.
    """
    codes = {"sex": [f"s{i}" for i in range(sizes[0])], "area": [f"a{i}" for i in range(sizes[1])]}
    sex = rng.choice(sizes[0], people)
    area = rng.choice(sizes[1], people, p=rng.dirichlet(np.full(sizes[1], 3.0)))
    if alike is None:
        x = np.where(rng.random(people) < 0.5, 0.0, rng.lognormal(5.0, 2.0, people).round(1)) + shift
    else:
        x = np.where(area < 2, alike, rng.integers(0, 12, people)).astype(float)
    cells, who = [], {}
    for s, a in product([None, *range(sizes[0])], [None, *range(sizes[1])]):
        inside = (sex == s if s is not None else sex >= 0) & (area == a if a is not None else area >= 0)
        parts = {"sex": None if s is None else codes["sex"][s], "area": None if a is None else codes["area"][a]}
        group = tuple(sorted((name, code) for name, code in parts.items() if code is not None))
        cells.append(_cell(group, x[inside]))
        who[cells[-1].key] = x[inside]
    return _table(cells, codes), who


def reach(table, published, key, sum_of, *, least=0.0):
    """Lowest and highest sum one hidden cell can have: `sum_of` each shown cell is known, and all margins add up."""
    true = {cell.key: cell for cell in table.cells}
    place = {k: i for i, k in enumerate(true)}
    rows, right = [], []
    for name, period, group in true:
        for extra in sorted(set(table.dimensions) - {n for n, _ in group}):
            row = np.zeros(len(place))
            row[place[name, period, group]] = 1
            for code in table.dimensions[extra].codes:
                row[place[name, period, tuple(sorted((*group, (extra, code))))]] = -1
            rows.append(row)
            right.append(0.0)
    scale = max(abs(sum_of(cell)) for cell in true.values()) or 1.0
    limits = []
    for k, cell in true.items():
        shown = published.cells[k].status is Status.SHOWN
        value = sum_of(cell) / scale
        free = (None if np.isneginf(least) else least, None)
        limits.append((value - 1e-9, value + 1e-9) if shown else (0.0, 0.0) if cell.base_n == 0 else free)
    cost = np.zeros(len(place))
    cost[place[key]] = 1
    ends = []
    for sign in (1, -1):
        found = linprog(sign * cost, A_eq=np.array(rows), b_eq=np.array(right), bounds=limits, method="highs")
        assert found.status in (0, 3), found.message
        ends.append(sign * found.fun * scale if found.status == 0 else -sign * np.inf)
    return ends
