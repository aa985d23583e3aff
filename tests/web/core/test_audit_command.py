"""`jamlik audit-log` as an administrator runs it, many processes adding at once, and one killed in the middle."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.db import connection

from jamlik.cli.commands import audit_log as audit_log_command
from jamlik.model.errors import ErrorKind, JamlikError
from jamlik.web.core import audit, audit_proof, audit_triggers
from tests.web.core.databases import fresh_database, with_tables

AT = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
ADD = """
import sys, django
django.setup()
from django.db import transaction
from jamlik.web.core import audit, clock
for number in range(int(sys.argv[1])):
    with transaction.atomic():
        audit.record("core.thing_done", target=None, by=None, at=clock.now(), note=f"{sys.argv[2]} {number}")
    print(number, flush=True)
"""


@pytest.fixture
def site(tmp_path, migrated):
    """The environment of a site of its own, with an empty database: SQLite, or the PostgreSQL that the tests have."""
    with fresh_database() as url:
        env = {
            **os.environ,
            "JAMLIK_HOME": str(tmp_path),
            "JAMLIK_SECRET_KEY": "a key that only this test knows, long enough to be one",
            "DJANGO_SETTINGS_MODULE": "jamlik.web.settings",
            **({"DATABASE_URL": url} if url else {}),
        }
        if url:
            subprocess.run([sys.executable, "-m", "django", "migrate", "-v0"], env=env, check=True)
        else:
            env.pop("DATABASE_URL", None)
            with_tables(tmp_path, migrated)
        yield env


def adding(env, count, name, **more) -> subprocess.Popen:
    return subprocess.Popen([sys.executable, "-c", ADD, str(count), name], env=env, text=True, **more)


def audit_log(env, *words) -> subprocess.CompletedProcess:
    return subprocess.run(
        [sys.executable, "-m", "jamlik", "audit-log", *words], env=env, capture_output=True, text=True
    )


@pytest.mark.slow
def test_log_holds_when_several_processes_add_at_once_and_one_is_killed(site):
    with adding(site, 100_000, "doomed", stdout=subprocess.PIPE) as doomed:
        running = [adding(site, 25, f"p{number}", stdout=subprocess.DEVNULL) for number in range(3)]
        for _ in range(5):
            doomed.stdout.readline()
        assert [each.wait() for each in running] == [0] * 3
        doomed.send_signal(signal.SIGKILL)
    done = audit_log(site, "verify", "--json")
    proof = json.loads(done.stdout)
    assert done.returncode == 0, done.stderr
    assert proof["holds"]
    assert proof["events"] >= 3 * 25 + 5
    assert proof["faults"] == []


@pytest.mark.slow
@pytest.mark.either  # done on the SQLite file; the faults themselves are tested on both
def test_log_that_somebody_changed_is_told_with_exit_code_1(site):
    if "DATABASE_URL" in site:
        pytest.skip("done on the SQLite file")
    assert adding(site, 5, "x", stdout=subprocess.DEVNULL).wait() == 0
    with closing(sqlite3.connect(Path(site["JAMLIK_HOME"]) / "db.sqlite3")) as database, database:
        database.execute("drop trigger core_auditevent_no_update")
        database.execute("update core_auditevent set by_key = '7' where number = 3")
    done = audit_log(site, "verify")
    assert done.returncode == 1
    assert "Händelse 3 har ändrats." in done.stdout
    assert "håller inte" in done.stdout


# --- the same commands in this process --------------------------------------------------------------------------------


@pytest.fixture
def some(db, monkeypatch):
    monkeypatch.setattr(audit_log_command, "ready_django", lambda: None)
    for number in range(3):
        audit.record("core.details_erased", target=None, by=None, at=AT, note=f"=nr {number}")


def test_seal_that_fits_is_accepted_and_another_is_not(some, capsys):
    seal = audit_proof.seal()
    assert audit_log_command.verify(seals=(seal,), lang="en", as_json=False)
    told = capsys.readouterr()
    assert "The log holds: 3 events" in told.out
    assert seal in told.out.replace("\n", "")
    number, _, digest = seal.partition(":")
    assert not audit_log_command.verify(seals=(f"{number}:{digest[::-1]}",), lang="sv", as_json=False)
    assert "sigillet" in capsys.readouterr().out


@pytest.mark.parametrize("seal", ["", "x", "3:abc", "-1:" + "0" * 64])
def test_seal_that_cannot_be_read_is_told(some, seal):
    with pytest.raises(JamlikError) as error:
        audit_log_command.verify(seals=(seal,), lang="sv", as_json=False)
    assert error.value.kind is ErrorKind.USAGE
    assert "64 tecken" in error.value.do


def test_export_writes_every_event_and_no_formula(some, capsys):
    audit_log_command.export(lang="en")
    lines = capsys.readouterr().out.removeprefix("\ufeff").splitlines()
    assert lines[0].startswith("No.,When,What")
    assert len(lines) == 4
    assert "'=nr 0" in lines[1]


def test_many_faults_are_counted_after_the_first(some, capsys, monkeypatch):
    audit_triggers.remove(connection)
    with connection.cursor() as cursor:
        cursor.execute("update core_auditevent set verb = 'core.other_done'")
    monkeypatch.setattr(audit_log_command, "TOLD", 1)
    assert not audit_log_command.verify(seals=(), lang="en", as_json=False)
    assert "… and 2 more." in capsys.readouterr().out
