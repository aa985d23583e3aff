"""Random tables about people for the gate, and an attacker who reads only what was published."""

from __future__ import annotations

import math
from itertools import combinations, product

import numpy as np
from scipy.optimize import linprog

from jamlik.model.groupings import Dimension, Role
from jamlik.model.indicators import Indicator, Kind
from jamlik.model.tables import Cell, ProtectedTable, Status, Table


def people_table(rng, *, sizes, people, shares, rules="default", same_base=True, mean=False) -> Table:
    """People drawn at random, counted in every crossing of sex, area and age with all margins."""
    names = ("sex", "area", "age")[: len(sizes)]
    roles = dict(zip(("sex", "area", "age"), (Role.SEX, Role.AREA, Role.AGE), strict=True))
    codes = {n: [f"{n[0]}{i}" for i in range(k)] for n, k in zip(names, sizes, strict=True)}
    weights = [rng.dirichlet(np.full(k, 2.0)) for k in sizes]
    where = np.column_stack([rng.choice(k, size=people, p=w) for k, w in zip(sizes, weights, strict=True)])
    outcome = {f"local:i{j}": rng.random(people) < share for j, share in enumerate(shares)}
    amount = rng.gamma(2.0, 100.0, people)
    cells = []
    for way in range(len(names) + 1):
        for chosen in combinations(range(len(names)), way):
            for picked in product(*(range(sizes[d]) for d in chosen)):
                inside = np.ones(people, dtype=bool)
                for d, code in zip(chosen, picked, strict=True):
                    inside &= where[:, d] == code
                group = tuple(sorted((names[d], codes[names[d]][c]) for d, c in zip(chosen, picked, strict=True)))
                base = float(inside.sum())
                for name, yes in outcome.items():
                    cells.append(Cell(name, "2024", group, base_n=base, count_n=float((inside & yes).sum())))
                if mean:
                    total, square = float(amount[inside].sum()), float((amount[inside] ** 2).sum())
                    cells.append(Cell("local:mean", "2024", group, base_n=base, total=total, square=square))
    base_key = "all" if same_base else ""
    indicators = {n: Indicator(n, {"sv": n}, Kind.PROPORTION, base_key=base_key) for n in outcome}
    if mean:
        indicators["local:mean"] = Indicator("local:mean", {"sv": "m"}, Kind.MEAN, base_key=base_key)
    dimensions = {n: Dimension(n, roles[n], {c: c for c in codes[n]}) for n in names}
    return Table(indicators, dimensions, tuple(sorted(cells, key=lambda cell: cell.key)), rules)


def with_small_areas(table: Table, rng, *, each: int) -> Table:
    """The same people, their areas also divided into `each` small areas nested in them (without other crossings)."""
    small = {f"{code}-{i}": code for code in table.dimensions["area"].codes for i in range(each)}
    crossed = {("area",), ("area", "sex")}
    cells = list(table.cells)
    shares = rng.dirichlet(np.ones(each), size=len(table.dimensions["area"].codes))
    rows = dict(zip(table.dimensions["area"].codes, shares, strict=True))
    whole: dict[tuple, np.ndarray] = {}
    for cell in sorted(table.cells, key=lambda c: (-len(c.group), c.key)):
        if tuple(n for n, _ in cell.group) not in crossed:
            continue
        code = dict(cell.group)["area"]
        rest = [(n, c) for n, c in cell.group if n != "area"]
        if rest:
            parts = rng.multinomial(int(cell.base_n), rows[code])
            yes = rng.multivariate_hypergeometric(parts, int(cell.count_n))
            whole[cell.indicator, code] = whole.get((cell.indicator, code), 0) + np.array([parts, yes])
        else:
            parts, yes = whole[cell.indicator, code]
        for i, (n, k) in enumerate(zip(parts, yes, strict=True)):
            group = tuple(sorted([*rest, ("small", f"{code}-{i}")]))
            cells.append(Cell(cell.indicator, cell.period, group, base_n=float(n), count_n=float(k)))
    nested = Dimension("small", Role.AREA, {c: c for c in small}, nested_in="area", parents=small)
    dimensions = {**table.dimensions, "small": nested}
    return Table(table.indicators, dimensions, tuple(sorted(cells, key=lambda c: c.key)), table.rules)


def outsider_ranges(published: ProtectedTable, *, wanted):
    """Lowest and highest count of each wanted cell, from the shown numbers alone.

    Own equations: every crossing summed over any one of its dimensions, for bases and for each indicator with and
    without the outcome; the bases of indicators with the same base key are the same numbers.
    """
    place: dict[tuple, int] = {}

    def at(*key) -> int:
        return place.setdefault(key, len(place))

    rows, known = [], {}
    cells = published.cells
    for (name, period, group), cell in cells.items():
        shared = published.indicators[name].base_key or name
        base = at("base", shared, period, group)
        yes, no = at("yes", name, period, group), at("no", name, period, group)
        rows.append(({base: 1, yes: -1, no: -1}, 0))
        if cell.status is Status.SHOWN:
            known[base], known[yes] = cell.base_n, cell.count_n
    for what, owner, period, group in list(place):
        names = {n for n, _ in group}
        for extra in sorted(set(published.dimensions) - names):
            parts = [tuple(sorted((*group, (extra, code)))) for code in published.dimensions[extra].codes]
            if all((what, owner, period, part) in place for part in parts):
                row = {at(what, owner, period, group): 1}
                row |= {at(what, owner, period, part): -1 for part in parts}
                rows.append((row, 0))
    for what, owner, period, group in list(place):
        for dim, code in group:
            inner = [d for d in published.dimensions.values() if d.nested_in == dim]
            rest = [(n, c) for n, c in group if n != dim]
            for d in inner:
                children = [c for c, up in d.parents.items() if up == code]
                parts = [(what, owner, period, tuple(sorted([*rest, (d.name, c)]))) for c in children]
                if all(part in place for part in parts):
                    rows.append(({at(what, owner, period, group): 1} | {at(*part): -1 for part in parts}, 0))
    sums = [(row, 0.0) for row, _ in rows] + [({p: 1}, float(v)) for p, v in known.items()]
    matrix = np.zeros((len(sums), len(place)))
    for r, (row, _) in enumerate(sums):
        for p, sign in row.items():
            matrix[r, p] = sign
    right = np.array([v for _, v in sums])
    found = {}
    for key in wanted:
        cost = np.zeros(len(place))
        cost[at("yes", *key)] = 1
        low = linprog(cost, A_eq=matrix, b_eq=right, bounds=(0, None), method="highs")
        high = linprog(-cost, A_eq=matrix, b_eq=right, bounds=(0, None), method="highs")
        top = math.floor(-high.fun + 1e-6) if high.status == 0 else math.inf
        found[key] = (math.ceil(low.fun - 1e-6), top)
    return found


def sensitive_keys(table: Table, *, minimum_base=10):
    """Cells the default rules hide by themselves, written out again from the rule's words."""
    for cell in table.cells:
        base, yes = cell.base_n, cell.count_n
        if base and yes is not None and (yes < 5 or base - yes < 5 or base < minimum_base):
            yield cell.key
