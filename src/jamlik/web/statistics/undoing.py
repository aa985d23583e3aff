"""Taking a version out of use, and into use again.

Both are asked for on a page and done by a worker, since they are about every finding that the version told of.
"""

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

__all__ = ["REDO", "UNDO", "may_be_redone", "redo_import", "take_into_use_again", "take_out_of_use", "undo_import"]

UNDO, REDO = "statistics.undo", "statistics.redo"


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


def may_be_redone(imported: Import, current: Import | None) -> bool:
    """Whether a version may come into use again: it was undone, and none that came after it is in use."""
    return imported.state == ImportState.UNDONE and (current is None or current.number < imported.number)


@transaction.atomic
def redo_import(*, imported: Import, by: User, at: datetime) -> Job:
    """Ask for a version that was undone to be used again; asked for twice, it is the same work as long as it goes on.

    Raises
    ------
    JamlikError
        When it is not undone, or one that came after it is in use.
    """
    current = _held(imported.data_set_id).current
    row = Import.objects.select_related("job").get(pk=imported.pk)
    _require_redoable(row, current)
    if row.job is not None and row.job.name == REDO and not row.job.ended:
        return row.job
    where = reverse("statistics:data_set", args=[row.data_set_id])
    job = enqueue(REDO, by=by, next_url=where, import_id=row.pk)
    Import.objects.filter(pk=row.pk).update(job=job)
    audit.record("statistics.redo_ordered", target=row, by=by, at=at)
    return job


def _require_redoable(row: Import, current: Import | None) -> None:
    if not may_be_redone(row, current):
        raise JamlikError(say("statistics.redo.refused"), do=say("statistics.move.reload"), kind=ErrorKind.USAGE)


@transaction.atomic
def take_into_use_again(*, import_id: int, by: User | None, at: datetime, tell: Callable[[], None]) -> None:
    """Let a version that was undone be the one in use.

    Parameters
    ----------
    tell : callable
        Says how far it has come, and stops it where somebody else has the work now.

    Raises
    ------
    JamlikError
        When one that came after it has come into use since.
    """
    row = _held(Import.objects.get(pk=import_id).data_set_id)
    before, again = row.current, Import.objects.select_related("data_set").get(pk=import_id)
    if before is not None and before.pk == again.pk:
        return
    _require_redoable(again, before)
    tell()
    if before is not None:
        before.state = ImportState.REPLACED
        before.save(update_fields=["state"])
    again.state, again.replaces = ImportState.IN_USE, before
    again.save(update_fields=["state", "replaces"])
    row.current = again
    row.save(update_fields=["current"])
    adopting.adopt(row)
    changes = {"version": (before.number if before else None, again.number)}
    audit.record("statistics.import_redone", target=again, by=by, at=at, changes=changes)
