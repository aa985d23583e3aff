"""Lists that people keep in Excel or CSV (units, goals): every cell as text, with the row it stood in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from jamlik.model.errors import JamlikError, Place
from jamlik.sources.reader import ROW, open_table

__all__ = ["ListRow", "read_list"]


@dataclass(frozen=True, slots=True)
class ListRow:
    """A row: its number as Excel or an editor shows it, and its cells by column, trimmed, empty where nothing stood."""

    number: int
    cells: Mapping[str, str]


def read_list(path: Path, *, most: int) -> tuple[tuple[str, ...], list[ListRow]]:
    """Columns and rows of a file; no more rows than `most`.

    Raises
    ------
    JamlikError
        The file is no table, or longer than a list that people keep.
    """
    table = open_table(path)
    rows: list[ListRow] = []
    for frame in table.batches():
        for cells in frame.iter_rows(named=True):
            if len(rows) == most:
                raise JamlikError("list_too_long", where=Place(path.name), most=most)
            texts = {name: str(cells[name] or "").strip() for name in table.names}
            rows.append(ListRow(int(cells[ROW]), texts))
    return table.names, rows
