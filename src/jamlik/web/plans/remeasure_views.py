"""Asking the same question again: one click compares, a person confirms."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from jamlik.web.core import access, clock, editing
from jamlik.web.core.access import permission
from jamlik.web.core.texts import say
from jamlik.web.organisation.models import Unit
from jamlik.web.plans import pictures, plan_actions, queries, rules, telling
from jamlik.web.plans.forms import ConfirmForm
from jamlik.web.plans.models import Action, Remeasure
from jamlik.web.statistics.queries import open_to

__all__ = ["confirm", "remeasure", "remeasure_page"]


@permission("plans.remeasure")
@require_POST
def remeasure(request: HttpRequest, pk: int) -> HttpResponse:
    """Compare with the latest measurement of the same question."""
    action = get_object_or_404(queries.visible_actions(request.user), pk=pk)
    access.require(request.user, "plans.remeasure", unit=action.unit)
    later = queries.later_measurements(action.finding)
    if not later:
        messages.error(request, say("plans.remeasure.nothing"))
        return redirect("plans:action", pk)
    by: Any = request.user
    try:
        made = plan_actions.remeasure(before=action.finding, after=later[0], by=by, at=clock.now())
    except rules.RefusedError as refused:
        messages.error(request, str(refused))
        return redirect("plans:action", pk)
    return redirect("plans:remeasured", made.pk)


@permission("plans.read")
def remeasure_page(request: HttpRequest, pk: int) -> HttpResponse:
    """What the figures answer, and the person's conclusion."""
    found, related = _seen(request, pk)
    return _page(request, found, related, ConfirmForm() if _may_confirm(request, found, related) else None)


@permission("plans.confirm")
def confirm(request: HttpRequest, pk: int) -> HttpResponse:
    """A person's answer: once, and against the figures only with a reason."""
    found, related = _seen(request, pk)
    if found.confirmed_at is not None or not _may_confirm(request, found, related):
        return redirect("plans:remeasured", pk)
    if request.method != "POST":
        return _page(request, found, related, ConfirmForm(editing.unsent(request)))
    form = ConfirmForm(request.POST)
    if form.is_valid():
        try:
            return editing.once(request, lambda: _confirmed(request, found, form.cleaned_data))
        except rules.RefusedError as refused:
            form.add_error("comment", str(refused))
    return _page(request, found, related, form)


def _seen(request: HttpRequest, pk: int) -> tuple[Remeasure, list[Action]]:
    """A remeasurement and the actions that lead to it, for one who may see either those or the finding's committee."""
    rows = Remeasure.objects.filter(open_to(request.user, "before")).select_related(
        "before__owner", "before__indicator", "before__inside", "after", "confirmed_by"
    )
    found = get_object_or_404(rows, pk=pk)
    related = list(queries.visible_actions(request.user).filter(finding=found.before))
    if not related:
        access.require(request.user, "plans.read", unit=found.before.owner)
    return found, related


def _page(request: HttpRequest, found: Remeasure, related: list[Action], form: ConfirmForm | None) -> HttpResponse:
    asked = (found.before_id, found.after_id)
    series = [each for each in queries.gap_series(found.before) if each.finding.pk in asked]
    shown = {
        "remeasure": found,
        "finding": found.before,
        "actions": related,
        "table": telling.gap_table(found.before, series),
        "picture": pictures.gap_picture(series),
        "answer": telling.answer_text(found),
        "told": telling.told_lines(found),
        "form": form,
    }
    return render(request, "plans/remeasure.html", shown, status=422 if form is not None and form.errors else 200)


def _confirmed(request: HttpRequest, found: Remeasure, data: dict[str, Any]) -> str:
    by: Any = request.user
    plan_actions.confirm_remeasure(
        remeasure=found, closed=data["closed"] == "yes", comment=data["comment"], by=by, at=clock.now()
    )
    messages.success(request, say("plans.remeasure.saved"))
    return reverse("plans:remeasured", args=[found.pk])


def _may_confirm(request: HttpRequest, found: Remeasure, related: list[Action]) -> bool:
    """Whoever answers for one of the units that acted, or for the committee that owns the finding."""
    if found.confirmed_at is not None:
        return False
    units: list[Unit] = [*(action.unit for action in related), found.before.owner]
    return any(access.may(request.user, "plans.confirm", unit=unit) for unit in units)
