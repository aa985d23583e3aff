"""The time: one door, so that tests can stop it."""

from __future__ import annotations

from datetime import date, datetime

from django.utils import timezone

__all__ = ["now", "today"]


def now() -> datetime:
    """The instant it is, in UTC with its zone."""
    return timezone.now()


def today() -> date:
    """The date in the municipality's own time zone."""
    return timezone.localdate(now())
