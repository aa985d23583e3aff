"""`jamlik explain`: how one difference was worked out, from the published files only."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import typer

from jamlik.cli.screen import out
from jamlik.model.errors import ErrorKind, JamlikError, Place
from jamlik.model.words import phrase

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
        raise JamlikError(
            "Mappen är ingen färdig analys.",
            where=Place(str(path)),
            why="Filen finns inte.",
            do="Kör jamlik analyse FIL --out MAPP först.",
            kind=ErrorKind.USAGE,
        ) from error
    except ValueError as error:
        raise JamlikError(
            "Filen går inte att läsa.", where=Place(str(path)), why=str(error), kind=ErrorKind.UNREADABLE
        ) from error


def _chosen(content: Any, finding: str, folder: Path, lang: str) -> dict[str, Any]:
    rows = content["findings"]
    for row in rows:
        if finding in (row["finding_id"], str(row["rank"])):
            return dict(row)
    raise JamlikError(
        phrase(lang, "cli.no_finding"),
        where=Place(str(folder)),
        do=phrase(lang, "cli.pick_finding"),
        kind=ErrorKind.USAGE,
    )


def _told(row: dict[str, Any], facts: dict[str, Any], lang: str) -> list[tuple[str, list[str]]]:
    def word(key: str, **values: object) -> str:
        return phrase(lang, f"cli.explain.{key}", **values)

    told = [
        (word("title"), [row["sentence"]]),
        (word("indicator"), [f"{row['indicator']} ({row['finding_id']})"]),
        (word("compared"), [f"{row['group']} − {row['reference']} ({row['dimension']}, {row['period']})"]),
    ]
    if row["level"] is None:
        return [*told, (word("counts"), [word("hidden")])]
    method = row["method"]
    sides = (
        (row["group"], row["base_n"], row["level"]),
        (row["reference"], row["reference_n"], row["level_reference"]),
    )
    counts = [
        word("value", group=g, level=level) if n is None else word("people", group=g, n=n, level=level)
        for g, n, level in sides
    ]
    limits = f"{row['gap']} ({row['gap_low']}; {row['gap_high']})"
    told += [
        (word("counts"), counts),
        (word("formula"), [word(f"formula_{method}"), f"{row['level']} − {row['level_reference']} = {limits}"]),
        (word("interval"), [word(f"interval_{method}")]),
        (
            word("certainty"),
            [word("family", p=row["p_value"], q=row["q_value"], n=facts["family"]["tested"]), row["certainty"]],
        ),
    ]
    sql = [line for step in facts["sql"] for line in (f"-- {step['name']}", *step["text"].splitlines())]
    return [*told, (word("sql"), sql or [word("no_sql")])]
