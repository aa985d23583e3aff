"""Checking an analysis and sending it in, asking for more, approving it, and what a political body decided."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from jamlik.handbook import Breach, Case, breaches
from jamlik.web.assessments.rules import RefusedError
from jamlik.web.core import access, clock, editing
from jamlik.web.core.access import permission
from jamlik.web.core.forms import Form
from jamlik.web.core.people import person
from jamlik.web.core.texts import language, say
from jamlik.web.handbook import queries, review_actions, rules
from jamlik.web.handbook.forms import CompletionForm, DecisionForm, SubmitForm
from jamlik.web.handbook.models import Analysis, AnalysisState
from jamlik.web.handbook.question_views import url_of
from jamlik.web.handbook.rules import BreachesError
from jamlik.web.handbook.shown import row_name, set_name, text
from jamlik.web.handbook.told import sections_of
from jamlik.web.handbook.verdicts import carry_verdicts, to_carry, verdict_text

__all__ = ["approve", "carry", "check", "completion", "decision"]


@permission("handbook.write")
def check(request: HttpRequest, pk: int) -> HttpResponse:
    """All answers, what is left to do, and sending in."""
    analysis = get_object_or_404(queries.writable_analyses(request.user), pk=pk)
    if led := editing.sent_before(request):
        return redirect(led)
    if analysis.state not in rules.EDITABLE:
        return redirect("handbook:analysis", pk)
    case = queries.case_of(analysis)
    asked_for = rules.unanswered(analysis.decisions.all())
    about: dict[str, Any] = {"asked_for": asked_for is not None, "must_follow_up": case.set.id == "equality"}
    first = {"follow_up_on": analysis.follow_up_on}
    form = SubmitForm(editing.unsent(request), **about, initial=first)
    found = breaches(case)
    if request.method == "POST":
        form = SubmitForm(request.POST, **about, initial=first)
        if form.is_valid():
            try:
                return editing.once(request, lambda: _submitted(request, analysis, form.cleaned_data))
            except BreachesError as broken:
                found = broken.found
            except RefusedError as refused:
                form.add_error(None, str(refused))
    wrong = request.method == "POST"
    shown = {
        "analysis": analysis,
        "set_name": set_name(analysis),
        "sections": _with_links(analysis, case),
        "left": [_told(analysis, case, each) for each in found],
        "asked_for": asked_for,
        "form": form,
        "wrong": wrong and bool(found),
        "back": reverse("handbook:analysis", args=[pk]),
    }
    return render(request, "handbook/check.html", shown, status=422 if wrong else 200)


def _submitted(request: HttpRequest, analysis: Analysis, data: dict[str, Any]) -> str:
    review_actions.submit(
        analysis=analysis,
        follow_up_on=data["follow_up_on"],
        reply=data.get("reply", ""),
        by=person(request),
        at=clock.now(),
    )
    messages.success(request, say("handbook.submit.done"))
    return reverse("handbook:analysis", args=[analysis.pk])


def _with_links(analysis: Analysis, case: Case) -> list[dict[str, Any]]:
    return [
        {
            "title": section.title,
            "questions": [
                {
                    "title": each.title,
                    "name": each.name,
                    "lines": each.lines,
                    "url": f"{url_of(analysis, each.page.question.id, each.row)}?back=check",
                }
                for each in section.questions
            ],
        }
        for section in sections_of(case)
    ]


def _told(analysis: Analysis, case: Case, breach: Breach) -> dict[str, str]:
    """A rule that does not hold: about what, what to do, and where."""
    question = case.set.by_id[breach.question]
    named = row_name(case.set, question, breach.row, case.answers) if breach.row else ""
    title = text(question.texts)
    part = question.label(question.part(breach.part), language()) if breach.part else ""
    about = " – ".join(each for each in (title, named, part if part != title else "") if each)
    url = f"{url_of(analysis, breach.question, breach.row)}?back=check"
    return {"about": about, "text": breach.text(language()), "url": url}


def _form_page(
    request: HttpRequest, analysis: Analysis, made: Callable[..., Form], key: str, act: Callable[[Any], object]
) -> HttpResponse:
    """A page with one form about an analysis, done once however often it is sent."""
    form = made(editing.unsent(request))
    if request.method == "POST":
        if led := editing.sent_before(request):
            return redirect(led)
        form = made(request.POST)
        if form.is_valid():

            def once() -> str:
                act(form.cleaned_data)
                messages.success(request, say(f"handbook.{key}.done"))
                return reverse("handbook:list")

            try:
                return editing.once(request, once)
            except BreachesError as broken:
                for each in broken.found:
                    field = {"on": "decided_on"}.get(each.part, each.part)
                    form.add_error(field if field in form.fields else None, each.text(language()))
            except RefusedError as refused:
                form.add_error(None, str(refused))
    shown = {
        "form": form,
        "heading": say(f"handbook.{key}.title"),
        "kicker": analysis.title,
        "back": reverse("handbook:analysis", args=[analysis.pk]),
        "version": analysis.version,
        "button": say(f"handbook.{key}.button"),
    }
    return render(request, "handbook/form.html", shown, status=422 if form.errors else 200)


def _approvable(request: HttpRequest, pk: int) -> Analysis:
    analysis = get_object_or_404(queries.visible_analyses(request.user), pk=pk)
    access.require(request.user, "handbook.approve", unit=analysis.unit)
    return analysis


@permission("handbook.approve")
def completion(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask for more, saying what."""
    analysis = _approvable(request, pk)

    def act(data: dict[str, Any]) -> object:
        return review_actions.ask_for_completion(
            analysis=analysis, text=data["text"], by=person(request), at=clock.now()
        )

    return _form_page(request, analysis, CompletionForm, "completion", act)


@permission("handbook.approve")
def approve(request: HttpRequest, pk: int) -> HttpResponse:
    """Read what somebody else has written, and say yes."""
    analysis = _approvable(request, pk)
    if led := editing.sent_before(request):
        return redirect(led)
    if analysis.state != AnalysisState.SUBMITTED:
        return redirect("handbook:analysis", pk)
    problem = ""
    case = queries.case_of(analysis)
    if request.method == "POST":
        try:
            return editing.once(request, lambda: _approved(request, analysis))
        except RefusedError as refused:
            problem = str(refused)
        except BreachesError as broken:
            problem = " ".join(each.text(language()) for each in broken.found)
    shown = {
        "analysis": analysis,
        "set_name": set_name(analysis),
        "sections": sections_of(case),
        "decisions": list(analysis.decisions.select_related("recorded_by")),
        "own": rules.is_own(analysis, person(request)),
        "problem": problem,
        "back": reverse("handbook:analysis", args=[pk]),
    }
    return render(request, "handbook/approve.html", shown, status=422 if problem else 200)


def _approved(request: HttpRequest, analysis: Analysis) -> str:
    review_actions.approve(
        analysis=analysis, expected_version=editing.seen_version(request), by=person(request), at=clock.now()
    )
    messages.success(request, say("handbook.approve.done"))
    return reverse("handbook:analysis", args=[analysis.pk])


@permission("assessments.judge")
def carry(request: HttpRequest, pk: int) -> HttpResponse:
    """Put what an approved analysis says into the unit's answers to the round that asks."""
    analysis = get_object_or_404(queries.visible_analyses(request.user), pk=pk)
    access.require(request.user, "assessments.judge", unit=analysis.unit)
    if led := editing.sent_before(request):
        return redirect(led)
    problem = ""
    if request.method == "POST":
        try:
            return editing.once(request, lambda: _carried(request, analysis))
        except RefusedError as refused:
            problem = str(refused)
    case = queries.case_of(analysis)
    shown = {
        "analysis": analysis,
        "rows": [(each.finding, verdict_text(case, each)) for each in to_carry(analysis, case)],
        "problem": problem,
        "back": reverse("handbook:analysis", args=[pk]),
    }
    return render(request, "handbook/carry.html", shown, status=422 if problem else 200)


def _carried(request: HttpRequest, analysis: Analysis) -> str:
    if carry_verdicts(analysis=analysis, by=person(request), at=clock.now()):
        messages.success(request, say("handbook.carry.done"))
    return reverse("assessments:judge_unit", args=[analysis.unit_id])


@permission("handbook.decision_record")
def decision(request: HttpRequest, pk: int) -> HttpResponse:
    """Record what a political body decided."""
    analysis = get_object_or_404(queries.visible_analyses(request.user), pk=pk)
    access.require(request.user, "handbook.decision_record", unit=analysis.unit)

    def act(data: dict[str, Any]) -> object:
        return review_actions.record_decision(analysis=analysis, **data, by=person(request), at=clock.now())

    return _form_page(request, analysis, DecisionForm, "decision", act)
