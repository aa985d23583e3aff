"""The main menu: each app adds its own entries in its `navigation.py`, read at start."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest
from django.urls import reverse

from jamlik.web.core import texts

__all__ = ["Entry", "Link", "add", "for_request"]


@dataclass(frozen=True)
class Entry:
    """One way on: its text, the name of its address, who sees it, and its place (low first)."""

    key: str
    url: str
    permission: str
    order: int


@dataclass(frozen=True)
class Link:
    """An entry as a page shows it."""

    text: str
    url: str
    here: bool


_entries: dict[str, Entry] = {}


def add(*, key: str, url: str, permission: str, order: int) -> None:
    """Add an entry: ``add(key="goals.title", url="goals:list", permission="goals.read", order=30)``."""
    _entries[url] = Entry(key, url, permission, order)


def for_request(request: HttpRequest) -> list[Link]:
    """The entries that the person may use; `here` marks the part of the site that the page is in."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return []
    match = getattr(request, "resolver_match", None)
    app = match.app_name if match else ""
    return [
        Link(texts.say(entry.key), reverse(entry.url), entry.url.split(":")[0] == app)
        for entry in sorted(_entries.values(), key=lambda entry: entry.order)
        if user.has_perm(entry.permission)
    ]
