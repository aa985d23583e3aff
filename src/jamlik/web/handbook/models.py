"""Analyses by the handbook's questions, their answers row by row, the decisions on them, and their frozen copies.

An answer is kept for each row of a question, with a version of its own: people who answer different questions do not
meet, and two who answer the same one are shown both texts.
"""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q

from jamlik.handbook import QuestionSet, question_set
from jamlik.web.assessments.models import Body, Outcome
from jamlik.web.handbook.edition_models import Edition, EditionState

__all__ = [
    "Analysis",
    "AnalysisState",
    "Answer",
    "Copy",
    "Decision",
    "Depth",
    "Edition",
    "EditionState",
    "Filled",
    "FilledState",
]


class Depth(models.TextChoices):
    """How much is asked."""

    QUICK = "quick"
    FULL = "full"


class AnalysisState(models.TextChoices):
    """Written, sent in, sent back, approved."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    RETURNED = "returned"
    APPROVED = "approved"


class FilledState(models.TextChoices):
    """A form that came back waits for somebody to choose among its answers; then it is done with."""

    WAITING = "waiting"
    TAKEN = "taken"
    DROPPED = "dropped"


def _person(*, required: bool = False) -> Any:
    return models.ForeignKey(
        settings.AUTH_USER_MODEL, null=not required, blank=not required, on_delete=models.PROTECT, related_name="+"
    )


class Analysis(models.Model):
    """One analysis: what it is about, which questions it was made with, and how far it has come."""

    set_key = models.CharField(max_length=60)  # in the version and edition it was begun with, for ever
    edition = models.ForeignKey(
        Edition, null=True, blank=True, on_delete=models.PROTECT, related_name="analyses"
    )  # none where it was begun with a set as it ships
    depth = models.CharField(max_length=5, choices=Depth)
    unit = models.ForeignKey("organisation.Unit", on_delete=models.PROTECT, related_name="handbook_analyses")
    title = models.CharField(max_length=200)
    period = models.CharField(max_length=40, blank=True)
    round = models.ForeignKey(
        "assessments.Round", null=True, blank=True, on_delete=models.PROTECT, related_name="handbook_analyses"
    )
    state = models.CharField(max_length=10, choices=AnalysisState, default=AnalysisState.DRAFT)
    findings = models.ManyToManyField("statistics.Finding", blank=True, related_name="handbook_analyses")
    contributors = models.ManyToManyField(settings.AUTH_USER_MODEL, blank=True, related_name="+")
    follows = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="followed_by")
    follow_up_on = models.DateField(null=True, blank=True)
    written_by = _person(required=True)
    written_at = models.DateTimeField()
    submitted_by = _person()
    submitted_at = models.DateTimeField(null=True, blank=True)
    approved_by = _person()
    approved_at = models.DateTimeField(null=True, blank=True)
    version = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ("-written_at", "-pk")
        verbose_name_plural = "analyses"
        indexes = (
            models.Index(fields=("unit", "state"), name="handbook_unit_state"),
            models.Index(fields=("state", "follow_up_on"), name="handbook_follow_up"),
        )
        constraints = (
            models.CheckConstraint(
                name="handbook_sent_who_when",
                condition=~Q(state__in=("submitted", "approved"))
                | Q(submitted_by__isnull=False, submitted_at__isnull=False),
            ),
            models.CheckConstraint(
                name="handbook_approved_who_when",
                condition=Q(state="approved", approved_by__isnull=False, approved_at__isnull=False)
                | (~Q(state="approved") & Q(approved_by__isnull=True, approved_at__isnull=True)),
            ),
            models.CheckConstraint(
                name="handbook_not_approved_by_the_sender",
                condition=Q(approved_by__isnull=True) | ~Q(approved_by=models.F("submitted_by")),
            ),
        )

    def __str__(self) -> str:
        return self.title

    @property
    def questions(self) -> QuestionSet:
        """The questions it was begun with."""
        return question_set(self.set_key) if self.edition is None else self.edition.questions

    @property
    def facts(self) -> frozenset[str]:
        """What is known of it without being asked."""
        return frozenset({"follow_up_due"}) if self.follows_id else frozenset()


class Answer(models.Model):
    """What is answered in one row of a question; `answer` is the row of a question that has none."""

    analysis = models.ForeignKey(Analysis, on_delete=models.CASCADE, related_name="answers")
    question_key = models.CharField(max_length=60)
    row_key = models.CharField(max_length=40)
    value = models.JSONField(default=dict, blank=True)  # part → text, or a list of choices
    words = models.TextField(blank=True)  # what is written in it, to be searched
    saved_by = _person(required=True)
    saved_at = models.DateTimeField()
    version = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ("pk",)
        constraints = (
            models.UniqueConstraint(fields=("analysis", "question_key", "row_key"), name="one_answer_per_row"),
        )

    def __str__(self) -> str:
        return f"{self.question_key} {self.row_key}"

    @property
    def unit(self) -> Any:
        """The unit whose scope it lies in."""
        return self.analysis.unit


class Decision(models.Model):
    """What somebody decided on an analysis, and what those who write reply when it was sent back."""

    analysis = models.ForeignKey(Analysis, on_delete=models.PROTECT, related_name="decisions")
    body = models.CharField(max_length=12, choices=Body)
    body_name = models.CharField(max_length=200, blank=True)  # of a political body; a manager is the one who recorded
    outcome = models.CharField(max_length=13, choices=Outcome)
    decided_on = models.DateField()
    paragraph = models.CharField(max_length=50, blank=True)
    reason = models.TextField(blank=True)
    reply = models.TextField(blank=True)
    recorded_by = _person(required=True)
    recorded_at = models.DateTimeField()

    class Meta:
        ordering = ("recorded_at", "pk")
        constraints = (
            models.CheckConstraint(
                name="handbook_sent_back_says_why",
                condition=~Q(outcome__in=("completion", "referred_back")) | ~Q(reason=""),
            ),
            models.CheckConstraint(
                name="handbook_political_says_paragraph",
                condition=~Q(body__in=("committee", "executive", "council")) | (~Q(paragraph="") & ~Q(body_name="")),
            ),
        )

    def __str__(self) -> str:
        return f"{self.body} {self.outcome} {self.decided_on}"


class Copy(models.Model):
    """An analysis as it was approved: canonical JSON and its fingerprint; never changed."""

    analysis = models.ForeignKey(Analysis, on_delete=models.PROTECT, related_name="copies")
    number = models.PositiveSmallIntegerField()
    content = models.TextField()
    fingerprint = models.CharField(max_length=64)
    made_at = models.DateTimeField()
    made_by = _person(required=True)

    class Meta:
        ordering = ("number",)
        verbose_name_plural = "copies"
        constraints = (models.UniqueConstraint(fields=("analysis", "number"), name="handbook_copy_numbered"),)

    def __str__(self) -> str:
        return self.fingerprint[:12]


class Filled(models.Model):
    """The answers of a filled form that came back, until somebody has chosen among them. The file is not kept."""

    analysis = models.ForeignKey(Analysis, on_delete=models.CASCADE, related_name="filled")
    state = models.CharField(max_length=8, choices=FilledState, default=FilledState.WAITING)
    set_key = models.CharField(max_length=60)
    answers = models.JSONField(default=dict)
    faults = models.JSONField(default=list, blank=True)
    sent_by = _person(required=True)
    sent_at = models.DateTimeField()

    class Meta:
        ordering = ("-sent_at", "-pk")
        verbose_name_plural = "filled"

    def __str__(self) -> str:
        return f"{self.analysis_id} {self.sent_at:%Y-%m-%d}"

    @property
    def unit(self) -> Any:
        """The unit whose scope it lies in."""
        return self.analysis.unit
