"""`jamlik attack`: what an outsider can work out from published tables, ours or anybody's."""

from __future__ import annotations

import json
from math import isfinite
from pathlib import Path

import typer

from jamlik.analysis.tablerelease import attack_tables
from jamlik.analysis.tablerules import read_table_rules
from jamlik.analysis.tabletold import attack_text
from jamlik.model.errors import ErrorKind, JamlikError
from jamlik.privacy.ledger import opened_ledger
from jamlik.privacy.outside import Found

__all__ = ["run"]


def run(
    paths: list[Path], *, rules: Path | None, ledger: Path | None, width: int | None, lang: str, as_json: bool
) -> bool:
    """Attack the tables together and tell what was found; whether the protection holds."""
    given = None if rules is None else read_table_rules(rules, width=width)
    earlier = []
    if ledger is not None and ledger.is_file():
        with opened_ledger(ledger) as held:
            populations = {given.population} if given and given.population else {e.population for e in held.entries}
            if len(populations) > 1:
                raise JamlikError("attack_population", kind=ErrorKind.USAGE)
            earlier = [table for population in populations for table in held.about(population)]
    if not paths and not earlier:
        raise JamlikError("attack_nothing", kind=ErrorKind.USAGE)
    found, wide = attack_tables(paths, rules=given, width=width, earlier=earlier)
    names = [table.name for table in earlier] + [str(path) for path in paths]
    if as_json:
        typer.echo(json.dumps(_facts(found, wide), ensure_ascii=False, indent=2))
    else:
        typer.echo(attack_text(found, names, lang, width=wide))
    return found.passed


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
