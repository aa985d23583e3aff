"""The tree as pages show it: units in reading order with how deep each lies, and people with their roles."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser
from django.db.models import Exists, OuterRef, Prefetch, QuerySet

from jamlik.web.core.models import User
from jamlik.web.organisation.models import RoleAssignment, Unit
from jamlik.web.organisation.queries import root, scope_ids, units_in_scope, valid_on
from jamlik.web.organisation.rules import BELOW

__all__ = ["Branch", "branches", "children", "names_above", "people_in_scope", "places_for", "roles_at"]

DEPTH_SHOWN = 2


@dataclass(frozen=True, slots=True)
class Branch:
    """A unit in the tree: whether it opens a level below it, how many levels end after it, and how many are hidden."""

    unit: Unit
    opens: bool
    closes: range
    hidden: int
    valid: bool


def branches(day: date, *, closed: bool = False, depth: int = DEPTH_SHOWN) -> list[Branch]:
    """The tree on a day, down to a depth; with `closed`, units that did not apply that day too."""
    units = list(Unit.objects.all() if closed else Unit.objects.filter(valid_on(day)))
    ordered = _in_reading_order(units)
    shown = [unit for unit in ordered if unit.depth <= depth]
    below: dict[int, int] = {}
    for unit in ordered:
        if unit.depth > depth:
            above = unit.ancestor_keys[depth]
            below[above] = below.get(above, 0) + 1
    found = []
    for place, unit in enumerate(shown):
        following = shown[place + 1].depth if place + 1 < len(shown) else 0
        found.append(
            Branch(
                unit,
                opens=following > unit.depth,
                closes=range(max(unit.depth - following, 0)),
                hidden=below.get(unit.pk, 0),
                valid=unit.valid_on(day),
            )
        )
    return found


def _in_reading_order(units: Sequence[Unit]) -> list[Unit]:
    """Each unit followed by what lies below it, by name; one whose parent is not there is left out with it."""
    by_parent: dict[int | None, list[Unit]] = {}
    for unit in sorted(units, key=lambda each: (each.name.casefold(), each.pk), reverse=True):
        by_parent.setdefault(unit.parent_id, []).append(unit)
    ordered, waiting = [], list(by_parent.get(None, []))
    while waiting:
        unit = waiting.pop()
        ordered.append(unit)
        waiting += by_parent.get(unit.pk, [])
    return ordered


def names_above(units: Iterable[Unit]) -> dict[int, str]:
    """For each unit, the names above it, in one question for all."""
    units = list(units)
    found = Unit.objects.in_bulk({key for unit in units for key in unit.ancestor_keys})
    return {unit.pk: " › ".join(found[key].name for key in unit.ancestor_keys) for unit in units}


def children(unit: Unit) -> QuerySet[Unit]:
    """Units directly below, whenever they apply."""
    return Unit.objects.filter(parent=unit).order_by("name", "pk")


def roles_at(unit: Unit, day: date) -> QuerySet[RoleAssignment]:
    """Roles that somebody has for this very unit on a day."""
    return (
        RoleAssignment.objects.filter(valid_on(day), unit=unit, user__is_active=True)
        .select_related("user")
        .order_by("role", "user__name")
    )


def places_for(user: AbstractBaseUser | AnonymousUser, unit: Unit) -> list[tuple[int, str]]:
    """Where a unit could lie: units in the person's scope that may hold its kind, outside itself, in reading order."""
    kinds = [kind for kind, below in BELOW.items() if unit.kind in below]
    allowed = scope_ids(user, "organisation.edit")
    return [
        (each.pk, f"{'– ' * each.depth}{each.name}")
        for each in _in_reading_order(list(Unit.objects.all()))
        if each.kind in kinds and (each.pk in allowed or each.pk == unit.parent_id) and not each.lies_within(unit)
    ]


def people_in_scope(user: AbstractBaseUser | AnonymousUser, name: str, day: date) -> QuerySet[User]:
    """People with a role, past or present, where a person has a permission; all of them from the top."""
    current = Prefetch(
        "role_assignments",
        queryset=RoleAssignment.objects.filter(valid_on(day)).select_related("unit"),
        to_attr="current_roles",
    )
    people = User.objects.prefetch_related(current)
    top, within = root(), units_in_scope(user, name)
    if top is not None and within.filter(pk=top.pk).exists():
        return people
    return people.filter(Exists(RoleAssignment.objects.filter(user_id=OuterRef("pk"), unit__in=within.values("pk"))))
