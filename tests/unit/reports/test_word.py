"""The Word file, read back: headings, tables, language, the same bytes twice."""

from __future__ import annotations

import io
import time
import zipfile
from dataclasses import replace

import docx
import pytest
from docx.document import Document as WordDocument
from docx.oxml.ns import qn

from jamlik.reports.document import (
    Align,
    Bullets,
    Column,
    Definitions,
    Document,
    Facts,
    FindingItem,
    FindingList,
    FoldOut,
    Note,
    Paragraph,
    Section,
    Subheading,
    Table,
    TableCell,
)
from jamlik.reports.word import word_bytes

TABLE = Table(
    id="t1",
    caption="Svar per enhet",
    columns=(Column("Enhet"), Column("Antal", Align.END)),
    rows=((TableCell("Norra skolan"), TableCell("3")), (TableCell("Södra skolan"), TableCell("visas inte", "word"))),
    source="Källa: egen uppföljning.",
    note="Små tal visas inte.",
)
MADE = Document(
    lang="sv",
    title="Bedömda skillnader",
    kicker="Tjänsteskrivelse",
    subtitle="Förslag till beslut",
    description="Underlag",
    sections=(
        Section("a", "Ärendet", (Paragraph("Lead.", "lead"), Paragraph("Text."), Bullets(("Ett", "Två")))),
        Section(
            "b",
            "Bilaga",
            (Subheading("Svar"), TABLE, Facts((("3", "skillnader"),)), Definitions((("Gap", "Skillnad"),))),
            sections=(
                Section("c", "Inre", (Note("Tänk på", ("Att läsa.",)), FoldOut("Mer", (Paragraph("Utfälld text."),)))),
                Section("d", "Bara skärm", (Paragraph("Syns inte på papper."),), screen_only=True),
            ),
            kind="part",
        ),
        Section("e", "Skillnader", (FindingList((FindingItem("A skiljer sig från B", "clear", "Tydlig"),)),)),
    ),
    footer=("Ekby kommun",),
    labels={"page_before": "Sida "},
    fingerprint="abc",
)


def read(document: Document) -> WordDocument:
    return docx.Document(io.BytesIO(word_bytes(document)))


def test_word_headings_follow_the_sections_without_a_leap() -> None:
    headings = [(p.style.name, p.text) for p in read(MADE).paragraphs if p.style.name.startswith(("Heading", "Title"))]
    assert headings == [
        ("Title", "Bedömda skillnader"),
        ("Heading 1", "Ärendet"),
        ("Heading 1", "Bilaga"),
        ("Heading 2", "Svar"),
        ("Heading 2", "Inre"),
        ("Heading 3", "Mer"),
        ("Heading 1", "Skillnader"),
    ]


def test_word_holds_every_text_but_what_is_for_the_screen() -> None:
    made = read(MADE)
    text = "\n".join(p.text for p in made.paragraphs)
    for part in ("Lead.", "Ett", "3 skillnader", "Gap: Skillnad", "Att läsa.", "Utfälld text.", "Små tal visas inte."):
        assert part in text
    assert "A skiljer sig från B Tydlig." in text
    assert "Syns inte på papper." not in text
    assert "Ekby kommun" in made.sections[0].footer.paragraphs[0].text


def test_word_table_repeats_its_header_and_aligns_numbers() -> None:
    (table,) = read(MADE).tables
    assert [[cell.text for cell in row.cells] for row in table.rows] == [
        ["Enhet", "Antal"],
        ["Norra skolan", "3"],
        ["Södra skolan", "visas inte"],
    ]
    repeated = [row._tr.find(f"{qn('w:trPr')}/{qn('w:tblHeader')}") is not None for row in table.rows]
    assert repeated == [True, False, False]
    assert table.rows[1].cells[1].paragraphs[0].alignment == 2
    assert table._tbl.tblPr.find(qn("w:tblCaption")).get(qn("w:val")) == "Svar per enhet"


def test_word_part_begins_a_page_of_its_own() -> None:
    breaks = {p.text: p.paragraph_format.page_break_before for p in read(MADE).paragraphs if "Heading" in p.style.name}
    assert breaks["Bilaga"] is True
    assert breaks["Ärendet"] is False


@pytest.mark.parametrize(("lang", "locale"), [("sv", "sv-SE"), ("en", "en-GB"), ("fi", "fi-FI")])
def test_word_says_its_language(lang: str, locale: str) -> None:
    made = read(replace(MADE, lang=lang))
    assert made.core_properties.language == locale
    assert {each.get(qn("w:val")) for each in made.styles.element.iter(qn("w:lang"))} == {locale}


def test_word_same_document_gives_same_bytes_and_names_nobody() -> None:
    first = word_bytes(MADE)
    time.sleep(2.1)  # a zip entry's clock ticks every other second
    assert word_bytes(MADE) == first
    made = read(MADE).core_properties
    assert (made.author, made.last_modified_by, made.title) == ("", "", "Bedömda skillnader")
    with zipfile.ZipFile(io.BytesIO(first)) as parts:
        assert {entry.date_time for entry in parts.infolist()} == {(1980, 1, 1, 0, 0, 0)}
