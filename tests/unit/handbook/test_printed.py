"""The printed handbook: the method, then the questions, word for word; accessible, small, the same bytes each time."""

from __future__ import annotations

import io
from dataclasses import replace

import pytest
from pypdf import PdfReader

from jamlik.handbook import newest
from jamlik.handbook.blocks import BlockKind
from jamlik.handbook.method import chapter, chapters, for_step
from jamlik.handbook.printed import book_of
from jamlik.reports.book import Book, book_pdf

TEAM = newest("team")
SHORT = ("norms", "act")  # what the steps of the short set are read with; each chapter takes a while to lay out


@pytest.fixture(scope="module")
def book() -> Book:
    return book_of(TEAM, "quick", "fi", kicker="Ekby kommun")


@pytest.fixture(scope="module")
def printed(book: Book) -> bytes:
    return book_pdf(shortened(book, SHORT))


@pytest.fixture(scope="module")
def reader(printed: bytes) -> PdfReader:
    return PdfReader(io.BytesIO(printed))


def shortened(book: Book, keys: tuple[str, ...]) -> Book:
    beside = {step: tuple(each for each in read if each in keys) for step, read in book.beside.items()}
    return replace(book, chapters=tuple(each for each in book.chapters if each.id in keys), beside=beside)


def bare(text: str) -> str:
    return "".join(text.replace("-", "").split())


@pytest.mark.parametrize("lang", ["sv", "en", "fi"])
def test_book_has_every_chapter_whole_and_what_to_read_beside_each_step(lang):
    made = book_of(TEAM, "quick", lang)
    assert [(each.id, each.title, each.lead) for each in made.chapters] == [
        (each.key, each.title[lang], each.summary[lang]) for each in chapters()
    ]
    for bound, written in zip(made.chapters, chapters(), strict=True):
        said = [each for block in bound.blocks for each in (block.name, block.text, *block.items) if each]
        assert said == [each[lang] for block in written.blocks for each in block.texts]
    assert {step: list(read) for step, read in made.beside.items()} == {
        step.id: [each.key for each in for_step("team", step.id)] for step in TEAM.steps
    }
    assert {block.kind for each in made.chapters for block in each.blocks} == {kind.value for kind in BlockKind}


def test_chapters_and_questions_stand_on_paper_word_for_word(reader):
    text = bare("".join(page.extract_text() for page in reader.pages))
    told = [chapter(key) for key in SHORT]
    said = [each for one in told for each in (one.title, one.summary)]
    said += [each for one in told for block in one.blocks for each in block.texts]
    said += [each for question in TEAM.by_id.values() for each in (question.texts, question.help)]
    said += [part.texts for part in TEAM.by_id["t05_change"].parts] + [choice.texts for choice in TEAM.choices["when"]]
    assert [each["fi"] for each in said if bare(each["fi"]) not in text] == []
    assert bare("Suomenkielistä tekstiä ei ole vielä tarkistanut äidinkielinen puhuja.") in text
    assert bare("Ekby kommun · Käsikirja team-1") in text


def test_contents_list_leads_to_each_part_by_its_name(reader):
    links = [each.get_object() for page in reader.pages for each in page.get("/Annots", [])]
    named = [str(each["/Contents"]) for each in links]
    titles = ["Menetelmä", *(chapter(key).title["fi"] for key in SHORT), "Kysymykset"]
    titles += [f"{place + 1}. {step.title['fi']}" for place, step in enumerate(TEAM.steps)]
    assert named[: len(titles)] == titles
    assert len(named) == len(titles) + len(TEAM.steps), "each step leads to the one chapter beside it"
    assert all(str(each["/Dest"]) in reader.named_destinations for each in links)


def test_printed_handbook_is_accessible_and_small(printed, reader):
    root = reader.trailer["/Root"]
    assert (root["/Lang"], root["/MarkInfo"]["/Marked"]) == ("fi", True)
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    assert reader.metadata is not None
    assert reader.metadata.title == f"{TEAM.title['fi']}: käsikirja"
    assert "pdfuaid" in reader.xmp_metadata.stream.get_data().decode()
    assert "/StructTreeRoot" in root
    assert len(printed) < 400_000


def test_same_book_gives_the_same_bytes(book):
    short = shortened(book, ())
    assert book_pdf(short) == book_pdf(short)
