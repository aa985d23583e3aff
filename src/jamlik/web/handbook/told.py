"""What an analysis says, in the order of its questions: for its page, for checking it, and for its report."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from jamlik.handbook import Case, Step
from jamlik.web.handbook.pages import LISTED, Page, pages_of, steps_of
from jamlik.web.handbook.shown import lines_of, row_name, text

__all__ = ["ToldQuestion", "ToldSection", "sections_of"]


@dataclass(frozen=True, slots=True)
class ToldQuestion:
    """A question in one row: its text, the row's name, and each part with its answer."""

    page: Page
    row: str
    title: str
    name: str
    lines: tuple[tuple[str, str], ...]

    @property
    def answered(self) -> bool:
        """Whether anything is said."""
        return any(answer for _, answer in self.lines)


@dataclass(frozen=True, slots=True)
class ToldSection:
    """A step with what is said in it."""

    step: Step
    title: str
    questions: tuple[ToldQuestion, ...]


def sections_of(case: Case, pages: Sequence[Page] | None = None) -> list[ToldSection]:
    """The steps with all that is asked now, answered or not; a question with rows of its own has each of them."""
    return [
        ToldSection(
            each.step, text(each.step.title), tuple(told for page in each.pages for told in _questions(case, page))
        )
        for each in steps_of(pages_of(case) if pages is None else pages)
    ]


def _questions(case: Case, page: Page) -> list[ToldQuestion]:
    question = page.question
    rows = [row.key for row in case.rows(question.id)] if page.row == LISTED else [page.row]
    title = text(question.texts)
    found = [
        ToldQuestion(
            page, row, title, row_name(case.set, question, row, case.answers), tuple(lines_of(case, question, row))
        )
        for row in rows
    ]
    return found or [ToldQuestion(page, LISTED, title, "", ((title, ""),))]
