"""What protection must know beside the cells that are published, and what may not be told although no cell holds it.

Two things add up without being told: people whose code in one dimension settles their code in another (each school has
one kind of owner), and everybody but one group (a total less a part). The first are given to the gate as cells that
are taken out again; the second are marked as hidden where the rules would hide such a group.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial

import numpy as np

from jamlik.analysis.groupings import Grouping, Plan
from jamlik.engine import UNKNOWN, BaseCells, rolled_up
from jamlik.model.groupings import Dimension, Group
from jamlik.model.indicators import Indicator, Kind
from jamlik.model.questions import rest_of
from jamlik.model.tables import Cell, CellKey, ProtectedTable, Status
from jamlik.privacy.thresholds import rules_named, sensitivity

__all__ = ["guarding_cells", "sharing_bases", "with_small_rests_hidden", "without", "without_few_unknown"]

_FEW_UNKNOWN = 0.02
_REST_KINDS = (Kind.PROPORTION, Kind.RATE, Kind.MEAN, Kind.COUNT)


def sharing_bases(indicators: Mapping[str, Indicator], base: BaseCells) -> dict[str, Indicator]:
    """Give indicators that everybody answered alike one base key, so that they are protected together."""
    people = base.sums["n"]
    first: dict[bytes, str] = {}
    found = {}
    for column, name in enumerate(base.outcomes):
        indicator = indicators[name]
        key = first.setdefault(people[:, column].tobytes(), indicator.base_key or name)
        found[name] = replace(indicator, base_key=key)
    return found


def without_few_unknown(base: BaseCells, dimensions: Sequence[Dimension]) -> tuple[BaseCells, bool]:
    """Leave out the people of unknown code where they are few, and say whether anybody was.

    A total that holds three people more than its parts tells of three people; to keep them unknown a whole group has to
    be hidden. Where those of unknown code are many, they stay in the totals and the gate sees to them.
    """
    kept = np.ones(len(base.rows_n), dtype=np.bool_)
    for dimension in dimensions:
        place = base.keys.index(dimension.name)
        if UNKNOWN in base.codes[place]:
            unknown = base.index[:, place] == base.codes[place].index(UNKNOWN)
            if base.rows_n[unknown].sum() <= _FEW_UNKNOWN * base.rows_n.sum():
                kept &= ~unknown
    if kept.all():
        return base, False
    sums = {part: values[kept] for part, values in base.sums.items()}
    return replace(base, index=base.index[kept], rows_n=base.rows_n[kept], sums=sums), True


def guarding_cells(
    cells: Sequence[Cell], *, base: BaseCells, dimensions: Sequence[Dimension], plan: Plan
) -> tuple[Cell, ...]:
    """Cells that tie two dimensions of which one settles the other, where no published grouping holds both.

    Each is a published cell with the code it settles added: the same people under another name.
    """
    published = {*plan.latest, *plan.strata}
    settled = _settled(base, dimensions, published)
    found = []
    for cell in cells:
        names = tuple(name for name, _ in cell.group)
        for (child, parent), upwards in settled.items():
            code = dict(cell.group).get(child, "")
            if code in upwards and parent not in names and _moved(names, child, parent) in published:
                found.append(replace(cell, group=tuple(sorted((*cell.group, (parent, upwards[code]))))))
    return tuple(found)


def _moved(names: Grouping, child: str, parent: str) -> Grouping:
    return tuple(sorted(parent if name == child else name for name in names))


def _settled(
    base: BaseCells, dimensions: Sequence[Dimension], published: set[Grouping]
) -> dict[tuple[str, str], dict[str, str]]:
    """Code of the one dimension → code of the other, for every pair that is not known to be nested or published."""
    found: dict[tuple[str, str], dict[str, str]] = {}
    for child in dimensions:
        for parent in dimensions:
            crossed = any({child.name, parent.name} <= set(names) for names in published)
            if child is parent or crossed or len(parent.codes) >= len(child.codes) or child.nested_in == parent.name:
                continue
            upwards = _upwards(rolled_up(base, (child.name, parent.name)))
            if upwards is not None:
                found[child.name, parent.name] = upwards
    return found


def _upwards(pairs: BaseCells) -> dict[str, str] | None:
    found: dict[str, str] = {}
    for row, column in pairs.index.tolist():
        code, up = pairs.codes[0][row], pairs.codes[1][column]
        if UNKNOWN not in (code, up) and found.setdefault(code, up) != up:
            return None
    return found


def without(table: ProtectedTable, guards: Sequence[CellKey]) -> ProtectedTable:
    """The table without the cells that were there for the gate alone."""
    if not guards:
        return table
    gone = set(guards)
    cells = {key: cell for key, cell in table.cells.items() if key not in gone}
    hidden = dict.fromkeys(table.gate.hidden_by_indicator, 0)
    for key in gone:
        hidden[key[0]] += table.cells[key].status is Status.SUPPRESSED
    left = {name: n - hidden[name] for name, n in table.gate.hidden_by_indicator.items()}
    gate = replace(
        table.gate, cells_n=len(cells), hidden_n=table.gate.hidden_n - sum(hidden.values()), hidden_by_indicator=left
    )
    return replace(table, cells=cells, gate=gate)


def _less(whole: float | None, part: float | None) -> float:
    """A whole less a part; NaN where either has no such number."""
    return np.nan if whole is None or part is None else whole - part


def with_small_rests_hidden(table: ProtectedTable) -> ProtectedTable:
    """Mark as hidden everybody but one group, where they are too few or too alike to be told of."""
    rules = rules_named(table.gate.rules)
    keys: list[CellKey] = []
    yes, base, total, square, shares = [], [], [], [], []
    for (name, period, group), cell in table.cells.items():
        kind = table.indicators[name].kind
        if kind not in _REST_KINDS or cell.status is not Status.SHOWN or cell.base_n is None:
            continue
        for place, (dimension, code) in enumerate(group):
            whole = table.cells.get((name, period, group[:place] + group[place + 1 :]))
            if whole is None or whole.status is not Status.SHOWN or whole.base_n is None:
                continue
            rest: Group = (*group[:place], (dimension, rest_of(code)), *group[place + 1 :])
            keys.append((name, period, rest))
            base.append(whole.base_n - cell.base_n)
            yes.append(_less(whole.count_n, cell.count_n))
            total.append(_less(whole.total, cell.total))
            square.append(_less(whole.square, cell.square))
            shares.append(kind is Kind.PROPORTION)
    yes_n, base_n, totals, squares = (np.array(numbers, dtype=float) for numbers in (yes, base, total, square))
    judged = partial(sensitivity, rules=rules, yes=yes_n, base=base_n, total=totals, square=squares)
    small = np.where(np.array(shares, dtype=bool), judged().count, judged(complement=False).count)
    untold = {key: Cell(*key, Status.SUPPRESSED) for key, hide in zip(keys, small.tolist(), strict=True) if hide}
    return replace(table, cells={**table.cells, **untold})
