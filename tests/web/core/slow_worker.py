"""A worker with two jobs of its own, for the test that kills it: `python -m tests.web.core.slow_worker FOLDER`."""

# ruff: noqa: E402 - Django is started before its parts are read

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

os.environ["DJANGO_SETTINGS_MODULE"] = "jamlik.web.settings"

import django

django.setup()

from django.db import transaction

from jamlik.web.core import jobs
from jamlik.web.core.models import Draft, Job, User
from jamlik.web.core.worker import Worker

FOLDER = Path(sys.argv[1])


@jobs.job("tests.careful", idempotent=True)
def careful(running):
    halfway(running, "careful")


@jobs.job("tests.careless", idempotent=False)
def careless(running):
    halfway(running, "careless")


def halfway(running, name):
    """Write half of what is to be written; the first time, wait to be killed there."""
    with transaction.atomic():
        user = User.objects.get()
        Draft.objects.create(user=user, form=name, subject="one", changed_at=running.row.started_at)
        if not (FOLDER / name).exists():
            (FOLDER / name).touch()
            time.sleep(600)
        Draft.objects.create(user=user, form=name, subject="two", changed_at=running.row.started_at)


if __name__ == "__main__":
    if not Job.objects.exists():
        user = User.objects.create_user("a@ekby.example")
        jobs.enqueue("tests.careful", by=user)
        jobs.enqueue("tests.careless", by=user)
    # What the day asks for is not the test's concern; it is known once a job has been asked for.
    jobs.registered("tests.careful")
    jobs._daily.clear()
    Worker(pause=0.1).run_for_ever(until=lambda: not Job.objects.filter(state__in=["queued", "running"]).exists())
