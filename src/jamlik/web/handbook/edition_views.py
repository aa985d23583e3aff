"""The municipality's question sets: which are used, their editions, one edition, a look at it, and giving it out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from jamlik.handbook import Case, Question
from jamlik.handbook.answers import NONE
from jamlik.handbook.library import edition_file
from jamlik.handbook.paper import form_of
from jamlik.model.words import LANGUAGES
from jamlik.web.core import access, clock, editing, listing
from jamlik.web.core.access import permission
from jamlik.web.core.listing import Column, Filter, Spec
from jamlik.web.core.people import person
from jamlik.web.core.texts import language, say
from jamlik.web.handbook import edition_actions
from jamlik.web.handbook import edition_content as content_of
from jamlik.web.handbook.edition_forms import BeginEditionForm
from jamlik.web.handbook.edition_models import Edition, EditionState
from jamlik.web.handbook.edition_queries import SETS, editions, in_use
from jamlik.web.handbook.forms import AnswerForm
from jamlik.web.handbook.rules import RefusedError
from jamlik.web.handbook.shown import LOOKS, text
from jamlik.web.organisation.queries import root

__all__ = [
    "begin_edition",
    "edition_list",
    "edition_of",
    "edition_page",
    "give_out",
    "preview",
    "take_edition",
    "withdraw",
]

LIST = Spec(
    name="handbook.editions",
    columns=(
        Column(
            "edition",
            "handbook.edition.name",
            lambda row: row.key,
            sort=("set_key", "number"),
            link=lambda row: reverse("handbook:edition", args=[row.pk]),
        ),
        Column("set", "handbook.field.set", lambda row: text(row.questions.title), sort="set_key"),
        Column("begun", "handbook.field.written_at", lambda row: row.begun_at, sort="begun_at"),
        Column("issued", "handbook.edition.issued_at", lambda row: row.issued_at, sort="issued_at"),
        Column("analyses", "handbook.title", lambda row: row.analyses_n, sort="analyses_n", number=True),
        Column(
            "state",
            "handbook.field.state",
            lambda row: say(f"handbook.state.{row.state}"),
            sort="state",
            tag=lambda row: LOOKS[row.state],
        ),
    ),
    filters=(
        Filter(
            "state",
            "handbook.field.state",
            lambda request: [(each.value, say(f"handbook.state.{each.value}")) for each in EditionState],
            lambda rows, value: rows.filter(state=value),
        ),
    ),
    sort="-begun",
    caption="handbook.edition.title",
    empty="handbook.edition.none",
)


def _require(request: HttpRequest) -> None:
    """Editions are the whole municipality's."""
    access.require(request.user, "handbook.edition_change", unit=root())


def edition_of(request: HttpRequest, pk: int) -> Edition:
    """The edition, for those who may change the municipality's questions."""
    _require(request)
    return get_object_or_404(editions(), pk=pk)


@permission("handbook.edition_change")
def edition_list(request: HttpRequest) -> HttpResponse:
    """Which questions new analyses are asked, set by set; then every edition there is."""
    _require(request)
    shown = listing.page(request, editions(), LIST)
    sets = [
        {
            "title": text(questions.title),
            "key": questions.key,
            "edition": edition,
            "begin": reverse("handbook:begin_edition", args=[name]),
        }
        for name, (questions, edition) in in_use().items()
    ]
    return shown.file or render(
        request, "handbook/editions.html", {"listing": shown, "sets": sets, "back": reverse("handbook:list")}
    )


@permission("handbook.edition_change")
def begin_edition(request: HttpRequest, name: str) -> HttpResponse:
    """Begin an edition of a set, from the set as it ships or from an earlier edition."""
    _require(request)
    if name not in SETS:
        raise Http404
    if led := editing.sent_before(request):
        return redirect(led)
    known = {str(row.pk): row for row in editions().filter(set_key=name).order_by("-number")[: listing.PAGE_ROWS]}
    sources = [("0", say("handbook.edition.begin.shipped"))]
    sources += [(key, f"{row.key} ({say(f'handbook.state.{row.state}')})") for key, row in known.items()]
    questions, edition = in_use()[name]
    about: dict[str, Any] = {"sources": sources, "initial": {"begun_from": str(edition.pk) if edition else "0"}}
    form = BeginEditionForm(editing.unsent(request), **about)
    if request.method == "POST":
        form = BeginEditionForm(request.POST, **about)
        if form.is_valid():
            return editing.once(request, lambda: _begun(request, name, known.get(form.cleaned_data["begun_from"])))
    shown = {
        "form": form,
        "heading": say("handbook.edition.begin.title"),
        "kicker": text(questions.title),
        "back": reverse("handbook:editions"),
        "version": 0,
        "button": say("handbook.edition.begin.button"),
    }
    return render(request, "handbook/form.html", shown, status=422 if form.errors else 200)


def _begun(request: HttpRequest, name: str, begun_from: Edition | None) -> str:
    made = edition_actions.begin_edition(set_name=name, begun_from=begun_from, by=person(request), at=clock.now())
    return reverse("handbook:edition", args=[made.pk])


@permission("handbook.edition_change")
def edition_page(request: HttpRequest, pk: int) -> HttpResponse:
    """One edition: every step and question, what is its own in it, and what can be done."""
    edition = edition_of(request, pk)
    draft = edition.state == EditionState.DRAFT
    used = in_use()[edition.set_key][0].key == edition.key
    whole = content_of.whole(edition.base, edition.content)
    gone = set(edition.content.get("left_out", ()))
    steps = [
        {
            "id": step.id,
            "title": text(step.title),
            "aim": text(step.aim),
            "own": content_of.is_own(step.id),
            "changed": bool(content_of.piece(edition.content, "step", step.id)),
            "lacks": _lacks(step.title, step.aim) if content_of.is_own(step.id) else "",
            "questions": [_question(edition, each, left_out=each.id in gone) for each in step.questions],
        }
        for step in whole.steps
    ]
    shown = {
        "edition": edition,
        "title": text(edition.questions.title),
        "intro": text(edition.questions.intro),
        "state": say(f"handbook.state.{edition.state}"),
        "look": LOOKS[edition.state],
        "used": used,
        "draft": draft,
        "steps": steps,
        "depths": [(each.id, text(each.title)) for each in edition.base.depths],
    }
    return render(request, "handbook/edition.html", shown)


@permission("handbook.edition_change")
def take_edition(request: HttpRequest, pk: int) -> HttpResponse:
    """An edition that was given out, as a file for the command line."""
    edition = edition_of(request, pk)
    if edition.state == EditionState.DRAFT:
        raise Http404
    content = edition_file(edition.base_key, edition.number, edition.content)
    response = HttpResponse(content, content_type="application/json; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="{edition.key}.json"'
    return response


def _lacks(*texts: Any) -> str:
    """Languages that something has not been translated to."""
    lacking = [lang for lang in LANGUAGES if any(each and lang not in each for each in texts)]
    return ", ".join(say(f"handbook.edition.language.{lang}") for lang in lacking)


def _question(edition: Edition, question: Question, *, left_out: bool) -> dict[str, Any]:
    own = content_of.is_own(question.id)
    part = question.parts[0]
    choices = edition.content.get("choices", {}).get(question.id, ())
    names = {each.id: text(each.title).lower() for each in edition.base.depths}
    facts = [", ".join(names[each] for each in question.depths)] if len(names) > 1 else []
    if own:
        facts.append(say(f"handbook.edition.kind.{part.kind.value}"))
    facts += [] if question.required else [say("handbook.edition.may")]
    return {
        "id": question.id,
        "text": text(question.texts),
        "help": text(question.help),
        "own": own,
        "left_out": left_out,
        "changed": not own and bool(content_of.piece(edition.content, "question", question.id)),
        "lacks": _lacks(question.texts, question.help, *choices) if own else "",
        "choices": [text(each) for each in choices],
        "facts": ". ".join(each[:1].upper() + each[1:] for each in facts),
        "held": bool(content_of.holders(edition.base, edition.content, question.id)),
    }


@permission("handbook.edition_change")
def preview(request: HttpRequest, pk: int, depth: str) -> HttpResponse:
    """An edition as those who answer see it: every question with its fields, none of which saves anything."""
    edition = edition_of(request, pk)
    questions = edition.questions
    named = next((text(each.title) for each in questions.depths if each.id == depth), None)
    if named is None:
        raise Http404
    case = Case(questions, depth, NONE, frozenset(), clock.today())
    paper = form_of(questions, depth, language())
    notes = {each.id: " ".join(each.notes) for step in paper.steps for each in step.questions}
    steps = [
        {
            "title": text(step.title),
            "aim": text(step.aim),
            "questions": [_asked(case, each, notes[each.id]) for each in step.questions if depth in each.depths],
        }
        for step in questions.steps
    ]
    shown = {
        "edition": edition,
        "title": text(questions.title),
        "intro": text(questions.intro),
        "depth": named,
        "steps": [each for each in steps if each["questions"]],
        "back": reverse("handbook:edition", args=[pk]),
    }
    return render(request, "handbook/preview.html", shown)


def _asked(case: Case, question: Question, note: str) -> dict[str, Any]:
    form = AnswerForm(
        case=case, question=question, row="", parts=[each.id for each in question.parts], prefix=question.id
    )
    return {
        "title": text(question.texts),
        "help": text(question.help),
        "example": text(question.example),
        "note": note,
        "form": form,
    }


@permission("handbook.edition_change")
def give_out(request: HttpRequest, pk: int) -> HttpResponse:
    """Give an edition out, after a question."""
    return _confirmed(request, pk, "give_out", lambda row: edition_actions.give_out(**_who(request, row)))


@permission("handbook.edition_change")
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """Take an edition out of use, or let a draft go, after a question."""
    row = edition_of(request, pk)
    key = "drop" if row.state == EditionState.DRAFT else "withdraw"
    return _confirmed(request, pk, key, lambda row: edition_actions.withdraw(**_who(request, row)))


def _who(request: HttpRequest, edition: Edition) -> dict[str, Any]:
    return {"edition": edition, "by": person(request), "at": clock.now()}


def _confirmed(request: HttpRequest, pk: int, key: str, act: Callable[[Edition], Any]) -> HttpResponse:
    edition = edition_of(request, pk)
    back, problem = reverse("handbook:edition", args=[pk]), ""
    if request.method == "POST":
        try:
            act(edition)
            messages.success(request, say(f"handbook.edition.{key}.done", edition=edition.key))
            return redirect(back)
        except RefusedError as refused:
            problem = str(refused)
    shown = {
        "title": say(f"handbook.edition.{key}.title", edition=edition.key),
        "text": say(f"handbook.edition.{key}.text", n=edition.analyses_n),  # type: ignore[attr-defined]  # annotated
        "button": say(f"handbook.edition.{key}.button"),
        "danger": key != "give_out",
        "problem": problem,
        "back": back,
    }
    return render(request, "handbook/edition_confirm.html", shown, status=422 if problem else 200)
