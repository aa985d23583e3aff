"""Handing out differences: several at once to the unit that owns the service, in a round or with a day of their own."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from django.contrib import messages
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from jamlik.web.assessments import queries, round_actions
from jamlik.web.assessments.forms import AssignForm
from jamlik.web.assessments.models import Round
from jamlik.web.assessments.rules import RefusedError
from jamlik.web.core import clock, editing, listing
from jamlik.web.core.access import permission
from jamlik.web.core.listing import Column, Filter, Spec
from jamlik.web.core.people import person
from jamlik.web.core.texts import language, say
from jamlik.web.organisation.models import Unit
from jamlik.web.organisation.queries import AUTHORITIES, units_in_scope
from jamlik.web.statistics.models import Finding, Source
from jamlik.web.statistics.queries import SURE, rows_for, sure_findings

__all__ = ["assign"]

USUAL = "sure"
IS_SURE = Q(certainty__in=SURE) | Q(inside__certainty__in=SURE)
SHOWN: dict[str, Callable[[QuerySet[Finding]], QuerySet[Finding]]] = {
    USUAL: sure_findings,
    "unsure": lambda rows: rows.filter(source=Source.COMPUTED).exclude(IS_SURE),
    "every": lambda rows: rows,
}
_LONGEST_ADDRESS = 400


def _committees(request: HttpRequest) -> Iterable[tuple[str, str]]:
    units = units_in_scope(request.user, "assessments.assign").filter(kind__in=AUTHORITIES).order_by("name")
    return [(str(unit.pk), unit.name) for unit in units]


LIST = Spec(
    name="assessments.to_hand_out",
    columns=(
        Column("finding", "assessments.field.finding", lambda row: row.told(language()), sort="sentence"),
        Column("committee", "assessments.round.committee", lambda row: row.owner.name, sort="owner__name"),
        Column("period", "assessments.field.period", lambda row: row.period, sort="period_start"),
        Column(
            "certainty",
            "statistics.list.certainty",
            lambda row: say(f"statistics.certainty.{row.certainty}") if row.certainty else "",
        ),
    ),
    filters=(
        Filter(
            "show",
            "assessments.assign.show",
            lambda request: [(each, say(f"assessments.assign.shown.{each}")) for each in SHOWN],
            lambda rows, value: SHOWN[value](rows),
        ),
        Filter(
            "committee",
            "assessments.round.committee",
            _committees,
            lambda rows, value: rows.filter(owner__path__contains=f"/{value}/"),
        ),
    ),
    search=("sentence", "owner__name", "period", "indicator__name_sv"),
    caption="assessments.assign.title",
)


@permission("assessments.assign")
def assign(request: HttpRequest, pk: int = 0) -> HttpResponse:
    """Hand out differences, in the round with this key or, without one, by a day."""
    round_ = get_object_or_404(queries.rounds(request.user), pk=pk) if pk else None
    rows = queries.assignable(request.user, round_)
    asked = request.GET.copy()
    only = asked.get("finding", "")  # the page of a difference leads here with its own key
    if only.isascii() and only.isdigit() and len(only) < 10:
        rows, asked["show"] = rows.filter(pk=int(only)), "every"
    elif asked.get("show") not in SHOWN:
        asked["show"] = USUAL
    request.GET = asked  # type: ignore[assignment]  # a copy may be written in; a QueryDict all the same
    shown = listing.page(request, rows_for(request, rows), LIST)
    if shown.file is not None:
        return shown.file
    units = units_in_scope(request.user, "assessments.assign").exclude(kind="municipality").order_by("path")
    day = None if round_ is not None else clock.today() + round_actions.TIME_TO_ANSWER
    form, problem = AssignForm(units=units, day=day), ""
    if request.method == "POST":
        if led := editing.sent_before(request):
            return redirect(led)
        form = AssignForm(request.POST, units=units, day=day)
        picked = list(rows.filter(pk__in=_ticked(request)))
        if form.is_valid() and picked:
            unit = next(each for each in units if str(each.pk) == form.cleaned_data["unit"])
            by_day = form.cleaned_data.get("due_on")
            try:
                return editing.once(request, lambda: _assigned(request, round_, unit, picked, by_day))
            except RefusedError as refused:
                problem = str(refused)
        elif not picked:
            problem = say("assessments.assign.missing")
    page = {
        "round": round_,
        "form": form,
        "problem": problem,
        "listing": shown,
        "ticked": {row.pk for row in shown.objects} if asked.get("finding") else set(_ticked(request)),
        "only": asked.get("finding"),
        "waiting": rows.filter(~Q(source=Source.COMPUTED) | IS_SURE).exists(),
        "back": reverse("assessments:round", args=[pk]) if pk else reverse("assessments:list"),
    }
    return render(request, "assessments/assign.html", page, status=422 if problem or form.errors else 200)


def _ticked(request: HttpRequest) -> list[int]:
    return [int(key) for key in request.POST.getlist("finding") if key.isascii() and key.isdigit()]


def _assigned(request: HttpRequest, round_: Round | None, unit: Unit, picked: list[Finding], day: Any) -> str:
    made = round_actions.assign_findings(
        findings=picked, unit=unit, round_=round_, due_on=day, by=person(request), at=clock.now()
    )
    messages.success(request, say("assessments.assign.done", n=len(made), unit=unit.name))
    if request.GET.get("finding") and len(picked) == 1:
        return reverse("statistics:finding", args=[picked[0].pk])
    here = request.get_full_path()
    return here if len(here) <= _LONGEST_ADDRESS else request.path
