"""Pages that everybody may read before logging in: accessibility, personal data, and whom to turn to."""

from __future__ import annotations

from datetime import date

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from jamlik.web.core import hooks
from jamlik.web.core.access import permission
from jamlik.web.core.texts import say
from jamlik.web.environment import CONTACTS

__all__ = ["accessibility", "contact", "privacy"]

STATED_ON = date(2026, 11, 22)  # the day when somebody last read the statement against what is tested
SUPERVISION = "https://www.digg.se/tdosanmalan"


def _page(request: HttpRequest, name: str, **more: object) -> HttpResponse:
    page = {
        "heading": say(f"core.about.{name}.title"),
        "contact": settings.JAMLIK.contact,
        "settings_of": CONTACTS,
        **more,
    }
    return render(request, f"core/about/{name}.html", page)


@permission(public=True)
def accessibility(request: HttpRequest) -> HttpResponse:
    """The accessibility statement that the law asks of every site of a public body."""
    return _page(request, "accessibility", stated_on=STATED_ON, supervision=SUPERVISION)


@permission(public=True)
def privacy(request: HttpRequest) -> HttpResponse:
    """What is kept about those who use the site, why and how long."""
    kept = {name: age.days for name, age in hooks.KEPT.items()}
    return _page(request, "privacy", kept=kept, login_hours=settings.SESSION_COOKIE_AGE // 3600)


@permission(public=True)
def contact(request: HttpRequest) -> HttpResponse:
    """Whom to turn to."""
    return _page(request, "contact")
