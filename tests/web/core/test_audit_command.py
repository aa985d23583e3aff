"""`jamlik audit-log` as an administrator runs it, many processes adding at once, and one killed in the middle."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from tests.web.core.databases import fresh_database

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
def site(tmp_path):
    """The environment of a site of its own, with an empty database: SQLite, or the PostgreSQL that the tests have."""
    with fresh_database() as url:
        env = {
            **os.environ,
            "JAMLIK_HOME": str(tmp_path),
            "JAMLIK_SECRET_KEY": "a key that only this test knows, long enough to be one",
            "DJANGO_SETTINGS_MODULE": "jamlik.web.settings",
            **({"DATABASE_URL": url} if url else {}),
        }
        if not url:
            env.pop("DATABASE_URL", None)
        subprocess.run([sys.executable, "-m", "django", "migrate", "-v0"], env=env, check=True)
        yield env


def adding(env, count, name) -> subprocess.Popen:
    return subprocess.Popen([sys.executable, "-c", ADD, str(count), name], env=env, stdout=subprocess.PIPE, text=True)


def audit_log(env, *words) -> subprocess.CompletedProcess:
    return subprocess.run(
        [sys.executable, "-m", "jamlik", "audit-log", *words], env=env, capture_output=True, text=True
    )


@pytest.mark.slow
def test_log_holds_when_five_processes_add_at_once_and_one_is_killed(site):
    running = [adding(site, 30, f"p{number}") for number in range(4)]
    doomed = adding(site, 100_000, "doomed")
    for _ in range(5):
        doomed.stdout.readline()
    os.kill(doomed.pid, signal.SIGKILL)
    assert [each.wait() for each in running] == [0] * 4
    doomed.wait()
    done = audit_log(site, "verify", "--json")
    proof = json.loads(done.stdout)
    assert done.returncode == 0, done.stderr
    assert proof["holds"]
    assert proof["events"] >= 4 * 30 + 5
    assert proof["faults"] == []

    told = audit_log(site, "verify", "--lang", "en", "--seal", proof["seal"])
    assert told.returncode == 0
    assert "The log holds" in told.stdout
    number, _, digest = proof["seal"].partition(":")
    other = audit_log(site, "verify", "--seal", f"{number}:{digest[::-1]}")
    assert other.returncode == 1
    assert "sigillet" in other.stdout
    wrong = audit_log(site, "verify", "--seal", "not a seal")
    assert wrong.returncode == 2
    assert "not a seal" in wrong.stderr

    exported = audit_log(site, "export", "--lang", "en")
    lines = exported.stdout.removeprefix("\ufeff").splitlines()
    assert lines[0].startswith("No.,When,What")
    assert len(lines) == proof["events"] + 1


@pytest.mark.slow
def test_log_that_somebody_changed_is_told_with_exit_code_1(tmp_path, site):
    if "DATABASE_URL" in site:
        pytest.skip("done on the SQLite file; the faults themselves are tested on both")
    assert adding(site, 5, "x").wait() == 0
    with sqlite3.connect(Path(site["JAMLIK_HOME"]) / "db.sqlite3") as database:
        database.execute("drop trigger core_auditevent_no_update")
        database.execute("update core_auditevent set by_key = '7' where number = 3")
    done = audit_log(site, "verify")
    assert done.returncode == 1
    assert "Händelse 3 har ändrats." in done.stdout
    assert "håller inte" in done.stdout
