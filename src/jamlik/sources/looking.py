"""A file looked at once: its table, the rows that were looked at, profiles, and first guesses."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from jamlik.model.errors import ErrorKind, JamlikError, Place, Problem
from jamlik.sources.columns import kept_rows
from jamlik.sources.headercodes import HeaderCodes, header_codes
from jamlik.sources.profile import ColumnProfile, profiles
from jamlik.sources.reader import UNKNOWN_LAYOUT, OpenTable, Source, open_table
from jamlik.sources.roles import Guess, first_guesses

__all__ = ["MOST_COLUMNS", "Looked", "looked_at"]

MOST_COLUMNS = 2000  # each is looked at by itself, which takes a hundredth of a second
_SAMPLE_BYTES = 16 << 20
_SAMPLE_ROWS = 250_000


@dataclass(slots=True)
class Looked:
    """A file that has been looked at, and what is thought of it so far."""

    source: Source
    table: OpenTable
    frame: pl.DataFrame
    sampled: bool
    found: dict[str, ColumnProfile]
    wide: dict[str, HeaderCodes]
    guesses: dict[str, Guess]
    problems: tuple[Problem, ...]

    @property
    def decimal(self) -> str:
        """Decimal mark of the file."""
        return self.table.layout.decimal or "."


def looked_at(source: Source, *, where: Mapping[str, tuple[str, ...]], name: str) -> Looked:
    """Open a table, profile its columns and guess what can be told of each by itself.

    Raises
    ------
    JamlikError
        UNREADABLE when it is no table, or more columns than can be looked at; NOTHING_TO_ANALYSE when it has no rows.
    """
    table = open_table(source, layout=UNKNOWN_LAYOUT, name=name)
    if len(table.names) > MOST_COLUMNS:
        raise JamlikError(
            "too_many_columns",
            where=Place(table.name),
            kind=ErrorKind.UNREADABLE,
            columns_n=len(table.names),
            most=MOST_COLUMNS,
        )
    every = _every(source, table)
    frame = kept_rows(table.whole(every=every), where, file=table.name)
    if frame.is_empty():
        raise JamlikError(
            "header_only",
            where=Place(table.name),
            why="why_when" if where else "why",
            kind=ErrorKind.NOTHING_TO_ANALYSE,
            name=table.name,
        )
    found = profiles(frame, decimal=table.layout.decimal or ".")
    numeric = [name for name, p in found.items() if p.is_number or (p.filled_n and not p.text_n)]
    wide = header_codes(numeric)
    guesses = first_guesses({name: p for name, p in found.items() if name not in wide})
    return Looked(source, table, frame, every > 1, found, wide, guesses, tuple(table.problems))


def _every(source: Source, table: OpenTable) -> int:
    """Look at each how manyeth batch, so that a large file is looked at evenly and in bounded memory."""
    if isinstance(source, pl.DataFrame):
        return max(1, -(-source.height // _SAMPLE_ROWS))
    size = source.stat().st_size * (8 if table.layout.compression or table.layout.format == "parquet" else 1)
    return 1 if table.layout.format == "excel" else max(1, -(-size // _SAMPLE_BYTES))
