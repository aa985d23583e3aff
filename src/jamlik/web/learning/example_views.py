"""The library of good examples: the list, an example's page, writing one, and reviewing it before all see it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from jamlik.handbook.examples import good_examples, grounds
from jamlik.web.core import access, clock, editing, listing
from jamlik.web.core.access import permission
from jamlik.web.core.editing import EditConflict
from jamlik.web.core.listing import Column, Filter, Spec
from jamlik.web.core.people import person
from jamlik.web.core.texts import say
from jamlik.web.learning import actions, queries
from jamlik.web.learning.forms import ExampleForm, ReviewForm, initial_of, themes_for
from jamlik.web.learning.models import Example, ExampleState
from jamlik.web.learning.rules import MOVES, TEXTS, RefusedError
from jamlik.web.learning.shown import text
from jamlik.web.organisation.models import Unit
from jamlik.web.organisation.queries import root, units_in_scope, valid_on
from jamlik.web.register.choices import theme_choices
from jamlik.web.register.conflicts import answer_conflict
from jamlik.web.register.queries import active_themes

__all__ = [
    "add_example",
    "change_example",
    "example",
    "example_list",
    "load_examples",
    "propose_example",
    "review_example",
    "withdraw_example",
]

WRITE, REVIEW = "learning.write", "learning.review"
LOOKS = {"draft": "plain", "proposed": "warn", "shown": "ok", "withdrawn": "plain"}


def _state(row: Example) -> str:
    return say(f"learning.state.{row.state}")


def _said(name: str) -> Callable[[Example], str]:
    return lambda row: row.said(name)


def _services(request: HttpRequest) -> Iterable[tuple[str, str]]:
    found: dict[str, str] = {}
    for row in queries.visible_examples(request.user).prefetch_related(None).order_by("service", "pk"):
        found.setdefault(row.service, row.said("service"))
    return sorted(found.items(), key=lambda pair: pair[1])


LIST = Spec(
    name="learning.examples",
    columns=(
        Column(
            "title",
            "learning.field.title",
            lambda row: row.heading,
            sort="title",
            link=lambda row: reverse("learning:example", args=[row.pk]),
        ),
        Column("service", "learning.field.service", lambda row: row.said("service"), sort="service"),
        Column("grounds", "learning.field.ground_keys", lambda row: ", ".join(row.ground_names)),
        Column("themes", "learning.field.themes", lambda row: ", ".join(each.heading for each in row.themes.all())),
        Column("unit", "learning.field.unit", lambda row: row.unit.name, sort="unit__name"),
        Column("state", "learning.field.state", _state, sort="state", tag=lambda row: LOOKS[row.state]),
    ),
    file_columns=(
        *(Column(name, f"learning.field.{name}", _said(name)) for name in TEXTS),
        Column("grounds", "learning.field.ground_keys", lambda row: ", ".join(row.ground_names)),
        Column("themes", "learning.field.themes", lambda row: ", ".join(each.heading for each in row.themes.all())),
        Column("unit", "learning.field.unit", lambda row: row.unit.name),
        Column("state", "learning.field.state", _state),
    ),
    filters=(
        Filter("service", "learning.field.service", _services, lambda rows, value: rows.filter(service=value)),
        Filter(
            "ground",
            "learning.field.ground",
            lambda request: [(key, text(name)) for key, name in grounds().items()],
            lambda rows, value: rows.filter(ground_keys__contains=f"|{value}|"),
        ),
        Filter(
            "theme",
            "learning.field.theme",
            lambda request: [(str(key), label) for key, label in theme_choices(list(active_themes()))],
            lambda rows, value: rows.filter(themes=value),
        ),
        Filter(
            "state",
            "learning.field.state",
            lambda request: [(each.value, say(f"learning.state.{each.value}")) for each in ExampleState],
            lambda rows, value: rows.filter(state=value),
        ),
    ),
    search=("title", "service", "goal", "seen", "done", "result", "elsewhere", "unit__name"),
    sort="title",
    caption="learning.examples.title",
    empty="learning.examples.empty",
)


@permission("learning.read")
def example_list(request: HttpRequest) -> HttpResponse:
    """The library."""
    shown = listing.page(request, queries.visible_examples(request.user), LIST)
    if shown.file is not None:
        return shown.file
    may_review = access.may(request.user, REVIEW)
    page = {
        "listing": shown,
        "may_write": access.may(request.user, WRITE),
        "to_review": queries.examples_to_review(request.user).count() if may_review else 0,
        "may_load": access.may(request.user, REVIEW, unit=root()) and not Example.objects.exclude(origin="").exists(),
    }
    return render(request, "learning/examples.html", page)


@permission(REVIEW)
@require_POST
def load_examples(request: HttpRequest) -> HttpResponse:
    """Put in the examples that ship."""

    def act() -> str:
        n = actions.load_examples(by=person(request), at=clock.now())
        messages.success(request, say("learning.examples.loaded", n=n))
        return reverse("learning:examples")

    return editing.once(request, act)


@permission("learning.read")
def example(request: HttpRequest, pk: int) -> HttpResponse:
    """An example, and what its reader may do with it."""
    row = get_object_or_404(queries.visible_examples(request.user), pk=pk)
    writes = access.may(request.user, WRITE, unit=row.unit)
    moves = MOVES[ExampleState(row.state)]
    page = {
        "example": row,
        "lines": [(say(f"learning.field.{name}"), row.said(name)) for name in ("seen", "done", "result")],
        "goal": row.said("goal"),
        "service": row.said("service"),
        "note": text(good_examples().note) if row.origin else "",
        "state": _state(row),
        "look": LOOKS[row.state],
        "writes": writes,
        "may_propose": writes and ExampleState.PROPOSED in moves,
        "may_withdraw": writes and ExampleState.WITHDRAWN in moves,
        "may_review": ExampleState.SHOWN in moves and access.may(request.user, REVIEW, unit=row.unit),
    }
    return render(request, "learning/example.html", page)


@permission(WRITE)
def add_example(request: HttpRequest) -> HttpResponse:
    """Write an example of one of one's units."""
    units = list(units_in_scope(request.user, WRITE).filter(valid_on(clock.today())).order_by("path"))
    if request.method == "POST" and (again := _sent_before(request)):
        return again
    form = ExampleForm(_sent(request), units=units, themes=themes_for(None), initial=_only(units))
    if request.method == "POST" and form.is_valid():

        def act() -> str:
            unit = Unit.objects.get(pk=form.cleaned_data["unit"])
            made = actions.add_example(unit=unit, facts=form.facts(), by=person(request), at=clock.now())
            messages.success(request, say("learning.examples.saved"))
            return reverse("learning:example", args=[made.pk])

        try:
            return editing.once(request, act)
        except RefusedError as refused:
            form.add_error(None, str(refused))
    page = {"form": form, "heading": say("learning.examples.add"), "back": reverse("learning:examples"), "version": 0}
    return render(request, "learning/example_form.html", page, status=422 if form.errors else 200)


def _only(units: list[Unit]) -> dict[str, int]:
    return {"unit": units[0].pk} if len(units) == 1 else {}


def _sent(request: HttpRequest) -> Any:
    return request.POST if request.method == "POST" else editing.unsent(request)


@permission(WRITE)
def change_example(request: HttpRequest, pk: int) -> HttpResponse:
    """Change what an example says."""
    row = get_object_or_404(queries.writable_examples(request.user), pk=pk)
    if request.method == "POST" and (again := _sent_before(request)):
        return again
    form = ExampleForm(_sent(request), units=None, themes=themes_for(row), initial=initial_of(row))
    here = reverse("learning:example", args=[pk])
    if request.method == "POST" and form.is_valid():

        def act() -> str:
            seen, by = editing.seen_version(request), person(request)
            facts = form.facts()
            actions.change_example(example=row, facts=facts, expected_version=seen, by=by, at=clock.now())
            messages.success(request, say("learning.examples.saved"))
            return here

        try:
            return editing.once(request, act)
        except EditConflict as conflict:
            return _conflict(request, form, conflict)
        except RefusedError as refused:
            form.add_error(None, str(refused))
    version = editing.seen_version(request) if form.is_bound else row.version
    page = {"form": form, "heading": say("learning.examples.change"), "back": here, "version": version}
    page["note"] = say("learning.examples.change_shown") if row.state == ExampleState.SHOWN else ""
    return render(request, "learning/example_form.html", page, status=422 if form.errors else 200)


def _conflict(request: HttpRequest, form: ExampleForm, conflict: EditConflict) -> HttpResponse:
    theirs = conflict.theirs
    differences = [
        (
            say(f"learning.field.{name}"),
            form.cleaned_data[name],
            theirs.said(name) if isinstance(theirs, Example) else "",
        )
        for name in TEXTS
    ]
    version = theirs.version if isinstance(theirs, Example) else None
    return answer_conflict(request, differences=differences, again=request.path, version=version)


def _sent_before(request: HttpRequest) -> HttpResponse | None:
    """Where this very form led when it was sent before; None for a form that is new."""
    led = editing.sent_before(request)
    return redirect(led) if led else None


def _moved(request: HttpRequest, row: Example, to: ExampleState, *, reason: str = "") -> HttpResponse:
    """Take a step, once; where it cannot be taken any more, the example's page says how it stands."""
    here = reverse("learning:example", args=[row.pk])

    def act() -> str:
        seen = editing.seen_version(request, otherwise=-1)
        by, at = person(request), clock.now()
        actions.move_example(example=row, to=to, expected_version=seen, reason=reason, by=by, at=at)
        messages.success(request, say(f"learning.moved.{to}"))
        return here

    try:
        return editing.once(request, act)
    except EditConflict:
        messages.error(request, say("learning.refused.changed"))
    except RefusedError as refused:
        messages.error(request, str(refused))
    return redirect(here)


@permission(WRITE)
@require_POST
def propose_example(request: HttpRequest, pk: int) -> HttpResponse:
    """Hand an example in."""
    row = get_object_or_404(queries.writable_examples(request.user), pk=pk)
    return _sent_before(request) or _moved(request, row, ExampleState.PROPOSED)


@permission(WRITE)
def withdraw_example(request: HttpRequest, pk: int) -> HttpResponse:
    """Take an example back, after a question."""
    row = get_object_or_404(queries.writable_examples(request.user), pk=pk)
    if request.method == "POST":
        return _sent_before(request) or _moved(request, row, ExampleState.WITHDRAWN)
    page = {"example": row, "back": reverse("learning:example", args=[pk])}
    return render(request, "learning/withdraw.html", page)


@permission(REVIEW)
def review_example(request: HttpRequest, pk: int) -> HttpResponse:
    """Show an example to everybody, or send it back with what to change."""
    rows = queries.visible_examples(request.user)
    row = get_object_or_404(rows.filter(unit__in=units_in_scope(request.user, REVIEW)), pk=pk)
    here = reverse("learning:example", args=[pk])
    form = ReviewForm(_sent(request))
    if request.method == "POST":
        if again := _sent_before(request):
            return again
        if form.is_valid():
            return _moved(request, row, ExampleState(form.cleaned_data["to"]), reason=form.cleaned_data["reason"])
    if row.state != ExampleState.PROPOSED:
        return redirect(here)
    page = {"example": row, "form": form, "back": here, "lines": _lines(row)}
    return render(request, "learning/review.html", page, status=422 if form.errors else 200)


def _lines(row: Example) -> list[tuple[str, str]]:
    return [(say(f"learning.field.{name}"), row.said(name)) for name in TEXTS]
