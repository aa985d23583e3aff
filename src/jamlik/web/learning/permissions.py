"""Who may what in `learning`: permission → the roles that have it."""

from __future__ import annotations

from jamlik.web.organisation.roles import EVERYONE, Role

__all__ = ["PERMISSIONS"]

_LEADING = frozenset({Role.UNIT_MANAGER, Role.HEAD, Role.CONTROLLER, Role.STRATEGIST})

PERMISSIONS = {
    "learning.read": EVERYONE,
    "learning.write": _LEADING,
    "learning.review": frozenset({Role.STRATEGIST}),
    "learning.coverage": _LEADING | {Role.HR},
}
