"""Answers in their one shape: what is taken, what is not, and that nothing changes once it has been taken."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jamlik.handbook import as_json, cleaned, newest, value_of
from jamlik.handbook.answers import texts_of
from tests.support.handbook import raw_answers, valid_answers

EQUALITY = newest("equality")


def taken(question, **values):
    answers, faults = cleaned(EQUALITY, {question: [values]})
    return answers, [fault.key for fault in faults]


@given(valid_answers(EQUALITY, "full"))
def test_answers_survive_being_kept_and_read_again(answers):
    kept = json.loads(json.dumps(as_json(answers), ensure_ascii=False))
    assert cleaned(EQUALITY, kept) == (answers, ())


@given(raw_answers(EQUALITY, "full"), st.randoms())
def test_order_in_which_answers_come_does_not_matter(raw, random):
    shuffled = list(raw.items())
    random.shuffle(shuffled)
    assert cleaned(EQUALITY, dict(shuffled))[0] == cleaned(EQUALITY, raw)[0]


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("2027-03-01", "2027-03-01"),
        ("20270301", "2027-03-01"),
        ("1.3.2027", "2027-03-01"),
        ("01/03/2027", "2027-03-01"),
        (" 2027/03/01 ", "2027-03-01"),
    ],
)
def test_date_is_read_as_people_write_it(written, read):
    answers, faults = taken("q41_unclear", row="1", by=written)
    assert value_of(answers, "q41_unclear", "by", "1") == read
    assert faults == []


@pytest.mark.parametrize("written", ["2027-02-30", "i mars", "27-03-01", "0001-01-01", "2027-13-01", "3/2027"])
def test_what_is_no_date_is_told(written):
    assert taken("q41_unclear", row="1", by=written) == ({}, ["no_date"])


@pytest.mark.parametrize(
    ("written", "read"),
    [("120 000", "120000"), ("120\u00a0000 kr", "120000"), ("0", "0"), ("99,50", "99.5"), ("1200:-", "1200")],
)
def test_cost_is_read_as_people_write_it(written, read):
    answers, faults = taken("q29_responsible", row="1", cost=written)
    assert value_of(answers, "q29_responsible", "cost", "1") == read
    assert faults == []


@pytest.mark.parametrize("written", ["gratis", "-5", "1.234.567", "1e9", "12,345", "ca 100"])
def test_what_is_no_number_is_told(written):
    assert taken("q29_responsible", row="1", cost=written) == ({}, ["no_number"])


def test_text_keeps_its_lines_and_loses_control_characters():
    answers, _ = taken("q05_target_group", answer="  Första\r\nandra\x00 \rtredje  \n\n")
    assert value_of(answers, "q05_target_group") == "  Första\nandra\ntredje"


def test_letters_made_of_two_signs_become_one():
    answers, _ = taken("q01_subject", answer="A\u030angest\u00a0 pa\u030a  skolan")
    assert value_of(answers, "q01_subject") == "Ångest på skolan"


@pytest.mark.parametrize("text", ["Ring 19811218-9876.", "Skriv till anna.svensson@ekby.example"])
def test_text_that_points_somebody_out_is_not_taken(text):
    answers, faults = taken("q05_target_group", answer=text)
    assert answers == {}
    assert faults == ["names_somebody"]


def test_longest_text_is_taken_and_one_more_is_not():
    assert taken("q05_target_group", answer="å" * 3000)[1] == []
    assert taken("q05_target_group", answer="å" * 3001) == ({}, ["too_long"])
    assert taken("q01_subject", answer="å" * 201) == ({}, ["too_long"])


@pytest.mark.parametrize(
    "raw",
    [
        {"q99": [{"answer": "x"}]},
        {"q01_subject": "x"},
        {"q01_subject": ["x"]},
        {"q01_subject": {"answer": "x"}},
        {"q16_observation": [{"row": "../1", "measure": "x"}]},
        {"q01_subject": [{"answer": 5}]},
        {"q01_subject": [{"answer": ["x"]}]},
    ],
)
def test_what_is_not_of_the_form_is_told_and_nothing_is_taken(raw):
    answers, faults = cleaned(EQUALITY, raw)
    assert answers == {}
    assert [fault.key for fault in faults] == ["unknown"]


def test_unknown_part_is_told_and_the_rest_is_taken():
    answers, faults = taken("q01_subject", answer="Skolan", colour="red")
    assert value_of(answers, "q01_subject") == "Skolan"
    assert faults == ["unknown"]


def test_choices_come_in_the_order_of_the_form():
    answers, faults = taken("q18_reason", row="1", reasons=["law", "need", "law"])
    assert value_of(answers, "q18_reason", "reasons", "1") == ("need", "law")
    assert faults == []
    assert taken("q18_reason", row="1", reasons=["need", "mood"])[1] == ["unknown_choice"]
    assert taken("q17_verdict", row="1", verdict="maybe") == ({}, ["unknown_choice"])


def test_row_given_twice_is_told_and_the_first_one_counts():
    rows = [{"row": "1", "measure": "Betyg"}, {"row": "1", "measure": "Frånvaro"}]
    answers, faults = cleaned(EQUALITY, {"q16_observation": rows})
    assert value_of(answers, "q16_observation", "measure", "1") == "Betyg"
    assert [fault.key for fault in faults] == ["row_twice"]


def test_free_text_is_found_wherever_it_stands():
    answers, _ = cleaned(
        EQUALITY,
        {
            "q01_subject": [{"answer": "Skolan"}],
            "q17_verdict": [{"row": "1", "verdict": "no_difference", "why": "Få"}],
            "q29_responsible": [{"row": "1", "role": "Rektor", "cost": "0", "due_on": "2027-01-01"}],
        },
    )
    assert {text for *_, text in texts_of(EQUALITY, answers)} == {"Skolan", "Få", "Rektor"}
