"""What a list of units would change, compared with the tree as it is: worked out anew each time somebody looks.

Only columns that the list has are compared. A unit that the list leaves out stays as it is, and is told.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from jamlik.web.core.audit import canonical
from jamlik.web.core.texts import say
from jamlik.web.organisation.models import Area, Unit, UnitKind
from jamlik.web.organisation.rules import BELOW, LONGEST
from jamlik.web.organisation.unit_files import RowProblem

__all__ = ["ListDiff", "Row", "UnitChange", "all_problems", "compared"]

Row = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class UnitChange:
    """What would happen to one unit: `fields` from what to what; everything from nothing where it is new."""

    row: int
    code: str
    name: str
    new: bool
    fields: Mapping[str, tuple[str, str]]


@dataclass(frozen=True, slots=True)
class ListDiff:
    """All that a list would change, parents before what lies below them, and what stops it."""

    changes: tuple[UnitChange, ...]
    same: int
    left_out: tuple[Unit | Area, ...]
    problems: tuple[RowProblem, ...]

    @property
    def digest(self) -> str:
        """Names what somebody has looked at, so that nothing else is accepted."""
        told = [
            [each.code, each.new, {name: list(pair) for name, pair in each.fields.items()}] for each in self.changes
        ]
        return hashlib.sha256(canonical([told, len(self.problems)]).encode()).hexdigest()

    @property
    def acceptable(self) -> bool:
        """Whether there is something to accept and nothing stops it."""
        return bool(self.changes) and not self.problems


@dataclass(frozen=True, slots=True)
class _Wanted:
    """A unit as it would be."""

    row: int
    values: Mapping[str, str]


def compared(rows: Sequence[Row]) -> ListDiff:
    """Hold a list against the tree."""
    units = {unit.code: unit for unit in Unit.objects.select_related("parent")}
    top = next((unit for unit in units.values() if unit.parent_id is None), None)
    wanted, problems = _wanted(rows, units, top)
    problems += _place_problems(wanted, units)
    changes, same = [], 0
    for code in _parents_first(wanted):
        before = _as_it_is(units[code]) if code in units else None
        after = wanted[code].values
        fields = {
            name: (before[name] if before else "", value)
            for name, value in after.items()
            if (before[name] if before else "") != value
        }
        if fields:
            changes.append(UnitChange(wanted[code].row, code, after["name"], before is None, fields))
        else:
            same += 1
    left_out = tuple(unit for code, unit in sorted(units.items()) if code not in wanted and unit.parent_id is not None)
    return ListDiff(tuple(changes), same, left_out, tuple(sorted(problems, key=lambda each: each.row)))


def all_problems(rows: Sequence[Row], unread: Sequence[RowProblem]) -> list[RowProblem]:
    """All that stops a list: cells that could not be read, and what does not go together, each told once."""
    told = {(each.row, each.about) for each in unread}
    more = [each for each in compared(rows).problems if not each.about or (each.row, each.about) not in told]
    return sorted([*unread, *more], key=lambda each: each.row)


def _as_it_is(unit: Unit) -> dict[str, str]:
    return {
        "name": unit.name,
        "kind": unit.kind,
        "parent": unit.parent.code if unit.parent else "",
        "valid_from": unit.valid_from.isoformat() if unit.valid_from else "",
        "valid_to": unit.valid_to.isoformat() if unit.valid_to else "",
    }


def _wanted(
    rows: Sequence[Row], units: Mapping[str, Unit], top: Unit | None
) -> tuple[dict[str, _Wanted], list[RowProblem]]:
    """Each unit of the list as it would be: what the list says, else what it is today."""
    found: dict[str, _Wanted] = {}
    problems = []
    for row in rows:
        number, code = int(str(row["row"])), str(row.get("code", "")).strip()
        if not code:
            problems.append(RowProblem(number, say("organisation.error.no_code")))
            continue
        if code in found:
            problems.append(RowProblem(number, say("organisation.list.twice", code=code, first=found[code].row)))
            continue
        today = _as_it_is(units[code]) if code in units else dict.fromkeys(_AS_NEW, "")
        values = {
            **today,
            **{name: str(row[name]) for name in _AS_NEW if name in row and (row[name] or name in _DATES)},
        }
        if not values["parent"] and top is not None and code != top.code:
            values["parent"] = top.code
        problems += [
            RowProblem(number, text, about) for about, text in _value_problems({**values, "code": code}).items()
        ]
        found[code] = _Wanted(number, values)
    return found, problems


_AS_NEW = ("name", "kind", "parent", "valid_from", "valid_to")
_DATES = ("valid_from", "valid_to")


def _value_problems(values: Mapping[str, str]) -> dict[str, str]:
    """What is wrong with the values themselves, by the column that it is about."""
    problems: dict[str, str] = {}
    if not values["name"]:
        problems["name"] = say("organisation.error.no_name")
    if not values["kind"]:
        problems["kind"] = say("organisation.list.no_kind")
    for name, most in LONGEST.items():
        if len(values[name]) > most:
            problems[name] = say("organisation.error.too_long", field=say(f"organisation.field.{name}"), most=most)
    first, last = (date.fromisoformat(values[name]) if values[name] else None for name in _DATES)
    if first and last and last < first:
        problems["valid_to"] = say("organisation.error.dates")
    return problems


def _place_problems(wanted: Mapping[str, _Wanted], units: Mapping[str, Unit]) -> list[RowProblem]:
    """Parents that nobody knows, kinds in the wrong place, and units that would lie below themselves."""
    kinds = {code: unit.kind for code, unit in units.items()} | {
        code: each.values["kind"] for code, each in wanted.items() if each.values["kind"]
    }
    parents = {code: unit.parent.code if unit.parent else "" for code, unit in units.items()} | {
        code: each.values["parent"] for code, each in wanted.items()
    }
    problems = []
    for code, parent in sorted(parents.items()):
        row = wanted[code].row if code in wanted else (wanted[parent].row if parent in wanted else 0)
        if code not in wanted and parent not in wanted:
            continue  # the list touches neither
        kind = kinds.get(code, "")
        if not parent:
            if kind and kind != UnitKind.MUNICIPALITY:
                problems.append(RowProblem(row, say("organisation.error.top")))
        elif parent not in kinds:
            problems.append(RowProblem(row, say("organisation.list.unknown_parent", parent=parent)))
        elif kind and kind not in BELOW[kinds[parent]]:
            text = say(
                "organisation.error.place",
                kind=say(f"organisation.kind.{kind}"),
                parent=say(f"organisation.kind.{kinds[parent]}"),
                parent_name=parent,
            )
            problems.append(RowProblem(row, text))
        if code in wanted and _circles(code, parents):
            problems.append(RowProblem(row, say("organisation.error.below_itself")))
    return problems


def _circles(code: str, parents: Mapping[str, str]) -> bool:
    seen = {code}
    above = parents.get(code, "")
    while above:
        if above in seen:
            return above == code
        seen.add(above)
        above = parents.get(above, "")
    return False


def _parents_first(wanted: Mapping[str, _Wanted]) -> list[str]:
    """Codes in an order in which each one's parent comes before it."""
    ordered: dict[str, None] = {}
    for code in wanted:
        line = []
        while code in wanted and code not in ordered and code not in line:
            line.append(code)
            code = wanted[code].values["parent"]
        ordered.update(dict.fromkeys(reversed(line)))
    return list(ordered)
