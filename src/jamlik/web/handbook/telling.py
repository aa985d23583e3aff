"""Mail about an analysis: to those who are to act on it, and those who wrote it. What it says stays on the site."""

from __future__ import annotations

from django.urls import reverse

from jamlik.web.core import mail
from jamlik.web.core.people import User
from jamlik.web.handbook.models import Analysis
from jamlik.web.organisation.queries import users_with

__all__ = ["sent_in", "writers"]


def _writers(analysis: Analysis) -> set[int]:
    known = {analysis.written_by_id, analysis.submitted_by_id, *analysis.contributors.values_list("pk", flat=True)}
    return {key for key in known if key is not None}


def sent_in(analysis: Analysis) -> None:
    """Tell those who may approve it, and have written none of it, that it waits."""
    url = reverse("handbook:approve", args=[analysis.pk])
    for person in users_with("handbook.approve", analysis.unit).exclude(pk__in=_writers(analysis)).order_by("pk"):
        mail.send_later(to=person, key="handbook.mail.sent_in", url=url, unit=analysis.unit.name)


def writers(analysis: Analysis, what: str, *, by: User) -> None:
    """Tell those who wrote it, and still may, that it was `returned`, `referred_back` or `approved`."""
    url = reverse("handbook:analysis", args=[analysis.pk])
    wrote = users_with("handbook.write", analysis.unit).filter(pk__in=_writers(analysis)).exclude(pk=by.pk)
    for person in wrote.order_by("pk"):
        mail.send_later(to=person, key=f"handbook.mail.{what}", url=url, unit=analysis.unit.name)
