"""Who may what in `statistics`: permission → the roles that have it."""

from __future__ import annotations

PERMISSIONS: dict[str, frozenset[str]] = {}
