"""How a site begins: the invented municipality, or one's own."""

from __future__ import annotations

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse

from jamlik.model.errors import JamlikError
from jamlik.web.core import clock
from jamlik.web.core.access import permission, require
from jamlik.web.core.editing import once, unsent
from jamlik.web.core.people import person
from jamlik.web.core.texts import language
from jamlik.web.desk import actions, ekby_people
from jamlik.web.desk.forms import OwnForm
from jamlik.web.organisation.queries import root
from jamlik.web.statistics.queries import ekby_is_loaded

__all__ = ["ekby", "own", "people"]

BEGIN = "desk.begin"


@permission(BEGIN)
def ekby(request: HttpRequest) -> HttpResponseBase:
    """Load Ekby kommun: what it is, then a job with its progress."""
    require(request.user, BEGIN, unit=root())
    if request.method == "POST":
        return once(request, lambda: _asked(request))
    return render(request, "desk/ekby.html", {"back": reverse("desk:start")})


def _asked(request: HttpRequest) -> str:
    job = actions.ask_for_ekby(by=person(request), at=clock.now())
    return reverse("core:job", args=[job.pk])


@permission(BEGIN)
def people(request: HttpRequest) -> HttpResponseBase:
    """Ekby's people; their links are made when somebody asks, and shown that once."""
    require(request.user, BEGIN, unit=root())
    links: dict[int, str] = {}
    if request.method == "POST":
        links = ekby_people.new_links(by=person(request), at=clock.now())
    rows = [
        {"person": each, "roles": list(each.role_assignments.all()), "link": links.get(each.pk, "")}
        for each in ekby_people.people()
    ]
    page = {"rows": rows, "linked": bool(links), "back": reverse("desk:start")}
    return render(request, "desk/people.html", page)


@permission(BEGIN)
def own(request: HttpRequest) -> HttpResponseBase:
    """Begin with one's own municipality: fetch its figures as `jamlik start` does."""
    require(request.user, BEGIN, unit=root())
    form = OwnForm(request.POST if request.method == "POST" else unsent(request))
    if request.method == "POST" and form.is_valid():
        try:
            return once(request, lambda: _begun(request, form.cleaned_data["municipality"]))
        except JamlikError as error:
            form.add_error("municipality", " ".join(error.text(language()).splitlines()))
    page = {"form": form, "back": reverse("desk:start"), "ekby": ekby_is_loaded()}
    return render(request, "desk/own.html", page, status=422 if form.errors else 200)


def _begun(request: HttpRequest, municipality: str) -> str:
    made = actions.begin_own(municipality=municipality, by=person(request), at=clock.now())
    return reverse("statistics:import", args=[made.pk])
