"""Errors of the commands are told in the language that was asked for."""

from __future__ import annotations

import pytest
from typer.testing import CliRunner

from jamlik.cli.main import app
from tests.acceptance.made import count_lines, person_lines, written

SAID = {
    "missing": {"sv": "finns inte", "en": "There is no file", "fi": "ei ole"},
    "empty": {"sv": "är tom", "en": "is empty", "fi": "on tyhjä"},
    "where": {"sv": "Välj en av dem", "en": "Choose one of them", "fi": "Valitse jokin niistä"},
    "reference": {"sv": "Skriv DIMENSION=rest", "en": "Write DIMENSION=rest", "fi": "Kirjoita ULOTTUVUUS=rest"},
    "ground": {"sv": "Ta bort kolumnen", "en": "Remove the column", "fi": "Poista sarake"},
    "named": {"sv": "ett personnummer", "en": "a personal identity number", "fi": "henkilötunnus"},
    "toml": {"sv": "kan inte vara 'count'", "en": "cannot be 'count'", "fi": "ei voi olla 'count'"},
    "out": {"sv": "skrivs inte över", "en": "not overwritten", "fi": "ei korvata"},
}


def words(case, folder):
    out = folder / "ut"
    file = written(folder / "fil.csv", count_lines())
    more = []
    if case == "missing":
        file = folder / "saknas.csv"
    elif case == "empty":
        file.write_bytes(b"")
    elif case == "where":
        more = ["--where", "nocol=1"]
    elif case == "reference":
        more = ["--reference", "kon"]
    elif case == "ground":
        written(file, person_lines(400, column="religion"))
    elif case == "named":
        written(file, person_lines(400, column="kod2", values=("19751226-6904",)))
    elif case == "toml":
        file = folder / "dataset.toml"
        file.write_text('path = "fil.csv"\ntitle = "x"\nrows = "count"\n', encoding="utf-8")
    else:
        out.mkdir()
        (out / "budget.txt").write_text("min")
    return ["analyse", str(file), "--out", str(out), *more]


@pytest.mark.parametrize("lang", ["sv", "en", "fi"])
@pytest.mark.parametrize("case", SAID)
def test_error_is_in_the_language_asked_for(tmp_path, monkeypatch, case, lang):
    monkeypatch.setenv("JAMLIK_INPUT_KEY", "test")
    done = CliRunner().invoke(app, [*words(case, tmp_path), "--lang", lang])
    assert done.exit_code not in (0, 1, 70), done.stderr
    assert SAID[case][lang] in done.stderr
    others = [text for other, text in SAID[case].items() if other != lang]
    assert not any(text in done.stderr for text in others)
