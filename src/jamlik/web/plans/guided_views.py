"""Planning an action, one question a page. Every answer is saved in the action's own row, as a draft of its unit."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from jamlik.web.assessments.models import Assignment
from jamlik.web.assessments.onward import next_url
from jamlik.web.core import access, clock, editing
from jamlik.web.core.access import permission
from jamlik.web.core.editing import EditConflict
from jamlik.web.core.forms import Form
from jamlik.web.core.people import User, person
from jamlik.web.core.texts import say
from jamlik.web.organisation.models import Unit
from jamlik.web.organisation.queries import users_with
from jamlik.web.plans import actions, rules
from jamlik.web.plans.forms import STEP_FORMS, STEPS
from jamlik.web.plans.models import Action, ActionState, Plan
from jamlik.web.plans.queries import choosable_goals
from jamlik.web.plans.shown import action_lines, field_label, shown_field
from jamlik.web.register.conflicts import answer_conflict
from jamlik.web.statistics.models import Finding
from jamlik.web.statistics.queries import open_to

__all__ = ["begin", "check", "conflict_page", "step_page"]


@permission("plans.act")
def begin(request: HttpRequest, finding: int, unit: int) -> HttpResponse:
    """The first question about an action that does not exist yet; nothing is made until it is answered."""
    place = get_object_or_404(Unit, pk=unit)
    access.require(request.user, "plans.act", unit=place)
    rows = Finding.objects.filter(open_to(request.user)).select_related("owner", "indicator", "inside")
    found = get_object_or_404(rows, pk=finding)
    if not place.lies_within(found.owner):
        raise Http404
    by: Any = request.user
    draft = Action.objects.filter(finding=found, unit=place, state=ActionState.DRAFT, written_by=by).first()
    if draft is not None and request.method != "POST":
        return HttpResponseRedirect(_step_url(draft, _first_open(draft)))
    form = STEP_FORMS["what"](editing.unsent(request), unit=place, finding=found)
    if request.method == "POST":
        form = STEP_FORMS["what"](request.POST, unit=place, finding=found)
        if form.is_valid():
            return editing.once(request, lambda: _begun(request, found, place, form.cleaned_data))
    blank = Action(finding=found, unit=place)
    return _question(request, blank, "what", form, back=reverse("assessments:judge_unit", args=[unit]))


def _begun(request: HttpRequest, finding: Finding, unit: Unit, fields: dict[str, Any]) -> str:
    by: Any = request.user
    at = clock.now()
    made = actions.begin_action(finding=finding, unit=unit, by=by, at=at)
    actions.change_action(action=made, fields=fields, expected_version=made.version, by=by, at=at)
    return _step_url(made, "goal")


@permission("plans.act")
def step_page(request: HttpRequest, pk: int, step: str) -> HttpResponse:
    """One question about an action."""
    action = _draft(request, pk)
    if step not in STEPS:
        raise Http404
    if action.state != ActionState.DRAFT:
        return redirect("plans:action", pk)
    made = STEP_FORMS[step]
    if request.method != "POST":
        lost = editing.unsent(request)
        initial = {name: getattr(action, name) for name in made.base_fields}
        about: dict[str, Any] = {"unit": action.unit, "finding": action.finding}
        form = made(lost, **about) if lost is not None else made(**about, initial=initial)
        return _question(request, action, step, form, back=_back(request, action, step))
    form = made(request.POST, unit=action.unit, finding=action.finding)
    if not form.is_valid():
        return _question(request, action, step, form, back=_back(request, action, step), status=422)
    by: Any = request.user
    seen = editing.seen_version(request)
    if all(getattr(action, name) == value for name, value in form.cleaned_data.items()):
        seen = action.version
    try:
        actions.change_action(action=action, fields=form.cleaned_data, expected_version=seen, by=by, at=clock.now())
    except EditConflict as conflict:
        return conflict_page(request, form, conflict, again=request.path)
    except rules.RefusedError as refused:
        form.add_error(None, str(refused))
        return _question(request, action, step, form, back=_back(request, action, step), status=422)
    changing = request.GET.get("back") == "check"
    after = STEPS.index(step) + 1
    last = changing or after == len(STEPS)
    return HttpResponseRedirect(_check_url(action) if last else _step_url(action, STEPS[after]))


@permission("plans.act")
def check(request: HttpRequest, pk: int) -> HttpResponse:
    """All answers; then the action is planned, and the person goes on where they came from."""
    action = _draft(request, pk)
    if action.state != ActionState.DRAFT:
        return HttpResponseRedirect(_onward(action, person(request)))
    if rules.lacking(action):
        return HttpResponseRedirect(_step_url(action, _first_open(action)))
    problem = ""
    if request.method == "POST":
        try:
            return editing.once(request, lambda: _planned(request, action))
        except rules.RefusedError as refused:
            problem = str(refused)
    lines = [
        {"label": label, "value": value, "change": f"{_step_url(action, step)}?back=check"}
        for step in STEPS
        for label, value in action_lines(action, tuple(STEP_FORMS[step].base_fields))
    ]
    shown = {"action": action, "lines": lines, "problem": problem, "back": _step_url(action, STEPS[-1])}
    return render(request, "plans/check.html", shown, status=422 if problem else 200)


def _planned(request: HttpRequest, action: Action) -> str:
    by: Any = request.user
    done = actions.finish_planning(action=action, by=by, at=clock.now())
    messages.success(request, say("plans.planned.text"))
    return _onward(done, by)


def _onward(action: Action, user: User) -> str:
    """Back to judging while the finding is being judged, else to the action's own page."""
    judged = Assignment.objects.filter(
        finding_id=action.finding_id, unit_id=action.unit_id, answered_at__isnull=True
    ).exists()
    return next_url(action.unit, user) if judged else reverse("plans:action", args=[action.pk])


def conflict_page(request: HttpRequest, form: Form, conflict: EditConflict, *, again: str) -> HttpResponse:
    """Both versions side by side; nothing is saved until one is chosen."""
    differences = [
        (field_label(name), shown_field(conflict.mine, name), shown_field(conflict.theirs, name))
        for name in form.cleaned_data
    ]
    version = conflict.theirs.version if isinstance(conflict.theirs, Action | Plan) else None
    return answer_conflict(request, differences=differences, again=again, version=version)


def _question(
    request: HttpRequest, action: Action, step: str, form: Form, *, back: str, status: int = 200
) -> HttpResponse:
    shown = {
        "action": action,
        "finding": action.finding,
        "unit": action.unit,
        "step": step,
        "title": say(f"plans.step.{step}.title"),
        "form": form,
        "back": back,
        "version": action.version,
        "ask_for_goal": list(users_with("goals.import", action.unit)[:3]) if step == "goal" else [],
        "no_goals": step == "goal" and not choosable_goals(action.unit).exists(),
        "number": STEPS.index(step) + 1,
        "of": len(STEPS),
    }
    return render(request, "plans/step.html", shown, status=status)


def _draft(request: HttpRequest, pk: int) -> Action:
    related = ("unit", "finding__owner", "finding__indicator", "goal", "plan", "effect_indicator")
    rows = Action.objects.filter(open_to(request.user, "finding")).select_related(*related)
    action = get_object_or_404(rows, pk=pk)
    access.require(request.user, "plans.act", unit=action.unit)
    return action


def _first_open(action: Action) -> str:
    """The first page whose answer is missing."""
    names = {"title": "what", "goal_id": "goal", "role": "who", "due_on": "when", "cost_sek": "cost"}
    lacking = rules.lacking(action)
    return names[lacking[0]] if lacking else STEPS[-1]


def _back(request: HttpRequest, action: Action, step: str) -> str:
    if request.GET.get("back") == "check":
        return _check_url(action)
    at = STEPS.index(step)
    return _step_url(action, STEPS[at - 1]) if at else reverse("assessments:judge_unit", args=[action.unit_id])


def _step_url(action: Action, step: str) -> str:
    return reverse("plans:step", args=[action.pk, step])


def _check_url(action: Action) -> str:
    return reverse("plans:check", args=[action.pk])
