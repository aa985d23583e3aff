"""Work that runs in the background: one row for each piece, with who has it and until when.

A worker that takes a job gets a *lease*: a time until which the job is its own. While it works it renews the lease (a
heartbeat). A worker that is killed renews nothing; when its lease has run out the job is queued once more if it can be
run twice without harm, else it is told as failed. Nothing runs for ever, and nothing is lost without a word.
"""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from django.conf import settings
from django.db import models

__all__ = ["Job", "JobState", "WorkerSeen"]


class JobState(models.TextChoices):
    """Where a job stands. `lost`: its worker died, and it cannot be run again without harm."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    LOST = "lost"


class Job(models.Model):
    """A piece of work. `name` says which registered function runs it, with `args`."""

    State: ClassVar = JobState

    name = models.CharField(max_length=100)
    args = models.JSONField(default=dict)
    state = models.CharField(max_length=10, choices=JobState.choices, default=JobState.QUEUED)
    queued_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    queued_at = models.DateTimeField()
    not_before = models.DateTimeField()
    started_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    tries = models.PositiveIntegerField(default=0)
    worker = models.CharField(max_length=100, blank=True)
    lease_until = models.DateTimeField(null=True, blank=True)
    step = models.CharField(max_length=200, blank=True)
    share = models.FloatField(default=0)
    result = models.JSONField(default=dict)
    problem = models.TextField(blank=True)
    # A name that only one job may have for ever, as "daily:desk.remind:2026-11-22"; none for the others.
    once = models.CharField(max_length=200, null=True, blank=True, unique=True)
    next_url = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ("-queued_at", "-pk")
        indexes = (models.Index(fields=["state", "not_before"], name="core_job_waiting"),)
        constraints = (
            models.CheckConstraint(
                name="core_job_running_has_worker_and_lease",
                condition=~models.Q(state="running")
                | (models.Q(lease_until__isnull=False) & models.Q(started_at__isnull=False) & ~models.Q(worker="")),
            ),
            models.CheckConstraint(
                name="core_job_ended_has_time",
                condition=~models.Q(state__in=["done", "failed", "lost"]) | models.Q(ended_at__isnull=False),
            ),
        )

    def __str__(self) -> str:
        return f"{self.name} {self.pk}"

    @property
    def ended(self) -> bool:
        """Whether nothing more will happen to it."""
        return self.state in {JobState.DONE, JobState.FAILED, JobState.LOST}

    @property
    def percent(self) -> int:
        """How much is done, 0 to 100."""
        return round(100 * min(max(self.share, 0.0), 1.0))

    def alive_at(self, at: datetime) -> bool:
        """Whether a worker still holds it."""
        return self.state == JobState.RUNNING and self.lease_until is not None and at < self.lease_until


class WorkerSeen(models.Model):
    """A worker that is running: it says so again and again as long as it lives, also when there is nothing to do."""

    name = models.CharField(max_length=100, primary_key=True)
    started_at = models.DateTimeField()
    seen_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return self.name
