"""What is asked of an analysis, given its depth, what is known of it and what has been answered so far."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from jamlik.handbook.answers import Answers, Value, value_of
from jamlik.handbook.questions import SOLE, About, Condition, Part, Question, QuestionSet

__all__ = ["Asked", "Facts", "asked", "is_asked", "lacking", "rows_of"]

Facts = frozenset[str]
"""What is known of an analysis without being asked: `follow_up_due`."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One thing that is asked: a part of a question, in a row (`answer` where the question has no rows)."""

    question: Question
    row: str
    part: Part


def rows_of(question_set: QuestionSet, question: Question, answers: Answers) -> tuple[str, ...]:
    """Keys of the rows a question is asked for: its own that are begun, another question's, or the only one."""
    if question.per:
        return rows_of(question_set, question_set.by_id[question.per], answers)
    if question.rows:
        return tuple(row.key for row in answers.get(question.id, ()))
    return (SOLE,)


def is_asked(
    question_set: QuestionSet, question: Question, row: str, answers: Answers, facts: Facts, part: Part | None = None
) -> bool:
    """Whether a question (or a part of it) is asked in a row: whether all its conditions hold."""
    held = [*question.when, *(part.when if part else ())]
    return all(_holds(question, each, row, answers, facts) for each in held)


def _holds(question: Question, condition: Condition, row: str, answers: Answers, facts: Facts) -> bool:
    name, part = condition.question or question.id, condition.part
    match condition.about:
        case About.FACT:
            return condition.name in facts
        case About.PART if condition.question:
            return _among(value_of(answers, name, part), condition.values)
        case About.PART | About.ROW:
            return _among(value_of(answers, name, part, row), condition.values)
        case About.ANY_ROW:
            return any(_among(each.values.get(part, ""), condition.values) for each in answers.get(name, ()))
        case About.UNNAMED_BY:
            return not any(each.values.get(part) == row for each in answers.get(name, ()))


def _among(value: Value, wanted: tuple[str, ...]) -> bool:
    given = (value,) if isinstance(value, str) else value
    return any(each in wanted for each in given)


def asked(question_set: QuestionSet, depth: str, answers: Answers, facts: Facts = frozenset()) -> Iterator[Asked]:
    """Yield everything that is asked, in order. A question with rows of its own that has none yet yields nothing."""
    for _, question in question_set.asked_in(depth):
        for row in rows_of(question_set, question, answers):
            for part in question.parts:
                if is_asked(question_set, question, row, answers, facts, part):
                    yield Asked(question, row, part)


def lacking(
    question_set: QuestionSet, depth: str, answers: Answers, facts: Facts = frozenset()
) -> Iterator[tuple[Question, str, str]]:
    """Yield (question, row, part) for what must be answered and is not; row and part are empty for a whole question.

    A question that may be skipped lacks nothing while it is empty. Once a row of it is begun, the row must be whole.
    """
    for _, question in question_set.asked_in(depth):
        if question.rows and not answers.get(question.id):
            if question.required and is_asked(question_set, question, SOLE, answers, facts):
                yield question, "", ""
            continue
        begun = {row.key for row in answers.get(question.id, ())}
        for row in rows_of(question_set, question, answers):
            if question.required or row in begun:
                yield from _lacking_in(question_set, question, row, answers, facts)


def _lacking_in(
    question_set: QuestionSet, question: Question, row: str, answers: Answers, facts: Facts
) -> Iterator[tuple[Question, str, str]]:
    for part in question.parts:
        wanted = part.required and is_asked(question_set, question, row, answers, facts, part)
        if wanted and not value_of(answers, question.id, part.id, row):
            yield question, row, part.id
