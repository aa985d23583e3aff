from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jamlik.model.tables import Status
from jamlik.sources.figures import figures_of, mark_of, parsed_number


@pytest.mark.parametrize(
    ("text", "decimal", "number"),
    [
        ("12", ",", 12),
        ("83,2", ",", 83.2),
        ("83.2", ",", 83.2),
        ("83,2", ".", 83.2),
        ("1 234", ",", 1234),
        ("1\u00a0234\u00a0567", ",", 1234567),
        ("1\u202f234,5", ",", 1234.5),
        ("1.234", ",", 1234),
        ("1.234", ".", 1.234),
        ("1,234", ".", 1234),
        ("1,234", ",", 1.234),
        ("1.234,5", ",", 1234.5),
        ("1,234.5", ".", 1234.5),
        ("\u22125", ",", -5),
        ("\u22121,5", ",", -1.5),
        ("45 %", ",", 45),
        ("45,5%", ",", 45.5),
        ("1e3", ".", 1000),
        ("10 20", ",", None),
        ("nan", ".", None),
        ("inf", ".", None),
        ("", ".", None),
        ("5-9", ".", None),
        ("..", ".", None),
        ("2 av 3", ".", None),
    ],
)
def test_parsed_number_reads_swedish_and_english_numbers(text, decimal, number):
    assert parsed_number(text, decimal=decimal) == number
    numbers, texts = figures_of(pl.Series([text, None, "1"]), decimal=decimal)
    assert numbers[0] == number
    assert (texts[0] is None) == (number is not None)


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("..", Status.SUPPRESSED),
        ("*", Status.SUPPRESSED),
        ("x", Status.SUPPRESSED),
        (".", Status.NOT_APPLICABLE),
        ("-", Status.MISSING),
        ("–", Status.MISSING),
        ("", Status.MISSING),
        ("NA", Status.MISSING),
        ("Uppgift saknas", Status.MISSING),
        ("~100", Status.BOUNDED),
        ("<5", Status.BOUNDED),
        ("1-4", Status.BOUNDED),
    ],
)
def test_each_mark_keeps_its_reason(text, status):
    found = mark_of(text, missing={})
    assert found is not None
    assert (found.status, found.text) == (status, text)


def test_limits_of_bounded_marks():
    limits = {
        text: (mark.low, mark.high) for text in ("<5", "<=4", ">95", "1-4") if (mark := mark_of(text, missing={}))
    }
    assert limits == {"<5": (0, 4), "<=4": (0, 4), ">95": (96, None), "1-4": (1, 4)}


def test_the_datasets_own_marks_go_first():
    found = mark_of("-", missing={"-": "suppressed"})
    assert found is not None
    assert found.status is Status.SUPPRESSED


def test_text_that_means_nothing_is_no_mark():
    assert mark_of("hej", missing={}) is None


def test_numbers_that_are_marks_are_no_numbers():
    numbers, texts = figures_of(pl.Series(["0", "10", "99"]), decimal=",", marks=["0", "99"])
    assert numbers.to_list() == [None, 10, None]
    assert texts.to_list() == ["0", None, "99"]
    numbers, texts = figures_of(pl.Series([0.0, 10.0, None]), decimal=",", marks=["0"])
    assert numbers.to_list() == [None, 10, None]
    assert texts.to_list() == ["0", None, ""]


def test_numbers_that_are_numbers_already_pass_through():
    numbers, texts = figures_of(pl.Series([1, None, 3]), decimal=",")
    assert numbers.to_list() == [1, None, 3]
    assert texts.to_list() == [None, "", None]


@given(st.floats(min_value=-1e9, max_value=1e9, allow_nan=False), st.sampled_from([",", "."]), st.booleans())
def test_a_written_number_is_read_back(value, decimal, grouped):
    text = f"{value:,.3f}" if grouped else f"{value:.3f}"
    text = text.replace(",", "\u202f").replace(".", decimal).replace("-", "\u2212")
    assert parsed_number(text, decimal=decimal) == float(f"{value:.3f}")
