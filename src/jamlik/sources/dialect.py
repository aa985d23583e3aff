"""How a text file is written: delimiter, quotes, decimal mark, preamble and header, judged from its first rows."""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from jamlik.sources.headers import GridRow

__all__ = ["DELIMITERS", "decimal_of", "delimiter_of", "grid_of", "quotes_of"]

DELIMITERS = ("\t", ";", "|", ",")
_COMMA_DECIMAL = re.compile(r"[-−+]?\d[\d .\u00a0\u202f]*,\d+\s*%?$")
_POINT_DECIMAL = re.compile(r"[-−+]?\d[\d ,\u00a0\u202f]*\.\d+\s*%?$")
_THOUSANDS = re.compile(r"[-−+]?[1-9]\d{0,2}([.,]\d{3})+$")


@dataclass(frozen=True, slots=True)
class _Split:
    delimiter: str
    fields: int
    rows: int
    decimals: float


def grid_of(text: str, *, delimiter: str, quoted: bool, limit: int = 2000) -> list[GridRow]:
    """Return the first rows of a text as cells, each with the line where it begins; blank lines left out."""
    lines = text.split("\n")
    reader = csv.reader(
        (line + "\n" for line in lines), delimiter=delimiter, quoting=csv.QUOTE_MINIMAL if quoted else csv.QUOTE_NONE
    )
    grid: list[GridRow] = []
    start = 1
    try:
        for cells in reader:
            if cells and any(cell.strip() for cell in cells):
                grid.append(GridRow(start, [cell.rstrip("\n") for cell in cells]))
            start = reader.line_num + 1
            if len(grid) >= limit:
                break
    except csv.Error:
        return grid
    return grid


def quotes_of(text: str, *, delimiter: str) -> bool:
    """Whether `"` quotes fields in this text; False when quotation marks stand in the middle of words."""
    if '"' not in text:
        return True
    edge = re.escape(delimiter)
    loose = re.search(rf'(?<![{edge}\n"])(?<!^)"(?![{edge}\n"])', text)
    return loose is None


def _split(text: str, delimiter: str) -> _Split:
    rows = grid_of(text, delimiter=delimiter, quoted=quotes_of(text, delimiter=delimiter), limit=400)
    counts = Counter(len(row.cells) for row in rows if len(row.cells) > 1)
    if not counts:
        return _Split(delimiter, 1, 0, 0.0)
    fields = max(counts, key=lambda n: (counts[n], n))
    chosen = [row.cells for row in rows if len(row.cells) == fields]
    breaks = sum(len(cells) - 1 for cells in chosen)
    digits = sum(
        1 for cells in chosen for left, right in pairwise(cells) if left[-1:].isdigit() and right[:1].isdigit()
    )
    return _Split(delimiter, fields, counts[fields], digits / breaks)


def delimiter_of(text: str) -> str:
    """The delimiter that splits the most rows into the same number of fields.

    A comma that only ever stands between digits is a decimal comma, when another delimiter does the work as well.
    """
    splits = [split for split in (_split(text, mark) for mark in DELIMITERS) if split.rows]
    if not splits:
        return ","
    most = max(split.rows for split in splits)
    able = [split for split in splits if split.rows >= 0.7 * most]
    others = [split for split in able if split.delimiter != ","]
    if others and all(split.decimals > 0.9 for split in able if split.delimiter == ","):
        able = others
    return max(able, key=lambda split: (split.fields, split.rows, -DELIMITERS.index(split.delimiter))).delimiter


def decimal_of(rows: Sequence[Sequence[str]]) -> str:
    """`,` or `.`: what numbers in these rows are written with; groups of three digits say nothing."""
    commas = points = 0
    for cells in rows:
        for cell in cells:
            text = cell.strip()
            if not text or _THOUSANDS.match(text):
                continue
            commas += bool(_COMMA_DECIMAL.match(text))
            points += bool(_POINT_DECIMAL.match(text))
    return "," if commas > points else "."
