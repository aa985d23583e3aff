"""A filled form that came back, beside what stands on the site: what is new, what is the same, what differs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from jamlik.handbook import Answers, Row, as_json, cleaned, rows_of
from jamlik.handbook.answers import Value
from jamlik.handbook.filled import Filled as Read
from jamlik.handbook.questions import Kind
from jamlik.web.assessments.rules import names_somebody
from jamlik.web.core import audit
from jamlik.web.core.editing import EditConflict
from jamlik.web.core.people import User
from jamlik.web.handbook import actions, queries, rules
from jamlik.web.handbook.models import Analysis, Answer, Filled, FilledState

__all__ = ["Compared", "Place", "compared", "drop_filled", "keep_filled", "take_filled"]

Place = tuple[str, str]
"""A question and a row of it."""


@dataclass(frozen=True, slots=True)
class Compared:
    """One row of the form beside the same row on the site. `state`: `new`, `same` or `differs`."""

    question: str
    row: str
    state: str
    theirs: Mapping[str, Any]
    ours: Mapping[str, Any]
    version: int

    @property
    def place(self) -> Place:
        """Where it belongs."""
        return self.question, self.row

    @property
    def merged(self) -> dict[str, Any]:
        """What stands there when the form's answer is taken: a part the form left empty stays as it was."""
        return {**self.ours, **self.theirs}


@transaction.atomic
def keep_filled(*, analysis: Analysis, read: Read, by: User, at: datetime) -> Filled:
    """Keep what a filled form says until somebody has chosen among its answers. The file itself is let go.

    Raises
    ------
    RefusedError
        It belongs to another analysis, or asks other questions.
    """
    row = actions.locked(analysis)
    rules.require_editable(row)
    if read.analysis and read.analysis != str(row.pk):
        raise rules.RefusedError("handbook.refused.other_analysis")
    if read.set.id != row.questions.id:
        raise rules.RefusedError("handbook.refused.other_questions")
    answers, faults = _fitting(row, read)
    made = Filled.objects.create(
        analysis=row, set_key=read.set.key, answers=as_json(answers), faults=faults, sent_by=by, sent_at=at
    )
    audit.record("handbook.form_read", target=row, by=by, at=at, changes={"questions": (None, read.set.key)})
    return made


def _fitting(analysis: Analysis, read: Read) -> tuple[Answers, list[dict[str, str]]]:
    """The answers as the analysis's own questions take them, also from an older form; and what could not be taken."""
    questions = analysis.questions
    answers, astray = cleaned(questions, as_json(read.answers))
    faults = [{"question": each.question, "part": each.part, "key": each.key} for each in (*read.faults, *astray)]
    kept: dict[str, tuple[Row, ...]] = {}
    for name, rows in answers.items():
        free = {part.id for part in questions.by_id[name].parts if part.kind in (Kind.LINE, Kind.TEXT)}
        found = []
        for row in rows:
            named = {part for part, value in row.values.items() if part in free and names_somebody(str(value))}
            faults += [{"question": name, "part": part, "key": "names_somebody"} for part in sorted(named)]
            values = {part: value for part, value in row.values.items() if part not in named}
            found += [Row(row.key, values)] if values else []
        if found:
            kept[name] = tuple(found)
    return kept, faults


def compared(filled: Filled, kept: Iterable[Answer]) -> list[Compared]:
    """Every row of the form that belongs somewhere, in the order of the questions."""
    analysis = filled.analysis
    questions = analysis.questions
    answers = cleaned(questions, filled.answers)[0]
    there = {(each.question_key, each.row_key): each for each in kept}
    on_site = queries.answers_in(analysis, there.values())
    found = []
    for name, rows in answers.items():
        question = questions.by_id[name]
        home = questions.by_id[question.per] if question.per else question
        known = {*rows_of(questions, home, on_site), *(row.key for row in answers.get(home.id, ()))}
        for row in rows:
            if not question.per or row.key in known:
                found.append(_beside(name, row, there.get((name, row.key))))
    return found


def _beside(question: str, row: Row, kept: Answer | None) -> Compared:
    theirs = {part: _plain(value) for part, value in row.values.items()}
    ours = kept.value if kept is not None else {}
    differs = any(ours.get(part) and ours[part] != value for part, value in theirs.items())
    same = all(ours.get(part) == value for part, value in theirs.items())
    state = "differs" if differs else "same" if same else "new"
    return Compared(question, row.key, state, theirs, ours, kept.version if kept is not None else 0)


def _plain(value: Value) -> str | list[str]:
    return value if isinstance(value, str) else list(value)


@transaction.atomic
def take_filled(*, filled: Filled, chosen: Iterable[Place], seen: Mapping[Place, int], by: User, at: datetime) -> int:
    """Take what is new in the form, and the form's answer where that was chosen; how many rows were saved.

    Parameters
    ----------
    seen : mapping
        Version of each row as the person saw it.

    Raises
    ------
    EditConflict
        Somebody has answered on the site since; nothing is saved.
    """
    analysis = actions.locked(filled.analysis)
    row = Filled.objects.select_related("analysis").get(pk=filled.pk)
    rules.require_editable(analysis)
    if row.state != FilledState.WAITING:
        return 0
    wanted, saved_n = set(chosen), 0
    for each in compared(row, analysis.answers.all()):
        if each.state != "same" and each.version != seen.get(each.place, 0):
            raise EditConflict(row, row)
        if each.state == "new" or (each.state == "differs" and each.place in wanted):
            actions.save_answer(
                analysis=analysis,
                question=each.question,
                row=each.row,
                value=each.merged,
                expected_version=each.version,
                by=by,
                at=at,
            )
            saved_n += 1
    row.state = FilledState.TAKEN
    row.answers = {}
    row.save(update_fields=["state", "answers"])
    audit.record("handbook.form_taken", target=analysis, by=by, at=at, changes={"n": (None, saved_n)})
    return saved_n


@transaction.atomic
def drop_filled(*, filled: Filled, by: User, at: datetime) -> None:
    """Let a form go without taking anything from it."""
    analysis = actions.locked(filled.analysis)
    row = Filled.objects.get(pk=filled.pk)
    if row.state == FilledState.WAITING:
        row.state, row.answers = FilledState.DROPPED, {}
        row.save(update_fields=["state", "answers"])
        audit.record("handbook.form_dropped", target=analysis, by=by, at=at)
