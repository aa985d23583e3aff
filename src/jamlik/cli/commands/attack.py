"""`jamlik attack`: what an outsider can work out from published tables, ours or anybody's."""

from __future__ import annotations

import json
import re
from math import isfinite
from pathlib import Path

import typer

from jamlik.analysis.tablerelease import attack_tables
from jamlik.analysis.tablerules import read_table_rules
from jamlik.analysis.tabletold import attack_text
from jamlik.model.errors import ErrorKind, JamlikError
from jamlik.privacy.ledger import Entry, Ledger, opened_ledger
from jamlik.privacy.outside import Found

__all__ = ["run"]

_FINGERPRINT = re.compile("[0-9a-f]+")


def run(
    paths: list[Path], *, rules: Path | None, ledger: Path | None, width: int | None, lang: str, as_json: bool
) -> bool:
    """Attack the tables together and tell what was found; whether the protection holds."""
    given = None if rules is None else read_table_rules(rules, width=width)
    earlier: list[Entry] = []
    if ledger is not None and ledger.is_file():
        with opened_ledger(ledger) as held:
            named = [path for path in paths if _FINGERPRINT.fullmatch(str(path)) and not path.exists()]
            paths = [path for path in paths if path not in named]
            earlier = _chosen(held, [str(path) for path in named], given.population if given else "")
    if not paths and not earlier:
        raise JamlikError("attack_nothing", kind=ErrorKind.USAGE)
    found, wide = attack_tables(paths, rules=given, width=width, earlier=earlier)
    names = [entry.table.name for entry in earlier if entry.table is not None] + [str(path) for path in paths]
    if as_json:
        typer.echo(json.dumps(_facts(found, wide), ensure_ascii=False, indent=2))
    else:
        typer.echo(attack_text(found, names, lang, width=wide))
    return found.passed


def _chosen(held: Ledger, named: list[str], population: str) -> list[Entry]:
    """The releases named, each once; without names, every one about the same people."""
    if named:
        found = list({entry.release: entry for entry in map(held.named, named)}.values())
    else:
        found = [e for e in held.entries if e.event == "release" and population in ("", e.population)]
    if len({entry.population for entry in found} | ({population} - {""} if found else set())) > 1:
        raise JamlikError("attack_population", kind=ErrorKind.USAGE)
    return found


def _facts(found: Found, width: float) -> dict[str, object]:
    cells = [
        {"cell": dict(key), "low": _number(low), "high": _number(high), "narrow": bool(narrow)}
        for key, low, high, narrow in zip(
            found.keys, found.low.tolist(), found.high.tolist(), found.narrow.tolist(), strict=True
        )
    ]
    return {
        "passed": found.passed,
        "required_width": _number(width),
        "hidden": len(found.keys),
        "exact": int(found.exact.sum()),
        "narrow": int(found.narrow.sum()),
        "victims": [[dict(single), dict(cell)] for single, cell in found.victims] if found.truth_known else None,
        "cells": cells,
    }


def _number(value: float) -> int | None:
    return int(value) if isfinite(value) else None
