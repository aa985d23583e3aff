"""Pages about governing documents."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.contrib import messages
from django.core.files.storage import default_storage
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import content_disposition_header

from jamlik.web.core import access, clock, editing, guided, listing
from jamlik.web.core.access import permission
from jamlik.web.core.editing import EditConflict
from jamlik.web.core.guided import Answers, Guide, Step
from jamlik.web.core.people import person
from jamlik.web.core.texts import say
from jamlik.web.organisation.models import Unit
from jamlik.web.register import actions, forms, queries
from jamlik.web.register.choices import Choices
from jamlik.web.register.conflicts import answer_conflict, as_form_error, conflicting, refused
from jamlik.web.register.lists import DOCUMENTS, STATE_LOOK
from jamlik.web.register.models import Document, DocumentVersion, FileKind, Law, Theme
from jamlik.web.register.rules import BrokenRuleError
from jamlik.web.register.uploads import CONTENT_TYPES, RefusedFileError

__all__ = ["add_version", "document", "document_list", "download", "edit_document", "new_document"]

EDIT = "register.edit_document"
_STEPS = (
    Step("what", forms.WhatForm, "register.ask.what"),
    Step("who", forms.WhoForm, "register.ask.who"),
    Step("when", forms.WhenForm, "register.ask.when"),
    Step("themes", forms.ThemesForm, "register.ask.themes"),
    Step("links", forms.LinksForm, "register.ask.links"),
    Step("laws", forms.LawsForm, "register.ask.laws"),
)
NEW = Guide("register.document", _STEPS, check="register.ask.check", send="register.ask.send")
CHANGE = Guide("register.document_change", _STEPS, check="register.ask.check", send="register.ask.send")


@permission("register.view")
def document_list(request: HttpRequest) -> HttpResponse:
    """All governing documents, and how many wait for review."""
    shown = listing.page(request, queries.documents(), DOCUMENTS)
    if shown.file is not None:
        return shown.file
    page = {
        "listing": shown,
        "overdue_n": queries.overdue_reviews().count(),
        "may_edit": access.may(request.user, EDIT),
    }
    return render(request, "register/documents.html", page)


def _found(key: int) -> Document:
    found = queries.document_with_all(key)
    if found is None:
        raise Http404
    return found


@permission("register.view")
def document(request: HttpRequest, key: int) -> HttpResponse:
    """One document: its facts, its versions, and which of them applied on a day."""
    found = _found(key)
    today = clock.today()
    asked, wrong = _asked_day(request.GET.get("on", ""))
    now = queries.version_on(found, today)
    page = {
        "document": found,
        "now": now,
        "look": STATE_LOOK[now.state],
        "asked": asked,
        "asked_text": request.GET.get("on", ""),
        "asked_wrong": wrong,
        "applied": _applied_text(queries.version_on(found, asked)) if asked else "",
        "overdue": now.state == queries.DocumentState.IN_FORCE and found.review_on and found.review_on < today,
        "ran_out": now.state == queries.DocumentState.EXPIRED,
        "may_edit": access.may(request.user, EDIT, unit=found.owner),
    }
    return render(request, "register/document.html", page)


def _asked_day(text: str) -> tuple[dt.date | None, bool]:
    """The day asked for, and whether what was written is no day."""
    if not text.strip():
        return None, False
    try:
        return dt.date.fromisoformat(text.strip()), False
    except ValueError:
        return None, True


def _applied_text(applied: queries.Applied) -> str:
    values: dict[str, object] = {"on": applied.on.isoformat()}
    if applied.version is not None:
        return say("register.document.on_version", number=applied.version.number, **values)
    if applied.replaced_by is not None:
        values["title"] = applied.replaced_by.title
    return say(f"register.document.on_{applied.state.value}", **values)


def _facts(answers: Answers) -> actions.DocumentFacts:
    """What was answered, with the rows in place of their keys."""

    def rows(model: Any, name: str) -> tuple[Any, ...]:
        return tuple(model.objects.filter(pk__in=answers[name]))

    return actions.DocumentFacts(
        kind=answers["kind"],
        title=answers["title"],
        owner=Unit.objects.get(pk=answers["owner"]),
        responsible=answers["responsible"],
        register_number=answers["register_number"],
        valid_until=answers["valid_until"],
        review_on=answers["review_on"],
        belongs_to=Document.objects.filter(pk=answers["belongs_to"]).first() if answers["belongs_to"] else None,
        themes=rows(Theme, "themes"),
        laws=rows(Law, "laws"),
        replaces=rows(Document, "replaces"),
        related=rows(Document, "related"),
    )


@permission(EDIT)
def new_document(request: HttpRequest, step: str = "") -> HttpResponse:
    """Add a document, one question a page."""

    def finish(answers: Answers, version: int) -> str:
        try:
            made = actions.add_document(facts=_facts(answers), by=person(request), at=clock.now())
        except BrokenRuleError as error:
            raise as_form_error(error) from error
        messages.success(request, say("register.document.added"))
        return reverse("register:document", args=[made.pk])

    return guided.respond(
        request,
        NEW,
        step=step,
        subject="",
        address=lambda name: reverse("register:new_document_step", args=[name]),
        finish=finish,
        cancel=reverse("register:documents"),
        options={"choices": Choices(person(request))},
    )


@permission(EDIT)
def edit_document(request: HttpRequest, key: int, step: str = "") -> HttpResponse:
    """Change what is said of a document, one question a page."""
    found = _found(key)
    access.require(request.user, EDIT, unit=found.owner)
    here = reverse("register:document", args=[found.pk])

    def finish(answers: Answers, version: int) -> str:
        try:
            actions.edit_document(
                document=found,
                facts=_facts(answers),
                expected_version=version,
                by=person(request),
                at=clock.now(),
            )
        except BrokenRuleError as error:
            raise as_form_error(error) from error
        messages.success(request, say("register.document.edited"))
        return here

    try:
        return guided.respond(
            request,
            CHANGE,
            step=step,
            subject=str(found.pk),
            address=lambda name: reverse("register:edit_document_step", args=[found.pk, name]),
            finish=finish,
            cancel=here,
            version=found.version,
            initial=_initial(found),
            options={"choices": Choices(person(request), found)},
        )
    except EditConflict as conflict:
        guided.drop_draft(request, CHANGE, str(found.pk))
        names = ("title", "owner", "responsible", "register_number", "valid_until", "review_on", "belongs_to")
        differences = conflicting(conflict, [(name, say(f"register.field.{name}")) for name in names])
        return answer_conflict(
            request, differences=differences, again=reverse("register:edit_document", args=[found.pk])
        )


def _initial(document: Document) -> dict[str, dict[str, Any]]:
    def keys(rows: Any) -> list[int]:
        return [row.pk for row in rows.all()]

    return {
        "what": {"kind": document.kind, "title": document.title},
        "who": {
            "owner": document.owner_id,
            "responsible": document.responsible,
            "register_number": document.register_number,
        },
        "when": {"valid_until": document.valid_until or "", "review_on": document.review_on or ""},
        "themes": {"themes": keys(document.themes)},
        "links": {
            "belongs_to": document.belongs_to_id or "",
            "replaces": keys(document.replaces),
            "related": keys(document.related),
        },
        "laws": {"laws": keys(document.laws)},
    }


@permission(EDIT)
def add_version(request: HttpRequest, key: int) -> HttpResponse:
    """Add a decided version with its file."""
    found = _found(key)
    access.require(request.user, EDIT, unit=found.owner)
    here = reverse("register:document", args=[found.pk])
    known = {name: getattr(found, name) for name in ("register_number", "valid_until", "review_on")}
    form = forms.VersionForm(request.POST or editing.unsent(request), request.FILES or None, initial=known)
    if request.method == "POST" and form.is_valid():

        def act() -> str:
            given = dict(form.cleaned_data)
            upload = given.pop("file")
            validity = actions.Validity(given.pop("valid_until"), given.pop("review_on"))
            actions.add_version(
                document=found,
                decision=actions.Decision(**given),
                validity=validity,
                by=person(request),
                at=clock.now(),
                upload=upload.file if upload else None,
                name=upload.name if upload else "",
                size=upload.size if upload else 0,
            )
            messages.success(request, say("register.document.version_added"))
            return here

        try:
            return editing.once(request, act)
        except (BrokenRuleError, RefusedFileError) as error:
            refused(form, error)
    page = {"form": form, "document": found, "back": here}
    return render(request, "register/version.html", page, status=422 if form.errors else 200)


@permission("register.view")
def download(request: HttpRequest, key: int) -> HttpResponse:
    """A version's file, to be saved and never shown in the browser."""
    version = DocumentVersion.objects.filter(pk=key).exclude(file="").first()
    if version is None:
        raise Http404
    name = str(version.file.name)
    if not default_storage.exists(name):
        return render(request, "core/error.html", {"text": say("register.file.gone")}, status=404)
    with default_storage.open(name) as kept:  # at most 20 MB, so it is read at once and closed
        content = kept.read()
    response = HttpResponse(content, content_type=CONTENT_TYPES[FileKind(version.file_kind)])
    response.headers["Content-Disposition"] = content_disposition_header(True, version.file_name) or "attachment"
    return response
