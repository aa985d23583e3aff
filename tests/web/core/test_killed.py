"""Workers killed in the middle of a write: nothing half-done is seen, and every job ends."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import time

import pytest

from tests.web.core.databases import with_tables

pytestmark = [pytest.mark.slow, pytest.mark.either]  # always on a SQLite file of its own


def test_killed_twice_leaves_nothing_half_done_and_every_job_ended(tmp_path, repository, migrated):
    home, folder = with_tables(tmp_path / "home", migrated), tmp_path / "seen"
    folder.mkdir()
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("JAMLIK", "DJANGO", "DATABASE"))}
    command = [sys.executable, "-m", "tests.web.core.slow_worker", str(folder)]
    environment = {**kept, "JAMLIK_HOME": str(home)}

    def run() -> subprocess.Popen[bytes]:
        return subprocess.Popen(command, env=environment, cwd=repository)

    def rows(sql: str) -> list[tuple]:
        with sqlite3.connect(home / "db.sqlite3", timeout=300) as database:
            return database.execute(sql).fetchall()

    for name in ("careful", "careless"):
        process = run()
        end = time.monotonic() + 300
        while not (folder / name).exists():
            assert process.poll() is None
            assert time.monotonic() < end
            time.sleep(0.1)
        process.send_signal(signal.SIGKILL)
        process.wait()
        assert not rows(f"select 1 from core_draft where form = '{name}'"), "half of it is not seen"
    last = run()
    assert last.wait(300) == 0
    assert rows("select name, state, tries from core_job order by name") == [
        ("tests.careful", "done", 2),
        ("tests.careless", "lost", 1),
    ]
    assert rows("select form, subject from core_draft order by subject") == [("careful", "one"), ("careful", "two")]
