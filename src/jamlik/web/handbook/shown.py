"""Questions, rows and answers as a person reads them, in the language of the page."""

from __future__ import annotations

from collections.abc import Iterator

from jamlik.handbook import Answers, Case, Part, Question, QuestionSet, is_asked, rows_of, value_of
from jamlik.handbook.questions import Kind, text_of
from jamlik.model.words import format_number, phrase
from jamlik.web.core.texts import language, say
from jamlik.web.handbook.models import Analysis

__all__ = ["LOOKS", "answer_text", "lines_of", "row_choices", "row_name", "set_name", "state_text", "text"]

LOOKS = {
    "draft": "plain",
    "submitted": "warn",
    "returned": "danger",
    "approved": "ok",
    "issued": "ok",
    "withdrawn": "plain",
}


def text(texts: object) -> str:
    """One of the handbook's texts."""
    return text_of(texts, language())  # type: ignore[arg-type]  # the room's own mapping of languages


def state_text(analysis: Analysis) -> str:
    """How far it has come."""
    return say(f"handbook.state.{analysis.state}")


def set_name(analysis: Analysis) -> str:
    """Which questions, and how deeply: `Jämlikhetsanalys, full analys`."""
    questions = analysis.questions
    depth = next((text(each.title) for each in questions.depths if each.id == analysis.depth), "")
    return f"{text(questions.title)}, {depth.lower()}" if len(questions.depths) > 1 else text(questions.title)


def row_name(questions: QuestionSet, question: Question, row: str, answers: Answers) -> str:
    """`Skillnad 2: Betyg`; nothing for a question that has no rows."""
    if not question.repeats:
        return ""
    home = questions.by_id[question.per] if question.per else question
    rows = rows_of(questions, home, answers)
    name = value_of(answers, home.id, home.parts[0].id, row)
    number = str(rows.index(row) + 1 if row in rows else len(rows) + 1)
    key = "row_named" if name else "row"
    return phrase(language(), f"handbook.form.{key}", what=text(home.row_name), number=number, name=str(name))


def row_choices(questions: QuestionSet, part: Part, answers: Answers) -> list[tuple[str, str]]:
    """The rows a part may point at."""
    home = questions.by_id[part.of]
    return [(row, row_name(questions, home, row, answers)) for row in rows_of(questions, home, answers)]


def answer_text(questions: QuestionSet, part: Part, value: object, answers: Answers) -> str:
    """An answer in words; nothing where there is none."""
    if not value:
        return ""
    if part.kind is Kind.ROW:
        return dict(row_choices(questions, part, answers)).get(str(value), str(value))
    if part.kind in (Kind.CHOICE, Kind.CHOICES):
        chosen = [value] if isinstance(value, str) else list(value)  # type: ignore[call-overload]  # a list of ids
        known = {each.id: each.text(language()) for each in questions.choices[part.choices]}
        return "; ".join(known.get(str(each), str(each)) for each in chosen)
    if part.kind is Kind.NUMBER and str(value).replace(".", "", 1).isdecimal():
        return format_number(float(str(value)), len(str(value).partition(".")[2]), language())
    return str(value)


def lines_of(case: Case, question: Question, row: str) -> Iterator[tuple[str, str]]:
    """Yield (label, answer) for what is asked in a row; an answer that is not there is empty."""
    lang = language()
    for part in question.parts:
        if is_asked(case.set, question, row, case.answers, case.facts, part):
            value = value_of(case.answers, question.id, part.id, row)
            yield question.label(part, lang), answer_text(case.set, part, value, case.answers)
