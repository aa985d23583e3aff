"""The tables of `goals`: goals in a tree, their earlier wordings, their targets, and lists waiting to be accepted."""

from __future__ import annotations

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from jamlik.web.organisation.models import Unit
from jamlik.web.register.models import Document, Theme
from jamlik.web.statistics.models import DataSet, Indicator

__all__ = [
    "Agreement",
    "AimKind",
    "Goal",
    "GoalLevel",
    "GoalList",
    "GoalListState",
    "GoalState",
    "GoalVersion",
    "Target",
    "TargetKind",
    "Wording",
]


class GoalLevel(models.TextChoices):
    """How far ahead a goal looks, the farthest first. A goal lies below one that looks farther."""

    GENERATION = "generation"
    TERM = "term"
    PLAN = "plan"
    BUDGET = "budget"
    COMMITTEE = "committee"


class GoalState(models.TextChoices):
    """A draft may be reworded freely; what is adopted keeps each wording; what has ended stays to be read."""

    DRAFT = "draft"
    ADOPTED = "adopted"
    ENDED = "ended"


class Agreement(models.TextChoices):
    """Who stands behind what is to be reached. The way there may have fewer behind it, and is kept apart."""

    CROSS_PARTY = "cross_party"
    MAJORITY = "majority"
    COMMITTEE = "committee"
    ADMINISTRATION = "administration"


class TargetKind(models.TextChoices):
    """What is to be reached: a level for a group, or a size of the gap between two."""

    LEVEL = "level"
    GAP = "gap"


class AimKind(models.TextChoices):
    """A number in the indicator's unit, or a share of what the gap was: half of it is 0.5."""

    VALUE = "value"
    SHARE = "share"


class Wording(models.Model):
    """What a goal says and who agreed to it."""

    title = models.CharField(max_length=250)
    desired_result = models.TextField(blank=True)
    how = models.TextField(blank=True)
    agreement = models.CharField(max_length=20, choices=Agreement.choices)
    agreed_by = models.CharField(max_length=250, blank=True)
    agreed_on = models.DateField(null=True, blank=True)
    how_by = models.CharField(max_length=250, blank=True)
    period_from = models.PositiveSmallIntegerField()
    period_to = models.PositiveSmallIntegerField()

    class Meta:
        abstract = True

    @property
    def years(self) -> str:
        """The years it holds, as people write them."""
        return str(self.period_from) if self.period_from == self.period_to else f"{self.period_from}–{self.period_to}"


class Goal(Wording):
    """One goal, as it is worded now. `code` is its own number in the steering documents, such as "2.1"."""

    Level: ClassVar = GoalLevel
    State: ClassVar = GoalState

    code = models.CharField(max_length=30, blank=True)
    level = models.CharField(max_length=12, choices=GoalLevel.choices)
    parent = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="children")
    owner = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="goals")
    state = models.CharField(max_length=8, choices=GoalState.choices, default=GoalState.DRAFT)
    ended_on = models.DateField(null=True, blank=True)
    themes = models.ManyToManyField(Theme, blank=True, related_name="goals")
    documents = models.ManyToManyField(Document, blank=True, related_name="goals")
    version = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ("code", "title", "pk")
        constraints = (
            models.UniqueConstraint(fields=("code",), condition=~Q(code=""), name="goal_code_once"),
            models.CheckConstraint(condition=Q(period_to__gte=F("period_from")), name="goal_period_in_order"),
            models.CheckConstraint(condition=~Q(parent=F("pk")), name="goal_not_below_itself"),
            models.CheckConstraint(
                condition=Q(state="ended", ended_on__isnull=False) | (~Q(state="ended") & Q(ended_on__isnull=True)),
                name="goal_ended_says_when",
            ),
            models.CheckConstraint(
                condition=Q(state="draft") | (Q(agreed_on__isnull=False) & ~Q(agreed_by="")),
                name="goal_adopted_says_by_whom_and_when",
            ),
        )

    def __str__(self) -> str:
        return f"{self.code} {self.title}".strip()

    @property
    def unit(self) -> Unit:
        """The unit whose scope the goal lies in."""
        return self.owner


class GoalVersion(Wording):
    """One wording of an adopted goal; never changed. The highest number is the one in use."""

    goal = models.ForeignKey(Goal, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveSmallIntegerField()
    reason = models.TextField(blank=True)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()

    class Meta:
        ordering = ("goal", "-number")
        constraints = (models.UniqueConstraint(fields=("goal", "number"), name="goal_version_number_once"),)

    def __str__(self) -> str:
        return f"{self.goal} ({self.number})"

    @property
    def unit(self) -> Unit:
        """The unit whose scope the goal lies in."""
        return self.goal.owner


class Target(models.Model):
    """A level or a gap to be reached by a year. How it goes is computed from published results, never written here.

    `group` and `reference` are pairs of dimension and code, as in a question; an empty group is everybody.
    """

    Kind: ClassVar = TargetKind

    goal = models.ForeignKey(Goal, on_delete=models.PROTECT, related_name="targets")
    kind = models.CharField(max_length=6, choices=TargetKind.choices)
    indicator = models.ForeignKey(Indicator, on_delete=models.PROTECT, related_name="targets")
    data_set = models.ForeignKey(DataSet, on_delete=models.PROTECT, related_name="targets")
    question_key = models.CharField(max_length=32, blank=True, db_index=True)
    group = models.JSONField(default=list, blank=True)
    group_texts = models.JSONField(default=dict, blank=True)  # language → name, as when the target was set
    reference_texts = models.JSONField(default=dict, blank=True)
    aim_kind = models.CharField(max_length=6, choices=AimKind.choices, default=AimKind.VALUE)
    aim = models.DecimalField(max_digits=14, decimal_places=4)
    baseline_period = models.CharField(max_length=20)
    by_year = models.PositiveSmallIntegerField()
    reason = models.TextField(blank=True)
    withdrawn_on = models.DateField(null=True, blank=True)
    version = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ("by_year", "pk")
        constraints = (
            models.CheckConstraint(
                condition=Q(kind="gap") | Q(kind="level", aim_kind="value"), name="target_share_is_of_a_gap"
            ),
            models.CheckConstraint(
                condition=Q(aim_kind="value") | Q(aim__gte=0, aim__lt=1), name="target_share_below_one"
            ),
            models.CheckConstraint(condition=Q(kind="level") | Q(aim__gte=0), name="target_gap_is_a_size"),
            models.CheckConstraint(condition=Q(kind="level") | ~Q(question_key=""), name="target_gap_has_a_question"),
        )

    def __str__(self) -> str:
        return f"{self.indicator}: {self.kind} {self.by_year}"

    @property
    def unit(self) -> Unit:
        """The unit whose scope the target lies in."""
        return self.goal.owner


class GoalListState(models.TextChoices):
    """Where an uploaded list of goals stands."""

    WAITING = "waiting"
    ACCEPTED = "accepted"
    DROPPED = "dropped"


class GoalList(models.Model):
    """Goals read from a file, waiting for somebody to look at what they would change."""

    State: ClassVar = GoalListState

    file_name = models.CharField(max_length=200)
    owner = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    rows: Any = models.JSONField()
    state = models.CharField(max_length=10, choices=GoalListState.choices, default=GoalListState.WAITING)
    uploaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    uploaded_at = models.DateTimeField()
    settled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    settled_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("-uploaded_at", "pk")
        constraints = (
            models.CheckConstraint(
                condition=Q(state="waiting", settled_by__isnull=True, settled_at__isnull=True)
                | (~Q(state="waiting") & Q(settled_by__isnull=False, settled_at__isnull=False)),
                name="goal_list_settled_by_and_when",
            ),
        )

    def __str__(self) -> str:
        return self.file_name

    @property
    def unit(self) -> Unit:
        """The unit whose scope the list lies in."""
        return self.owner
