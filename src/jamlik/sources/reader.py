"""Bytes to rows: any table file as a stream of frames where every cell is text, in bounded memory.

`open_table` finds out how the file is written (or is told by a `FileLayout`); `OpenTable.batches` streams its rows.
Every batch has the table's columns and `ROW`, the row's number in the file as an editor or Excel shows it.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import polars as pl

from jamlik.model.dataset import FileLayout
from jamlik.model.errors import JamlikError, Place, Problem, Severity, Term
from jamlik.sources.bytesource import compression_of, format_of
from jamlik.sources.delimited import DelimitedText, delimited_text
from jamlik.sources.dialect import decimal_of
from jamlik.sources.headers import GridRow, Header, column_names, header_of
from jamlik.sources.parquet import parquet_batches, parquet_names
from jamlik.sources.workbook import chosen_sheet, sheet_rows

__all__ = ["ROW", "UNKNOWN_LAYOUT", "OpenTable", "Source", "open_table"]

ROW = "__row"
UNKNOWN_LAYOUT = FileLayout(
    encoding="", delimiter="", decimal="", skip_rows=-1, header_rows=-1, sheet="", compression="", format=""
)
Source = Path | pl.DataFrame
_BATCH_ROWS = 100_000


@dataclass(slots=True)
class OpenTable:
    """A table that is understood and can be streamed, more than once.

    Parameters
    ----------
    name : str
        The file's name, or what a frame in memory is called.
    layout : FileLayout
        How the bytes become rows; complete.
    names : tuple of str
        The columns, two header rows joined by ` | `.
    preamble : tuple of str
        Lines above the header that hold text.
    problems : list of Problem
        What the last complete pass over `batches` met; empty before it.
    """

    name: str
    layout: FileLayout
    names: tuple[str, ...]
    preamble: tuple[str, ...]
    stream: Callable[[int, Sequence[str], list[Problem]], Iterator[pl.DataFrame]]
    problems: list[Problem] = field(default_factory=list)

    def batches(self, *, every: int = 1, columns: Sequence[str] = ()) -> Iterator[pl.DataFrame]:
        """Rows in the file's order; rows with nothing in them are left out.

        Parameters
        ----------
        every : int
            Only each `every`-th batch.
        columns : sequence of str
            Only these columns (and `ROW`); all when empty.
        """
        self.problems.clear()
        for frame in self.stream(every, columns or self.names, self.problems):
            filled = frame.filter(~pl.all_horizontal(pl.exclude(ROW).is_null()))
            if filled.height:
                yield filled

    def whole(self, *, every: int = 1) -> pl.DataFrame:
        """All rows in one frame; for files of cells, which are small beside files of persons."""
        batches = list(self.batches(every=every))
        if not batches:
            return pl.DataFrame(schema={**dict.fromkeys(self.names, pl.String), ROW: pl.Int64})
        return pl.concat(batches, how="vertical_relaxed")


def open_table(source: Source, *, layout: FileLayout = UNKNOWN_LAYOUT, name: str = "") -> OpenTable:
    """Open a file or a frame; parts of `layout` that are empty or negative are found out.

    Raises
    ------
    JamlikError
        UNREADABLE for what is no table; CONTRACT when the layout that was given does not fit the file.
    """
    if isinstance(source, pl.DataFrame):
        return _open_frame(source, name or "tabell")
    found = format_of(source)
    kind = found if layout.format in ("", "csv") else layout.format
    layout = replace(layout, format=kind, compression=compression_of(source))
    if kind == "parquet":
        return _open_parquet(source, layout)
    if kind == "excel":
        return _open_workbook(source, layout)
    return _open_text(source, layout)


def _open_text(path: Path, layout: FileLayout) -> OpenTable:
    text: DelimitedText = delimited_text(path, layout=layout)
    if len(text.names) < 2:
        raise _one_column(path, text)
    return OpenTable(path.name, text.layout, text.names, text.preamble, text.frames)


def _one_column(path: Path, text: DelimitedText) -> JamlikError:
    others = [mark for mark in (";", "\t", "|", ",") if mark in "".join(text.names) and mark != text.layout.delimiter]
    tab = Term("tab")
    return JamlikError(
        "one_column",
        where=Place(str(path), text.layout.skip_rows + 1),
        name=path.name,
        delimiter=text.layout.delimiter,
        why="why_when" if others else "why",
        found=tab if others[:1] == ["\t"] else "".join(map(repr, others[:1])),
    )


def _open_workbook(path: Path, layout: FileLayout) -> OpenTable:
    sheet = layout.sheet or chosen_sheet(path)
    grid = sheet_rows(path, sheet=sheet)
    header = _header(grid, layout)
    heading, body = grid[header.index : header.index + header.rows], grid[header.index + header.rows :]
    names = column_names([row.cells for row in heading], width=header.width)
    body = _filled_down(body, [row.cells for row in heading], header.width)
    full = replace(
        layout,
        encoding="",
        delimiter="",
        decimal=layout.decimal or decimal_of([row.cells for row in body[:2000]]),
        skip_rows=_lines_above(grid, header),
        header_rows=header.rows,
        sheet=sheet,
    )

    def frames(every: int, columns: Sequence[str], problems: list[Problem]) -> Iterator[pl.DataFrame]:
        notes = [row for row in body if _is_note(row.cells)]
        if notes:
            place = Place(path.name, notes[0].line)
            problems.append(Problem("note_row", Severity.NOTE, place, len(notes)))
        rows = (row for row in body if not _is_note(row.cells))
        for part in itertools.count():
            chunk = list(itertools.islice(rows, _BATCH_ROWS))
            if not chunk:
                return
            if part % every == 0:
                yield _grid_frame(chunk, names).select(*columns, ROW)

    preamble = tuple(" ".join(cell for cell in row.cells if cell) for row in grid[: header.index])
    return OpenTable(path.name, full, names, preamble, frames)


def _filled_down(body: Sequence[GridRow], heading: Sequence[Sequence[str]], width: int) -> list[GridRow]:
    """Rows with blanks filled from above in columns without a name that hold words, as PxWeb's workbooks mean them."""
    unnamed = [p for p in range(width) if not any(len(row) > p and row[p].strip() for row in heading)]
    unnamed = [p for p in unnamed if any(re.search(r"[^\W\d_]", row.cells[p]) for row in body if p < len(row.cells))]
    last: dict[int, str] = {}
    filled = []
    for row in body:
        cells = list(row.cells)
        if not _is_note(cells):
            for place in unnamed:
                if place < len(cells):
                    last[place] = cells[place] = cells[place] or last.get(place, "")
        filled.append(GridRow(row.line, cells))
    return filled


def _header(grid: Sequence[GridRow], layout: FileLayout) -> Header:
    """The header, where `skip_rows` and `header_rows` say, or found."""
    below = [row for row in grid if row.line > max(layout.skip_rows, 0)]
    skipped = len(grid) - len(below)
    found = header_of(below[:400])
    if layout.skip_rows >= 0:
        rows = layout.header_rows if layout.header_rows >= 0 else found.rows
        return Header(skipped, rows, found.width)
    if layout.header_rows >= 0:
        return Header(found.index, layout.header_rows, found.width)
    return found


def _lines_above(grid: Sequence[GridRow], header: Header) -> int:
    return grid[header.index].line - 1 if header.index < len(grid) else 0


def _is_note(cells: Sequence[str]) -> bool:
    """A line of text across a table: one filled cell among at least three columns."""
    return len(cells) > 2 and sum(1 for cell in cells if cell) == 1 and bool(re.search(r"[^\W\d]", "".join(cells)))


def _grid_frame(rows: Sequence[GridRow], names: Sequence[str]) -> pl.DataFrame:
    columns = {
        name: pl.Series(name, [(row.cells[place] if place < len(row.cells) else "") or None for row in rows], pl.String)
        for place, name in enumerate(names)
    }
    return pl.DataFrame({**columns, ROW: pl.Series(ROW, [row.line for row in rows], pl.Int64)})


def _open_parquet(path: Path, layout: FileLayout) -> OpenTable:
    full = replace(layout, encoding="", delimiter="", decimal=layout.decimal or ".", skip_rows=0, header_rows=1)

    def frames(every: int, columns: Sequence[str], problems: list[Problem]) -> Iterator[pl.DataFrame]:
        for part, frame in parquet_batches(path, rows=_BATCH_ROWS, columns=columns, row_name=ROW):
            if part % every == 0:
                yield frame

    return OpenTable(path.name, full, parquet_names(path), (), frames)


def _open_frame(frame: pl.DataFrame, name: str) -> OpenTable:
    layout = replace(UNKNOWN_LAYOUT, decimal=".", skip_rows=0, header_rows=1, format="frame")

    def frames(every: int, columns: Sequence[str], problems: list[Problem]) -> Iterator[pl.DataFrame]:
        numbered = frame.select(columns).with_columns(pl.int_range(1, frame.height + 1, dtype=pl.Int64).alias(ROW))
        for part, rows in enumerate(numbered.iter_slices(_BATCH_ROWS)):
            if part % every == 0:
                yield rows

    return OpenTable(name, layout, tuple(frame.columns), (), frames)
