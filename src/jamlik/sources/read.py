"""Read a file as its dataset says: cells (counts, published values) or a stream of person rows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from pathlib import Path

import polars as pl

from jamlik.model.dataset import ColumnRole, Dataset, RowKind
from jamlik.model.errors import ErrorKind, JamlikError, Place, Severity
from jamlik.model.groupings import Dimension, Group
from jamlik.model.tables import Cell, Status
from jamlik.sources.arealists import note_unknown_areas
from jamlik.sources.cells import indicator_cells
from jamlik.sources.columns import checked_columns, kept_rows
from jamlik.sources.imports import CellImport, PersonImport
from jamlik.sources.keys import input_key
from jamlik.sources.koladafile import is_kolada, kolada_cells
from jamlik.sources.notices import Notices
from jamlik.sources.persons import person_stream
from jamlik.sources.reader import OpenTable, Source, open_table
from jamlik.sources.tidy import tidied

__all__ = ["read_cells", "read_persons"]


def _opened(dataset: Dataset, path: Source | str) -> tuple[Source, OpenTable, Dataset]:
    source: Source = Path(path) if isinstance(path, str) else path
    table = open_table(source, layout=dataset.layout, name=dataset.path)
    checked_columns(dataset, table.names, file=table.name)
    return source, table, replace(dataset, layout=table.layout)


def read_persons(
    dataset: Dataset, *, path: Source | str, look: Callable[[pl.DataFrame], None] | None = None
) -> PersonImport:
    """Person rows as a stream of coded batches; nothing is kept and nothing touches the disk.

    Parameters
    ----------
    path : Path, str or polars.DataFrame
        The file (which may lie elsewhere than `dataset.path` says), or a frame in memory.
    look : callable, optional
        Is shown every row of the file, all columns, batch by batch, before anything is done with it; it may refuse.

    Raises
    ------
    JamlikError
        At once when the file cannot be read or lacks a column; while streaming when a column that should hold numbers
        is mostly text, or no row can be used.
    """
    if dataset.rows is not RowKind.PERSONS:
        raise _wrong_kind(dataset, "cells")
    source, table, full = _opened(dataset, path)
    return person_stream(full, table=table, source=source, look=look)


def read_cells(
    dataset: Dataset, *, path: Source | str, look: Callable[[pl.DataFrame], None] | None = None
) -> CellImport:
    """Cells of a file of counts or published values.

    Parameters
    ----------
    path : Path, str or polars.DataFrame
        The file (which may lie elsewhere than `dataset.path` says), or a frame in memory.
    look : callable, optional
        Is shown every row of the file, all columns, before anything is done with it; it may refuse.

    Raises
    ------
    JamlikError
        UNREADABLE, CONTRACT (a column that is not there or is mostly text, rows that disagree) or
        NOTHING_TO_ANALYSE when no row is left.
    """
    if dataset.rows is RowKind.PERSONS:
        raise _wrong_kind(dataset, "persons")
    source, table, full = _opened(dataset, path)
    everything = table.whole()
    if look is not None:
        look(everything)
    frame = kept_rows(everything, full.where, file=table.name)
    notices = Notices(table.name)
    if frame.is_empty():
        raise _nothing(full, table)
    if is_kolada(frame, full):
        return kolada_cells(frame, full, source=source, problems=table.problems)
    if not full.indicators:
        raise JamlikError("no_indicator", where=Place(table.name), kind=ErrorKind.NOTHING_TO_ANALYSE)
    tidy = tidied(frame, full, notices)
    cells = [
        cell for spec in full.indicators for cell in indicator_cells(spec, tidy=tidy, dataset=full, notices=notices)
    ]
    if not cells:
        raise _nothing(full, table)
    cells.sort(key=lambda cell: cell.key)
    dimensions = _used_dimensions(tidy.dimensions, cells)
    _note_totals(cells, dimensions, notices)
    note_unknown_areas(full, dimensions, source=source, notices=notices)
    indicators = {spec.indicator.id: spec.indicator for spec in full.indicators}
    problems = (*table.problems, *notices.problems())
    return CellImport(full, indicators, dimensions, tuple(cells), problems, input_key(source))


def _used_dimensions(dimensions: Sequence[Dimension], cells: Sequence[Cell]) -> tuple[Dimension, ...]:
    """Dimensions with the codes that occur in some cell, or hold one that does."""
    used = {pair for group in {cell.group for cell in cells} for pair in group}
    for dimension in dimensions:
        used |= {
            (dimension.nested_in, parent)
            for code, parent in dimension.parents.items()
            if dimension.nested_in and (dimension.name, code) in used
        }
    found = []
    for dimension in dimensions:
        labels = {code: label for code, label in dimension.labels.items() if (dimension.name, code) in used}
        parents = {code: parent for code, parent in dimension.parents.items() if code in labels}
        if labels:
            found.append(replace(dimension, labels=labels, parents=parents))
    return tuple(found)


def _wrong_kind(dataset: Dataset, meant: str) -> JamlikError:
    return JamlikError(
        "read_as_other", where=Place(dataset.path), kind=ErrorKind.USAGE, rows=dataset.rows.value, meant=meant
    )


def _nothing(dataset: Dataset, table: OpenTable) -> JamlikError:
    chosen = any(c.role is not ColumnRole.IGNORE for c in dataset.columns)
    return JamlikError(
        "no_rows_left",
        where=Place(table.name),
        why="why_when" if dataset.where else "why",
        do="do_when" if dataset.where and chosen else "do",
        kind=ErrorKind.NOTHING_TO_ANALYSE,
    )


def _note_totals(cells: Sequence[Cell], dimensions: Sequence[Dimension], notices: Notices) -> None:
    """Note totals that are not the sum of their parts: allowed, since official figures are noisy on purpose."""
    series: dict[tuple[str, str], dict[Group, Cell]] = {}
    for cell in cells:
        series.setdefault((cell.indicator, cell.period), {})[cell.group] = cell
    for dimension in dimensions:
        if dimension.nested_in:
            continue
        wrong = sum(_unequal_totals(own, dimension.name) for own in series.values())
        notices.note("total_is_not_sum", Severity.NOTE, column=dimension.title, count=wrong)


def _unequal_totals(own: dict[Group, Cell], name: str) -> int:
    parts: dict[Group, list[Cell]] = {}
    usual: Counter[tuple[str, ...]] = Counter()
    for group, cell in own.items():
        if any(dimension == name for dimension, _ in group):
            parts.setdefault(tuple(pair for pair in group if pair[0] != name), []).append(cell)
    for members in parts.values():
        usual[tuple(sorted(dict(cell.group)[name] for cell in members))] += 1
    most = max((len(codes) for codes in usual), default=0)
    wrong = 0
    for rest, members in parts.items():
        total = own.get(rest)
        if total is None or len(members) < most or any(c.status is not Status.SHOWN for c in (total, *members)):
            continue
        wrong += _differs(total, members)
    return wrong


def _differs(total: Cell, members: Iterable[Cell]) -> bool:
    for part in ("count_n", "base_n"):
        whole = getattr(total, part)
        numbers = [getattr(cell, part) for cell in members]
        if whole is None or any(number is None for number in numbers):
            continue
        if abs(sum(numbers) - whole) > 0.5:
            return True
    return False
