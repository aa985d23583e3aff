"""Shared texts and numbers: every language complete, every number as the language writes it."""

from __future__ import annotations

import pytest

from jamlik.model import words as module
from jamlik.model.words import (
    LANGUAGES,
    counted,
    decimals_for,
    format_number,
    format_percent,
    format_signed,
    joined,
    mismatched_values,
    missing_translations,
    phrase,
    published,
    words,
)


def test_every_text_is_there_in_every_language():
    assert missing_translations() == ()


def test_every_language_fills_in_the_same_values():
    assert mismatched_values() == ()


@pytest.fixture
def some_texts(monkeypatch):
    def use(**sections):
        texts = module.collected(sections)
        monkeypatch.setattr(module, "_all", lambda: texts)
        words.cache_clear()

    yield use
    monkeypatch.undo()
    words.cache_clear()


def test_both_ways_of_writing_a_text_give_the_same_keys(some_texts):
    some_texts(
        one={"a": {"b": {"sv": "x {n}", "en": "y {n}", "fi": "z {n}"}}},
        two={"sv": {"a": {"b": "x"}, "c": "k"}, "en": {"a": {"b": "y"}, "c": "k"}, "fi": {"a": {"b": "z"}, "c": "k"}},
    )
    assert phrase("fi", "one.a.b", n=3) == "z 3"
    assert phrase("en", "two.a.b") == "y"
    assert dict(words("sv", "two")) == {"a.b": "x", "c": "k"}
    assert dict(words("sv", "two.a")) == {"b": "x"}
    assert missing_translations() == ()


def test_missing_translation_falls_back_to_swedish_and_is_named(some_texts):
    some_texts(one={"a": {"sv": "hej", "en": "hello"}})
    assert phrase("fi", "one.a") == "hej"
    assert words("fi", "one")["a"] == "hej"
    assert missing_translations() == ("one.a: fi",)


def test_values_that_differ_between_languages_are_named(some_texts):
    some_texts(one={"a": {"sv": "{n} rader", "en": "rows", "fi": "{n} riviä"}})
    assert mismatched_values() == ("one.a",)


def test_text_without_a_language_is_refused():
    with pytest.raises(ValueError, match="one\\.a"):
        module.collected({"one": {"a": "hej"}})


def test_text_written_twice_is_refused():
    with pytest.raises(ValueError, match="twice"):
        module.collected({"one": {"a": {"sv": "x"}, "sv": {"a": "y"}}})


def test_unknown_text_section_value_and_language_are_refused():
    with pytest.raises(KeyError, match="nowhere"):
        phrase("sv", "nowhere.at.all")
    with pytest.raises(KeyError, match="nowhere"):
        words("sv", "nowhere")
    with pytest.raises(ValueError, match="de"):
        format_number(1, 0, "de")
    with pytest.raises(ValueError, match="de"):
        words("de", "charts")


def test_counted_takes_the_singular_for_one_only(some_texts):
    some_texts(one={"row": {"one": {"sv": "{n} rad"}, "other": {"sv": "{n} rader"}}})
    assert [counted("sv", "one.row", n) for n in (0, 1, 2, 12000)] == ["0 rader", "1 rad", "2 rader", "12\xa0000 rader"]


@pytest.mark.parametrize(
    ("value", "decimals", "sv", "en", "fi"),
    [
        (1234.5, 1, "1\xa0234,5", "1,234.5", "1\xa0234,5"),
        (-1234567, 0, "−1\xa0234\xa0567", "−1,234,567", "−1\xa0234\xa0567"),
        (0.05, 1, "0,1", "0.1", "0,1"),
        (2.675, 2, "2,68", "2.68", "2,68"),
        (-0.04, 1, "0,0", "0.0", "0,0"),
        (999.95, 1, "1\xa0000,0", "1,000.0", "1\xa0000,0"),
        (12345678.9, 1, "12\xa0345\xa0678,9", "12,345,678.9", "12\xa0345\xa0678,9"),
    ],
)
def test_number_is_written_as_the_language_writes_it(value, decimals, sv, en, fi):
    assert [format_number(value, decimals, lang) for lang in LANGUAGES] == [sv, en, fi]


def test_difference_always_shows_its_sign():
    assert [format_signed(v, 1) for v in (1.25, -1.25, 0.04, -0.04)] == ["+1,3", "−1,3", "0,0", "0,0"]


def test_percent_sign_is_set_as_the_language_sets_it():
    assert [format_percent(12.34, 1, lang) for lang in LANGUAGES] == ["12,3\xa0%", "12.3%", "12,3\xa0%"]


def test_published_number_is_finite_and_never_minus_zero():
    assert str(published(-0.001, 1)) == "0.0"
    for value in (float("nan"), float("inf")):
        with pytest.raises(ValueError, match="cannot be published"):
            published(value, 1)


def test_decimals_follow_the_size_of_the_numbers():
    assert [decimals_for(v) for v in (12345, 100, 99, 10, 9.9, 0.2, 0.05, 0)] == [0, 0, 1, 1, 2, 2, 3, 2]
    assert decimals_for(100, "%") == 1


def test_list_is_joined_as_a_person_writes_it():
    assert [joined("sv", ["a", "b", "c"][:n]) for n in range(4)] == ["", "a", "a och b", "a, b och c"]
    assert joined("fi", ["a", "b"]) == "a ja b"
