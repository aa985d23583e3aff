"""Rows of goals out of an Excel or CSV file, with a problem for each cell that cannot be read."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path
from typing import IO

from django.core.exceptions import ValidationError

from jamlik.analysis.lists import read_list
from jamlik.model.errors import JamlikError
from jamlik.model.words import LANGUAGES
from jamlik.web.core.texts import language, say, say_in
from jamlik.web.goals.models import Agreement, GoalLevel, GoalState
from jamlik.web.organisation.unit_files import RowProblem
from jamlik.web.register.uploads import RefusedFileError, sound_archive

__all__ = ["COLUMNS", "REQUIRED", "goals_of_file"]

_MOST_ROWS = 2000
_MOST_BYTES = 5 * 1024 * 1024
_KINDS = frozenset({".csv", ".txt", ".tsv", ".xlsx", ".xls", ".ods"})
COLUMNS = (
    "code",
    "level",
    "parent",
    "title",
    "desired_result",
    "period_from",
    "period_to",
    "owner",
    "state",
    "agreement",
    "agreed_by",
    "agreed_on",
    "how",
    "how_by",
)
REQUIRED = ("code", "title")
_ALSO = {
    "code": "kod nr målnummer id",
    "title": "mål målformulering goal tavoite",
    "parent": "övermål överordnat tillhör",
}


def goals_of_file(stream: IO[bytes], *, name: str, size: int) -> tuple[list[dict[str, str]], list[RowProblem]]:
    """Rows as they are kept until somebody accepts them: the columns that the file has, as plain text, and `row`.

    Raises
    ------
    ValidationError
        The file as a whole cannot be used: what, why, and what to do.
    """
    names, found = _table(stream, name=name, size=size)
    titles = _titles(names)
    missing = [say(f"goals.field.{column}") for column in REQUIRED if column not in titles]
    if missing:
        raise ValidationError(say("goals.list.no_column", missing=", ".join(missing), found=", ".join(names[:12])))
    rows: list[dict[str, str]] = []
    problems: list[RowProblem] = []
    for number, cells in found:
        row = {"row": str(number)}
        for column, title in titles.items():
            try:
                row[column] = _READ.get(column, str)(cells[title])
            except ValueError:
                row[column] = ""
                problems.append(RowProblem(number, _not_read(column, cells[title])))
        rows.append(row)
    return rows, problems


def _table(stream: IO[bytes], *, name: str, size: int) -> tuple[tuple[str, ...], list[tuple[int, Mapping[str, str]]]]:
    kind = Path(name).suffix.lower()
    if kind not in _KINDS:
        raise ValidationError(say("goals.list.wrong_type"))
    if not 0 < size <= _MOST_BYTES:
        raise ValidationError(say("goals.list.wrong_size", most=_MOST_BYTES // 1024**2))
    if kind in {".xlsx", ".ods"}:
        try:
            sound_archive(stream)
        except RefusedFileError as error:
            raise ValidationError(say(f"register.file.{error.reason}", **error.values)) from error
    stream.seek(0)
    with tempfile.TemporaryDirectory(prefix="jamlik-goals-") as folder:
        kept = Path(folder) / f"goals{kind}"
        kept.write_bytes(stream.read())
        try:
            names, rows = read_list(kept, most=_MOST_ROWS)
        except JamlikError as error:
            why, do = (error.part(name, language()) for name in ("what", "do"))
            raise ValidationError(say("goals.list.unreadable", why=why, do=do)) from error
    return names, [(row.number, row.cells) for row in rows]


def _bare(text: str) -> str:
    return "".join(mark for mark in text.casefold() if mark.isalnum())


def _titles(names: tuple[str, ...]) -> dict[str, str]:
    """Which column of the file holds what: by its own name or its heading in any of the three languages."""
    found: dict[str, str] = {}
    for column in COLUMNS:
        known = {_bare(column), *(_bare(say_in(lang, f"goals.field.{column}")) for lang in LANGUAGES)}
        known |= {_bare(word) for word in _ALSO.get(column, "").split()}
        fitting = next((name for name in names if _bare(name) in known), None)
        if fitting is not None:
            found[column] = fitting
    return found


def _choice(section: str, values: list[str]) -> Callable[[str], str]:
    """A reader of words for a choice, in any language, or of its own name."""

    def read(text: str) -> str:
        if not text:
            return ""
        for value in values:
            spelt = {_bare(value), *(_bare(say_in(lang, f"goals.{section}.{value}")) for lang in LANGUAGES)}
            if _bare(text) in spelt:
                return value
        raise ValueError(text)

    return read


def _year(text: str) -> str:
    if not text:
        return ""
    year = int(float(text))
    if not 1990 <= year <= 2150:
        raise ValueError(text)
    return str(year)


def _day(text: str) -> str:
    return date.fromisoformat(text[:10]).isoformat() if text else ""


_READ: dict[str, Callable[[str], str]] = {
    "level": _choice("level", GoalLevel.values),
    "state": _choice("state", GoalState.values),
    "agreement": _choice("agreement", Agreement.values),
    "period_from": _year,
    "period_to": _year,
    "agreed_on": _day,
}
_CHOICES = {"level": GoalLevel.values, "state": GoalState.values, "agreement": Agreement.values}


def _not_read(column: str, text: str) -> str:
    field = say(f"goals.field.{column}")
    if column in _CHOICES:
        known = ", ".join(say(f"goals.{column}.{value}") for value in _CHOICES[column])
        return say("goals.list.unknown_choice", field=field, text=text, known=known)
    return say("goals.list.no_day" if column == "agreed_on" else "goals.list.no_year", field=field, text=text)
