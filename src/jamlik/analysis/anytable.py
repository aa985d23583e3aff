"""Anybody's table, read with its rules: every cell with its number, and which of them are hidden.

The table may hold the finest cells alone, or its margins and larger groups too.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt

from jamlik.analysis.lawful import require_nobody_named
from jamlik.analysis.tablerules import DimensionRules, TableRules
from jamlik.model.errors import JamlikError, Place
from jamlik.privacy.amounts import largest_in
from jamlik.privacy.countrules import sensitive_cells
from jamlik.privacy.crossed import TOTAL, Axis, Crossed, axis_of
from jamlik.privacy.perturb import MODULUS
from jamlik.sources.reader import ROW, open_table

__all__ = ["AnyTable", "opened_table"]

_HIDDEN = frozenset(["", ".", "..", "...", "…", "*", "x", "X", "c", "-", "–"])
_YES, _NO = frozenset(["true", "1", "yes", "ja", "t"]), frozenset(["false", "0", "no", "nej", "f", ""])
_MOST_CELLS = 200_000
_LARGEST, _NEAR = 1e15, 1e-6

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class AnyTable:
    """A table and its numbers.

    Parameters
    ----------
    name : str
        The file's name.
    crossed : Crossed
        Its cells.
    number : float, shape (cells,)
        NaN where the table gives none.
    told : bool, shape (cells,)
        Cells that have a row.
    hidden : bool, shape (cells,)
        Cells that the table marks as hidden, or gives no number for.
    sensitive : bool, shape (cells,)
        Cells that must be hidden by themselves; only where every number is known.
    total, largest : float, shape (cells,) and (cells, m), or None
        The sums of an amount and the largest contributions to them, where the rules have one.
    key : float, shape (cells,), or None
        Sums of the record keys, where the rules have noise.
    """

    name: str
    crossed: Crossed
    number: Floats = field(repr=False)
    told: Bools = field(repr=False)
    hidden: Bools = field(repr=False)
    sensitive: Bools = field(repr=False)
    total: Floats | None = field(default=None, repr=False)
    largest: Floats | None = field(default=None, repr=False)
    key: Floats | None = field(default=None, repr=False)

    @property
    def complete(self) -> bool:
        """Whether every number is known, those of hidden cells too: the owner's own copy."""
        return not bool(np.isnan(self.number).any())


@dataclass(frozen=True, slots=True)
class _Row:
    place: int
    codes: tuple[str, ...]
    number: float | None
    hidden: bool
    primary: bool
    parents: Mapping[str, str]
    amounts: tuple[float, ...]
    key: int


def opened_table(path: Path, rules: TableRules, *, complete: bool) -> AnyTable:
    """Read a table.

    Parameters
    ----------
    path : Path
        CSV, Excel or Parquet with one row a cell.
    rules : TableRules
        What its columns are.
    complete : bool
        Whether every number must be there, as when it is to be protected; the finest cells that lack a row are then
        nobody, and margins that lack one are summed.

    Raises
    ------
    JamlikError
        With file, row and column of the first thing that is wrong.
    """
    opened = open_table(path)
    names = _dimension_names(opened.names, rules, path, complete)
    rows = _rows(opened.whole().to_dicts(), names, rules, path)
    crossed = _crossed(rows, names, rules, path)
    require_nobody_named(((a.name, code) for a in crossed.axes for code in a.codes), file=str(path))
    size = crossed.size
    number, told = np.full(size, np.nan), np.zeros(size, dtype=np.bool_)
    hidden, primary = np.zeros(size, dtype=np.bool_), np.zeros(size, dtype=np.bool_)
    fine = {codes for codes in (row.codes for row in rows) if _is_fine(codes, crossed)}
    for row in rows:
        cell = crossed.place[row.codes]
        if told[cell] and not (complete and row.codes in fine):
            raise JamlikError("table_row_twice", where=Place(str(path), row.place))
        if row.number is None and complete:
            raise JamlikError("table_number_lacking", where=Place(str(path), row.place, rules.count))
        before = 0.0 if np.isnan(number[cell]) else float(number[cell])
        number[cell] = np.nan if row.number is None else before + row.number
        told[cell], hidden[cell] = True, row.hidden or row.number is None
        primary[cell] |= row.primary
    if complete:
        number = _completed(crossed, number, path)
    sensitive = primary
    if not rules.primary and not np.isnan(number).any():
        sensitive = sensitive_cells(crossed, number, rules.rules)
    total, largest = _amounts(rows, crossed, path) if complete and rules.amount else (None, None)
    key = _keys(rows, crossed) if complete and rules.noise else None
    return AnyTable(path.name, crossed, number, told, hidden, sensitive, total, largest, key)


def _is_fine(codes: tuple[str, ...], crossed: Crossed) -> bool:
    return all(code in axis.base for code, axis in zip(codes, crossed.axes, strict=True))


def _dimension_names(columns: Sequence[str], rules: TableRules, path: Path, complete: bool) -> tuple[str, ...]:
    """The columns that are dimensions; every other column must be accounted for."""
    sums = [rules.amount.column, *rules.amount.largest] if rules.amount else []
    keys = [rules.noise.keys] if rules.noise else []
    own = [rules.count, rules.primary, rules.hidden_column, *rules.ignore, *sums, *keys]
    own += [column for dimension in rules.dimensions.values() for column in dimension.columns]
    needed = [
        rules.count,
        *([rules.primary] if rules.primary else []),
        *([rules.hidden_column] * bool(rules.hidden_column)),
    ]
    lacking = [column for column in needed if column not in columns]
    if complete:
        lacking += [column for column in (*rules.dimensions, *sums, *keys) if column not in columns]
    if lacking:
        known = ", ".join(columns)
        raise JamlikError("table_column_lacking", where=Place(str(path)), column=lacking[0], known=known)
    names = [column for column in rules.dimensions if column in columns]
    left = [column for column in columns if column not in own and column not in rules.dimensions]
    if rules.dimensions and left:
        raise JamlikError("table_columns_left", where=Place(str(path)), columns=", ".join(left))
    names = names or left
    if not names:
        raise JamlikError("table_no_dimension", where=Place(str(path)), count=rules.count)
    meant = [rules.rules.answer] if rules.rules.answer else []
    meant += [name for breakdown in rules.without for name in breakdown]
    strange = [name for name in meant if name not in names]
    if strange:
        raise JamlikError("table_no_such_dimension", where=Place(str(path)), column=strange[0], known=", ".join(names))
    return tuple(names)


def _rows(given: Sequence[Mapping[str, object]], names: Sequence[str], rules: TableRules, path: Path) -> list[_Row]:
    above = [column for name in names for column in rules.dimensions.get(name, DimensionRules()).columns]
    found = []
    for row in given:
        place = int(str(row[ROW]))
        codes = []
        for name in names:
            code = _text(row[name])
            if not code:
                raise JamlikError("table_code_lacking", where=Place(str(path), place, name))
            codes.append(TOTAL if code == rules.dimensions.get(name, DimensionRules(rules.total)).total else code)
        number = _number(row[rules.count], rules.count, place, path)
        mark = rules.hidden_column and _text(row[rules.hidden_column]) in rules.hidden_values
        primary = bool(rules.primary) and _flag(row[rules.primary], rules, place, path)
        parents = {column: _text(row[column]) for column in above}
        amounts, key = _row_amounts(row, rules, path), _row_key(row, rules, path)
        found.append(_Row(place, tuple(codes), number, bool(mark), primary, parents, amounts, key))
    if not found:
        raise JamlikError("table_no_rows", where=Place(str(path)))
    return found


def _text(value: object) -> str:
    return "" if value is None else str(value).strip()


def _number(value: object, column: str, place: int, path: Path) -> float | None:
    text = "".join(_text(value).split())
    if text in _HIDDEN:
        return None
    try:
        number = float(text.replace(",", "."))
    except ValueError:
        number = -1.0
    if not 0 <= number < 1e12 or number != round(number):
        raise JamlikError("table_number_unreadable", where=Place(str(path), place, column))
    return number


def _row_amounts(row: Mapping[str, object], rules: TableRules, path: Path) -> tuple[float, ...]:
    """The sum of a row and the largest contributions to it; nothing where the table has none."""
    if rules.amount is None or rules.amount.column not in row:
        return ()
    found = []
    for column in (rules.amount.column, *rules.amount.largest):
        text = "".join(_text(row[column]).split()).replace(",", ".")
        try:
            amount = float(text or "0")
        except ValueError:
            amount = -1.0
        if not 0 <= amount < _LARGEST:
            raise JamlikError("table_amount_unreadable", where=Place(str(path), int(str(row[ROW])), column))
        found.append(amount)
    total, largest = found[0], sorted(found[1:], reverse=True)
    if sum(largest) > total * (1 + _NEAR):
        where = Place(str(path), int(str(row[ROW])), rules.amount.column)
        raise JamlikError("table_largest_wrong", where=where)
    return (total, *largest)


def _row_key(row: Mapping[str, object], rules: TableRules, path: Path) -> int:
    if rules.noise is None or rules.noise.keys not in row:
        return 0
    text = _text(row[rules.noise.keys])
    if not (text.isascii() and text.isdigit()):
        raise JamlikError("table_key_unreadable", where=Place(str(path), int(str(row[ROW])), rules.noise.keys))
    return int(text) % MODULUS


def _keys(rows: Sequence[_Row], crossed: Crossed) -> Floats:
    """Sums of record keys for every cell; only the finest count, so that the same people have the same key."""
    inner: dict[tuple[str, ...], float] = {}
    for row in rows:
        if _is_fine(row.codes, crossed):
            inner[row.codes] = (inner.get(row.codes, 0.0) + row.key) % MODULUS
    return crossed.summed(inner) % MODULUS


def _amounts(rows: Sequence[_Row], crossed: Crossed, path: Path) -> tuple[Floats, Floats]:
    """Sums and largest contributions of every cell, from the finest; sums that the table gives must agree."""
    inner: dict[tuple[str, ...], float] = {}
    most = len(rows[0].amounts) - 1
    largest = np.zeros((*(len(axis.base) for axis in crossed.axes), most))
    at = [{code: i for i, code in enumerate(axis.base)} for axis in crossed.axes]
    for row in rows:
        if _is_fine(row.codes, crossed):
            inner[row.codes] = inner.get(row.codes, 0.0) + row.amounts[0]
            place = tuple(codes[code] for codes, code in zip(at, row.codes, strict=True))
            largest[place] = sorted((*largest[place].tolist(), *row.amounts[1:]), reverse=True)[:most]
    total = crossed.summed(inner)
    for row in rows:
        cell = crossed.place[row.codes]
        if not _is_fine(row.codes, crossed) and abs(row.amounts[0] - total[cell]) > _NEAR * max(total[cell], 1.0):
            raise JamlikError("table_totals_differ", where=Place(str(path), row.place), group=_group(crossed, cell))
    return total, largest_in(crossed, largest)


def _group(crossed: Crossed, cell: int) -> str:
    pairs = zip(crossed.axes, crossed.codes[cell], strict=True)
    return ", ".join(f"{axis.name} {code or axis.label}" for axis, code in pairs)


def _flag(value: object, rules: TableRules, place: int, path: Path) -> bool:
    if rules.primary_values:
        return _text(value) in rules.primary_values
    text = _text(value).casefold()
    if text not in _YES | _NO:
        raise JamlikError("table_flag_unreadable", where=Place(str(path), place, rules.primary))
    return text in _YES


def _crossed(rows: Sequence[_Row], names: Sequence[str], rules: TableRules, path: Path) -> Crossed:
    axes = [_axis(rows, place, name, rules, path) for place, name in enumerate(names)]
    both = sorted({axis.name for axis in axes} & rules.where.keys())
    if both:
        raise JamlikError("table_where_dimension", where=Place(str(path), column=both[0]))
    crossed = Crossed(tuple(axes), tuple(sorted(rules.where.items())))
    if crossed.size > _MOST_CELLS:
        raise JamlikError("table_too_large", where=Place(str(path)), cells=crossed.size, most=_MOST_CELLS)
    return crossed


def _axis(rows: Sequence[_Row], place: int, name: str, rules: TableRules, path: Path) -> Axis:
    given = rules.dimensions.get(name, DimensionRules(rules.total))
    codes = dict.fromkeys(row.codes[place] for row in rows if row.codes[place] != TOTAL)
    divisions: dict[str, Mapping[str, Sequence[str]]] = dict(given.divisions)
    for column in given.columns:
        above: dict[str, str] = {}
        for row in rows:
            code, parent = row.codes[place], row.parents[column]
            if code == TOTAL or not parent or parent == code:
                continue
            if above.setdefault(code, parent) != parent:
                raise JamlikError("table_parent_differs", where=Place(str(path), row.place, column), code=code)
        groups: dict[str, list[str]] = {}
        for code, parent in above.items():
            groups.setdefault(parent, []).append(code)
        divisions[column] = groups
    return axis_of(name, list(codes), divisions, label=given.total)


def _completed(crossed: Crossed, number: Floats, path: Path) -> Floats:
    """Every number: what the table gives, and sums of its finest cells; a total that is not the sum is refused.

    The difference would be people whom no row tells of, and anybody could work out how many.
    """
    inner = {codes: float(number[cell]) for codes, cell in crossed.place.items() if _is_fine(codes, crossed)}
    summed = crossed.summed({codes: n for codes, n in inner.items() if not np.isnan(n)})
    apart = np.flatnonzero(~np.isnan(number) & (number != summed))
    if apart.size:
        raise JamlikError("table_totals_differ", where=Place(str(path)), group=_group(crossed, int(apart[0])))
    return summed
