"""The way into the app from the main menu."""

from __future__ import annotations

from jamlik.web.core import navigation

__all__: list[str] = []

navigation.add(key="learning.title", url="learning:method", permission="learning.read", order=70)
