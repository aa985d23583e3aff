"""What people have begun and not finished, and what they have already sent."""

from __future__ import annotations

from django.conf import settings
from django.db import models

__all__ = ["Draft", "Sent"]


class Draft(models.Model):
    """Answers of one person in one guided form about one thing, kept between its pages and over a new log-in."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    form = models.CharField(max_length=100)
    subject = models.CharField(max_length=100, blank=True)
    answers = models.JSONField(default=dict)
    seen_version = models.PositiveIntegerField(default=0)
    changed_at = models.DateTimeField()

    class Meta:
        constraints = (models.UniqueConstraint(name="core_draft_once", fields=["user", "form", "subject"]),)

    def __str__(self) -> str:
        return f"{self.form} {self.subject}"


class Sent(models.Model):
    """A form that was sent: the same form sent again leads to what came of the first."""

    token = models.CharField(max_length=64, primary_key=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    url = models.CharField(max_length=500, blank=True)
    sent_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return self.token
