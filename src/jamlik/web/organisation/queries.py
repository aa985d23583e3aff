"""Everything that is read about the organisation: the tree, people's roles and what lies within their scope."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser
from django.db.models import Q, QuerySet

from jamlik.model.words import LANGUAGES
from jamlik.web.core import clock
from jamlik.web.core.models import User
from jamlik.web.core.texts import say_in
from jamlik.web.organisation.models import RoleAssignment, Unit, UnitKind
from jamlik.web.organisation.roles import Role, roles_with

__all__ = [
    "AUTHORITIES",
    "authority_of",
    "current_assignments",
    "forget_roles",
    "has_own_name",
    "has_permission",
    "inside_authorities",
    "line_above",
    "may_change_account",
    "may_see_unprotected",
    "municipality_name",
    "roles_of",
    "root",
    "scope_ids",
    "subtree",
    "units_in_scope",
    "users_with",
    "valid_on",
]

Person = AbstractBaseUser | AnonymousUser
# Each committee is an authority of its own, and so is a municipal company (the secrecy act treats it as one).
AUTHORITIES = frozenset({UnitKind.COMMITTEE, UnitKind.COMPANY})
UNNAMED = "core.site.own_municipality"
SEE_UNPROTECTED = "organisation.see_unprotected"


def valid_on(day: date) -> Q:
    """Condition: holds on a day."""
    return (Q(valid_from__isnull=True) | Q(valid_from__lte=day)) & (Q(valid_to__isnull=True) | Q(valid_to__gte=day))


def current_assignments(user: Person) -> tuple[RoleAssignment, ...]:
    """A person's roles today, with their units; asked for once per request, since each request has its own person."""
    if isinstance(user, AnonymousUser) or not user.is_active:
        return ()
    day = clock.today()
    known: tuple[date, tuple[RoleAssignment, ...]] | None = getattr(user, "_roles_on", None)
    if known is None or known[0] != day:
        found = RoleAssignment.objects.filter(valid_on(day), user_id=user.pk).select_related("unit")
        known = (day, tuple(found))
        user.__dict__["_roles_on"] = known
    return known[1]


def forget_roles(user: Any) -> None:
    """Ask again for a person's roles the next time: they have just been changed."""
    user.__dict__.pop("_roles_on", None)


def roles_of(user: Person) -> frozenset[Role]:
    """The roles a person has anywhere."""
    return frozenset(Role(each.role) for each in current_assignments(user))


def _paths(user: Person, name: str) -> list[str]:
    """Tops of the subtrees where a person has a permission; one that lies within another is left out."""
    roles = roles_with(name)
    paths = sorted({each.unit.path for each in current_assignments(user) if each.role in roles and each.unit.path})
    kept: list[str] = []
    for path in paths:
        if not (kept and path.startswith(kept[-1])):
            kept.append(path)
    return kept


def has_permission(user: Person, name: str, unit: Unit | None = None) -> bool:
    """Whether a person has a permission: anywhere, or for a unit."""
    paths = _paths(user, name)
    return bool(paths) if unit is None else any(unit.path.startswith(path) for path in paths if unit.path)


def _below(paths: Iterable[str]) -> Q:
    condition = Q(pk__in=())
    for path in paths:
        condition |= Q(path__startswith=path)
    return condition


def units_in_scope(user: Person, name: str) -> QuerySet[Unit]:
    """The units for which a person has a permission."""
    return Unit.objects.filter(_below(_paths(user, name)))


def scope_ids(user: Person, name: str) -> frozenset[int]:
    """Keys of the units for which a person has a permission."""
    return frozenset(units_in_scope(user, name).order_by().values_list("pk", flat=True))


def subtree(unit: Unit) -> QuerySet[Unit]:
    """A unit and everything below it."""
    return Unit.objects.filter(_below([unit.path] if unit.path else []))


def line_above(unit: Unit) -> list[Unit]:
    """The units above a unit, from the top down."""
    found = Unit.objects.in_bulk(unit.ancestor_keys)
    return [found[key] for key in unit.ancestor_keys]


def root() -> Unit | None:
    """The municipality itself; None before there is one."""
    return Unit.objects.filter(parent__isnull=True).order_by("pk").first()


def has_own_name(unit: Unit) -> bool:
    """Whether somebody has given the municipality a name, in place of the one it has at the first start."""
    return unit.name not in {say_in(lang, UNNAMED) for lang in LANGUAGES}


def municipality_name() -> str:
    """The municipality's name; empty before it has one of its own."""
    top = root()
    return top.name if top is not None and has_own_name(top) else ""


def authority_of(unit: Unit) -> Unit | None:
    """The authority a unit belongs to: the nearest committee (or municipal company); None above all committees."""
    if unit.kind in AUTHORITIES:
        return unit
    above = [each for each in line_above(unit) if each.kind in AUTHORITIES]
    return above[-1] if above else None


def inside_authorities(user: Person) -> frozenset[int]:
    """Keys of the authorities that a person works inside, in a role that sees their unprotected figures.

    A role for the whole municipality is a role in another authority: it sees what has passed the gate, like everyone
    outside. A private provider is no part of the committee that it works for. Asked once per request.
    """
    held = current_assignments(user)
    known: tuple[object, frozenset[int]] | None = getattr(user, "_inside", None)
    if known is None or known[0] is not held:
        roles = roles_with(SEE_UNPROTECTED)
        known = (held, _authorities_of([each.unit for each in held if each.role in roles]))
        user.__dict__["_inside"] = known
    return known[1]


def _authorities_of(units: Iterable[Unit]) -> frozenset[int]:
    """The authority that each unit is a part of; units above all authorities, and those of providers, have none."""
    own = [unit for unit in units if unit.path and unit.kind not in (UnitKind.MUNICIPALITY, UnitKind.PROVIDER)]
    found = {unit.pk for unit in own if unit.kind in AUTHORITIES}
    below = [unit for unit in own if unit.kind not in AUTHORITIES]
    if below:
        kinds = (*AUTHORITIES, UnitKind.PROVIDER)
        above = Unit.objects.filter(pk__in={key for unit in below for key in unit.ancestor_keys}, kind__in=kinds)
        kind_of = dict(above.values_list("pk", "kind"))
        nearest = (next((key for key in reversed(unit.ancestor_keys) if key in kind_of), None) for unit in below)
        found |= {key for key in nearest if key is not None and kind_of[key] in AUTHORITIES}
    return frozenset(found)


def may_see_unprotected(user: Person, committee: Unit | None) -> bool:
    """Whether a person works inside an authority, in a role that sees its unprotected figures."""
    return committee is not None and committee.pk in inside_authorities(user)


def may_change_account(by: Person, user: User, name: str) -> bool:
    """Whether a person may change another's whole account: every role of it, past or present, lies in scope."""
    paths = _paths(by, name)
    held = list(RoleAssignment.objects.filter(user_id=user.pk).values_list("unit__path", flat=True))
    return bool(held) and all(any(each.startswith(path) for path in paths) for each in held)


def users_with(name: str, unit: Unit) -> QuerySet[User]:
    """Active people who have a permission for a unit."""
    keys = [*unit.ancestor_keys, unit.pk]
    assignments = RoleAssignment.objects.filter(valid_on(clock.today()), role__in=roles_with(name), unit_id__in=keys)
    return User.objects.filter(is_active=True, pk__in=assignments.values("user_id"))
