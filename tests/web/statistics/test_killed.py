"""Kill -9 of the worker during import, analysis and publishing: nothing half-done is visible, and the job resumes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.web.core.databases import with_tables
from tests.web.statistics.conftest import school_file

pytestmark = [pytest.mark.slow, pytest.mark.either]  # always on a SQLite file of its own
SCRIPT = Path(__file__).with_name("killed.py")


@pytest.fixture
def run(tmp_path, repository, migrated):
    with_tables(tmp_path / "home", migrated)
    env = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    env |= {
        "JAMLIK_HOME": str(tmp_path / "home"),
        "JAMLIK_SECRET_KEY": "a key that only tests know and nothing else is signed with",
        "DJANGO_SETTINGS_MODULE": "jamlik.web.settings",
        "PYTHONPATH": f"{repository / 'src'}{os.pathsep}{repository}",
    }

    def started(*args: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, str(SCRIPT), *args], env=env, capture_output=True, text=True, timeout=600, cwd=tmp_path
        )

    return started


def ran(run, *steps, dies):
    """Run steps in a process that dies in the last, or ends well; what anyone could see at each `look`."""
    done = run(*steps)
    assert done.returncode == (-9 if dies else 0), done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_killed_worker_leaves_nothing_half_done_and_its_job_resumes(run, tmp_path):
    file = tmp_path / "betyg.csv"
    file.write_bytes(school_file(n=120))
    ran(run, f"prepare:{file}", "work:statistics.import_inspected", dies=True)

    steps = ("look", "work", "look", "ask:accept", "work:statistics.import_taken_into_use")
    killed, resumed = ran(run, *steps, dies=True)
    assert (killed["import"], killed["inspected"], killed["key"], killed["spooled"]) == ("spooled", False, True, 1)
    assert killed["running"] == ["statistics.inspect"]
    assert (resumed["import"], resumed["inspected"], resumed["running"]) == ("inspected", True, [])

    steps = ("look", "work", "look", "ask:publish", "work:statistics.release_published")
    killed, resumed = ran(run, *steps, dies=True)
    assert (killed["import"], killed["counts"], killed["in_use"]) == ("accepted", [0, 0, 0, 0, 0], False)
    assert killed["chain"]
    assert (resumed["import"], resumed["in_use"], resumed["running"]) == ("in_use", True, [])
    assert (resumed["key"], resumed["spooled"]) == (False, 0)
    assert all(resumed["counts"][:4])

    killed, resumed = ran(run, "look", "work", "look", dies=False)
    assert (killed["releases"], killed["counts"][4]) == (["preparing"], 0)
    assert (resumed["releases"], resumed["running"]) == (["published"], [])
    assert resumed["counts"][4] > 0
    assert resumed["chain"]
    assert resumed["intact"]


def test_job_killed_twice_is_told_as_lost_and_shows_nothing(run, tmp_path):
    file = tmp_path / "betyg.csv"
    file.write_bytes(school_file(n=60))
    ran(run, f"prepare:{file}", "work:statistics.import_inspected", dies=True)
    ran(run, "work:statistics.import_inspected", dies=True)
    (now,) = ran(run, "work", "look", dies=False)
    assert now["running"] == ["statistics.inspect"]
    assert (now["import"], now["inspected"], now["counts"]) == ("spooled", False, [0, 0, 0, 0, 0])


def test_undo_killed_at_its_last_step_has_undone_nothing_and_resumes(run, tmp_path):
    file = tmp_path / "betyg.csv"
    file.write_bytes(school_file(n=60))
    ran(run, f"prepare:{file}", "work", "ask:accept", "work", "ask:undo", "work:statistics.import_undone", dies=True)
    killed, resumed = ran(run, "look", "work", "look", dies=False)
    assert (killed["import"], killed["in_use"], killed["running"]) == ("in_use", True, ["statistics.undo"])
    assert (resumed["import"], resumed["in_use"], resumed["running"]) == ("undone", False, [])
    assert resumed["counts"] == killed["counts"]
    assert resumed["chain"]
