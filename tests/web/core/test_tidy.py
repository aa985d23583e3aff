"""What nobody needs any more is let go of; what somebody may need is kept."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session

from jamlik.web.core import clock, hooks
from jamlik.web.core.models import Draft, Job, Sent, WorkerSeen


@pytest.mark.django_db
def test_old_rows_go_and_new_ones_and_unfinished_jobs_stay(user_of):
    user, now = user_of(), clock.now()
    for name, age in (("old", timedelta(days=400)), ("new", timedelta(hours=1))):
        at = now - age
        Session.objects.create(session_key=name, session_data="", expire_date=at + timedelta(hours=12))
        WorkerSeen.objects.create(name=name, started_at=at, seen_at=at)
        Sent.objects.create(token=name, user=user, sent_at=at)
        Draft.objects.create(user=user, form=name, changed_at=at)
        Job.objects.create(name=name, state="done", queued_at=at, not_before=at, ended_at=at)
        Job.objects.create(name=f"{name} queued", queued_at=at, not_before=at)
    assert hooks.tidy(None) == {"sessions": 1, "sent": 1, "drafts": 1, "workers": 1, "jobs": 1}
    assert [session.session_key for session in Session.objects.all()] == ["new"]
    assert list(Draft.objects.values_list("form", flat=True)) == ["new"]
    assert set(Job.objects.values_list("name", flat=True)) == {"new", "old queued", "new queued"}
