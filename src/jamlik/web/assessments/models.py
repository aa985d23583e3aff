"""Rounds of follow-up, what each unit is asked, its verdicts, and the case text with the decisions along its route.

Who and when are set together, a verdict is never approved by the one who wrote it, and a verdict that is sent holds
what its kind asks for: the database refuses anything else, whatever program writes.
"""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q

__all__ = [
    "Assignment",
    "Body",
    "CaseText",
    "Control",
    "Deadline",
    "Decision",
    "Outcome",
    "Response",
    "Round",
    "RoundKind",
    "RoundState",
    "Verdict",
    "VerdictCopy",
    "VerdictKind",
    "VerdictState",
]

_SENT = Q(state__in=("submitted", "approved"))


class RoundKind(models.TextChoices):
    """Which of the year's follow-ups a round belongs to."""

    TERTIAL = "tertial"
    INTERIM = "interim"
    ANNUAL = "annual"
    BUDGET = "budget"


class RoundState(models.TextChoices):
    """A round is prepared, then open for answers, then closed."""

    PLANNED = "planned"
    OPEN = "open"
    CLOSED = "closed"


class VerdictKind(models.TextChoices):
    """What a person finds a difference to be; the ids of the handbook."""

    NO_DIFFERENCE = "no_difference"
    JUSTIFIED = "justified"
    UNJUSTIFIED = "unjustified"
    UNCLEAR = "unclear"


class Control(models.TextChoices):
    """How far the municipality itself can change it."""

    OWN = "own"
    SHARED = "shared"
    NONE = "none"


class Response(models.TextChoices):
    """What follows an unjustified difference."""

    ACTION = "action"
    WAIT = "wait"


class VerdictState(models.TextChoices):
    """Written, sent for approval, sent back, approved."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    RETURNED = "returned"
    APPROVED = "approved"


class Body(models.TextChoices):
    """Who decides along the route, in order."""

    UNIT_MANAGER = "unit_manager"
    HEAD = "head"
    COMMITTEE = "committee"
    EXECUTIVE = "executive"
    COUNCIL = "council"


class Outcome(models.TextChoices):
    """What was decided."""

    APPROVED = "approved"
    COMPLETION = "completion"  # a manager asks for more
    REFERRED_BACK = "referred_back"  # a political body's återremiss
    NOTED = "noted"


def _person(*, required: bool = False) -> Any:
    return models.ForeignKey(
        settings.AUTH_USER_MODEL, null=not required, blank=not required, on_delete=models.PROTECT, related_name="+"
    )


def _who_and_when(name: str, verb: str) -> models.CheckConstraint:
    both = {f"{verb}_by__isnull": False, f"{verb}_at__isnull": False}
    neither = {f"{verb}_by__isnull": True, f"{verb}_at__isnull": True}
    return models.CheckConstraint(name=name, condition=Q(**both) | Q(**neither))


class Round(models.Model):
    """One follow-up in the municipality's year: when it opens, and how much a unit is asked at most."""

    kind = models.CharField(max_length=10, choices=RoundKind)
    title = models.CharField(max_length=200)
    owner = models.ForeignKey("organisation.Unit", on_delete=models.PROTECT, related_name="rounds")
    state = models.CharField(max_length=10, choices=RoundState, default=RoundState.PLANNED)
    opens_on = models.DateField()
    due_on = models.DateField()  # where a committee has no day of its own
    cap = models.PositiveSmallIntegerField(default=5)
    created_by = _person(required=True)
    created_at = models.DateTimeField()
    version = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ("-opens_on", "-pk")
        constraints = (
            models.CheckConstraint(name="round_due_after_opening", condition=Q(due_on__gte=F("opens_on"))),
            models.CheckConstraint(name="round_cap_within_reason", condition=Q(cap__gte=1, cap__lte=20)),
        )

    def __str__(self) -> str:
        return self.title

    @property
    def unit(self) -> Any:
        """The unit whose scope the round lies in."""
        return self.owner


class Deadline(models.Model):
    """A committee's own last day in a round."""

    round = models.ForeignKey(Round, on_delete=models.CASCADE, related_name="deadlines")
    committee = models.ForeignKey("organisation.Unit", on_delete=models.PROTECT, related_name="+")
    due_on = models.DateField()

    class Meta:
        ordering = ("due_on", "pk")
        constraints = (models.UniqueConstraint(name="one_deadline_per_committee", fields=("round", "committee")),)

    def __str__(self) -> str:
        return f"{self.committee} {self.due_on}"


class Assignment(models.Model):
    """A unit is asked to judge a finding. `waiting` says that the round's cap was full: it is asked next time."""

    finding = models.ForeignKey("statistics.Finding", on_delete=models.PROTECT, related_name="assignments")
    unit = models.ForeignKey("organisation.Unit", on_delete=models.PROTECT, related_name="assignments")
    round = models.ForeignKey(Round, null=True, blank=True, on_delete=models.PROTECT, related_name="assignments")
    waiting = models.BooleanField(default=False)
    place = models.PositiveIntegerField(default=0)  # order of importance within the unit
    due_on = models.DateField(null=True, blank=True)
    assigned_by = _person()
    assigned_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True, blank=True)  # approved: nothing more is asked
    reminded_at = models.DateTimeField(null=True, blank=True)
    escalated_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("place", "pk")
        constraints = (
            models.UniqueConstraint(
                name="one_open_assignment_per_finding", fields=("finding",), condition=Q(answered_at__isnull=True)
            ),
        )
        indexes = (
            models.Index(fields=("unit", "answered_at", "waiting", "place"), name="assignment_open_in_unit"),
            models.Index(fields=("answered_at", "due_on"), name="assignment_due"),
        )

    def __str__(self) -> str:
        return str(self.finding)


class Verdict(models.Model):
    """A unit's answer: what the difference is, why, and what follows. Saved question by question."""

    assignment = models.OneToOneField(Assignment, on_delete=models.PROTECT, related_name="verdict")
    finding = models.ForeignKey("statistics.Finding", on_delete=models.PROTECT, related_name="verdicts")
    unit = models.ForeignKey("organisation.Unit", on_delete=models.PROTECT, related_name="verdicts")
    state = models.CharField(max_length=10, choices=VerdictState, default=VerdictState.DRAFT)
    verdict = models.CharField(max_length=15, choices=VerdictKind, blank=True)
    reason_kinds = models.JSONField(default=list, blank=True)
    evidence = models.TextField(blank=True)
    standardised = models.BooleanField(default=False)
    control = models.CharField(max_length=10, choices=Control, blank=True)
    reconsider_on = models.DateField(null=True, blank=True)
    missing_knowledge = models.TextField(blank=True)
    next_step_by = models.CharField(max_length=200, blank=True)  # a role, never a name
    next_step_on = models.DateField(null=True, blank=True)
    response = models.CharField(max_length=10, choices=Response, blank=True)
    wait_reason = models.TextField(blank=True)
    review_on = models.DateField(null=True, blank=True)
    written_by = _person()
    written_at = models.DateTimeField(null=True, blank=True)
    submitted_at = models.DateTimeField(null=True, blank=True)
    returned_by = _person()
    returned_at = models.DateTimeField(null=True, blank=True)
    return_reason = models.TextField(blank=True)
    reply = models.TextField(blank=True)  # the writer's answer to what was asked when it was returned
    amended = models.BooleanField(default=False)  # replied to, or an answer changed, since it was returned
    approved_by = _person()
    approved_at = models.DateTimeField(null=True, blank=True)
    chased_at = models.DateTimeField(null=True, blank=True)  # somebody was told that it still waits
    version = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ("assignment__place", "pk")
        indexes = (models.Index(fields=("unit", "state"), name="verdict_unit_state"),)
        constraints = (
            _who_and_when("verdict_written_who_and_when", "written"),
            _who_and_when("verdict_returned_who_and_when", "returned"),
            models.CheckConstraint(
                name="verdict_approved_who_and_when",
                condition=Q(state="approved", approved_by__isnull=False, approved_at__isnull=False)
                | (~Q(state="approved") & Q(approved_by__isnull=True, approved_at__isnull=True)),
            ),
            models.CheckConstraint(
                name="verdict_four_eyes", condition=Q(approved_by__isnull=True) | ~Q(approved_by=F("written_by"))
            ),
            models.CheckConstraint(
                name="verdict_sent_is_written",
                condition=~_SENT | (Q(written_by__isnull=False, submitted_at__isnull=False) & ~Q(verdict="")),
            ),
            models.CheckConstraint(
                name="verdict_sent_justified_is_complete",
                condition=~_SENT | ~Q(verdict="justified") | (Q(reconsider_on__isnull=False) & ~Q(evidence="")),
            ),
            models.CheckConstraint(
                name="verdict_sent_unclear_is_complete",
                condition=~_SENT
                | ~Q(verdict="unclear")
                | (Q(next_step_on__isnull=False) & ~Q(missing_knowledge="") & ~Q(next_step_by="")),
            ),
            models.CheckConstraint(
                name="verdict_sent_unjustified_is_complete",
                condition=~_SENT
                | ~Q(verdict="unjustified")
                | Q(response="action")
                | (Q(response="wait", review_on__isnull=False) & ~Q(wait_reason="")),
            ),
            models.CheckConstraint(
                name="verdict_returned_says_why",
                condition=~Q(state="returned") | (Q(returned_by__isnull=False) & ~Q(return_reason="")),
            ),
        )

    def __str__(self) -> str:
        return str(self.finding)


class VerdictCopy(models.Model):
    """What a verdict said when it was sent, returned or approved: frozen, with its digest."""

    verdict = models.ForeignKey(Verdict, on_delete=models.PROTECT, related_name="copies")
    number = models.PositiveIntegerField()
    state = models.CharField(max_length=10, choices=VerdictState)
    body = models.TextField()  # canonical JSON
    digest = models.CharField(max_length=64)
    made_by = _person(required=True)
    made_at = models.DateTimeField()

    class Meta:
        ordering = ("number",)
        constraints = (models.UniqueConstraint(name="one_copy_per_number", fields=("verdict", "number")),)

    def __str__(self) -> str:
        return f"{self.number} {self.state}"


class CaseText(models.Model):
    """A committee's case text (tjänsteskrivelse) on a round: what is in front of the findings and answers."""

    round = models.ForeignKey(Round, on_delete=models.PROTECT, related_name="case_texts")
    committee = models.ForeignKey("organisation.Unit", on_delete=models.PROTECT, related_name="case_texts")
    register_number = models.CharField(max_length=100, blank=True)
    matter = models.TextField(blank=True)
    proposal = models.TextField(blank=True)
    best_interests = models.TextField(blank=True)
    finances = models.TextField(blank=True)
    written_by = _person(required=True)
    written_at = models.DateTimeField()
    version = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ("committee__name", "pk")
        constraints = (models.UniqueConstraint(name="one_case_text_per_committee", fields=("round", "committee")),)

    def __str__(self) -> str:
        return f"{self.committee}: {self.round}"

    @property
    def unit(self) -> Any:
        """The unit whose scope the case lies in."""
        return self.committee


class Decision(models.Model):
    """A step of the case's route: who decided what, when, and in which paragraph of the minutes."""

    case = models.ForeignKey(CaseText, on_delete=models.PROTECT, related_name="decisions")
    body = models.CharField(max_length=15, choices=Body)
    outcome = models.CharField(max_length=15, choices=Outcome)
    body_name = models.CharField(max_length=200)
    decided_on = models.DateField()
    paragraph = models.CharField(max_length=50, blank=True)
    reason = models.TextField(blank=True)
    recorded_by = _person(required=True)
    recorded_at = models.DateTimeField()

    class Meta:
        ordering = ("recorded_at", "pk")
        constraints = (
            models.CheckConstraint(
                name="decision_of_a_body_has_a_paragraph",
                condition=Q(body__in=("unit_manager", "head")) | ~Q(paragraph=""),
            ),
            models.CheckConstraint(
                name="decision_back_says_why",
                condition=~Q(outcome__in=("completion", "referred_back")) | ~Q(reason=""),
            ),
        )

    def __str__(self) -> str:
        return f"{self.body_name} {self.decided_on}"

    @property
    def unit(self) -> Any:
        """The unit whose scope the decision lies in."""
        return self.case.committee
