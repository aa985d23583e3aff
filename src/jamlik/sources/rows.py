"""Blocks of text cut at the ends of rows, with each row's line number and number of fields. Quotes are respected."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from jamlik.model.errors import ErrorKind, JamlikError, Place

__all__ = ["RowBlock", "row_blocks", "without_first_lines"]

Positions = npt.NDArray[np.int64]
_LONGEST_ROW = 32 << 20
_NEWLINE, _QUOTE = 10, 34


@dataclass(frozen=True, slots=True)
class RowBlock:
    r"""Whole rows as UTF-8 bytes.

    Parameters
    ----------
    data : bytes
        Rows, each ending in `\n`.
    starts, ends : int, shape (rows,)
        Each row's span in `data`, its line end left out.
    lines : int, shape (rows,)
        Line number in the file where the row begins, from 1.
    fields : int, shape (rows,)
        Number of fields: delimiters outside quotes, and one.
    """

    data: bytes
    starts: Positions
    ends: Positions
    lines: Positions
    fields: Positions

    def kept(self, keep: npt.NDArray[np.bool_]) -> bytes:
        """Bytes of the rows where `keep` is true, in order."""
        if keep.all():
            return self.data
        edges = np.flatnonzero(np.diff(np.concatenate(([False], keep, [False])).astype(np.int8)))
        spans = edges.reshape(-1, 2)
        return b"".join(self.data[self.starts[first] : self.ends[last - 1] + 1] for first, last in spans)


def without_first_lines(blocks: Iterator[bytes], *, lines: int) -> Iterator[bytes]:
    """The same text without its first lines, whatever they hold."""
    left = lines
    for block in blocks:
        while left and block:
            cut = block.find(b"\n")
            if cut < 0:
                block = b""
            else:
                block, left = block[cut + 1 :], left - 1
        if block:
            yield block


def _positions(values: npt.NDArray[np.uint8], byte: int) -> Positions:
    return np.flatnonzero(values == byte).astype(np.int64)


def _outside(places: Positions, quotes: Positions) -> npt.NDArray[np.bool_]:
    outside: npt.NDArray[np.bool_] = np.searchsorted(quotes, places) % 2 == 0
    return outside


def _cut(data: bytes, *, delimiter: int, quoted: bool, first_line: int) -> RowBlock | None:
    """All whole rows at the beginning of `data`, or None when there is none yet."""
    values = np.frombuffer(data, dtype=np.uint8)
    newlines = _positions(values, _NEWLINE)
    quotes = _positions(values, _QUOTE) if quoted and b'"' in data else np.empty(0, np.int64)
    ends = newlines[_outside(newlines, quotes)] if len(quotes) else newlines
    if not len(ends):
        return None
    starts = np.concatenate(([0], ends[:-1] + 1)).astype(np.int64)
    whole = data[: int(ends[-1]) + 1]
    marks = _positions(values[: len(whole)], delimiter)
    if len(quotes):
        marks = marks[_outside(marks, quotes)]
    borders = np.searchsorted(marks, np.append(starts, len(whole)))
    lines = first_line + np.searchsorted(newlines, starts)
    return RowBlock(whole, starts, ends, lines.astype(np.int64), np.diff(borders).astype(np.int64) + 1)


def row_blocks(
    blocks: Iterator[bytes], *, delimiter: str, quoted: bool, first_line: int, file: str
) -> Iterator[RowBlock]:
    """Whole rows, about one block of text at a time.

    Raises
    ------
    JamlikError
        UNREADABLE when a quotation mark is opened and never closed.
    """
    carry, line = b"", first_line
    for block in blocks:
        carry += block
        rows = _cut(carry, delimiter=ord(delimiter), quoted=quoted, first_line=line)
        if rows is not None:
            carry = carry[len(rows.data) :]
            line += rows.data.count(b"\n")
            yield rows
        if len(carry) > _LONGEST_ROW:
            raise _never_closed(line, file)
    if carry.strip():
        rows = _cut(carry + b"\n", delimiter=ord(delimiter), quoted=quoted, first_line=line)
        if rows is None:
            raise _never_closed(line, file)
        yield rows


def _never_closed(line: int, file: str) -> JamlikError:
    return JamlikError("quote_open", where=Place(file, line), kind=ErrorKind.UNREADABLE)
