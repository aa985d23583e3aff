"""Input that cannot be used: a message with what, where, why and what to do, the right exit code, and nothing left."""

from __future__ import annotations

import gzip
import json
import os
import random
import re
import resource
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest

from jamlik.cli.exits import EXIT_CODES, INTERRUPTED
from jamlik.model.errors import ErrorKind
from tests.acceptance.command import PROGRAM, leftovers, started
from tests.acceptance.made import count_lines, person_lines, written

USAGE, UNREADABLE, CONTRACT, NOTHING, FORBIDDEN, OUTPUT = (
    EXIT_CODES[kind]
    for kind in (
        ErrorKind.USAGE,
        ErrorKind.UNREADABLE,
        ErrorKind.CONTRACT,
        ErrorKind.NOTHING_TO_ANALYSE,
        ErrorKind.FORBIDDEN_GROUND,
        ErrorKind.OUTPUT,
    )
)


def toml_of(file: str, *, more: str = "", rows: str = "counts") -> str:
    return f"""path = "{file}"
title = "Elever"
rows = "{rows}"
{more}
[[column]]
name = "omrade"
role = "area"

[[column]]
name = "kon"
role = "sex"

[[column]]
name = "ar"
role = "period"

[[indicator]]
id = "local:ja"
name = "Ja"
kind = "proportion"
count = "antal_ja"
base = "antal_elever"
"""


@pytest.fixture
def refused(command, tmp_path):
    """Analyse something that must be refused; gives back the message after the heading."""

    def run(source, *words, code, says):
        before = leftovers(tmp_path)
        done = command("analyse", source, "--out", tmp_path / "rapport", *words)
        assert done.code in (code if isinstance(code, tuple) else (code,)), done.err
        assert done.out == ""
        assert "Traceback" not in done.err
        assert leftovers(tmp_path) == before
        lines = [line for line in done.err.splitlines() if line.strip()]
        assert lines[0] == "Det gick inte."
        assert len(lines) >= 4, f"what, where, why or what to do is missing:\n{done.err}"
        for part in says:
            assert part in done.err, done.err
        return lines[1:]

    return run


def test_truncated_gzip_says_how_far_it_went(refused, tmp_path):
    packed = gzip.compress("\n".join(count_lines() * 400).encode())
    (tmp_path / "fil.csv.gz").write_bytes(packed[: len(packed) // 2])
    refused(tmp_path / "fil.csv.gz", code=UNREADABLE, says=["fil.csv.gz", "avklippt", "byte", "på nytt"])


def test_truncated_gzip_of_person_rows_fails_while_streaming(refused, tmp_path):
    packed = gzip.compress("\n".join(person_lines(200_000)).encode(), compresslevel=1)
    (tmp_path / "fil.csv.gz").write_bytes(packed[:-2000])
    refused(tmp_path / "fil.csv.gz", code=UNREADABLE, says=["avklippt", "byte"])


def test_wrong_delimiter_in_the_description_is_named(refused, tmp_path):
    written(tmp_path / "fil.csv", count_lines())
    (tmp_path / "dataset.toml").write_text(
        toml_of("fil.csv").replace("[[column]]", '[layout]\ndelimiter = ","\n\n[[column]]', 1), encoding="utf-8"
    )
    refused(tmp_path / "dataset.toml", code=CONTRACT, says=["fil.csv", "rad 1", "','", "';'", "delimiter"])


def test_duplicate_cells_that_disagree_name_both_rows(refused, tmp_path):
    lines = count_lines()
    written(tmp_path / "fil.csv", [*lines, lines[3].rsplit(";", 2)[0] + ";33;150"])
    refused(tmp_path / "fil.csv", code=CONTRACT, says=["Rad 4", "rad 18", "olika tal", "fil.csv"])


def test_number_column_of_mostly_text_is_refused_with_its_row(refused, tmp_path):
    lines = [line.rsplit(";", 1)[0] + (";många" if n else ";antal_elever") for n, line in enumerate(count_lines())]
    written(tmp_path / "fil.csv", lines)
    (tmp_path / "dataset.toml").write_text(toml_of("fil.csv"), encoding="utf-8")
    refused(tmp_path / "dataset.toml", code=CONTRACT, says=["fil.csv", "antal_elever", "rad 2"])


@pytest.mark.parametrize(
    "content", [b"", b"\xef\xbb\xbf", b"\n\n  \n", b"\x00" * 4096], ids=["none", "bom", "blank", "nul"]
)
def test_empty_file_is_called_empty(refused, tmp_path, content):
    (tmp_path / "fil.csv").write_bytes(content)
    refused(tmp_path / "fil.csv", code=UNREADABLE, says=["fil.csv", "tom"])


def test_file_with_only_a_header_has_nothing_to_analyse(refused, tmp_path):
    written(tmp_path / "fil.csv", count_lines()[:1])
    refused(tmp_path / "fil.csv", code=NOTHING, says=["fil.csv", "inga rader"])


@pytest.mark.parametrize("seed", range(3))
def test_random_bytes_give_no_report(refused, tmp_path, seed):
    (tmp_path / "fil.csv").write_bytes(random.Random(seed).randbytes(30_000))
    refused(tmp_path / "fil.csv", code=(UNREADABLE, NOTHING), says=["fil.csv"])


def test_database_called_csv_is_refused(refused, tmp_path):
    with closing(sqlite3.connect(tmp_path / "fil.csv")) as base:
        base.execute("create table elever (omrade text, kon text, antal int)")
        base.executemany("insert into elever values (?, ?, ?)", [("A", "K", n) for n in range(200)])
        base.commit()
    refused(tmp_path / "fil.csv", code=UNREADABLE, says=["fil.csv", "inte en tabell", "Exportera"])


@pytest.mark.parametrize(
    ("name", "start"), [("fil.csv", b"\x89PNG\r\n\x1a\n"), ("fil.csv", b"%PDF-1.7\n"), ("fil.xlsx", b"PK\x03\x04")]
)
def test_pictures_papers_and_broken_workbooks_are_no_tables(refused, tmp_path, name, start):
    (tmp_path / name).write_bytes(start + bytes(3000))
    refused(tmp_path / name, code=UNREADABLE, says=[name])


def test_missing_file_and_folder_as_file(refused, tmp_path):
    refused(tmp_path / "fil.csv", code=UNREADABLE, says=["fil.csv", "finns inte"])
    refused(tmp_path, code=UNREADABLE, says=["mapp"])


GROUNDS = ["etnicitet", "religion", "sexuell läggning", "könsidentitet", "funktionsnedsättning"]


@pytest.mark.parametrize("ground", GROUNDS)
def test_forbidden_ground_as_a_column_is_refused_with_the_lawful_way(refused, tmp_path, ground):
    written(tmp_path / "fil.csv", person_lines(400, column=ground, values=("a", "b")))
    refused(tmp_path / "fil.csv", code=FORBIDDEN, says=["fil.csv", ground, "anonym enkät", "Ta bort kolumnen"])


def test_personal_identity_numbers_are_refused_by_name(refused, tmp_path):
    written(tmp_path / "fil.csv", person_lines(400, column="personnummer", values=("a", "b")))
    said = refused(tmp_path / "fil.csv", code=FORBIDDEN, says=["fil.csv", "personnummer", "pekar ut personer"])
    assert " ".join(said).count("Ta bort kolumnen") == 1


def test_identity_number_among_answers_is_refused_and_never_repeated(refused, command, tmp_path):
    lines = person_lines(400, column="anteckning", values=("inget",))
    lines[8] = lines[8].replace("inget", "ring 19751226-6904")
    written(tmp_path / "fil.csv", lines)
    said = refused(tmp_path / "fil.csv", code=FORBIDDEN, says=["fil.csv", "anteckning"])
    assert not any("1975" in line for line in said)
    done = command("inspect", tmp_path / "fil.csv", "--json")
    assert done.code == FORBIDDEN
    assert "1975" not in done.out + done.err
    assert leftovers(tmp_path, known=["aside"]) == ["fil.csv"]


@pytest.mark.parametrize(
    ("old", "new", "line", "says"),
    [
        ('title = "Elever"', 'titel = "Elever"', 2, ["'titel'", "'title'"]),
        ('rows = "counts"', "rows = 3", 3, ["'rows'", "text"]),
        ('rows = "counts"', 'rows = "count"', 3, ["'counts'"]),
        ('role = "sex"', 'role = "gender"', 11, ["'gender'"]),
        ('kind = "proportion"', 'kind = "andel"', 20, ["'andel'"]),
        ('base = "antal_elever"', "base = antal_elever", 22, ["TOML"]),
    ],
)
def test_wrong_description_is_refused_at_its_line(refused, tmp_path, old, new, line, says):
    written(tmp_path / "fil.csv", count_lines())
    text = toml_of("fil.csv").replace(old, new, 1)
    (tmp_path / "dataset.toml").write_text(text, encoding="utf-8")
    expected = next(n for n, found in enumerate(text.splitlines(), 1) if new in found)
    assert expected == line
    refused(tmp_path / "dataset.toml", code=CONTRACT, says=["dataset.toml", f"rad {line}", *says])


def test_column_the_file_lacks_is_named_with_what_is_like_it(refused, tmp_path):
    written(tmp_path / "fil.csv", count_lines())
    text = toml_of("fil.csv").replace('"antal_elever"', '"antal_elevr"')
    (tmp_path / "dataset.toml").write_text(text, encoding="utf-8")
    refused(tmp_path / "dataset.toml", code=CONTRACT, says=["fil.csv", "antal_elevr", "antal_elever"])


GEOJSON = {
    "type": "FeatureCollection",
    "features": [
        {
            "type": "Feature",
            "properties": {"kod": f"0126{letter}"},
            "geometry": {
                "type": "Polygon",
                "coordinates": [[[18 + n, 59], [18.9 + n, 59], [18.9 + n, 59.9], [18 + n, 59.9], [18 + n, 59]]],
            },
        }
        for n, letter in enumerate("ABC")
    ],
}
MAP = '\n[map]\npath = "karta.geojson"\nproperty = "kod"\n'


def test_area_without_a_polygon_is_noted_and_the_rest_is_mapped(command, tmp_path):
    written(tmp_path / "fil.csv", count_lines())
    (tmp_path / "karta.geojson").write_text(json.dumps(GEOJSON), encoding="utf-8")
    (tmp_path / "dataset.toml").write_text(toml_of("fil.csv") + MAP, encoding="utf-8")
    done = command("analyse", tmp_path / "dataset.toml", "--out", tmp_path / "ut")
    assert done.code == 0, done.err
    assert "omrade" in done.err
    assert "0126D" in (tmp_path / "ut" / "report.html").read_text(encoding="utf-8")


def test_map_of_other_areas_is_refused(refused, tmp_path):
    written(tmp_path / "fil.csv", [line.replace("0126", "0180") for line in count_lines()])
    (tmp_path / "karta.geojson").write_text(json.dumps(GEOJSON), encoding="utf-8")
    (tmp_path / "dataset.toml").write_text(toml_of("fil.csv") + MAP, encoding="utf-8")
    refused(tmp_path / "dataset.toml", code=CONTRACT, says=["0180A", "0126A", "property"])


def test_text_in_a_number_column_is_left_out_and_told(command, tmp_path):
    lines = count_lines()
    lines[6] = lines[6].rsplit(";", 1)[0] + ";hundra"
    written(tmp_path / "fil.csv", lines)
    done = command("analyse", tmp_path / "fil.csv", "--out", tmp_path / "ut")
    assert done.code == 0, done.err
    assert re.search(r"Text i en kolumn med tal .*rad 7, kolumn antal_elever", done.err), done.err
    assert "Text i en kolumn med tal" in (tmp_path / "ut" / "report.html").read_text(encoding="utf-8")
    assert "hundra" not in (tmp_path / "ut" / "report.html").read_text(encoding="utf-8")


def test_total_that_is_not_the_sum_is_kept_and_told(command, tmp_path):
    lines = count_lines()
    sums: dict[tuple[str, str], list[int]] = {}
    for line in lines[1:]:
        area, _, year, yes, all_ = line.split(";")
        pair = sums.setdefault((area, year), [0, 0])
        pair[0], pair[1] = pair[0] + int(yes), pair[1] + int(all_)
    totals = [f"{a};totalt;{y};{yes + 3 * (a == '0126B')};{n}" for (a, y), (yes, n) in sums.items()]
    written(tmp_path / "fil.csv", lines + totals)
    done = command("analyse", tmp_path / "fil.csv", "--out", tmp_path / "ut")
    assert done.code == 0, done.err
    assert "Totalen är inte summan av delarna" in done.err
    assert "Totalen är inte summan av delarna" in (tmp_path / "ut" / "report.html").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["--where", "kommun"], ["kommun", "KOLUMN=VÄRDE"]),
        (["--reference", "kon"], ["kon", "DIMENSION=rest"]),
    ],
)
def test_options_that_cannot_be_read_are_usage_errors(command, tmp_path, words, says):
    written(tmp_path / "fil.csv", count_lines())
    done = command("analyse", tmp_path / "fil.csv", "--out", tmp_path / "ut", *words)
    assert done.code == USAGE, done.err
    assert all(part in done.err for part in says)
    assert leftovers(tmp_path, known=["aside"]) == ["fil.csv"]


# --- the output folder ---


def test_out_with_other_things_in_it_is_refused_at_once_and_untouched(refused, tmp_path):
    (tmp_path / "rapport").mkdir()
    (tmp_path / "rapport" / "budget.txt").write_text("min")
    refused(tmp_path / "finns-inte.csv", code=OUTPUT, says=["rapport", "skrivs inte över", "--out"])
    assert (tmp_path / "rapport" / "budget.txt").read_text() == "min"
    assert len(list((tmp_path / "rapport").iterdir())) == 1


def test_out_that_is_a_file_is_refused(refused, tmp_path):
    (tmp_path / "rapport").write_text("min")
    refused(written(tmp_path / "fil.csv", count_lines()), code=OUTPUT, says=["rapport", "--out"])
    assert (tmp_path / "rapport").read_text() == "min"


def test_out_below_a_file_is_refused(command, tmp_path):
    written(tmp_path / "fil.csv", count_lines())
    done = command("analyse", tmp_path / "fil.csv", "--out", tmp_path / "fil.csv" / "ut")
    assert done.code == OUTPUT, done.err
    assert "Traceback" not in done.err


def test_out_that_may_not_be_written_is_refused(command, tmp_path):
    if os.geteuid() == 0 and not Path("/proc/self/fdinfo").is_dir():
        pytest.skip("root may write anywhere here")
    locked = tmp_path / "last"
    locked.mkdir(mode=0o500)
    target = Path("/proc/ut") if os.geteuid() == 0 else locked / "ut"
    done = command("analyse", written(tmp_path / "fil.csv", count_lines()), "--out", target)
    assert done.code == OUTPUT, done.err
    assert "Traceback" not in done.err
    assert not list(locked.iterdir())


def test_earlier_run_is_replaced_whole(command, tmp_path):
    out = tmp_path / "ut"
    first = written(tmp_path / "fil.csv", count_lines())
    assert command("analyse", first, "--out", out).code == 0
    before = (out / "findings.csv").read_bytes()
    (out / "extra.txt").write_text("kvar sedan förra gången")
    other = written(tmp_path / "annan.csv", count_lines(areas=3, seed=2))
    assert command("analyse", other, "--out", out).code == 0
    assert (out / "findings.csv").read_bytes() != before
    assert len(list(out.iterdir())) == 6
    assert leftovers(tmp_path, known=["aside"]) == ["annan.csv", "fil.csv", "ut"]


def test_failed_run_leaves_the_earlier_one(command, tmp_path):
    out = tmp_path / "ut"
    assert command("analyse", written(tmp_path / "fil.csv", count_lines()), "--out", out).code == 0
    before = {file.name: file.read_bytes() for file in out.iterdir()}
    (tmp_path / "tom.csv").write_bytes(b"")
    assert command("analyse", tmp_path / "tom.csv", "--out", out).code == UNREADABLE
    assert {file.name: file.read_bytes() for file in out.iterdir()} == before


def test_full_disk_leaves_nothing(tmp_path):
    written(tmp_path / "fil.csv", count_lines())

    def little_room() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))

    done = subprocess.run(
        [*PROGRAM, "analyse", tmp_path / "fil.csv", "--out", tmp_path / "ut"],
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=little_room,
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
    )
    assert done.returncode == OUTPUT, done.stderr
    assert "Traceback" not in done.stderr
    assert leftovers(tmp_path) == ["fil.csv"]


def _stopped_while_writing(tmp_path: Path, sign: signal.Signals) -> tuple[int, str, list[str]]:
    """Stop the command as soon as its working folder holds a file; code, message, and what lies beside the input."""
    written(tmp_path / "fil.csv", count_lines(areas=20))
    for number in range(10):
        folder = tmp_path / f"{number}"
        folder.mkdir()
        child = started("analyse", tmp_path / "fil.csv", "--out", folder / "ut")
        while child.poll() is None:
            if any(_files(path) for path in folder.glob(".ut-*")):
                child.send_signal(sign)
                break
            time.sleep(0.005)
        _, err = child.communicate(timeout=600)
        if child.returncode != 0:
            return child.returncode, err, leftovers(folder)
        # It was done before we came to stop it: the machine gave us no time just then. Another go.
    raise AssertionError("the command is always done before it can be stopped")


def _files(folder: Path) -> list[Path]:
    try:
        return list(folder.iterdir())
    except FileNotFoundError:  # it has its lasting name by now
        return []


@pytest.mark.parametrize("sign", [signal.SIGINT, signal.SIGTERM])
def test_stopped_while_writing_leaves_nothing(tmp_path, sign):
    code, err, left = _stopped_while_writing(tmp_path, sign)
    assert code == INTERRUPTED, err
    assert "Avbrutet" in err
    assert "Traceback" not in err
    assert left == []


def test_killed_while_writing_leaves_no_folder_with_the_name(tmp_path):
    code, _, left = _stopped_while_writing(tmp_path, signal.SIGKILL)
    assert code == -signal.SIGKILL
    assert "ut" not in left


def test_interrupted_while_reading_exits_130(tmp_path):
    os.mkfifo(tmp_path / "fil.csv")
    child = started("analyse", tmp_path / "fil.csv", "--out", tmp_path / "ut")
    with (tmp_path / "fil.csv").open("wb"):  # waits until the command has opened it, and then lets it wait for us
        time.sleep(1)  # until it has begun to read: Python only notes a signal that comes between two calls
        child.send_signal(signal.SIGINT)
        _, err = child.communicate(timeout=600)
    assert child.returncode == INTERRUPTED, err
    assert "Traceback" not in err
    assert leftovers(tmp_path) == ["fil.csv"]


def test_python_dash_m_and_the_script_are_the_same():
    script = Path(sys.executable).with_name("jamlik")
    said = [
        subprocess.run([*words, "--version"], capture_output=True, text=True, check=True).stdout
        for words in (PROGRAM, (str(script),))
    ]
    assert said[0] == said[1]
    assert re.fullmatch(r"\d+\.\d+\.\d+\n", said[0])
