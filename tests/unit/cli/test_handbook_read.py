"""What `jamlik handbook read` tells of a form: which question, row and field an answer or a fault is about."""

from __future__ import annotations

import pytest

from jamlik.cli.commands import handbook as handbook_command
from jamlik.handbook import cleaned, newest
from jamlik.handbook.filled import Filled

EQUALITY = newest("equality")


@pytest.fixture
def told(tmp_path, monkeypatch, capsys):
    """Read a form that says this, and return what is told."""

    def read(raw):
        answers, faults = cleaned(EQUALITY, raw)
        made = Filled(EQUALITY, "quick", "sv", "", answers, faults)
        monkeypatch.setattr(handbook_command, "read_filled", lambda data, *, file, editions: made)
        (tmp_path / "form.pdf").write_bytes(b"%PDF-")
        handbook_command.read_form(tmp_path / "form.pdf", lang="sv", as_json=False)
        done = capsys.readouterr()
        return done.out.splitlines(), done.err.splitlines()

    return read


def test_each_field_that_is_left_is_named_and_no_line_stands_twice(told):
    _, left = told({})
    grounds = [line for line in left if "diskrimineringsgrunder" in line]
    assert len(grounds) == len(set(grounds)) == 7
    assert sum("/ Kön:" in line for line in grounds) == 1
    assert sum("/ Ålder:" in line for line in grounds) == 1


def test_a_fault_in_a_row_names_the_row_and_the_field(told):
    rows = [
        {"row": "1", "measure": "Betyg", "groups": "pojkar"},
        {"row": "2", "measure": "x", "direction": "sidewards"},
    ]
    out, err = told({"q16_observation": rows})
    assert "  Skillnad 1" in out
    first = next(line for line in err if "Skillnad 2" in line)
    assert first.startswith("  Vilka skillnader ser ni? / Skillnad 2 / Vem har det")
