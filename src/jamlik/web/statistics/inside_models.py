"""The tables of what only those inside the committee that owns the data may see."""

from __future__ import annotations

from typing import Any

from django.db import models

__all__ = ["InsideCopy", "InsideFigures"]


class InsideCopy(models.Model):
    """What an analysis says to the committee that owns the data and withholds from all others.

    It is treated as personal data: stored apart from what is published, in no release, and destroyed on its day, with
    the version it is of, or when the committee's own rule is made as strict as the public one.
    """

    analysis = models.OneToOneField("statistics.Analysis", on_delete=models.CASCADE, related_name="inside")
    fingerprint = models.CharField(max_length=64)
    made_at = models.DateTimeField()
    keep_until = models.DateTimeField()

    class Meta:
        verbose_name_plural = "inside copies"

    def __str__(self) -> str:
        return f"{self.analysis_id}"

    @property
    def unit(self) -> Any:
        """The committee inside which it may be seen."""
        return self.analysis.unit


class InsideFigures(models.Model):
    """The numbers and words of one difference, for those inside the committee alone."""

    copy = models.ForeignKey(InsideCopy, on_delete=models.CASCADE, related_name="figures")
    finding_id = models.CharField(max_length=64, db_index=True)
    question_key = models.CharField(max_length=32)
    period = models.CharField(max_length=20)
    period_start = models.FloatField(default=0.0)
    indicator = models.CharField(max_length=200)
    dimension = models.CharField(max_length=100, blank=True)
    certainty = models.CharField(max_length=15)
    numbers = models.JSONField(default=dict)
    texts = models.JSONField(default=dict)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("copy", "finding_id"), name="inside_once_per_finding"),)
        verbose_name_plural = "inside figures"

    def __str__(self) -> str:
        return self.finding_id

    def told(self, lang: str) -> str:
        """The sentence with its numbers, in a language."""
        return str(self.texts.get(lang, {}).get("sentence", ""))
