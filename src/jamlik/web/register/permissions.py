"""Who may what in `register`: permission → the roles that have it.

Governing documents and laws are public matters, so every role reads all of them; changing one takes a role over the
unit that owns it.
"""

from __future__ import annotations

from jamlik.web.organisation.roles import EVERYONE, Role

__all__ = ["PERMISSIONS"]


PERMISSIONS: dict[str, frozenset[Role]] = {
    "register.view": EVERYONE,
    "register.edit_document": frozenset({Role.REGISTRAR, Role.CONTROLLER, Role.STRATEGIST, Role.ADMIN}),
    "register.edit_law": frozenset({Role.REGISTRAR, Role.STRATEGIST, Role.ADMIN}),
    "register.edit_theme": frozenset({Role.STRATEGIST, Role.ADMIN}),
    "register.load_content": frozenset({Role.STRATEGIST, Role.ADMIN}),
}
