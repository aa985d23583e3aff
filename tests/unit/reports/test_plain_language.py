"""LIX of what a report says in Swedish: words per sentence plus the share of words longer than six letters."""

from __future__ import annotations

import re

import pytest

from jamlik.model.words import words
from jamlik.reports import equality_report
from jamlik.reports.document import Definitions, FoldOut, Note, Paragraph, plain_texts, sections_of
from tests.support.results import made_result

MOST = 40


def lix(text: str) -> float:
    """LIX with `.`, `!`, `?` and line ends as ends of sentences; a number is a word, a decimal comma ends nothing."""
    found = re.findall(r"\w+(?:[,.:-]\w+)*", text)
    sentences = [part for part in re.split(r"[.!?]+(?=\s|$)|\n", text) if re.search(r"\w", part)]
    return len(found) / len(sentences) + 100 * sum(len(word) > 6 for word in found) / len(found)


def test_lix_of_known_texts():
    assert lix("Vi ser en skillnad. Den är tydlig.") == pytest.approx(3.5 + 100 / 7)
    assert lix("Det är 12,5 procent") == pytest.approx(4 + 100 / 4)


def test_whole_report_is_easy_to_read(document):
    assert lix("\n".join(plain_texts(document))) < MOST


def test_each_part_of_the_report_is_easy_to_read(document):
    for _, section in sections_of(document):
        pieces = []
        for block in section.blocks:
            inner = block.blocks if isinstance(block, FoldOut) else (block,)
            for one in inner:
                if isinstance(one, Paragraph):
                    pieces.append(one.text)
                elif isinstance(one, Note):
                    pieces += one.texts
                elif isinstance(one, Definitions) and section.id != "about":
                    pieces += [text for _, text in one.items]
        text = "\n".join(pieces)
        if len(text.split()) > 30:
            assert lix(text) < MOST, section.title


@pytest.mark.parametrize("key", [key for key, text in words("sv", "reports").items() if len(text.split()) > 12])
def test_each_longer_text_is_easy_to_read(key):
    assert lix(words("sv", "reports")[key]) < MOST + 5


def test_report_on_one_indicator_is_easy_to_read():
    document = equality_report(made_result(indicators=("local:ekonomiskt-bistand",)))
    assert lix("\n".join(plain_texts(document))) < MOST
