"""A filled form that comes back: which form it is, which analysis it belongs to, and what was answered."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jamlik.handbook.answers import Answers, Fault, cleaned
from jamlik.handbook.library import question_set
from jamlik.handbook.paper import FORM_FIELD, field_name
from jamlik.handbook.questions import SOLE, Kind, QuestionSet
from jamlik.model.errors import ErrorKind, JamlikError, Place

__all__ = ["LARGEST", "Filled", "read_filled"]

LARGEST = 20 * 2**20
_SECONDS = 20  # by the clock, on a busy machine; its own limit is four seconds of work


@dataclass(frozen=True, slots=True)
class Filled:
    """What a form says.

    Parameters
    ----------
    set : QuestionSet
        The set it was made from, in the version and edition it was made from.
    analysis : str
        What names the analysis it goes back to; empty where it starts one.
    answers : Answers
        Only what could be taken.
    faults : tuple of Fault
        What could not, and why; a person corrects it on the web or in the file.
    """

    set: QuestionSet
    depth: str
    lang: str
    analysis: str
    answers: Answers
    faults: tuple[Fault, ...]


def read_filled(data: bytes, *, file: str, editions: Mapping[str, QuestionSet] | None = None) -> Filled:
    """Read a form that was filled in with any program.

    Parameters
    ----------
    data : bytes
        The PDF.
    file : str
        Its name, for errors.
    editions : mapping, optional
        A municipality's own editions by key, beside the sets that ship.

    Raises
    ------
    JamlikError
        `pdf_…`: it is no PDF of ours, is flattened, locked, too large, or holds what a form has no need of.
    """
    if len(data) > LARGEST:
        raise _refusal("pdf_too_large", file)
    if b"%PDF-" not in data[:1024]:
        raise _refusal("pdf_unreadable", file)
    fields = _fields(data, file)
    key = fields.get(FORM_FIELD)
    if not isinstance(key, str) or key.count("|") != 3:
        raise _refusal("pdf_not_ours", file)
    name, depth, lang, analysis = key.split("|")
    made = (editions or {}).get(name) or question_set(name)
    if depth not in {each.id for each in made.depths}:
        raise _refusal("pdf_not_ours", file)
    if not _whole(made, depth, fields):
        raise _refusal("pdf_damaged", file)
    answers, faults = cleaned(made, _raw(made, fields))
    return Filled(made, depth, lang, analysis, answers, faults)


def _refusal(key: str, file: str) -> JamlikError:
    return JamlikError(key, where=Place(file), kind=ErrorKind.UNREADABLE)


def _fields(data: bytes, file: str) -> dict[str, Any]:
    command = [sys.executable, "-I", str(Path(__file__).with_name("pdf_fields.py"))]
    try:
        done = subprocess.run(command, input=data, capture_output=True, timeout=_SECONDS, check=False)
        told = json.loads(done.stdout)
    except subprocess.TimeoutExpired as error:
        raise _refusal("pdf_too_much", file) from error
    except ValueError as error:  # it was stopped at its limits, or fell over
        raise _refusal("pdf_too_much", file) from error
    if "refused" in told:
        raise _refusal(str(told["refused"]), file)
    return dict(told["fields"])


def _whole(made: QuestionSet, depth: str, fields: Mapping[str, Any]) -> bool:
    """Whether every field of the form is there: one that is gone has taken its answer with it."""
    for _, question in made.asked_in(depth):
        rows = {steps[1] for steps in (name.split("/") for name in fields) if steps[0] == question.id}
        for row in rows if question.repeats else (SOLE,):
            for part in question.parts:
                name = field_name(question.id, row, part.id)
                boxes = [f"/{each.id}" for each in made.choices[part.choices]] if part.kind is Kind.CHOICES else [""]
                if any(name + box not in fields for box in boxes):
                    return False
        if len(rows) < question.rows:
            return False
    return True


def _raw(made: QuestionSet, fields: Mapping[str, Any]) -> dict[str, list[dict[str, Any]]]:
    """Fields as the answers that `cleaned` takes: rows by question, ticked boxes as lists."""
    rows: dict[str, dict[str, dict[str, Any]]] = {}
    for name, value in fields.items():
        if name == FORM_FIELD or not value:
            continue
        question, row, part, option = _place(made, name.split("/"))
        values = rows.setdefault(question, {}).setdefault(row, {"row": row})
        if option:
            values.setdefault(part, []).append(option)
        else:
            values[part] = value[0] if isinstance(value, list) and len(value) == 1 else value
    return {question: list(each.values()) for question, each in rows.items()}


def _place(made: QuestionSet, steps: list[str]) -> tuple[str, str, str, str]:
    """(question, row, part, option) of a field's name; what is not known is left for `cleaned` to tell."""
    question = made.by_id.get(steps[0])
    rest = steps[1:]
    row = rest.pop(0) if question and question.repeats and rest else SOLE
    part = rest[0] if rest else ""
    ticked = question and any(each.id == part and each.kind is Kind.CHOICES for each in question.parts)
    return steps[0], row, part, "/".join(rest[1:]) if ticked else ""
