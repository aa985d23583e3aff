"""Sentences: plain, short, right about sign and size, in three languages."""

from __future__ import annotations

import re

import pytest

from jamlik.analysis.labels import code_label, unit_label
from jamlik.model.groupings import Dimension, Role
from tests.support.draws import analysed_draw
from tests.support.tables import analysed, cells_of, found

TABLE = "area sex n yes\n" + "\n".join(
    f"{area} {sex} 800 {yes}"
    for area, sex, yes in [("Norr", "K", 500), ("Norr", "M", 420), ("Sör", "K", 600), ("Sör", "M", 560)]
)


def lix(text: str) -> float:
    """Words a sentence plus the percentage of words longer than six letters."""
    words = re.findall(r"[^\W\d_]+", text)
    sentences = max(1, len(re.findall(r"[.!?:](?:\s|$)", text)))
    return len(words) / sentences + 100 * sum(len(word) > 6 for word in words) / len(words)


def test_lix_of_a_known_text() -> None:
    assert lix("Vi ser en bil. Den är blå.") == pytest.approx(3.5)


def test_sentences_of_ekby_are_easy_to_read() -> None:
    for service in ("grundskola", "bibliotek"):
        result, _ = analysed_draw(service, seed=3)
        titles = [i.title("sv") for i in result.table.indicators.values()]
        text = " ".join(f.sentence for f in result.findings[:60])
        for title in titles:
            text = text.replace(title, "Mått")
        assert lix(text) < 40


@pytest.mark.parametrize(
    ("lang", "expected"),
    [
        ("sv", "Godkända: kvinnor 68,8 %, män 61,3 %. Det skiljer 7,5 procentenheter (4,2 till 10,8)."),
        ("en", "Passed: women 68.8%, men 61.3%. They differ by 7.5 percentage points (4.2 to 10.8)."),
        ("fi", "Hyväksytyt: naiset 68,8 %, miehet 61,3 %. Ero on 7,5 prosenttiyksikköä (4,2–10,8)."),
    ],
)
def test_sentence_in_each_language(lang: str, expected: str) -> None:
    finding = found(analysed(cells_of(TABLE), lang=lang), "sex=K")
    assert finding.sentence.replace("\u00a0", " ").startswith(expected)


def test_persons_are_told_for_the_side_that_is_worse_off() -> None:
    finding = found(analysed(cells_of(TABLE)), "sex=K")
    assert "120 fler i gruppen män" in finding.sentence


def test_no_blaming_words() -> None:
    result = analysed(cells_of(TABLE))
    for finding in result.findings:
        assert not re.search(r"signifikant|diskriminer|orättvis|omotiverad|brist", finding.sentence, re.IGNORECASE)


@pytest.mark.parametrize(
    ("unit", "lang", "told"),
    [
        ("poäng", "sv", "poäng"),
        ("Poäng", "en", "points"),
        ("dagar", "fi", "päivää"),
        ("%", "en", "%"),
        ("kg avfall", "en", "kg avfall"),
    ],
)
def test_unit_that_is_known_is_told_in_the_language(unit, lang, told):
    assert unit_label(unit, lang) == told


def test_age_band_that_the_file_names_in_swedish_is_named_in_the_language():
    ages = Dimension("age", Role.AGE, {"17-20": "17–20 år", "80-": "gamla"})
    assert code_label(ages, "17-20", lang="sv") == "17–20 år"
    assert code_label(ages, "17-20", lang="en") == "aged 17–20"
    assert code_label(ages, "80-", lang="fi") == "gamla"
