"""A municipality's own editions of the question sets, as data; frozen for ever once they are given out."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q

from jamlik.handbook import QuestionSet, edition_of, question_set
from jamlik.web.core import audit

__all__ = ["Edition", "EditionState", "built"]


class EditionState(models.TextChoices):
    """Worked on, given out, taken out of use."""

    DRAFT = "draft"
    ISSUED = "issued"
    WITHDRAWN = "withdrawn"


@lru_cache(maxsize=64)
def _built(base: str, number: int, content: str) -> QuestionSet:
    return edition_of(question_set(base), json.loads(content), number=number, file=f"{base}+{number}")


def built(base: str, number: int, content: Mapping[str, Any]) -> QuestionSet:
    """The questions of an edition; the same content is put together once."""
    return _built(base, number, audit.canonical(content))


def _person(*, required: bool = False) -> Any:
    return models.ForeignKey(
        settings.AUTH_USER_MODEL, null=not required, blank=not required, on_delete=models.PROTECT, related_name="+"
    )


class Edition(models.Model):
    """One edition: which set it is made from, and what is added, reworded and left out."""

    key = models.CharField(max_length=60, unique=True)  # stands in analyses, copies and filled forms, for ever
    base_key = models.CharField(max_length=60)
    set_key = models.CharField(max_length=40)  # the set in any version: `equality`
    number = models.PositiveSmallIntegerField()
    state = models.CharField(max_length=9, choices=EditionState, default=EditionState.DRAFT)
    content = models.JSONField(default=dict, blank=True)
    ids_n = models.PositiveIntegerField(default=0)  # the last number that a question, step or answer of its own got
    fingerprint = models.CharField(max_length=64, blank=True)
    begun_from = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    begun_by = _person(required=True)
    begun_at = models.DateTimeField()
    issued_by = _person()
    issued_at = models.DateTimeField(null=True, blank=True)
    withdrawn_by = _person()
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    version = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ("set_key", "-begun_at", "-pk")
        constraints = (
            models.CheckConstraint(
                name="handbook_edition_issued_who_when",
                condition=~Q(state="issued")
                | (Q(issued_by__isnull=False, issued_at__isnull=False) & ~Q(fingerprint="")),
            ),
            models.CheckConstraint(
                name="handbook_edition_withdrawn_who_when",
                condition=Q(state="withdrawn", withdrawn_by__isnull=False, withdrawn_at__isnull=False)
                | (~Q(state="withdrawn") & Q(withdrawn_by__isnull=True, withdrawn_at__isnull=True)),
            ),
        )

    def __str__(self) -> str:
        return self.key

    @property
    def base(self) -> QuestionSet:
        """The set it is made from."""
        return question_set(self.base_key)

    @property
    def questions(self) -> QuestionSet:
        """The questions with what is the municipality's own."""
        return built(self.base_key, self.number, self.content)
