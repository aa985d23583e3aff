"""A copy of the site read back equals the original, row by row; what is no whole copy is refused unread."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
import zipfile
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote

import pytest
from django.apps import apps
from django.db import connection

from jamlik.web.core import audit, backup, clock
from jamlik.web.core.models import Draft, Job, User
from jamlik.web.core.texts import has_text
from jamlik.web.organisation.models import Unit

AT = datetime(2026, 3, 2, 9, 30, 15, 123456, tzinfo=UTC)


def all_rows():
    """Every row of every table, as the database gives it; `backup` has no part in it."""
    found = {}
    for model in apps.get_models(include_auto_created=True):
        if model._meta.label in backup.LEFT_OUT:
            continue
        columns = [field.column for field in model._meta.concrete_fields]
        names = ", ".join(f'"{column}"' for column in columns)
        with connection.cursor() as cursor:
            cursor.execute(f'select {names} from "{model._meta.db_table}"')
            found[model._meta.label] = sorted(json.dumps(row, default=str) for row in cursor.fetchall())
    return found


@pytest.fixture
def home(tmp_path):
    folder = tmp_path / "home"
    (folder / "media" / "documents").mkdir(parents=True)
    (folder / "media" / "documents" / "plan.pdf").write_bytes(bytes(range(256)) * 50)
    (folder / "cells" / "skola" / "1").mkdir(parents=True)
    (folder / "cells" / "skola" / "1" / "cells.parquet").write_bytes(b"PAR1")
    (folder / "secret_key").write_text("hemlig", encoding="utf-8")
    (folder / "static").mkdir()
    (folder / "static" / "site.css").write_text("left out", encoding="utf-8")
    return folder


@pytest.fixture
def filled(municipality, user_of):
    user = user_of("admin", municipality.top, name='Åsa \u2028 "Ö"')
    Draft.objects.create(user=user, form="a.b", answers={"x": ["å", None, 1.5, {"y": True}]}, changed_at=AT)
    Job.objects.create(name="core.mail", args={"n": 10**15}, queued_at=AT, not_before=AT, share=0.1)
    for unit in Unit.objects.all():
        audit.record(
            "organisation.unit_added", target=unit, by=user, at=AT, changes={"name": (None, unit.name)}, unit=unit
        )
    return user


def read_back_elsewhere(copy, tmp_path):
    """Restore in another process, into a new SQLite file and home; every row, told by that process."""
    home = tmp_path / "other"
    home.mkdir()
    url = f"sqlite:///{quote(str(home / 'db.sqlite3'))}"
    env = {**os.environ, "JAMLIK_HOME": str(home), "DATABASE_URL": url, "JAMLIK_PRODUCTION": "0"}
    subprocess.run([sys.executable, "-m", "jamlik", "restore", str(copy)], env=env, check=True, capture_output=True)
    again = tmp_path / "again.zip"
    subprocess.run([sys.executable, "-m", "jamlik", "backup", str(again)], env=env, check=True, capture_output=True)
    return home, again


def contents(copy):
    with zipfile.ZipFile(copy) as file:
        return {name: sorted(file.read(name).splitlines()) for name in file.namelist() if name != "manifest.json"}


@pytest.mark.django_db(transaction=True)
def test_copy_read_back_on_another_database_equals_the_original(filled, home, tmp_path):
    copy = tmp_path / "copy.zip"
    counts = backup.backup(copy, home=home)
    assert counts["core.User"] == 1
    assert counts["organisation.Unit"] == 9
    other, again = read_back_elsewhere(copy, tmp_path)
    assert contents(again) == contents(copy)
    assert (other / "media/documents/plan.pdf").read_bytes() == bytes(range(256)) * 50
    assert not (other / "static").exists()


@pytest.mark.django_db(transaction=True)
def test_copy_taken_there_and_read_back_here_equals_the_original_row_by_row(filled, home, tmp_path):
    """On PostgreSQL this is the way to SQLite and back."""
    before = all_rows()
    copy = tmp_path / "copy.zip"
    told: list[tuple[str, float]] = []
    backup.backup(copy, home=home, tell=lambda *step: told.append(step))
    assert [step for step, _ in told if step == "files_out"] == ["files_out"]
    assert ("rows_out", 1.0) in told
    _, copy = read_back_elsewhere(copy, tmp_path)
    connection.ops.execute_sql_flush(connection.ops.sql_flush(_style(), _every_table(), reset_sequences=True))
    here = tmp_path / "here"
    here.mkdir()
    backup.restore(copy, home=here, tell=lambda *step: told.append(step))
    assert all(has_text(f"core.site.step.{step}") for step, _ in told)
    assert list(dict.fromkeys(step for step, _ in told))[2:] == ["check", "tables", "rows_in", "files_in", "later"]
    assert all_rows() == before
    with connection.cursor() as cursor, pytest.raises(Exception, match="only added to"):
        cursor.execute("delete from core_auditevent")


@pytest.mark.django_db(transaction=True)
def test_restored_site_goes_on_numbering_where_it_was(filled, home, tmp_path):
    copy = tmp_path / "copy.zip"
    backup.backup(copy, home=home)
    connection.ops.execute_sql_flush(connection.ops.sql_flush(_style(), _every_table(), reset_sequences=True))
    (tmp_path / "other").mkdir()
    backup.restore(copy, home=tmp_path / "other")
    audit.record("organisation.unit_changed", target=None, by=None, at=clock.now())
    assert User.objects.create_user("new@ekby.example").pk > filled.pk


def _style():
    from django.core.management.color import no_style

    return no_style()


def _every_table():
    return [table for table in connection.introspection.table_names() if table != "django_migrations"]


@pytest.mark.django_db(transaction=True)
def test_copy_is_read_by_its_owner_alone_and_overwrites_nothing(home, tmp_path):
    copy = tmp_path / "copy.zip"
    backup.backup(copy, home=home)
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    with pytest.raises(backup.BackupError, match="exists"):
        backup.backup(copy, home=home)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["copy.zip", "home"]


@pytest.mark.django_db(transaction=True)
def test_site_that_is_not_empty_is_not_overwritten(filled, home, tmp_path):
    copy = tmp_path / "copy.zip"
    backup.backup(copy, home=home)
    before = all_rows()
    with pytest.raises(backup.BackupError, match="not_empty"):
        backup.restore(copy, home=tmp_path / "other")
    assert all_rows() == before


def changed(copy: Path, target: Path, name: str, content: bytes | None) -> Path:
    with zipfile.ZipFile(copy) as old, zipfile.ZipFile(target, "w") as new:
        for one in old.namelist():
            if one != name:
                new.writestr(one, old.read(one))
        if content is not None:
            new.writestr(name, content)
    return target


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("name", "content", "key"),
    [
        ("rows/core.User.jsonl", b'{"id": 1}\n', "changed"),
        ("rows/core.User.jsonl", None, "changed"),
        ("home/../../evil", b"x", "changed"),
        ("manifest.json", b"{}", "no_copy"),
        ("manifest.json", b'{"format": 99, "sha256": {}}', "newer"),
    ],
)
def test_copy_that_is_not_whole_is_refused_before_anything_changes(home, tmp_path, name, content, key):
    copy = tmp_path / "copy.zip"
    backup.backup(copy, home=home)
    with pytest.raises(backup.BackupError, match=key):
        backup.restore(changed(copy, tmp_path / "bad.zip", name, content), home=tmp_path / "other")
    assert not (tmp_path / "other").exists()


@pytest.mark.django_db(transaction=True)
def test_copy_of_a_newer_version_is_refused(home, tmp_path):
    copy = tmp_path / "copy.zip"
    backup.backup(copy, home=home)
    with zipfile.ZipFile(copy) as file:
        manifest = json.loads(file.read("manifest.json"))
    manifest["migrations"]["core"].append("9999_from_tomorrow")
    newer = changed(copy, tmp_path / "newer.zip", "manifest.json", json.dumps(manifest).encode())
    with pytest.raises(backup.BackupError, match=r"newer_tables.*9999_from_tomorrow"):
        backup.restore(newer, home=tmp_path / "other")


def test_file_that_is_no_copy_is_told(tmp_path):
    (tmp_path / "x.zip").write_text("hej", encoding="utf-8")
    with pytest.raises(backup.BackupError, match="unreadable"):
        backup.restore(tmp_path / "x.zip", home=tmp_path)
