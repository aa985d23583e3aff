"""Who may what in `assessments`: permission → the roles that have it."""

from __future__ import annotations

from jamlik.web.organisation.roles import Role

__all__ = ["PERMISSIONS"]

_STEERING = frozenset({Role.CONTROLLER, Role.STRATEGIST})
_READING = _STEERING | {Role.READER, Role.UNIT_MANAGER, Role.HEAD, Role.REGISTRAR, Role.ANALYST, Role.ADMIN}

PERMISSIONS = {
    "assessments.read": _READING,
    "assessments.judge": frozenset({Role.UNIT_MANAGER, Role.HEAD}),
    "assessments.approve": frozenset({Role.HEAD}),
    "assessments.assign": _STEERING | {Role.ANALYST},
    "assessments.round_edit": _STEERING,
    "assessments.case_edit": _STEERING | {Role.HEAD, Role.REGISTRAR},
    "assessments.decision_record": frozenset({Role.REGISTRAR}),
}
