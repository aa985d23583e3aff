"""The first page and search."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from jamlik.web.core import beginnings, clock
from jamlik.web.core.access import may, permission
from jamlik.web.core.people import person
from jamlik.web.core.texts import say
from jamlik.web.desk import actions, ekby_people, found, queries
from jamlik.web.desk.changes import happened_since
from jamlik.web.desk.waiting import late_work, waiting_work
from jamlik.web.organisation.queries import current_assignments
from jamlik.web.statistics.queries import begun_imports

__all__ = ["search", "start"]


@permission(login_only=True)
def start(request: HttpRequest) -> HttpResponse:
    """What waits, what is late, what is new; the first time, how to begin."""
    user, day = person(request), clock.today()
    if may(user, "desk.begin") and queries.holds_nothing():
        return render(request, "desk/begin.html", {"ways": beginnings.beginnings(), "begun": begun_imports(user)})
    roles = current_assignments(user)
    visit = actions.note_visit(user=user, at=clock.now())
    page = {
        "roles": roles,
        "waiting": waiting_work(user, day) if roles else [],
        "late": late_work(user, day) if roles else [],
        "happened": happened_since(user, visit.before_at) if roles else [],
        "since": visit.before_at,
        "ekby_people": may(user, "desk.begin") and ekby_people.people().exists(),
        "standing": queries.standing(user) if roles else None,
    }
    return render(request, "desk/start.html", page)


@permission(login_only=True)
def search(request: HttpRequest) -> HttpResponse:
    """Search over everything that the person may see."""
    text, kind = request.GET.get("q", "").strip()[:200], request.GET.get("kind", "")
    page = {
        "text": text,
        "kind": kind if kind in found.KINDS else "",
        "groups": found.search(person(request), text, kind=kind),
        "heading": say("desk.search.heading", text=text) if text else say("desk.search.title"),
    }
    return render(request, "desk/search.html", page)
