"""Answers to a handbook, made by Hypothesis: any that a set may be given, in the shape that `cleaned` gives back."""

from __future__ import annotations

import datetime as dt
import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

import jamlik
from jamlik.handbook import Kind, Part, Question, QuestionSet, cleaned
from jamlik.handbook.blocks import Block

__all__ = ["WORDS", "law_numbers", "raw_answers", "swedish", "valid_answers", "whole_answers"]

WORDS = st.text(
    alphabet=st.one_of(
        st.sampled_from("abcdefghij klmnopqrstuvwxyz åäöÅÄÖéüß ,.;:!?()'\"-–”’/&%<>\\"),
        st.characters(min_codepoint=0x20, max_codepoint=0x17F, exclude_categories=("Cc", "Cs")),
    ),
    min_size=1,
    max_size=60,
)


def swedish(blocks: Sequence[Block]) -> str:
    """The Swedish text of some blocks, a text to a line."""
    return "\n".join(each["sv"] for block in blocks for each in block.texts)


def law_numbers() -> dict[str, str]:
    """The number of each law in the register that a site starts with, by its code."""
    content = Path(jamlik.__file__).parent / "web" / "register" / "content" / "laws.toml"
    return {law["code"]: law["number"] for law in tomllib.loads(content.read_text("utf-8"))["law"]}


def _value(question_set: QuestionSet, part: Part, rows: list[str]) -> st.SearchStrategy[Any]:
    if part.kind is Kind.CHOICE:
        return st.sampled_from([choice.id for choice in question_set.choices[part.choices]])
    if part.kind is Kind.CHOICES:
        known = [choice.id for choice in question_set.choices[part.choices]]
        return st.lists(st.sampled_from(known), unique=True, min_size=1)
    if part.kind is Kind.ROW:
        return st.sampled_from(rows)
    if part.kind is Kind.DATE:
        return st.dates(dt.date(1950, 1, 1), dt.date(2150, 1, 1)).map(dt.date.isoformat)
    if part.kind is Kind.NUMBER:
        return st.integers(0, 10**9).map(str)
    lines = 1 if part.kind is Kind.LINE else 6
    return st.lists(WORDS, min_size=1, max_size=lines).map("\n".join)


@st.composite
def raw_answers(draw, question_set: QuestionSet, depth: str, *, rows: int = 3) -> dict[str, list[dict[str, Any]]]:
    """What a person might fill in: any part, answered or left alone."""
    keys = [str(number + 1) for number in range(rows)]
    answers: dict[str, list[dict[str, Any]]] = {}
    for _, question in question_set.asked_in(depth):
        answers[question.id] = draw(st.lists(_row(question_set, question, keys), max_size=rows))
        for number, row in enumerate(answers[question.id]):
            row["row"] = keys[number]
        if not question.repeats:
            answers[question.id] = answers[question.id][:1]
    return answers


@st.composite
def _row(draw, question_set: QuestionSet, question: Question, keys: list[str]) -> dict[str, Any]:
    return {part.id: draw(_value(question_set, part, keys)) for part in question.parts if draw(st.booleans())}


def valid_answers(question_set: QuestionSet, depth: str, *, rows: int = 3) -> st.SearchStrategy[Any]:
    """Answers without a fault, in their one shape."""
    made = raw_answers(question_set, depth, rows=rows).map(lambda raw: cleaned(question_set, raw))
    return made.map(lambda both: both[0])


def whole_answers() -> dict[str, list[dict[str, Any]]]:
    """A full equality analysis of four differences, judged in the four ways, in which no rule is broken."""
    told = "Vi har gått igenom det tillsammans och skrivit vad vi vet."
    grounds = ("sex", "gender_identity", "ethnicity", "religion", "disability", "sexual_orientation", "age")
    texts = (
        "q05_target_group",
        "q06_absent",
        "q15_quality",
        "q21_imagined_resident",
        "q22_missing_view",
        "q33_feedback",
    )
    answers: dict[str, list[dict[str, Any]]] = {name: [{"answer": told}] for name in texts}
    answers |= {
        "q01_subject": [{"answer": "Betyg i årskurs 9"}],
        "q02_occasion": [{"answer": "follow_up"}],
        "q03_policy_links": [{"goals": "Alla klarar skolan", "laws": "Skollagen (2010:800)"}],
        "q04_owner": [{"owner": "Rektor", "decides": "Utbildningsnämnden"}],
        "q07_grounds": [dict.fromkeys(grounds, "considered") | {"sex": "matters"}],
        "q08_children": [{"answer": "yes"}],
        "q09_minorities": [{"answer": "yes", "consultation": "Finska rådet svarade i mars."}],
        "q10_indicators": [{"row": "1", "measure": "Behörighet", "source": "Kolada 2025", "direction": "up"}],
        "q11_breakdowns": [{"answer": ["sex", "age", "area"]}],
        "q14_experience": [{"sources": ["council"], "how": told}],
        "q16_observation": [
            {"row": str(number + 1), "measure": name, "groups": "Pojkar, jämfört med flickor"}
            for number, name in enumerate(("Betyg", "Frånvaro", "Trygghet", "Studieval"))
        ],
        "q17_verdict": [
            {"row": "1", "verdict": "unjustified"},
            {"row": "2", "verdict": "justified"},
            {"row": "3", "verdict": "unclear"},
            {"row": "4", "verdict": "no_difference", "why": "Skillnaden är en elev."},
        ],
        "q18_reason": [{"row": "2", "reasons": ["need"], "evidence": told, "reconsider_on": "2028-01-01"}],
        "q41_unclear": [{"row": "3", "missing": told, "who": "Kurator", "by": "2027-06-01"}],
        "q20_causes": [{"row": "1", "finding": "1", "cause": "norms", "what": told, "certainty": "likely"}],
        "q35_control": [{"row": row, "control": "own"} for row in ("1", "2", "3")],
        "q25_best_interests": [{"interests": told, "heard": told, "against": "no"}],
        "q26_options": [
            {"row": "1", "group": "Pojkar", "option": "Läxhjälp", "short_term": "unchanged", "long_term": "improves"}
        ],
        "q28_actions": [{"row": "1", "action": "Läxhjälp på skoltid", "finding": "1", "cause": "norms"}],
        "q29_responsible": [{"row": "1", "role": "Rektor", "due_on": "2027-12-01", "cost": "0"}],
        "q31_target": [
            {"row": "1", "measure": "Betyg", "group": "Pojkar", "level": "90 %", "gap": "2", "year": "2030"}
        ],
    }
    return answers
