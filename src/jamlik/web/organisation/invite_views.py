"""Inviting several people at once: a list is read, every fault told, what it says shown, and then all are invited."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse

from jamlik.web.core import clock, mail
from jamlik.web.core.access import permission
from jamlik.web.core.editing import once, unsent
from jamlik.web.core.people import person as asker
from jamlik.web.core.texts import say
from jamlik.web.organisation import people_actions
from jamlik.web.organisation.forms import InviteManyForm
from jamlik.web.organisation.people_lists import (
    MOST_PEOPLE,
    Guest,
    Line,
    guests_of,
    lines_of_file,
    lines_of_text,
    text_of,
)
from jamlik.web.organisation.rules import INVITATION_DAYS
from jamlik.web.organisation.unit_files import RowProblem

__all__ = ["invite_many"]

EDIT = "organisation.people_edit"


@permission(EDIT)
def invite_many(request: HttpRequest) -> HttpResponseBase:
    """Invite everybody in a list, or nobody where any row is wrong."""
    form = InviteManyForm(request.POST or unsent(request), request.FILES or None)
    guests: list[Guest] = []
    problems: list[RowProblem] = []
    if request.method == "POST" and form.is_valid():
        try:
            guests, problems = guests_of(_lines(form), asker(request))
            if not guests and not problems:
                raise ValidationError(say("organisation.people_list.empty"))
            if len(guests) > MOST_PEOPLE:
                raise ValidationError(say("organisation.people_list.many", most=MOST_PEOPLE))
        except ValidationError as error:
            guests, problems = [], []
            form.add_error("file" if form.cleaned_data["file"] else "lines", error)
        if guests and not problems and "confirm" in request.POST:
            response = once(request, lambda: _invited(request, guests))
            key = "invited" if mail.delivers() else "invited_no_mail"
            messages.success(request, say(f"organisation.people_list.{key}", n=len({each.email for each in guests})))
            return response
    context = {
        "form": form,
        "problems": problems,
        "guests": [] if problems else guests,
        "lines": text_of(guests),
        "days": INVITATION_DAYS,
        "mail_delivers": mail.delivers(),
        "back": reverse("organisation:people"),
    }
    return render(request, "organisation/invite_many.html", context)


def _lines(form: InviteManyForm) -> list[Line]:
    file = form.cleaned_data["file"]
    if file:
        return lines_of_file(file, name=file.name, size=file.size)
    return lines_of_text(form.cleaned_data["lines"])


def _invited(request: HttpRequest, guests: list[Guest]) -> str:
    people_actions.invite_many(guests=guests, by=asker(request), at=clock.now())
    return reverse("organisation:people")
