"""`jamlik serve` as people run it: started, asked, killed in the middle of work, started again."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest

from tests.support.ports import own_port
from tests.web.core.databases import with_tables

pytestmark = [pytest.mark.slow, pytest.mark.either]  # always on a SQLite file of its own
PATIENCE = 300  # seconds; a slow machine must never fail a test, and a quick one never waits this long


class Site:
    """A site in a home of its own, in processes of their own."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.port = own_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.out = home.parent / "out.txt"
        self.process: subprocess.Popen[bytes] | None = None

    def environment(self, **extra: str) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("JAMLIK", "DJANGO"))}
        kept.pop("DATABASE_URL", None)
        return {**kept, "JAMLIK_HOME": str(self.home), **extra}

    def command(self, *words: str, **extra: str) -> subprocess.CompletedProcess[str]:
        whole = [sys.executable, "-m", "jamlik", *words]
        return subprocess.run(
            whole, env=self.environment(**extra), capture_output=True, text=True, timeout=PATIENCE, check=False
        )

    def start(self, *words: str) -> None:
        whole = [sys.executable, "-m", "jamlik", "serve", "--port", str(self.port), *words]
        with self.out.open("ab") as out:
            self.process = subprocess.Popen(whole, env=self.environment(), stdout=out, stderr=out)
        assert self.within(PATIENCE, lambda: self.answers() or self.process.poll() is not None), self.out.read_text()
        assert self.process.poll() is None, self.out.read_text()

    def answers(self) -> bool:
        try:
            return httpx.get(f"{self.url}/healthz", timeout=30).json() == {"status": "ok"}
        except httpx.HTTPError:
            return False

    @staticmethod
    def within(seconds: float, condition) -> bool:
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if condition():
                return True
            time.sleep(0.1)
        return False

    def stop(self) -> int:
        assert self.process is not None
        self.process.terminate()
        return self.process.wait(PATIENCE)

    def rows(self, sql: str, *values: object) -> list[tuple]:
        with sqlite3.connect(self.home / "db.sqlite3", timeout=PATIENCE) as database:
            return database.execute(sql, values).fetchall()


@pytest.fixture
def new_site(tmp_path):
    """A site that has never been started."""
    made = Site(tmp_path / "home")
    yield made
    if made.process is not None and made.process.poll() is None:
        made.process.kill()
        made.process.wait()


@pytest.fixture
def site(new_site, migrated):
    """A site whose database has its tables."""
    with_tables(new_site.home, migrated)
    return new_site


def children(pid: int) -> list[int]:
    told = Path(f"/proc/{pid}/task/{pid}/children")
    return [int(child) for child in told.read_text().split()] if told.exists() else []


def is_worker(pid: int) -> bool:
    try:
        return b"worker" in Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    except (FileNotFoundError, ProcessLookupError):
        return False


def worker_of(site: Site) -> int | None:
    # Threads start processes too, so every thread's children are looked at.
    for task in Path(f"/proc/{site.process.pid}/task").iterdir():
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):  # a thread that has just ended
            for child in (task / "children").read_text().split():
                if is_worker(int(child)):
                    return int(child)
    return None


JOB = (
    "insert into core_job"
    " (name, args, state, queued_at, not_before, tries, worker, step, share, result, problem, next_url)"
    " values (?, '{}', 'queued', '2026-01-01 00:00:00', '2026-01-01 00:00:00', 0, '', '', 0, '{}', '', '')"
)


def test_site_is_set_up_by_one_command_and_told_how_to_get_in(new_site):
    site = new_site
    site.start()
    told = site.out.read_text()
    assert f"Webbplatsen finns på {site.url}" in told
    link = next(line for line in told.splitlines() if line.startswith(f"{site.url}/organisation/invitation/"))
    assert httpx.get(link).status_code == 200
    assert httpx.get(f"{site.url}/", follow_redirects=False).headers["location"].startswith("/account/login/")
    assert httpx.get(f"{site.url}/static/core/site.css").status_code == 200
    assert (site.home.stat().st_mode & 0o077) == 0
    assert site.rows("pragma journal_mode") == [("wal",)]
    assert site.stop() == 0
    assert not site.answers()
    assert "Python threads" not in told, "advice of the server's library, to those who wrote this"


def test_worker_and_web_that_are_killed_come_back_and_a_job_left_behind_ends(site):
    site.start()
    assert site.within(PATIENCE, lambda: worker_of(site) is not None)
    first = worker_of(site)
    os.kill(first, signal.SIGKILL)
    assert site.within(PATIENCE, lambda: worker_of(site) not in (None, first)), "the worker is started again"
    # A job that the dead worker had taken: not known to this program, so it may not be run twice.
    with sqlite3.connect(site.home / "db.sqlite3", timeout=PATIENCE) as database:
        database.execute(JOB, ["tests.gone"])
        database.execute(
            "update core_job set state = 'running', worker = ?, started_at = '2026-01-01 00:00:00', tries = 1,"
            " lease_until = '2999-01-01 00:00:00' where name = 'tests.gone'",
            [f"{socket.gethostname()}:{first}"],
        )
    ended = "select state, problem from core_job where name = 'tests.gone'"
    assert site.within(PATIENCE, lambda: site.rows(ended) == [("lost", "core.jobs.lost")]), site.rows(ended)


def test_everything_killed_at_once_starts_again_on_the_same_port(site):
    site.start()
    assert site.within(PATIENCE, lambda: worker_of(site) is not None)
    beside = worker_of(site)
    site.process.kill()
    site.process.wait()
    assert site.within(PATIENCE, lambda: not is_worker(beside)), "a worker does not outlive who started it"
    assert site.within(PATIENCE, lambda: not site.answers()), "nor does a web process"
    site.start()


def test_second_site_on_the_same_port_is_told_so(site, tmp_path):
    site.start("--no-worker")
    assert "Förbereder" not in site.out.read_text(), "its tables are there"
    other = Site(tmp_path / "other")
    done = other.command("serve", "--port", str(site.port))
    assert done.returncode == 2
    assert f"Adressen 127.0.0.1:{site.port} används redan." in done.stderr
    assert "already in use" not in done.stderr, "in the chosen language alone"


def test_wrong_settings_stop_the_site_before_anything_is_made(new_site):
    site = new_site
    done = site.command("serve", JAMLIK_URL="nowhere", JAMLIK_COLOUR_ACCENT="#ffd54d")
    assert done.returncode == 2
    assert "JAMLIK_URL: 'nowhere'; skriv webbplatsens adress" in done.stderr
    assert "kontrasten mot" in done.stderr
    assert "Traceback" not in done.stderr
    assert not (site.home / "db.sqlite3").exists()


def test_deployment_check_names_what_is_left_to_do(site):
    site.start("--no-worker")
    done = site.command("check-deployment", "--lang", "en")
    site.stop()
    assert done.returncode == 1
    assert "Set JAMLIK_PRODUCTION=1" in done.stdout
    assert "should begin with https://" in done.stdout
    assert "No background worker has been heard of" in done.stdout
    site.start()
    assert site.within(PATIENCE, lambda: site.rows("select name from core_workerseen"))
    good = site.command(
        "check-deployment",
        "--lang",
        "en",
        JAMLIK_PRODUCTION="1",
        JAMLIK_URL="https://jamlik.example.se",
        JAMLIK_MAIL_URL="smtp://mail.example.se",
        JAMLIK_SECRET_KEY="x" * 40,
        JAMLIK_REQUIRE_MFA="1",
    )
    assert good.returncode == 0, good.stdout
    assert "correct" not in good.stdout
    assert "The database is sqlite. Choose PostgreSQL" in good.stdout


def test_database_that_does_not_answer_is_told_by_the_check(site):
    done = site.command("check-deployment", DATABASE_URL="postgresql://me@127.0.0.1:1/none")
    assert done.returncode == 1
    assert "Databasen svarar inte" in done.stdout
    assert "Traceback" not in done.stderr
