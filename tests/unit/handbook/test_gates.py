"""Each rule: it holds in a whole analysis, and is told, in three languages, as soon as what it asks for is missing."""

from __future__ import annotations

import datetime as dt
from copy import deepcopy

import pytest
from hypothesis import given

from jamlik.handbook import Case, Decision, breaches, cleaned, decision_breaches, newest, own_approval
from jamlik.handbook.gates import RULES
from jamlik.model.words import missing_translations, words
from tests.support.handbook import valid_answers, whole_answers

EQUALITY = newest("equality")
TODAY = dt.date(2026, 11, 22)


def found(raw, *, depth="full", facts=frozenset(), name="equality"):
    made = newest(name)
    answers, faults = cleaned(made, raw)
    assert faults == ()
    return [(b.rule, b.what, b.question, b.row, b.part) for b in breaches(Case(made, depth, answers, facts, TODAY))]


@pytest.mark.parametrize("depth", ["quick", "full"])
def test_whole_analysis_breaks_no_rule(depth):
    raw = whole_answers()
    if depth == "quick":
        raw["q34_enough"] = [{"answer": "yes", "why": "Skillnaderna är små."}]
    assert found(raw, depth=depth) == []


def row(raw, question, key="answer"):
    return next(each for each in raw[question] if each.get("row", "answer") == key)


CASES = {
    "g1 not judged": ("q17_verdict", "4", "verdict", None, ("verdict_for_each", "missing")),
    "g2 no reason": ("q18_reason", "2", "reasons", None, ("justified_has_reasons", "no_reason")),
    "g2 no evidence": ("q18_reason", "2", "evidence", None, ("justified_has_reasons", "no_evidence")),
    "g2 no date": ("q18_reason", "2", "reconsider_on", None, ("justified_has_reasons", "no_date")),
    "g2 date passed": (
        "q18_reason",
        "2",
        "reconsider_on",
        "2026-11-22",
        ("justified_has_reasons", "date_passed"),
    ),
    "g3 no role": ("q29_responsible", "1", "role", None, ("unjustified_has_action_or_reason", "no_role")),
    "g3 no date": ("q29_responsible", "1", "due_on", None, ("unjustified_has_action_or_reason", "no_due_on")),
    "g3 no cost": ("q29_responsible", "1", "cost", None, ("unjustified_has_action_or_reason", "no_cost")),
    "g5 interests": ("q25_best_interests", "answer", "interests", None, ("best_interests", "no_interests")),
    "g5 heard": ("q25_best_interests", "answer", "heard", None, ("best_interests", "no_heard")),
    "g5 against": ("q25_best_interests", "answer", "against", None, ("best_interests", "no_against")),
    "g6": ("q11_breakdowns", "answer", "answer", ["sex", "age"], ("basic_breakdowns", "no_reason")),
    "g7": ("q07_grounds", "answer", "religion", None, ("all_grounds", "not_considered")),
    "g8": ("q14_experience", "answer", "sources", ["staff"], ("outside_source", "none")),
    "g11": ("q09_minorities", "answer", "consultation", None, ("consultation", "missing")),
    "g12 missing": ("q41_unclear", "3", "missing", None, ("unclear_has_next_step", "no_missing")),
    "g12 who": ("q41_unclear", "3", "who", None, ("unclear_has_next_step", "no_who")),
    "g12 when": ("q41_unclear", "3", "by", None, ("unclear_has_next_step", "no_date")),
    "g12 passed": ("q41_unclear", "3", "by", "2026-01-01", ("unclear_has_next_step", "date_passed")),
}


@pytest.mark.parametrize("name", CASES)
def test_rule_is_told_where_it_does_not_hold(name):
    question, key, part, value, told = CASES[name]
    raw = whole_answers()
    if value is None:
        del row(raw, question, key)[part]
    else:
        row(raw, question, key)[part] = value
    where = (question, key, part if name != "g6" else "missing")
    assert (*told, *where) in found(raw)


def test_reason_for_a_missing_breakdown_is_enough():
    raw = whole_answers()
    raw["q11_breakdowns"] = [{"answer": ["sex"], "missing": "Ålder är lika och enheten har ett område."}]
    assert found(raw) == []


def test_age_as_a_reason_takes_standardised_figures():
    raw = whole_answers()
    row(raw, "q18_reason", "2")["reasons"] = ["age_composition"]
    told = ("justified_has_reasons", "not_standardised", "q18_reason", "2", "standardised")
    assert told in found(raw)
    row(raw, "q18_reason", "2")["standardised"] = "no"
    assert told in found(raw)
    row(raw, "q18_reason", "2")["standardised"] = "yes"
    assert found(raw) == []


def test_unjustified_needs_an_action_for_that_difference_or_a_reason_to_wait():
    raw = whole_answers()
    row(raw, "q28_actions", "1")["finding"] = "2"
    rule = "unjustified_has_action_or_reason"
    assert {
        (rule, "no_action", "q30_no_action", "1", "why"),
        (rule, "no_date", "q30_no_action", "1", "review_on"),
    } <= set(found(raw))
    raw["q30_no_action"] = [{"row": "1", "why": "Vi väntar på utredningen.", "review_on": "2027-05-01"}]
    assert found(raw) == []
    del raw["q28_actions"], raw["q29_responsible"]
    assert found(raw) == []


def test_action_for_a_difference_nobody_described_is_told():
    raw = whole_answers()
    row(raw, "q28_actions", "1")["finding"] = "7"
    assert ("unjustified_has_action_or_reason", "no_such_difference", "q28_actions", "1", "finding") in found(raw)


def test_verdict_on_a_difference_nobody_described_is_told():
    raw = whole_answers()
    raw["q17_verdict"].append({"row": "7", "verdict": "unjustified"})
    assert ("verdict_for_each", "nothing_judged", "q17_verdict", "7", "verdict") in found(raw)


def test_proposal_against_the_best_interests_takes_a_reason_and_a_compensation():
    raw = whole_answers()
    row(raw, "q25_best_interests")["against"] = "yes"
    told = {what for rule, what, *_ in found(raw) if rule == "best_interests"}
    assert told == {"no_reason", "no_compensation"}
    row(raw, "q25_best_interests").update(reason="Lokalen är utdömd.", compensation="Buss till en annan skola.")
    assert found(raw) == []
    row(raw, "q25_best_interests")["against"] = "no"
    row(raw, "q08_children")["answer"] = "no"
    del raw["q25_best_interests"]
    assert found(raw) == [], "no children, no question"


def test_full_rules_leave_the_quick_screening_alone():
    raw = whole_answers()
    for name in ("q11_breakdowns", "q14_experience", "q20_causes", "q31_target"):
        del raw[name]
    raw["q34_enough"] = [{"answer": "yes", "why": "Ja."}]
    assert found(raw, depth="quick") == []
    assert {rule for rule, *_ in found(raw)} == {"basic_breakdowns", "outside_source", "answered"}


def test_result_is_asked_for_when_the_follow_up_is_due():
    assert found(whole_answers(), facts=frozenset({"follow_up_due"})) == [
        ("answered", "missing", "q32_outcome", "answer", "answer"),
        ("answered", "missing", "q32_outcome", "answer", "how"),
    ]


def test_begun_row_must_be_whole_in_a_question_that_may_be_skipped():
    raw = whole_answers()
    raw["q27_risks"] = [{"row": "1", "risk": "Gruppen pekas ut"}]
    assert {part for *_, part in found(raw)} == {"likelihood", "impact", "response"}


@pytest.mark.parametrize("name", ["team", "crisis"])
def test_other_sets_ask_for_their_answers_and_nothing_else(name):
    assert {rule for rule, *_ in found({}, depth="quick", name=name)} == {"answered"}


@given(valid_answers(EQUALITY, "full"))
def test_rules_can_be_asked_of_any_answers_and_never_tell_the_same_thing_twice(answers):
    for depth in ("quick", "full"):
        told = breaches(Case(EQUALITY, depth, answers, frozenset(), TODAY))
        places = [(b.rule, b.what, b.question, b.row, b.part) for b in told]
        assert len(places) == len(set(places))
        order = list(EQUALITY.by_id)
        assert [order.index(b.question) for b in told] == sorted(order.index(b.question) for b in told)


def test_asking_changes_nothing():
    raw = whole_answers()
    before = deepcopy(raw)
    found(raw)
    assert raw == before


def test_everything_a_rule_may_say_is_said_in_three_languages():
    said = words("sv", "handbook.gate")
    assert len(said) > 30
    assert {key.split(".")[0] for key in said} >= set(RULES) | {"answered", "four_eyes", "decision_recorded"}
    assert not [key for key in missing_translations() if key.startswith("handbook.")]


def test_writer_does_not_approve():
    assert own_approval(written_by="u1", approved_by="u2") is None
    breach = own_approval(written_by="u1", approved_by="u1")
    assert breach is not None
    assert "någon annan" in breach.text("sv")


@pytest.mark.parametrize(
    ("decision", "lacks"),
    [
        (Decision("committee", "approved", "Utbildningsnämnden", TODAY, "§ 12"), []),
        (Decision("committee", "approved", "Utbildningsnämnden", TODAY), ["no_paragraph"]),
        (Decision("committee", "referred_back", "Utbildningsnämnden", TODAY, "§ 12"), ["no_reason"]),
        (Decision("department_head", "completion", "Chefen", TODAY), ["no_reason"]),
        (Decision("department_head", "completion", "Chefen", TODAY, reason="Belägg saknas"), []),
        (Decision("department_head", "referred_back", "Chefen", TODAY, reason="Nej"), ["not_political"]),
        (Decision("council", "referred_back"), ["no_body_name", "no_on", "no_paragraph", "no_reason"]),
    ],
)
def test_decision_says_who_when_where_and_why(decision, lacks):
    assert [breach.what for breach in decision_breaches(decision)] == lacks
