from __future__ import annotations

import hashlib
import io
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from typing import Any

import pypdf
import pytest

from jamlik.reports import equality_report
from jamlik.reports.document import Figure, blocks_of
from jamlik.reports.pdf import pdf_bytes
from tests.support.results import made_result


@pytest.fixture(scope="module")
def reader(folder) -> pypdf.PdfReader:
    return pypdf.PdfReader(folder / "report.pdf")


def elements(node: Any) -> Iterator[pypdf.generic.DictionaryObject]:
    """Every structure element below a node."""
    node = node.get_object()
    if isinstance(node, pypdf.generic.ArrayObject):
        for child in node:
            yield from elements(child)
    elif isinstance(node, pypdf.generic.DictionaryObject) and ("/S" in node or node.get("/Type") == "/StructTreeRoot"):
        if "/S" in node:
            yield node
        if "/K" in node:
            yield from elements(node["/K"])


@pytest.fixture(scope="module")
def tags(reader) -> list[pypdf.generic.DictionaryObject]:
    return list(elements(reader.trailer["/Root"]["/StructTreeRoot"]))


def test_language_title_and_marking(reader, result):
    root = reader.trailer["/Root"]
    assert root["/Lang"] == "sv"
    assert root["/MarkInfo"]["/Marked"]
    assert reader.metadata.title == result.title
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]


def test_metadata_declares_pdf_ua(reader):
    xmp = reader.trailer["/Root"]["/Metadata"].get_object().get_data().decode()
    assert "pdfuaid:part" in xmp
    assert "<pdfuaid:part>1" in xmp or 'pdfuaid:part="1"' in xmp


def test_nothing_tells_the_time(reader):
    assert reader.metadata.creation_date is None
    assert reader.metadata.modification_date is None


def test_every_page_is_tagged_and_numbered(reader):
    count = len(reader.pages)
    for number, page in enumerate(reader.pages, start=1):
        assert "/StructParents" in page
        assert f"Sida {number} av {count}" in page.extract_text()


def test_figures_have_alternative_texts(tags, document):
    figures = [block for block in blocks_of(document) if isinstance(block, Figure)]
    alts = [tag.get("/Alt", "") for tag in tags if tag["/S"] == "/Figure"]
    assert len(alts) == len(figures) >= 4
    assert all(figure.description in alt for figure, alt in zip(figures, alts, strict=True))


def test_headings_tables_and_lists_are_tagged_as_such(tags):
    kinds = {str(tag["/S"]) for tag in tags}
    assert {"/H1", "/H2", "/H3", "/P", "/L", "/LI", "/Table", "/TR", "/TH", "/TD", "/Caption", "/Link"} <= kinds
    assert sum(tag["/S"] == "/H1" for tag in tags) == 1


def test_bookmarks_name_the_sections(reader, document):
    def titles(outline: list[Any]) -> list[str]:
        return [t for item in outline for t in (titles(item) if isinstance(item, list) else [item.title])]

    found = titles(reader.outline)
    for section in document.sections:
        assert section.title in found
        assert all(inner.title in found for inner in section.sections)


def test_summary_begins_on_the_first_page(reader, document):
    text = " ".join(reader.pages[0].extract_text().split())
    assert document.title in text
    assert "De viktigaste skillnaderna" in text


def test_long_tables_are_cut_and_say_so(document, reader):
    many = equality_report(made_result(areas=42, indicators=("local:biblioteksbesok",)))
    cut = [b for b in blocks_of(many) if getattr(b, "print_rows", None) and b.print_rows < len(b.rows)]
    assert cut
    assert all("tables.xlsx" in table.cut_text for table in cut)


def test_same_result_gives_the_same_bytes(folder):
    code = (
        "import sys; sys.path[:0] = ['src', '.']\n"
        "from tests.support.results import made_result\n"
        "from jamlik.reports import equality_report\n"
        "from jamlik.reports.pdf import pdf_bytes\n"
        "import hashlib; print(hashlib.sha256(pdf_bytes(equality_report(made_result()))).hexdigest())\n"
    )
    found = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "PYTHONHASHSEED": "7"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert found.stdout.strip() == hashlib.sha256((folder / "report.pdf").read_bytes()).hexdigest()


@pytest.mark.slow
def test_twenty_pages_take_at_most_six_seconds():
    document = equality_report(made_result(areas=24))
    pdf_bytes(document)
    start = time.process_time()
    made = pdf_bytes(document)
    took = time.process_time() - start
    pages = len(pypdf.PdfReader(io.BytesIO(made)).pages)
    assert pages >= 15
    assert took / pages * 20 <= 6
