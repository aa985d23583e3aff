"""`jamlik start` against a server that speaks Kolada's API with the recorded figures: ten gaps, resumed, offline."""

from __future__ import annotations

import pytest

from jamlik.cli.exits import EXIT_CODES
from jamlik.model.errors import ErrorKind
from tests.acceptance.command import SIX, jamlik, leftovers
from tests.support.kolada_server import KoladaServer


@pytest.fixture
def started(tmp_path):
    """Run `jamlik start` with a home that lasts through the test."""
    home = tmp_path / "home"

    def run(server, *words):
        env = {"JAMLIK_HOME": str(home), "JAMLIK_KOLADA_URL": server.url}
        return jamlik("start", *words, scratch=tmp_path, cwd=tmp_path, env=env)

    run.home = home
    return run


class Few(KoladaServer):
    """The recorded figures of every fifth indicator, so that a run takes seconds."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.lists["kpi"] = [kpi for kpi in self.lists["kpi"] if kpi["id"].endswith(("3", "8"))]


def _require_ten_gaps(run, folder):
    assert run.code == 0, run.err
    ten = run.json()
    assert [row["rank"] for row in ten] == list(range(1, len(ten) + 1))
    assert len(ten) == 10
    assert sum("Riket" in row["sentence"] for row in ten) >= 8
    assert sorted(path.name for path in folder.iterdir()) == sorted(SIX)
    page = (folder / "report.html").read_text(encoding="utf-8")
    assert "Egen bearbetning av data från Kolada" in page
    assert "iknande kommuner" in page


def _broken_resumed_and_offline(server_class, started, data, tmp_path):
    with server_class(data / "kolada", die_after=6) as server:
        broken = started(server, "Huddinge", "--json")
        assert broken.code == EXIT_CODES[ErrorKind.NETWORK], broken.err
        assert broken.out == ""
        assert "Traceback" not in broken.err
        assert len(broken.err.splitlines()) >= 4
        assert leftovers(tmp_path, known=["home"]) == []
        served = list(server.served)
        assert served
        server.revive()
        server.limit_every, server.fail_every = 12, 19
        before = len(server.served)
        first = started(server, "Huddinge", "--json")
        folder = tmp_path / "jamlik-0126"
        _require_ten_gaps(first, folder)
        assert not set(served) & set(server.served[before:]), "a page that was kept was fetched again"
        asked = len(server.calls)
    again = started(server, "0126", "--json", "--out", "om")
    assert len(server.calls) == asked
    assert again.code == 0, again.err
    assert again.json() == first.json()
    for name in SIX:
        assert (tmp_path / "om" / name).read_bytes() == (folder / name).read_bytes(), name


@pytest.mark.slow
def test_start_breaks_off_goes_on_and_works_offline(started, data, tmp_path):
    _broken_resumed_and_offline(Few, started, data, tmp_path)


@pytest.mark.prove
def test_start_with_every_indicator_breaks_off_goes_on_and_works_offline(started, data, tmp_path):
    _broken_resumed_and_offline(KoladaServer, started, data, tmp_path)


def test_start_with_an_unknown_name_suggests_one(started, data, tmp_path):
    with KoladaServer(data / "kolada") as server:
        done = started(server, "Hudinge")
    assert done.code == EXIT_CODES[ErrorKind.USAGE], done.err
    assert "Menade du någon av dem: Huddinge (0126)" in done.err
    assert done.out == ""
    assert leftovers(tmp_path, known=["home"]) == []


def test_start_refuses_its_folder_before_it_asks_anything(started, data, tmp_path):
    (tmp_path / "mitt").mkdir()
    (tmp_path / "mitt" / "fil.txt").write_text("min")
    with KoladaServer(data / "kolada") as server:
        done = started(server, "0126", "--out", "mitt")
        assert done.code == EXIT_CODES[ErrorKind.OUTPUT], done.err
        assert server.calls == []


@pytest.mark.slow
def test_start_without_a_server_says_so(started, data, tmp_path):
    with KoladaServer(data / "kolada") as server:
        pass
    done = started(server, "0126")
    assert done.code == EXIT_CODES[ErrorKind.NETWORK], done.err
    assert "Traceback" not in done.err
    assert "127.0.0.1" in done.err
