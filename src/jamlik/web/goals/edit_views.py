"""Pages to change goals and targets on, one question a page."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from jamlik.web.core import access, clock, editing, guided
from jamlik.web.core.access import permission
from jamlik.web.core.editing import EditConflict
from jamlik.web.core.guided import Answers, Guide, Step
from jamlik.web.core.people import person
from jamlik.web.core.texts import say
from jamlik.web.goals import actions, forms
from jamlik.web.goals.actions import ADOPT, EDIT
from jamlik.web.goals.choices import GoalChoices, TargetChoices
from jamlik.web.goals.models import Goal, GoalState, Target
from jamlik.web.goals.views import found_goal
from jamlik.web.organisation.models import Unit
from jamlik.web.register.conflicts import answer_conflict, as_form_error, conflicting, refused, rule_text
from jamlik.web.register.models import Document, Theme
from jamlik.web.register.rules import BrokenRuleError
from jamlik.web.statistics.models import DataSet, Indicator

__all__ = ["adopt", "edit_goal", "end", "new_goal", "new_target", "withdraw"]

_FIND = "core/guided/find.html"
_STEPS = (
    Step("what", forms.WhatForm, "goals.ask.what"),
    Step("agreed", forms.AgreedForm, "goals.ask.agreed"),
    Step("how", forms.HowForm, "goals.ask.how"),
    Step("years", forms.YearsForm, "goals.ask.years"),
    Step("place", forms.PlaceForm, "goals.ask.place"),
    Step("ties", forms.TiesForm, "goals.ask.ties", template=_FIND),
)
_WHY = Step("why", forms.ReasonForm, "goals.ask.why")
NEW = Guide("goals.goal", _STEPS, check="goals.ask.check", send="goals.ask.send")
CHANGE = Guide("goals.goal_change", _STEPS, check="goals.ask.check", send="goals.ask.send")
REWORD = Guide("goals.goal_reword", (*_STEPS, _WHY), check="goals.ask.check", send="goals.ask.send")
TARGET = Guide(
    "goals.target",
    (
        Step("indicator", forms.IndicatorForm, "goals.ask.indicator", template=_FIND),
        Step("question", forms.ComparisonForm, "goals.ask.question", template=_FIND),
        Step("kind", forms.KindForm, "goals.ask.kind", shown=lambda answers: answers["question"] != "all"),
        Step("aim", forms.AimForm, "goals.ask.aim"),
        Step("reason", forms.TargetReasonForm, "goals.ask.target_reason"),
    ),
    check="goals.ask.target_check",
    send="goals.ask.target_send",
)


def _facts(answers: Answers) -> actions.GoalFacts:
    """What was answered, with the rows in place of their keys."""
    plain = {
        name: answers[name]
        for name in (
            "level",
            "title",
            "desired_result",
            "agreement",
            "agreed_by",
            "agreed_on",
            "how",
            "how_by",
            "period_from",
            "period_to",
            "code",
        )
    }
    return actions.GoalFacts(
        **plain,
        owner=Unit.objects.get(pk=answers["owner"]),
        parent=Goal.objects.filter(pk=answers["parent"]).first() if answers["parent"] else None,
        themes=tuple(Theme.objects.filter(pk__in=answers["themes"])),
        documents=tuple(Document.objects.filter(pk__in=answers["documents"])),
    )


def _looked_for(request: HttpRequest) -> str:
    """What a page's choices are to be narrowed to; when a page is sent, every choice may be sent."""
    return request.GET.get(guided.FIND, "") if request.method == "GET" else ""


@permission(EDIT)
def new_goal(request: HttpRequest, step: str = "") -> HttpResponse:
    """Add a goal."""

    def finish(answers: Answers, version: int) -> str:
        try:
            made = actions.add_goal(facts=_facts(answers), by=person(request), at=clock.now())
        except BrokenRuleError as error:
            raise as_form_error(error, app="goals") from error
        messages.success(request, say("goals.saved.added"))
        return reverse("goals:goal", args=[made.pk])

    return guided.respond(
        request,
        NEW,
        step=step,
        subject="",
        address=lambda name: reverse("goals:new_goal_step", args=[name]),
        finish=finish,
        cancel=reverse("goals:tree"),
        options={"choices": GoalChoices(person(request), find=_looked_for(request))},
    )


@permission(EDIT)
def edit_goal(request: HttpRequest, key: int, step: str = "") -> HttpResponse:
    """Change a goal; a new wording of an adopted one asks why."""
    found = found_goal(key)
    access.require(request.user, EDIT, unit=found.owner)
    here = reverse("goals:goal", args=[found.pk])
    guide = REWORD if found.state == GoalState.ADOPTED else CHANGE
    if "afresh" in request.GET:
        guided.drop_draft(request, guide, str(found.pk))

    def finish(answers: Answers, version: int) -> str:
        try:
            actions.edit_goal(
                goal=found,
                facts=_facts(answers),
                expected_version=version,
                by=person(request),
                at=clock.now(),
                reason=answers.get("reason", ""),
            )
        except BrokenRuleError as error:
            raise as_form_error(error, app="goals") from error
        messages.success(request, say("goals.saved.edited"))
        return here

    try:
        return guided.respond(
            request,
            guide,
            step=step,
            subject=str(found.pk),
            address=lambda name: reverse("goals:edit_goal_step", args=[found.pk, name]),
            finish=finish,
            cancel=here,
            version=found.version,
            initial=_initial(found),
            options={"choices": GoalChoices(person(request), found, find=_looked_for(request))},
        )
    except EditConflict as conflict:
        return _goal_conflict(request, guide, found, conflict)


def _goal_conflict(request: HttpRequest, guide: Guide, goal: Goal, conflict: EditConflict) -> HttpResponse:
    """Both versions. The person's own lies in the draft still, from now on as seen against the one that is saved."""
    version = conflict.theirs.version if isinstance(conflict.theirs, Goal) else None
    if version is not None:
        guided.seen_anew(request, guide, str(goal.pk), version)
    names = ("code", *actions.WORDING, "owner", "parent")
    return answer_conflict(
        request,
        differences=conflicting(conflict, [(name, say(f"goals.field.{name}")) for name in names]),
        again=reverse("goals:edit_goal_step", args=[goal.pk, guided.CHECK]),
        version=version,
        afresh=f"{reverse('goals:edit_goal', args=[goal.pk])}?afresh=1",
    )


def _initial(goal: Goal) -> dict[str, dict[str, Any]]:
    return {
        "what": {"level": goal.level, "title": goal.title, "desired_result": goal.desired_result},
        "agreed": {"agreement": goal.agreement, "agreed_by": goal.agreed_by, "agreed_on": goal.agreed_on or ""},
        "how": {"how": goal.how, "how_by": goal.how_by},
        "years": {"period_from": goal.period_from, "period_to": goal.period_to},
        "place": {"owner": goal.owner_id, "code": goal.code, "parent": goal.parent_id or ""},
        "ties": {
            "themes": [theme.pk for theme in goal.themes.all()],
            "documents": [document.pk for document in goal.documents.all()],
        },
    }


@permission(ADOPT)
@require_POST
def adopt(request: HttpRequest, key: int) -> HttpResponse:
    """Say that a goal has been agreed to."""
    found = found_goal(key)
    access.require(request.user, ADOPT, unit=found.owner)
    here = reverse("goals:goal", args=[found.pk])

    def act() -> str:
        expected = editing.seen_version(request, otherwise=found.version)
        try:
            actions.adopt_goal(goal=found, expected_version=expected, by=person(request), at=clock.now())
        except BrokenRuleError as error:
            messages.error(request, rule_text(error, app="goals"))
            return reverse("goals:edit_goal", args=[found.pk]) if error.field else here
        messages.success(request, say("goals.saved.adopted"))
        return here

    try:
        return editing.once(request, act)
    except EditConflict:
        messages.warning(request, say("goals.changed_meanwhile"))
        return _to(here)


def _to(url: str) -> HttpResponse:
    return HttpResponse(status=303, headers={"Location": url})


@permission(ADOPT)
def end(request: HttpRequest, key: int) -> HttpResponse:
    """End an adopted goal, with the reason."""
    found = found_goal(key)
    access.require(request.user, ADOPT, unit=found.owner)
    here = reverse("goals:goal", args=[found.pk])
    form = forms.EndForm(request.POST or None, initial={"on": clock.today()})
    if request.method == "POST" and form.is_valid():

        def act() -> str:
            expected = editing.seen_version(request, otherwise=found.version)
            actions.end_goal(
                goal=found, expected_version=expected, by=person(request), at=clock.now(), **form.cleaned_data
            )
            messages.success(request, say("goals.saved.ended"))
            return here

        try:
            return editing.once(request, act)
        except BrokenRuleError as error:
            refused(form, error, app="goals")
        except EditConflict:
            messages.warning(request, say("goals.changed_meanwhile"))
            return _to(here)
    page = {"form": form, "heading": say("goals.ask.end"), "above": str(found), "back": here, "version": found.version}
    return render(request, "goals/form.html", page, status=422 if form.errors else 200)


@permission(EDIT)
def new_target(request: HttpRequest, key: int, step: str = "") -> HttpResponse:
    """Set a target against published figures."""
    found = found_goal(key)
    access.require(request.user, EDIT, unit=found.owner)
    here = reverse("goals:goal", args=[found.pk])
    choices = TargetChoices(find=_looked_for(request))

    def finish(answers: Answers, version: int) -> str:
        try:
            made = actions.add_target(
                goal=found, facts=_target_facts(answers, choices), by=person(request), at=clock.now()
            )
        except BrokenRuleError as error:
            raise as_form_error(error, app="goals") from error
        messages.success(request, say("goals.saved.target_added"))
        return reverse("goals:target", args=[made.pk])

    if not choices.sources:
        return render(request, "goals/no_figures.html", {"goal": found, "back": here})
    return guided.respond(
        request,
        TARGET,
        step=step,
        subject=str(found.pk),
        address=lambda name: reverse("goals:new_target_step", args=[found.pk, name]),
        finish=finish,
        cancel=here,
        options={"choices": choices},
    )


def _target_facts(answers: Answers, choices: TargetChoices) -> actions.TargetFacts:
    data_set, indicator = choices.sources[answers["source"]]
    question = choices.questions.get(answers["question"])
    aim_kind, aim = forms.AimForm.stated(dict(answers))
    return actions.TargetFacts(
        kind=answers["kind"] if question else "level",
        indicator=Indicator.objects.get(pk=indicator.pk),
        data_set=DataSet.objects.get(pk=data_set.pk),
        aim_kind=aim_kind,
        aim=aim,
        baseline_period=answers["baseline_period"],
        by_year=answers["by_year"],
        points=choices.points,
        question_key=question.key if question else "",
        group=question.group if question else (),
        group_texts=question.group_texts if question else {},
        reference_texts=question.reference_texts if question else {},
        reason=answers["reason"],
        meant=bool(answers.get("meant")),
    )


@permission(EDIT)
def withdraw(request: HttpRequest, key: int) -> HttpResponse:
    """Take a target back, with the reason."""
    found = get_object_or_404(Target.objects.select_related("goal__owner", "indicator"), pk=key)
    access.require(request.user, EDIT, unit=found.goal.owner)
    here = reverse("goals:goal", args=[found.goal_id])
    form = forms.WithdrawForm(request.POST or None)
    if request.method == "POST" and form.is_valid():

        def act() -> str:
            actions.withdraw_target(
                target=found,
                on=clock.today(),
                reason=form.cleaned_data["reason"],
                expected_version=editing.seen_version(request, otherwise=found.version),
                by=person(request),
                at=clock.now(),
            )
            messages.success(request, say("goals.saved.withdrawn"))
            return here

        try:
            return editing.once(request, act)
        except BrokenRuleError as error:
            refused(form, error, app="goals")
        except EditConflict:
            messages.warning(request, say("goals.changed_meanwhile"))
            return _to(here)
    shown = {"heading": say("goals.ask.withdraw"), "above": str(found.goal), "back": here, "version": found.version}
    page = {"form": form, **shown}
    return render(request, "goals/form.html", page, status=422 if form.errors else 200)
