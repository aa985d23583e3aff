"""Delimited text (CSV, TSV): layout from a sample, then rows as frames, block by block."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import polars as pl

from jamlik.model.dataset import FileLayout
from jamlik.model.errors import ErrorKind, JamlikError, Place, Problem, Severity
from jamlik.sources.bytesource import open_bytes
from jamlik.sources.dialect import decimal_of, delimiter_of, grid_of, quotes_of
from jamlik.sources.encoding import encoding_of, unix_blocks, utf8_blocks
from jamlik.sources.headers import Header, column_names, header_of
from jamlik.sources.rows import RowBlock, row_blocks, without_first_lines

__all__ = ["DelimitedText", "delimited_text"]

_SAMPLE = 512 << 10
_ROW = "__row"
_REPLACEMENT = "\ufffd".encode()


@dataclass(frozen=True, slots=True)
class DelimitedText:
    """A text file that is understood: complete layout, column names, and where the rows begin.

    `fields` are the numbers of fields a row of the table may have; `first_line` is the line of its first row.
    """

    path: Path
    layout: FileLayout
    names: tuple[str, ...]
    preamble: tuple[str, ...]
    quoted: bool
    width: int
    fields: frozenset[int]
    first_line: int

    def frames(self, every: int, columns: Sequence[str], problems: list[Problem]) -> Iterator[pl.DataFrame]:
        """Rows as text with their line number; each `every`-th block only. What cannot be used goes to `problems`."""
        odd = _OddRows(self.path.name)
        with open_bytes(self.path) as stream:
            blocks = unix_blocks(utf8_blocks(stream, encoding=self.layout.encoding, path=self.path))
            body = without_first_lines(blocks, lines=self.first_line - 1)
            rows = row_blocks(
                body,
                delimiter=self.layout.delimiter,
                quoted=self.quoted,
                first_line=self.first_line,
                file=str(self.path),
            )
            for part, block in enumerate(rows):
                if part % every == 0:
                    yield self._frame(block, columns, odd)
        problems.extend(odd.problems())

    def _frame(self, block: RowBlock, names: Sequence[str], odd: _OddRows) -> pl.DataFrame:
        keep = np.isin(block.fields, sorted(self.fields))
        keep |= (block.fields > self.width) & _surplus_is_empty(block, self.width, self.layout.delimiter, ~keep)
        odd.note(block, keep, self.width)
        columns = [f"column_{place + 1}" for place in range(self.width)]
        wanted = [columns[self.names.index(name)] for name in names]
        data = block.kept(keep)
        if not data:
            return pl.DataFrame(schema={**dict.fromkeys(names, pl.String), _ROW: pl.Int64})
        try:
            frame = pl.read_csv(
                data,
                has_header=False,
                separator=self.layout.delimiter,
                quote_char='"' if self.quoted else None,
                schema=dict.fromkeys(columns, pl.String),
                columns=wanted,
                truncate_ragged_lines=True,
            )
        except pl.exceptions.PolarsError as broken:
            raise self._unparsed(block) from broken
        if frame.height != int(keep.sum()):
            raise self._unparsed(block)
        text = pl.col(wanted).str.strip_chars()
        frame = frame.select(pl.when(text != "").then(text))
        frame.columns = list(names)
        return frame.with_columns(pl.Series(_ROW, block.lines[keep], pl.Int64))

    def _unparsed(self, block: RowBlock) -> JamlikError:
        return JamlikError(
            "rows_not_divided", where=Place(str(self.path), int(block.lines[0])), kind=ErrorKind.UNREADABLE
        )


def _surplus_is_empty(block: RowBlock, width: int, delimiter: str, ask: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    """For the rows asked about: whether all fields beyond the table's width are blank."""
    answer = np.zeros(len(block.fields), dtype=np.bool_)
    for place in np.flatnonzero(ask & (block.fields > width)):
        row = block.data[block.starts[place] : block.ends[place]].decode().rstrip(f"{delimiter} ")
        answer[place] = row.count(delimiter) < width
    return answer


@dataclass(slots=True)
class _OddRows:
    """Rows with another number of fields than the table: inside it they are skipped rows, after it they are notes."""

    file: str
    short: list[int] = field(default_factory=list)
    short_n: int = 0
    long: list[int] = field(default_factory=list)
    long_n: int = 0
    pending: list[int] = field(default_factory=list)
    pending_n: int = 0
    undecodable_line: int = 0
    undecodable_n: int = 0

    def note(self, block: RowBlock, keep: npt.NDArray[np.bool_], width: int) -> None:
        """Remember what is odd in a block."""
        if _REPLACEMENT in block.data:
            first = block.data.index(_REPLACEMENT)
            self.undecodable_line = self.undecodable_line or int(block.lines[np.searchsorted(block.ends, first)])
            self.undecodable_n += block.data.count(_REPLACEMENT)
        if keep.all():
            self._settle()
            return
        last = int(np.flatnonzero(keep)[-1]) if keep.any() else -1
        if last >= 0:
            self._settle()
        for place in np.flatnonzero(~keep):
            row = block.data[block.starts[place] : block.ends[place]]
            if not row.strip(b' ";,|\t'):
                continue
            line = int(block.lines[place])
            if place > last:
                self.pending.append(line)
                self.pending_n += 1
            elif block.fields[place] > width:
                self.long, self.long_n = self.long or [line], self.long_n + 1
            else:
                self.short, self.short_n = self.short or [line], self.short_n + 1
        del self.pending[1:]

    def _settle(self) -> None:
        """Rows held back were inside the table after all."""
        if self.pending:
            self.short, self.short_n = self.short or self.pending[:], self.short_n + self.pending_n
            self.pending, self.pending_n = [], 0

    def problems(self) -> list[Problem]:
        """What was met, in a fixed order."""
        found = []
        for code, severity, lines, count in (
            ("short_row", Severity.SKIPPED, self.short, self.short_n),
            ("long_row", Severity.SKIPPED, self.long, self.long_n),
            ("footer", Severity.NOTE, self.pending, self.pending_n),
        ):
            if count:
                found.append(Problem(code, severity, Place(self.file, lines[0]), count))
        if self.undecodable_n:
            place = Place(self.file, self.undecodable_line)
            found.append(Problem("undecodable", Severity.NOTE, place, self.undecodable_n))
        return found


def _sample(path: Path, encoding: str) -> tuple[str, bool]:
    """The beginning of the text, cut at a line end, and whether it is the whole text."""
    with open_bytes(path) as stream:
        blocks = unix_blocks(utf8_blocks(stream, encoding=encoding, path=path, size=_SAMPLE))
        data = b""
        for block in blocks:
            data += block
            if len(data) >= _SAMPLE:
                break
        else:
            return data.decode(), True
    return data[: data.rfind(b"\n") + 1].decode(), False


def _without_first(text: str, lines: int) -> str:
    return text.split("\n", lines)[-1] if lines and text.count("\n") >= lines else text if not lines else ""


def delimited_text(path: Path, *, layout: FileLayout) -> DelimitedText:
    """Find out how a text file is written; what `layout` says already is kept.

    Raises
    ------
    JamlikError
        UNREADABLE when the file holds no rows.
    """
    encoding = layout.encoding or encoding_of(path)
    text, _ = _sample(path, encoding)
    skip = max(layout.skip_rows, 0)
    below = _without_first(text, skip)
    delimiter = layout.delimiter or delimiter_of(below)
    quoted = quotes_of(below, delimiter=delimiter)
    grid = grid_of(below, delimiter=delimiter, quoted=quoted)
    if not grid:
        raise JamlikError("file_without_rows", where=Place(str(path)), kind=ErrorKind.UNREADABLE, name=path.name)
    found = header_of(grid[:400])
    if layout.skip_rows >= 0:
        found = Header(0, found.rows, found.width)
    header = replace(found, rows=layout.header_rows) if layout.header_rows >= 0 else found
    heading, body = grid[header.index : header.index + header.rows], grid[header.index + header.rows :]
    fields = _row_fields(
        [len(row.cells) for row in body], header.width, max((len(r.cells) for r in heading), default=0)
    )
    width = max(fields)
    names = column_names([row.cells for row in heading], width=width)
    dropped = _blank_at_end([row.cells for row in grid[header.index :]], width)
    full = replace(
        layout,
        encoding=encoding,
        delimiter=delimiter,
        decimal=layout.decimal or decimal_of([row.cells for row in body]),
        skip_rows=skip + grid[header.index].line - 1,
        header_rows=header.rows,
    )
    preamble = tuple(delimiter.join(row.cells).strip(f"{delimiter} \ufeff") for row in grid[: header.index])
    after = body[0].line if body else grid[-1].line + 1
    return DelimitedText(path, full, names[: width - dropped], preamble, quoted, width, fields, skip + after)


def _row_fields(counts: list[int], width: int, heading: int) -> frozenset[int]:
    """Numbers of fields a row may have: the header's, and what most rows have when that differs by a delimiter."""
    usual = {width, heading} if abs(heading - width) <= 1 else {width}
    usual.discard(0)
    return frozenset(n for n in usual if n in counts or n in (width, heading))


def _blank_at_end(rows: Sequence[Sequence[str]], width: int) -> int:
    """How many of the last columns have neither name nor content: the trace of a trailing delimiter."""
    dropped = 0
    for place in reversed(range(width)):
        if any(len(cells) > place and cells[place].strip() for cells in rows):
            break
        dropped += 1
    return dropped
