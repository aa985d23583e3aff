"""The first page and search."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from jamlik.web.core import beginnings, clock
from jamlik.web.core.access import may, permission
from jamlik.web.core.models import User
from jamlik.web.core.people import person
from jamlik.web.core.texts import say
from jamlik.web.desk import actions, ekby_people, found, queries
from jamlik.web.desk.changes import happened_since
from jamlik.web.desk.picture import FOLLOWERS, picture
from jamlik.web.desk.role_steps import help_for
from jamlik.web.desk.waiting import late_work, waiting_work
from jamlik.web.learning.queries import progress
from jamlik.web.organisation.queries import current_assignments
from jamlik.web.organisation.roles import Role
from jamlik.web.statistics.queries import begun_imports

__all__ = ["search", "start"]

# Who waits for little here: they are told what they may do. Others' work tells them.
_TOLD_THEIR_STEPS = frozenset({Role.EDITOR, Role.HR, Role.ADMIN})


@permission(login_only=True)
def start(request: HttpRequest) -> HttpResponse:
    """What waits, what is late, what is new; the first time, how to begin."""
    user, day = person(request), clock.today()
    if may(user, "desk.begin") and queries.holds_nothing():
        return render(request, "desk/begin.html", {"ways": beginnings.beginnings(), "begun": begun_imports(user)})
    roles = current_assignments(user)
    held = frozenset(Role(each.role) for each in roles)
    visit = actions.note_visit(user=user, at=clock.now())
    page = {
        "roles": roles,
        "waiting": waiting_work(user, day) if roles else [],
        "late": late_work(user, day) if roles else [],
        "happened": happened_since(user, visit.before_at) if roles else [],
        "since": visit.before_at,
        "ekby_people": may(user, "desk.begin") and ekby_people.people().exists(),
        "standing": _standing(user) if roles else [],
        "course": progress(user) if may(user, "learning.read") else None,
        "picture": picture(user) if held and held <= FOLLOWERS else [],
        "steps": [help_for(role, user) for role in Role if role in held & _TOLD_THEIR_STEPS],
    }
    return render(request, "desk/start.html", page)


def _standing(user: User) -> list[tuple[str, int, str]]:
    """How far the work has come: what is counted, how many, and where they are listed for those who may open it."""
    counts = queries.standing(user)
    findings = reverse("statistics:findings")
    lines = (
        ("new", counts.new_n, f"{findings}?state=detected", "statistics.see"),
        ("judged", counts.judged_n, reverse("assessments:list"), "assessments.read"),
        ("acted", counts.acted_n, f"{findings}?state=acted_on&certainty=all&when=all", "statistics.see"),
        ("actions", counts.actions_n, reverse("plans:list"), "plans.read"),
        ("closed", counts.closed_n, f"{findings}?state=closed&certainty=all&when=all", "statistics.see"),
    )
    return [(say(f"desk.standing.{key}"), n, url if may(user, name) else "") for key, n, url, name in lines]


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
