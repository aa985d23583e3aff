"""The audit log as pages: everything, or everything about one thing; and as CSV."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta
from typing import Any

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils import timezone

from jamlik.web.core import audit_proof, clock
from jamlik.web.core.access import permission, require
from jamlik.web.core.audit_models import AuditEvent
from jamlik.web.core.history import told
from jamlik.web.core.texts import all_texts, has_text, say
from jamlik.web.organisation.log_file import lines
from jamlik.web.organisation.queries import root

__all__ = ["log", "log_of"]

READ = "organisation.log_read"
ROWS = 50
_VERB = re.compile(r"(\w+)\.verb\.(\w+)")


@permission(READ)
def log(request: HttpRequest) -> HttpResponseBase:
    """Everything that has happened, the latest first."""
    require(request.user, READ, unit=root())
    return _shown(request, AuditEvent.objects.all(), title=say("organisation.log.title"), of="")


@permission(READ)
def log_of(request: HttpRequest, kind: str, key: str) -> HttpResponseBase:
    """Everything that has happened to one thing."""
    require(request.user, READ, unit=root())
    events = AuditEvent.objects.filter(target_kind=kind, target_key=key)
    latest = told(list(events[:1]))
    target = latest[0].target if latest else f"{kind} {key}"
    return _shown(request, events, title=say("organisation.log.of", target=target), of=f"{kind}-{key}")


def _shown(request: HttpRequest, events: QuerySet[Any], *, title: str, of: str) -> HttpResponseBase:
    asked = request.GET
    first, last = _day(asked.get("from", "")), _day(asked.get("to", ""))
    if asked.get("q"):
        events = events.filter(verb__startswith=asked["q"].strip())
    if first:
        events = events.filter(at__gte=_midnight(first))
    if last:
        events = events.filter(at__lt=_midnight(last + timedelta(days=1)))
    if asked.get("format") == "csv":
        return _csv(events, of)
    page = Paginator(events, ROWS).get_page(asked.get("page"))
    kept = asked.copy()
    kept.pop("page", None)
    context = {
        "title": title,
        "of": of,
        "events": told(list(page.object_list)),
        "page": page,
        "kept": kept.urlencode(),
        "verbs": _verbs(),
        "asked": {"q": asked.get("q", ""), "from": first, "to": last},
        "seal": audit_proof.seal(),
    }
    return render(request, "organisation/log.html", context)


def _verbs() -> list[tuple[str, str]]:
    """Everything that can happen, with its words: app first, then what."""
    found = (_VERB.fullmatch(key) for key in all_texts())
    verbs = [(f"{each[1]}.{each[2]}", each[1], say(each[0])) for each in found if each]
    titled = {app: say(f"{app}.title") if has_text(f"{app}.title") else app for _, app, _ in verbs}
    return sorted(
        ((verb, f"{titled[app]}: {words}") for verb, app, words in verbs), key=lambda each: each[1].casefold()
    )


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))


def _csv(events: QuerySet[Any], of: str) -> StreamingHttpResponse:
    name = "-".join(part for part in ("log", re.sub(r"[^\w.-]", "", of, flags=re.ASCII), f"{clock.today()}") if part)
    response = StreamingHttpResponse(lines(events), content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return response
