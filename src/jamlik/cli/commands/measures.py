"""`jamlik measures`: measures of inequality from published values by group, WHO's names beside ours."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

import polars as pl

from jamlik.analysis.summaries import measure_rows
from jamlik.cli.screen import talk
from jamlik.model.errors import ErrorKind, JamlikError, Place
from jamlik.model.words import phrase, words
from jamlik.sources.grouptables import read_group_table

__all__ = ["run"]


def run(
    source: Path,
    *,
    out: Path,
    compat: bool,
    scale: float | None,
    favourable: bool | None,
    confidence: float,
    lang: str,
) -> None:
    """Read the file, make every measure and write them as one CSV, whole or not at all.

    Raises
    ------
    JamlikError
        For a file that cannot be read or written; what is wrong in it is told all at once.
    """
    if not out.parent.is_dir():
        raise JamlikError("file_unwritable", where=Place(str(out)), why="no_folder", kind=ErrorKind.OUTPUT)
    table = read_group_table(source, scale=scale, favourable=favourable)
    with talk.status(""):
        rows = measure_rows(table, compat=compat, confidence=confidence)
    _write(rows, out)
    told = phrase(lang, "cli.measures.written", n=rows.height, settings=len(table.keys), path=str(out))
    talk.print(told, markup=False)
    if compat:
        talk.print(phrase(lang, "cli.measures.differ"), markup=False)
        for line in words(lang, "cli.measures.difference").values():
            talk.print(f"  {line}", markup=False)


def _write(rows: pl.DataFrame, out: Path) -> None:
    """Write beside the file and let that take its place."""
    part = out.with_name(f".{out.name}-{secrets.token_hex(4)}")
    try:
        rows.write_csv(part)
        os.replace(part, out)
    except OSError as error:
        raise JamlikError("file_unwritable", where=Place(str(out)), why="no_rights", kind=ErrorKind.OUTPUT) from error
    finally:
        part.unlink(missing_ok=True)
