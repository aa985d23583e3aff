from __future__ import annotations

from dataclasses import replace

import pytest

from jamlik.model.findings import Certainty, Levelling
from jamlik.model.tables import Status
from jamlik.model.words import mismatched_values, missing_translations
from jamlik.reports import equality_report
from jamlik.reports.document import (
    Bullets,
    Document,
    Figure,
    FindingList,
    FoldOut,
    Paragraph,
    Table,
    blocks_of,
    plain_texts,
    sections_of,
)
from jamlik.reports.html import html_text
from jamlik.reports.pdf import paper_text
from tests.support.results import made_result

SUPPORT = "local:ekonomiskt-bistand"


def section(document: Document, name: str):
    return next(found for _, found in sections_of(document) if found.id == name)


def blocks(document: Document, kind: type) -> list:
    return [block for block in blocks_of(document) if isinstance(block, kind)]


def with_trend(result, levelling: Levelling):
    first = result.findings[0]
    return replace(
        result, findings=(replace(first, trend=replace(first.trend, levelling=levelling)), *result.findings[1:])
    )


def test_parts_come_in_the_order_a_committee_reads_them(document):
    parts = ["summary", "more", "indicators", "unshown", "problems", "method", "about"]
    assert [s.id for s in document.sections] == parts


def test_ids_are_unique(document):
    ids = [s.id for _, s in sections_of(document)] + [block.id for block in blocks(document, Table | Figure)]
    assert len(ids) == len(set(ids))


def test_summary_names_at_most_ten_sure_differences_in_rank_order(document, result):
    items = blocks(document, FindingList)[0].items
    sure = [f for f in result.findings if f.certainty in (Certainty.CLEAR, Certainty.INDICATED)]
    assert [item.certainty for item in items] == [f.certainty.value for f in sure[:10]]
    assert all(f.sentence.startswith(item.sentence) for item, f in zip(items, sure, strict=False))
    assert {item.target for item in items} <= {s.id for _, s in sections_of(document)}


def test_people_are_told_for_the_side_that_is_worse_off(result):
    first = next(f for f in result.findings if f.persons and f.dimension == "sex")
    behind = replace(first, rank=1, certainty=Certainty.CLEAR, worse_off="reference", persons_worse_off=2734.0)
    items = blocks(equality_report(replace(result, findings=(behind,))), FindingList)[0].items
    assert items[0].facts[1] == f"vid samma nivå: 2\u00a0734 fler i gruppen {behind.reference_label}"
    few = replace(behind, worse_off="group", persons=-3.0)
    items = blocks(equality_report(replace(result, findings=(few,))), FindingList)[0].items
    assert items[0].facts[1] == "rör färre än 5 personer"


def test_summary_without_sure_differences_does_not_call_it_equal(result):
    unsure = tuple(replace(f, certainty=Certainty.UNCLEAR) for f in result.findings if f.rank is not None)
    document = equality_report(replace(result, findings=unsure))
    assert not blocks(document, FindingList)
    texts = [block.text for block in section(document, "top").blocks if isinstance(block, Paragraph)]
    assert texts == ["Vi fann ingen säker skillnad. Det betyder inte att allt är lika."]


@pytest.mark.parametrize(("levelling", "place"), [("UP", "closing"), ("DOWN", "down"), ("WIDENING", "widening")])
def test_changed_gaps_are_named_for_what_they_are(result, levelling, place):
    document = equality_report(with_trend(result, Levelling[levelling]))
    lines = [item for block in section(document, place).blocks if isinstance(block, Bullets) for item in block.items]
    assert any("2020" in line for line in lines)
    if levelling == "DOWN":
        assert "nivån har blivit sämre" in lines[0]


def test_change_within_chance_is_not_named(result):
    first = result.findings[0]
    trend = replace(first.trend, q_value=0.4, levelling=Levelling.DOWN)
    document = equality_report(replace(result, findings=(replace(first, trend=trend), *result.findings[1:])))
    assert not [s for _, s in sections_of(document) if s.id == "down"]


def test_every_indicator_has_chart_levels_differences_and_source(document, result):
    chapters = section(document, "indicators").sections
    assert len(chapters) == len(result.table.indicators)
    for chapter in chapters:
        assert any(isinstance(block, Figure) for block in chapter.blocks)
        tables = [block for block in chapter.blocks if isinstance(block, Table)]
        assert len(tables) >= 3
        assert all("Källa: Ekby kommun (påhittad)" in block.source for block in tables)


def test_trend_of_the_level_is_told_beside_the_gap(result):
    first = result.findings[0]
    trend = replace(first.trend, level_slope=0.5, level_slope_low=0.25, level_slope_high=0.75, reference_slope=-0.25)
    document = equality_report(replace(result, findings=(replace(first, trend=trend), *result.findings[1:])))
    table = next(block for block in blocks(document, Table) if "Gapet över tid" in block.caption)
    told = dict(zip([column.title for column in table.columns], [cell.text for cell in table.rows[0]], strict=True))
    assert told["Nivåns ändring per år"] == "+0,50"
    assert told["Jämförd nivås ändring per år"] == "−0,25"


def test_only_the_first_indicators_get_full_sections(result):
    document = equality_report(result, full=1)
    chapters = section(document, "indicators").sections
    assert [chapter.id for chapter in chapters] == ["indicator-1", "other-indicators"]
    rest = next(block for block in chapters[1].blocks if isinstance(block, Table))
    assert len(rest.rows) == 2


def test_paper_leaves_out_later_sections_and_says_so(result, monkeypatch):
    monkeypatch.setattr("jamlik.reports.indicators._PAPER_SECTIONS", 1)
    document = equality_report(result)
    titles = [chapter.title for chapter in section(document, "indicators").sections]
    on_paper, on_screen = paper_text(document), html_text(document)
    assert all(f">{title}</h3>" in on_screen for title in titles)
    assert [f">{title}</h3>" in on_paper for title in titles] == [True, False, False]
    assert "På papper står de 1 första" in on_paper
    assert "På papper" not in on_screen


def test_levels_table_says_why_a_number_is_not_there(document):
    words = {
        cell.text for block in blocks(document, Table) for row in block.rows for cell in row if cell.kind == "word"
    }
    assert "visas inte" in words
    assert "gäller inte" in words
    assert any(word.startswith("mellan 95,0") for word in words)


def test_zero_missing_hidden_bounded_and_not_applicable_are_different_words(document):
    folds = [block for block in blocks(document, FoldOut) if "Fem ord" in block.title]
    terms = [term for term, _ in folds[0].blocks[0].items]
    assert len(terms) == len(set(terms)) == 5


def test_unshown_counts_are_given_per_indicator(document, result):
    table = next(block for block in section(document, "unshown").blocks if isinstance(block, Table))
    row = next(row for row in table.rows if row[0].text == result.table.indicators[SUPPORT].title("sv"))
    hidden = sum(x.status is Status.SUPPRESSED and x.indicator == SUPPORT for x in result.levels)
    assert row[2].text == str(hidden)


def test_problems_are_told_in_words_with_their_place(document):
    table = next(block for block in section(document, "problems").blocks if isinstance(block, Table))
    assert [cell.text for cell in table.rows[0]] == [
        "Totalen är inte summan av delarna", "ekby.csv, rad 17, kolumn antal", "2", "Talet är kvar",
    ]  # fmt: skip


def test_unknown_problem_is_told_by_its_own_text(result):
    odd = replace(result.problems[0], code="never_heard_of", detail="Något nytt")
    document = equality_report(replace(result, problems=(odd,)))
    table = next(block for block in section(document, "problems").blocks if isinstance(block, Table))
    assert table.rows[0][0].text == "Något nytt"


def test_method_says_what_numbers_cannot(document):
    text = " ".join(plain_texts(document))
    assert "avgör människor" in text
    assert "Benjamini och Hochbergs" in text


def test_about_names_fingerprint_and_source(document):
    text = " ".join(plain_texts(document))
    assert document.fingerprint in text
    assert len(document.fingerprint) == 64


def test_kolada_is_named_as_it_asks(result):
    document = equality_report(replace(result, source="Kolada (RKA)"))
    assert {block.source for block in blocks(document, Table)} == {"Källa: Egen bearbetning av data från Kolada."}


def test_nobody_is_blamed_and_no_word_promises_too_much(document):
    text = " ".join(plain_texts(document)).casefold()
    for word in ("signifikant", "orättvis", "diskrimin", "orsakar", "beror på att kvinnor", "beror på att män"):
        assert word not in text


@pytest.mark.parametrize("lang", ["sv", "en", "fi"])
def test_report_is_complete_in_every_language(lang):
    document = equality_report(made_result(lang=lang))
    assert document.lang == lang
    texts = [text for text in plain_texts(document) if "{" in text or "}" in text]
    assert not texts


def test_words_are_translated_and_take_the_same_values():
    assert not [key for key in missing_translations() if key.startswith("reports.")]
    assert not [key for key in mismatched_values() if key.startswith("reports.")]


def test_english_report_has_no_swedish_words(result):
    document = equality_report(made_result(lang="en"))
    own = [s.title for _, s in sections_of(document) if not s.id.startswith("indicator-")]
    own += [column.title for block in blocks(document, Table) for column in block.columns]
    assert not [text for text in own if {"och", "mått", "källa", "nivå", "grupp"} & set(text.casefold().split())]


def test_figure_without_description_is_refused():
    table = Table("t", "c", (), ((),), "s")
    with pytest.raises(ValueError, match="lacks"):
        Figure("f", "Titel", "", "<svg/>", table, "Källa: x.")
