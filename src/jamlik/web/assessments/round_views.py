"""Rounds: planning them, handing out findings, following the committees."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from jamlik.web.assessments import queries, round_actions
from jamlik.web.assessments.forms import ReopenForm, RoundForm, deadline_form
from jamlik.web.assessments.hooks import follow_up_url
from jamlik.web.assessments.models import Round, RoundState
from jamlik.web.assessments.queries import CommitteeProgress
from jamlik.web.assessments.rules import RefusedError
from jamlik.web.core import access, clock, editing, listing
from jamlik.web.core.access import permission
from jamlik.web.core.editing import EditConflict
from jamlik.web.core.listing import Column, Filter, Spec
from jamlik.web.core.people import person
from jamlik.web.core.texts import say
from jamlik.web.organisation.models import Unit
from jamlik.web.organisation.queries import AUTHORITIES, root, units_in_scope
from jamlik.web.register.conflicts import answer_conflict

__all__ = [
    "close_round",
    "deadlines",
    "edit_round",
    "new_round",
    "open_round",
    "reopen_round",
    "round_list",
    "round_page",
]

LOOKS = {"planned": "plain", "open": "ok", "closed": "plain"}
_FIELDS = ("title", "kind", "opens_on", "due_on", "cap")
LIST = Spec(
    name="assessments.rounds",
    columns=(
        Column(
            "title",
            "assessments.round.name",
            lambda row: row.title,
            sort="title",
            link=lambda row: reverse("assessments:round", args=[row.pk]),
        ),
        Column("kind", "assessments.round.kind", lambda row: say(f"assessments.kind.{row.kind}"), sort="kind"),
        Column("owner", "assessments.round.owner", lambda row: row.owner.name, sort="owner__name"),
        Column("opens", "assessments.round.opens_on", lambda row: row.opens_on, sort="opens_on"),
        Column("due", "assessments.round.due_on", lambda row: row.due_on, sort="due_on"),
        Column(
            "state",
            "assessments.field.state",
            lambda row: say(f"assessments.round_state.{row.state}"),
            sort="state",
            tag=lambda row: LOOKS[row.state],
        ),
    ),
    filters=(
        Filter(
            "state",
            "assessments.field.state",
            lambda request: [(state.value, say(f"assessments.round_state.{state.value}")) for state in RoundState],
            lambda rows, value: rows.filter(state=value),
        ),
    ),
    search=("title",),
    sort="-opens",
    caption="assessments.round.title",
    empty="assessments.round.none",
)


@permission("assessments.read")
def round_list(request: HttpRequest) -> HttpResponse:
    """The rounds of the year, and of years before."""
    shown = listing.page(request, queries.rounds(request.user), LIST)
    may_edit = access.may(request.user, "assessments.round_edit")
    return shown.file or render(request, "assessments/rounds.html", {"listing": shown, "may_edit": may_edit})


@permission("assessments.read")
def round_page(request: HttpRequest, pk: int) -> HttpResponse:
    """How far each committee has come."""
    found = _seen_round(request, pk)
    read = queries.units_and_above(request.user)
    passed_on = bool(request.GET.get("format"))  # a file holds only what may be shown to all
    seen = queries.progress_by_committee(found, clock.today(), None if passed_on else request.user)
    rows = {row.committee.pk: row for row in seen if row.committee.pk in read}
    table = listing.page(request, Unit.objects.filter(pk__in=list(rows)), _progress_list(rows))
    if table.file is not None:
        return table.file
    shown = {
        "round": found,
        "rows": list(rows.values()),
        "listing": table,
        "report": follow_up_url(found.pk) if found.state != RoundState.PLANNED else "",
        "look": LOOKS[found.state],
        "may_edit": access.may(request.user, "assessments.round_edit", unit=found.owner),
        "may_assign": access.may(request.user, "assessments.assign"),
    }
    return render(request, "assessments/round.html", shown)


def _progress_list(rows: Mapping[int, CommitteeProgress]) -> Spec:
    """The round's table as a list of committees, to take away."""

    def counted(name: str) -> Column:
        return Column(name, f"assessments.round.{name}", lambda unit: getattr(rows[unit.pk], f"{name}_n"), number=True)

    return Spec(
        name="assessments.round",
        columns=(
            Column("committee", "assessments.round.committee", lambda unit: unit.name, sort="name"),
            Column("due", "assessments.field.due_on", lambda unit: rows[unit.pk].due_on),
            *(counted(name) for name in ("asked", "left", "sent", "approved", "late", "waiting")),
        ),
        sort="committee",
    )


@permission("assessments.round_edit")
def new_round(request: HttpRequest) -> HttpResponse:
    """Plan a round for the part of the municipality that the person answers for."""
    owner = _own_top(request)
    form = RoundForm(request.POST) if request.method == "POST" else RoundForm(editing.unsent(request))
    if request.method == "POST" and form.is_valid():
        return editing.once(request, lambda: _planned(request, owner, form.cleaned_data))
    return _round_form(request, form, reverse("assessments:rounds"), "assessments.round.new")


def _planned(request: HttpRequest, owner: Unit, data: dict[str, Any]) -> str:
    made = round_actions.plan_round(
        **{name: data[name] for name in _FIELDS},
        owner=owner,
        by=person(request),
        at=clock.now(),
    )
    messages.success(request, say("assessments.round.saved"))
    return reverse("assessments:round", args=[made.pk])


@permission("assessments.round_edit")
def edit_round(request: HttpRequest, pk: int) -> HttpResponse:
    """Change a round."""
    if led := editing.sent_before(request):
        return redirect(led)
    found = _own_round(request, pk)
    back = reverse("assessments:round", args=[pk])
    if request.method != "POST":
        return _round_form(
            request, RoundForm(editing.unsent(request), round_=found), back, "assessments.round.edit", found
        )
    form = RoundForm(request.POST)
    if form.is_valid():
        try:
            return editing.once(request, lambda: _changed(request, found, form.cleaned_data, back))
        except EditConflict as conflict:
            return _conflict(request, form, conflict, reverse("assessments:edit_round", args=[pk]))
        except RefusedError as refused:
            form.add_error(None, str(refused))
    return _round_form(request, form, back, "assessments.round.edit", found)


def _changed(request: HttpRequest, found: Round, fields: dict[str, Any], back: str) -> str:
    round_actions.change_round(
        round_=found,
        fields=fields,
        expected_version=editing.seen_version(request),
        by=person(request),
        at=clock.now(),
    )
    messages.success(request, say("assessments.round.saved"))
    return back


def _conflict(request: HttpRequest, form: RoundForm, conflict: EditConflict, again: str) -> HttpResponse:
    theirs = conflict.theirs
    differences = [
        (str(form.fields[name].label), form.cleaned_data[name], getattr(theirs, name, "")) for name in _FIELDS
    ]
    version = theirs.version if isinstance(theirs, Round) else None
    return answer_conflict(request, differences=differences, again=again, version=version)


def _round_form(
    request: HttpRequest, form: RoundForm, back: str, heading: str, round_: Round | None = None
) -> HttpResponse:
    shown = {"form": form, "back": back, "heading": say(heading), "version": round_.version if round_ else 0}
    return render(request, "assessments/form.html", shown, status=422 if form.errors else 200)


@permission("assessments.round_edit")
def deadlines(request: HttpRequest, pk: int) -> HttpResponse:
    """Each committee's last day."""
    if led := editing.sent_before(request):
        return redirect(led)
    found = _own_round(request, pk)
    committees = list(Unit.objects.filter(kind__in=AUTHORITIES, path__startswith=found.owner.path).order_by("name"))
    days = dict(found.deadlines.values_list("committee_id", "due_on"))
    form = deadline_form(committees, days)
    back = reverse("assessments:round", args=[pk])
    if request.method == "POST":
        form = deadline_form(committees, days, request.POST)
        if form.is_valid():
            chosen = {each.pk: form.cleaned_data[f"committee_{each.pk}"] for each in committees}
            try:
                return editing.once(request, lambda: _days_set(request, found, chosen, back))
            except EditConflict as conflict:
                version = conflict.theirs.version if isinstance(conflict.theirs, Round) else None
                differences = [(each.name, chosen[each.pk] or "", days.get(each.pk, "")) for each in committees]
                return answer_conflict(request, differences=differences, again=request.path, version=version)
            except RefusedError as refused:
                form.add_error(None, str(refused))
    hint = say("assessments.round.deadlines_hint", day=found.due_on.isoformat())
    shown = {"form": form, "back": back, "heading": say("assessments.round.deadlines"), "hint": hint}
    shown |= {"version": found.version}
    return render(request, "assessments/form.html", shown, status=422 if form.errors else 200)


def _days_set(request: HttpRequest, found: Round, days: dict[int, Any], back: str) -> str:
    round_actions.set_deadlines(
        round_=found, days=days, expected_version=editing.seen_version(request), by=person(request), at=clock.now()
    )
    messages.success(request, say("assessments.round.deadlines_saved"))
    return back


@permission("assessments.round_edit")
@require_POST
def open_round(request: HttpRequest, pk: int) -> HttpResponse:
    """Open a round: the units get their link."""
    found = _own_round(request, pk)
    try:
        round_actions.open_round(round_=found, by=person(request), at=clock.now())
        messages.success(request, say("assessments.round.opened"))
    except RefusedError as refused:
        messages.error(request, str(refused))
    return redirect("assessments:round", pk)


@permission("assessments.round_edit")
def close_round(request: HttpRequest, pk: int) -> HttpResponse:
    """Say what closing means and what is left unanswered and unapproved; close the round when that is confirmed."""
    if led := editing.sent_before(request):
        return redirect(led)
    found = _own_round(request, pk)
    if request.method == "POST":
        return editing.once(request, lambda: _closed(request, found))
    if found.state != RoundState.OPEN:
        return redirect("assessments:round", pk)
    rows = queries.progress_by_committee(found, clock.today(), request.user)
    shown = {
        "round": found,
        "back": reverse("assessments:round", args=[pk]),
        "left": sum(row.left_n for row in rows),
        "sent": sum(row.sent_n for row in rows),
        "waiting": sum(row.waiting_n for row in rows),
    }
    return render(request, "assessments/close.html", shown)


def _closed(request: HttpRequest, found: Round) -> str:
    round_actions.close_round(round_=found, by=person(request), at=clock.now())
    messages.success(request, say("assessments.round.closed"))
    return reverse("assessments:round", args=[found.pk])


@permission("assessments.round_edit")
def reopen_round(request: HttpRequest, pk: int) -> HttpResponse:
    """Open a closed round again, saying why."""
    if led := editing.sent_before(request):
        return redirect(led)
    found = _own_round(request, pk)
    back = reverse("assessments:round", args=[pk])
    if found.state != RoundState.CLOSED:
        return redirect(back)
    form = ReopenForm(editing.unsent(request))
    if request.method == "POST":
        form = ReopenForm(request.POST)
        if form.is_valid():
            try:
                return editing.once(request, lambda: _reopened(request, found, form.cleaned_data["reason"]))
            except RefusedError as refused:
                form.add_error("reason", str(refused))
    shown = {"form": form, "back": back, "heading": say("assessments.round.reopen"), "version": found.version}
    shown |= {"hint": say("assessments.round.reopen_means"), "button": say("assessments.round.reopen")}
    return render(request, "assessments/form.html", shown, status=422 if form.errors else 200)


def _reopened(request: HttpRequest, found: Round, reason: str) -> str:
    round_actions.reopen_round(round_=found, reason=reason, by=person(request), at=clock.now())
    messages.success(request, say("assessments.round.reopened"))
    return reverse("assessments:round", args=[found.pk])


def _own_top(request: HttpRequest) -> Unit:
    """The highest unit the person may plan rounds for."""
    top = root()
    own = units_in_scope(request.user, "assessments.round_edit").order_by("path").first()
    found = top if top is not None and access.may(request.user, "assessments.round_edit", unit=top) else own
    if found is None:
        raise Http404
    return found


def _seen_round(request: HttpRequest, pk: int) -> Round:
    return get_object_or_404(queries.rounds(request.user), pk=pk)


def _own_round(request: HttpRequest, pk: int) -> Round:
    found = get_object_or_404(Round.objects.select_related("owner"), pk=pk)
    access.require(request.user, "assessments.round_edit", unit=found.owner)
    return found
