"""The organisation's entries in the main menu."""

from __future__ import annotations

from jamlik.web.core import navigation

navigation.add(key="organisation.title", url="organisation:tree", permission="organisation.read", order=80)
