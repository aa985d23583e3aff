"""Taking a version out of use: asked for on a page, done by a worker, since it is about every finding it told of."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from django.db import transaction
from django.urls import reverse

from jamlik.model.errors import ErrorKind, JamlikError
from jamlik.web.core import audit
from jamlik.web.core.jobs import Job, enqueue
from jamlik.web.core.models import User
from jamlik.web.core.texts import say
from jamlik.web.statistics import adopting, inside
from jamlik.web.statistics.models import DataSet, Import, ImportState, InsideCopy
from jamlik.web.statistics.releases import give_up_stopped

__all__ = ["UNDO", "take_out_of_use", "undo_import"]

UNDO = "statistics.undo"


@transaction.atomic
def undo_import(*, data_set: DataSet, by: User, at: datetime, reason: str) -> Job:
    """Ask for the version in use to be taken out of use; asked for twice, it is the same work as long as it goes on.

    Raises
    ------
    JamlikError
        When there is no version in use, it is published, or no reason is given.
    """
    row = _held(data_set.pk)
    current = row.current
    if current is None or not reason.strip():
        what = "statistics.undo.nothing" if current is None else "statistics.undo.no_reason"
        raise JamlikError(say(what), kind=ErrorKind.USAGE)
    job = current.job
    if job is not None and job.name == UNDO and not job.ended:
        return job
    _require_not_published(current)
    job = enqueue(UNDO, by=by, next_url=reverse("statistics:data_set", args=[row.pk]), import_id=current.pk)
    Import.objects.filter(pk=current.pk).update(job=job)
    audit.record("statistics.undo_ordered", target=current, by=by, at=at, note=reason)
    return job


def _held(data_set_id: int) -> DataSet:
    rows = DataSet.objects.select_for_update(no_key=True, of=("self",))
    return rows.select_related("current__replaces", "current__job").get(pk=data_set_id)


def _require_not_published(current: Import) -> None:
    give_up_stopped(current.analysis)
    if current.analysis.releases.filter(state__in=("preparing", "published")).exists():
        raise JamlikError(
            say("statistics.undo.published"), do=say("statistics.undo.withdraw_first"), kind=ErrorKind.USAGE
        )


@transaction.atomic
def take_out_of_use(*, import_id: int, by: User | None, at: datetime, tell: Callable[[], None]) -> None:
    """Let the version before come back, or none. Nothing is removed but what was for those inside the committee alone.

    Parameters
    ----------
    tell : callable
        Says how far it has come, and stops it where somebody else has the work now.

    Raises
    ------
    JamlikError
        When another version has come into use since, or this one was published.
    """
    wanted = Import.objects.get(pk=import_id)
    if wanted.state == ImportState.UNDONE:
        return
    row = _held(wanted.data_set_id)
    current = row.current
    if current is None or current.pk != import_id:
        raise JamlikError(say("statistics.undo.other_in_use"), kind=ErrorKind.USAGE)
    _require_not_published(current)
    tell()
    before = current.replaces
    inside.destroy(InsideCopy.objects.filter(analysis=current.analysis), by=by, at=at)
    current.state = ImportState.UNDONE
    current.save(update_fields=["state"])
    if before is not None:
        before.state = ImportState.IN_USE
        before.save(update_fields=["state"])
    row.current = before
    row.save(update_fields=["current"])
    adopting.adopt(row)
    changes = {"version": (current.number, before.number if before else None)}
    audit.record("statistics.import_undone", target=current, by=by, at=at, changes=changes)
