"""The ledger: what it keeps, what it never keeps, and what a changed line does."""

from __future__ import annotations

import json

import numpy as np
import pytest

from jamlik.model.errors import JamlikError
from jamlik.privacy.crossed import Crossed, axis_of
from jamlik.privacy.ledger import opened_ledger
from jamlik.privacy.together import Released


def a_table(number):
    axis = axis_of("age", ["0-5", "6-17"], {"young": {"0-17": ["0-5", "6-17"]}}, label="Alla")
    crossed = Crossed((axis, axis_of("sex", ["K", "M"], {})), (("area", "A"),))
    value = np.arange(crossed.size, dtype=float) + number
    value[3] = np.nan
    return Released(f"table {number}", crossed, value, np.ones(crossed.size, dtype=bool))


def filled(path):
    with opened_ledger(path) as ledger:
        for number in (10, 50):
            ledger.record(a_table(number), release=f"{number}abc", on="2026-03-31", population="p", rules={"width": 4})
        ledger.withdraw("10", on="2026-04-01", why="fel")
    return path


def test_ledger_gives_back_what_was_released_withdrawn_or_not(tmp_path):
    with opened_ledger(filled(tmp_path / "ledger.jsonl")) as ledger:
        first, second = ledger.about("p")
        assert ledger.about("other") == []
        assert ledger.withdrawn("10abc")
        assert not ledger.withdrawn("50abc")
    want = a_table(10)
    assert first.crossed.keys == want.crossed.keys
    assert np.array_equal(first.value, want.value, equal_nan=True)
    assert not (first.crossed.equations() - want.crossed.equations()).nnz
    assert second.name == "table 50"


def test_ledger_records_the_same_release_once_until_it_is_withdrawn(tmp_path):
    with opened_ledger(filled(tmp_path / "ledger.jsonl")) as ledger:
        ledger.record(a_table(50), release="50abc", on="2026-05-01", population="p", rules={})
        assert len(ledger.entries) == 3
        ledger.record(a_table(10), release="10abc", on="2026-05-01", population="p", rules={})
        assert len(ledger.entries) == 4
        assert not ledger.withdrawn("10abc")


def test_ledger_is_for_its_owner_alone(tmp_path):
    assert filled(tmp_path / "ledger.jsonl").stat().st_mode & 0o077 == 0


def changed(lines, how):
    if how == "number":
        line = json.loads(lines[1])
        line["table"]["value"][0] = 51
        return [lines[0], json.dumps(line), lines[2]]
    if how == "no json":
        return [*lines[:2], "{"]
    return {"removed": [lines[0], lines[2]], "moved": [lines[1], lines[0]], "cut": [*lines[:2], lines[2][:40]]}[how]


@pytest.mark.parametrize("how", ["number", "removed", "moved", "cut", "no json"])
def test_ledger_that_has_been_changed_is_refused_with_its_line(tmp_path, how):
    path = filled(tmp_path / "ledger.jsonl")
    path.write_text("".join(f"{line}\n" for line in changed(path.read_text().splitlines(), how)))
    with pytest.raises(JamlikError) as told, opened_ledger(path):
        pass
    assert told.value.key == "ledger_broken"
    assert told.value.where.row == {"moved": 1, "cut": 3, "no json": 3}.get(how, 2)


def test_ledger_last_line_without_its_end_is_refused(tmp_path):
    path = filled(tmp_path / "ledger.jsonl")
    path.write_text(path.read_text().rstrip("\n"))
    with pytest.raises(JamlikError), opened_ledger(path):
        pass


@pytest.mark.parametrize("release", ["", "9", "abc"])
def test_ledger_withdrawal_of_what_never_was_is_refused(tmp_path, release):
    with opened_ledger(filled(tmp_path / "ledger.jsonl")) as ledger, pytest.raises(JamlikError) as told:
        ledger.withdraw(release, on="2026-04-01", why="")
    assert told.value.key == "ledger_no_such_release"
