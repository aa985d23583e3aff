"""Tells the page of a difference where it is handed out."""

from __future__ import annotations

from django.urls import reverse

from jamlik.web.assessments.queries import assignable
from jamlik.web.organisation.queries import Person
from jamlik.web.statistics.hooks import hand_out_at

__all__ = ["url_to_hand_out"]


def url_to_hand_out(finding: int, user: Person) -> str:
    """The page where a difference is handed out; empty for those who may not, and where it already is."""
    if not assignable(user).filter(pk=finding).exists():
        return ""
    return f"{reverse('assessments:assign_any')}?finding={finding}"


hand_out_at(url_to_hand_out)
