"""What people answer: read from the web, a filled form or a database, put in one shape, and checked piece by piece."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from types import MappingProxyType
from typing import Any

from jamlik.handbook.questions import SOLE, Kind, Part, Question, QuestionSet
from jamlik.privacy.scan import traces_in_text

__all__ = ["NONE", "Answers", "Fault", "Row", "Value", "as_json", "cleaned", "cleaned_value", "texts_of", "value_of"]

Value = str | tuple[str, ...]
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u2028\u2029\ufeff]")
_SPACES = re.compile(r"[ \t\u00a0\u202f]+")
_ROW_KEY = re.compile(r"[A-Za-z0-9_-]{1,40}")


@dataclass(frozen=True, slots=True)
class Row:
    """The answers of one row, by part; `key` names the row in every question that is asked for it."""

    key: str
    values: Mapping[str, Value]


Answers = Mapping[str, tuple[Row, ...]]
"""Rows by question. A question that has no rows has one, with the key `answer`. What is not answered is not there."""

NONE: Answers = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Fault:
    """Something that could not be taken as an answer: where it stood, and which text tells why.

    `key` is that of a text in `jamlik.model.words` (`handbook.fault.…`). The text itself is never repeated.
    """

    question: str
    row: str
    part: str
    key: str


def cleaned(question_set: QuestionSet, raw: Mapping[str, Any]) -> tuple[Answers, tuple[Fault, ...]]:
    """Answers in their one shape, and what could not be taken.

    Parameters
    ----------
    question_set : QuestionSet
        What was asked.
    raw : mapping
        Question id to a list of rows; a row maps part ids, and `row` (its key), to text or a list of choice ids.

    Returns
    -------
    answers, faults
        What is faulty is left out of the answers; the rest is whole. Empty texts and rows are left out.
    """
    answers: dict[str, tuple[Row, ...]] = {}
    faults: list[Fault] = []
    for name, rows in raw.items():
        question = question_set.by_id.get(name)
        if question is None or not _are_rows(rows):
            faults.append(Fault(str(name), "", "", "unknown"))
            continue
        made = [row for each in rows if (row := _row(question_set, question, each, faults)) is not None]
        if len({row.key for row in made}) < len(made):
            faults.append(Fault(name, "", "", "row_twice"))
            made = list({row.key: row for row in reversed(made)}.values())[::-1]
        if made:
            answers[name] = tuple(made)
    return MappingProxyType(_in_order(question_set, answers)), tuple(faults)


def _are_rows(rows: object) -> bool:
    return isinstance(rows, Sequence) and not isinstance(rows, str) and all(isinstance(row, Mapping) for row in rows)


def _in_order(question_set: QuestionSet, answers: Mapping[str, tuple[Row, ...]]) -> dict[str, tuple[Row, ...]]:
    return {name: answers[name] for name in question_set.by_id if name in answers}


def _row(question_set: QuestionSet, question: Question, given: Mapping[str, Any], faults: list[Fault]) -> Row | None:
    key = str(given.get("row", SOLE)) if question.repeats else SOLE
    if not _ROW_KEY.fullmatch(key):
        faults.append(Fault(question.id, "", "", "unknown"))
        return None
    values = {}
    for part in question.parts:
        value, fault = cleaned_value(question_set, part, given.get(part.id, ""))
        if fault:
            faults.append(Fault(question.id, key, part.id, fault))
        elif value:
            values[part.id] = value
    known = {part.id for part in question.parts} | {"row"}
    faults += [Fault(question.id, key, str(name), "unknown") for name in given if name not in known]
    return Row(key, MappingProxyType(values)) if values else None


def cleaned_value(question_set: QuestionSet, part: Part, given: object) -> tuple[Value, str]:
    """One answer in its one shape, and the key of what is wrong with it; either is empty.

    Text keeps its line breaks and loses control characters and spaces at its ends; a date is `2027-03-01`; a number has
    a point for decimals and no spaces. Texts that point somebody out are not taken.
    """
    if part.kind is Kind.CHOICES:
        listed = [given] if isinstance(given, str) else list(given) if isinstance(given, Sequence) else [given]
        chosen = {str(each) for each in listed if each}
        known = [choice.id for choice in question_set.choices[part.choices]]
        return tuple(name for name in known if name in chosen), "unknown_choice" if chosen - set(known) else ""
    if not isinstance(given, str):
        return "", "unknown" if given is not None else ""
    text = _plain(given, lines=part.kind is Kind.TEXT)
    if not text:
        return "", ""
    if part.kind is Kind.CHOICE:
        known = [choice.id for choice in question_set.choices[part.choices]]
        return (text, "") if text in known else ("", "unknown_choice")
    if part.kind is Kind.ROW:
        return (text, "") if _ROW_KEY.fullmatch(text) else ("", "unknown_choice")
    if part.kind is Kind.DATE:
        return _date(text)
    if part.kind is Kind.NUMBER:
        return _number(text)
    if len(text) > part.kind.limit:
        return "", "too_long"
    return ("", "names_somebody") if traces_in_text(text) else (text, "")


def _plain(given: str, *, lines: bool) -> str:
    text = unicodedata.normalize("NFC", given.replace("\r\n", "\n").replace("\r", "\n"))
    text = _CONTROL.sub("", text)
    if not lines:
        return _SPACES.sub(" ", text.replace("\n", " ")).strip()
    return "\n".join(line.rstrip() for line in text.split("\n")).strip("\n")


def _date(text: str) -> tuple[str, str]:
    """A date as `2027-03-01`; it may be written with points or slashes, day first as in Finnish, or without dashes."""
    for pattern in ("%Y-%m-%d", "%Y%m%d", "%Y/%m/%d", "%d.%m.%Y", "%d/%m/%Y"):
        try:
            found = dt.datetime.strptime(text, pattern).date()  # noqa: DTZ007 - a day has no time zone
        except ValueError:
            continue
        if 1900 <= found.year <= 2200:
            return found.isoformat(), ""
    return "", "no_date"


def _number(text: str) -> tuple[str, str]:
    bare = re.sub(r"\s|kr\.?$|:-$", "", text.lower()).replace(",", ".")
    if not re.fullmatch(r"\d{1,12}(\.\d{1,2})?", bare):
        return "", "no_number"
    try:
        value = Decimal(bare)
    except InvalidOperation:
        return "", "no_number"
    return format(value.normalize(), "f"), ""


def value_of(answers: Answers, question: str, part: str = SOLE, row: str = SOLE) -> Value:
    """An answer; empty where there is none."""
    for each in answers.get(question, ()):
        if each.key == row:
            return each.values.get(part, "")
    return ""


def texts_of(question_set: QuestionSet, answers: Answers) -> Iterator[tuple[str, str, str, str]]:
    """Yield (question, row, part, text) for everything written in free text."""
    for name, rows in answers.items():
        question = question_set.by_id[name]
        for row in rows:
            for part in question.parts:
                value = row.values.get(part.id, "")
                if part.kind in (Kind.LINE, Kind.TEXT) and isinstance(value, str) and value:
                    yield name, row.key, part.id, value


def as_json(answers: Answers) -> dict[str, list[dict[str, str | list[str]]]]:
    """Answers as they are kept: what `cleaned` takes."""
    return {
        name: [{"row": row.key, **{part: _plain_json(value) for part, value in row.values.items()}} for row in rows]
        for name, rows in answers.items()
    }


def _plain_json(value: Value) -> str | list[str]:
    return value if isinstance(value, str) else list(value)
