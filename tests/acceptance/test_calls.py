"""The same from Python: frames in, frames and charts out, the same findings as from the file; and the demo."""

from __future__ import annotations

import csv
import hashlib
import io
import re
import subprocess
import sys

import pandas as pd
import polars as pl
import pytest

import jamlik
from jamlik.handbook.blocks import Block
from jamlik.handbook.course import newest_course
from tests.acceptance.command import SIX, leftovers
from tests.acceptance.made import count_lines, person_lines, written


@pytest.fixture
def file(tmp_path):
    return written(tmp_path / "fil.csv", person_lines(3000))


def test_import_is_quick_and_loads_no_library():
    code = "import jamlik, sys; print(sorted({'polars', 'duckdb', 'altair', 'scipy', 'pandas'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
    assert {"analyse", "inspect", "start", "demo"} <= set(jamlik.__all__)


def _frames(lines):
    text = "\n".join(lines)
    polars = pl.read_csv(io.StringIO(text), separator=";")
    return {
        "polars": polars,
        "polars as text": pl.read_csv(io.StringIO(text), separator=";", infer_schema=False),
        "arrow": polars.to_arrow(),
        "pandas": pd.read_csv(io.StringIO(text), sep=";"),
    }


@pytest.mark.parametrize("kind", ["polars", "polars as text", "arrow", "pandas"])
@pytest.mark.parametrize("lines", [count_lines(), person_lines(3000)], ids=["counts", "persons"])
def test_frame_gives_the_same_findings_as_the_file(tmp_path, lines, kind):
    from_file = jamlik.analyse(written(tmp_path / "fil.csv", lines)).findings
    from_frame = jamlik.analyse(_frames(lines)[kind]).findings
    assert from_frame.equals(from_file)
    assert from_file.height > 3


def test_findings_are_those_of_the_command(command, file, tmp_path):
    assert command("analyse", file, "--out", tmp_path / "ut").code == 0
    with (tmp_path / "ut" / "findings.csv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    found = jamlik.analyse(file).findings
    assert found["finding_id"].to_list() == [row["finding_id"] for row in rows]
    assert found["certainty"].to_list() == [row["certainty"] for row in rows]
    assert found["sentence"].to_list() == [row["sentence"] for row in rows]


def test_analysis_shows_itself(file, tmp_path):
    analysis = jamlik.analyse(file, lang="en")
    assert isinstance(analysis.levels, pl.DataFrame)
    assert {"indicator", "group", "level", "low", "high", "status"} <= set(analysis.levels.columns)
    assert analysis._repr_html_().startswith("<h3>")
    indicator = next(iter(analysis.result.table.indicators))
    for chart in (analysis.overview(), *analysis.charts(indicator)):
        shown = getattr(chart, "_repr_html_", None) or chart._repr_svg_
        assert "<svg" in shown()
    folder = analysis.write(tmp_path / "ut")
    assert sorted(path.name for path in folder.iterdir()) == sorted(SIX)


def test_inspection_and_description(file, tmp_path):
    found = jamlik.inspect(file)
    text = jamlik.described(found, beside=tmp_path)
    (tmp_path / "dataset.toml").write_text(text, encoding="utf-8")
    assert jamlik.analyse(tmp_path / "dataset.toml").findings.equals(jamlik.analyse(file).findings)


def test_errors_are_one_class_with_four_parts(tmp_path):
    from jamlik.model.errors import JamlikError

    with pytest.raises(JamlikError) as caught:
        jamlik.analyse(tmp_path / "ingen.csv")
    assert caught.value.what
    assert caught.value.do


def _bytes(folder):
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


@pytest.mark.slow
def test_demo_data_is_the_same_for_the_same_seed_and_nothing_else_is_written(command, tmp_path):
    for name, seed in (("a", 7), ("b", 7), ("c", 8)):
        done = command("demo", "--data", tmp_path / name, "--seed", str(seed), cwd=tmp_path)
        assert done.code == 0, done.err
        assert str(tmp_path / name) in done.out
    first, same, other = (_bytes(tmp_path / name) for name in "abc")
    assert first == same
    assert first != other
    assert "truth.csv" in first
    assert not [name for name in first if re.search(r"report|findings|index", name)]
    assert leftovers(tmp_path, known=["aside"]) == ["a", "b", "c"]


@pytest.mark.slow
def test_demo_writes_a_page_and_a_folder_a_service_and_names_it(command, tmp_path):
    done = command("demo", "--out", tmp_path / "ekby", "--no-open", "--no-site")
    assert done.code == 0, done.err
    page = (tmp_path / "ekby" / "index.html").read_text(encoding="utf-8")
    assert str(tmp_path / "ekby" / "index.html") in done.out
    services = sorted(path.name for path in (tmp_path / "ekby").iterdir() if path.is_dir() and path.name != "data")
    assert len(services) >= 4
    for service in services:
        assert f'href="{service}/report.html"' in page
        assert set(SIX[:4]) | {"tables.xlsx"} <= {path.name for path in (tmp_path / "ekby" / service).iterdir()}
    assert leftovers(tmp_path, known=["aside"]) == ["ekby"]
    for service in services:
        told = command("explain", tmp_path / "ekby" / service, "1")
        assert told.code == 0, told.err
    examples = [block for module in newest_course().modules for block in module.blocks if block.finding]
    assert len(examples) >= 3
    for block in examples:
        service, _, question = block.finding.partition("/")
        with (tmp_path / "ekby" / service / "findings.csv").open(encoding="utf-8-sig", newline="") as lines:
            assert_told_truly(block, next(row for row in csv.DictReader(lines) if row["question_key"] == question))


def assert_told_truly(block: Block, finding: dict[str, str]) -> None:
    """That the course's example tells both levels and no other figures than the finding's, alike in each language."""
    said = {lang: re.findall(r"\d+[.,]\d", text) for lang, text in block.text.items()}
    found = re.findall(r"\d+,\d", finding["sentence"])
    assert said["sv"] == said["fi"] == [figure.replace(".", ",") for figure in said["en"]]
    assert said["sv"][:2] == found[:2]
    assert set(said["sv"]) <= set(found)
    assert set(re.findall(r"(?<![\d,])\d{2,}(?![\d,])", block.text["sv"])) <= {finding["base_n"]}
    assert ("slump" in block.text["sv"]) == (finding["certainty"] == "unclear")
