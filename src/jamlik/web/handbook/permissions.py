"""Who may what in `handbook`: permission → the roles that have it."""

from __future__ import annotations

from jamlik.web.organisation.roles import Role

__all__ = ["PERMISSIONS"]

_STEERING = frozenset({Role.CONTROLLER, Role.STRATEGIST})
_WRITING = _STEERING | {Role.UNIT_MANAGER, Role.HEAD, Role.ANALYST}

PERMISSIONS = {
    "handbook.read": _WRITING | {Role.READER, Role.REGISTRAR, Role.ADMIN},
    "handbook.write": _WRITING,
    "handbook.approve": frozenset({Role.HEAD}),
    "handbook.decision_record": frozenset({Role.REGISTRAR}),
    "handbook.edition_change": frozenset({Role.STRATEGIST, Role.ADMIN}),
}
