"""Tells the log what is the matter of those inside a committee; asks where differences are handed out."""

from __future__ import annotations

from collections.abc import Callable

from django.db.models import Q

from jamlik.model.tables import Audience
from jamlik.web.core.history import keep_inside
from jamlik.web.organisation.queries import Person

__all__ = ["hand_out_at", "handing_out_url"]

keep_inside("statistics.finding", Q(audience=Audience.OWNER))

Lookup = Callable[[int, Person], str]
_known: list[Lookup] = []


def hand_out_at(lookup: Lookup) -> None:
    """Tell who knows where a difference is handed out: called once, when the app above starts."""
    _known[:] = [lookup]


def handing_out_url(finding: int, user: Person) -> str:
    """Where a person hands out a difference; empty where they may not, it already is, or no app does that."""
    return _known[0](finding, user) if _known else ""
