"""Guided judging: one link, a few cards, one question a page, a look at all the answers, and off for approval."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from jamlik.web.assessments import actions, queries
from jamlik.web.assessments.choices import choice_label
from jamlik.web.assessments.forms import STEP_FORMS
from jamlik.web.assessments.hooks import action_start_url
from jamlik.web.assessments.models import Verdict
from jamlik.web.assessments.onward import LEFT, card_url, next_url, plans_action, step_url
from jamlik.web.assessments.queries import Card
from jamlik.web.assessments.rules import EDITABLE, RefusedError
from jamlik.web.assessments.shown import answer_lines, exchange_lines
from jamlik.web.assessments.steps import Step, first_unanswered, step_after, step_before, step_named, steps_of
from jamlik.web.core import access, clock, editing
from jamlik.web.core.access import permission
from jamlik.web.core.editing import EditConflict
from jamlik.web.core.forms import Form
from jamlik.web.core.people import person
from jamlik.web.core.texts import say
from jamlik.web.organisation.models import Unit
from jamlik.web.organisation.queries import Person

__all__ = ["check", "go_on", "sent", "start", "step_page", "unit_start"]


@permission("assessments.judge")
def start(request: HttpRequest) -> HttpResponse:
    """The one link: straight to the unit when there is one, else a choice between units."""
    work = queries.units_to_judge(request.user)
    if len(work) == 1:
        return _cards_page(request, work[0].unit, alone=True)
    return render(request, "assessments/judge_units.html", {"work": work})


@permission("assessments.judge")
def unit_start(request: HttpRequest, unit: int) -> HttpResponse:
    """The cards of a unit."""
    return _cards_page(request, _unit(request, unit), alone=False)


def _cards_page(request: HttpRequest, unit: Unit, *, alone: bool) -> HttpResponse:
    cards = queries.cards(unit, request.user)
    left = [card for card in cards if card.state in LEFT and not card.over]
    over = [card for card in cards if card.over]
    waiting = list(queries.waiting_in(unit, request.user))
    cap = next((each.round.cap for each in waiting if each.round), 0)
    shown = {
        "unit": unit,
        "cards": [card for card in cards if not card.over],
        "over": over,
        "left": left,
        "waiting": waiting,
        "cap": cap,
        "alone": alone,
        "onward": card_url(unit, left[0]) if left else "",
        "ready": bool(cards) and not left and any(card.state == "ready" for card in cards),
        "due_on": min((c.assignment.due_on for c in left if c.assignment.due_on), default=None),
    }
    return render(request, "assessments/judge.html", shown)


@permission("assessments.judge")
def go_on(request: HttpRequest, unit: int, pk: int) -> HttpResponse:
    """To the first question of a card that has no answer, or to the look at them all."""
    place = _unit(request, unit)
    card, _ = _card(place, pk, request.user)
    return HttpResponseRedirect(card_url(place, card))


@permission("assessments.judge")
def step_page(request: HttpRequest, unit: int, pk: int, step: str) -> HttpResponse:
    """One question."""
    place = _unit(request, unit)
    card, number = _card(place, pk, request.user)
    here = step_named(step)
    verdict = card.verdict or Verdict(assignment=card.assignment)
    if here is None or verdict.state not in EDITABLE or not here.asked(verdict):
        return redirect("assessments:judge_unit", place.pk)
    if request.method == "POST":
        return _answered(request, place, card, here, number)
    lost = editing.unsent(request)
    form = STEP_FORMS[here.name](lost) if lost is not None else STEP_FORMS[here.name](initial=_initial(verdict, here))
    return _question(request, place, card, here, number, form)


def _answered(request: HttpRequest, unit: Unit, card: Card, here: Step, number: int) -> HttpResponse:
    """Save what was answered; where somebody else has saved meanwhile, show both answers."""
    form = STEP_FORMS[here.name](request.POST)
    if not form.is_valid():
        return _question(request, unit, card, here, number, form, status=422)
    seen = editing.seen_version(request)
    fields = {name: form.cleaned_data[name] for name in here.fields}
    now = card.verdict
    if now is not None and seen != now.version and all(getattr(now, name) == fields[name] for name in fields):
        seen = now.version  # the same answer sent twice, or somebody else gave the very same
    try:
        by: Any = request.user
        verdict = actions.answer(
            assignment=card.assignment, fields=fields, expected_version=seen, by=by, at=clock.now()
        )
    except EditConflict as conflict:
        return _conflict(request, unit, card, here, form, conflict.theirs)
    except RefusedError as refused:
        form.add_error(None, str(refused))
        return _question(request, unit, card, here, number, form, status=422)
    return HttpResponseRedirect(_onward(request, unit, card, verdict, here))


def _onward(request: HttpRequest, unit: Unit, card: Card, verdict: Verdict, here: Step) -> str:
    """The next question; after a card's last the action to plan, then the next card, then the look at all."""
    if request.GET.get("back") == "check" and first_unanswered(verdict) is None:
        following = None
    elif here.name == "reply":
        following = first_unanswered(verdict)
    else:
        following = step_after(verdict, here)
    if following is not None:
        return step_url(unit, card, following)
    if plans_action(verdict) and not card.actions:
        return action_start_url(finding=verdict.finding_id, unit=unit.pk) or reverse(
            "assessments:check", args=[unit.pk]
        )
    if request.GET.get("back") == "check":
        return reverse("assessments:check", args=[unit.pk])
    return next_url(unit, request.user, after=card.assignment.pk)


def _question(
    request: HttpRequest, unit: Unit, card: Card, here: Step, number: int, form: Form, *, status: int = 200
) -> HttpResponse:
    verdict = card.verdict or Verdict(assignment=card.assignment)
    before = step_before(verdict, here)
    back = reverse("assessments:judge_unit", args=[unit.pk])
    if request.GET.get("back") == "check":
        back = reverse("assessments:check", args=[unit.pk])
    elif before is not None:
        back = step_url(unit, card, before)
    shown: dict[str, Any] = {
        "unit": unit,
        "card": card,
        "finding": card.assignment.finding,
        "step": here,
        "title": say(f"assessments.step.{here.name}.title"),
        "number": number,
        "of": sum(each.over == card.over for each in queries.cards(unit, request.user))
        if here.name == "verdict"
        else 0,
        "form": form,
        "back": back,
        "version": verdict.version,
        "before": card.before,
        "before_lines": answer_lines(card.before) if card.before else [],
        "others": queries.others(card.assignment.finding, unit=unit) if here.name == "verdict" else [],
    }
    return render(request, "assessments/step.html", shown, status=status)


def _conflict(request: HttpRequest, unit: Unit, card: Card, here: Step, form: Form, theirs: Any) -> HttpResponse:
    """Both answers side by side; nothing is saved until one is chosen."""
    mine = Verdict(assignment=card.assignment, finding_id=card.assignment.finding_id, unit=unit)
    for name in here.fields:
        setattr(mine, name, form.cleaned_data[name])
    shown = {
        "unit": unit,
        "card": card,
        "mine": answer_lines(mine, here.fields),
        "theirs": answer_lines(theirs, here.fields) if theirs else [],
        "version": theirs.version if theirs else 0,
        "sent": [(name, value) for name in here.fields for value in request.POST.getlist(name)],
        "again": step_url(unit, card, here),
    }
    return render(request, "assessments/conflict.html", shown, status=409)


@permission("assessments.judge")
def check(request: HttpRequest, unit: int) -> HttpResponse:
    """All answers of the unit's cards, each with a way to change it; then all are sent."""
    place = _unit(request, unit)
    cards = [card for card in queries.cards(place, request.user) if card.verdict and card.state != "sent"]
    problem = ""
    if request.method == "POST":
        ready = [card.verdict for card in cards if card.verdict and card.state == "ready"]
        if not ready:
            sent_already = not cards
            if sent_already:
                return redirect("assessments:sent", place.pk)
            problem = say("assessments.judge.not_ready")
        else:
            try:
                return editing.once(request, lambda: _send(request, place, ready))
            except RefusedError as refused:
                problem = str(refused)
    shown = {
        "unit": place,
        "cards": [_checked(place, card) for card in cards],
        "ready": any(card.state == "ready" for card in cards),
        "unready": [card for card in cards if card.state != "ready"],
        "problem": problem,
    }
    return render(request, "assessments/check.html", shown, status=422 if problem else 200)


def _send(request: HttpRequest, unit: Unit, verdicts: list[Verdict]) -> str:
    actions.send_verdicts(verdicts=verdicts, by=person(request), at=clock.now())
    return reverse("assessments:sent", args=[unit.pk])


def _checked(unit: Unit, card: Card) -> dict[str, Any]:
    """A card with its answers, each line with the page that changes it."""
    verdict = card.verdict
    assert verdict is not None
    steps = steps_of(verdict)
    lines = [
        {"label": label, "value": value, "change": f"{step_url(unit, card, step)}?back=check"}
        for step in steps
        if step.name != "reply"
        for label, value in answer_lines(verdict, step.fields)
    ]
    needs_action = plans_action(verdict) and not card.actions
    return {
        "card": card,
        "exchange": exchange_lines(verdict),
        "reply_url": f"{reply_url}?back=check" if (reply_url := _reply_url(unit, card)) else "",
        "lines": lines,
        "plan_url": action_start_url(finding=verdict.finding_id, unit=unit.pk) if needs_action else "",
        "unanswered": step_url(unit, card, first) if (first := first_unanswered(verdict)) else "",
    }


def _reply_url(unit: Unit, card: Card) -> str:
    """Where to answer what was asked; nothing where nothing was."""
    step = step_named("reply")
    return step_url(unit, card, step) if step and card.verdict and step.asked(card.verdict) else ""


@permission("assessments.judge")
def sent(request: HttpRequest, unit: int) -> HttpResponse:
    """The receipt."""
    place = _unit(request, unit)
    cards = [card for card in queries.cards(place, request.user) if card.state == "sent"]
    lines = [(card, choice_label("verdict", card.verdict.verdict)) for card in cards if card.verdict]
    waiting = queries.waiting_in(place, request.user).count()
    return render(request, "assessments/sent.html", {"unit": place, "lines": lines, "waiting": waiting})


def _unit(request: HttpRequest, pk: int) -> Unit:
    unit = get_object_or_404(Unit, pk=pk)
    access.require(request.user, "assessments.judge", unit=unit)
    return unit


def _card(unit: Unit, pk: int, user: Person) -> tuple[Card, int]:
    """The card with an assignment's key, and its number among the unit's that are open or over as it is."""
    cards = queries.cards(unit, user)
    for card in cards:
        if card.assignment.pk == pk:
            return card, [each for each in cards if each.over == card.over].index(card) + 1
    raise Http404


def _initial(verdict: Verdict, here: Step) -> dict[str, Any]:
    return {name: getattr(verdict, name) for name in here.fields}
