"""What may be written in some of the fields: goals, documents, laws, indicators, roles and bodies that are known."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from django.db.models import Q

from jamlik.handbook import Part
from jamlik.web.core.texts import language, say
from jamlik.web.goals.models import Goal, GoalState
from jamlik.web.goals.queries import published_indicators
from jamlik.web.organisation.models import Unit
from jamlik.web.organisation.queries import AUTHORITIES
from jamlik.web.organisation.roles import Role
from jamlik.web.register.models import Law
from jamlik.web.register.queries import DocumentState, documents

__all__ = ["MOST", "suggestions"]

MOST = 40
_ROLES = (Role.UNIT_MANAGER, Role.HEAD, Role.CONTROLLER, Role.ANALYST, Role.STRATEGIST)


def _for(unit: Unit) -> Q:
    """What holds for a unit: its own, and that of those above it."""
    return Q(owner_id__in=[*unit.ancestor_keys, unit.pk])


def _goals(unit: Unit) -> Iterable[str]:
    rows = Goal.objects.filter(_for(unit), state=GoalState.ADOPTED).order_by("code", "title")[:MOST]
    return (str(row) for row in rows)


def _documents(unit: Unit) -> Iterable[str]:
    rows = documents().filter(_for(unit) & Q(state=DocumentState.IN_FORCE.value))
    return rows.order_by("title").values_list("title", flat=True)[:MOST]


def _laws(unit: Unit) -> Iterable[str]:
    return (str(row) for row in Law.objects.order_by("name")[:MOST])


def _indicators(unit: Unit) -> Iterable[str]:
    return (row.title(language()) for row in published_indicators().order_by("name_sv", "pk")[:MOST])


def _roles(unit: Unit) -> Iterable[str]:
    return (say(f"organisation.role.{role.value}") for role in _ROLES)


def _bodies(unit: Unit) -> Iterable[str]:
    yield from (say(f"handbook.body.{body}") for body in ("council", "executive"))
    yield from Unit.objects.filter(kind__in=AUTHORITIES).order_by("path").values_list("name", flat=True)[:MOST]


_KNOWN: Mapping[str, Callable[[Unit], Iterable[str]]] = {
    "goals": _goals,
    "documents": _documents,
    "laws": _laws,
    "indicators": _indicators,
    "roles": _roles,
    "bodies": _bodies,
}


def suggestions(unit: Unit, parts: Iterable[Part]) -> dict[str, list[str]]:
    """What may be written in each part that something is known for, by the part's id; the same is looked up once."""
    wanted = [part for part in parts if part.suggest in _KNOWN]
    found = {kind: list(dict.fromkeys(_KNOWN[kind](unit))) for kind in {part.suggest for part in wanted}}
    return {part.id: found[part.suggest] for part in wanted if found[part.suggest]}
