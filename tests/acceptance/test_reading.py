"""What people and programs read: explain, JSON on stdout, three languages, inspect and its dataset.toml."""

from __future__ import annotations

import csv
import json
import re

import pytest

from jamlik.cli.exits import EXIT_CODES
from jamlik.model.errors import ErrorKind
from tests.acceptance.command import leftovers
from tests.acceptance.conftest import real_arguments
from tests.acceptance.made import count_lines, person_lines, written

USAGE = EXIT_CODES[ErrorKind.USAGE]


def findings(folder):
    with (folder / "findings.csv").open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


@pytest.fixture
def persons(command, tmp_path):
    """An analysed file of person rows with one school too small to show."""
    lines = person_lines(3000)
    lines += [f"{sex};Liten;2022;{'ja' if n % 2 else 'nej'}" for n in range(3) for sex in "KM"]
    written(tmp_path / "fil.csv", lines)
    done = command("analyse", tmp_path / "fil.csv", "--out", tmp_path / "ut")
    assert done.code == 0, done.err
    return tmp_path / "ut"


def test_explain_by_rank_and_by_id_says_the_same_with_sql_counts_and_method(command, persons):
    row = findings(persons)[0]
    by_rank, by_id = command("explain", persons, "1"), command("explain", persons, row["finding_id"])
    assert by_rank.code == by_id.code == 0, by_rank.err
    assert by_rank.out == by_id.out
    for part in ("select", "group by", "Newcombe", row["finding_id"], row["group"], row["reference"]):
        assert part in by_rank.out, part
    digits = re.sub(r"[\s\xa0]", "", by_rank.out)
    assert row["base_n"] in digits
    assert row["reference_n"] in digits
    assert "Formel" in by_rank.out


def test_explain_of_a_hidden_finding_shows_no_number(command, persons):
    hidden = [row for row in findings(persons) if row["status"] == "suppressed"]
    assert hidden
    for row in hidden:
        done = command("explain", persons, row["finding_id"])
        assert done.code == 0, done.err
        said = done.out.replace(row["finding_id"], "").replace(row["period"], "")
        assert not re.search(r"\d", said), said
        assert "select" not in said


def test_explain_of_an_unknown_finding_and_of_no_folder_are_usage_errors(command, persons, tmp_path):
    for words in ((persons, "99999"), (persons, "abc@2022"), (persons, "None"), (tmp_path / "ingen", "1")):
        done = command("explain", *words)
        assert done.code == USAGE, done.err
        assert done.out == ""
        assert "Traceback" not in done.err


def test_explain_as_json_holds_the_finding_and_the_run(command, persons):
    done = command("explain", persons, "1", "--json")
    told = done.json()
    assert done.err == ""
    assert told["finding"]["rank"] == 1
    assert told["run"]["sql"]


@pytest.mark.parametrize("lang", ["sv", "en", "fi"])
def test_explain_speaks_the_language(command, persons, lang):
    done = command("explain", persons, "1", "--lang", lang)
    word = {"sv": "Formel", "en": "Formula", "fi": "Kaava"}[lang]
    assert word in done.out


def test_analyse_as_json_is_json_alone_on_stdout(command, tmp_path):
    written(tmp_path / "fil.csv", count_lines())
    done = command("analyse", tmp_path / "fil.csv", "--out", tmp_path / "ut", "--json")
    assert done.code == 0, done.err
    assert all({"rank", "finding_id", "sentence", "certainty"} <= set(row) for row in done.json())
    assert str(tmp_path / "ut") in done.err


def test_language_changes_what_is_read_and_no_code(command, tmp_path):
    written(tmp_path / "fil.csv", count_lines())
    told = {}
    for lang in ("sv", "en", "fi"):
        out = tmp_path / lang
        done = command("analyse", tmp_path / "fil.csv", "--out", out, "--lang", lang)
        assert done.code == 0, done.err
        page = (out / "report.html").read_text(encoding="utf-8")
        assert f'<html lang="{lang}"' in page
        told[lang] = (done.out, done.err.replace(str(out), ""), findings(out), page)
    assert "Differences" in told["en"][0] or "differences" in told["en"][0]
    for part in (0, 1, 3):
        assert len({told[lang][part] for lang in told}) == 3
    codes = (
        "finding_id rank indicator period dimension level gap gap_low gap_high p_value q_value persons certainty "
        "group_code reference_code status method"
    ).split()
    plain = [[[row[c] for c in codes] for row in told[lang][2]] for lang in told]
    assert plain[0] == plain[1] == plain[2]
    assert {row["group"] for row in told["en"][2]} & {"women", "girls", "Women"}
    assert not re.search(r"\b(kvinnor|män|Skillnaden|övriga)\b", " ".join(row["sentence"] for row in told["en"][2]))
    assert not re.search(r"\b(kvinnor|män|Skillnaden|övriga)\b", " ".join(row["sentence"] for row in told["fi"][2]))


def test_inspect_of_several_files_writes_a_description_beside_each(command, tmp_path):
    files = [written(tmp_path / "a.csv", count_lines()), written(tmp_path / "b.csv", person_lines(500))]
    done = command("inspect", *files)
    assert done.code == 0, done.err
    assert leftovers(tmp_path, known=["aside"]) == ["a.csv", "a.dataset.toml", "b.csv", "b.dataset.toml"]
    assert "a.csv" in done.out
    assert "b.csv" in done.out


def test_inspect_never_overwrites_a_description(command, tmp_path):
    written(tmp_path / "a.csv", count_lines())
    (tmp_path / "a.dataset.toml").write_text("min", encoding="utf-8")
    done = command("inspect", tmp_path / "a.csv")
    assert done.code == 0, done.err
    assert "skrivs inte över" in done.err
    asked = command("inspect", tmp_path / "a.csv", "--toml", tmp_path / "a.dataset.toml")
    assert asked.code == EXIT_CODES[ErrorKind.OUTPUT]
    assert (tmp_path / "a.dataset.toml").read_text(encoding="utf-8") == "min"


def test_inspect_goes_on_when_the_description_cannot_be_saved_beside(command, tmp_path):
    written(tmp_path / "a.csv", count_lines())
    (tmp_path / "a.dataset.toml").symlink_to(tmp_path / "ingen" / "fil")
    done = command("inspect", tmp_path / "a.csv")
    assert done.code == 0, done.err
    assert "--toml" in done.err
    assert "antal_elever" in done.out


def test_inspect_as_json_is_json_alone_on_stdout(command, tmp_path):
    files = [written(tmp_path / "a.csv", count_lines()), written(tmp_path / "b.csv", person_lines(500))]
    told = command("inspect", *files, "--json").json()
    assert [item["file"] for item in told] == ["a.csv", "b.csv"]
    assert [item["rows"] for item in told] == ["counts", "persons"]
    assert told[0]["layout"]["delimiter"] == ";"


@pytest.mark.parametrize("lines", [count_lines(), person_lines(800)], ids=["counts", "persons"])
def test_written_description_gives_the_same_findings(command, tmp_path, lines):
    file = written(tmp_path / "fil.csv", lines)
    assert command("inspect", file).code == 0
    direct = command("analyse", file, "--out", tmp_path / "direkt")
    described = command("analyse", tmp_path / "fil.dataset.toml", "--out", tmp_path / "via")
    assert direct.code == described.code == 0, described.err
    for name in ("findings.csv", "findings.json", "run.json", "report.html"):
        assert (tmp_path / "direkt" / name).read_bytes() == (tmp_path / "via" / name).read_bytes(), name


@pytest.mark.slow
@pytest.mark.parametrize("name", ["election", pytest.param("school", marks=pytest.mark.prove)])
def test_description_of_a_real_file_gives_the_same_findings(command, analysed, data, tmp_path, name):
    file, *words = real_arguments(data)[name]
    toml = tmp_path / "dataset.toml"
    assert command("inspect", file, *words, "--toml", toml).code == 0
    done = command("analyse", toml, "--out", tmp_path / "ut")
    assert done.code == 0, done.err
    direct = analysed(name)
    assert (tmp_path / "ut" / "findings.csv").read_bytes() == (direct.folder / "findings.csv").read_bytes()


@pytest.mark.slow
def test_every_real_file_can_be_inspected(command, data, tmp_path):
    tables = sorted(
        path
        for path in data.rglob("*")
        if path.name.endswith((".csv", ".csv.gz", ".xlsx")) and path.parent.name != "geo"
    )
    assert len(tables) >= 7
    for number, file in enumerate(tables):
        done = command("inspect", file, "--toml", tmp_path / f"{number}.toml", "--json")
        assert done.code == 0, (file.name, done.err)
        (told,) = done.json()
        assert told["rows_n"] > 100
        assert told["indicators"], file.name
        assert "Traceback" not in done.err


def test_real_files_that_hold_no_figures_are_told_apart(command, data, tmp_path):
    for file in sorted((data / "geo").glob("ddf_*.csv")):
        done = command("analyse", file, "--out", tmp_path / "ut")
        assert done.code == EXIT_CODES[ErrorKind.NOTHING_TO_ANALYSE], (file.name, done.code, done.err)
        assert not (tmp_path / "ut").exists()


def test_findings_json_is_plain_json(persons):
    content = json.loads((persons / "findings.json").read_text(encoding="utf-8"), parse_constant=pytest.fail)
    assert content["findings"]
