"""The roles, and which permissions each app gives them.

An app declares its permissions in its own `permissions.py`::

    PERMISSIONS = {"plans.act": frozenset({Role.UNIT_MANAGER, Role.HEAD})}

They are collected once, at start. A name that two apps claim, or that begins with another app's label, stops the start.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum
from importlib import import_module
from importlib.util import find_spec
from types import MappingProxyType

from django.apps import AppConfig

__all__ = ["EVERYONE", "Role", "collect", "declared_permissions", "permissions_of", "roles_with"]


class Role(StrEnum):
    """What a person does here; always for a unit and all that lies below it."""

    READER = "reader"  # politician, auditor
    UNIT_MANAGER = "unit_manager"
    HEAD = "head"
    CONTROLLER = "controller"
    REGISTRAR = "registrar"
    ANALYST = "analyst"
    STRATEGIST = "strategist"
    EDITOR = "editor"
    HR = "hr"
    ADMIN = "admin"


EVERYONE = frozenset(Role)

_collected: dict[str, frozenset[Role]] = {}


def collect(apps: Iterable[AppConfig]) -> None:
    """Read every app's `permissions.py`, from nothing."""
    found: dict[str, frozenset[Role]] = {}
    for app in apps:
        module = f"{app.name}.permissions"
        if find_spec(module) is None:
            continue
        for name, roles in import_module(module).PERMISSIONS.items():
            label, _, rest = name.partition(".")
            if label != app.label or not rest:
                raise ValueError(f"{module}: {name!r} should begin with '{app.label}.'.")
            found[name] = frozenset(Role(role) for role in roles)
    _collected.clear()
    _collected.update(found)


def declared_permissions() -> Mapping[str, frozenset[Role]]:
    """Every permission and the roles that have it."""
    return MappingProxyType(_collected)


def roles_with(name: str) -> frozenset[Role]:
    """Roles that have a permission; none for a name nobody declared."""
    return _collected.get(name, frozenset())


def permissions_of(role: Role) -> frozenset[str]:
    """Everything a role may do."""
    return frozenset(name for name, roles in _collected.items() if role in roles)
