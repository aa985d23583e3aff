"""Who may what in `plans`: permission → the roles that have it."""

from __future__ import annotations

from jamlik.web.organisation.roles import Role

__all__ = ["PERMISSIONS"]

_STEERING = frozenset({Role.CONTROLLER, Role.STRATEGIST})
_READING = _STEERING | {Role.READER, Role.UNIT_MANAGER, Role.HEAD, Role.REGISTRAR, Role.ANALYST, Role.ADMIN}

PERMISSIONS = {
    "plans.read": _READING,
    "plans.act": frozenset({Role.UNIT_MANAGER, Role.HEAD}),
    "plans.plan_edit": _STEERING | {Role.HEAD},
    "plans.plan_move": _STEERING | {Role.HEAD, Role.REGISTRAR},
    "plans.plan_adopt": frozenset({Role.REGISTRAR}),
    "plans.remeasure": _STEERING | {Role.ANALYST, Role.HEAD, Role.UNIT_MANAGER},
    "plans.confirm": frozenset({Role.HEAD, Role.STRATEGIST}),
}
