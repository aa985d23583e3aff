"""A municipality's own editions of a question set: what it adds, rewords in the help, and leaves out."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from jamlik.handbook import reading
from jamlik.handbook.gates import LOOKED_AT
from jamlik.handbook.questions import Question, QuestionSet, Step
from jamlik.model.errors import JamlikError, Place

__all__ = ["OWN", "edition", "edition_of", "has_rules_on", "pointing_at"]

OWN = "own_"
"""What the id of a municipality's own question or step begins with, so that it never meets one of ours."""
Table = Mapping[str, Any]


def edition(base: QuestionSet, text: str, *, number: int, file: str) -> QuestionSet:
    """An edition from its TOML.

    Raises
    ------
    JamlikError
        `handbook_unreadable` or `handbook_wrong`, as for a set.
    """
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise JamlikError("handbook_unreadable", where=Place(file), detail=str(error)) from error
    return edition_of(base, table, number=number, file=file)


def edition_of(base: QuestionSet, table: Table, *, number: int, file: str) -> QuestionSet:
    """A municipality's own edition of a set: added steps and questions, other titles and help texts.

    No question of ours is reworded, and none is taken away that a rule or another question needs: analyses can be
    compared, and gates hold.

    Parameters
    ----------
    base : QuestionSet
        The set as it ships.
    table : mapping
        Any of `title` and `intro` (of the set), `titles` and `aims` (step id to texts), `help` (question id to texts),
        `left_out` (ids of questions of ours), `choices` (name to answers), `steps` and `questions`. A step may say
        `after`, the step it follows; a question says `step`, and may say `after`, the question it follows; `first` puts
        either before the others. Ids and names of choices begin with `own_`.
    number : int
        Which edition it is, from 1.

    Raises
    ------
    JamlikError
        `handbook_wrong`, naming the first place.
    """
    try:
        made = _with_choices(_with_texts(base, table, file), table.get("choices", {}), file)
        made = _with_steps(made, table.get("steps", ()), file)
        made = _with_questions(made, table.get("questions", ()), file)
    except KeyError as error:
        raise _wrong(file, str(error.args[0]), "missing") from error
    except (TypeError, ValueError) as error:
        raise _wrong(file, str(error), "unknown") from error
    made = replace(_without(made, base, table.get("left_out", ()), file), edition=number)
    reading.require_whole(made, file=file)
    return made


def pointing_at(made: QuestionSet, name: str) -> tuple[str, ...]:
    """Ids of the questions that are asked for a question's rows, point at them, or depend on what it is answered."""
    return tuple(each.id for each in made.by_id.values() if each.id != name and name in _needs(each))


def _needs(question: Question) -> set[str]:
    conditions = (*question.when, *(each for part in question.parts for each in part.when))
    return {question.per, *(part.of for part in question.parts), *(each.question for each in conditions)}


def has_rules_on(made: QuestionSet, name: str) -> bool:
    """Whether a rule that the set is under looks at a question, or its rows are filled in beforehand."""
    looked_at = {each for rule in made.gates.values() for each in LOOKED_AT.get(rule, ())}
    return name in looked_at or bool(made.by_id[name].prefill)


def _wrong(file: str, where: str, why: str) -> JamlikError:
    return JamlikError("handbook_wrong", where=Place(file, column=where), why=why)


def _own(name: str, file: str) -> str:
    if not name.startswith(OWN):
        raise _wrong(file, name, "not_own")
    return name


def _with_texts(base: QuestionSet, table: Table, file: str) -> QuestionSet:
    """The set with its titles and help texts reworded, language by language."""
    helps, titles, aims = (table.get(name, {}) for name in ("help", "titles", "aims"))
    steps = {step.id for step in base.steps}
    for kind, given, known in (("help", helps, set(base.by_id)), ("titles", titles, steps), ("aims", aims, steps)):
        for name in sorted(set(given) - known):
            raise _wrong(file, f"{kind}.{name}", "unknown")
    return replace(
        base,
        title={**base.title, **reading.texts(table.get("title", {}))},
        intro={**base.intro, **reading.texts(table.get("intro", {}))},
        steps=tuple(
            replace(
                step,
                title={**step.title, **reading.texts(titles.get(step.id, {}))},
                aim={**step.aim, **reading.texts(aims.get(step.id, {}))},
                questions=tuple(
                    replace(each, help={**each.help, **reading.texts(helps.get(each.id, {}))})
                    for each in step.questions
                ),
            )
            for step in base.steps
        ),
    )


def _with_choices(base: QuestionSet, added: Mapping[str, Any], file: str) -> QuestionSet:
    made = {_own(name, file): tuple(reading.choice(each) for each in listed) for name, listed in added.items()}
    return replace(base, choices={**base.choices, **made})


def _with_steps(base: QuestionSet, added: Any, file: str) -> QuestionSet:
    steps = list(base.steps)
    for table in added:
        made = reading.step({**table, "questions": [_owned(each, file) for each in table.get("questions", ())]})
        _own(made.id, file)
        steps.insert(_place([step.id for step in steps], table, file), made)
    return replace(base, steps=tuple(steps))


def _owned(table: Table, file: str) -> Table:
    _own(table["id"], file)
    return table


def _with_questions(base: QuestionSet, added: Any, file: str) -> QuestionSet:
    steps = {step.id: step for step in base.steps}
    for table in added:
        made = reading.question(_owned(table, file))
        if table["step"] not in steps:
            raise _wrong(file, f"{made.id}: {table['step']}", "unknown")
        steps[table["step"]] = _inserted(steps[table["step"]], made, table, file)
    return replace(base, steps=tuple(steps.values()))


def _inserted(step: Step, made: Question, table: Table, file: str) -> Step:
    questions = list(step.questions)
    questions.insert(_place([question.id for question in questions], table, file), made)
    return replace(step, questions=tuple(questions))


def _place(names: list[str], table: Table, file: str) -> int:
    """Where something stands among others: first, after one of them, or last."""
    after = table.get("after", "")
    if after and after not in names:
        raise _wrong(file, f"after = {after}", "unknown")
    if table.get("first"):
        return 0
    return names.index(after) + 1 if after else len(names)


def _without(made: QuestionSet, base: QuestionSet, left_out: Any, file: str) -> QuestionSet:
    gone = set(left_out)
    for name in sorted(gone):
        if name not in base.by_id:
            raise _wrong(file, f"left_out: {name}", "unknown")
        if has_rules_on(base, name) or set(pointing_at(made, name)) - gone:
            raise _wrong(file, f"left_out: {name}", "held")
    kept = (
        replace(step, questions=tuple(each for each in step.questions if each.id not in gone)) for step in made.steps
    )
    return replace(made, steps=tuple(kept))
