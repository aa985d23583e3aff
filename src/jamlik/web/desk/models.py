"""The table of `desk`: when a person was last here."""

from __future__ import annotations

from django.conf import settings
from django.db import models

__all__ = ["Visit"]


class Visit(models.Model):
    """When a person last opened the start page, and when the visit before that ended."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    seen_at = models.DateTimeField()
    before_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.seen_at:%Y-%m-%d}"
