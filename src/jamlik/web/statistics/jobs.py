"""The app's background work. Each job works everything out first and writes in one transaction at the end, so that one
that is killed has done nothing and may be run again.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import timedelta
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from django.conf import settings
from django.db import transaction

from jamlik.analysis.carried import Said
from jamlik.analysis.diff import Shape, diff, shape_from_bytes, shape_to_bytes
from jamlik.analysis.incoming import (
    Seen,
    described_dataset,
    ekby_datasets,
    looked_at,
    municipality_looked_at,
    shape_of_dataset,
)
from jamlik.analysis.study import Study, study_of_file, study_of_municipality
from jamlik.model.errors import JamlikError
from jamlik.model.words import LANGUAGES
from jamlik.web.core import audit, clock
from jamlik.web.core.jobs import LeaseLostError, Running, daily, job
from jamlik.web.organisation.models import Unit
from jamlik.web.statistics import actions, adopting, freezing, inside, spool, undoing
from jamlik.web.statistics.models import (
    DataSet,
    Finding,
    Import,
    ImportState,
    Origin,
    Picture,
    Release,
    ReleaseState,
)
from jamlik.web.statistics.rules import SURE
from jamlik.web.statistics.thawing import charts_of, drawn

__all__ = ["analyse", "expire", "inspect", "load_ekby", "publish", "redo", "sweep", "undo"]

MOST_DRAWN = 40
_PARTS = ("what", "why", "do")
_SHARES = {"fetch": (0.05, 0.5), "read": (0.05, 0.35), "protect": (0.4, 0.6), "compute": (0.5, 0.9)}


def _digest_key() -> bytes:
    """Secret that the shapes of versions are made with."""
    return f"jamlik.statistics.shape:{settings.SECRET_KEY}".encode()


def _cache() -> Path:
    folder = Path(settings.JAMLIK_HOME) / "cache" / "kolada"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return folder


def _telling(running: Running, *, start: float = 0.0, width: float = 1.0) -> Callable[[str, float], None]:
    """Progress of the analysis as progress of the job; told once a second at most."""
    last = 0.0

    def tell(step: str, share: float) -> None:
        nonlocal last
        if time.monotonic() - last < 1.0:
            return
        last = time.monotonic()
        low, high = _SHARES.get(step, (0.0, 1.0))
        known = step if step in _SHARES else "read"
        running.tell(f"statistics.step.{known}", start + width * (low + share * (high - low)))

    return tell


def _plain_error(error: JamlikError) -> dict[str, Any]:
    """An error as it is kept: each part in every language, since it is not known who will read it."""
    parts: dict[str, Any] = {name: {lang: error.part(name, lang) for lang in LANGUAGES} for name in _PARTS}
    where = {lang: error.where.text(lang) for lang in LANGUAGES}
    return {**parts, "where": where, "kind": error.kind.value}


def _fail(import_id: int, error: dict[str, Any]) -> None:
    """Tell an import as failed and destroy its file and key."""
    with transaction.atomic():
        row = Import.objects.select_for_update(no_key=True).get(pk=import_id)
        if row.state not in (ImportState.SPOOLED, ImportState.INSPECTED, ImportState.ACCEPTED):
            return
        row.state, row.error = ImportState.FAILED, error
        row.save(update_fields=["state", "error"])
        actions.forget_file(row)
        audit.record("statistics.import_failed", target=row, by=None, at=clock.now())


@contextmanager
def _failing(import_id: int) -> Iterator[None]:
    """Whatever goes wrong is told on the import, and the file does not outlive it."""
    try:
        yield
    except JamlikError as error:
        _fail(import_id, _plain_error(error))
        raise
    except LeaseLostError:
        raise  # another worker has the job, and with it the file
    except Exception:
        _fail(import_id, {"what": "fault"})
        raise


def _looked_at(row: Import, description: str, tell: Callable[[str, float], None]) -> Seen:
    if row.data_set.origin == Origin.KOLADA:
        return municipality_looked_at(row.data_set.origin_key, key=_digest_key(), progress=tell, cache_dir=_cache())
    before = _spoken_of(row.data_set)
    said = Said(before.description, before.inspection.get("guess", "")) if before is not None else None
    with spool.opened(row.spool, bytes(row.spool_key or b""), file_name=row.file_name) as path:
        seen = looked_at(path, key=_digest_key(), progress=tell, description=description, said=said)
    if before is not None and not description and seen.description != seen.about["guess"]:
        seen.about["carried_from"] = before.number
    return seen


def _spoken_of(data_set: DataSet) -> Import | None:
    """The version whose description holds for the next: the one in use, else the last that was."""
    if data_set.current is not None:
        return data_set.current
    states = (ImportState.REPLACED, ImportState.UNDONE)
    return data_set.imports.filter(state__in=states).exclude(description="").order_by("-number").first()


@job("statistics.inspect", idempotent=True)
def inspect(running: Running, *, import_id: int, description: str = "") -> None:
    """Look at what was handed in: columns, problems, and what it changes."""
    row = Import.objects.select_related("data_set").get(pk=import_id)
    if row.state != ImportState.SPOOLED:
        return
    running.tell("statistics.step.read", 0.05)
    with _failing(import_id):
        try:
            seen = _looked_at(row, description, _telling(running))
        except JamlikError as error:
            if not (description and row.description):
                raise
            _back_to_form(import_id, error)  # the file is kept: what was said of it can be said again
            return
        _keep_seen(running, row, seen)


def _back_to_form(import_id: int, error: JamlikError) -> None:
    Import.objects.filter(pk=import_id, state=ImportState.SPOOLED).update(
        state=ImportState.INSPECTED, error=_plain_error(error)
    )


def _earlier_shape(data_set: DataSet) -> Shape | None:
    current = data_set.current
    return shape_from_bytes(bytes(current.shape)) if current is not None and current.shape else None


def _keep_seen(running: Running, row: Import, seen: Seen) -> None:
    before = _earlier_shape(row.data_set)
    found = diff(before, seen.shape) if before is not None else None
    with transaction.atomic():
        locked = Import.objects.select_for_update(no_key=True, of=("self",)).select_related("data_set").get(pk=row.pk)
        if locked.state != ImportState.SPOOLED:
            return
        running.tell("statistics.step.write", 0.95)  # stops here if somebody else has the job now
        locked.state, locked.error = ImportState.INSPECTED, {}
        locked.description, locked.inspection, locked.problems = seen.description, seen.about, seen.problems
        locked.diff = {**asdict(found), "nothing": found.nothing, "loses": found.loses} if found else {}
        locked.shape = shape_to_bytes(seen.shape)
        locked.save()
        home = seen.about.get("municipality")
        if home:
            _name_municipality(locked.data_set, home)
        audit.record("statistics.import_inspected", target=locked, by=running.by, at=clock.now())


def _name_municipality(data_set: DataSet, home: dict[str, str]) -> None:
    """What somebody wrote as `huddinge` is the municipality 0126 from now on, unless that one is there already."""
    same = DataSet.objects.filter(owner=data_set.owner_id, origin=Origin.KOLADA, origin_key=home["code"])
    if not same.exclude(pk=data_set.pk).exists() and data_set.origin_key != home["code"]:
        data_set.title = data_set.title.replace(data_set.origin_key, home["name"])
        data_set.origin_key = home["code"]
        data_set.save(update_fields=["title", "origin_key"])


def _studied(row: Import, tell: Callable[[str, float], None]) -> Study:
    if row.data_set.origin == Origin.KOLADA:
        return study_of_municipality(row.data_set.origin_key, progress=tell, cache_dir=_cache())
    with spool.opened(row.spool, bytes(row.spool_key or b""), file_name=row.file_name) as path:
        dataset = described_dataset(row.description, path=path)
        return study_of_file(dataset, progress=tell, owner_rules=inside.rules_of(row.data_set))


@job("statistics.analyse", idempotent=True)
def analyse(running: Running, *, import_id: int) -> dict[str, Any]:
    """Analyse an accepted import and take it into use."""
    row = Import.objects.select_related("data_set").get(pk=import_id)
    if row.state != ImportState.ACCEPTED:
        return {}
    running.tell("statistics.step.read", 0.05)
    with _failing(import_id):
        frozen = freezing.freeze(_studied(row, _telling(running)))
        running.tell("statistics.step.write", 0.92)
        _take_into_use(running, row, freezing.ready(frozen))
    return {"findings": len(frozen.findings)}


@transaction.atomic
def _take_into_use(running: Running, row: Import, ready: freezing.Ready) -> None:
    """Everything that becomes visible becomes so at once; the file and its key go with it."""
    data_set = DataSet.objects.select_for_update(no_key=True).get(pk=row.data_set_id)
    locked = Import.objects.select_for_update(no_key=True, of=("self",)).select_related("data_set").get(pk=row.pk)
    if locked.state != ImportState.ACCEPTED:
        return
    running.tell("statistics.step.write", 0.95)
    at = clock.now()
    before = data_set.current
    if before is not None:
        before.state = ImportState.REPLACED
        before.save(update_fields=["state"])
    locked.state, locked.replaces = ImportState.IN_USE, before
    locked.save(update_fields=["state", "replaces"])
    actions.forget_file(locked)
    known = freezing.write(ready, locked, at=at)
    data_set.current = locked
    data_set.save(update_fields=["current"])
    adopting.adopt(data_set, known=known)
    audit.record(
        "statistics.import_taken_into_use",
        target=locked,
        by=running.by,
        at=at,
        changes={"version": (before.number if before else None, locked.number)},
        note=ready.frozen.fingerprint,
    )


@job(undoing.UNDO, idempotent=True)
def undo(running: Running, *, import_id: int) -> None:
    """Take a version out of use; the one before comes back."""
    running.tell("statistics.step.undo", 0.1)
    tell = partial(running.tell, "statistics.step.undo", 0.5)
    undoing.take_out_of_use(import_id=import_id, by=running.by, at=clock.now(), tell=tell)


@job(undoing.REDO, idempotent=True)
def redo(running: Running, *, import_id: int) -> None:
    """Take a version that was undone into use again."""
    running.tell("statistics.step.write", 0.1)
    tell = partial(running.tell, "statistics.step.write", 0.5)
    undoing.take_into_use_again(import_id=import_id, by=running.by, at=clock.now(), tell=tell)


@job("statistics.publish", idempotent=True)
def publish(running: Running, *, release_id: int) -> dict[str, Any]:
    """Draw the charts of a release in all languages, then let it out."""
    row = Release.objects.select_related("analysis__imported__data_set").get(pk=release_id)
    if row.state != ReleaseState.PREPARING:
        return {}
    indicators = _to_draw(row)
    pictures = []
    try:
        for place, indicator in enumerate(indicators):
            running.tell("statistics.step.draw", 0.05 + 0.9 * place / max(len(indicators), 1))
            for lang in LANGUAGES:
                pictures += [
                    Picture(
                        release=row,
                        indicator=indicator,
                        lang=lang,
                        kind=found.kind,
                        title=found.title,
                        description=found.description,
                        source=found.source,
                        svg=found.svg,
                        table=found.table,
                    )
                    for found in (drawn(chart) for chart in charts_of(row.analysis, indicator, lang=lang))
                ]
    except LeaseLostError:
        raise
    except Exception:
        Release.objects.filter(pk=release_id, state=ReleaseState.PREPARING).update(state=ReleaseState.FAILED)
        raise
    with transaction.atomic():
        locked = Release.objects.select_for_update(no_key=True, of=("self",)).get(pk=release_id)
        if locked.state != ReleaseState.PREPARING:
            return {}
        running.tell("statistics.step.write", 0.97)
        Picture.objects.bulk_create(pictures, batch_size=100)
        locked.state = ReleaseState.PUBLISHED
        locked.save(update_fields=["state"])
        audit.record("statistics.release_published", target=locked, by=locked.published_by, at=clock.now())
    return {"pictures": len(pictures)}


def _to_draw(release: Release) -> list[str]:
    """Every indicator, or those with a sure difference where there are many; the rest are drawn when asked for."""
    every = list(release.analysis.levels.order_by("place").values_list("indicator", flat=True))
    if len(every) <= MOST_DRAWN:
        return every
    sure = Finding.objects.filter(current__analysis=release.analysis, certainty__in=SURE, newest=True)
    return sorted(set(sure.values_list("indicator__key", flat=True)))


@job("statistics.expire", idempotent=True)
def expire(running: Running, *, import_id: int) -> None:
    """A day has passed: the file and its key are destroyed, finished or not."""
    row = Import.objects.filter(pk=import_id).exclude(spool="").first()
    if row is not None and row.expires_at is not None and row.expires_at <= clock.now():
        _fail(import_id, {"what": "expired"})


@daily("statistics.sweep")
def sweep(running: Running) -> None:
    """Look for what was left behind: files and owners' copies past their day, and files that no import knows."""
    at = clock.now()
    with transaction.atomic():
        inside.destroy_past(at)
    for key in Import.objects.filter(expires_at__lte=at).exclude(spool="").values_list("pk", flat=True):
        _fail(key, {"what": "expired"})
    known = frozenset(Import.objects.exclude(spool="").values_list("spool", flat=True))
    for name in spool.orphans(known=known, before=(at - timedelta(hours=1)).timestamp()):
        spool.destroy(name)


@job("statistics.ekby", idempotent=True)
def load_ekby(running: Running, *, owners: dict[str, int]) -> dict[str, Any]:
    """Make the invented municipality's figures and analyse each service for its committee."""
    there = set(DataSet.objects.filter(origin=Origin.EKBY, current__isnull=False).values_list("origin_key", flat=True))
    wanted = [service for service in sorted(owners) if service not in there]
    if not wanted:
        return {"loaded": 0}
    running.tell("statistics.step.ekby", 0.02)
    with TemporaryDirectory(prefix="jamlik-ekby-") as folder:
        datasets = ekby_datasets(Path(folder))
        for place, service in enumerate(wanted):
            start, width = 0.1 + 0.9 * place / len(wanted), 0.9 / len(wanted)
            tell = _telling(running, start=start, width=width)
            dataset, description = datasets[service]
            shape = shape_of_dataset(dataset, key=_digest_key(), progress=tell, base_dir=Path(folder))
            found = study_of_file(dataset, progress=tell, base_dir=Path(folder), owner_rules=inside.rules_of(DataSet()))
            frozen = freezing.freeze(found)
            running.tell("statistics.step.ekby", start + 0.9 * width)
            ready = freezing.ready(frozen)
            _keep_service(running, service, Unit.objects.get(pk=owners[service]), ready, description, shape)
    return {"loaded": len(wanted)}


@transaction.atomic
def _keep_service(
    running: Running, service: str, owner: Unit, ready: freezing.Ready, description: str, shape: Shape
) -> None:
    at = clock.now()
    data_set = DataSet.objects.filter(owner=owner, origin=Origin.EKBY, origin_key=service).first()
    if data_set is None:
        data_set = actions.create_data_set(
            title=_title_of(ready.frozen),
            owner=owner,
            origin=Origin.EKBY,
            origin_key=service,
            legal_basis="Påhittade uppgifter",
            by=running.by,
            at=at,
        )
    row = Import.objects.create(
        data_set=data_set,
        number=data_set.imports.count() + 1,
        state=ImportState.ACCEPTED,
        file_name=f"{service}.csv",
        description=description,
        shape=shape_to_bytes(shape),
        uploaded_at=at,
        uploaded_by=running.by,
        decided_at=at,
        decided_by=running.by,
    )
    _take_into_use(running, row, ready)


def _title_of(frozen: freezing.Frozen) -> str:
    return str(json.loads(frozen.content)["title"])
