"""Answers that nobody has approved for long: the approver is reminded, and those above are told."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial

from django.db import transaction
from django.db.models import Q
from django.urls import reverse

from jamlik.web.assessments.models import Verdict, VerdictState
from jamlik.web.assessments.queries import APPROVE_WITHIN
from jamlik.web.core import audit, mail
from jamlik.web.core.people import User
from jamlik.web.organisation.models import Unit
from jamlik.web.organisation.queries import users_with
from jamlik.web.organisation.roles import roles_with
from jamlik.web.statistics.queries import may_know_of

__all__ = ["CHASE_EVERY", "chase_approvals"]

CHASE_EVERY = timedelta(days=7)
_APPROVE = "assessments.approve"


@transaction.atomic
def chase_approvals(*, at: datetime) -> int:
    """Remind those who approve and tell those above them, once a week at most for each unit. How many units."""
    chased = Verdict.objects.filter(chased_at__gt=at - CHASE_EVERY)
    rows = (
        Verdict.objects.select_for_update(no_key=True, of=("self",))
        .filter(Q(chased_at__isnull=True) | Q(chased_at__lte=at - CHASE_EVERY))
        .filter(state=VerdictState.SUBMITTED, submitted_at__lte=at - APPROVE_WITHIN)
        .exclude(unit__in=chased.values("unit"))
        .select_related("unit", "finding")
        .order_by("pk")
    )
    waiting: dict[Unit, list[Verdict]] = {}
    for row in rows:
        waiting.setdefault(row.unit, []).append(row)
    Verdict.objects.filter(pk__in=[row.pk for found in waiting.values() for row in found]).update(chased_at=at)
    for unit, found in waiting.items():
        audit.record("assessments.approval_escalated", target=unit, by=None, at=at, unit=unit)
        transaction.on_commit(partial(_tell, unit, found))
    return len(waiting)


def _tell(unit: Unit, verdicts: list[Verdict]) -> None:
    """One mail to each who may know of one of the answers, and has not written all of them."""
    nearest, above = _approvers(unit)
    for people, key, where in (
        (nearest, "assessments.mail.approval_waits", "assessments:approve"),
        (above, "assessments.mail.approval_escalated", "assessments:unapproved"),
    ):
        for person in people:
            if any(each.written_by_id != person.pk and may_know_of(each.finding, person) for each in verdicts):
                mail.send_later(to=person, key=key, url=reverse(where), unit=unit.name)


def _approvers(unit: Unit) -> tuple[list[User], list[User]]:
    """Those who approve nearest the unit, and those above them: who may approve too, else who steers the round."""
    line = [*unit.ancestor_keys, unit.pk]
    roles = roles_with(_APPROVE)
    people = list(users_with(_APPROVE, unit).prefetch_related("role_assignments"))
    depth = {
        person.pk: max(
            (
                line.index(held.unit_id)
                for held in person.role_assignments.all()
                if held.role in roles and held.unit_id in line
            ),
            default=0,
        )
        for person in people
    }
    deepest = max(depth.values(), default=0)
    nearest = [person for person in people if depth[person.pk] == deepest]
    above = [person for person in people if depth[person.pk] < deepest]
    return nearest, above or list(users_with("assessments.round_edit", unit))
