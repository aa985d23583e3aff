"""The whole site in one file, and back: rows as text, so that a copy taken on one database is read on another.

A copy is a zip file: `manifest.json`, one `rows/<app>.<table>.jsonl` for each table, and the home's files. It holds
everything that the site knows about people: keep it as safe as the site. Sessions and the cache are left out, so that
nobody is logged in by a copy.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
import zipfile
from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path, PurePosixPath
from typing import Any
from uuid import UUID

from django.apps.registry import Apps
from django.core.management.color import no_style
from django.db import connection, models, transaction
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.recorder import MigrationRecorder

from jamlik.web.core import audit_triggers, clock

__all__ = ["FOLDERS", "BackupError", "Counts", "backup", "restore"]

FORMAT = 1
FOLDERS = ("media", "cells", "releases")
KEYS = ("secret_key", "key")
LEFT_OUT = frozenset({"sessions.Session", "contenttypes.ContentType", "auth.Permission"})
BATCH = 500
_LARGEST = 64 * 1024**3
Counts = dict[str, int]
Tell = Callable[[str, float], None]


class BackupError(Exception):
    """The copy cannot be taken or read back; `key` is that of a text after `core.backup.`."""

    def __init__(self, key: str, **values: object) -> None:
        self.key, self.values = key, values
        super().__init__(f"{key} {values}")


def _untold(step: str, share: float) -> None:
    """Nobody follows how far it has come."""


def _told_each(models_: list[type[models.Model]], step: str, tell: Tell) -> Iterator[type[models.Model]]:
    """Each table in turn, telling how many are done."""
    for done, model in enumerate(models_):
        tell(step, done / len(models_))
        yield model
    tell(step, 1.0)


def _tables(apps: Apps) -> list[type[models.Model]]:
    """Every table that is copied, in an order that does not change."""
    found = [
        model
        for model in apps.get_models(include_auto_created=True)
        if model._meta.managed and not model._meta.proxy and model._meta.label not in LEFT_OUT
    ]
    return sorted(found, key=lambda model: model._meta.label)


def _applied() -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for app, name in sorted(MigrationRecorder(connection).applied_migrations()):
        found.setdefault(app, []).append(name)
    return found


def _apps_at(applied: dict[str, list[str]]) -> Apps:
    """The tables as they were when these migrations had run, whatever the code says now."""
    loader = MigrationExecutor(connection).loader
    nodes = [(app, name) for app, names in applied.items() for name in names if (app, name) in loader.graph.nodes]
    return loader.project_state(nodes).apps


def _as_json(value: Any) -> Any:
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, Decimal | UUID):
        return str(value)
    if isinstance(value, timedelta):
        return value.total_seconds()
    if isinstance(value, bytes | memoryview):
        return base64.b64encode(bytes(value)).decode("ascii")
    return value


def _from_json(field: models.Field[Any, Any], value: Any) -> Any:
    if value is None or isinstance(field, models.JSONField):
        return value
    if isinstance(field, models.BinaryField):
        return base64.b64decode(value)
    if isinstance(field, models.DurationField):
        return timedelta(seconds=value)
    return getattr(field, "target_field", field).to_python(value)


def _rows(model: type[models.Model]) -> Iterator[dict[str, Any]]:
    names = [field.attname for field in model._meta.concrete_fields]
    for row in model._base_manager.order_by("pk").values_list(*names).iterator(chunk_size=2000):
        yield dict(zip(names, map(_as_json, row), strict=True))


def _files(home: Path) -> Iterator[tuple[str, Path]]:
    for name in KEYS:
        if (home / name).is_file():
            yield name, home / name
    for folder in FOLDERS:
        for path in sorted((home / folder).rglob("*")) if (home / folder).is_dir() else []:
            if path.is_file() and not path.is_symlink():
                yield path.relative_to(home).as_posix(), path


def backup(target: Path, *, home: Path, tell: Tell = _untold) -> Counts:
    """Write a copy of the site to a file that only its owner may read; the number of rows of each table.

    `tell` is given the step (key after `core.site.step.`) and how much of it is done.

    Raises
    ------
    BackupError
        The file is there already.
    """
    if target.exists():
        raise BackupError("exists", path=target)
    draft = target.with_name(f".{target.name}.{os.getpid()}")
    handle = os.open(draft, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600)
    try:
        with os.fdopen(handle, "w+b") as stream, zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as copy:
            counts = _write(copy, home, tell)
        os.link(draft, target)
    except FileExistsError as error:
        raise BackupError("exists", path=target) from error
    finally:
        draft.unlink()
    return counts


def _write(copy: zipfile.ZipFile, home: Path, tell: Tell) -> Counts:
    counts: Counts = {}
    digests: dict[str, str] = {}
    with transaction.atomic():
        if connection.vendor == "postgresql":  # one view of every table, while people go on working
            with connection.cursor() as cursor:
                cursor.execute("set transaction isolation level repeatable read")
        applied = _applied()
        for model in _told_each(_tables(_apps_at(applied)), "rows_out", tell):
            name = f"rows/{model._meta.label}.jsonl"
            counts[model._meta.label], digests[name] = _write_rows(copy, name, _rows(model))
    tell("files_out", 0.0)
    for name, path in _files(home):
        with path.open("rb") as file, copy.open(f"home/{name}", "w", force_zip64=True) as out:
            digest = hashlib.sha256()
            while block := file.read(1 << 20):
                digest.update(block)
                out.write(block)
        digests[f"home/{name}"] = digest.hexdigest()
    manifest = {
        "format": FORMAT,
        "made_at": clock.now().isoformat(),
        "migrations": applied,
        "rows": counts,
        "sha256": digests,
    }
    copy.writestr("manifest.json", json.dumps(manifest, ensure_ascii=False, indent=1))
    return counts


def _write_rows(copy: zipfile.ZipFile, name: str, rows: Iterable[dict[str, Any]]) -> tuple[int, str]:
    count, digest = 0, hashlib.sha256()
    with copy.open(name, "w", force_zip64=True) as out:
        for row in rows:
            line = (json.dumps(row, ensure_ascii=False, separators=(",", ":")) + "\n").encode()
            digest.update(line)
            out.write(line)
            count += 1
    return count, digest.hexdigest()


def restore(source: Path, *, home: Path, tell: Tell = _untold) -> Counts:
    """Read a copy back into an empty site: first the database as it was then, then every later migration.

    `tell` is given the step (key after `core.site.step.`) and how much of it is done.

    Raises
    ------
    BackupError
        The file is no copy, has been changed, is of a newer version, or the site is not empty.
    """
    try:
        with zipfile.ZipFile(source) as copy:
            tell("check", 0.0)
            manifest = _checked(copy)
            _require_empty(home)
            tell("tables", 0.0)
            counts = _read_database(copy, manifest, tell)
            tell("files_in", 0.0)
            _read_files(copy, home)
    except (zipfile.BadZipFile, OSError) as error:
        raise BackupError("unreadable", path=source, why=str(error)) from error
    tell("later", 0.0)
    _migrate(None)
    tell("later", 1.0)
    return counts


def _checked(copy: zipfile.ZipFile) -> dict[str, Any]:
    try:
        manifest: dict[str, Any] = json.loads(copy.read("manifest.json"))
        known = manifest["format"] == FORMAT
        digests: dict[str, str] = manifest["sha256"]
    except (KeyError, ValueError, TypeError) as error:
        raise BackupError("no_copy") from error
    if not known:
        raise BackupError("newer")
    names = set(copy.namelist()) - {"manifest.json"}
    if names != set(digests) or sum(info.file_size for info in copy.infolist()) > _LARGEST:
        raise BackupError("changed", name=", ".join(sorted(names ^ set(digests))[:3]))
    for name, expected in digests.items():
        digest = hashlib.sha256()
        with copy.open(name) as stream:
            while block := stream.read(1 << 20):
                digest.update(block)
        if digest.hexdigest() != expected:
            raise BackupError("changed", name=name)
    return manifest


def _require_empty(home: Path) -> None:
    tables = connection.introspection.table_names()
    if "core_user" in tables:
        with connection.cursor() as cursor:
            cursor.execute("select count(*) from core_user")
            if cursor.fetchone()[0]:
                raise BackupError("not_empty", place=connection.settings_dict["NAME"])
    for folder in FOLDERS:
        if (home / folder).is_dir() and any((home / folder).iterdir()):
            raise BackupError("not_empty", place=home / folder)


def _migrate(applied: dict[str, list[str]] | None) -> None:
    """Bring the tables to a set of migrations, or to the newest."""
    executor = MigrationExecutor(connection)
    graph = executor.loader.graph
    if applied is None:
        executor.migrate(graph.leaf_nodes())
        return
    nodes = {(app, name) for app, names in applied.items() for name in names}
    missing = sorted(f"{app}.{name}" for app, name in nodes if (app, name) not in graph.nodes)
    if missing:
        raise BackupError("newer_tables", names=", ".join(missing[:3]))
    last = [node for node in nodes if not any(child.key in nodes for child in graph.node_map[node].children)]
    executor.migrate(sorted(last))


def _read_database(copy: zipfile.ZipFile, manifest: dict[str, Any], tell: Tell) -> Counts:
    _migrate(manifest["migrations"])
    tables = _tables(_apps_at(manifest["migrations"]))
    audit_triggers.remove(connection)
    try:
        with connection.constraint_checks_disabled(), transaction.atomic():
            counts = {model._meta.label: _load(copy, model) for model in _told_each(tables, "rows_in", tell)}
            connection.check_constraints()
            with connection.cursor() as cursor:
                for statement in connection.ops.sequence_reset_sql(no_style(), tables):
                    cursor.execute(statement)
            if counts != manifest["rows"]:
                raise BackupError("changed", name="rows")
    finally:
        audit_triggers.install(connection)
    return counts


def _load(copy: zipfile.ZipFile, model: type[models.Model]) -> int:
    """Fill one table, in place of the rows that migrations put there."""
    rows = model._base_manager
    rows.all()._raw_delete(rows.db)  # no cascade: every table is filled anew
    fields = {field.attname: field for field in model._meta.concrete_fields}
    count, batch = 0, []
    with copy.open(f"rows/{model._meta.label}.jsonl") as stream:
        for line in stream:
            values = json.loads(line)
            batch.append(model(**{name: _from_json(fields[name], value) for name, value in values.items()}))
            count += 1
            if len(batch) == BATCH:
                _insert(model, batch)
                batch = []
    _insert(model, batch)
    return count


def _insert(model: type[models.Model], batch: list[models.Model]) -> None:
    """Write rows as they are: no time of change, no derived value is set anew."""
    for field in model._meta.concrete_fields:
        for name in ("auto_now", "auto_now_add"):
            if getattr(field, name, False):
                setattr(field, name, False)
    if batch:
        model._base_manager.bulk_create(batch)


def _read_files(copy: zipfile.ZipFile, home: Path) -> None:
    for info in copy.infolist():
        if not info.filename.startswith("home/"):
            continue
        parts = PurePosixPath(info.filename).parts[1:]
        if not parts or ".." in parts or (parts[0] not in FOLDERS and parts not in {(key,) for key in KEYS}):
            raise BackupError("changed", name=info.filename)
        target = home.joinpath(*parts)
        target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle = os.open(target, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600)
        with os.fdopen(handle, "wb") as out, copy.open(info) as stream:
            while block := stream.read(1 << 20):
                out.write(block)
