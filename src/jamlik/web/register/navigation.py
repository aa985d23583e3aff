"""The register's place in the main menu."""

from __future__ import annotations

from jamlik.web.core import navigation

__all__: list[str] = []

navigation.add(key="register.menu", url="register:documents", permission="register.view", order=60)
