"""Actions: as a list, a board and a timeline; an action's own page; reports, contributors and milestones."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, cast

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from jamlik.web.core import access, clock, editing, listing
from jamlik.web.core.access import permission
from jamlik.web.core.editing import EditConflict
from jamlik.web.core.forms import Form
from jamlik.web.core.listing import Column, Filter, Spec
from jamlik.web.core.people import person
from jamlik.web.core.texts import language, say
from jamlik.web.plans import actions, pictures, queries, rules, telling
from jamlik.web.plans.forms import ActionForm, ContributorForm, MilestoneForm, ReportForm, StopForm
from jamlik.web.plans.guided_views import conflict_page
from jamlik.web.plans.models import Action, ActionState, Contributor, Milestone
from jamlik.web.plans.shown import action_lines, shown_state, state_text
from jamlik.web.statistics.queries import rows_for

__all__ = [
    "action_board",
    "action_list",
    "action_page",
    "action_timeline",
    "contributor",
    "edit",
    "milestone",
    "reach",
    "remove_contributor",
    "report",
    "stop",
]

LEFT_OUT = (ActionState.DRAFT, ActionState.STOPPED)  # of the timeline
LOOKS = {"draft": "plain", "planned": "plain", "ongoing": "ok", "done": "ok", "stopped": "plain", "late": "danger"}
PAGE_FIELDS = (
    "description",
    "cause",
    "role",
    "starts_on",
    "due_on",
    "cost_sek",
    "effect_indicator",
    "effect_group",
    "expected_effect",
)


def _late(rows: QuerySet[Action], value: str) -> QuerySet[Action]:
    under_way = rows.filter(state__in=(ActionState.PLANNED, ActionState.ONGOING))
    return under_way.filter(due_on__lt=clock.today()) if value == "late" else rows.filter(state=value)


STATE_FILTER = Filter(
    "state",
    "plans.field.state",
    lambda request: [(code, say(f"plans.state.{code}")) for code in (*ActionState.values, "late")],
    _late,
)
UNIT_FILTER = Filter(
    "unit",
    "plans.field.unit",
    lambda request: [
        (str(key), name)
        for key, name in queries.visible_actions(request.user)
        .order_by("unit__name")
        .values_list("unit_id", "unit__name")
        .distinct()
    ],
    lambda rows, value: rows.filter(unit_id=value),
)
PLAN_FILTER = Filter(
    "plan",
    "plans.field.plan",
    lambda request: [
        (str(key), title) for key, title in queries.visible_plans(request.user).values_list("pk", "title")
    ],
    lambda rows, value: rows.filter(plan_id=value),
)
LIST = Spec(
    name="plans.actions",
    columns=(
        Column(
            "title",
            "plans.field.title",
            lambda row: row.title or say("plans.untitled"),
            sort="title",
            link=lambda row: reverse("plans:action", args=[row.pk]),
        ),
        Column("finding", "plans.field.finding", lambda row: row.finding.heading(language()), sort="finding__sentence"),
        Column("goal", "plans.field.goal", lambda row: str(row.goal) if row.goal else "", sort="goal__title"),
        Column("unit", "plans.field.unit", lambda row: row.unit.name, sort="unit__name"),
        Column("role", "plans.field.role", lambda row: row.role, sort="role"),
        Column("due", "plans.field.due_on", lambda row: row.due_on, sort="due_on"),
        Column("cost", "plans.field.cost_sek", lambda row: row.cost_sek, sort="cost_sek", number=True),
        Column(
            "state",
            "plans.field.state",
            state_text,
            sort="state",
            tag=lambda row: LOOKS[shown_state(row)],
        ),
    ),
    filters=(STATE_FILTER, UNIT_FILTER, PLAN_FILTER),
    search=("title", "description", "role", "finding__sentence"),
    sort="due",
    caption="plans.title",
    empty="plans.empty",
)


TIMELINE = Spec(
    name="plans.timeline",
    columns=(
        LIST.columns[0],
        Column("unit", "plans.field.unit", lambda row: row.unit.name, sort="unit__name"),
        Column("starts", "plans.field.starts_on", lambda row: row.starts_on, sort="starts_on"),
        Column("due", "plans.field.due_on", lambda row: row.due_on, sort="due_on"),
        Column(
            "milestones",
            "plans.milestone.heading",
            lambda row: "; ".join(f"{each.due_on.isoformat()} {each.title}" for each in row.milestones.all()),
        ),
        LIST.columns[-1],
    ),
    filters=(STATE_FILTER, UNIT_FILTER, PLAN_FILTER),
    search=LIST.search,
    sort="due",
    caption="plans.title",
    empty="plans.timeline.none",
)
BOARD = replace(LIST, name="plans.board", filters=(UNIT_FILTER, PLAN_FILTER))


@permission("plans.read")
def action_list(request: HttpRequest) -> HttpResponse:
    """All actions in the person's scope."""
    shown = listing.page(request, rows_for(request, queries.visible_actions(request.user), "finding"), LIST)
    return shown.file or render(request, "plans/list.html", {"listing": shown, "view": "list"})


@permission("plans.read")
def action_board(request: HttpRequest) -> HttpResponse:
    """Actions by state."""
    shown = listing.page(request, rows_for(request, queries.visible_actions(request.user), "finding"), BOARD)
    if shown.file is not None:
        return shown.file
    lanes = [
        {
            "name": say(f"plans.state.{lane.state}"),
            "lane": lane,
            "actions": [(action, shown_state(action) == "late") for action in lane.actions],
        }
        for lane in queries.board(_chosen(shown))
    ]
    chosen = request.GET.copy()
    chosen.pop("sort", None)
    return render(
        request, "plans/board.html", {"lanes": lanes, "view": "board", "listing": shown, "asked": chosen.urlencode()}
    )


def _chosen(shown: listing.Listing) -> QuerySet[Action]:
    """All the rows that a list's filters leave, not one page of them."""
    assert shown.page is not None
    return cast("QuerySet[Action]", shown.page.paginator.object_list)


@permission("plans.read")
def action_timeline(request: HttpRequest) -> HttpResponse:
    """Actions in time: a picture, and the same in a table."""
    rows = queries.timeline_actions(queries.visible_actions(request.user).exclude(state__in=LEFT_OUT))
    shown = listing.page(request, rows_for(request, rows, "finding"), TIMELINE)
    if shown.file is not None:
        return shown.file
    actions_shown = shown.objects
    drawn = pictures.timeline(actions_shown, day=clock.today())
    table = [(row, shown_state(row), LOOKS[shown_state(row)]) for row in actions_shown]
    return render(
        request, "plans/timeline.html", {"timeline": drawn, "rows": table, "view": "timeline", "listing": shown}
    )


@permission("plans.read")
def action_page(request: HttpRequest, pk: int) -> HttpResponse:
    """One action: what, who, when; the gap before and after; what has been reported."""
    action = get_object_or_404(queries.visible_actions(request.user), pk=pk)
    series = queries.gap_series(action.finding)
    remeasures = queries.remeasures_of(action.finding)
    state = shown_state(action)
    may_act = access.may(request.user, "plans.act", unit=action.unit)
    shown = {
        "action": action,
        "finding": action.finding,
        "lines": action_lines(action, PAGE_FIELDS),
        "state": state,
        "look": LOOKS[state],
        "series": series,
        "picture": pictures.gap_picture(series) if len(series) > 1 else None,
        "table": telling.gap_table(action.finding, series),
        "remeasures": [(each, telling.answer_text(each)) for each in remeasures],
        "may_remeasure": _may_remeasure(request, action, series),
        "updates": list(action.updates.select_related("made_by")[: listing.PAGE_ROWS]),
        "contributors": list(action.contributors.select_related("other_unit")),
        "milestones": list(action.milestones.all()),
        "may_act": may_act,
        "open": may_act and action.state in (ActionState.PLANNED, ActionState.ONGOING),
    }
    return render(request, "plans/action.html", shown)


def _may_remeasure(request: HttpRequest, action: Action, series: list[queries.Measured]) -> bool:
    measurable = len(series) > 1 and action.finding.state in ("acted_on", "waiting")
    return measurable and access.may(request.user, "plans.remeasure", unit=action.unit)


@permission("plans.act")
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Change an action."""
    if led := editing.sent_before(request):
        return redirect(led)
    action = _own(request, pk)
    if action.state == ActionState.DRAFT:
        return redirect("plans:check", pk)
    form = ActionForm(editing.unsent(request), action=action)
    if request.method == "POST":
        form = ActionForm(request.POST, action=action)
        if form.is_valid():
            try:
                return editing.once(request, lambda: _changed(request, action, form.cleaned_data))
            except EditConflict as conflict:
                return conflict_page(request, form, conflict, again=request.path)
            except rules.RefusedError as refused:
                form.add_error(None, str(refused))
    return _form_page(request, form, action, "plans.action.edit")


def _changed(request: HttpRequest, action: Action, fields: dict[str, Any]) -> str:
    seen = editing.seen_version(request)
    actions.change_action(action=action, fields=fields, expected_version=seen, by=person(request), at=clock.now())
    messages.success(request, say("plans.action.saved"))
    return reverse("plans:action", args=[action.pk])


def _form_page(request: HttpRequest, form: Form, action: Action, heading: str, *, danger: bool = False) -> HttpResponse:
    shown = {
        "form": form,
        "heading": say(heading),
        "kicker": action.title,
        "back": reverse("plans:action", args=[action.pk]),
        "version": action.version,
        "danger": danger,
    }
    return render(request, "plans/form.html", shown, status=422 if form.errors else 200)


def _small_form(
    request: HttpRequest,
    action: Action,
    made: type[Form],
    heading: str,
    act: Callable[[dict[str, Any]], object],
    done: str,
) -> HttpResponse:
    """A form that adds something to an action, once however often it is sent."""
    form = made(editing.unsent(request))
    if request.method == "POST":
        if led := editing.sent_before(request):
            return HttpResponseRedirect(led)
        form = made(request.POST)
        if form.is_valid():

            def once() -> str:
                act(form.cleaned_data)
                messages.success(request, say(done))
                return reverse("plans:action", args=[action.pk])

            try:
                return editing.once(request, once)
            except rules.RefusedError as refused:
                form.add_error(None, str(refused))
    return _form_page(request, form, action, heading)


@permission("plans.act")
def report(request: HttpRequest, pk: int) -> HttpResponse:
    """Report how it goes."""
    action = _own(request, pk)
    by: Any = request.user

    def act(data: dict[str, Any]) -> object:
        return actions.report(action=action, **data, by=by, at=clock.now())

    return _small_form(request, action, ReportForm, "plans.report.title", act, "plans.report.saved")


@permission("plans.act")
def stop(request: HttpRequest, pk: int) -> HttpResponse:
    """Stop an action, saying why."""
    action = _own(request, pk)
    by: Any = request.user

    def act(data: dict[str, Any]) -> object:
        return actions.stop_action(action=action, reason=data["reason"], by=by, at=clock.now())

    return _small_form(request, action, StopForm, "plans.stop.title", act, "plans.stop.saved")


@permission("plans.act")
def contributor(request: HttpRequest, pk: int) -> HttpResponse:
    """Add somebody who contributes."""
    action = _own(request, pk)
    by: Any = request.user

    def act(data: dict[str, Any]) -> object:
        return actions.add_contributor(
            action=action,
            unit=data["other_unit"],
            partner=data["partner"],
            commitment=data["commitment"],
            by=by,
            at=clock.now(),
        )

    return _small_form(request, action, ContributorForm, "plans.contributor.add", act, "plans.contributor.saved")


@permission("plans.act")
@require_POST
def remove_contributor(request: HttpRequest, pk: int, row: int) -> HttpResponse:
    """Take a contributor away; one that is gone already is gone."""
    action = _own(request, pk)
    found = Contributor.objects.filter(action=action, pk=row).first()
    if found is not None:
        by: Any = request.user
        actions.remove_contributor(contributor=found, by=by, at=clock.now())
    return redirect("plans:action", pk)


@permission("plans.act")
def milestone(request: HttpRequest, pk: int) -> HttpResponse:
    """Add a milestone."""
    action = _own(request, pk)
    by: Any = request.user

    def act(data: dict[str, Any]) -> object:
        return actions.add_milestone(action=action, **data, by=by, at=clock.now())

    return _small_form(request, action, MilestoneForm, "plans.milestone.add", act, "plans.milestone.saved")


@permission("plans.act")
@require_POST
def reach(request: HttpRequest, pk: int, row: int) -> HttpResponse:
    """Note that a milestone is reached today."""
    action = _own(request, pk)
    found = get_object_or_404(Milestone, action=action, pk=row)
    by: Any = request.user
    actions.reach_milestone(milestone=found, on=clock.today(), by=by, at=clock.now())
    return redirect("plans:action", pk)


def _own(request: HttpRequest, pk: int) -> Action:
    action = get_object_or_404(queries.visible_actions(request.user), pk=pk)
    access.require(request.user, "plans.act", unit=action.unit)
    return action
