"""The ledger: every table that has been released, as it was published, so that the next is judged beside them.

A plain file of JSON lines, each with the fingerprint of the one before. It holds what the public holds and nothing
more: no hidden number, and not which cells were small. What is withdrawn stays known, and stays in the reckoning.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from jamlik.model.errors import ErrorKind, JamlikError, Place
from jamlik.model.provenance import canonical_json
from jamlik.privacy.crossed import Axis, Crossed
from jamlik.privacy.together import Released

__all__ = ["Entry", "Ledger", "crossed_as_data", "crossed_from", "opened_ledger"]

_START = "0" * 64


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the ledger.

    Parameters
    ----------
    number : int
        From 1.
    event : str
        `release` or `withdrawal`.
    release : str
        Fingerprint of the table.
    on : str
        The day, as `2026-03-31`.
    population : str
        Whom the table is about; tables about the same people have the same.
    why : str
        Why it was withdrawn.
    table : Released or None
        What was published; None for a withdrawal.
    rules : mapping
        The rules it was protected by.
    """

    number: int
    event: str
    release: str
    on: str
    population: str
    why: str = ""
    table: Released | None = field(default=None, repr=False)
    rules: Mapping[str, Any] = field(default_factory=dict)


class Ledger:
    """An open ledger; lines are added and never changed."""

    def __init__(self, path: Path, entries: list[Entry], last: str) -> None:
        self._path, self._last = path, last
        self.entries = entries

    def about(self, population: str) -> list[Released]:
        """Every table released about these people, withdrawn ones too: what has been seen stays known."""
        return [e.table for e in self.entries if e.table is not None and e.population == population]

    def holds(self, release: str) -> bool:
        """Whether the table has been released."""
        return any(entry.release == release and entry.event == "release" for entry in self.entries)

    def withdrawn(self, release: str) -> bool:
        """Whether it has been withdrawn since."""
        events = [entry.event for entry in self.entries if entry.release == release]
        return bool(events) and events[-1] == "withdrawal"

    def named(self, release: str) -> Entry:
        """The last release whose fingerprint begins so.

        Raises
        ------
        JamlikError
            When there is none, or several.
        """
        found = [e for e in self.entries if e.event == "release" and e.release.startswith(release) and release]
        if len({e.release for e in found}) != 1:
            raise JamlikError("ledger_no_such_release", where=Place(str(self._path)), release=release)
        return found[-1]

    def record(
        self, table: Released, *, release: str, on: str, population: str, rules: Mapping[str, int | float | str]
    ) -> None:
        """Add a release; one that is there already and not withdrawn is not added again."""
        if self.holds(release) and not self.withdrawn(release):
            return
        value = [None if np.isnan(v) else int(v) for v in table.value.tolist()]
        content = {"crossed": crossed_as_data(table.crossed), "name": table.name, "value": value}
        if not table.told.all():  # cells that the table leaves out
            content["untold"] = np.flatnonzero(~table.told).tolist()
        self._add(Entry(len(self.entries) + 1, "release", release, on, population, "", table, rules), content)

    def withdraw(self, release: str, *, on: str, why: str) -> None:
        """Record that a table is published no longer.

        Raises
        ------
        JamlikError
            When it never was.
        """
        last = self.named(release)
        self._add(Entry(len(self.entries) + 1, "withdrawal", last.release, on, last.population, why), None)

    def _add(self, entry: Entry, content: Mapping[str, Any] | None) -> None:
        line = {
            "event": entry.event,
            "number": entry.number,
            "on": entry.on,
            "population": entry.population,
            "previous": self._last,
            "release": entry.release,
            "rules": dict(entry.rules),
            "table": content,
            "why": entry.why,
        }
        self._last = _mark(line)
        text = canonical_json({**line, "sha256": self._last}) + "\n"
        with self._path.open("a", encoding="utf-8") as file:
            file.write(text)
        self.entries.append(entry)


def _mark(line: Mapping[str, Any]) -> str:
    return hashlib.sha256(canonical_json(line).encode()).hexdigest()


def crossed_as_data(crossed: Crossed) -> dict[str, Any]:
    """The cells of a table as JSON holds them; no numbers."""
    axes = [
        {"base": list(a.base), "name": a.name, "sums": [[p, list(c)] for p, c in a.sums], "total": a.label}
        for a in crossed.axes
    ]
    return {"axes": axes, "fixed": [list(pair) for pair in crossed.fixed]}


def crossed_from(data: Mapping[str, Any]) -> Crossed:
    """The way back from `crossed_as_data`."""
    axes = tuple(
        Axis(a["name"], tuple(a["base"]), tuple((p, tuple(c)) for p, c in a["sums"]), a["total"]) for a in data["axes"]
    )
    return Crossed(axes, tuple((name, code) for name, code in data["fixed"]))


@contextmanager
def opened_ledger(path: Path) -> Iterator[Ledger]:
    """Open a ledger, or begin one, and keep others out until it is closed.

    Raises
    ------
    JamlikError
        When the file cannot be read, or a line has been changed, removed or moved.
    """
    try:
        path.touch(mode=0o600)
        lock = path.open("rb")
    except OSError as error:
        raise JamlikError(
            "ledger_closed", where=Place(str(path)), why=error.strerror or "", kind=ErrorKind.UNREADABLE
        ) from error
    with lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        entries, last = [], _START
        for number, raw in enumerate(lock, start=1):
            entry, last = _read(raw, number, last, path)
            entries.append(entry)
        yield Ledger(path, entries, last)


def _read(raw: bytes, number: int, previous: str, path: Path) -> tuple[Entry, str]:
    try:
        line = json.loads(raw)
        mark = line.pop("sha256")
        whole = raw.endswith(b"\n") and mark == _mark(line) and line["previous"] == previous
        if not whole or line["number"] != number:
            raise ValueError
        table = None
        if line["table"] is not None:
            crossed = crossed_from(line["table"]["crossed"])
            value = np.array([np.nan if v is None else float(v) for v in line["table"]["value"]])
            told = np.ones(value.size, dtype=np.bool_)
            told[line["table"].get("untold", [])] = False
            table = Released(line["table"]["name"], crossed, value, told)
        entry = Entry(
            number, line["event"], line["release"], line["on"], line["population"], line["why"], table, line["rules"]
        )
    except (ValueError, KeyError, IndexError, TypeError, AttributeError, UnicodeDecodeError) as broken:
        raise JamlikError("ledger_broken", where=Place(str(path), number), kind=ErrorKind.UNREADABLE) from broken
    return entry, mark
