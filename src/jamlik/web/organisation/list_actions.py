"""Changes through a list of units: kept as it was read, then accepted as somebody saw it, or dropped."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from django.core.exceptions import ValidationError
from django.db import transaction

from jamlik.web.core import access, audit
from jamlik.web.core.models import User
from jamlik.web.core.texts import say
from jamlik.web.organisation.actions import add_unit, change_unit, locked_tree
from jamlik.web.organisation.area_lists import diff_of, identities
from jamlik.web.organisation.models import Area, ListAbout, Unit, UnitList, UnitListState
from jamlik.web.organisation.queries import root
from jamlik.web.organisation.unit_lists import UnitChange

__all__ = ["accept_list", "drop_list", "keep_list"]

IMPORT = "organisation.import"


@transaction.atomic
def keep_list(
    *, file_name: str, rows: Sequence[dict[str, object]], about: str = ListAbout.UNITS, by: User, at: datetime
) -> UnitList:
    """Keep a list until somebody has looked at what it would change."""
    _require(by)
    if not rows:
        raise ValidationError(say("organisation.list.empty"))
    found = UnitList.objects.create(
        about=about, file_name=file_name[:200], rows=list(rows), uploaded_by=by, uploaded_at=at
    )
    audit.record("organisation.list_uploaded", target=found, by=by, at=at, changes={"rows": (None, len(rows))})
    return found


@transaction.atomic
def accept_list(*, unit_list: UnitList, seen: str, by: User, at: datetime) -> int:
    """Make every change that the list asks for, all or none; tell how many units or areas it touched.

    Raises
    ------
    ValidationError
        It is no longer waiting, something stops it, or it would change something else than what was `seen`.
    """
    _require(by)
    locked_tree()
    unit_list = _waiting(unit_list)
    diff = diff_of(unit_list)
    if diff.digest != seen:
        raise ValidationError(say("organisation.list.other_now"))
    if not diff.acceptable:
        raise ValidationError(say("organisation.list.not_acceptable"))
    if unit_list.about == ListAbout.AREAS:
        _apply_areas(diff.changes, by=by, at=at)
    else:
        for change in diff.changes:
            _apply(change, by=by, at=at)
    _settle(unit_list, UnitListState.ACCEPTED, at)
    changed = {unit_list.about: (None, len(diff.changes))}
    audit.record("organisation.list_accepted", target=unit_list, by=by, at=at, changes=changed)
    return len(diff.changes)


@transaction.atomic
def drop_list(*, unit_list: UnitList, by: User, at: datetime) -> None:
    """Leave the tree as it is."""
    _require(by)
    unit_list = _waiting(unit_list)
    _settle(unit_list, UnitListState.DROPPED, at)
    audit.record("organisation.list_dropped", target=unit_list, by=by, at=at)


def _require(by: User) -> None:
    """A list may reach the whole tree, so it takes the right to all of it."""
    access.require(by, IMPORT, unit=root())


def _waiting(unit_list: UnitList) -> UnitList:
    found = UnitList.objects.select_for_update(of=("self",), no_key=True).get(pk=unit_list.pk)
    if found.state != UnitListState.WAITING:
        raise ValidationError(say("organisation.list.settled"))
    return found


def _settle(unit_list: UnitList, state: UnitListState, at: datetime) -> None:
    unit_list.state, unit_list.settled_at = state, at
    unit_list.save(update_fields=["state", "settled_at"])


def _apply(change: UnitChange, *, by: User, at: datetime) -> None:
    after = {name: value for name, (_, value) in change.fields.items()}
    parent = Unit.objects.get(code=after["parent"]) if after.get("parent") else None
    if change.new:
        if parent is None:
            raise ValidationError(say("organisation.error.top"))
        add_unit(
            kind=after["kind"],
            name=after["name"],
            code=change.code,
            parent=parent,
            valid_from=_day(after.get("valid_from", "")),
            valid_to=_day(after.get("valid_to", "")),
            by=by,
            at=at,
        )
        return
    unit = Unit.objects.get(code=change.code)
    values: dict[str, object] = {name: value for name, value in after.items() if name in ("name", "kind")}
    values |= {name: _day(after[name]) for name in ("valid_from", "valid_to") if name in after}
    if parent is not None:
        values["parent"] = parent
    change_unit(unit=unit, values=values, expected_version=unit.version, by=by, at=at)


def _apply_areas(changes: Sequence[UnitChange], *, by: User, at: datetime) -> None:
    """Add and rename areas first, then tie them: an area may be part of one that stands further down in the list."""
    areas = identities()
    for change in changes:
        after = {name: value for name, (_, value) in change.fields.items() if name != "parents"}
        if change.new:
            areas[change.code] = Area.objects.create(**after)
        elif after:
            areas[change.code].name = after["name"]
            areas[change.code].save(update_fields=["name"])
    for change in changes:
        if "parents" in change.fields:
            named = change.fields["parents"][1].split(", ")
            areas[change.code].parents.set([areas[key] for key in named if key])
        verb = "organisation.area_added" if change.new else "organisation.area_changed"
        told = {name: (before or None, after or None) for name, (before, after) in change.fields.items()}
        audit.record(verb, target=areas[change.code], by=by, at=at, changes=told)


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None
