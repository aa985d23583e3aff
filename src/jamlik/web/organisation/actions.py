"""Changes of the tree of units. Roles and people have theirs in `people_actions`, lists of units in `list_actions`."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

from django.db import transaction
from django.db.models import F, Value
from django.db.models.functions import Concat, Substr

from jamlik.web.core import access, audit
from jamlik.web.core.editing import save_if_unchanged
from jamlik.web.core.models import User
from jamlik.web.organisation import rules
from jamlik.web.organisation.models import Unit, UnitKind

__all__ = ["FIELDS", "add_unit", "begin_municipality", "change_unit", "locked_tree"]

FIELDS = ("kind", "name", "code", "parent", "valid_from", "valid_to")
EDIT = "organisation.edit"


def locked_tree() -> None:
    """Hold the top of the tree until the transaction ends: moves and additions take turns.

    Without its key, so that rows which point at a unit are added meanwhile: one who adds such a row may hold the end of
    the audit log, which whoever holds the tree waits for.
    """
    list(Unit.objects.select_for_update(no_key=True).filter(parent__isnull=True).order_by("pk"))


@transaction.atomic
def begin_municipality(*, name: str, code: str, by: User | None, at: datetime) -> Unit:
    """Make the municipality itself, the top of the tree; the one that is already there is given back."""
    found = Unit.objects.filter(parent__isnull=True).order_by("pk").first()
    if found is not None:
        return found
    rules.check_unit(name=name, code=code, taken=())
    unit = Unit(kind=UnitKind.MUNICIPALITY, name=name.strip(), code=code.strip())
    unit.save()
    audit.record("organisation.unit_added", target=unit, by=by, at=at, changes=_all_set(unit), unit=unit)
    return unit


@transaction.atomic
def add_unit(
    *,
    kind: str,
    name: str,
    code: str,
    parent: Unit,
    valid_from: date | None = None,
    valid_to: date | None = None,
    by: User | None,
    at: datetime,
) -> Unit:
    """Add a unit below another.

    Raises
    ------
    ValidationError
        A rule is broken; it names the field.
    """
    _require(by, parent)
    locked_tree()
    parent = Unit.objects.get(pk=parent.pk)
    taken = Unit.objects.filter(code=code.strip()).values_list("code", flat=True)
    rules.check_unit(name=name, code=code, taken=taken)
    rules.check_place(kind=kind, parent=parent)
    rules.check_dates(valid_from, valid_to)
    unit = Unit(
        kind=kind, name=name.strip(), code=code.strip(), parent=parent, valid_from=valid_from, valid_to=valid_to
    )
    unit.save()
    audit.record("organisation.unit_added", target=unit, by=by, at=at, changes=_all_set(unit), unit=unit)
    return unit


@transaction.atomic
def change_unit(
    *, unit: Unit, values: Mapping[str, object], expected_version: int, by: User | None, at: datetime
) -> Unit:
    """Change a unit; one that moves takes everything below it along.

    Parameters
    ----------
    values : mapping
        New values of some of `FIELDS`; what stays the same may be left out.
    expected_version : int
        The version that the person saw.

    Raises
    ------
    EditConflict
        Somebody else changed it meanwhile.
    ValidationError
        A rule is broken; it names the field.
    """
    locked_tree()
    unit = Unit.objects.select_related("parent").get(pk=unit.pk)
    _require(by, unit)
    before = {name: getattr(unit, name) for name in FIELDS}
    after = {**before, **{name: values[name] for name in FIELDS if name in values}}
    after["name"], after["code"] = str(after["name"]).strip(), str(after["code"]).strip()
    changes = {name: (before[name], after[name]) for name in FIELDS if before[name] != after[name]}
    if not changes:
        return unit
    _check(unit, after, by=by)
    old_path = unit.path
    for name in changes:
        setattr(unit, name, after[name])
    save_if_unchanged(unit, fields=list(changes), expected_version=expected_version)
    if "parent" in changes:
        _take_along(unit, old_path)
    audit.record("organisation.unit_changed", target=unit, by=by, at=at, changes=changes, unit=unit)
    return unit


def _check(unit: Unit, after: Mapping[str, object], *, by: User | None) -> None:
    """Hold the new values against every rule; a move also needs the right to the place it goes to."""
    parent, kind = after["parent"], str(after["kind"])
    if parent is not None and not isinstance(parent, Unit):
        raise TypeError("A parent is a unit.")
    valid_from, valid_to = after["valid_from"], after["valid_to"]
    taken = Unit.objects.filter(code=after["code"]).exclude(pk=unit.pk).values_list("code", flat=True)
    rules.check_unit(name=str(after["name"]), code=str(after["code"]), taken=taken)
    rules.check_place(kind=kind, parent=parent)
    rules.check_moves(unit=unit, kind=kind, parent=parent)
    rules.check_dates(
        valid_from if isinstance(valid_from, date) else None, valid_to if isinstance(valid_to, date) else None
    )
    if parent is not None and parent.pk != unit.parent_id:
        _require(by, parent)


def _take_along(unit: Unit, old_path: str) -> None:
    """Give a moved unit and everything below it their new paths."""
    above = Unit.objects.get(pk=unit.parent_id).path if unit.parent_id else "/"
    unit.path = f"{above}{unit.pk}/"
    Unit.objects.filter(path__startswith=old_path).update(
        path=Concat(Value(unit.path), Substr(F("path"), len(old_path) + 1))
    )


def _require(by: User | None, unit: Unit) -> None:
    if by is not None:  # None is the program itself, at the first start
        access.require(by, EDIT, unit=unit)


def _all_set(unit: Unit) -> dict[str, tuple[object, object]]:
    return {name: (None, getattr(unit, name)) for name in FIELDS if getattr(unit, name) is not None}
