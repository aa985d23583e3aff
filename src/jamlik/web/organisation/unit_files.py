"""Rows of units out of an Excel or CSV file, with a problem for each cell that cannot be read."""

from __future__ import annotations

import tempfile
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import IO

from django.core.exceptions import ValidationError

from jamlik.analysis.lists import ListRow, read_list
from jamlik.model.errors import JamlikError
from jamlik.model.words import LANGUAGES
from jamlik.web.core import listing
from jamlik.web.core.texts import language, say, say_in
from jamlik.web.organisation.models import UnitKind

__all__ = ["COLUMNS", "MOST_BYTES", "MOST_ROWS", "RowProblem", "columns_found", "rows_of_file", "table_of_file"]

MOST_BYTES = 5 * 1024 * 1024
MOST_ROWS = 5000
_MOST_UNPACKED = 100 * 1024 * 1024
_LONGEST_NAME = 50  # signs, each of up to four bytes, of the 255 that a disk takes
_SUFFIXES = frozenset({".csv", ".txt", ".tsv", ".xlsx", ".xls", ".ods"})

# What people call the columns; compared without capitals, spaces and signs.
COLUMNS: Mapping[str, frozenset[str]] = {
    "code": frozenset("kod code koodi enhetskod enhetsid id ansvar ansvarskod".split()),
    "name": frozenset("namn name nimi enhet enhetsnamn benämning yksikkö".split()),
    "kind": frozenset("typ slag kind type tyyppi laji enhetstyp".split()),
    "parent": frozenset("överordnad överordnadkod tillhör parent parentcode förälder yläyksikkö".split()),
    "valid_from": frozenset("från frånochmed from giltigfrån gällerfrån startdatum validfrom alkaen".split()),
    "valid_to": frozenset("till tillochmed to giltigtill gällertill slutdatum validto asti päättyy".split()),
}
_KINDS = {
    "nämnd": UnitKind.COMMITTEE,
    "styrelse": UnitKind.COMMITTEE,
    "kontor": UnitKind.DEPARTMENT,
    "avdelning": UnitKind.DEPARTMENT,
    "verksamhetsområde": UnitKind.DEPARTMENT,
    "skola": UnitKind.UNIT,
    "förskola": UnitKind.UNIT,
    "bolag": UnitKind.COMPANY,
    "utförare": UnitKind.PROVIDER,
    "privatutförare": UnitKind.PROVIDER,
}


@dataclass(frozen=True, slots=True)
class RowProblem:
    """Something in a row that stops the list: its number in the file, and what it is about."""

    row: int
    text: str
    about: str = ""  # the column, where it is about one


def rows_of_file(stream: IO[bytes], *, name: str, size: int) -> tuple[list[dict[str, object]], list[RowProblem]]:
    """Rows as they can be kept as JSON: `row`, and those of `COLUMNS` that the file has, dates as ISO text.

    Raises
    ------
    ValidationError
        The file as a whole cannot be used: what, why and what to do.
    """
    names, found = table_of_file(stream, name=name, size=size)
    columns = columns_found(names, COLUMNS, needed=("code", "name"))
    rows, problems = [], []
    for row in found:
        cells = {column: listing.unharmed(row.cells[title]) for column, title in columns.items()}
        plain, wrong = _plain_row(cells)
        rows.append({"row": row.number, **plain})
        problems += [RowProblem(row.number, text, column) for column, text in wrong]
    return rows, problems


def table_of_file(stream: IO[bytes], *, name: str, size: int) -> tuple[tuple[str, ...], list[ListRow]]:
    """Columns and rows of a list that somebody sent.

    Raises
    ------
    ValidationError
        It is no list that can be read: what, why and what to do.
    """
    suffix = Path(name).suffix.lower()
    if suffix not in _SUFFIXES:
        raise ValidationError(say("organisation.list.wrong_type", name=name))
    if not 0 < size <= MOST_BYTES:
        raise ValidationError(say("organisation.list.wrong_size", most=MOST_BYTES // 1024**2))
    content = stream.read(MOST_BYTES + 1)
    with tempfile.TemporaryDirectory(prefix="jamlik-units-") as folder:
        path = Path(folder) / f"{Path(name).stem[:_LONGEST_NAME]}{suffix}"  # messages call the file by its own name
        path.write_bytes(content)
        _require_sound(path)
        try:
            return read_list(path, most=MOST_ROWS)
        except JamlikError as error:
            why, do = (error.part(name, language()) for name in ("what", "do"))
            raise ValidationError(say("organisation.list.unreadable", why=why, do=do)) from error


def _require_sound(path: Path) -> None:
    """Refuse a workbook that unpacks to far more than a list of units could be."""
    if not zipfile.is_zipfile(path):
        return
    try:
        with zipfile.ZipFile(path) as archive:
            inside = archive.infolist()
            if sum(entry.file_size for entry in inside) <= _MOST_UNPACKED and archive.testzip() is None:
                return
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError):
        pass  # told as below
    raise ValidationError(say("organisation.list.unsound"))


def _bare(text: str) -> str:
    return "".join(sign for sign in text.casefold() if sign.isalnum())


def columns_found(
    names: tuple[str, ...], known: Mapping[str, frozenset[str]], *, needed: Sequence[str]
) -> dict[str, str]:
    """Which column of the file holds what; the first one that fits.

    Raises
    ------
    ValidationError
        One that is needed is not there.
    """
    found: dict[str, str] = {}
    for name in names:
        for column, spellings in known.items():
            if _bare(name) in spellings and column not in found:
                found[column] = name
    missing = [say(f"organisation.field.{each}") for each in needed if each not in found]
    if missing:
        raise ValidationError(
            say("organisation.list.no_column", missing=", ".join(missing), found=", ".join(names[:12]))
        )
    return found


def _plain_row(cells: Mapping[str, str]) -> tuple[dict[str, object], list[tuple[str, str]]]:
    plain: dict[str, object] = {}
    wrong = []
    for column, text in cells.items():
        if column == "kind":
            kind = _kind(text)
            plain[column] = kind or ""
            if text and kind is None:
                known = ", ".join(say(f"organisation.kind.{each.value}") for each in UnitKind)
                wrong.append((column, say("organisation.list.unknown_kind", kind=text, known=known)))
        elif column in ("valid_from", "valid_to"):
            try:
                plain[column] = date.fromisoformat(text[:10]).isoformat() if text else ""
            except ValueError:
                plain[column] = ""
                wrong.append((column, say("organisation.list.no_date", text=text)))
        else:
            plain[column] = text
    return plain, wrong


def _kind(text: str) -> str | None:
    """The kind that a word means, in any of the three languages; None for a word that is none."""
    word = _bare(text)
    for kind in UnitKind:
        names = {kind.value, *(_bare(say_in(lang, f"organisation.kind.{kind.value}")) for lang in LANGUAGES)}
        if word in names:
            return kind.value
    known = _KINDS.get(word)
    return known.value if known else None
