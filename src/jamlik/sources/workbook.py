"""Sheets of an Excel workbook as rows of text."""

from __future__ import annotations

import datetime as dt
import io
from pathlib import Path

from python_calamine import CalamineError, CalamineWorkbook, PasswordError, SheetVisibleEnum

from jamlik.model.errors import ErrorKind, JamlikError, Place
from jamlik.sources.bytesource import whole_bytes
from jamlik.sources.headers import GridRow

__all__ = ["chosen_sheet", "sheet_rows"]

_Value = int | float | str | bool | dt.time | dt.date | dt.datetime | dt.timedelta


def _opened(path: Path) -> CalamineWorkbook:
    try:
        return CalamineWorkbook.from_filelike(io.BytesIO(whole_bytes(path)))
    except PasswordError as locked:
        raise JamlikError(
            "workbook_locked", where=Place(str(path)), kind=ErrorKind.UNREADABLE, name=path.name
        ) from locked
    except (CalamineError, OSError, ValueError) as broken:
        raise JamlikError(
            "workbook_unreadable",
            where=Place(str(path)),
            kind=ErrorKind.UNREADABLE,
            name=path.name,
            error_name=type(broken).__name__,
            broken=broken,
        ) from broken


def _text(value: _Value) -> str:
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, bool):
        return "ja" if value else "nej"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    if isinstance(value, dt.datetime):
        return value.date().isoformat() if value.time() == dt.time() else value.isoformat(sep=" ")
    return str(value)


def _figures(rows: list[list[_Value]]) -> int:
    return sum(1 for row in rows for cell in row if isinstance(cell, int | float) and not isinstance(cell, bool))


def chosen_sheet(path: Path) -> str:
    """Name of the visible sheet that holds the most figures; the first when none holds any.

    Raises
    ------
    JamlikError
        UNREADABLE when the workbook cannot be read or has no sheet with content.
    """
    book = _opened(path)
    best, most = "", (-1, -1)
    for sheet in book.sheets_metadata:
        if sheet.visible is not SheetVisibleEnum.Visible:
            continue
        rows: list[list[_Value]] = book.get_sheet_by_name(sheet.name).to_python()
        weight = (_figures(rows), sum(1 for row in rows for cell in row if cell != ""))
        if weight[1] and weight > most:
            best, most = sheet.name, weight
    if not best:
        raise JamlikError("workbook_empty", where=Place(str(path)), kind=ErrorKind.UNREADABLE, name=path.name)
    return best


def sheet_rows(path: Path, *, sheet: str) -> list[GridRow]:
    """All rows of a sheet that hold something, with the row numbers Excel shows.

    Raises
    ------
    JamlikError
        CONTRACT when there is no such sheet.
    """
    book = _opened(path)
    if sheet not in book.sheet_names:
        raise JamlikError(
            "no_such_sheet", where=Place(str(path)), sheet=sheet, name=path.name, sheets=", ".join(book.sheet_names)
        )
    rows = book.get_sheet_by_name(sheet).to_python(skip_empty_area=False)
    texts = (GridRow(place, [_text(cell) for cell in row]) for place, row in enumerate(rows, start=1))
    return [row for row in texts if any(row.cells)]
