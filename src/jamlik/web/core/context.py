"""What every page is handed."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest

from jamlik.web.core import navigation, texts

__all__ = ["site"]


def site(request: HttpRequest) -> dict[str, Any]:
    """Name and logo of the municipality, languages, and the ways on that this person may go."""
    return {
        "site_name": settings.JAMLIK.name or "Jamlik",
        "site_logo": settings.JAMLIK.logo,
        "oidc_name": settings.JAMLIK.oidc.get("name", ""),
        "page_language": texts.language(),
        "site_languages": settings.LANGUAGES,
        "navigation": navigation.for_request(request),
    }
