"""Who may what in `learning`: permission → the roles that have it."""

from __future__ import annotations

from jamlik.web.organisation.roles import EVERYONE

__all__ = ["PERMISSIONS"]

PERMISSIONS = {
    "learning.read": EVERYONE,
}
