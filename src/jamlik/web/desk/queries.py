"""What the start page reads besides the work that waits."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Count, Q

from jamlik.web.core.models import User
from jamlik.web.desk.models import Visit
from jamlik.web.organisation.models import Unit
from jamlik.web.organisation.queries import AUTHORITIES, units_in_scope
from jamlik.web.plans.models import ActionState
from jamlik.web.plans.queries import visible_actions
from jamlik.web.statistics.models import DataSet, Finding, FindingState
from jamlik.web.statistics.queries import sure_findings, visible_findings

__all__ = ["Standing", "holds_nothing", "standing", "visit_of"]

_BEING_JUDGED = (FindingState.UNDER_ANALYSIS, FindingState.AWAITING_APPROVAL)


@dataclass(frozen=True, slots=True)
class Standing:
    """How far the work has come in a person's part of the municipality."""

    new_n: int
    judged_n: int
    acted_n: int
    closed_n: int
    actions_n: int


def standing(user: User) -> Standing:
    """Differences by how far they have come, and actions under way, in two questions."""
    rows = visible_findings(user).filter(owner_id__in=_owners(user)).select_related(None)
    sure = sure_findings(rows).filter(state=FindingState.DETECTED).values("pk")
    counted = rows.order_by().aggregate(
        new=Count("pk", filter=Q(pk__in=sure)),
        judged=Count("pk", filter=Q(state__in=_BEING_JUDGED)),
        acted=Count("pk", filter=Q(state__in=(FindingState.ACTED_ON, FindingState.WAITING, FindingState.REMEASURED))),
        closed=Count("pk", filter=Q(state=FindingState.CLOSED)),
    )
    under_way = visible_actions(user).filter(state__in=(ActionState.PLANNED, ActionState.ONGOING))
    return Standing(
        counted["new"], counted["judged"], counted["acted"], counted["closed"], under_way.order_by().count()
    )


def _owners(user: User) -> frozenset[int]:
    """Units whose differences concern a person: those in scope, and the committees that these answer to."""
    units = list(units_in_scope(user, "statistics.see"))
    above = {key for unit in units for key in unit.ancestor_keys}
    authorities = Unit.objects.filter(pk__in=above, kind__in=AUTHORITIES).values_list("pk", flat=True)
    return frozenset({unit.pk for unit in units} | set(authorities))


def visit_of(user: User) -> Visit | None:
    """When a person was last here."""
    return Visit.objects.filter(user=user).first()


def holds_nothing() -> bool:
    """Whether no figures are in use and nobody has told of anything: the site is to begin, or has just begun."""
    return not DataSet.objects.filter(current__isnull=False).exists() and not Finding.objects.exists()
