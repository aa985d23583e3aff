"""What every page is handed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.http import HttpRequest

from jamlik.web.core import navigation, texts

__all__ = ["name_by", "site", "site_name"]

PROGRAM = "Jamlik"
_named: list[Callable[[], str]] = []


def name_by(function: Callable[[], str]) -> None:
    """Say how the municipality's own name is found, where the settings have none; empty before there is one."""
    _named[:] = [function]


def site_name() -> str:
    """What the site is called on every page: as the settings say, else as the municipality is called on the site."""
    return settings.JAMLIK.name or next((name for find in _named if (name := find())), PROGRAM)


def site(request: HttpRequest) -> dict[str, Any]:
    """Name and logo of the municipality, languages, and the ways on that this person may go."""
    return {
        "site_name": site_name(),
        "site_logo": settings.JAMLIK.logo,
        "oidc_name": settings.JAMLIK.oidc.get("name", ""),
        "page_language": texts.language(),
        "site_languages": settings.LANGUAGES,
        "navigation": navigation.for_request(request),
    }
