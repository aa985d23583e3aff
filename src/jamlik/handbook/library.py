"""The question sets that ship, in every version, and a municipality's own editions of them."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from importlib import resources
from typing import Any

from jamlik.handbook import reading
from jamlik.handbook.questions import Question, QuestionSet, Step
from jamlik.model.errors import JamlikError, Place

__all__ = ["OWN", "edition", "newest", "question_set", "shipped"]

OWN = "own_"
"""What the id of a municipality's own question or step begins with, so that it never meets one of ours."""
_NAME = re.compile(r"([a-z]+)-(\d+)\.toml")


@cache
def shipped() -> Mapping[str, QuestionSet]:
    """Every set that ships, by its key: `equality-1`."""
    found = {}
    for file in sorted(resources.files("jamlik.handbook").joinpath("sets").iterdir(), key=lambda file: file.name):
        if _NAME.fullmatch(file.name):
            made = reading.read_set(file.read_text("utf-8"), file=file.name)
            found[made.key] = made
    return found


def newest(name: str) -> QuestionSet:
    """The newest version of a set: `equality`, `team` or `crisis`.

    Raises
    ------
    JamlikError
        `no_such_handbook` where there is none of that name.
    """
    versions = [each for each in shipped().values() if each.id == name]
    if not versions:
        raise JamlikError("no_such_handbook", name=name, known=", ".join(sorted({s.id for s in shipped().values()})))
    return max(versions, key=lambda each: each.version)


def question_set(key: str) -> QuestionSet:
    """A set by its key, in the version an analysis was made with.

    Raises
    ------
    JamlikError
        `no_such_handbook` where it does not ship with this version of the program.
    """
    if key not in shipped():
        raise JamlikError("no_such_handbook", name=key, known=", ".join(sorted(shipped())))
    return shipped()[key]


def edition(base: QuestionSet, text: str, *, number: int, file: str) -> QuestionSet:
    """A municipality's own edition of a set: added steps and questions, and other help texts.

    Nothing of ours is taken away or reworded, so that analyses can be compared, and gates hold.

    Parameters
    ----------
    base : QuestionSet
        The set as it ships.
    text : str
        TOML with any of `[help]` (question id to texts), `[[steps]]` (with `after`, the step it follows) and
        `[[questions]]` (with `step`, and `after`, the question it follows); ids begin with `own_`.
    number : int
        Which edition it is, from 1.

    Raises
    ------
    JamlikError
        `handbook_unreadable` or `handbook_wrong`, as for a set.
    """
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise JamlikError("handbook_unreadable", where=Place(file), detail=str(error)) from error
    try:
        made = _with_steps(_with_help(base, table.get("help", {}), file), table.get("steps", ()), file)
        made = _with_questions(made, table.get("questions", ()), file)
    except KeyError as error:
        raise _wrong(file, str(error.args[0]), "missing") from error
    except (TypeError, ValueError) as error:
        raise _wrong(file, str(error), "unknown") from error
    made = replace(made, edition=number)
    reading.require_whole(made, file=file)
    return made


def _wrong(file: str, where: str, why: str) -> JamlikError:
    return JamlikError("handbook_wrong", where=Place(file, column=where), why=why)


def _own(name: str, file: str) -> str:
    if not name.startswith(OWN):
        raise _wrong(file, name, "not_own")
    return name


def _with_help(base: QuestionSet, helps: Mapping[str, Any], file: str) -> QuestionSet:
    for name in helps:
        if name not in base.by_id:
            raise _wrong(file, f"help.{name}", "unknown")

    def changed(question: Question) -> Question:
        given = reading.texts(helps.get(question.id, {}))
        return replace(question, help={**question.help, **given}) if given else question

    steps = tuple(replace(step, questions=tuple(map(changed, step.questions))) for step in base.steps)
    return replace(base, steps=steps)


def _with_steps(base: QuestionSet, added: Any, file: str) -> QuestionSet:
    steps = list(base.steps)
    for table in added:
        made = reading.step({**table, "questions": [_owned(each, file) for each in table.get("questions", ())]})
        _own(made.id, file)
        steps.insert(_place([step.id for step in steps], table.get("after", steps[-1].id), file), made)
    return replace(base, steps=tuple(steps))


def _owned(table: Mapping[str, Any], file: str) -> Mapping[str, Any]:
    _own(table["id"], file)
    return table


def _with_questions(base: QuestionSet, added: Any, file: str) -> QuestionSet:
    steps = {step.id: step for step in base.steps}
    for table in added:
        made = reading.question(_owned(table, file))
        if table["step"] not in steps:
            raise _wrong(file, f"{made.id}: {table['step']}", "unknown")
        steps[table["step"]] = _inserted(steps[table["step"]], made, table.get("after", ""), file)
    return replace(base, steps=tuple(steps.values()))


def _inserted(step: Step, made: Question, after: str, file: str) -> Step:
    questions = list(step.questions)
    names = [question.id for question in questions]
    place = _place(names, after, file) if after else len(questions)
    questions.insert(place, made)
    return replace(step, questions=tuple(questions))


def _place(names: list[str], after: str, file: str) -> int:
    if after not in names:
        raise _wrong(file, f"after = {after}", "unknown")
    return names.index(after) + 1
