"""Pages of the tree: the municipality as it is built, one unit, adding and changing."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse

from jamlik.web.core import clock, listing
from jamlik.web.core.access import may, permission, require
from jamlik.web.core.editing import EditConflict, once, unsent
from jamlik.web.core.people import person as asker
from jamlik.web.core.texts import say
from jamlik.web.organisation import actions, tree
from jamlik.web.organisation.forms import UnitForm, chosen_unit
from jamlik.web.organisation.models import Area, Unit, UnitKind
from jamlik.web.organisation.queries import authority_of, line_above, root
from jamlik.web.organisation.rules import kinds_below

__all__ = ["add_unit", "areas", "change_unit", "the_tree", "unit"]

READ, EDIT = "organisation.read", "organisation.edit"


def _kind_name(unit: Unit) -> str:
    return say(f"organisation.kind.{unit.kind}")


def _unit_url(unit: Unit) -> str:
    return reverse("organisation:unit", args=[unit.pk])


def _columns(*more: listing.Column) -> tuple[listing.Column, ...]:
    return (
        listing.Column("name", "organisation.field.name", lambda unit: unit.name, sort="name", link=_unit_url),
        listing.Column("code", "organisation.field.code", lambda unit: unit.code, sort="code"),
        listing.Column("kind", "organisation.field.kind", _kind_name, sort="kind"),
        *more,
        listing.Column("from", "organisation.field.valid_from", lambda unit: unit.valid_from, sort="valid_from"),
        listing.Column("to", "organisation.field.valid_to", lambda unit: unit.valid_to, sort="valid_to"),
    )


KIND_FILTER = listing.Filter(
    "kind",
    "organisation.field.kind",
    lambda request: [(kind.value, say(f"organisation.kind.{kind.value}")) for kind in UnitKind],
    lambda rows, value: rows.filter(kind=value),
)
FOUND = listing.Spec(
    name="organisation.units",
    columns=_columns(
        listing.Column("parent", "organisation.field.parent", lambda unit: unit.parent or "", sort="parent__name")
    ),
    filters=(KIND_FILTER,),
    search=("name", "code"),
    sort="name",
    caption="organisation.units",
)
BELOW = listing.Spec(
    name="organisation.below",
    columns=_columns(),
    sort="name",
    caption="organisation.below",
    empty="organisation.nothing_below",
)
AREAS = listing.Spec(
    name="organisation.areas",
    columns=(
        listing.Column(
            "identity", "organisation.field.code", lambda area: area.identity, sort=("kind", "version", "code")
        ),
        listing.Column("name", "organisation.field.name", lambda area: area.name, sort="name"),
        listing.Column("kind", "organisation.area.kind", lambda area: area.kind, sort="kind"),
        listing.Column("version", "organisation.field.version", lambda area: area.version, sort="version"),
    ),
    filters=(
        listing.Filter(
            "kind",
            "organisation.area.kind",
            lambda request: [
                (kind, kind) for kind in Area.objects.order_by("kind").values_list("kind", flat=True).distinct()
            ],
            lambda rows, value: rows.filter(kind=value),
        ),
    ),
    search=("name", "code"),
    sort="identity",
    caption="organisation.area.title",
    empty="organisation.area.none",
)


@permission(READ)
def the_tree(request: HttpRequest) -> HttpResponseBase:
    """The whole tree on a day; what somebody searches for is shown as a list instead."""
    asked = request.GET
    if asked.get("q") or asked.get("kind") or asked.get("format") or asked.get("page") or asked.get("sort"):
        shown = listing.page(request, Unit.objects.select_related("parent"), FOUND)
        return shown.file or render(request, "organisation/found.html", {"listing": shown})
    day = _day(asked.get("on", "")) or clock.today()
    closed = bool(asked.get("closed"))
    context = {
        "branches": tree.branches(day, closed=closed),
        "day": day,
        "closed": closed,
        "may_import": may(request.user, "organisation.import", unit=root()),
    }
    return render(request, "organisation/tree.html", context)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


@permission(READ)
def unit(request: HttpRequest, pk: int) -> HttpResponseBase:
    """One unit: where it lies, what lies below it, who has a role here, what has happened to it."""
    found = get_object_or_404(Unit.objects.select_related("parent"), pk=pk)
    shown = listing.page(request, tree.children(found), BELOW)
    if shown.file is not None:
        return shown.file
    sees_people = may(request.user, "organisation.people_read", unit=found)
    context = {
        "unit": found,
        "above": line_above(found),
        "authority": authority_of(found),
        "valid": found.valid_on(clock.today()),
        "listing": shown,
        "roles": tree.roles_at(found, clock.today()) if sees_people else None,
        "may_edit": may(request.user, EDIT, unit=found),
        "may_add": bool(kinds_below(found.kind)) and may(request.user, EDIT, unit=found),
    }
    return render(request, "organisation/unit.html", context)


@permission(EDIT)
def add_unit(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Add a unit below another."""
    parent = get_object_or_404(Unit, pk=pk)
    require(request.user, EDIT, unit=parent)
    form = UnitForm(request.POST or unsent(request), by=request.user, parent=parent)
    if request.method == "POST" and form.is_valid():

        def add() -> str:
            made = actions.add_unit(parent=parent, by=asker(request), at=clock.now(), **form.cleaned_data)
            return _unit_url(made)

        try:
            return _saved(request, once(request, add))
        except ValidationError as error:
            form.add_error(None, error)
    context = {"form": form, "parent": parent, "back": _unit_url(parent)}
    return render(request, "organisation/add_unit.html", context)


@permission(EDIT)
def change_unit(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Change a unit; when somebody else has saved meanwhile, both versions are shown."""
    found = get_object_or_404(Unit.objects.select_related("parent"), pk=pk)
    require(request.user, EDIT, unit=found)
    form = UnitForm(request.POST or unsent(request), by=request.user, unit=found)
    theirs: list[tuple[str, str]] = []
    if request.method == "POST" and form.is_valid():
        values = dict(form.cleaned_data)
        version = values.pop("version")
        if "parent" in values:
            values["parent"] = chosen_unit(values["parent"])

        def change() -> str:
            actions.change_unit(unit=found, values=values, expected_version=version, by=asker(request), at=clock.now())
            return _unit_url(found)

        try:
            return _saved(request, once(request, change))
        except ValidationError as error:
            form.add_error(None, error)
        except EditConflict as conflict:
            theirs = _as_lines(conflict.theirs)
            form.data = _with_version(form.data, conflict.theirs)
    context = {"form": form, "unit": found, "theirs": theirs, "back": _unit_url(found)}
    return render(request, "organisation/change_unit.html", context, status=409 if theirs else 200)


def _saved(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    messages.success(request, say("organisation.saved"))
    return response


def _as_lines(theirs: Any) -> list[tuple[str, str]]:
    """What lies there now, field by field, in words."""
    if not isinstance(theirs, Unit):
        return []
    values = {
        "name": theirs.name,
        "code": theirs.code,
        "kind": _kind_name(theirs),
        "parent": str(theirs.parent or ""),
        "valid_from": str(theirs.valid_from or ""),
        "valid_to": str(theirs.valid_to or ""),
    }
    return [(say(f"organisation.field.{name}"), value) for name, value in values.items()]


def _with_version(data: Any, theirs: Any) -> Any:
    """What was sent, now seen against the version that lies there: saving again is a choice."""
    sent = data.copy()
    sent["version"] = str(theirs.version) if isinstance(theirs, Unit) else ""
    return sent


@permission(READ)
def areas(request: HttpRequest) -> HttpResponseBase:
    """The areas that figures are given for."""
    rows: QuerySet[Area] = Area.objects.all()
    shown = listing.page(request, rows, AREAS)
    context = {"listing": shown, "may_import": may(request.user, "organisation.import", unit=root())}
    return shown.file or render(request, "organisation/areas.html", context)
