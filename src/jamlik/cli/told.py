"""The ten differences that matter most, and what to look at in the file, for the terminal."""

from __future__ import annotations

import json
from pathlib import Path

import typer

from jamlik.calls import Analysis
from jamlik.cli.screen import out, talk
from jamlik.model.errors import ErrorKind, JamlikError, Problem, Severity
from jamlik.model.findings import Certainty
from jamlik.model.words import phrase, words

__all__ = ["parsed_references", "parsed_where", "tell"]

TOP = 10
_SURE = (Certainty.CLEAR, Certainty.INDICATED)


def parsed_where(conditions: list[str]) -> dict[str, tuple[str, ...]]:
    """Read `COLUMN=VALUE` conditions; the same column twice means either value.

    Raises
    ------
    JamlikError
        For a condition without `=`.
    """
    found: dict[str, tuple[str, ...]] = {}
    for condition in conditions:
        column, mark, value = condition.partition("=")
        if not mark or not column.strip():
            raise JamlikError("where_unreadable", kind=ErrorKind.USAGE, condition=condition)
        found[column.strip()] = (*found.get(column.strip(), ()), value.strip())
    return found


def parsed_references(choices: list[str]) -> dict[str, str]:
    """Read `DIMENSION=rest`, `DIMENSION=best` or `DIMENSION=CODE`.

    Raises
    ------
    JamlikError
        For a choice without `=`.
    """
    found = {}
    for choice in choices:
        name, mark, value = choice.partition("=")
        if not mark or not name.strip() or not value.strip():
            raise JamlikError("reference_unreadable", kind=ErrorKind.USAGE, choice=choice)
        found[name.strip()] = value.strip()
    return found


def tell(analysis: Analysis, *, folder: Path, lang: str, as_json: bool) -> None:
    """Print the ten differences that matter most (stdout), then notes and where the report is (stderr)."""
    result = analysis.result
    top = [f for f in result.findings if f.rank is not None and f.certainty in _SURE][:TOP]
    if as_json:
        rows = [
            {"rank": f.rank, "finding_id": f.finding_id, "certainty": f.certainty.value, "sentence": f.sentence}
            for f in top
        ]
        typer.echo(json.dumps(rows, ensure_ascii=False, indent=2))
    elif top:
        out.print(phrase(lang, "cli.ten"), style="bold")
        for finding in top:
            out.print(f"{finding.rank:>3}. {finding.sentence}", markup=False)
    else:
        tested = result.family.tested_n
        out.print(phrase(lang, "cli.none", n=tested) if tested else phrase(lang, "cli.nothing_tested"))
    family = result.family
    talk.print(
        phrase(
            lang,
            "cli.summary",
            asked=family.asked_n,
            clear=family.clear_n,
            indicated=family.indicated_n,
            hidden=family.not_testable_n,
        )
    )
    for note in result.notes:
        talk.print(note, markup=False)
    _tell_problems(analysis, lang)
    talk.print(phrase(lang, "cli.written", folder=folder), markup=False)
    talk.print(phrase(lang, "cli.open_this", path=folder / "report.html"), markup=False)


def _tell_problems(analysis: Analysis, lang: str) -> None:
    """Say what was noticed in the file, rows that were left out first."""
    problems = sorted(analysis.result.problems, key=lambda problem: problem.severity is Severity.NOTE)[:TOP]
    if problems:
        talk.print(phrase(lang, "cli.problems"), style="bold")
    for problem in problems:
        talk.print(f"  {_problem_text(problem, lang)}", markup=False)


def _problem_text(problem: Problem, lang: str) -> str:
    known = {**words(lang, "sources.problem"), **words(lang, "reports.problems.code")}
    what = known.get(problem.code) or problem.detail or problem.code.replace("_", " ")
    told = f"{what}: {problem.detail}" if problem.detail not in ("", what) else what
    where = [problem.where.file] if problem.where.file else []
    if problem.where.row is not None:
        where.append(phrase(lang, "reports.problems.row", row=problem.where.row))
    if problem.where.column:
        where.append(phrase(lang, "reports.problems.column", column=problem.where.column))
    times = phrase(lang, "reports.problems.few") if problem.few else str(problem.count)
    if problem.severity is not Severity.NOTE:
        times += f"; {phrase(lang, f'reports.problems.severity.{problem.severity.value}').lower()}"
    return f"{told.rstrip('.')} ({times}). {', '.join(where)}".rstrip()
