"""Everything that changes data sets and imports. Findings and releases have modules of their own, reached from here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.db import transaction
from django.db.models import Max

from jamlik.analysis.incoming import Correction, corrected, municipality_named
from jamlik.model.errors import ErrorKind, JamlikError
from jamlik.web.core import audit, editing
from jamlik.web.core.jobs import enqueue
from jamlik.web.core.models import User
from jamlik.web.core.texts import say
from jamlik.web.organisation.models import Unit
from jamlik.web.statistics import inside as owners
from jamlik.web.statistics import rules, spool
from jamlik.web.statistics.findings import move_finding, move_findings, register_finding
from jamlik.web.statistics.models import DataSet, Import, ImportState, InsideCopy, InsideRule, Origin
from jamlik.web.statistics.releases import publish_release, withdraw_release
from jamlik.web.statistics.undoing import redo_import, undo_import

__all__ = [
    "EKBY_SERVICES",
    "KEPT",
    "accept_import",
    "begin_municipality",
    "correct_import",
    "create_data_set",
    "edit_data_set",
    "forget_file",
    "load_ekby",
    "move_finding",
    "move_findings",
    "publish_release",
    "receive_file",
    "redo_import",
    "refuse_import",
    "register_finding",
    "restart_import",
    "undo_import",
    "withdraw_release",
]

KEPT = timedelta(hours=24)
EKBY_SERVICES = ("bibliotek", "forskola", "grundskola", "hemtjanst", "idrott")
_EDITABLE = ("title", "register_number", "secrecy", "legal_basis", "inside")


@transaction.atomic
def create_data_set(
    *,
    title: str,
    owner: Unit,
    by: User | None,
    at: datetime,
    register_number: str = "",
    secrecy: str = "",
    legal_basis: str = "",
    inside: str = InsideRule.UNPROTECTED,
    origin: str = Origin.UPLOAD,
    origin_key: str = "",
) -> DataSet:
    """Make a data set that belongs to a committee."""
    made = DataSet.objects.create(
        title=title,
        owner=owner,
        register_number=register_number,
        secrecy=secrecy,
        legal_basis=legal_basis,
        inside=inside,
        origin=origin,
        origin_key=origin_key,
        created_at=at,
        created_by=by,
    )
    audit.record("statistics.data_set_created", target=made, by=by, at=at, unit=owner, changes={"title": ("", title)})
    return made


@transaction.atomic
def edit_data_set(
    *, data_set: DataSet, values: Mapping[str, str], expected_version: int, by: User, at: datetime
) -> DataSet:
    """Change what is said of a data set. Where the committee's own rule becomes the public one, its figures go.

    Raises
    ------
    EditConflict
        Somebody else has saved since.
    """
    before = DataSet.objects.get(pk=data_set.pk)
    changed = [name for name in _EDITABLE if name in values and values[name] != getattr(before, name)]
    for name in changed:
        setattr(data_set, name, values[name])
    editing.save_if_unchanged(data_set, fields=changed, expected_version=expected_version)
    changes = {name: (getattr(before, name), values[name]) for name in changed}
    audit.record("statistics.data_set_changed", target=data_set, by=by, at=at, changes=changes)
    if "inside" in changed and data_set.inside == InsideRule.AS_PUBLIC:
        owners.destroy(InsideCopy.objects.filter(analysis__imported__data_set=data_set), by=by, at=at)
        owners.adopt(data_set, at=at)
    return data_set


def _begun(data_set: DataSet, *, by: User | None, at: datetime, **fields: Any) -> Import:
    """The next version of a data set, where no other is being made."""
    DataSet.objects.select_for_update(no_key=True).get(pk=data_set.pk)
    unfinished = Import.objects.filter(data_set=data_set, state__in=rules.RUNNING).first()
    if unfinished is not None:
        raise JamlikError(
            say("statistics.import.unfinished"),
            why=say("statistics.import.unfinished_why", n=unfinished.number),
            do=say("statistics.import.unfinished_do"),
            kind=ErrorKind.USAGE,
        )
    last = Import.objects.filter(data_set=data_set).aggregate(last=Max("number"))["last"] or 0
    return Import.objects.create(data_set=data_set, number=last + 1, uploaded_at=at, uploaded_by=by, **fields)


def receive_file(*, data_set: DataSet, file_name: str, parts: Iterable[bytes], by: User, at: datetime) -> Import:
    """Take a file in: encrypted before it touches the disk, and destroyed within a day whatever happens."""
    kept = spool.spool(parts)
    try:
        return _received(data_set, file_name, kept, by, at)
    except BaseException:
        spool.destroy(kept.name)
        raise


@transaction.atomic
def _received(data_set: DataSet, file_name: str, kept: spool.Spooled, by: User, at: datetime) -> Import:
    imported = _begun(
        data_set,
        by=by,
        at=at,
        file_name=file_name[-255:],
        size_n=kept.size,
        spool=kept.name,
        spool_key=kept.key,
        expires_at=at + KEPT,
    )
    audit.record(
        "statistics.file_received", target=imported, by=by, at=at, changes={"file_name": ("", imported.file_name)}
    )
    _ask(imported, "statistics.inspect", by)
    enqueue("statistics.expire", not_before=at + KEPT, import_id=imported.pk)
    return imported


@transaction.atomic
def begin_municipality(*, municipality: str, owner: Unit, by: User | None, at: datetime) -> Import:
    """Begin with a municipality's own figures: fetch its sex-split indicators from Kolada, as `jamlik start` does.

    Raises
    ------
    JamlikError
        When there is no municipality of that name or code; those most like it are named.
    """
    home = municipality_named(municipality)
    data_set = DataSet.objects.filter(owner=owner, origin=Origin.KOLADA, origin_key=home.code).first()
    if data_set is None:
        data_set = create_data_set(
            title=say("statistics.kolada.title", name=home.name),
            owner=owner,
            legal_basis=say("statistics.kolada.legal_basis"),
            origin=Origin.KOLADA,
            origin_key=home.code,
            by=by,
            at=at,
        )
    imported = _begun(data_set, by=by, at=at, file_name=f"Kolada {home.name}")
    audit.record("statistics.fetch_begun", target=imported, by=by, at=at)
    _ask(imported, "statistics.inspect", by)
    return imported


def _ask(imported: Import, job: str, by: User | None, **args: Any) -> None:
    held = enqueue(job, by=by, next_url=f"/statistics/imports/{imported.pk}/", import_id=imported.pk, **args)
    Import.objects.filter(pk=imported.pk).update(job=held)
    imported.job = held


def _locked(imported: Import) -> Import:
    return (
        Import.objects.select_for_update(no_key=True, of=("self",))
        .select_related("data_set__owner")
        .get(pk=imported.pk)
    )


@transaction.atomic
def correct_import(
    *, imported: Import, by: User, at: datetime, correction: Correction | None = None, description: str = ""
) -> Import:
    """Say what the columns of a file are, and have it looked at again.

    Raises
    ------
    JamlikError
        When the correction or the description says what cannot be.
    """
    row = _locked(imported)
    rules.require_import(state=row.state, to=ImportState.SPOOLED)
    text = description or row.description
    if correction is not None:
        text = corrected(text, correction)
    row.state, row.error = ImportState.SPOOLED, {}
    row.version += 1
    row.save(update_fields=["state", "error", "version"])
    audit.record("statistics.import_corrected", target=row, by=by, at=at)
    _ask(row, "statistics.inspect", by, description=text)
    return row


@transaction.atomic
def accept_import(*, imported: Import, by: User | None, at: datetime) -> Import:
    """Accept what an import changes; its analysis begins."""
    row = _locked(imported)
    rules.require_import(state=row.state, to=ImportState.ACCEPTED)
    row.state, row.decided_at, row.decided_by = ImportState.ACCEPTED, at, by
    row.version += 1
    row.save(update_fields=["state", "decided_at", "decided_by", "version"])
    audit.record("statistics.import_accepted", target=row, by=by, at=at, changes={"state": ("inspected", "accepted")})
    _ask(row, "statistics.analyse", by)
    return row


@transaction.atomic
def refuse_import(*, imported: Import, by: User, at: datetime, reason: str = "") -> Import:
    """Say no to an import: its file and key are destroyed, and the version before stays in use."""
    row = _locked(imported)
    rules.require_import(state=row.state, to=ImportState.REFUSED)
    before, row.state, row.decided_at, row.decided_by = row.state, ImportState.REFUSED, at, by
    row.version += 1
    row.save(update_fields=["state", "decided_at", "decided_by", "version"])
    forget_file(row)
    audit.record(
        "statistics.import_refused",
        target=row,
        by=by,
        at=at,
        changes={"state": (before, "refused")},
        note=reason,
    )
    return row


@transaction.atomic
def restart_import(*, imported: Import, by: User, at: datetime) -> Import:
    """Ask again for the work that stopped halfway: its job was lost or failed before it could tell why.

    Raises
    ------
    JamlikError
        When nothing has stopped.
    """
    row = _locked(imported)
    job = row.job
    asked = {ImportState.SPOOLED.value: "statistics.inspect", ImportState.ACCEPTED.value: "statistics.analyse"}
    if row.state not in asked or (job is not None and not job.ended):
        raise JamlikError(say("statistics.import.refused_step"), do=say("statistics.move.reload"), kind=ErrorKind.USAGE)
    _ask(row, asked[row.state], by)
    audit.record("statistics.import_restarted", target=row, by=by, at=at)
    return row


def forget_file(row: Import) -> None:
    """Destroy an import's key now and its file when that is committed; without the key the file is noise."""
    name = row.spool
    row.spool, row.spool_key, row.expires_at = "", None, None
    row.save(update_fields=["spool", "spool_key", "expires_at"])
    if name:
        transaction.on_commit(partial(spool.destroy, name))


@transaction.atomic
def load_ekby(*, owners: Mapping[str, Unit], by: User | None, at: datetime) -> Any:
    """Have the invented municipality's figures made and analysed, each service for the committee that owns it.

    May be asked for again: services that are there already are left as they are.

    Parameters
    ----------
    owners : mapping of service to Unit
        A committee for each of `EKBY_SERVICES`; services without one are left out.

    Returns
    -------
    Job
    """
    known = {service: unit.pk for service, unit in owners.items() if service in EKBY_SERVICES}
    audit.record("statistics.ekby_asked_for", target=None, by=by, at=at)
    return enqueue("statistics.ekby", by=by, next_url="/statistics/", owners=known)
