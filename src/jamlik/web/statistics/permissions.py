"""Who may what in `statistics`: permission → the roles that have it."""

from __future__ import annotations

from jamlik.web.organisation.roles import EVERYONE, Role

__all__ = ["PERMISSIONS"]

_STEERS = frozenset({Role.ANALYST, Role.STRATEGIST, Role.ADMIN})

PERMISSIONS: dict[str, frozenset[Role]] = {
    "statistics.see": EVERYONE,
    "statistics.import": frozenset({Role.ANALYST, Role.ADMIN}),
    "statistics.publish": frozenset({Role.ANALYST}),
    "statistics.register": _STEERS | {Role.HEAD, Role.UNIT_MANAGER, Role.CONTROLLER, Role.REGISTRAR},
}
