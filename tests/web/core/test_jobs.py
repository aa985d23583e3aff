"""Jobs: one worker at a time, progress, and nothing running for ever after its worker was killed."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime, timedelta

import pytest
from django.db import IntegrityError, transaction

from jamlik.model.errors import JamlikError, Place
from jamlik.web.core import clock, jobs, worker
from jamlik.web.core.models import Job, JobState, WorkerSeen

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


class StoppedClock:
    def __init__(self):
        self.at = START

    def __call__(self):
        return self.at

    def forward(self, **span):
        self.at += timedelta(**span)


@pytest.fixture
def stopped(monkeypatch):
    clock_of_test = StoppedClock()
    monkeypatch.setattr(clock, "now", clock_of_test)
    return clock_of_test


@pytest.fixture
def works(monkeypatch):
    """Register functions for one test only."""
    monkeypatch.setattr(jobs, "_registered", {})
    monkeypatch.setattr(jobs, "_daily", set())
    return jobs.job


def run_all(name="here:0"):
    hand = worker.Worker(name=name)
    while hand.run_one():
        pass


@pytest.mark.django_db
def test_job_runs_once_with_its_arguments_and_keeps_its_result(works, stopped):
    seen = []

    @works("core.add", idempotent=True)
    def add(running, *, one, other):
        seen.append(one + other)
        return {"sum": one + other}

    row = jobs.enqueue("core.add", one=2, other=3)
    run_all()
    run_all()
    row.refresh_from_db()
    assert seen == [5]
    assert (row.state, row.result, row.percent, row.ended_at) == (JobState.DONE, {"sum": 5}, 100, START)


@pytest.mark.django_db
def test_job_tells_progress_and_renews_its_lease(works, stopped):
    told = []

    @works("core.long", idempotent=True)
    def long(running):
        stopped.forward(seconds=50)
        running.tell("core.jobs.step.reading", 0.4)
        row = Job.objects.get(pk=running.pk)
        told.append((row.step, row.percent, row.lease_until - stopped.at))

    jobs.enqueue("core.long")
    run_all()
    assert told == [("core.jobs.step.reading", 40, jobs.LEASE)]


@pytest.mark.django_db
def test_jobs_run_in_the_order_they_were_asked_for_and_not_before_their_time(works, stopped):
    order = []

    @works("core.note", idempotent=True)
    def note(running, *, what):
        order.append(what)

    jobs.enqueue("core.note", what="later", not_before=START + timedelta(hours=1))
    jobs.enqueue("core.note", what="first")
    stopped.forward(seconds=1)
    jobs.enqueue("core.note", what="second")
    run_all()
    assert order == ["first", "second"]
    stopped.forward(hours=1)
    run_all()
    assert order == ["first", "second", "later"]


@pytest.mark.django_db
@pytest.mark.parametrize(("idempotent", "after_first_death"), [(True, JobState.QUEUED), (False, JobState.LOST)])
def test_job_of_a_silent_worker_is_queued_once_more_or_told_as_lost(works, stopped, idempotent, after_first_death):
    @works("core.silent", idempotent=idempotent)
    def silent(running):
        raise AssertionError("not run here")

    row = jobs.enqueue("core.silent")
    jobs.take_next(worker="other:1")
    stopped.forward(seconds=59)
    assert jobs.give_back_lost() == 0
    stopped.forward(seconds=2)
    assert jobs.give_back_lost() == 1
    row.refresh_from_db()
    assert row.state == after_first_death


@pytest.mark.django_db
def test_job_that_loses_two_workers_is_lost(works, stopped):
    works("core.silent", idempotent=True)(lambda running: None)
    row = jobs.enqueue("core.silent")
    for _ in range(2):
        assert jobs.take_next(worker="other:1") is not None
        stopped.forward(minutes=5)
        jobs.give_back_lost()
    row.refresh_from_db()
    assert (row.state, row.problem, row.tries) == (JobState.LOST, "core.jobs.lost", 2)
    assert row.ended_at == stopped.at


@pytest.mark.django_db
def test_worker_thought_dead_can_neither_tell_nor_end_the_job(works, stopped):
    works("core.slow", idempotent=True)(lambda running: None)
    row = jobs.enqueue("core.slow")
    slow = jobs.take_next(worker="slow:1")
    stopped.forward(minutes=5)
    jobs.give_back_lost()
    jobs.take_next(worker="quick:2")
    with pytest.raises(jobs.LeaseLostError):
        jobs.Running(slow).tell("core.jobs.step.reading", 0.9)
    assert not jobs.end(slow, state=JobState.DONE)
    row.refresh_from_db()
    assert (row.worker, row.state, row.share) == ("quick:2", JobState.RUNNING, 0)


@pytest.mark.django_db
def test_same_worker_in_its_first_try_cannot_end_its_second(works, stopped):
    works("core.slow", idempotent=True)(lambda running: None)
    jobs.enqueue("core.slow")
    first = jobs.take_next(worker="slow:1")
    stopped.forward(minutes=5)
    jobs.give_back_lost()
    assert jobs.take_next(worker="slow:1") is not None
    assert not jobs.end(first, state=JobState.DONE)


@pytest.mark.django_db
def test_trouble_a_person_can_mend_is_kept_in_its_words(works, stopped):
    @works("core.refused", idempotent=True)
    def refused(running):
        raise JamlikError("Filen är tom.", do="Välj en annan fil.")

    row = jobs.enqueue("core.refused")
    run_all()
    row.refresh_from_db()
    assert (row.state, row.problem) == (JobState.FAILED, "Filen är tom.\nVälj en annan fil.")


@pytest.mark.django_db
def test_trouble_is_told_in_the_language_of_who_asked(works, stopped, user_of):
    @works("core.refused", idempotent=True)
    def refused(running):
        raise JamlikError("no_such_file", where=Place("a.csv", row=3), name="a.csv")

    row = jobs.enqueue("core.refused", by=user_of(language="fi"))
    run_all()
    row.refresh_from_db()
    assert "rivi 3" in row.problem


@pytest.mark.django_db
def test_fault_of_ours_ends_the_job_and_not_the_worker(works, stopped, caplog):
    @works("core.faulty", idempotent=True)
    def faulty(running):
        raise ZeroDivisionError("secret detail")

    works("core.fine", idempotent=True)(lambda running: None)
    bad, good = jobs.enqueue("core.faulty"), jobs.enqueue("core.fine")
    run_all()
    bad.refresh_from_db()
    good.refresh_from_db()
    assert (bad.state, bad.problem, good.state) == (JobState.FAILED, "core.jobs.fault", JobState.DONE)
    assert "secret detail" in caplog.text


@pytest.mark.django_db
def test_job_of_an_older_version_is_told_as_unknown(works, stopped):
    works("core.gone", idempotent=True)(lambda running: None)
    row = jobs.enqueue("core.gone")
    jobs._registered.clear()
    run_all()
    row.refresh_from_db()
    assert (row.state, row.problem) == (JobState.FAILED, "core.jobs.unknown")


@pytest.mark.django_db
def test_daily_job_is_asked_for_once_a_day_and_runs_in_the_morning(works, stopped):
    seen = []
    jobs.daily("core.remind")(lambda running: seen.append(clock.today()))
    stopped.at = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
    for _ in range(3):
        jobs.enqueue_daily()
        run_all()
    assert (Job.objects.count(), seen) == (1, [])
    for hour in (6, 7, 30):
        stopped.at = datetime(2026, 3, 2, 0, 0, tzinfo=UTC) + timedelta(hours=hour)
        jobs.enqueue_daily()
        run_all()
    assert [day.isoformat() for day in seen] == ["2026-03-02", "2026-03-03"]


@pytest.mark.django_db
def test_asking_for_an_unknown_job_is_refused(works):
    with pytest.raises(KeyError, match=r"core\.nothing"):
        jobs.enqueue("core.nothing")


@pytest.mark.django_db
def test_database_refuses_a_running_job_without_lease(works, stopped):
    works("core.fine", idempotent=True)(lambda running: None)
    row = jobs.enqueue("core.fine")
    with pytest.raises(IntegrityError), transaction.atomic():
        Job.objects.filter(pk=row.pk).update(state=JobState.RUNNING)


@pytest.mark.django_db
def test_lease_of_a_process_that_is_gone_ends_at_once(works, stopped):
    works("core.fine", idempotent=True)(lambda running: None)
    row = jobs.enqueue("core.fine")
    gone = subprocess.Popen([sys.executable, "-c", "pass"])
    gone.wait()
    jobs.take_next(worker=f"{worker.worker_name().rpartition(':')[0]}:{gone.pid}")
    stopped.forward(seconds=1)
    assert worker.expire_dead_here() == 1
    assert jobs.give_back_lost() == 1
    row.refresh_from_db()
    assert row.state == JobState.QUEUED


@pytest.mark.django_db
def test_lease_of_a_living_process_is_left_alone(works, stopped):
    works("core.fine", idempotent=True)(lambda running: None)
    jobs.enqueue("core.fine")
    jobs.take_next(worker=worker.worker_name())
    assert worker.expire_dead_here() == 0


@pytest.mark.django_db
def test_worker_is_heard_of_while_it_waits_and_while_it_works_and_not_when_it_is_gone(works, stopped):
    hand = worker.Worker(name="here:1")
    assert worker.workers_alive() == frozenset()
    hand.sweep(force=True)
    assert worker.workers_alive() == {"here:1"}
    stopped.forward(seconds=61)
    assert worker.workers_alive() == frozenset()
    works("core.long", idempotent=True)(lambda running: None)
    jobs.enqueue("core.long")
    jobs.take_next(worker="here:1")
    assert worker.workers_alive() == {"here:1"}, "a worker in the midst of a job is heard of through its lease"
    hand.sweep(force=True)
    hand.run_for_ever(until=lambda: True)
    assert not WorkerSeen.objects.exists(), "one that stops says so"
