"""What `jamlik inspect` prints fits a narrow terminal, and its description can be moved together with the data."""

from __future__ import annotations

import pytest
from typer.testing import CliRunner

from jamlik.calls import analyse
from jamlik.cli.commands import inspect as command
from jamlik.cli.main import app
from jamlik.model.errors import JamlikError
from tests.acceptance.made import count_lines, written


@pytest.fixture
def file(tmp_path, monkeypatch):
    monkeypatch.setenv("JAMLIK_INPUT_KEY", "test")
    lines = [line.replace("antal_elever", "antal_elever_i_den_aldsta_arskursen") for line in count_lines()]
    return written(tmp_path / "fil.csv", lines)


def shown(file, monkeypatch, width):
    monkeypatch.setattr(command.out, "_width", width)
    done = CliRunner().invoke(app, ["inspect", str(file)])
    assert done.exit_code == 0, done.stderr
    return done.stdout.splitlines()


def test_narrow_terminal_gets_lines_and_no_words_cut(file, monkeypatch):
    lines = shown(file, monkeypatch, 80)
    assert "antal_elever_i_den_aldsta_arskursen" in lines
    assert "  Tolkas som: bas (antal personer)" in [line.rstrip() for line in lines]
    assert max(map(len, lines)) <= 80


def test_wide_terminal_gets_a_table(file, monkeypatch):
    lines = shown(file, monkeypatch, 160)
    assert any("Kolumn" in line and "Tolkas som" in line and "Varför" in line for line in lines)


def test_description_elsewhere_names_the_data_from_its_own_folder(file, tmp_path):
    (tmp_path / "under").mkdir()
    toml = tmp_path / "under" / "beskrivning.toml"
    assert CliRunner().invoke(app, ["inspect", str(file), "--toml", str(toml)]).exit_code == 0
    assert 'path = "../fil.csv"' in toml.read_text(encoding="utf-8")
    moved = tmp_path / "flyttad"
    moved.mkdir()
    file.rename(moved / "fil.csv")
    (tmp_path / "under").rename(moved / "under")
    assert analyse(moved / "under" / "beskrivning.toml").result.findings


def test_column_to_choose_by_that_is_not_there_is_answered_with_those_there_are(file):
    with pytest.raises(JamlikError) as refused:
        analyse(file, where={"nocol": ("1",)})
    assert "omrade, kon, ar, antal_ja" in str(refused.value)
    assert "''" not in str(refused.value)
    with pytest.raises(JamlikError) as refused:
        analyse(file, where={"omrad": ("1",)})
    assert "Menade du 'omrade'?" in str(refused.value)
