"""Who may what in `desk`: permission → the roles that have it."""

from __future__ import annotations

from jamlik.web.organisation.roles import Role

__all__ = ["PERMISSIONS"]

PERMISSIONS: dict[str, frozenset[Role]] = {"desk.begin": frozenset({Role.ADMIN})}
