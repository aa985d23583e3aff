"""Pages that belong to no other app."""

from __future__ import annotations

from django.conf import settings
from django.db import connection
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from jamlik.web.core import actions, theme
from jamlik.web.core.access import permission

__all__ = ["choose_language", "csrf_failure", "healthz", "theme_css"]


@permission(public=True)
def healthz(request: HttpRequest) -> HttpResponse:
    """Whether the site can answer: the database is there and every migration has run."""
    with connection.cursor() as cursor:
        cursor.execute("select 1")
    return JsonResponse({"status": "ok"})


@permission(public=True)
@require_POST
def choose_language(request: HttpRequest) -> HttpResponse:
    """Keep the language that somebody chose, and go back to where they were."""
    language = request.POST.get("language", "")
    onward = request.POST.get("next", "/")
    if not url_has_allowed_host_and_scheme(onward, {request.get_host()}, require_https=request.is_secure()):
        onward = "/"
    response = HttpResponseRedirect(onward)
    if language in dict(settings.LANGUAGES):
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME,
            language,
            max_age=365 * 24 * 60 * 60,
            secure=settings.LANGUAGE_COOKIE_SECURE,
            httponly=True,
            samesite="Lax",
        )
        if request.user.is_authenticated:
            actions.choose_language(user=request.user, language=language)
    return response


@permission(public=True)
def theme_css(request: HttpRequest) -> HttpResponse:
    """The municipality's own colours, as values of the style sheet's tokens."""
    response = HttpResponse(theme.stylesheet(settings.JAMLIK.colours), content_type="text/css")
    response.headers["Cache-Control"] = "public, max-age=3600"
    return response


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The form was open for too long, or came from elsewhere."""
    return render(request, "core/csrf_failure.html", status=403)
