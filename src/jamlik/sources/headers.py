"""Where the table begins in a grid of cells: preamble, one or two header rows, and what the columns are called."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from jamlik.model.periods import parsed_period

__all__ = ["GridRow", "Header", "column_names", "header_of"]

_NUMBER = re.compile(r"[-−+]?[\d\s.,]*\d[\d.,]*\s*%?$")
_MARK = re.compile(r"(\.{1,3}|[-–—*]|~\d+|[<>]=?\s*\d+)$")


@dataclass(frozen=True, slots=True)
class GridRow:
    """One row of cells with its line number in the file (from 1)."""

    line: int
    cells: Sequence[str]


@dataclass(frozen=True, slots=True)
class Header:
    """Place of the header: index of its first row in the grid, number of rows (0, 1 or 2), number of columns."""

    index: int
    rows: int
    width: int


def _filled(cells: Sequence[str]) -> int:
    return sum(1 for cell in cells if cell.strip())


def _is_number(cell: str) -> bool:
    return bool(_NUMBER.match(cell.strip()))


def _looks_like_data(cells: Sequence[str]) -> bool:
    """Whether a cell holds a mark or a number that is not a year: header cells do not."""
    return any(_MARK.match(cell.strip()) or (_is_number(cell) and parsed_period(cell) is None) for cell in cells)


def _width(rows: Sequence[GridRow]) -> int:
    """The most common number of cells among rows with at least two filled; the wider when two are as common."""
    counts = Counter(len(row.cells) for row in rows if _filled(row.cells) >= 2)
    if not counts:
        return max((len(row.cells) for row in rows), default=0)
    return max(counts, key=lambda width: (counts[width], width))


def _needed(rows: Sequence[GridRow], width: int) -> int:
    """Filled cells that a header row has at least: most of what rows usually have."""
    usual = Counter(_filled(row.cells) for row in rows if abs(len(row.cells) - width) <= 1)
    most = max(usual, key=lambda n: (usual[n], n)) if usual else 1
    return max(min(2, width), round(0.6 * most))


def header_of(rows: Sequence[GridRow]) -> Header:
    """Find the header in the first rows of a file.

    The header is the first row that is about as full as the rows of the table. A row above it that begins blank, or
    one below it that fills its blanks with words, belongs to it (`;;;Flickor;Flickor` over `Kommun;Antal;…`). A first
    row that holds figures like the rows after it is no header: the file has none.
    """
    width = _width(rows)
    needed = _needed(rows, width)
    full = (i for i, row in enumerate(rows) if abs(len(row.cells) - width) <= 1 and _filled(row.cells) >= needed)
    index = next(full, -1)
    if index < 0:
        return Header(0, 1, width)
    row = rows[index]
    following = rows[index + 1].cells if index + 1 < len(rows) else []
    above = rows[index - 1] if index else None
    if _completes(row.cells, following):
        return Header(index, 2, width)
    if above is not None and above.line == row.line - 1 and _groups(above.cells, row.cells, width):
        return Header(index - 1, 2, width)
    if _looks_like_data(row.cells) and _same_figures(row.cells, following):
        return Header(index, 0, width)
    return Header(index, 1, width)


def _completes(upper: Sequence[str], lower: Sequence[str]) -> bool:
    """Whether `lower` is the second header row: words wherever `upper`, blank at its beginning, has none."""
    upper = list(upper)
    while upper and not upper[-1].strip():
        upper.pop()
    blanks = [place for place, cell in enumerate(upper) if not cell.strip()]
    if not blanks or upper[0].strip() or len(lower) < len(upper) or _looks_like_data(lower):
        return False
    return all(lower[place].strip() for place in range(len(upper))) and _spans(upper, lower)


def _groups(cells: Sequence[str], lower: Sequence[str], width: int) -> bool:
    """Whether a row holds headings over groups of columns: its first cell is blank, words stand further right."""
    if abs(len(cells) - width) > 1 or cells[0].strip() or not _filled(cells) or _looks_like_data(cells):
        return False
    return _spans(cells, lower)


def _spans(upper: Sequence[str], lower: Sequence[str]) -> bool:
    """Whether headings stand over columns: several of them, one at least over more than one; or names recur below."""
    first = next(place for place, cell in enumerate(upper) if cell.strip())
    headings = {cell.strip() for cell in upper[first:] if cell.strip()}
    below = [cell.strip() for cell in lower[first:] if cell.strip()]
    return (1 < len(headings) < len(below)) or len(set(below)) < len(below)


def _same_figures(cells: Sequence[str], following: Sequence[str]) -> bool:
    numbers = [place for place, cell in enumerate(following) if _is_number(cell)]
    return bool(numbers) and sum(_is_number(cells[p]) for p in numbers if p < len(cells)) >= 0.5 * len(numbers)


def _rightward(cells: Sequence[str]) -> list[str]:
    """Cells with blanks filled from the left, as merged cells are meant."""
    filled, last = [], ""
    for cell in cells:
        last = cell.strip() or last
        filled.append(last)
    return filled


def _plain(cell: str) -> str:
    return re.sub(r"\s+", " ", cell.replace("\ufeff", "")).strip()


def column_names(header: Sequence[Sequence[str]], *, width: int) -> tuple[str, ...]:
    """Names of the columns: two rows are joined by ` | `; blank ones become `kolumn 3`, repeated ones get a number."""
    if not header:
        return tuple(f"kolumn {place + 1}" for place in range(width))
    padded = [[*(_plain(cell) for cell in row), *[""] * width][:width] for row in header]
    if len(padded) == 1:
        joined = padded[0]
    else:
        upper, lower = _rightward(padded[0]), padded[1]
        joined = [" | ".join(part for part in pair if part) for pair in zip(upper, lower, strict=True)]
    seen: Counter[str] = Counter()
    names = []
    for place, name in enumerate(joined):
        name = name or f"kolumn {place + 1}"
        seen[name] += 1
        names.append(name if seen[name] == 1 else f"{name} ({seen[name]})")
    return tuple(names)
