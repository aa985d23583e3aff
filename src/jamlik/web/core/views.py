"""Pages that belong to no other app."""

from __future__ import annotations

import logging
import sys
from urllib.parse import urlsplit

from django.conf import settings
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from jamlik.web.core import actions, deployment, texts, theme
from jamlik.web.core.access import permission
from jamlik.web.core.busy import busy_page, is_busy
from jamlik.web.core.editing import keep_unsent, written
from jamlik.web.core.login import WAIT, try_again
from jamlik.web.core.models import Job, JobState
from jamlik.web.core.people import person

__all__ = [
    "choose_language",
    "csrf_failure",
    "fault",
    "healthz",
    "icon",
    "job_page",
    "not_found",
    "refused",
    "theme_css",
    "too_large",
    "too_many",
]

log = logging.getLogger(__name__)


@permission(public=True)
def healthz(request: HttpRequest) -> HttpResponse:
    """Whether the site can answer: the database is there and every migration has run."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("select 1")
        waiting = deployment.waiting_migrations()
    except DatabaseError:
        log.exception("The database does not answer")
        return JsonResponse({"status": "no database"}, status=503)
    return JsonResponse({"status": "migrations wait"}, status=503) if waiting else JsonResponse({"status": "ok"})


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
            actions.choose_language(user=person(request), language=language)
    return response


@permission(public=True)
def theme_css(request: HttpRequest) -> HttpResponse:
    """The municipality's own colours, as values of the style sheet's tokens."""
    response = HttpResponse(theme.stylesheet(settings.JAMLIK.colours), content_type="text/css")
    response.headers["Cache-Control"] = "public, max-age=3600"
    return response


@permission(public=True)
def icon(request: HttpRequest) -> HttpResponse:
    """Where browsers look for a picture of the site when a page names none, as beside a file."""
    response = HttpResponseRedirect(static("core/icon.svg"))
    response.headers["Cache-Control"] = "public, max-age=86400"
    return response


def _told(request: HttpRequest, key: str, status: int, *, text: str = "") -> HttpResponse:
    """A page that says what happened and leads on."""
    page = {
        "heading": texts.say(f"core.{key}.title"),
        "text": text or texts.say(f"core.{key}.text"),
        "url": "/",
        "link_text": texts.say("core.home"),
    }
    return render(request, "core/error.html", page, status=status)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The form was open for too long, or came from elsewhere. What was written on our own page is given back."""
    if not _from_here(request):
        return _told(request, "csrf", 403)
    keep_unsent(request)
    lines = [text for values in written(request).values() for text in values if len(text.split()) > 1]
    page = {"heading": texts.say("core.csrf.title"), "lines": lines, "url": _came_from(request)}
    return render(request, "core/csrf.html", page, status=403)


def _from_here(request: HttpRequest) -> bool:
    """Whether a form stood on a page of this site, as far as the browser tells."""
    told = request.headers.get("Origin") or request.headers.get("Referer", "")
    return urlsplit(told).netloc == request.get_host()


def _came_from(request: HttpRequest) -> str:
    page = urlsplit(request.headers.get("Referer", ""))
    path = page.path if page.netloc == request.get_host() else request.path
    return "/" + path.lstrip("/")  # two of them would lead to another site


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """No such page, or a thing outside the person's scope: told alike."""
    return _told(request, "not_found", 404)


def refused(request: HttpRequest, exception: Exception) -> HttpResponse:
    """The person's roles do not open the page."""
    return _told(request, "refused", 403)


def too_many(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Somebody has tried too often."""
    response = _told(request, "too_many", 429, text=try_again("core.too_many.text"))
    response.headers["Retry-After"] = str(int(WAIT.total_seconds()))
    return response


def too_large(request: HttpRequest) -> HttpResponse:
    """Much was sent by somebody who is not logged in, or is no longer."""
    return _told(request, "too_large", 413)


def fault(request: HttpRequest) -> HttpResponse:
    """A fault of ours. Nothing here may need the database, which may be what is gone, or busy."""
    if is_busy(sys.exc_info()[1]):
        return busy_page(request)
    heading, text = texts.say("core.fault.title"), texts.say("core.fault.text")
    page = format_html(
        '<!doctype html><html lang="{}"><meta charset="utf-8"><title>{}</title><h1>{}</h1><p>{}</p></html>',
        texts.language(),
        heading,
        heading,
        text,
    )
    return HttpResponse(page, status=500)


@permission(login_only=True)
def job_page(request: HttpRequest, pk: int) -> HttpResponse:
    """How far a job has come; it belongs to who asked for it."""
    job = get_object_or_404(Job, pk=pk, queued_by=person(request))
    if job.state == JobState.DONE and job.next_url:
        return HttpResponseRedirect(job.next_url)
    problem = texts.say(job.problem) if job.problem and texts.has_text(job.problem) else job.problem
    step = job.step or ("core.jobs.waiting" if job.state == JobState.QUEUED else "core.jobs.working")
    page = {
        "job": job,
        "heading": texts.say("core.jobs.title" if not job.ended else f"core.jobs.state.{job.state}"),
        "state": texts.say(f"core.jobs.state.{job.state}"),
        "look": {"done": "ok", "failed": "danger", "lost": "danger"}.get(job.state, "plain"),
        "problem": problem,
        "step": texts.say(step) if texts.has_text(step) else step,
    }
    return render(request, "core/job.html", page)
