"""A number that may not be shown is absent from every file, even when a careless caller left it in the result."""

from __future__ import annotations

import base64
import re
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pypdf
import pytest

from jamlik.model.errors import JamlikError
from jamlik.model.results import AnalysisResult
from jamlik.model.tables import Audience, Status
from jamlik.reports import FORMATS, write_all
from tests.support.results import made_result

SHOWN = (Status.SHOWN, Status.PERTURBED)
LEVEL, COUNT, BASE, GAP = 61.728395, 31415926, 27182818, 0.577215664
MARKS = (
    *("61.7", "61,7", "57721", "0,577", "31415926", "31 415 926", "31\u00a0415\u00a0926"),
    *("27182818", "27 182 818", "27\u00a0182\u00a0818"),
)


def careless(result: AnalysisResult) -> AnalysisResult:
    """The same result with recognisable numbers left behind every status that hides them."""
    levels = tuple(
        level
        if level.status in SHOWN
        else replace(level, value=LEVEL, low=LEVEL, high=LEVEL, shrunken=LEVEL, count_n=COUNT, base_n=BASE)
        for level in result.levels
    )
    findings = tuple(
        f
        if f.status in SHOWN
        else replace(
            f, level=LEVEL, level_reference=LEVEL, gap=GAP, gap_low=GAP, persons=COUNT, base_n=BASE, q_value=GAP
        )
        for f in result.findings
    )
    cells = {
        key: cell if cell.status in SHOWN else replace(cell, count_n=COUNT, base_n=BASE, value=LEVEL)
        for key, cell in result.table.cells.items()
    }
    return replace(result, levels=levels, findings=findings, table=replace(result.table, cells=cells))


def texts_of(path: Path) -> Iterator[str]:
    """Everything that can be read out of a file: parts of a workbook, texts of a PDF, pictures inside a page."""
    if path.suffix == ".xlsx":
        with zipfile.ZipFile(path) as archive:
            yield from (archive.read(name).decode("utf-8", "replace") for name in archive.namelist())
    elif path.suffix == ".pdf":
        reader = pypdf.PdfReader(path)
        yield from (page.extract_text() for page in reader.pages)
        yield repr(reader.metadata)
    elif path.suffix == ".html":
        yield re.sub(r"<[^>]*>", " ", path.read_text("utf-8"))  # coordinates of charts hold any digits
    else:
        yield path.read_text("utf-8")
    if path.suffix == ".html":
        for encoded in re.findall(r"base64,([A-Za-z0-9+/=]+)", path.read_text("utf-8")):
            yield base64.b64decode(encoded).decode("utf-8", "replace")


@pytest.fixture(scope="module")
def careless_folder(tmp_path_factory):
    made = tmp_path_factory.mktemp("careless")
    write_all(careless(made_result()), made)
    return made


def test_marks_do_not_occur_by_chance(folder):
    text = (folder / "findings.csv").read_text() + (folder / "findings.json").read_text()
    assert not [mark for mark in MARKS if mark in text]


@pytest.mark.parametrize("name", sorted(FORMATS.values()))
def test_hidden_number_is_in_no_file(careless_folder, name):
    for text in texts_of(careless_folder / name):
        assert not [mark for mark in MARKS if mark in text]


@pytest.mark.parametrize("name", ["report.html", "findings.csv", "findings.json", "tables.xlsx", "report.pdf"])
def test_hidden_numbers_change_nothing_at_all(careless_folder, folder, name):
    assert (careless_folder / name).read_bytes() == (folder / name).read_bytes()


def test_statuses_do_not_tell_why_a_number_is_hidden(folder):
    html = (folder / "report.html").read_text("utf-8")
    for word in ("primary", "secondary", "primär", "sekundär"):
        assert word not in html.casefold()


def test_every_writer_says_whom_the_result_is_for_and_open_data_takes_what_is_for_all(folder, tmp_path):
    own = made_result()
    own = replace(own, table=replace(own.table, audience=Audience.OWNER))
    write_all(own, tmp_path, formats=("html", "json", "xlsx"))
    said = {
        "report.html": "Bara för den nämnd som äger",
        "tables.xlsx": "Bara för den nämnd som äger",
        "findings.json": '"owner"',
    }
    for name, words in said.items():
        assert any(words in text for text in texts_of(tmp_path / name)), name
        assert not any(words in text for text in texts_of(folder / name)), name
    with pytest.raises(JamlikError, match="får inte publiceras"):
        write_all(own, tmp_path, formats=("csv",))
