"""Pages to change those who contribute to an action, and its milestones."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from jamlik.web.core import access, clock, editing
from jamlik.web.core.access import permission
from jamlik.web.core.editing import EditConflict
from jamlik.web.core.forms import Form
from jamlik.web.core.people import person
from jamlik.web.core.texts import say
from jamlik.web.plans import part_actions, queries, rules
from jamlik.web.plans.forms import ContributorForm, MilestoneChangeForm
from jamlik.web.plans.models import Action, Contributor, Milestone
from jamlik.web.register.conflicts import answer_conflict

__all__ = ["edit_contributor", "edit_milestone"]

Part = Contributor | Milestone


@permission("plans.act")
def edit_contributor(request: HttpRequest, pk: int, row: int) -> HttpResponse:
    """Change who contributes, or what they commit to."""
    action = _own(request, pk)
    part = get_object_or_404(Contributor.objects.select_related("action", "other_unit"), action=action, pk=row)

    def change(fields: dict[str, Any], version: int) -> None:
        part_actions.change_contributor(
            contributor=part, fields=fields, expected_version=version, by=person(request), at=clock.now()
        )

    return _small_form(request, part, ContributorForm, "plans.contributor.edit", change)


@permission("plans.act")
def edit_milestone(request: HttpRequest, pk: int, row: int) -> HttpResponse:
    """Change a step on the way: what it is, its day, and when it was reached."""
    action = _own(request, pk)
    part = get_object_or_404(Milestone.objects.select_related("action"), action=action, pk=row)

    def change(fields: dict[str, Any], version: int) -> None:
        part_actions.change_milestone(
            milestone=part, fields=fields, expected_version=version, by=person(request), at=clock.now()
        )

    return _small_form(request, part, MilestoneChangeForm, "plans.milestone.edit", change)


def _small_form(
    request: HttpRequest, part: Part, made: type[Form], heading: str, change: Callable[[dict[str, Any], int], None]
) -> HttpResponse:
    """The form with what is there; sent, it is saved once, or both versions are shown."""
    if led := editing.sent_before(request):
        return redirect(led)
    back = reverse("plans:action", args=[part.action_id])
    lost = editing.unsent(request)
    initial = {name: getattr(part, name) for name in made.base_fields}
    form = made(lost) if lost is not None else made(initial=initial)
    if request.method == "POST":
        form = made(request.POST)
        if form.is_valid():

            def act() -> str:
                change(form.cleaned_data, editing.seen_version(request))
                messages.success(request, say("plans.part.saved"))
                return back

            try:
                return editing.once(request, act)
            except EditConflict as conflict:
                return _conflict(request, form, conflict)
            except rules.RefusedError as refused:
                form.add_error(None, str(refused))
    shown = {"form": form, "heading": say(heading), "kicker": part.action.title, "back": back, "version": part.version}
    return render(request, "plans/form.html", shown, status=422 if form.errors else 200)


def _conflict(request: HttpRequest, form: Form, conflict: EditConflict) -> HttpResponse:
    theirs = conflict.theirs
    differences = [
        (str(form.fields[name].label), value or "", getattr(theirs, name, "") or "")
        for name, value in form.cleaned_data.items()
    ]
    version = theirs.version if isinstance(theirs, Contributor | Milestone) else None
    return answer_conflict(request, differences=differences, again=request.path, version=version)


def _own(request: HttpRequest, pk: int) -> Action:
    action = get_object_or_404(queries.visible_actions(request.user), pk=pk)
    access.require(request.user, "plans.act", unit=action.unit)
    return action
