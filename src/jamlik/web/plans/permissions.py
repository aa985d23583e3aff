"""Who may what in `plans`: permission → the roles that have it."""

from __future__ import annotations

PERMISSIONS: dict[str, frozenset[str]] = {}
