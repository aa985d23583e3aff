"""Pages of lists of goals: upload, what would change, accept or drop."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from jamlik.web.core import access, clock, editing
from jamlik.web.core.access import permission
from jamlik.web.core.people import person
from jamlik.web.core.texts import say
from jamlik.web.goals import list_actions
from jamlik.web.goals.choices import nothing
from jamlik.web.goals.forms import ListForm
from jamlik.web.goals.goal_files import COLUMNS, goals_of_file
from jamlik.web.goals.goal_lists import GoalChange, held_against_goals
from jamlik.web.goals.models import GoalList, GoalListState
from jamlik.web.organisation.models import Unit
from jamlik.web.organisation.queries import scope_ids, units_in_scope
from jamlik.web.organisation.unit_files import RowProblem

__all__ = ["accept", "drop", "review", "upload"]

IMPORT = "goals.import"
_EARLIER = 20
_WORDS = frozenset({"level", "state", "agreement"})


@permission(IMPORT)
def upload(request: HttpRequest) -> HttpResponse:
    """Hand in a list, or go back to an earlier one."""
    units = units_in_scope(request.user, IMPORT).order_by("path")
    form = ListForm(
        request.POST or None, request.FILES or None, owners=[nothing(), *((unit.pk, unit.name) for unit in units)]
    )
    problems: list[RowProblem] = []
    if request.method == "POST" and form.is_valid():
        file, owner = form.cleaned_data["file"], Unit.objects.get(pk=form.cleaned_data["owner"])
        try:
            rows, problems = goals_of_file(file, name=file.name, size=file.size)
            if not problems:
                return editing.once(request, lambda: _kept(request, file.name, owner, rows))
        except ValidationError as error:
            form.add_error("file", error)
    earlier = GoalList.objects.filter(owner__in=scope_ids(request.user, IMPORT)).select_related("uploaded_by")
    page = {
        "form": form,
        "problems": problems,
        "columns": [say(f"goals.field.{column}") for column in COLUMNS],
        "earlier": earlier[:_EARLIER],
        "back": reverse("goals:tree"),
    }
    return render(request, "goals/upload.html", page, status=422 if form.errors or problems else 200)


def _kept(request: HttpRequest, name: str, owner: Unit, rows: list[dict[str, str]]) -> str:
    made = list_actions.keep_list(file_name=name, owner=owner, rows=rows, by=person(request), at=clock.now())
    return reverse("goals:review", args=[made.pk])


def _found(request: HttpRequest, key: int) -> GoalList:
    found = get_object_or_404(GoalList.objects.select_related("owner", "uploaded_by", "settled_by"), pk=key)
    access.require(request.user, IMPORT, unit=found.owner)
    return found


@permission(IMPORT)
def review(request: HttpRequest, key: int) -> HttpResponse:
    """What a list would change."""
    found = _found(request, key)
    diff = held_against_goals(found) if found.state == GoalListState.WAITING else None
    page = {
        "list": found,
        "diff": diff,
        "changes": _all_in_words(diff.changes) if diff else [],
        "back": reverse("goals:upload"),
    }
    return render(request, "goals/review.html", page)


def _all_in_words(changes: Sequence[GoalChange]) -> list[tuple[GoalChange, list[tuple[str, str, str]]]]:
    """Each change with (field, before, after) as people read them: choices by their words, owners by their names."""
    codes = {code for change in changes for code in change.fields.get("owner", ()) if code}
    owners = dict(Unit.objects.filter(code__in=codes).values_list("code", "name"))

    def said(name: str, value: str) -> str:
        if name == "owner":
            return owners.get(value, value)
        return say(f"goals.{name}.{value}") if name in _WORDS and value else value

    return [
        (
            change,
            [
                (say(f"goals.field.{name}"), said(name, before), said(name, after))
                for name, (before, after) in change.fields.items()
            ],
        )
        for change in changes
    ]


@permission(IMPORT)
@require_POST
def accept(request: HttpRequest, key: int) -> HttpResponse:
    """Make the changes that were shown."""
    found = _found(request, key)

    def act() -> str:
        goals_n = list_actions.accept_list(
            goal_list=found, seen=request.POST.get("seen", ""), by=person(request), at=clock.now()
        )
        messages.success(request, say("goals.list.accepted", n=goals_n))
        return reverse("goals:tree")

    return _once_or_back(request, found, act)


@permission(IMPORT)
@require_POST
def drop(request: HttpRequest, key: int) -> HttpResponse:
    """Leave the goals as they are."""
    found = _found(request, key)

    def act() -> str:
        list_actions.drop_list(goal_list=found, by=person(request), at=clock.now())
        messages.success(request, say("goals.list.dropped"))
        return reverse("goals:upload")

    return _once_or_back(request, found, act)


def _once_or_back(request: HttpRequest, found: GoalList, act: Callable[[], str]) -> HttpResponse:
    try:
        return editing.once(request, act)
    except ValidationError as error:
        for text in error.messages:
            messages.error(request, text)
        return HttpResponse(status=303, headers={"Location": reverse("goals:review", args=[found.pk])})
