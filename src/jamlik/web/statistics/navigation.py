"""The app's entry in the main menu."""

from __future__ import annotations

from jamlik.web.core.navigation import add

__all__: list[str] = []

add(key="statistics.menu.findings", url="statistics:findings", permission="statistics.see", order=20)
