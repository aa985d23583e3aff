"""`jamlik handbook`: the questions as a form, a filled form as answers, and the handbook to read."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Iterator
from pathlib import Path

import typer

from jamlik.cli.screen import out, talk
from jamlik.handbook import Breach, Case, Fault, QuestionSet, as_json, breaches, newest
from jamlik.handbook.filled import Filled, read_filled
from jamlik.handbook.library import edition_in
from jamlik.handbook.paper import form_of
from jamlik.handbook.printed import book_of
from jamlik.handbook.questions import Part, Question, text_of
from jamlik.model.errors import ErrorKind, JamlikError, Place
from jamlik.model.words import phrase
from jamlik.reports.book import book_pdf
from jamlik.reports.form import form_pdf

__all__ = ["read_form", "write_book", "write_form"]


def write_form(
    path: Path, *, name: str, depth: str | None, lang: str, fillable: bool, edition: Path | None = None
) -> None:
    """Write a question set, or an edition of a municipality's own, as a PDF to fill in, on a screen or with a pen.

    Raises
    ------
    JamlikError
        `no_such_handbook`, `no_such_depth`, or `form_unwritable`.
    """
    questions, chosen = _chosen(name, depth, edition)
    _write(path, lambda: form_pdf(form_of(questions, chosen, lang, fillable=fillable)))
    talk.print(phrase(lang, "cli.handbook.written", path=str(path)), markup=False)


def write_book(path: Path, *, name: str, depth: str | None, lang: str, edition: Path | None = None) -> None:
    """Write the handbook of a question set as a PDF to read: the method, and the questions as text.

    Raises
    ------
    JamlikError
        `no_such_handbook`, `no_such_depth`, or `form_unwritable`.
    """
    questions, chosen = _chosen(name, depth, edition)
    _write(path, lambda: book_pdf(book_of(questions, chosen, lang)))
    talk.print(phrase(lang, "cli.handbook.printed", path=str(path)), markup=False)


def _chosen(name: str, depth: str | None, own: Path | None) -> tuple[QuestionSet, str]:
    """The newest version of a set, or an own edition, and how deep to ask: all of it where nothing else is said."""
    questions = newest(name) if own is None else edition_in(_content(own).decode("utf-8", "replace"), file=own.name)
    depths = [each.id for each in questions.depths]
    chosen = depth or depths[-1]
    if chosen not in depths:
        known = ", ".join(depths)
        raise JamlikError("no_such_depth", kind=ErrorKind.USAGE, name=name, depth=chosen, known=known)
    return questions, chosen


def _write(path: Path, made: Callable[[], bytes]) -> None:
    if not path.parent.is_dir():
        raise JamlikError("form_unwritable", where=Place(str(path)), why="no_folder", kind=ErrorKind.OUTPUT)
    with talk.status(""):
        written = made()
    try:
        path.write_bytes(written)
    except OSError as error:
        raise JamlikError("form_unwritable", where=Place(str(path)), why="no_rights", kind=ErrorKind.OUTPUT) from error


def read_form(path: Path, *, lang: str, as_json: bool, edition: Path | None = None) -> None:
    """Tell what a filled form says, what could not be read, and what is left to answer.

    Raises
    ------
    JamlikError
        Where it cannot be read at all.
    """
    own = [] if edition is None else [edition_in(_content(edition).decode("utf-8", "replace"), file=edition.name)]
    filled = read_filled(_content(path), file=path.name, editions={each.key: each for each in own})
    case = Case(filled.set, filled.depth, filled.answers, frozenset(), dt.datetime.now().astimezone().date())
    left = breaches(case)
    if as_json:
        typer.echo(json.dumps(_data(filled, left, lang), ensure_ascii=False, indent=2))
        return
    _tell(filled, left, lang)


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError as error:
        raise JamlikError("no_such_file", kind=ErrorKind.UNREADABLE, name=str(path)) from error
    except OSError as error:
        raise JamlikError("file_closed", kind=ErrorKind.UNREADABLE, name=str(path)) from error


def _data(filled: Filled, left: tuple[Breach, ...], lang: str) -> dict[str, object]:
    return {
        "form": filled.set.key,
        "depth": filled.depth,
        "language": filled.lang,
        "analysis": filled.analysis,
        "answers": as_json(filled.answers),
        "faults": [
            {
                "question": fault.question,
                "row": fault.row,
                "part": fault.part,
                "text": phrase(lang, f"handbook.fault.{fault.key}"),
            }
            for fault in filled.faults
        ],
        "left": [
            {"question": each.question, "row": each.row, "part": each.part, "text": each.text(lang)} for each in left
        ],
    }


def _tell(filled: Filled, left: tuple[Breach, ...], lang: str) -> None:
    for line in _answer_lines(filled, lang) or [phrase(lang, "cli.handbook.nothing")]:
        out.print(line, markup=False)
    if filled.faults:
        talk.print(phrase(lang, "cli.handbook.faults"), style="bold")
    for fault in filled.faults:
        told = phrase(lang, f"handbook.fault.{fault.key}")
        talk.print(f"  {_place(filled, fault, lang)}: {told}", markup=False)
    talk.print(phrase(lang, f"cli.handbook.{'left' if left else 'whole'}"), style="bold")
    for breach in left:
        talk.print(f"  {_place(filled, breach, lang)}: {breach.text(lang)}", markup=False)


def _place(filled: Filled, about: Breach | Fault, lang: str) -> str:
    """Where something is wrong: the question, the row where it has several, and the part where that has a name."""
    question = filled.set.by_id.get(about.question)
    if question is None:
        return about.question
    part = next((each for each in question.parts if each.id == about.part), None)
    names = [text_of(question.texts, lang)]
    names += [_row(filled, question, about.row, lang)] if question.repeats and about.row else []
    names += [text_of(part.texts, lang)] if part and part.texts else []
    return " / ".join(names)


def _answer_lines(filled: Filled, lang: str) -> list[str]:
    lines: list[str] = []
    for name, rows in filled.answers.items():
        question = filled.set.by_id[name]
        lines.append(text_of(question.texts, lang))
        for row in rows:
            lines += [f"  {_row(filled, question, row.key, lang)}"] if question.repeats else []
            for part in question.parts:
                if part.id in row.values:
                    lines += _part_lines(filled.set, question, part, row.values[part.id], lang)
    return lines


def _row(filled: Filled, question: Question, row: str, lang: str) -> str:
    home = filled.set.by_id[question.per] if question.per else question
    place = [each.key for each in filled.answers.get(home.id, ())]
    number = place.index(row) + 1 if row in place else row
    return f"{text_of(home.row_name, lang)} {number}"


def _part_lines(
    questions: QuestionSet, question: Question, part: Part, value: str | tuple[str, ...], lang: str
) -> Iterator[str]:
    before = f"  {text_of(part.texts, lang)}: " if part.texts else "  "
    given = (value,) if isinstance(value, str) else value
    if part.choices:
        yield before + ", ".join(questions.choice(part.choices, each).text(lang) for each in given)
    else:
        yield before + " ".join(given).replace("\n", "\n    ")
