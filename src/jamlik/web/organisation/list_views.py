"""Pages of lists of units and of areas: upload or template, what would change, accept or drop."""

from __future__ import annotations

from collections.abc import Mapping

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from jamlik.web.core import clock, listing
from jamlik.web.core.access import permission, require
from jamlik.web.core.editing import once
from jamlik.web.core.people import person as asker
from jamlik.web.core.texts import language, say
from jamlik.web.organisation import list_actions
from jamlik.web.organisation.area_lists import AREA_COLUMNS, areas_of_file, diff_of
from jamlik.web.organisation.content import starting_tree, starting_trees
from jamlik.web.organisation.forms import ListForm
from jamlik.web.organisation.models import Area, ListAbout, Unit, UnitList
from jamlik.web.organisation.queries import root
from jamlik.web.organisation.unit_files import RowProblem, rows_of_file
from jamlik.web.organisation.unit_lists import ListDiff, UnitChange, all_problems

__all__ = ["accept", "area_example", "drop", "example", "review", "start", "upload", "upload_areas"]

IMPORT = "organisation.import"
EARLIER = 20


def _require(request: HttpRequest) -> None:
    """A list may reach the whole tree: it takes the right to all of it."""
    require(request.user, IMPORT, unit=root())


@permission(IMPORT)
def upload(request: HttpRequest) -> HttpResponseBase:
    """Upload a list, take a template, or go back to an earlier list."""
    _require(request)
    form = ListForm(request.POST or None, request.FILES or None)
    problems: list[RowProblem] = []
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        try:
            rows, unread = rows_of_file(file, name=file.name, size=file.size)
            problems = all_problems(rows, unread) if unread else []
            if not problems:
                return once(request, lambda: _kept(request, file.name, rows))
        except ValidationError as error:
            form.add_error("file", error)
    context = {
        "form": form,
        "problems": problems,
        "trees": starting_trees(language()),
        "earlier": _earlier(ListAbout.UNITS),
        "back": reverse("organisation:tree"),
    }
    return render(request, "organisation/upload.html", context)


@permission(IMPORT)
def upload_areas(request: HttpRequest) -> HttpResponseBase:
    """Upload a list of areas, or go back to an earlier one."""
    _require(request)
    form = ListForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        try:
            rows = areas_of_file(file, name=file.name, size=file.size)
            return once(request, lambda: _kept(request, file.name, rows, ListAbout.AREAS))
        except ValidationError as error:
            form.add_error("file", error)
    context = {"form": form, "earlier": _earlier(ListAbout.AREAS), "back": reverse("organisation:areas")}
    return render(request, "organisation/upload_areas.html", context)


def _earlier(about: str) -> QuerySet[UnitList]:
    return UnitList.objects.filter(about=about).select_related("uploaded_by")[:EARLIER]


def _kept(request: HttpRequest, name: str, rows: list[dict[str, object]], about: str = ListAbout.UNITS) -> str:
    made = list_actions.keep_list(file_name=name, rows=rows, about=about, by=asker(request), at=clock.now())
    return reverse("organisation:list", args=[made.pk])


@permission(IMPORT)
@require_POST
def start(request: HttpRequest) -> HttpResponseBase:
    """Take a template as the list."""
    _require(request)
    chosen = starting_tree(request.POST.get("tree", ""))
    if chosen is None:
        return HttpResponseRedirect(reverse("organisation:lists"))
    name, rows = chosen
    return once(request, lambda: _kept(request, name, rows))


@permission(IMPORT)
def example(request: HttpRequest) -> HttpResponseBase:
    """The tree as it is, as a file to fill in."""
    _require(request)
    heads = [
        say(f"organisation.column.{name}") for name in ("code", "name", "kind", "parent", "valid_from", "valid_to")
    ]
    body = [
        [
            unit.code,
            unit.name,
            say(f"organisation.kind.{unit.kind}"),
            unit.parent.code if unit.parent else "",
            str(unit.valid_from or ""),
            str(unit.valid_to or ""),
        ]
        for unit in Unit.objects.select_related("parent").order_by("path")
    ]
    return _file_to_fill_in(heads, body, say("organisation.list.file_name"))


@permission(IMPORT)
def area_example(request: HttpRequest) -> HttpResponseBase:
    """The areas as they are, as a file to fill in."""
    _require(request)
    heads = [say(f"organisation.area_list.field.{name}") for name in AREA_COLUMNS]
    body = [
        [area.kind, area.version, area.code, area.name, ", ".join(sorted(each.identity for each in area.parents.all()))]
        for area in Area.objects.prefetch_related("parents")
    ]
    return _file_to_fill_in(heads, body, say("organisation.area_list.file_name"))


def _file_to_fill_in(heads: list[str], body: list[list[str]], name: str) -> HttpResponse:
    lines = [";".join(_cell(listing.harmless(text)) for text in cells) for cells in (heads, *body)]
    response = HttpResponse("\ufeff" + "\r\n".join(lines) + "\r\n", content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return response


def _cell(text: str) -> str:
    return f'"{text.replace(chr(34), chr(34) * 2)}"' if any(sign in text for sign in ';"\r\n') else text


@permission(IMPORT)
def review(request: HttpRequest, pk: int) -> HttpResponseBase:
    """What a list would change."""
    _require(request)
    found = get_object_or_404(UnitList.objects.select_related("uploaded_by"), pk=pk)
    diff = diff_of(found) if found.state == UnitList.State.WAITING else None
    context = {
        "list": found,
        "diff": diff,
        "changes": _in_words(diff, found) if diff else [],
        "new_n": sum(change.new for change in diff.changes) if diff else 0,
        "changed_n": sum(not change.new for change in diff.changes) if diff else 0,
        "words": "organisation.area_list" if found.about == ListAbout.AREAS else "organisation.list",
        "back": _lists(found),
    }
    return render(request, "organisation/review.html", context)


def _lists(found: UnitList) -> str:
    return reverse("organisation:area_lists" if found.about == ListAbout.AREAS else "organisation:lists")


def _in_words(diff: ListDiff, kept: UnitList) -> list[tuple[UnitChange, list[tuple[str, str, str]]]]:
    """Each change, field by field; what a unit lies under is told by name."""
    if kept.about == ListAbout.AREAS:
        return [
            (change, [(say(f"organisation.area_list.field.{name}"), *pair) for name, pair in change.fields.items()])
            for change in diff.changes
        ]
    names = dict(Unit.objects.values_list("code", "name"))
    names |= {str(row.get("code", "")): str(row.get("name", "")) for row in kept.rows}
    return [
        (
            change,
            [
                (say(f"organisation.field.{name}"), _value(name, before, names), _value(name, after, names))
                for name, (before, after) in change.fields.items()
            ],
        )
        for change in diff.changes
    ]


def _value(name: str, value: str, names: Mapping[str, str]) -> str:
    if name == "parent" and value:
        return names.get(value) or value
    return say(f"organisation.kind.{value}") if name == "kind" and value else value


@permission(IMPORT)
@require_POST
def accept(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Save what the list changes, as it was shown."""
    _require(request)
    found = get_object_or_404(UnitList, pk=pk)
    here = reverse("organisation:list", args=[pk])

    def act() -> str:
        list_actions.accept_list(unit_list=found, seen=request.POST.get("seen", ""), by=asker(request), at=clock.now())
        return reverse("organisation:areas" if found.about == ListAbout.AREAS else "organisation:tree")

    try:
        response = once(request, act)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return HttpResponseRedirect(here)
    messages.success(request, say("organisation.list.accepted"))
    return response


@permission(IMPORT)
@require_POST
def drop(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Leave the tree as it is."""
    _require(request)
    found = get_object_or_404(UnitList, pk=pk)
    try:
        list_actions.drop_list(unit_list=found, by=asker(request), at=clock.now())
        messages.success(request, say("organisation.list.dropped"))
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    return HttpResponseRedirect(_lists(found))
