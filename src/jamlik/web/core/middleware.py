"""What happens around every request: the language of the page, and headers that close doors."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlsplit

from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import translation
from django.utils.cache import patch_vary_headers

from jamlik.web.core.editing import keep_unsent
from jamlik.web.core.views import not_found, too_large

__all__ = [
    "MOST_FROM_NOBODY",
    "HeadersMiddleware",
    "LanguageMiddleware",
    "NobodyMiddleware",
    "PlainAddressMiddleware",
    "SecondStepMiddleware",
    "UnsentMiddleware",
]

MOST_FROM_NOBODY = 1024 * 1024

_HAS_SECOND_STEP = "has_second_step"
Respond = Callable[[HttpRequest], HttpResponse]


def _chosen(request: HttpRequest) -> str:
    """The person's own language, else the one chosen in this browser, else Swedish.

    What the browser asks for is not followed: many work in Swedish on machines set up in English.
    """
    user = getattr(request, "user", None)
    if user is not None and user.is_authenticated and user.language:
        return str(user.language)
    chosen = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
    return chosen if chosen in dict(settings.LANGUAGES) else str(settings.LANGUAGE_CODE)


class LanguageMiddleware:
    """Make the page in the person's language, and say which it is."""

    def __init__(self, respond: Respond) -> None:
        self.respond = respond

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer in the chosen language."""
        with translation.override(_chosen(request)):
            request.LANGUAGE_CODE = translation.get_language()
            response = self.respond(request)
            response.headers.setdefault("Content-Language", translation.get_language() or settings.LANGUAGE_CODE)
        patch_vary_headers(response, ["Cookie"])
        return response


class NobodyMiddleware:
    """Read little from those who have not said who they are: what is sent lies in memory while it is looked at."""

    def __init__(self, respond: Respond) -> None:
        self.respond = respond

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer a large form from nobody before anything of it is read."""
        length = request.META.get("CONTENT_LENGTH") or ""
        if length.isdigit() and int(length) > MOST_FROM_NOBODY and not request.user.is_authenticated:
            return too_large(request)
        return self.respond(request)


class PlainAddressMiddleware:
    """An address with a sign that no text holds leads nowhere: some databases refuse to look for it."""

    def __init__(self, respond: Respond) -> None:
        self.respond = respond

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer that there is no such page."""
        if "\0" in request.path or "%00" in request.META.get("QUERY_STRING", ""):
            return not_found(request, Http404())
        return self.respond(request)


class UnsentMiddleware:
    """Keep what somebody sent after the login had timed out, and have it there when they are back."""

    def __init__(self, respond: Respond) -> None:
        self.respond = respond

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Keep the form when the answer is to log in first."""
        response = self.respond(request)
        to_login = response.status_code == 302 and urlsplit(response["Location"]).path == reverse(settings.LOGIN_URL)
        if to_login and request.method == "POST" and not request.user.is_authenticated:
            keep_unsent(request)
        return response


class SecondStepMiddleware:
    """Where the site asks for two steps, nobody gets further with a password alone than to turn the second one on."""

    def __init__(self, respond: Respond) -> None:
        self.respond = respond

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Lead to the page that turns it on."""
        if settings.JAMLIK.require_mfa and self._lacks(request) and not self._is_open(request.path):
            return HttpResponseRedirect(reverse("mfa_activate_totp"))
        return self.respond(request)

    @staticmethod
    def _lacks(request: HttpRequest) -> bool:
        """Whether the person logged in with a password and has no second step; asked once for each login."""
        if not request.user.is_authenticated or request.session.get(_HAS_SECOND_STEP):
            return False
        methods = {step["method"] for step in request.session.get("account_authentication_methods", [])}
        if "socialaccount" in methods or is_mfa_enabled(request.user):
            request.session[_HAS_SECOND_STEP] = True
            return False
        return True

    @staticmethod
    def _is_open(path: str) -> bool:
        return path.startswith(("/account/", "/static/", "/language/", "/help/")) or path in {"/healthz", "/theme.css"}


class HeadersMiddleware:
    """Pages of the working desk are kept by no cache, and may use no camera, microphone or place."""

    def __init__(self, respond: Respond) -> None:
        self.respond = respond

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer with the headers set where the view has not said otherwise."""
        response = self.respond(request)
        response.headers.setdefault("Cache-Control", "no-store")
        response.headers.setdefault("X-Frame-Options", "DENY")
        response.headers.setdefault("Permissions-Policy", "camera=(), geolocation=(), microphone=()")
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        return response
