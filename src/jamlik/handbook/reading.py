"""Reads a question set as it is written in TOML, and refuses one that does not hold together."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

from jamlik.handbook.questions import (
    SOLE,
    About,
    Choice,
    Condition,
    Depth,
    Kind,
    Part,
    Question,
    QuestionSet,
    Step,
    Texts,
)
from jamlik.model.errors import JamlikError, Place
from jamlik.model.words import LANGUAGES

__all__ = ["choice", "conditions", "question", "read_set", "require_whole", "step", "texts"]

Table = Mapping[str, Any]
T = TypeVar("T")


def read_set(text: str, *, file: str) -> QuestionSet:
    """A question set from its TOML.

    Raises
    ------
    JamlikError
        `handbook_unreadable` where it is no TOML, `handbook_wrong` where it lacks something or points at what is not
        there; both name the file and the place.
    """
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise JamlikError("handbook_unreadable", where=Place(file), detail=str(error)) from error
    try:
        made = _set(table)
    except KeyError as error:
        raise _wrong(file, str(error.args[0]), "missing") from error
    except (TypeError, ValueError) as error:
        raise _wrong(file, str(error), "unknown") from error
    require_whole(made, file=file)
    return made


def _wrong(file: str, where: str, why: str) -> JamlikError:
    return JamlikError("handbook_wrong", where=Place(file, column=where), why=why)


def _set(table: Table) -> QuestionSet:
    return QuestionSet(
        id=str(table["id"]),
        version=int(table["version"]),
        title=texts(table["title"]),
        intro=texts(table["intro"]),
        depths=_each(table["depths"], lambda d: Depth(d["id"], texts(d["title"]), texts(d["note"]))),
        choices={name: _each(listed, choice) for name, listed in table["choices"].items()},
        steps=_each(table["steps"], step),
        gates=dict(table["gates"]),
        unreviewed=tuple(table.get("unreviewed", ())),
    )


def _each(listed: Sequence[Table], made: Callable[[Table], T]) -> tuple[T, ...]:
    return tuple(made(each) for each in listed)


def texts(table: Table) -> Texts:
    """A text in its languages.

    Raises
    ------
    ValueError
        Where it is in a language that is not one of the three.
    """
    if unknown := set(table) - set(LANGUAGES):
        raise ValueError(", ".join(sorted(unknown)))
    return {lang: str(table[lang]).strip() for lang in LANGUAGES if lang in table}


def choice(table: Table) -> Choice:
    """One of the answers of a choice set."""
    return Choice(
        id=table["id"],
        texts=texts({lang: table[lang] for lang in LANGUAGES if lang in table}),
        outside=bool(table.get("outside", False)),
    )


def step(table: Table) -> Step:
    """A step with its questions."""
    return Step(table["id"], texts(table["title"]), texts(table["aim"]), _each(table.get("questions", ()), question))


def question(table: Table) -> Question:
    """A question. One that is filled in as one thing gives `kind` itself, and needs no parts."""
    listed = table.get("parts") or [{key: table[key] for key in ("kind", "choices", "of", "suggest") if key in table}]
    return Question(
        id=table["id"],
        texts=texts(table["text"]),
        help=texts(table["help"]),
        parts=_each(listed, _part),
        depths=tuple(table["depths"]),
        required=bool(table.get("required", True)),
        when=conditions(table.get("when", ())),
        rows=int(table.get("rows", 0)),
        per=str(table.get("per", "")),
        prefill=str(table.get("prefill", "")),
        norm_critical=bool(table.get("norm_critical", False)),
        example=texts(table.get("example", {})),
        row_name=texts(table.get("row_name", {})),
    )


def _part(table: Table) -> Part:
    return Part(
        id=str(table.get("id", SOLE)),
        kind=Kind(table["kind"]),
        texts=texts(table.get("text", {})),
        required=bool(table.get("required", True)),
        when=conditions(table.get("when", ())),
        choices=str(table.get("choices", "")),
        of=str(table.get("of", "")),
        suggest=str(table.get("suggest", "")),
    )


def conditions(listed: Table | Sequence[Table]) -> tuple[Condition, ...]:
    """All that must hold for something to be asked: one table, or several."""
    tables = [listed] if isinstance(listed, Mapping) else listed
    return tuple(_condition(table) for table in tables)


def _condition(table: Table) -> Condition:
    (about,) = set(table) - {"in"}
    return Condition(About(about), str(table[about]), tuple(table.get("in", ())))


def require_whole(made: QuestionSet, *, file: str) -> None:
    """Refuse a set with two things of one id, or with a choice, row or condition that points at nothing.

    Raises
    ------
    JamlikError
        `handbook_wrong`, naming the first place.
    """
    ids = [question.id for step in made.steps for question in step.questions]
    for name in _repeated([step.id for step in made.steps]) or _repeated(ids):
        raise _wrong(file, name, "twice")
    for question in made.by_id.values():
        if set(question.depths) - {depth.id for depth in made.depths}:
            raise _wrong(file, f"{question.id}: depths", "unknown")
        for part in _repeated([part.id for part in question.parts]):
            raise _wrong(file, f"{question.id}.{part}", "twice")
        for name in _astray(made, question):
            raise _wrong(file, f"{question.id}: {name}", "unknown")


def _repeated(names: Sequence[str]) -> list[str]:
    return sorted({name for name in names if names.count(name) > 1})


def _astray(made: QuestionSet, question: Question) -> list[str]:
    """What a question points at that is not there, or comes after it."""
    before = _before(made, question)
    found = [question.per] if question.per and question.per not in before else []
    for part in question.parts:
        chosen = part.kind in (Kind.CHOICE, Kind.CHOICES)
        found += [part.choices or part.id] if chosen and part.choices not in made.choices else []
        found += [part.of or part.id] if part.kind is Kind.ROW and part.of not in before else []
    for condition in (*question.when, *(each for part in question.parts for each in part.when)):
        found += [] if _leads(made, question, condition) else [condition.name]
    return found


def _before(made: QuestionSet, question: Question) -> set[str]:
    names = list(made.by_id)
    return set(names[: names.index(question.id)])


def _leads(made: QuestionSet, question: Question, condition: Condition) -> bool:
    if condition.about is About.FACT:
        return not condition.values
    if condition.question and condition.question not in _before(made, question):
        return False
    asked = made.by_id[condition.question] if condition.question else question
    part = next((part for part in asked.parts if part.id == condition.part), None)
    if part is None or condition.about is About.UNNAMED_BY:
        return part is not None and part.kind is Kind.ROW
    known = {choice.id for choice in made.choices.get(part.choices, ())}
    return bool(condition.values) and set(condition.values) <= known
