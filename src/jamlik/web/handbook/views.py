"""Analyses: the list, a new one, an analysis's own page, and what it is called."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from jamlik.web.assessments.rules import RefusedError
from jamlik.web.core import access, clock, editing, listing
from jamlik.web.core.access import permission
from jamlik.web.core.editing import EditConflict
from jamlik.web.core.people import person
from jamlik.web.core.texts import say
from jamlik.web.handbook import actions, queries, rules
from jamlik.web.handbook.analysis_list import LIST
from jamlik.web.handbook.forms import BeginForm, ChangeForm, UnitForm
from jamlik.web.handbook.models import Analysis, AnalysisState, FilledState
from jamlik.web.handbook.pages import pages_of, steps_of
from jamlik.web.handbook.question_views import page_url
from jamlik.web.handbook.report import judged_in
from jamlik.web.handbook.shown import LOOKS, row_name, set_name, state_text, text
from jamlik.web.handbook.told import sections_of
from jamlik.web.handbook.verdicts import to_carry
from jamlik.web.organisation.models import Unit
from jamlik.web.organisation.queries import root, units_in_scope
from jamlik.web.register.conflicts import answer_conflict

__all__ = ["analysis_list", "analysis_page", "begin", "change", "choose_unit"]


@permission("handbook.read")
def analysis_list(request: HttpRequest) -> HttpResponse:
    """All analyses in the person's scope."""
    rows = queries.visible_analyses(request.user)
    # An analysis is found once however many of its answers hold the word.
    shown = listing.page(request, rows.distinct() if request.GET.get("q") else rows, LIST)
    may_write = access.may(request.user, "handbook.write")
    page = {
        "listing": shown,
        "may_write": may_write,
        "may_change_questions": access.may(request.user, "handbook.edition_change", unit=root()),
    }
    return shown.file or render(request, "handbook/list.html", page)


@permission("handbook.write")
def choose_unit(request: HttpRequest) -> HttpResponse:
    """The first question about a new analysis: which unit."""
    units = units_in_scope(request.user, "handbook.write").order_by("path")
    only = list(units[:2])
    if len(only) == 1:
        return redirect("handbook:begin", only[0].pk)
    form = UnitForm(request.GET if "unit" in request.GET else None, units=units)
    if form.is_bound and form.is_valid():
        return redirect("handbook:begin", form.cleaned_data["unit"].pk)
    shown = {"form": form, "back": reverse("handbook:list")}
    return render(request, "handbook/choose_unit.html", shown, status=422 if form.errors else 200)


@permission("handbook.write")
def begin(request: HttpRequest, unit: int) -> HttpResponse:
    """Begin an analysis of a unit; what has been handed to it is ticked already."""
    place = get_object_or_404(Unit, pk=unit)
    access.require(request.user, "handbook.write", unit=place)
    earlier = _earlier(request)
    offered: dict[str, Any] = {
        "findings": queries.findings_to_offer(place),
        "handed": queries.handed_to(place).values_list("pk", flat=True),
    }
    if earlier is not None:
        offered["initial"] = {
            "title": earlier.title,
            "period": str(clock.today().year),
            "questions": f"{earlier.questions.id}.{earlier.depth}",
            "findings": [str(key) for key in offered["handed"]],
        }
    form = BeginForm(editing.unsent(request), **offered)
    if request.method == "POST":
        if led := editing.sent_before(request):
            return redirect(led)
        form = BeginForm(request.POST, **offered)
        if form.is_valid():
            try:
                return editing.once(request, lambda: _begun(request, place, form, earlier))
            except RefusedError as refused:
                form.add_error(None, str(refused))
    shown = {
        "form": form,
        "heading": say("handbook.begin.title"),
        "kicker": place.name,
        "back": reverse("handbook:list"),
        "version": 0,
        "button": say("handbook.begin.button"),
        "note": say("handbook.begin.from", title=earlier.title) if earlier is not None else "",
    }
    return render(request, "handbook/form.html", shown, status=422 if form.errors else 200)


def _earlier(request: HttpRequest) -> Analysis | None:
    """The analysis to begin from, as the address says; one the person may not see is not there."""
    key = request.GET.get("from", "")
    if not key:
        return None
    known = key.isascii() and key.isdigit() and len(key) < 19
    return get_object_or_404(queries.visible_analyses(request.user), pk=int(key) if known else 0)


def _begun(request: HttpRequest, unit: Unit, form: BeginForm, earlier: Analysis | None) -> str:
    data = form.cleaned_data
    name, _, depth = data["questions"].partition(".")
    made = actions.begin_analysis(
        unit=unit,
        set_name=name,
        depth=depth,
        title=data["title"],
        period=data["period"],
        round_=queries.round_of(unit, form.chosen()),
        findings=form.chosen(),
        start_from=earlier,
        follows=earlier if earlier is not None and _is_followed(earlier, unit) else None,
        by=person(request),
        at=clock.now(),
    )
    return reverse("handbook:analysis", args=[made.pk])


def _is_followed(earlier: Analysis, unit: Unit) -> bool:
    """Whether a new analysis of a unit follows an earlier one up: its own, approved, and its day has come."""
    come = earlier.follow_up_on is not None and earlier.follow_up_on <= clock.today()
    return come and earlier.unit_id == unit.pk and earlier.state == AnalysisState.APPROVED


@permission("handbook.read")
def analysis_page(request: HttpRequest, pk: int) -> HttpResponse:
    """An analysis: its steps and how far they have come while it is written, then all that it says."""
    analysis = get_object_or_404(queries.visible_analyses(request.user), pk=pk)
    case = queries.case_of(analysis)
    pages = pages_of(case)
    steps = steps_of(pages)
    writes = access.may(request.user, "handbook.write", unit=analysis.unit)
    editable = analysis.state in rules.EDITABLE
    first = next((page for page in pages if not page.done), None)
    asked_n = sum(step.asked_n for step in steps)
    done_n = sum(step.done_n for step in steps)
    decisions = list(analysis.decisions.select_related("recorded_by"))
    shown = {
        "analysis": analysis,
        "set_name": set_name(analysis),
        "state": state_text(analysis),
        "look": LOOKS[analysis.state],
        "editable": editable,
        "writes": writes,
        "steps": _steps(analysis, case, steps) if editable else [],
        "sections": [] if editable else sections_of(case),
        "due": _is_followed(analysis, analysis.unit),
        "followed_by": analysis.followed_by.first(),
        "judged": [] if editable else judged_in(case),
        "go_on": page_url(analysis, first) if first else "",
        "asked_n": asked_n,
        "done_n": done_n,
        "percent": round(100 * done_n / asked_n) if asked_n else 100,
        "decisions": decisions,
        "asked_for": rules.unanswered(decisions) if editable else None,
        "copies": list(analysis.copies.all()),
        "findings": list(queries.shown_findings().filter(handbook_analyses=analysis).order_by("rank", "pk")),
        "may_approve": analysis.state == AnalysisState.SUBMITTED
        and access.may(request.user, "handbook.approve", unit=analysis.unit),
        "may_carry": access.may(request.user, "assessments.judge", unit=analysis.unit)
        and bool(to_carry(analysis, case)),
        "may_decide": analysis.state == AnalysisState.APPROVED
        and access.may(request.user, "handbook.decision_record", unit=analysis.unit),
        "waiting": list(analysis.filled.filter(state=FilledState.WAITING)[: listing.PAGE_ROWS]) if editable else [],
        "contributors": list(analysis.contributors.all()),
    }
    return render(request, "handbook/analysis.html", shown)


def _steps(analysis: Analysis, case: Any, steps: Any) -> list[dict[str, Any]]:
    return [
        {
            "title": text(step.step.title),
            "aim": text(step.step.aim),
            "done": step.done,
            "told": say("handbook.step_done", done=step.done_n, asked=step.asked_n),
            "pages": [
                {
                    "title": text(page.question.texts),
                    "row": row_name(case.set, page.question, page.row, case.answers) if page.row else "",
                    "url": page_url(analysis, page),
                    "state": _page_state(page),
                }
                for page in step.pages
            ],
        }
        for step in steps
    ]


def _page_state(page: Any) -> str:
    if not page.done:
        return "begun" if page.answered else "left"
    return "done" if page.answered else "optional"


@permission("handbook.write")
def change(request: HttpRequest, pk: int) -> HttpResponse:
    """Change what an analysis is called, and add findings."""
    analysis = get_object_or_404(queries.writable_analyses(request.user), pk=pk)
    if led := editing.sent_before(request):
        return redirect(led)
    if analysis.state not in rules.EDITABLE:
        return redirect("handbook:analysis", pk)
    known = set(analysis.findings.values_list("pk", flat=True))
    offered = [each for each in queries.findings_to_offer(analysis.unit) if each.pk not in known]
    initial = {"title": analysis.title, "period": analysis.period}
    form = ChangeForm(editing.unsent(request), findings=offered, initial=initial)
    if request.method == "POST":
        form = ChangeForm(request.POST, findings=offered, initial=initial)
        if form.is_valid():
            try:
                return editing.once(request, lambda: _changed(request, analysis, form))
            except EditConflict as conflict:
                return _change_conflict(request, form, conflict)
            except RefusedError as refused:
                form.add_error(None, str(refused))
    shown = {
        "form": form,
        "heading": say("handbook.change.title"),
        "kicker": analysis.unit.name,
        "back": reverse("handbook:analysis", args=[pk]),
        "version": analysis.version,
        "button": say("core.save"),
    }
    return render(request, "handbook/form.html", shown, status=422 if form.errors else 200)


def _changed(request: HttpRequest, analysis: Analysis, form: ChangeForm) -> str:
    actions.change_analysis(
        analysis=analysis,
        title=form.cleaned_data["title"],
        period=form.cleaned_data["period"],
        findings=form.chosen(),
        expected_version=editing.seen_version(request),
        by=person(request),
        at=clock.now(),
    )
    messages.success(request, say("handbook.saved"))
    return reverse("handbook:analysis", args=[analysis.pk])


def _change_conflict(request: HttpRequest, form: ChangeForm, conflict: EditConflict) -> HttpResponse:
    differences = [
        (say(f"handbook.field.{name}"), form.cleaned_data[name], getattr(conflict.theirs, name, ""))
        for name in ("title", "period")
    ]
    version = conflict.theirs.version if isinstance(conflict.theirs, Analysis) else None
    return answer_conflict(request, differences=differences, again=request.path, version=version)
