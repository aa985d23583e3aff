"""The goals' place in the main menu."""

from __future__ import annotations

from jamlik.web.core import navigation

__all__: list[str] = []

navigation.add(key="goals.title", url="goals:tree", permission="goals.view", order=30)
