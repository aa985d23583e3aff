"""Many people at once against the site as it is served: no fault, nothing lost; how long it took is told."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest
from django.db import connection, connections
from scripts.load import drive, filled, lost, served

from tests.support.ports import own_port
from tests.web.hard.processes import ROOT, site_environment

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def at_work(transactional_db, tmp_path, record_property):
    """Let people work against `jamlik serve` on the tests' database."""

    def work(people_n, *, seconds, pause, write, processes, least):
        people = filled(people_n)
        connections.close_all()
        with served(own_port(), processes=processes, env=site_environment(tmp_path)) as url:
            found = drive(url, people, seconds=seconds, pause=pause, write=write, least=least)
        record_property("load", json.dumps(found.summary()))
        print(found.summary())
        return found, lost(found, people)

    return work


def test_ten_people_at_once_meet_no_fault_and_lose_nothing(at_work):
    found, wrong = at_work(10, seconds=5, pause=0.3, write=0.4, processes=2, least=5)
    assert not found.faults
    assert not wrong
    assert found.told["report 302"] > 0
    assert found.told["change 302"] > 0


def test_five_who_do_nothing_but_write_wait_for_one_another_on_sqlite(at_work):
    if connection.vendor != "sqlite":
        pytest.skip("about SQLite's one writer at a time")
    found, wrong = at_work(5, seconds=5, pause=0.0, write=1.0, processes=2, least=8)
    assert not found.faults
    assert not wrong
    assert found.told["report 302"] + found.told["change 302"] >= 10


def ran(*command):
    """A run of the script on a database of its own; its figures."""
    done = subprocess.run([sys.executable, *command], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr[-3000:]}"
    print(done.stdout)
    return json.loads(done.stdout.strip().splitlines()[-1])


@pytest.mark.prove
def test_fifty_people_at_once_on_postgresql_meet_no_fault_and_lose_nothing(repository):
    sys.path.insert(0, str(repository / "scripts"))
    try:
        from with_postgresql import binaries
    finally:
        sys.path.pop(0)
    if binaries() is None:
        pytest.skip("PostgreSQL is not installed")
    found = ran("scripts/with_postgresql.py", "--", sys.executable, "scripts/load.py", "--people", "50")
    assert (found["database"], found["people"], found["faults"], found["lost"]) == ("postgresql", 50, 0, [])
    assert found["read_ms"]["p95"] > 0  # told, not promised: it depends on the machine


@pytest.mark.prove
def test_five_writers_on_sqlite_for_half_a_minute_meet_no_fault():
    found = ran("scripts/load.py", "--people", "5", "--pause", "0")
    assert (found["database"], found["faults"], found["lost"]) == ("sqlite", 0, [])
