"""Which pages an analysis has now: one for each question that is asked, or each row of it, and what comes next."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from jamlik.handbook import Case, Question, Step, is_asked, lacking, rows_of
from jamlik.handbook.questions import SOLE

__all__ = ["LISTED", "Page", "StepState", "after", "pages_of", "steps_of"]

LISTED = ""
"""Row of the page that lists a question's own rows."""


@dataclass(frozen=True, slots=True)
class Page:
    """One page: its step, its question and its row (`answer` where there are no rows, nothing for a list of rows)."""

    step: Step
    question: Question
    row: str
    done: bool
    answered: bool

    @property
    def optional(self) -> bool:
        """Whether it may be left without an answer."""
        return not self.question.required


@dataclass(frozen=True, slots=True)
class StepState:
    """A step with its pages."""

    step: Step
    pages: tuple[Page, ...]

    @property
    def asked_n(self) -> int:
        """How many of its pages must be answered."""
        return sum(not page.optional for page in self.pages)

    @property
    def done_n(self) -> int:
        """How many of those are."""
        return sum(page.done for page in self.pages if not page.optional)

    @property
    def done(self) -> bool:
        """Whether nothing is lacking."""
        return all(page.done for page in self.pages)


def _asked_rows(case: Case, question: Question) -> Iterator[str]:
    if question.rows:
        if is_asked(case.set, question, SOLE, case.answers, case.facts):
            yield LISTED
        return
    for row in rows_of(case.set, question, case.answers):
        if any(is_asked(case.set, question, row, case.answers, case.facts, part) for part in question.parts):
            yield row


def pages_of(case: Case) -> list[Page]:
    """Every page that is asked now, in order."""
    left = {(question.id, row) for question, row, _ in lacking(case.set, case.depth, case.answers, case.facts)}
    left |= {(name, LISTED) for name, _ in left}
    given = {(name, row.key) for name, rows in case.answers.items() for row in rows}
    given |= {(name, LISTED) for name, _ in given}
    return [
        Page(step, question, row, (question.id, row) not in left, (question.id, row) in given)
        for step, question in case.set.asked_in(case.depth)
        for row in _asked_rows(case, question)
    ]


def steps_of(pages: Sequence[Page]) -> list[StepState]:
    """The steps that have pages, in order."""
    names = list(dict.fromkeys(page.step.id for page in pages))
    grouped = {name: tuple(page for page in pages if page.step.id == name) for name in names}
    return [StepState(found[0].step, found) for found in grouped.values()]


def after(case: Case, pages: Sequence[Page], question: str, row: str, *, back: bool = False) -> Page | None:
    """The page that follows another (or goes before it), also where that one is not asked any more; none at the end."""
    order = {name: place for place, name in enumerate(case.set.by_id)}

    def place(name: str, key: str) -> tuple[int, int]:
        rows = rows_of(case.set, case.set.by_id[name], case.answers)
        return order[name], rows.index(key) if key in rows and case.set.by_id[name].per else -1

    here = place(question, row)
    if back:
        return next((page for page in reversed(pages) if place(page.question.id, page.row) < here), None)
    return next((page for page in pages if place(page.question.id, page.row) > here), None)
