"""`jamlik inspect`: what a file is taken for, and a description of it to correct."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import typer
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from jamlik import calls
from jamlik.calls import Inspection
from jamlik.cli.screen import out, talk
from jamlik.cli.told import parsed_where
from jamlik.model.errors import ErrorKind, JamlikError, Place
from jamlik.model.words import phrase, words
from jamlik.sources.inspection import ColumnInspection

__all__ = ["run"]

_ROOM = 110  # characters a line, for a table of five columns


def run(
    files: list[Path],
    *,
    lang: str,
    as_json: bool,
    toml: Path | None,
    where: list[str],
    focus: str,
    catalogue: str,
) -> None:
    """Inspect files one by one; print what was found and save a `dataset.toml` for each."""
    if toml is not None and len(files) > 1:
        raise JamlikError("toml_for_one_file", kind=ErrorKind.USAGE)
    found = []
    for file in files:
        inspection = calls.inspect(file, where=parsed_where(where), focus=focus, catalogue=catalogue)
        if as_json:
            found.append(_as_data(inspection, lang))
        else:
            _tell(inspection, lang)
        _save(inspection, toml or file.with_name(f"{_stem(file)}.dataset.toml"), asked=toml is not None, lang=lang)
    if as_json:
        typer.echo(json.dumps(found, ensure_ascii=False, indent=2))


def _stem(file: Path) -> str:
    return file.name.removesuffix(".gz").rsplit(".", 1)[0]


def _save(inspection: Inspection, path: Path, *, asked: bool, lang: str) -> None:
    """Save the description; a file that is there already is never overwritten."""
    if path.exists():
        if asked:
            raise JamlikError("toml_exists", where=Place(str(path)), kind=ErrorKind.OUTPUT)
        talk.print(phrase(lang, "cli.toml_kept", path=path), markup=False)
        return
    try:
        path.write_text(calls.described(inspection, beside=path.parent, lang=lang), encoding="utf-8")
    except OSError as error:
        talk.print(phrase(lang, "cli.toml_unwritable", path=path, why=error.strerror), markup=False)
        return
    talk.print(phrase(lang, "cli.toml_written", path=path), markup=False)


def _kind(inspection: Inspection, lang: str) -> str:
    kind = inspection.rows.value
    return phrase(lang, f"cli.inspect.{'values_kind' if kind == 'values' else kind}")


def _layout_lines(inspection: Inspection, lang: str) -> list[tuple[str, str]]:
    layout, word = inspection.dataset.layout, words(lang, "cli.inspect")
    shown = {"\t": "TAB"}.get(layout.delimiter, layout.delimiter)
    lines = [
        (word["file"], inspection.name),
        (word["format"], " ".join(part for part in (layout.format, layout.compression, layout.sheet) if part)),
        (word["rows"], f"{inspection.rows_n} ({_kind(inspection, lang)})"),
        (word["why"], inspection.rows_why.text(lang)),
        (word["header"], str(layout.header_rows)),
        (word["preamble"], str(layout.skip_rows)),
    ]
    if layout.format == "csv":
        lines[2:2] = [
            (word["encoding"], layout.encoding),
            (word["delimiter"], shown),
            (word["decimal"], layout.decimal),
        ]
    return lines


def _column_texts(column: ColumnInspection, lang: str) -> tuple[str, ...]:
    """Name, role, reason, values and marks of a column, in words."""
    marks = ", ".join(f"{m.mark} = {phrase(lang, f'cli.status.{m.status}')} ({m.count})" for m in column.marks)
    why = column.evidence.text(lang) + (f" {phrase(lang, 'sources.evidence.check')}" if column.check else "")
    return (column.name, phrase(lang, f"cli.role.{column.role.value}"), why, ", ".join(column.examples[:4]), marks)


def _tell_columns(rows: Sequence[tuple[str, ...]], word: Mapping[str, str]) -> None:
    """Print a table where there is room for one, else a few lines for each column."""
    headings = [word[name] for name in ("column", "taken_for", "why", "values", "marks")]
    if out.width >= _ROOM:
        table = Table(*headings, box=None)
        for row in rows:
            table.add_row(*map(Text, row))
        out.print(table)
        return
    for name, *texts in rows:
        out.print()
        out.print(name, style="bold", markup=False)
        for heading, text in zip(headings[1:], texts, strict=True):
            if text:
                line = Text(f"{heading}: {text}")
                out.print(Padding(line, (0, 0, 0, 2), expand=False), soft_wrap=False)
    out.print()


def _tell(inspection: Inspection, lang: str) -> None:
    word = words(lang, "cli.inspect")
    for name, value in _layout_lines(inspection, lang):
        out.print(f"{name}: {value}", markup=False)
    _tell_columns([_column_texts(column, lang) for column in inspection.columns], word)
    for indicator in inspection.indicators[:20]:
        out.print(f"{word['indicator']}: {indicator.indicator.title(lang)} ({indicator.indicator.unit})", markup=False)
    if len(inspection.indicators) > 20:
        out.print(f"… {len(inspection.indicators)}")
    for note in inspection.notes:
        out.print(note.text(lang), markup=False)
    for problem in inspection.problems:
        out.print(
            f"{phrase(lang, 'cli.problem', what=problem.detail or problem.code, n=problem.count)} {problem.where}",
            markup=False,
        )


def _as_data(inspection: Inspection, lang: str) -> dict[str, Any]:
    dataset = inspection.dataset
    return {
        "file": inspection.name,
        "layout": {
            name: getattr(dataset.layout, name)
            for name in (
                "format",
                "compression",
                "encoding",
                "delimiter",
                "decimal",
                "skip_rows",
                "header_rows",
                "sheet",
            )
        },
        "rows": inspection.rows.value,
        "rows_n": inspection.rows_n,
        "columns": [
            {
                "name": c.name,
                "role": c.role.value,
                "dimension": c.dimension,
                "why": c.evidence.text(lang),
                "check": c.check,
                "examples": list(c.examples),
                "distinct_n": c.distinct_n,
                "marks": [{"mark": m.mark, "status": m.status, "count": m.count} for m in c.marks],
            }
            for c in inspection.columns
        ],
        "indicators": [
            {"id": i.indicator.id, "name": i.indicator.title(lang), "kind": i.indicator.kind.value}
            for i in inspection.indicators
        ],
        "problems": [
            {"code": p.code, "severity": p.severity.value, "row": p.where.row, "column": p.where.column, "n": p.count}
            for p in inspection.problems
        ],
    }
