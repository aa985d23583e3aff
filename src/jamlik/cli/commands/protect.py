"""`jamlik protect` and `jamlik ledger`: a table that may be published, and the ledger of what is out."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import typer

from jamlik.analysis.tablerelease import RELEASE, TableRelease, protect_table
from jamlik.analysis.tablerules import read_table_rules
from jamlik.analysis.tabletold import protection_text
from jamlik.cli.screen import talk
from jamlik.model.errors import ErrorKind, JamlikError, Place
from jamlik.model.words import phrase
from jamlik.privacy.ledger import Ledger, opened_ledger
from jamlik.reports.folder import require_replaceable, whole_folder
from jamlik.sources.reader import open_table

__all__ = ["run", "show_ledger", "withdraw"]

_AUDIT = "audit.txt"


def run(
    table: Path,
    *,
    out: Path,
    rules: Path | None,
    ledger: Path | None,
    width: int | None,
    noisy: bool,
    lang: str,
    as_json: bool,
) -> None:
    """Protect a table beside what the ledger holds, write the folder, and record the release."""
    require_replaceable(out, mark=RELEASE)
    given = read_table_rules(rules, width=width, columns=open_table(table).names)
    if ledger is not None and not given.population:
        raise JamlikError("ledger_population", where=Place(str(rules or "")), kind=ErrorKind.USAGE)
    if ledger is not None and (given.amount is not None or noisy):
        raise JamlikError(
            "noise_with_ledger" if noisy else "sums_with_ledger", where=Place(str(rules or "")), kind=ErrorKind.USAGE
        )
    with _opened(ledger) as held:
        earlier = held.about(given.population) if held else []
        release = protect_table(table, rules=given, earlier=earlier, noisy=noisy)
        with whole_folder(out, mark=RELEASE) as folder:
            for name, content in release.files.items():
                (folder / name).write_bytes(content)
            (folder / _AUDIT).write_text(protection_text(release, lang), encoding="utf-8")
            if held:  # before the folder takes its place: rather one release too many in the ledger than one too few
                _record(held, release)
    _tell(release, out=out, ledger=ledger, lang=lang, as_json=as_json)


@contextmanager
def _opened(ledger: Path | None) -> Iterator[Ledger | None]:
    if ledger is None:
        yield None
    else:
        with opened_ledger(ledger) as held:
            yield held


def _record(held: Ledger, release: TableRelease) -> None:
    counts = release.rules.rules
    held.record(
        release.protection.released,
        release=release.release,
        on=_today(),
        population=release.rules.population,
        rules={
            "answer": counts.answer,
            "minimum_count": counts.minimum_count,
            "preset": counts.preset,
            "width": int(counts.width),
        },
    )


def _tell(release: TableRelease, *, out: Path, ledger: Path | None, lang: str, as_json: bool) -> None:
    done = release.protection
    if as_json:
        facts = {
            "release": release.release,
            "method": "noise" if release.noisy else "suppress",
            "cells": done.cells_n,
            "hidden": done.hidden_n,
            "sensitive": done.sensitive_n,
            "sums_hidden": release.sums_hidden_n,
            "people_hidden_share": done.people_hidden_share,
            "earlier": release.earlier_n,
            "already_out": done.already_out_n,
            "width": int(release.rules.rules.width),
        }
        typer.echo(json.dumps(facts, ensure_ascii=False, indent=2))
    else:
        typer.echo(protection_text(release, lang))
    if not release.noisy:
        talk.print(phrase(lang, "protection.cells.small", n=done.sensitive_n), markup=False)
    talk.print(phrase(lang, "protection.cells.files", folder=out), markup=False)
    if ledger is not None:
        talk.print(phrase(lang, "protection.ledger.recorded", release=release.release, path=ledger), markup=False)


def withdraw(ledger: Path, release: str, *, why: str, lang: str) -> None:
    """Record that a release is published no longer."""
    _require(ledger)
    with opened_ledger(ledger) as held:
        held.withdraw(release, on=_today(), why=why)
    talk.print(phrase(lang, "protection.ledger.withdrawn", release=release), markup=False)


def show_ledger(ledger: Path, *, lang: str, as_json: bool) -> None:
    """Print every release in the ledger; its chain is checked on the way."""
    _require(ledger)
    with opened_ledger(ledger) as held:
        entries = [entry for entry in held.entries if entry.event == "release"]
        why = {entry.release: entry.why for entry in held.entries if held.withdrawn(entry.release)}
    if as_json:
        rows = [
            {
                "number": e.number,
                "on": e.on,
                "release": e.release,
                "population": e.population,
                "withdrawn": e.release in why,
            }
            for e in entries
        ]
        typer.echo(json.dumps(rows, ensure_ascii=False, indent=2))
        return
    for e in entries:
        key = "line_withdrawn" if e.release in why else "line"
        given = {"number": e.number, "on": e.on, "release": e.release, "population": e.population}
        typer.echo(phrase(lang, f"protection.ledger.{key}", **given, why=why.get(e.release, "")))
    if not entries:
        typer.echo(phrase(lang, "protection.ledger.empty"))


def _today() -> str:
    return datetime.now().astimezone().date().isoformat()


def _require(ledger: Path) -> None:
    if not ledger.is_file():
        raise JamlikError("ledger_closed", where=Place(str(ledger)), kind=ErrorKind.UNREADABLE)
