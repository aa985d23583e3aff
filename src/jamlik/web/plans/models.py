"""Action plans and their lives, actions with who does what by when, reports on them, and the question asked again."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q

__all__ = [
    "Action",
    "ActionState",
    "Contributor",
    "Milestone",
    "Plan",
    "PlanState",
    "PlanStep",
    "Progress",
    "Remeasure",
    "Update",
]


class PlanState(models.TextChoices):
    """The life of a plan, in order."""

    DRAFT = "draft"
    REFERRAL = "referral"
    REVISED = "revised"
    ADOPTED = "adopted"
    FOLLOWED_UP = "followed_up"
    SUPERSEDED = "superseded"


class ActionState(models.TextChoices):
    """The life of an action."""

    DRAFT = "draft"  # begun in the guided steps, seen by its unit alone
    PLANNED = "planned"
    ONGOING = "ongoing"
    DONE = "done"
    STOPPED = "stopped"


class Progress(models.TextChoices):
    """How an action goes, as its unit reports."""

    ON_TRACK = "on_track"
    DELAYED = "delayed"
    BLOCKED = "blocked"
    DONE = "done"


def _person(*, required: bool = False) -> Any:
    return models.ForeignKey(
        settings.AUTH_USER_MODEL, null=not required, blank=not required, on_delete=models.PROTECT, related_name="+"
    )


class Plan(models.Model):
    """A unit's or committee's action plan for some years."""

    title = models.CharField(max_length=200)
    owner = models.ForeignKey("organisation.Unit", on_delete=models.PROTECT, related_name="plans")
    state = models.CharField(max_length=12, choices=PlanState, default=PlanState.DRAFT)
    summary = models.TextField(blank=True)
    first_year = models.PositiveSmallIntegerField()
    last_year = models.PositiveSmallIntegerField()
    supersedes = models.OneToOneField(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="superseded_by"
    )
    adopted_by = models.CharField(max_length=200, blank=True)  # the body
    adopted_on = models.DateField(null=True, blank=True)
    paragraph = models.CharField(max_length=50, blank=True)
    register_number = models.CharField(max_length=100, blank=True)
    made_by = _person(required=True)
    made_at = models.DateTimeField()
    version = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ("-first_year", "title", "pk")
        constraints = (
            models.CheckConstraint(name="plan_years_in_order", condition=Q(last_year__gte=F("first_year"))),
            models.CheckConstraint(
                name="plan_adopted_says_by_whom",
                condition=~Q(state__in=("adopted", "followed_up"))
                | (Q(adopted_on__isnull=False) & ~Q(adopted_by="") & ~Q(paragraph="")),
            ),
        )

    def __str__(self) -> str:
        return self.title

    @property
    def unit(self) -> Any:
        """The unit whose scope the plan lies in."""
        return self.owner


class PlanStep(models.Model):
    """A plan went from one state to another."""

    plan = models.ForeignKey(Plan, on_delete=models.CASCADE, related_name="steps")
    state_from = models.CharField(max_length=12)
    state_to = models.CharField(max_length=12)
    note = models.TextField(blank=True)
    moved_by = _person(required=True)
    moved_at = models.DateTimeField()

    class Meta:
        ordering = ("moved_at", "pk")

    def __str__(self) -> str:
        return f"{self.state_from} → {self.state_to}"


class Action(models.Model):
    """What a unit does about a difference: it cites the finding it answers and the goal it serves."""

    finding = models.ForeignKey("statistics.Finding", on_delete=models.PROTECT, related_name="actions")
    goal = models.ForeignKey("goals.Goal", null=True, blank=True, on_delete=models.PROTECT, related_name="actions")
    plan = models.ForeignKey(Plan, null=True, blank=True, on_delete=models.PROTECT, related_name="actions")
    unit = models.ForeignKey("organisation.Unit", on_delete=models.PROTECT, related_name="actions")
    state = models.CharField(max_length=10, choices=ActionState, default=ActionState.DRAFT)
    progress = models.CharField(max_length=10, choices=Progress, blank=True)
    title = models.CharField(max_length=200, blank=True)
    description = models.TextField(blank=True)
    cause = models.CharField(max_length=20, blank=True)
    role = models.CharField(max_length=200, blank=True)  # who answers for it: a role, never a name
    starts_on = models.DateField(null=True, blank=True)
    due_on = models.DateField(null=True, blank=True)
    cost_sek = models.PositiveBigIntegerField(null=True, blank=True)  # nought is an answer too
    effect_indicator = models.ForeignKey(
        "statistics.Indicator", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    effect_group = models.CharField(max_length=200, blank=True)
    expected_effect = models.TextField(blank=True)
    written_by = _person(required=True)
    written_at = models.DateTimeField()
    planned_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    reported_at = models.DateTimeField(null=True, blank=True)
    reminded_at = models.DateTimeField(null=True, blank=True)
    escalated_at = models.DateTimeField(null=True, blank=True)
    version = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ("due_on", "pk")
        indexes = (
            models.Index(fields=("unit", "state"), name="action_unit_state"),
            models.Index(fields=("state", "due_on"), name="action_due"),
        )
        constraints = (
            models.CheckConstraint(
                name="action_planned_is_complete",
                condition=Q(state="draft")
                | (
                    Q(due_on__isnull=False, goal__isnull=False, cost_sek__isnull=False, planned_at__isnull=False)
                    & ~Q(title="")
                    & ~Q(role="")
                ),
            ),
            models.CheckConstraint(
                name="action_dates_in_order",
                condition=Q(starts_on__isnull=True) | Q(due_on__isnull=True) | Q(due_on__gte=F("starts_on")),
            ),
            models.CheckConstraint(
                name="action_ended_says_when",
                condition=Q(state__in=("done", "stopped"), ended_at__isnull=False)
                | (~Q(state__in=("done", "stopped")) & Q(ended_at__isnull=True)),
            ),
        )

    def __str__(self) -> str:
        return self.title


class Contributor(models.Model):
    """Somebody who takes part: another unit or an external partner, and what they commit to."""

    action = models.ForeignKey(Action, on_delete=models.CASCADE, related_name="contributors")
    other_unit = models.ForeignKey(
        "organisation.Unit", null=True, blank=True, on_delete=models.PROTECT, related_name="contributions"
    )
    partner = models.CharField(max_length=200, blank=True)
    commitment = models.CharField(max_length=500)
    version = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ("pk",)
        constraints = (
            models.CheckConstraint(
                name="contributor_is_a_unit_or_a_partner",
                condition=(Q(other_unit__isnull=False) & Q(partner="")) | (Q(other_unit__isnull=True) & ~Q(partner="")),
            ),
        )

    def __str__(self) -> str:
        return str(self.other_unit or self.partner)


class Milestone(models.Model):
    """A step on the way, with its day."""

    action = models.ForeignKey(Action, on_delete=models.CASCADE, related_name="milestones")
    title = models.CharField(max_length=200)
    due_on = models.DateField()
    reached_on = models.DateField(null=True, blank=True)
    version = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ("due_on", "pk")

    def __str__(self) -> str:
        return self.title


class Update(models.Model):
    """A report on how an action goes; never changed."""

    action = models.ForeignKey(Action, on_delete=models.PROTECT, related_name="updates")
    progress = models.CharField(max_length=10, choices=Progress)
    text = models.TextField()
    spent_sek = models.PositiveBigIntegerField(null=True, blank=True)
    made_by = _person(required=True)
    made_at = models.DateTimeField()

    class Meta:
        ordering = ("-made_at", "-pk")

    def __str__(self) -> str:
        return self.text[:80]


class Remeasure(models.Model):
    """The same question asked again: what the figures answer, and the person who confirms what follows."""

    before = models.ForeignKey("statistics.Finding", on_delete=models.PROTECT, related_name="remeasures")
    after = models.ForeignKey("statistics.Finding", on_delete=models.PROTECT, related_name="+")
    answer = models.CharField(max_length=20)  # what statistics say: closed, smaller, unchanged, larger, cannot_tell
    numbers = models.JSONField(default=dict)  # frozen: both gaps and the change, with intervals
    made_by = _person(required=True)
    made_at = models.DateTimeField()
    closed = models.BooleanField(null=True, blank=True)  # what the person decided
    comment = models.TextField(blank=True)
    confirmed_by = _person()
    confirmed_at = models.DateTimeField(null=True, blank=True)
    version = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ("-made_at", "-pk")
        constraints = (
            models.UniqueConstraint(name="one_remeasure_per_pair", fields=("before", "after")),
            models.CheckConstraint(
                name="remeasure_confirmed_who_when_what",
                condition=Q(confirmed_by__isnull=False, confirmed_at__isnull=False, closed__isnull=False)
                | Q(confirmed_by__isnull=True, confirmed_at__isnull=True, closed__isnull=True),
            ),
            models.CheckConstraint(
                name="remeasure_against_the_figures_says_why",
                condition=~Q(closed=True) | Q(answer="closed") | ~Q(comment=""),
            ),
        )

    def __str__(self) -> str:
        return f"{self.before} → {self.after}"

    @property
    def unit(self) -> Any:
        """The unit whose scope it lies in."""
        return self.before.owner
