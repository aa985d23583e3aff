"""A worker: takes jobs one after another, keeps its lease while it works, and picks up what dead workers left."""

from __future__ import annotations

import logging
import os
import socket
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta

from django.db import DatabaseError, close_old_connections, connections

from jamlik.model.errors import JamlikError
from jamlik.model.words import FALLBACK
from jamlik.web.core import clock, jobs
from jamlik.web.core.job_models import Job, JobState, WorkerSeen

__all__ = ["Heartbeat", "Worker", "expire_dead_here", "leave_with", "worker_name", "workers_alive"]

log = logging.getLogger(__name__)

HEARTBEAT_SECONDS = 15.0
SWEEP_SECONDS = 15.0
SILENT_AFTER = timedelta(seconds=60)


def worker_name() -> str:
    """Name of this process among all that share the database: machine and process number."""
    return f"{socket.gethostname()}:{os.getpid()}"


def workers_alive() -> frozenset[str]:
    """Names of workers that have been heard of: they say so between jobs, and during one through its lease."""
    at = clock.now()
    seen = WorkerSeen.objects.filter(seen_at__gte=at - SILENT_AFTER).values_list("name", flat=True)
    busy = Job.objects.filter(state=JobState.RUNNING, lease_until__gt=at).values_list("worker", flat=True)
    return frozenset(seen) | frozenset(busy)


class Heartbeat:
    """Renews the lease from a thread of its own while a function works for long without telling anything."""

    def __init__(self, running: jobs.Running, every: float = HEARTBEAT_SECONDS) -> None:
        self.running, self.every = running, every
        self.stop = threading.Event()
        self.thread = threading.Thread(target=self._beat, daemon=True, name="heartbeat")

    def __enter__(self) -> Heartbeat:
        self.thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop.set()
        self.thread.join()

    def _beat(self) -> None:
        try:
            while not self.stop.wait(self.every):
                try:
                    self.running.beat()
                except jobs.LeaseLostError:
                    return
                except DatabaseError:
                    log.warning("The lease of %s could not be renewed; trying again", self.running.row)
        finally:
            connections.close_all()


def expire_dead_here() -> int:
    """End the leases of workers of this machine whose process is gone, so that nobody waits for a lease to run out."""
    ended = 0
    for held in Job.objects.filter(state=JobState.RUNNING, worker__startswith=f"{socket.gethostname()}:"):
        number = held.worker.rpartition(":")[2]
        if number.isdigit() and not _is_alive(int(number)):
            row = Job.objects.filter(pk=held.pk, worker=held.worker, tries=held.tries, state=JobState.RUNNING)
            ended += row.update(lease_until=held.started_at)
    return ended


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def leave_with(parent: int) -> None:
    """End this process when the one that started it is gone: one that was killed can tell nobody to stop."""

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(1)
        os._exit(1)

    threading.Thread(target=watch, daemon=True, name="leave-with-parent").start()


class Worker:
    """Runs jobs until it is told to stop."""

    def __init__(self, *, pause: float = 0.5, name: str = "", beat: float = HEARTBEAT_SECONDS) -> None:
        self.pause, self.beat = pause, beat
        self.name = name or worker_name()
        self.stopping = threading.Event()
        self._swept = 0.0

    def run_for_ever(self, *, until: Callable[[], bool] | None = None) -> None:
        """Take jobs and wait for more. Trouble with the database is waited out."""
        while not self.stopping.is_set() and not (until and until()):
            close_old_connections()
            try:
                self.sweep()
                worked = self.run_one()
            except DatabaseError:
                log.exception("The database did not answer; trying again")
                worked = False
            if not worked:
                self.stopping.wait(self.pause)
        with suppress(DatabaseError):
            WorkerSeen.objects.filter(name=self.name).delete()

    def sweep(self, *, force: bool = False) -> None:
        """Give back what dead workers held and ask for the day's jobs; now and then, not before every job."""
        if not force and self._swept and time.monotonic() - self._swept < SWEEP_SECONDS:
            return
        self._swept = time.monotonic()
        self._say_alive()
        expire_dead_here()
        jobs.give_back_lost()
        jobs.enqueue_daily()

    def _say_alive(self) -> None:
        at = clock.now()
        if not WorkerSeen.objects.filter(name=self.name).update(seen_at=at):
            WorkerSeen.objects.get_or_create(name=self.name, defaults={"started_at": at, "seen_at": at})

    def run_one(self) -> bool:
        """Run the job that has waited longest; False where none waits."""
        held = jobs.take_next(worker=self.name)
        if held is None:
            return False
        self._run(held)
        return True

    def _run(self, held: Job) -> None:
        known = jobs.registered(held.name)
        if known is None:
            jobs.end(held, state=JobState.FAILED, problem="core.jobs.unknown")
            return
        running = jobs.Running(held)
        try:
            with Heartbeat(running, self.beat):
                result = known.run(running, **held.args)
        except jobs.LeaseLostError:
            log.warning("%s was given to another worker", held)
        except JamlikError as error:
            language = held.queued_by.language if held.queued_by else FALLBACK
            jobs.end(held, state=JobState.FAILED, problem=error.text(language))
        except Exception:
            # Whatever it was, the job is told as failed and the worker goes on; the log has the whole story.
            log.exception("%s failed", held)
            jobs.end(held, state=JobState.FAILED, problem="core.jobs.fault")
        else:
            jobs.end(held, state=JobState.DONE, result=result)
