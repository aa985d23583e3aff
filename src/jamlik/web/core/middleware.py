"""What happens around every request: the language of the page, and headers that close doors."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import translation
from django.utils.cache import patch_vary_headers

__all__ = ["HeadersMiddleware", "LanguageMiddleware"]

Respond = Callable[[HttpRequest], HttpResponse]


def _chosen(request: HttpRequest) -> str:
    """The person's own language, else the one chosen in this browser, else what the browser asks for, else Swedish."""
    user = getattr(request, "user", None)
    if user is not None and user.is_authenticated and user.language:
        return str(user.language)
    return translation.get_language_from_request(request)


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
        patch_vary_headers(response, ["Accept-Language", "Cookie"])
        return response


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
