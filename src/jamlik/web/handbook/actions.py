"""Everything that changes what an analysis says: beginning it, answering, taking rows away."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from jamlik.handbook import QuestionSet, as_json, cleaned
from jamlik.handbook.answers import NONE
from jamlik.handbook.questions import Kind
from jamlik.web.assessments.models import Round
from jamlik.web.core import audit
from jamlik.web.core.editing import EditConflict, save_if_unchanged
from jamlik.web.core.people import User
from jamlik.web.core.texts import language
from jamlik.web.handbook import rules
from jamlik.web.handbook.edition_queries import in_use
from jamlik.web.handbook.models import Analysis, Answer
from jamlik.web.handbook.prefill import filled_question, rows_from
from jamlik.web.handbook.queries import finding_of_row, raw_of
from jamlik.web.handbook.shown import answer_text
from jamlik.web.organisation.models import Unit
from jamlik.web.statistics.models import Finding
from jamlik.web.statistics.rules import require_public

__all__ = ["NEW", "begin_analysis", "change_analysis", "locked", "remove_row", "save_answer"]

NEW = "new"
"""Row of an answer that does not exist yet: it is given a number when it is saved."""
Value = Mapping[str, Any]


def locked(analysis: Analysis) -> Analysis:
    """The analysis, held until the transaction ends."""
    return (
        Analysis.objects.select_for_update(no_key=True, of=("self",))
        .select_related("unit", "edition")
        .get(pk=analysis.pk)
    )


@transaction.atomic
def begin_analysis(
    *,
    unit: Unit,
    set_name: str,
    depth: str,
    title: str,
    period: str = "",
    round_: Round | None = None,
    findings: Iterable[Finding] = (),
    start_from: Analysis | None = None,
    follows: Analysis | None = None,
    by: User,
    at: datetime,
) -> Analysis:
    """Begin an analysis with the questions of a set that are in use; each finding has a row of its own from the start.

    Parameters
    ----------
    start_from : Analysis, optional
        An earlier one whose answers this one begins with, where it asks the same; its differences stay with it.
    follows : Analysis, optional
        The one that this one follows up.
    """
    questions, edition = in_use()[set_name]
    if depth not in {each.id for each in questions.depths}:
        raise rules.RefusedError("handbook.refused.depth")
    rules.require_nobody([title, period])
    chosen = list(findings)
    require_public(chosen)
    made = Analysis.objects.create(
        set_key=questions.key,
        edition=edition,
        depth=depth,
        unit=unit,
        title=title.strip(),
        period=period.strip(),
        round=round_,
        follows=follows,
        written_by=by,
        written_at=at,
    )
    _add_findings(made, questions, chosen, by=by, at=at)
    if start_from is not None:
        _begin_with(made, questions, start_from, by=by, at=at)
    changes: dict[str, tuple[object, object]] = {"set": (None, questions.key), "start_from": (None, start_from)}
    audit.record("handbook.analysis_begun", target=made, by=by, at=at, changes=changes)
    return made


def _begin_with(analysis: Analysis, questions: QuestionSet, earlier: Analysis, *, by: User, at: datetime) -> None:
    """Take over what was answered once and for all; what was said of a difference is said of it alone."""
    asked = {each.id for _, each in questions.asked_in(analysis.depth) if not each.repeats}
    answers = cleaned(questions, raw_of(earlier.answers.filter(question_key__in=asked)))[0]
    Answer.objects.bulk_create(
        _answer(analysis, questions, name, str(row["row"]), value, by=by, at=at)
        for name, rows in as_json(answers).items()
        for row in rows
        if (value := {part: each for part, each in row.items() if part != "row"})
    )


def _add_findings(
    analysis: Analysis, questions: QuestionSet, findings: Iterable[Finding], *, by: User, at: datetime
) -> None:
    question = filled_question(questions, analysis.depth)
    chosen = list(findings)
    if question is None or not chosen:
        return
    analysis.findings.add(*chosen)
    known = set(analysis.answers.filter(question_key=question.id).values_list("row_key", flat=True))
    rows = rows_from(questions, analysis.depth, chosen)
    Answer.objects.bulk_create(
        _answer(analysis, questions, question.id, row, value, by=by, at=at)
        for row, value in rows.items()
        if row not in known
    )


@transaction.atomic
def change_analysis(
    *,
    analysis: Analysis,
    title: str,
    period: str,
    findings: Iterable[Finding] = (),
    expected_version: int,
    by: User,
    at: datetime,
) -> Analysis:
    """Change what an analysis is called and add findings to it. Raises `EditConflict` if somebody was before."""
    row = locked(analysis)
    rules.require_editable(row)
    rules.require_nobody([title, period])
    chosen = list(findings)
    require_public(chosen)
    new = {"title": title.strip(), "period": period.strip()}
    changes = {name: (getattr(row, name), value) for name, value in new.items() if getattr(row, name) != value}
    for name, (_, value) in changes.items():
        setattr(row, name, value)
    if changes:
        save_if_unchanged(row, fields=list(changes), expected_version=expected_version)
    _add_findings(row, row.questions, chosen, by=by, at=at)
    row.contributors.add(by)
    audit.record("handbook.analysis_changed", target=row, by=by, at=at, changes=changes)
    return row


@transaction.atomic
def save_answer(
    *,
    analysis: Analysis,
    question: str,
    row: str,
    value: Value,
    expected_version: int,
    by: User,
    at: datetime,
) -> Answer:
    """Save what is answered in one row of a question.

    Raises
    ------
    EditConflict
        Somebody has answered the same row since the person saw it, or taken it away.
    """
    held = locked(analysis)
    rules.require_editable(held)
    rules.require_nobody(_texts(held.questions, question, value))
    rows = Answer.objects.filter(analysis=held, question_key=question)
    key = _next_key(held) if row == NEW else row
    there = rows.filter(row_key=key).first()
    made = _answer(held, held.questions, question, key, value, by=by, at=at)
    if there is None:
        if expected_version:
            raise EditConflict(made, None)
        made.save()
        _told(made, {}, by=by, at=at)
        return made
    if there.value == made.value:
        return there
    before = there.value
    made.pk = there.pk
    save_if_unchanged(made, fields=("value", "words", "saved_by", "saved_at"), expected_version=expected_version)
    _told(made, before, by=by, at=at)
    return made


def _answer(
    analysis: Analysis, questions: QuestionSet, question: str, row: str, value: Value, *, by: User, at: datetime
) -> Answer:
    return Answer(
        analysis=analysis,
        question_key=question,
        row_key=row,
        value=dict(value),
        words="\n".join(_texts(questions, question, value)),
        saved_by=by,
        saved_at=at,
    )


def _texts(questions: QuestionSet, question: str, value: Value) -> list[str]:
    free = {part.id for part in questions.by_id[question].parts if part.kind in (Kind.LINE, Kind.TEXT)}
    return [str(text) for part, text in value.items() if part in free]


def _next_key(analysis: Analysis) -> str:
    """A number that no row of the analysis has, in any question."""
    known = set(analysis.answers.values_list("row_key", flat=True))
    return str(max((int(key) for key in known if key.isascii() and key.isdigit() and len(key) < 10), default=0) + 1)


def _told(answer: Answer, before: Value, *, by: User, at: datetime) -> None:
    analysis = answer.analysis
    analysis.contributors.add(by)
    question = analysis.questions.by_id[answer.question_key]
    changes = {
        question.label(part, language()): (
            answer_text(analysis.questions, part, before.get(part.id), NONE),
            answer_text(analysis.questions, part, answer.value.get(part.id), NONE),
        )
        for part in question.parts
        if before.get(part.id) != answer.value.get(part.id)
    }
    audit.record("handbook.answer_saved", target=analysis, by=by, at=at, changes=changes, note=f"{answer}")


@transaction.atomic
def remove_row(*, analysis: Analysis, question: str, row: str, by: User, at: datetime) -> None:
    """Take a row away, with what was answered about it in other questions. One that is gone already is gone."""
    held = locked(analysis)
    rules.require_editable(held)
    about = [question, *(name for name, each in held.questions.by_id.items() if each.per == question)]
    gone = Answer.objects.filter(analysis=held, question_key__in=about, row_key=row)
    if not gone.filter(question_key=question).exists():
        return
    gone.delete()
    _let_go(held, question, row)
    finding = finding_of_row(row)
    if finding is not None:
        held.findings.remove(finding)
    held.contributors.add(by)
    audit.record("handbook.row_removed", target=held, by=by, at=at, note=f"{question} {row}")


def _let_go(analysis: Analysis, question: str, row: str) -> None:
    """Answers that pointed at a row point at nothing, so that a later row is not taken for it."""
    pointing = {
        name: [part.id for part in each.parts if part.kind is Kind.ROW and part.of == question]
        for name, each in analysis.questions.by_id.items()
    }
    for answer in analysis.answers.filter(question_key__in=[name for name, parts in pointing.items() if parts]):
        at_it = [part for part in pointing[answer.question_key] if answer.value.get(part) == row]
        if at_it:
            answer.value = {part: value for part, value in answer.value.items() if part not in at_it}
            answer.version += 1
            answer.save(update_fields=["value", "version"])
