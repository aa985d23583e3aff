"""The app's entry in the main menu."""

from __future__ import annotations

from jamlik.web.core import navigation

__all__: list[str] = []

navigation.add(key="desk.title", url="desk:start", permission="statistics.see", order=10)
