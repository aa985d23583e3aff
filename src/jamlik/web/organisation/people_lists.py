"""People to invite, out of pasted lines or an Excel or CSV file; every row's faults are told together."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import IO

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from jamlik.model.words import LANGUAGES
from jamlik.web.core import listing
from jamlik.web.core.models import User
from jamlik.web.core.texts import say, say_in
from jamlik.web.organisation.models import Unit
from jamlik.web.organisation.queries import units_in_scope
from jamlik.web.organisation.roles import Role
from jamlik.web.organisation.unit_files import MOST_BYTES, RowProblem, columns_found, table_of_file

__all__ = ["MOST_PEOPLE", "Guest", "Line", "guests_of", "lines_of_file", "lines_of_text", "text_of"]

MOST_PEOPLE = 500
_ORDER = ("person_name", "email", "role", "unit")
_COLUMNS: Mapping[str, frozenset[str]] = {
    "person_name": frozenset("namn name nimi person förochefternamn".split()),
    "email": frozenset("epost epostadress mejl mail email emailaddress sähköposti sähköpostiosoite".split()),
    "role": frozenset("roll role rooli".split()),
    "unit": frozenset("enhet enhetskod kod unit unitcode code yksikkö koodi yksikönkoodi gäller".split()),
}


@dataclass(frozen=True, slots=True)
class Line:
    """One row as it was written: its number and its cells."""

    row: int
    cells: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Guest:
    """Somebody to invite: every part of it holds."""

    name: str
    email: str
    role: Role
    unit: Unit


def lines_of_text(text: str) -> list[Line]:
    """Rows that somebody pasted: with a line of headings, or in the order name, address, role, unit.

    Raises
    ------
    ValidationError
        A line of headings lacks one that is needed.
    """
    rows = [(number, line) for number, line in enumerate(text.splitlines(), start=1) if line.strip()]
    if not rows:
        return []
    mark = next((mark for mark in "\t;" if mark in text), ",")
    cells = [(number, [cell.strip() for cell in _cells(line, mark)]) for number, line in rows]
    first = cells[0][1]
    columns: dict[str, int] = {name: place for place, name in enumerate(_ORDER)}
    if not any("@" in cell for cell in first) and any(_bare(cell) in _COLUMNS["email"] for cell in first):
        found = columns_found(tuple(first), _COLUMNS, needed=_ORDER)
        columns = {name: first.index(title) for name, title in found.items()}
        cells = cells[1:]
    return [
        Line(number, {name: each[place] if place < len(each) else "" for name, place in columns.items()})
        for number, each in cells
    ]


def _cells(line: str, mark: str) -> list[str]:
    return next(csv.reader([line.replace("\0", "")], delimiter=mark), [])


def lines_of_file(stream: IO[bytes], *, name: str, size: int) -> list[Line]:
    """Rows of a list that somebody sent.

    Raises
    ------
    ValidationError
        It cannot be read, or lacks a column.
    """
    names, found = table_of_file(stream, name=name, size=min(size, MOST_BYTES + 1))
    columns = columns_found(names, _COLUMNS, needed=_ORDER)
    return [
        Line(row.number, {part: listing.unharmed(row.cells[title]).strip() for part, title in columns.items()})
        for row in found
    ]


def guests_of(lines: Sequence[Line], by: User) -> tuple[list[Guest], list[RowProblem]]:
    """Those to invite, and all that is wrong in any row."""
    units = list(units_in_scope(by, "organisation.people_edit"))
    by_code = {unit.code.casefold(): unit for unit in units}
    by_name: dict[str, list[Unit]] = {}
    for unit in units:
        by_name.setdefault(unit.name.casefold(), []).append(unit)
    roles = _roles()
    addresses = {line.cells["email"].casefold() for line in lines}
    closed = set(User.objects.filter(email__in=addresses, is_active=False).values_list("email", flat=True))
    guests, problems = [], []
    seen: dict[tuple[str, str, str], int] = {}
    for line in lines:
        cells = line.cells
        email = cells["email"].casefold()
        role = roles.get(_bare(cells["role"]))
        code = cells["unit"].casefold()
        named = by_name.get(code, [])
        found = by_code.get(code) or (named[0] if len(named) == 1 else None)
        wrong = list(_faults(cells, closed=email in closed, role=role, unit=found))
        if role is not None and found is not None:
            first = seen.setdefault((email, role.value, found.code), line.row)
            if first != line.row:
                wrong.append(say("organisation.people_list.twice", first=first))
            guests.append(Guest(cells["person_name"], email, role, found))
        problems += [RowProblem(line.row, text) for text in wrong]
    return guests, problems


def _faults(cells: Mapping[str, str], *, closed: bool, role: Role | None, unit: Unit | None) -> Iterable[str]:
    """What is wrong in one row, part by part."""
    if not cells["person_name"]:
        yield say("organisation.people_list.no_name")
    elif len(cells["person_name"]) > 200:
        yield say("organisation.error.too_long", field=say("organisation.field.person_name"), most=200)
    try:
        validate_email(cells["email"])
    except ValidationError:
        text = cells["email"][:100]
        yield say("organisation.people_list.email", text=text) if text else say("organisation.people_list.no_email")
    if closed:
        yield say("organisation.people_list.closed", email=cells["email"])
    if role is None:
        known = ", ".join(say(f"organisation.role.{each.value}") for each in Role)
        yield say("organisation.people_list.role", text=cells["role"][:100] or "–", known=known)
    if unit is None:
        yield say("organisation.people_list.unit", text=cells["unit"][:100] or "–")


def _roles() -> dict[str, Role]:
    """What people call the roles, in any of the three languages."""
    names = {_bare(role.value): role for role in Role}
    return names | {_bare(say_in(lang, f"organisation.role.{role.value}")): role for lang in LANGUAGES for role in Role}


def text_of(guests: Iterable[Guest]) -> str:
    """The same people as lines to be read again by `lines_of_text`."""
    rows = [(each.name, each.email, each.role.value, each.unit.code) for each in guests]
    return "\n".join("\t".join(" ".join(cell.split()) for cell in row) for row in rows)


def _bare(text: str) -> str:
    return "".join(sign for sign in text.casefold() if sign.isalnum())
