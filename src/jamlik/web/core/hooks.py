"""What `core` itself does every day: let go of what nobody needs any more."""

from __future__ import annotations

from datetime import timedelta

from django.contrib.sessions.models import Session

from jamlik.web.core import clock
from jamlik.web.core.jobs import Running, daily
from jamlik.web.core.models import Draft, Job, JobState, Sent, WorkerSeen

__all__ = ["tidy"]

KEPT = {
    "sent": timedelta(days=30),
    "drafts": timedelta(days=180),
    "jobs": timedelta(days=180),
    "workers": timedelta(days=1),
}


@daily("core.tidy")
def tidy(running: Running) -> dict[str, int]:
    """Remove ended sessions, marks of sent forms, forgotten drafts, old jobs and dead workers; how many of each."""
    at = clock.now()
    ended = Job.objects.filter(state__in=[JobState.DONE, JobState.FAILED, JobState.LOST])
    old = {
        "sessions": Session.objects.filter(expire_date__lt=at),
        "sent": Sent.objects.filter(sent_at__lt=at - KEPT["sent"]),
        "drafts": Draft.objects.filter(changed_at__lt=at - KEPT["drafts"]),
        "workers": WorkerSeen.objects.filter(seen_at__lt=at - KEPT["workers"]),
        "jobs": ended.filter(ended_at__lt=at - KEPT["jobs"]),
    }
    return {name: rows.delete()[0] for name, rows in old.items()}
