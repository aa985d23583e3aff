"""Lists of areas: rows out of a file, and what they would change among the areas that are there.

An area is known by its division, the division's version and its code, as `deso:2025:0126A0010`; those never change. A
list may add areas, give them other names, and say which larger areas they are part of.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import IO

from jamlik.web.core import listing
from jamlik.web.core.texts import say
from jamlik.web.organisation.models import Area, ListAbout, UnitList
from jamlik.web.organisation.unit_files import RowProblem, columns_found, table_of_file
from jamlik.web.organisation.unit_lists import ListDiff, Row, UnitChange, compared

__all__ = ["AREA_COLUMNS", "areas_compared", "areas_of_file", "diff_of", "identities"]

AREA_COLUMNS: Mapping[str, frozenset[str]] = {
    "kind": frozenset("indelning typ slag division kind type aluejako laji tyyppi områdestyp".split()),
    "version": frozenset("version utgåva år year versio vuosi".split()),
    "code": frozenset("kod områdeskod code areacode koodi aluekoodi".split()),
    "name": frozenset("namn områdesnamn område name area nimi alue".split()),
    "parents": frozenset("ingåri delav överordnad tillhör partof parent parents osana yläalue".split()),
}
_LONGEST = {"kind": 20, "version": 20, "code": 40, "name": 200}
_PART = re.compile(r"[\w.+ -]*")  # a colon or a comma would make two areas of one


def areas_of_file(stream: IO[bytes], *, name: str, size: int) -> list[dict[str, object]]:
    """Rows as they can be kept as JSON: `row`, and those of `AREA_COLUMNS` that the file has.

    Raises
    ------
    ValidationError
        The file as a whole cannot be used: what, why and what to do.
    """
    names, found = table_of_file(stream, name=name, size=size)
    columns = columns_found(names, AREA_COLUMNS, needed=("code", "name"))
    return [
        {"row": row.number, **{column: listing.unharmed(row.cells[title]) for column, title in columns.items()}}
        for row in found
    ]


def diff_of(kept: UnitList) -> ListDiff:
    """What a list would change, whatever it is about."""
    return areas_compared(kept.rows) if kept.about == ListAbout.AREAS else compared(kept.rows)


def identities() -> dict[str, Area]:
    """Every area by its identity, with the areas it is part of."""
    return {area.identity: area for area in Area.objects.prefetch_related("parents")}


def areas_compared(rows: Sequence[Row]) -> ListDiff:
    """Hold a list of areas against those that are there."""
    known = identities()
    wanted, problems = _wanted(rows)
    by_code: dict[str, set[str]] = {}
    for key in {*known, *wanted}:
        by_code.setdefault(key.rpartition(":")[2], set()).add(key)
    changes, same = [], 0
    for key, values in wanted.items():
        number = int(values["row"])
        before = _as_it_is(known[key]) if key in known else {}
        after = {name: values[name] for name in (("name",) if key in known else ("kind", "version", "code", "name"))}
        if "parents" in values:
            after["parents"], unknown = _parents(values["parents"], by_code)
            problems += [
                RowProblem(number, say("organisation.area_list.unknown_parent", parent=each)) for each in unknown
            ]
        fields = {name: (before.get(name, ""), value) for name, value in after.items() if before.get(name, "") != value}
        if fields:
            changes.append(UnitChange(number, key, values["name"], key not in known, fields))
        same += not fields
    problems += _circles(changes, known)
    left_out = tuple(area for key, area in sorted(known.items()) if key not in wanted)
    return ListDiff(tuple(changes), same, left_out, tuple(sorted(problems, key=lambda each: each.row)))


def _as_it_is(area: Area) -> dict[str, str]:
    return {"name": area.name, "parents": ", ".join(sorted(each.identity for each in area.parents.all()))}


def _wanted(rows: Sequence[Row]) -> tuple[dict[str, dict[str, str]], list[RowProblem]]:
    """Each area of the list by its identity, and what is wrong with single rows."""
    found: dict[str, dict[str, str]] = {}
    problems = []
    for row in rows:
        values = {name: " ".join(str(row.get(name, "")).split()) for name in _LONGEST}
        values["kind"] = values["kind"].lower()
        key = ":".join(part for part in (values["kind"], values["version"], values["code"]) if part)
        wrong = _value_problems(values)
        if key in found:
            wrong.append(say("organisation.list.twice", code=key, first=found[key]["row"]))
        problems += [RowProblem(int(str(row["row"])), text) for text in wrong]
        if not wrong:
            parents = {"parents": str(row["parents"])} if "parents" in row else {}
            found[key] = {**values, **parents, "row": str(row["row"])}
    return found, problems


def _value_problems(values: Mapping[str, str]) -> list[str]:
    problems = [say(f"organisation.area_list.no_{name}") for name in ("kind", "code", "name") if not values[name]]
    for name, most in _LONGEST.items():
        field = say(f"organisation.area_list.field.{name}")
        if len(values[name]) > most:
            problems.append(say("organisation.error.too_long", field=field, most=most))
        elif name != "name" and not _PART.fullmatch(values[name]):
            problems.append(say("organisation.area_list.odd", field=field, text=values[name]))
    return problems


def _parents(text: str, by_code: Mapping[str, set[str]]) -> tuple[str, list[str]]:
    """Identities of the areas that a cell names, by identity or by a code that only one area has; and what is none."""
    found, unknown = set[str](), []
    for each in (part.strip() for part in re.split(r"[,;]", text)):
        named = by_code.get(each.rpartition(":")[2], set())
        fits = {key for key in named if each in (key, key.rpartition(":")[2])}
        if len(fits) == 1:
            found |= fits
        elif each:
            unknown.append(each)
    return ", ".join(sorted(found)), unknown


def _circles(changes: Sequence[UnitChange], known: Mapping[str, Area]) -> list[RowProblem]:
    """Areas that would be part of themselves, directly or through others."""
    above = {key: {each.identity for each in area.parents.all()} for key, area in known.items()}
    above |= {
        change.code: {part for part in change.fields["parents"][1].split(", ") if part}
        for change in changes
        if "parents" in change.fields
    }
    problems = []
    for change in changes:
        seen, waiting = set[str](), set(above.get(change.code, ()))
        while waiting:
            seen |= waiting
            waiting = {upper for key in waiting for upper in above.get(key, ())} - seen
        if change.code in seen:
            problems.append(RowProblem(change.row, say("organisation.area_list.part_of_itself")))
    return problems
