"""Plans: the list, a plan's page, its life, and the plan as PDF and Word."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from jamlik.reports.pdf import pdf_bytes
from jamlik.reports.word import word_bytes
from jamlik.web.core import access, clock, editing, listing
from jamlik.web.core.access import permission
from jamlik.web.core.editing import EditConflict
from jamlik.web.core.forms import Form
from jamlik.web.core.listing import Column, Filter, Spec
from jamlik.web.core.people import person
from jamlik.web.core.texts import say
from jamlik.web.organisation.queries import units_in_scope
from jamlik.web.plans import plan_actions, queries, rules
from jamlik.web.plans.forms import MoveForm, PlanForm
from jamlik.web.plans.guided_views import conflict_page
from jamlik.web.plans.models import Plan, PlanState
from jamlik.web.plans.plandocument import plan_document
from jamlik.web.plans.views import LIST as ACTION_LIST
from jamlik.web.plans.views import STATE_FILTER, UNIT_FILTER

__all__ = ["edit_plan", "move", "new_plan", "plan_list", "plan_page", "plan_pdf", "plan_word", "word_file"]

WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
LOOKS = {
    "draft": "plain",
    "referral": "warn",
    "revised": "plain",
    "adopted": "ok",
    "followed_up": "ok",
    "superseded": "plain",
}
ACTIONS = replace(ACTION_LIST, filters=(STATE_FILTER, UNIT_FILTER))
LIST = Spec(
    name="plans.plans",
    columns=(
        Column(
            "title",
            "plans.plan.name",
            lambda row: row.title,
            sort="title",
            link=lambda row: reverse("plans:plan", args=[row.pk]),
        ),
        Column("owner", "plans.plan.owner", lambda row: row.owner.name, sort="owner__name"),
        Column(
            "years",
            "plans.plan.years",
            lambda row: f"{row.first_year}–{row.last_year}",
            sort=("first_year", "last_year"),
        ),
        Column("actions", "plans.title", lambda row: row.actions_n, sort="actions_n", number=True),
        Column(
            "state",
            "plans.field.state",
            lambda row: say(f"plans.plan_state.{row.state}"),
            sort="state",
            tag=lambda row: LOOKS[row.state],
        ),
    ),
    filters=(
        Filter(
            "state",
            "plans.field.state",
            lambda request: [(state.value, say(f"plans.plan_state.{state.value}")) for state in PlanState],
            lambda rows, value: rows.filter(state=value),
        ),
    ),
    search=("title", "summary"),
    sort="-years",
    caption="plans.plan.title",
    empty="plans.plan.none",
)


@permission("plans.read")
def plan_list(request: HttpRequest) -> HttpResponse:
    """The plans in the person's scope."""
    shown = listing.page(request, queries.visible_plans(request.user), LIST)
    may_edit = access.may(request.user, "plans.plan_edit")
    return shown.file or render(request, "plans/plans.html", {"listing": shown, "may_edit": may_edit, "view": "plans"})


@permission("plans.read")
def plan_page(request: HttpRequest, pk: int) -> HttpResponse:
    """A plan with its actions and its life."""
    plan = _seen(request, pk)
    rows = _actions(plan).filter(pk__in=queries.visible_actions(request.user).values("pk"))
    shown = listing.page(request, rows, ACTIONS)
    may_edit = access.may(request.user, "plans.plan_edit", unit=plan.owner)
    may_adopt = access.may(request.user, "plans.plan_adopt", unit=plan.owner)
    context = {
        "plan": plan,
        "listing": shown,
        "look": LOOKS[plan.state],
        "steps": list(plan.steps.select_related("moved_by")),
        "superseded_by": Plan.objects.filter(supersedes=plan).first(),
        "cost": queries.plan_cost(plan),
        "others_n": _actions(plan).count() - rows.count(),
        "may_edit": may_edit and plan.state in (PlanState.DRAFT, PlanState.REFERRAL, PlanState.REVISED),
        "may_move": (may_edit or may_adopt) and bool(rules.NEXT_PLAN_STATES[plan.state]),
    }
    return shown.file or render(request, "plans/plan.html", context)


@permission("plans.plan_edit")
def new_plan(request: HttpRequest) -> HttpResponse:
    """Begin a plan."""
    owners = units_in_scope(request.user, "plans.plan_edit").order_by("path")
    form = PlanForm(editing.unsent(request), owners=owners)
    if request.method == "POST":
        form = PlanForm(request.POST, owners=owners)
        if form.is_valid():
            try:
                return editing.once(request, lambda: _made(request, form.cleaned_data))
            except rules.RefusedError as refused:
                form.add_error(None, str(refused))
    return _form_page(request, form, "plans.plan.new", reverse("plans:plans"))


def _made(request: HttpRequest, data: dict[str, Any]) -> str:
    by: Any = request.user
    made = plan_actions.make_plan(**data, by=by, at=clock.now())
    messages.success(request, say("plans.plan.saved"))
    return reverse("plans:plan", args=[made.pk])


@permission("plans.plan_edit")
def edit_plan(request: HttpRequest, pk: int) -> HttpResponse:
    """Change a plan that is not adopted."""
    if led := editing.sent_before(request):
        return redirect(led)
    plan = _seen(request, pk)
    access.require(request.user, "plans.plan_edit", unit=plan.owner)
    form = PlanForm(editing.unsent(request), plan=plan)
    if request.method == "POST":
        form = PlanForm(request.POST, plan=plan)
        if form.is_valid():
            try:
                return editing.once(request, lambda: _changed(request, plan, form.cleaned_data))
            except EditConflict as conflict:
                return conflict_page(request, form, conflict, again=request.path)
            except rules.RefusedError as refused:
                form.add_error(None, str(refused))
    return _form_page(request, form, "plans.plan.edit", reverse("plans:plan", args=[pk]), plan=plan)


def _changed(request: HttpRequest, plan: Plan, fields: dict[str, Any]) -> str:
    seen = editing.seen_version(request)
    plan_actions.change_plan(plan=plan, fields=fields, expected_version=seen, by=person(request), at=clock.now())
    messages.success(request, say("plans.plan.saved"))
    return reverse("plans:plan", args=[plan.pk])


@permission("plans.plan_move")
def move(request: HttpRequest, pk: int) -> HttpResponse:
    """The plan's next step: editors send it round, the registrar records that it was adopted."""
    plan = _seen(request, pk)
    may_edit = access.may(request.user, "plans.plan_edit", unit=plan.owner)
    may_adopt = access.may(request.user, "plans.plan_adopt", unit=plan.owner)
    access.require(request.user, "plans.plan_move", unit=plan.owner)
    choices: dict[str, Any] = {"plan": plan, "may_adopt": may_adopt, "may_edit": may_edit}
    form = MoveForm(editing.unsent(request), **choices)
    if request.method == "POST":
        if led := editing.sent_before(request):
            return redirect(led)
        form = MoveForm(request.POST, **choices)
        if form.is_valid():
            try:
                return editing.once(request, lambda: _moved(request, plan, form.cleaned_data))
            except rules.RefusedError as refused:
                form.add_error("adopted_by" if "adopted_by" in form.fields else None, str(refused))
    return _form_page(request, form, "plans.plan.move", reverse("plans:plan", args=[pk]), plan=plan)


def _moved(request: HttpRequest, plan: Plan, data: dict[str, Any]) -> str:
    by: Any = request.user
    plan_actions.move_plan(plan=plan, **data, by=by, at=clock.now())
    messages.success(request, say("plans.plan.moved"))
    return reverse("plans:plan", args=[plan.pk])


@permission("plans.read")
def plan_pdf(request: HttpRequest, pk: int) -> HttpResponse:
    """The plan as a tagged PDF."""
    plan = _seen(request, pk)
    return _file(pdf_bytes(_document(plan)), "application/pdf", f"plan-{plan.pk}.pdf")


@permission("plans.read")
def plan_word(request: HttpRequest, pk: int) -> HttpResponse:
    """The plan as Word."""
    plan = _seen(request, pk)
    return word_file(word_bytes(_document(plan)), f"plan-{plan.pk}.docx")


def _document(plan: Plan) -> Any:
    rows = list(_actions(plan).prefetch_related("contributors__other_unit", "milestones"))
    return plan_document(plan, rows, cost=queries.plan_cost(plan))


def _actions(plan: Plan) -> Any:
    """The plan's actions but the drafts."""
    related = ("unit", "goal", "finding", "effect_indicator")
    return queries.plan_actions(plan).select_related(*related).order_by("due_on", "pk")


def word_file(content: bytes, name: str) -> HttpResponse:
    """A document of Word, to save."""
    return _file(content, WORD, name)


def _file(content: bytes, kind: str, name: str) -> HttpResponse:
    response = HttpResponse(content, content_type=kind)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _seen(request: HttpRequest, pk: int) -> Plan:
    return get_object_or_404(queries.visible_plans(request.user), pk=pk)


def _form_page(request: HttpRequest, form: Form, heading: str, back: str, *, plan: Plan | None = None) -> HttpResponse:
    shown = {
        "form": form,
        "heading": say(heading),
        "kicker": plan.title if plan else "",
        "back": back,
        "version": plan.version if plan else 0,
    }
    return render(request, "plans/form.html", shown, status=422 if form.errors else 200)
