"""Background work: registering it, asking for it, and what a job tells while it runs.

    @job("statistics.analyse", idempotent=True)
    def analyse(job: Running, *, import_id: int) -> None:
        job.tell("statistics.step.reading", 0.2)

    transaction.on_commit(lambda: enqueue("statistics.analyse", by=user, import_id=7))

A function that is *idempotent* may be run again from the start after its worker died: it leaves nothing half-done (one
transaction, or what it did before is recognised). Others are told as lost, and a person decides.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from functools import cache
from typing import Any

from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.module_loading import autodiscover_modules

from jamlik.web.core import clock
from jamlik.web.core.job_models import Job, JobState
from jamlik.web.core.people import User

__all__ = [
    "LEASE",
    "Job",
    "JobState",
    "LeaseLostError",
    "Registered",
    "Running",
    "daily",
    "end",
    "enqueue",
    "enqueue_daily",
    "give_back_lost",
    "job",
    "registered",
    "take_next",
]

LEASE = timedelta(seconds=60)
MOST_TRIES = 2


class LeaseLostError(Exception):
    """The job was given to somebody else, since this worker was thought dead: it must not write more."""


@dataclass(frozen=True)
class Registered:
    """A function that jobs may run."""

    run: Callable[..., Mapping[str, Any] | None]
    idempotent: bool


_registered: dict[str, Registered] = {}
_daily: set[str] = set()
Work = Callable[..., Mapping[str, Any] | None]


def job(name: str, *, idempotent: bool) -> Callable[[Work], Work]:
    """Register a function under a name; what it returns is kept as the job's result."""

    def keep(function: Work) -> Work:
        if name in _registered and _registered[name].run.__module__ != function.__module__:
            raise ValueError(f"two jobs are called {name}")
        _registered[name] = Registered(function, idempotent)
        return function

    return keep


def daily(name: str) -> Callable[[Work], Work]:
    """Register an idempotent job that a worker starts once a day, in the morning: ``@daily("desk.remind")``."""

    def keep(function: Work) -> Work:
        _daily.add(name)
        return job(name, idempotent=True)(function)

    return keep


@cache
def _read() -> None:
    """Read every app's `jobs.py`, which registers its jobs."""
    autodiscover_modules("jobs")


def enqueue_daily() -> None:
    """Ask for today's daily jobs, once each however many workers there are."""
    _read()
    morning = timezone.make_aware(datetime.combine(clock.today(), time(hour=6)))
    for name in sorted(_daily):
        enqueue(name, not_before=morning, once=f"daily:{name}:{clock.today()}")


def registered(name: str) -> Registered | None:
    """The function under a name, or None where this version of the program has none."""
    _read()
    return _registered.get(name)


def enqueue(
    name: str,
    *,
    by: User | None = None,
    not_before: datetime | None = None,
    next_url: str = "",
    once: str | None = None,
    **args: Any,
) -> Job:
    """Ask for a job. Call it on commit, or inside the transaction whose rows it needs: it is seen when that commits.

    Parameters
    ----------
    name : str
        Of a registered job.
    by : User, optional
        Who asked; they may follow it.
    not_before : datetime, optional
        Earliest start. Default: now.
    next_url : str, optional
        Where the page of the job leads when it is done.
    once : str, optional
        A name that only one job may ever have: asked for again, the first job is returned.
    **args
        Handed to the function; JSON values only.
    """
    if registered(name) is None:
        raise KeyError(f"no job called {name}")
    at = clock.now()
    fields = {
        "name": name,
        "args": args,
        "queued_by": by,
        "queued_at": at,
        "not_before": not_before or at,
        "next_url": next_url,
    }
    if once is None:
        return Job.objects.create(**fields)
    return Job.objects.get_or_create(once=once, defaults=fields)[0]


@transaction.atomic
def take_next(*, worker: str) -> Job | None:
    """Take the job that has waited longest and lease it to the worker; None where nothing waits."""
    at = clock.now()
    waiting = Job.objects.filter(state=JobState.QUEUED, not_before__lte=at).order_by("not_before", "pk")
    found = waiting.select_for_update(no_key=True, skip_locked=True).first() if _can_skip() else waiting.first()
    if found is None:
        return None
    taken = Job.objects.filter(pk=found.pk, state=JobState.QUEUED).update(
        state=JobState.RUNNING,
        worker=worker,
        started_at=at,
        lease_until=at + LEASE,
        tries=F("tries") + 1,
        step="",
        share=0,
        problem="",
    )
    if not taken:
        return None
    found.refresh_from_db()
    return found


def _can_skip() -> bool:
    return bool(transaction.get_connection().features.has_select_for_update_skip_locked)


def _mine(held: Job) -> Q:
    """The row as long as it is this worker's, in this try."""
    return Q(pk=held.pk, state=JobState.RUNNING, worker=held.worker, tries=held.tries)


class Running:
    """What a job's function holds: who asked, and a way to tell how far it has come."""

    def __init__(self, held: Job) -> None:
        self.row = held

    @property
    def pk(self) -> int:
        """Number of the job."""
        return int(self.row.pk)

    @property
    def by(self) -> User | None:
        """Who asked for it."""
        return self.row.queued_by

    def tell(self, step: str, share: float) -> None:
        """Save how far it has come, and renew the lease. `step` is the key of a text; `share` goes from 0 to 1.

        Raises
        ------
        LeaseLostError
            The job has been given to another worker or told as lost.
        """
        self.row.step, self.row.share = step, share
        self._renew(step=step, share=share)

    def beat(self) -> None:
        """Renew the lease."""
        self._renew()

    def _renew(self, **fields: Any) -> None:
        until = clock.now() + LEASE
        if not Job.objects.filter(_mine(self.row)).update(lease_until=until, **fields):
            raise LeaseLostError(f"{self.row} is no longer this worker's")
        self.row.lease_until = until


def end(held: Job, *, state: JobState, problem: str = "", result: Mapping[str, Any] | None = None) -> bool:
    """End a job; False where it is no longer this worker's."""
    share = {"share": 1.0} if state == JobState.DONE else {}
    return bool(
        Job.objects.filter(_mine(held)).update(
            state=state, ended_at=clock.now(), lease_until=None, problem=problem, result=dict(result or {}), **share
        )
    )


def give_back_lost() -> int:
    """Jobs whose worker has not been heard of: queued once more if that does no harm, else lost. Returns how many."""
    at = clock.now()
    late = Job.objects.filter(state=JobState.RUNNING, lease_until__lt=at)
    changed = 0
    for held in late:
        known = registered(held.name)
        again = known is not None and known.idempotent and held.tries < MOST_TRIES
        row = Job.objects.filter(_mine(held), lease_until__lt=at)
        if again:
            changed += row.update(state=JobState.QUEUED, worker="", lease_until=None, started_at=None)
        else:
            changed += row.update(state=JobState.LOST, ended_at=at, lease_until=None, problem="core.jobs.lost")
    return changed
