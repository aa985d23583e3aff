"""Pages of data sets: all of them, one with its versions, making, changing, handing in a file, undoing."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse

from jamlik.model.errors import JamlikError
from jamlik.web.core import clock, listing
from jamlik.web.core.access import permission, require
from jamlik.web.core.editing import EditConflict, once, sent_before, unsent
from jamlik.web.core.forms import Form
from jamlik.web.core.jobs import Job, JobState
from jamlik.web.core.people import person
from jamlik.web.core.texts import has_text, language, say
from jamlik.web.statistics import actions, queries
from jamlik.web.statistics.forms import MOST_BYTES, DataSetForm, MunicipalityForm, ReasonForm, UploadForm
from jamlik.web.statistics.models import DataSet, InsideRule, Origin
from jamlik.web.statistics.rules import RUNNING
from jamlik.web.statistics.undoing import REDO, UNDO, may_be_redone

__all__ = [
    "answered",
    "change",
    "data_of",
    "data_set",
    "fetch_again",
    "home",
    "municipality",
    "new",
    "redo",
    "tried",
    "undo",
    "upload",
]

SEE, IMPORT = "statistics.see", "statistics.import"

DATA_SETS = listing.Spec(
    name="statistics.data_sets",
    columns=(
        listing.Column(
            "title",
            "statistics.set.title",
            lambda row: row.title,
            sort="title",
            link=lambda row: reverse("statistics:data_set", args=[row.pk]),
        ),
        listing.Column("owner", "statistics.set.owner", lambda row: row.owner, sort="owner__name"),
        listing.Column(
            "origin", "statistics.set.origin", lambda row: say(f"statistics.origin.{row.origin}"), sort="origin"
        ),
        listing.Column(
            "versions", "statistics.set.versions", lambda row: row.versions_n, sort="versions_n", number=True
        ),
    ),
    search=("title", "owner__name", "register_number"),
    sort="title",
    caption="statistics.menu.data_sets",
    empty="statistics.home.empty",
)


def tried(form: Form, act: Callable[[], Any]) -> Any:
    """Do it; what a person can put right becomes an error of the form, and None is returned."""
    try:
        return act()
    except JamlikError as error:
        told = (error.part(name, language()) for name in ("what", "why", "do"))
        form.add_error(None, " ".join(part for part in told if part))
        return None


class _FormError(Exception):
    """The form says what is wrong: the transaction is rolled back and the page shown again."""


def answered(request: HttpRequest, form: Form, act: Callable[[], str]) -> HttpResponseBase | None:
    """Do what a valid form asks for, once, and go on; None where the form has an error to show."""
    if request.method != "POST":
        return None
    led = sent_before(request)
    if led:
        return once(request, lambda: led)
    if not form.is_valid():
        return None

    def acted() -> str:
        url = tried(form, act)
        if url is None:
            raise _FormError
        return str(url)

    try:
        return once(request, acted)
    except _FormError:
        return None


def data_of(request: HttpRequest) -> Any:
    """What was sent, now or before a login timed out; None for a new form."""
    return request.POST if request.method == "POST" else unsent(request)


@permission(SEE)
def home(request: HttpRequest) -> HttpResponseBase:
    """All data sets."""
    shown = listing.page(request, queries.data_sets(person(request)), DATA_SETS)
    return shown.file or render(request, "statistics/home.html", {"listing": shown})


def _found(request: HttpRequest, pk: int) -> DataSet:
    found = queries.data_set_page(person(request), pk)
    if found is None:
        raise Http404
    return found


@permission(SEE)
def data_set(request: HttpRequest, pk: int) -> HttpResponse:
    """One data set: whose it is, its versions, what can be done."""
    found = _found(request, pk)
    may_import = queries.may_import(person(request), found)
    current = found.current
    versions = list(found.imports.all())
    undo = current.job if current is not None and current.job is not None and current.job.name == UNDO else None
    undo_ended = undo is None or undo.ended
    going_on = (version for version in versions if version.job is not None and version.job.name == REDO)
    redoing = next((version for version in going_on if version.job is not None and not version.job.ended), None)
    out = queries.release_of(current) if current is not None else None
    lines = [
        {"label": say(f"statistics.set.{name}"), "value": value}
        for name, value in (
            ("owner", found.owner),
            ("origin", say(f"statistics.origin.{found.origin}")),
            ("register_number", found.register_number),
            ("secrecy", found.secrecy),
            ("legal_basis", found.legal_basis),
            ("inside", say(f"statistics.inside_rule.{found.inside}") if may_import else ""),
        )
        if value
    ]
    page = {
        "data_set": found,
        "lines": lines,
        "may_import": may_import,
        "may_begin": may_import and not any(version.state in RUNNING for version in versions),
        "versions": [
            {"row": version, "again": may_import and undo_ended and may_be_redone(version, current)}
            for version in versions
        ],
        "redoing": redoing,
        "undoing": undo if undo is not None and not undo.ended else None,
        "undo_problem": _problem_of(undo),
        "release": out,
        "may_publish": current is not None
        and out is None
        and person(request).has_perm("statistics.publish", found.owner),
    }
    return render(request, "statistics/data_set.html", page)


def _problem_of(undo: Job | None) -> str:
    """Why a version could not be undone, which stays in use; empty where nothing went wrong."""
    if undo is None or undo.state not in (JobState.FAILED, JobState.LOST):
        return ""
    return say(undo.problem) if has_text(undo.problem) else undo.problem


@permission(IMPORT)
def new(request: HttpRequest) -> HttpResponseBase:
    """Make a data set, then choose its file."""
    user = person(request)
    form = DataSetForm(data_of(request), owners=queries.owners_for(user, IMPORT, authorities=True))

    def act() -> str:
        made = actions.create_data_set(by=user, at=clock.now(), **form.cleaned_data)
        return reverse("statistics:upload", args=[made.pk])

    return answered(request, form, act) or _form_page(request, form, "home.new", "set.make", reverse("statistics:home"))


def _form_page(request: HttpRequest, form: Form, heading: str, button: str, back: str, **more: Any) -> HttpResponse:
    title = heading if " " in heading else say(f"statistics.{heading}")
    page = {"form": form, "title": title, "button": say(f"statistics.{button}"), "back": back, **more}
    return render(request, "statistics/form.html", page, status=422 if form.errors else 200)


def _mine(request: HttpRequest, pk: int) -> DataSet:
    found = _found(request, pk)
    require(person(request), IMPORT, unit=found.owner)
    return found


@permission(IMPORT)
def change(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Change what is said of a data set."""
    found, user = _mine(request, pk), person(request)
    back = reverse("statistics:data_set", args=[pk])
    start = {name: getattr(found, name) for name in ("title", "register_number", "secrecy", "legal_basis", "inside")}
    form = DataSetForm(data_of(request), initial=start)
    seen = int(request.POST.get("version") or found.version) if request.method == "POST" else found.version

    def act() -> str:
        actions.edit_data_set(data_set=found, values=form.cleaned_data, expected_version=seen, by=user, at=clock.now())
        return back

    try:
        done = answered(request, form, act)
    except EditConflict:
        now = DataSet.objects.get(pk=pk)
        differences = [
            (str(form.fields[name].label), _told(name, form.cleaned_data[name]), _told(name, getattr(now, name)))
            for name in start
            if form.cleaned_data[name] != getattr(now, name)
        ]
        page = {"differences": differences, "again": request.path}
        return render(request, "core/conflict.html", page, status=409)
    return done or _form_page(request, form, "set.edit", "set.save", back, version=seen)


def _told(name: str, value: str) -> str:
    return say(f"statistics.inside_rule.{value}") if name == "inside" else value


@permission(IMPORT)
def upload(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Hand in a file as the next version of a data set."""
    found, user = _mine(request, pk), person(request)
    size = int(request.META.get("CONTENT_LENGTH") or 0)
    too_large = size > MOST_BYTES
    posted = request.method == "POST"
    form = UploadForm(request.POST if posted else None, request.FILES if posted else None, too_large=too_large)

    def act() -> str:
        file = form.cleaned_data["file"]
        made = actions.receive_file(
            data_set=found, file_name=file.name or "fil", parts=file.chunks(), by=user, at=clock.now()
        )
        return reverse("statistics:import", args=[made.pk])

    back = reverse("statistics:data_set", args=[pk])
    return answered(request, form, act) or _form_page(
        request, form, "upload.heading", "upload.send", back, upload=True, about=found.title
    )


@permission(IMPORT)
def municipality(request: HttpRequest) -> HttpResponseBase:
    """Begin with one's own municipality."""
    user = person(request)
    form = MunicipalityForm(data_of(request), owners=queries.owners_for(user, IMPORT, authorities=True))

    def act() -> str:
        made = actions.begin_municipality(by=user, at=clock.now(), **form.cleaned_data)
        return reverse("statistics:import", args=[made.pk])

    return answered(request, form, act) or _form_page(
        request, form, "kolada.heading", "kolada.fetch", reverse("statistics:home")
    )


@permission(IMPORT)
def fetch_again(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Fetch a municipality's figures anew, as the next version."""
    found, user = _mine(request, pk), person(request)
    if found.origin != Origin.KOLADA:
        raise Http404
    form = Form(request.POST if request.method == "POST" else None)
    begin = partial(
        actions.begin_municipality, municipality=found.origin_key, owner=found.owner, by=user, at=clock.now()
    )

    def act() -> str:
        return reverse("statistics:import", args=[begin().pk])

    back = reverse("statistics:data_set", args=[pk])
    return answered(request, form, act) or _form_page(
        request, form, "set.fetch", "kolada.fetch", back, about=found.title
    )


@permission(IMPORT)
def redo(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Take a version that was undone into use again."""
    user = person(request)
    found = queries.import_in_scope(user, pk)
    if found is None or not may_be_redone(found, found.data_set.current):
        raise Http404
    form = Form(request.POST if request.method == "POST" else None)

    def act() -> str:
        return reverse("core:job", args=[actions.redo_import(imported=found, by=user, at=clock.now()).pk])

    told = "about_inside" if found.data_set.inside == InsideRule.UNPROTECTED else "about"
    back = reverse("statistics:data_set", args=[found.data_set_id])
    heading = say("statistics.redo.heading", n=found.number)
    about = say(f"statistics.redo.{told}")
    return answered(request, form, act) or _form_page(request, form, heading, "redo.do", back, about=about)


@permission(IMPORT)
def undo(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Take the version in use out of use again."""
    found, user = _mine(request, pk), person(request)
    if found.current is None:
        raise Http404
    form = ReasonForm(data_of(request), key="statistics.undo.reason")
    back = reverse("statistics:data_set", args=[pk])

    def act() -> str:
        asked = actions.undo_import(data_set=found, by=user, at=clock.now(), reason=form.cleaned_data["reason"])
        return reverse("core:job", args=[asked.pk])

    before = found.current.replaces
    told = say("statistics.undo.restores", n=before.number) if before else say("statistics.undo.restores_none")
    return answered(request, form, act) or _form_page(
        request, form, say("statistics.undo.heading", n=found.current.number), "undo.do", back, about=told, danger=True
    )
