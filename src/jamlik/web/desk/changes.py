"""What has happened since a person was last here: read from the audit log, told by what the person may see.

The log says what happened and to what; titles come from the rows themselves, through each app's own questions, so that
nothing is told that the person could not open. The number of questions does not grow with what has happened.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet
from django.urls import reverse

from jamlik.web.assessments.queries import rounds, scope_and_above, visible_verdicts
from jamlik.web.core.access import may
from jamlik.web.core.audit_models import AuditEvent
from jamlik.web.core.history import who_did
from jamlik.web.core.models import User
from jamlik.web.core.texts import say
from jamlik.web.desk.shown import name_of
from jamlik.web.goals.models import Goal, GoalState
from jamlik.web.plans.models import Remeasure
from jamlik.web.plans.queries import visible_actions, visible_plans
from jamlik.web.register.models import DocumentVersion
from jamlik.web.statistics.models import Import
from jamlik.web.statistics.queries import releases, visible_findings

__all__ = ["MOST", "Happened", "happened_since"]

MOST = 8
_READ = 200  # events looked at, so that a person's list is not empty because others' events stand first


@dataclass(frozen=True, slots=True)
class Happened:
    """Something that happened: what, who did it, to which thing, where that is, and when."""

    what: str
    who: str
    text: str
    url: str
    at: datetime


@dataclass(frozen=True, slots=True)
class _Kind:
    permission: str
    verbs: tuple[str, ...]
    rows: Callable[[User], QuerySet[Any]]
    text: Callable[[Any], str]
    url: Callable[[Any], str]
    place: str  # the unit that it belongs to


def _remeasures(user: User) -> QuerySet[Any]:
    return Remeasure.objects.filter(before__in=visible_findings(user).values("pk")).select_related("before")


_KINDS: Mapping[str, _Kind] = {
    "statistics.release": _Kind(
        "statistics.see",
        ("release_published", "release_withdrawn"),
        releases,
        lambda row: str(row.analysis.imported.data_set),
        lambda row: reverse("statistics:release", args=[row.pk]),
        "analysis__imported__data_set__owner",
    ),
    "statistics.import": _Kind(
        "statistics.see",
        ("import_taken_into_use", "import_undone", "import_redone"),
        lambda user: Import.objects.select_related("data_set").only("data_set__title"),
        lambda row: str(row.data_set),
        lambda row: reverse("statistics:data_set", args=[row.data_set_id]),
        "data_set__owner",
    ),
    "statistics.finding": _Kind(
        "statistics.see",
        ("finding_registered",),
        visible_findings,
        name_of,
        lambda row: reverse("statistics:finding", args=[row.pk]),
        "owner",
    ),
    "assessments.verdict": _Kind(
        "assessments.read",
        ("verdict_sent", "verdict_approved", "verdict_returned"),
        visible_verdicts,
        lambda row: name_of(row.finding),
        lambda row: reverse("assessments:verdict", args=[row.pk]),
        "unit",
    ),
    "assessments.round": _Kind(
        "assessments.read",
        ("round_opened", "round_closed", "round_reopened"),
        rounds,
        lambda row: str(row.title),
        lambda row: reverse("assessments:round", args=[row.pk]),
        "owner",
    ),
    "plans.action": _Kind(
        "plans.read",
        ("action_planned", "action_reported", "action_stopped"),
        visible_actions,
        lambda row: str(row.title),
        lambda row: reverse("plans:action", args=[row.pk]),
        "unit",
    ),
    "plans.plan": _Kind(
        "plans.read",
        ("plan_moved",),
        visible_plans,
        lambda row: str(row.title),
        lambda row: reverse("plans:plan", args=[row.pk]),
        "owner",
    ),
    "plans.remeasure": _Kind(
        "plans.read",
        ("finding_remeasured", "remeasure_confirmed"),
        _remeasures,
        lambda row: name_of(row.before),
        lambda row: reverse("plans:remeasured", args=[row.pk]),
        "before__owner",
    ),
    "goals.goal": _Kind(
        "goals.view",
        ("goal_adopted", "goal_ended"),
        lambda user: Goal.objects.exclude(state=GoalState.DRAFT),
        str,
        lambda row: reverse("goals:goal", args=[row.pk]),
        "owner",
    ),
    "register.documentversion": _Kind(
        "register.view",
        ("version_added",),
        lambda user: DocumentVersion.objects.select_related("document"),
        lambda row: str(row.document.title),
        lambda row: reverse("register:document", args=[row.document_id]),
        "document__owner",
    ),
}


def happened_since(user: User, since: datetime | None) -> list[Happened]:
    """What others have done since an instant, in the person's part of the municipality, the latest first.

    A thing stands once, with the last that was done to it.
    """
    kinds = {name: kind for name, kind in _KINDS.items() if may(user, kind.permission)}
    verbs = [f"{name.partition('.')[0]}.{verb}" for name, kind in kinds.items() for verb in kind.verbs]
    events = AuditEvent.objects.filter(verb__in=verbs, target_kind__in=kinds).exclude(by_key=str(user.pk))
    if since is not None:
        events = events.filter(at__gt=since)
    latest: dict[tuple[str, str], AuditEvent] = {}
    for event in events.order_by("-at", "-number")[:_READ]:
        latest.setdefault((event.target_kind, event.target_key), event)
    places = scope_and_above(user, "statistics.see")
    seen = {name: _seen(kind, user, name, latest, places) for name, kind in kinds.items()}
    shown = [(event, seen[name][key], kinds[name]) for (name, key), event in latest.items() if key in seen[name]]
    who = who_did([event for event, _, _ in shown[:MOST]])
    return [
        Happened(_what(event.verb), who[event.number], kind.text(row), kind.url(row), event.at)
        for event, row, kind in shown[:MOST]
    ]


def _seen(
    kind: _Kind, user: User, name: str, latest: Mapping[tuple[str, str], AuditEvent], places: frozenset[int]
) -> dict[str, Any]:
    keys = [key for of, key in latest if of == name and key.isdigit()]
    if not keys:
        return {}
    return {str(row.pk): row for row in kind.rows(user).filter(Q(**{f"{kind.place}_id__in": places}), pk__in=keys)}


def _what(verb: str) -> str:
    app, _, noun = verb.partition(".")
    return say(f"{app}.verb.{noun}")
