"""Errors that say what happened, where, why and what to do.

Every error a person can meet is a `JamlikError`; its `kind` decides the exit code (`jamlik.cli.exits`).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

__all__ = ["ErrorKind", "JamlikError", "Place", "Problem", "Severity"]


class ErrorKind(StrEnum):
    """What sort of failure it was; one exit code each."""

    USAGE = "usage"
    UNREADABLE = "unreadable"
    CONTRACT = "contract"
    NOTHING_TO_ANALYSE = "nothing_to_analyse"
    FORBIDDEN_GROUND = "forbidden_ground"
    RELEASE_REFUSED = "release_refused"
    NETWORK = "network"
    OUTPUT = "output"


@dataclass(frozen=True, slots=True)
class Place:
    """Where in the input something was found: file, row (1-based, as in the file) and column."""

    file: str = ""
    row: int | None = None
    column: str = ""

    def __str__(self) -> str:
        """Return the place in a form a person can look up."""
        parts = [self.file] if self.file else []
        if self.row is not None:
            parts.append(f"rad {self.row}")
        if self.column:
            parts.append(f"kolumn {self.column}")
        return ", ".join(parts)


class JamlikError(Exception):
    """A failure told to a person: what, where, why, what to do.

    Parameters
    ----------
    what : str
        What happened, one sentence.
    where : Place, optional
        File, row, column.
    why : str, optional
        The reason, one sentence.
    do : str, optional
        What the reader can do about it, one sentence.
    kind : ErrorKind
        Decides the exit code.
    """

    def __init__(
        self,
        what: str,
        *,
        where: Place | None = None,
        why: str = "",
        do: str = "",
        kind: ErrorKind = ErrorKind.CONTRACT,
    ) -> None:
        self.what, self.where, self.why, self.do, self.kind = what, where or Place(), why, do, kind
        super().__init__(what)

    def __str__(self) -> str:
        """Return all four parts, one per line, empty ones left out."""
        place = str(self.where)
        return "\n".join(part for part in (self.what, place, self.why, self.do) if part)


class Severity(StrEnum):
    """How a problem in the input was met."""

    NOTE = "note"
    SKIPPED = "skipped"
    FATAL = "fatal"


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing noticed in the input: a row that cannot be used, a total that is not the sum.

    `code` is stable and language-free (`text_in_number`, `total_is_not_sum` …); `count` says how many rows had it;
    `where` is the first of them; `detail` is short and never repeats a person's value.
    """

    code: str
    severity: Severity
    where: Place
    count: int = 1
    detail: str = ""
