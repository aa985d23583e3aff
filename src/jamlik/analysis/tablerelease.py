"""Two doors for anybody's table: protect it beside what is released already, and attack what is published."""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from jamlik.analysis.anytable import AnyTable, opened_table
from jamlik.analysis.tablerules import TableRules
from jamlik.model.errors import ErrorKind, JamlikError, Place
from jamlik.model.provenance import canonical_json, decimal_text, fingerprint
from jamlik.model.words import published
from jamlik.privacy.amounts import publishable_sums, room_needed
from jamlik.privacy.crossed import TOTAL, Crossed
from jamlik.privacy.leaveout import Without, enough_without, left_out
from jamlik.privacy.ledger import Entry, crossed_as_data, crossed_from
from jamlik.privacy.outside import Found, attacked
from jamlik.privacy.perturb import perturbed, require_unknown
from jamlik.privacy.publish import Protection, publishable
from jamlik.privacy.system import ReleaseRefused
from jamlik.privacy.together import Released

__all__ = ["RELEASE", "TABLE", "TableRelease", "attack_tables", "protect_table"]

RELEASE, TABLE = "release.json", "table.csv"
_SHARE_DECIMALS = 1
_METHODS = {True: "noise", False: "suppress"}
_STATUS = {True: "suppressed", False: "shown"}


@dataclass(frozen=True, slots=True)
class TableRelease:
    """A protected table, ready to be written.

    Parameters
    ----------
    protection : Protection
        What is shown, and what it took.
    rules : TableRules
        What it was protected by.
    earlier_n : int
        How many tables it was tried together with.
    release : str
        Fingerprint of what is published.
    files : mapping of name to bytes
        The table and what describes it; nothing in them that is hidden.
    sums_hidden_n : int or None
        How many sums are hidden; None without an amount.
    noisy : bool
        Whether the counts have noise, and none is hidden.
    """

    protection: Protection
    rules: TableRules
    earlier_n: int
    release: str
    files: dict[str, bytes] = field(repr=False)
    sums_hidden_n: int | None = None
    noisy: bool = False


def protect_table(
    path: Path, *, rules: TableRules, earlier: Sequence[Released] = (), noisy: bool = False
) -> TableRelease:
    """Read a table and protect it so that it can be published beside earlier ones.

    Parameters
    ----------
    path : Path
        The file.
    rules : TableRules
        What its columns are and what must stay hidden.
    earlier : sequence of Released
        Tables about the same people that are out.
    noisy : bool
        Add noise to every number instead of hiding some.

    Raises
    ------
    JamlikError
        When the table cannot be read by these rules; as `ReleaseRefused` when it cannot be protected, with the fewest
        breakdowns to leave out so that it can, where some are found.
    """
    table = opened_table(path, rules, complete=True)
    counts = rules.rules
    if noisy:
        return _described(_with_noise(table, rules), rules, None, 0, noisy=True)

    def attempt(without: Without) -> TableRelease:
        protection = publishable(
            table.crossed,
            table.number,
            sensitive=table.sensitive,
            minimum_count=counts.minimum_count,
            width=counts.width,
            nobody=bool(counts.answer),
            earlier=earlier,
            name=table.name,
            unpublished=left_out(table.crossed, without),
        )
        sums = _sums(table, rules, np.isnan(protection.released.value))
        return _described(protection, rules, sums, len(earlier), noisy=False)

    try:
        return attempt(rules.without)
    except ReleaseRefused as refused:
        enough = enough_without(table.crossed, rules.without, attempt)
        if enough is None:
            raise
        raise ReleaseRefused(refused.reason, cells=refused.cells, without=enough) from refused


def _with_noise(table: AnyTable, rules: TableRules) -> Protection:
    if rules.noise is None or table.key is None or rules.amount is not None:
        raise JamlikError("noise_without_keys" if rules.noise is None else "noise_with_sums", kind=ErrorKind.USAGE)
    noise = rules.noise.noise
    value = perturbed(table.number, table.key, noise)
    must = table.sensitive
    require_unknown(table.crossed, table.number, value, noise=noise, sensitive=must, width=rules.rules.width)
    told = ~left_out(table.crossed, rules.without)
    shown = Released(table.name, table.crossed, np.where(told, value, np.nan), told)
    return Protection(shown, int(told.sum()), 0, int((must & told).sum()), None, 0)


def _described(
    protection: Protection,
    rules: TableRules,
    sums: npt.NDArray[np.float64] | None,
    earlier_n: int,
    *,
    noisy: bool,
) -> TableRelease:
    """The files of a release."""
    shown, counts = protection.released, rules.rules
    content = _table_csv(shown, rules, sums, noisy=noisy)
    about: dict[str, Any] = {
        "cells": protection.cells_n,
        "crossed": crossed_as_data(shown.crossed),
        "format": 1,
        "hidden": protection.hidden_n,
        "population": rules.population,
        "rules": {
            "answer": counts.answer,
            "count": rules.count,
            "minimum_base": counts.minimum_base,
            "minimum_count": counts.minimum_count,
            "minimum_group": counts.minimum_group,
            "method": _METHODS[noisy],
            "preset": counts.preset,
            "width": int(counts.width),
        },
        "table_sha256": hashlib.sha256(content).hexdigest(),
    }
    if noisy and rules.noise:
        about["noise"] = rules.noise.noise
    release = fingerprint(about)
    about["release"] = release
    files = {TABLE: content, RELEASE: (canonical_json(about) + "\n").encode()}
    hidden = None if sums is None else int((np.isnan(sums) & shown.told).sum())
    return TableRelease(protection, rules, earlier_n, release, files, hidden, noisy)


def _sums(table: AnyTable, rules: TableRules, counts_hidden: npt.NDArray[np.bool_]) -> npt.NDArray[np.float64] | None:
    """The sums as they may be published, NaN = hidden; None without an amount."""
    if rules.amount is None or table.total is None or table.largest is None:
        return None
    hidden = publishable_sums(
        table.crossed,
        table.total,
        room=room_needed(rules=rules.amount.dominance, total=table.total, largest=table.largest),
        number=table.number,
        minimum_count=rules.rules.minimum_count,
        counts_hidden=counts_hidden,
    )
    return np.where(hidden, np.nan, table.total)


def _table_csv(shown: Released, rules: TableRules, sums: npt.NDArray[np.float64] | None, *, noisy: bool) -> bytes:
    """The table as it may be published: every margin but those left out, an empty number where a cell is hidden."""
    status = _STATUS | {False: "perturbed"} if noisy else _STATUS
    crossed, answer = shown.crossed, rules.rules.answer
    text = io.StringIO()
    lines = csv.writer(text, lineterminator="\n")
    names = [axis.name for axis in crossed.axes]
    amount = [rules.amount.column, "sum_status"] if rules.amount else []
    lines.writerow([*names, rules.count, *(["share"] if answer else []), "status", *amount])
    for cell in np.flatnonzero(shown.told).tolist():
        codes, number = crossed.codes[cell], float(shown.value[cell])
        labels = [code or axis.label for axis, code in zip(crossed.axes, codes, strict=True)]
        hidden = bool(np.isnan(number))
        share = [_share(shown, codes, names.index(answer))] if answer else []
        summed = [] if sums is None else _sum_shown(float(sums[cell]))
        lines.writerow([*labels, "" if hidden else int(number), *share, status[hidden], *summed])
    return text.getvalue().encode()


def _sum_shown(total: float) -> list[str]:
    hidden = bool(np.isnan(total))
    return ["" if hidden else decimal_text(total, digits=15), _STATUS[hidden]]


def _share(shown: Released, codes: tuple[str, ...], place: int) -> str:
    """Per cent of everybody with an answer, from what is published."""
    number = shown.value[shown.crossed.place[codes]]
    base = shown.value[shown.crossed.place[(*codes[:place], TOTAL, *codes[place + 1 :])]]
    if codes[place] == TOTAL or np.isnan(number) or np.isnan(base) or base == 0:
        return ""
    return f"{published(min(float(100 * number / base), 100.0), _SHARE_DECIMALS):.{_SHARE_DECIMALS}f}"


def attack_tables(
    paths: Sequence[Path], *, rules: TableRules | None, width: float | None = None, earlier: Sequence[Entry] = ()
) -> tuple[Found, float]:
    """Attack published tables together; what was found, and the width that was asked for.

    Parameters
    ----------
    paths : sequence of Path
        Folders that `jamlik protect` has written, or tables read by `rules`.
    rules : TableRules or None
        Needed for tables; a folder brings its own.
    width : float, optional
        Instead of the largest width that the tables' own rules require.
    earlier : sequence of Entry
        Releases in a ledger.

    Raises
    ------
    JamlikError
        When a table cannot be read, or the tables contradict each other.
    """
    tables = [entry.table for entry in earlier if entry.table is not None]
    asked = [_promised(entry.rules) for entry in earlier] + ([] if rules is None else [_asked(rules)])
    whole: AnyTable | None = None
    for path in paths:
        if path.is_dir():
            table, promised = _released(path)
            tables.append(table)
            asked.append(promised)
        elif rules is None:
            raise JamlikError("attack_without_rules", where=Place(str(path)), kind=ErrorKind.USAGE)
        else:
            whole = opened_table(path, rules, complete=False)
            gone = left_out(whole.crossed, rules.without)
            shown = np.where(whole.hidden | gone, np.nan, whole.number)
            tables.append(Released(path.name, whole.crossed, shown, whole.told & ~gone))
    least = max((count for count, _, _ in asked), default=5)
    wide = max((wide for _, wide, _ in asked), default=4.0) if width is None else width
    if whole is not None and len(tables) == 1 and whole.complete:
        return attacked(tables, minimum_count=least, width=wide, truth=whole.number, sensitive=whole.sensitive), wide
    return attacked(tables, minimum_count=least, width=wide, nobody=any(answer for _, _, answer in asked)), wide


def _asked(rules: TableRules) -> tuple[int, float, bool]:
    """The minimum count, the width, and whether codes are answers."""
    return rules.rules.minimum_count, rules.rules.width, bool(rules.rules.answer)


def _promised(rules: Mapping[str, Any]) -> tuple[int, float, bool]:
    """The same, of a release in a ledger."""
    return int(rules.get("minimum_count", 5)), float(rules.get("width", 4)), bool(rules.get("answer"))


def _released(folder: Path) -> tuple[Released, tuple[int, float, bool]]:
    """A folder's table, and what its rules require."""
    try:
        about = json.loads((folder / RELEASE).read_text(encoding="utf-8"))
        crossed: Crossed = crossed_from(about["crossed"])
        rules = about["rules"]
        if rules["method"] == _METHODS[True]:
            raise JamlikError("attack_noise", where=Place(str(folder)), kind=ErrorKind.USAGE)
        with (folder / TABLE).open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        value, told = np.full(crossed.size, np.nan), np.zeros(crossed.size, dtype=np.bool_)
        labels = {axis.name: axis.label for axis in crossed.axes}
        for row in rows:
            codes = tuple(TOTAL if row[name] == label else row[name] for name, label in labels.items())
            cell = crossed.place[codes]
            told[cell] = True
            value[cell] = float(row[rules["count"]]) if row[rules["count"]] else np.nan
        promised = (int(rules["minimum_count"]), float(rules["width"]), bool(rules["answer"]))
    except (OSError, ValueError, KeyError, TypeError) as broken:
        raise JamlikError("release_unreadable", where=Place(str(folder)), kind=ErrorKind.UNREADABLE) from broken
    return Released(folder.name, crossed, value, told), promised
