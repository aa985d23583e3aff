"""A fault of ours is owned up to, without a traceback and without what stood in the file."""

from __future__ import annotations

import errno

import pytest
from typer.testing import CliRunner

from jamlik import calls
from jamlik.cli.exits import EXIT_CODES, UNFORESEEN
from jamlik.cli.main import app
from jamlik.cli.screen import failing_clearly
from jamlik.model.words import LANGUAGES
from tests.acceptance.made import count_lines, written

SAID = {"sv": "Felet är vårt", "en": "The fault is ours", "fi": "Vika on ohjelmassa"}


def broken(*_: object, **__: object) -> None:
    raise KeyError("Anna Andersson")


@pytest.mark.parametrize("lang", LANGUAGES)
def test_unforeseen_error_is_told_in_words_with_its_own_code(tmp_path, monkeypatch, lang):
    monkeypatch.setattr(calls, "write_all", broken)
    file = written(tmp_path / "fil.csv", count_lines())
    done = CliRunner().invoke(app, ["analyse", str(file), "--out", str(tmp_path / "ut"), "--lang", lang])
    assert done.exit_code == UNFORESEEN
    assert SAID[lang] in done.stderr
    assert "KeyError, test_screen.py" not in done.stderr
    assert "KeyError, calls.py:" in done.stderr
    assert "JAMLIK_DEBUG=1" in done.stderr
    assert "Traceback" not in done.stderr
    assert "Anna" not in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["fil.csv"]


def test_debug_shows_the_traceback(monkeypatch, capsys):
    monkeypatch.setenv("JAMLIK_DEBUG", "1")
    with pytest.raises(SystemExit), failing_clearly("sv"):
        broken()
    assert "Traceback" in capsys.readouterr().err


def test_reader_that_has_left_is_no_fault_of_ours():
    with pytest.raises(BrokenPipeError), failing_clearly("sv"):
        raise OSError(errno.EPIPE, "borta")


def test_code_is_no_other_failure_s():
    assert UNFORESEEN not in EXIT_CODES.values()
