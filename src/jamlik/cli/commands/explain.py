"""`jamlik explain`: how one difference was worked out, from the published files only."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import typer

from jamlik.cli.screen import out
from jamlik.model.errors import ErrorKind, JamlikError, Place
from jamlik.model.words import format_number, phrase, words

__all__ = ["run"]


def run(folder: Path, finding: str, *, lang: str, as_json: bool) -> None:
    """Print SQL, the counts that may be shown, formula, reference and the interval's method."""
    facts = _read(folder / "run.json")
    row = _chosen(_read(folder / "findings.json"), finding, folder, lang)
    if as_json:
        typer.echo(json.dumps({"finding": row, "run": facts}, ensure_ascii=False, indent=2))
        return
    for heading, lines in _told(row, facts, lang):
        out.print(heading, style="bold", markup=False)
        for line in lines:
            out.print(f"  {line}", markup=False)


def _read(path: Path) -> Any:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise JamlikError("no_analysis", where=Place(str(path)), kind=ErrorKind.USAGE) from error
    except ValueError as error:
        raise JamlikError(
            "analysis_unreadable", where=Place(str(path)), why=str(error), kind=ErrorKind.UNREADABLE
        ) from error


def _chosen(content: Any, finding: str, folder: Path, lang: str) -> dict[str, Any]:
    rows = content["findings"]
    for row in rows:
        if finding == row["finding_id"] or (row["rank"] is not None and finding == str(row["rank"])):
            return dict(row)
    raise JamlikError("no_finding", where=Place(str(folder)), kind=ErrorKind.USAGE)


def _told(row: dict[str, Any], facts: dict[str, Any], lang: str) -> list[tuple[str, list[str]]]:
    def word(key: str, **values: object) -> str:
        return phrase(lang, f"cli.explain.{key}", **values)

    told = [
        (word("title"), [row["sentence"]]),
        (word("indicator"), [row["indicator_name"], f"{row['indicator']}, {row['finding_id']}"]),
        (word("compared"), [f"{row['group']} \N{MINUS SIGN} {row['reference']} ({_ways(row, lang)}, {row['period']})"]),
    ]
    if row["level"] is None:
        return [*told, (word("counts"), [word("hidden")])]
    told += [(word("counts"), _counts(row, lang)), (word("formula"), _formula(row, lang))]
    told += [(word("interval"), [word(f"interval_{row['method']}")]), (word("certainty"), _judged(row, facts, lang))]
    sql = [line for step in facts["sql"] for line in (f"-- {step['name']}", *step["text"].splitlines())]
    return [*told, (word("sql"), sql or [word("no_sql")])]


def _ways(row: dict[str, Any], lang: str) -> str:
    names = words(lang, "reports.dimension")
    return " × ".join(names.get(part, part) for part in row["dimension"].split("+"))


def _number(value: float | None, lang: str) -> str:
    if value is None:
        return ""
    text = f"{value:.12g}"
    return format_number(value, len(text.partition(".")[2]) if "e" not in text else 0, lang)


def _chance(value: float | None, lang: str) -> str:
    if value is None:
        return "\N{EN DASH}"
    return f"< {format_number(0.001, 3, lang)}" if value < 0.001 else f"= {format_number(value, 3, lang)}"


def _counts(row: dict[str, Any], lang: str) -> list[str]:
    sides = (
        (row["group"], row["base_n"], row["level"]),
        (row["reference"], row["reference_n"], row["level_reference"]),
    )
    return [
        phrase(lang, "cli.explain.value", group=group, level=_number(level, lang))
        if n is None
        else phrase(lang, "cli.explain.people", group=group, n=_number(n, lang), level=_number(level, lang))
        for group, n, level in sides
    ]


def _formula(row: dict[str, Any], lang: str) -> list[str]:
    gap, low, high = (_number(row[name], lang) for name in ("gap", "gap_low", "gap_high"))
    working = f"{_number(row['level'], lang)} \N{MINUS SIGN} {_number(row['level_reference'], lang)} = {gap}"
    lines = [phrase(lang, f"cli.explain.formula_{row['method']}"), f"{working} ({low}; {high}) {row['unit']}".strip()]
    if row["persons"] is not None:
        lines.append(phrase(lang, "cli.explain.persons", n=_number(row["persons"], lang)))
    return lines


def _judged(row: dict[str, Any], facts: dict[str, Any], lang: str) -> list[str]:
    """The class in words, and the numbers it rests on."""
    lines = [
        phrase(lang, f"reports.certainty.{row['certainty']}.label"),
        phrase(
            lang,
            "cli.explain.family",
            p=_chance(row["p_value"], lang),
            q=_chance(row["q_value"], lang),
            n=facts["family"]["tested"],
        ),
    ]
    if row.get("q_threshold") is not None:
        lines.append(phrase(lang, "cli.explain.threshold", q=_chance(row["q_threshold"], lang)))
    return lines
