"""Where a difference is handed out, for its own page."""

from __future__ import annotations

from django.urls import reverse

from jamlik.web.assessments.queries import assignable
from jamlik.web.organisation.queries import Person

__all__ = ["url_to_hand_out"]


def url_to_hand_out(finding: int, user: Person) -> str:
    """The page where a difference is handed out; empty for those who may not, and where it already is."""
    if not assignable(user).filter(pk=finding).exists():
        return ""
    return f"{reverse('assessments:assign_any')}?finding={finding}"
