"""Who may what in `goals`: permission → the roles that have it.

Goals are public matters, so every role reads all of them; changing one takes a role over the unit that owns it.
"""

from __future__ import annotations

from jamlik.web.organisation.roles import EVERYONE, Role

__all__ = ["PERMISSIONS"]

PERMISSIONS: dict[str, frozenset[Role]] = {
    "goals.view": EVERYONE,
    "goals.edit": frozenset({Role.HEAD, Role.CONTROLLER, Role.STRATEGIST, Role.ADMIN}),
    "goals.adopt": frozenset({Role.REGISTRAR, Role.CONTROLLER, Role.STRATEGIST, Role.ADMIN}),
    "goals.import": frozenset({Role.CONTROLLER, Role.STRATEGIST, Role.ADMIN}),
}
