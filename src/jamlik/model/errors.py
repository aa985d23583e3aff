"""Errors that say what happened, where, why and what to do.

Every error a person can meet is a `JamlikError`; its `kind` decides the exit code (`jamlik.cli.exits`). Its texts stand
in `jamlik.model.words` (`errors.toml`), in Swedish, English and Finnish.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from jamlik.model.words import FALLBACK, has_phrase, phrase

__all__ = ["ErrorKind", "JamlikError", "Place", "Problem", "Severity", "Term"]


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

    def text(self, lang: str) -> str:
        """The place in a form a person can look up."""
        parts = [self.file] if self.file else []
        if self.row is not None:
            parts.append(phrase(lang, "errors.place.row", row=self.row))
        if self.column:
            parts.append(phrase(lang, "errors.place.column", column=self.column))
        return ", ".join(parts)

    def __str__(self) -> str:
        """Return the place in Swedish."""
        return self.text(FALLBACK)


@dataclass(frozen=True, slots=True)
class Term:
    """A value in an error's text that has its own text in each language: `errors.term.<name>`."""

    name: str


class JamlikError(Exception):
    """A failure told to a person: what, where, why, what to do.

    Parameters
    ----------
    what : str
        Key of the error in `errors.toml`: `no_such_file`.
    where : Place, optional
        File, row, column.
    why, do : str, optional
        Which of the error's texts gives the reason, and says what the reader can do about it, where that is not the
        one called `why` or `do`; a text of `errors.common`; or words from elsewhere, said as they are. Empty: nothing.
    kind : ErrorKind
        Decides the exit code.
    **values
        What the texts name in braces. A `Term` is translated, and a mapping holds a text by language.
    """

    def __init__(
        self,
        what: str,
        *,
        where: Place | None = None,
        why: str | None = None,
        do: str | None = None,
        kind: ErrorKind = ErrorKind.CONTRACT,
        **values: object,
    ) -> None:
        self.key, self.where, self.kind, self.values = what, where or Place(), kind, values
        self._parts = {"what": None, "why": why, "do": do}
        super().__init__(self.what)

    def part(self, name: str, lang: str) -> str:
        """One of `what`, `why` and `do`, in a language; empty where the error has none."""
        chosen = self._parts[name]
        for key in (f"errors.{self.key}.{chosen or name}", f"errors.common.{chosen}"):
            if chosen != "" and has_phrase(key):
                return phrase(lang, key, **{name: _in(lang, value) for name, value in self.values.items()})
        return self.key if name == "what" else chosen or ""

    @property
    def what(self) -> str:
        """What happened, one sentence, in Swedish."""
        return self.part("what", FALLBACK)

    @property
    def why(self) -> str:
        """The reason, in Swedish."""
        return self.part("why", FALLBACK)

    @property
    def do(self) -> str:
        """What the reader can do about it, in Swedish."""
        return self.part("do", FALLBACK)

    def text(self, lang: str) -> str:
        """All four parts in a language, one per line, empty ones left out."""
        parts = (self.part("what", lang), self.where.text(lang), self.part("why", lang), self.part("do", lang))
        return "\n".join(part for part in parts if part)

    def __str__(self) -> str:
        """Return all four parts in Swedish."""
        return self.text(FALLBACK)


def _in(lang: str, value: object) -> object:
    if isinstance(value, Mapping) and FALLBACK in value:  # a text by language
        return value.get(lang) or value[FALLBACK]
    return phrase(lang, f"errors.term.{value.name}") if isinstance(value, Term) else value


class Severity(StrEnum):
    """How a problem in the input was met."""

    NOTE = "note"
    SKIPPED = "skipped"
    FATAL = "fatal"


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing noticed in the input: a row that cannot be used, a total that is not the sum.

    `code` is stable and language-free (`text_in_number`, `total_is_not_sum` …); `count` says how many rows had it;
    `where` is the first of them; `detail` is short and never repeats a person's value. `few` is set where the rows are
    persons and so few that their number is not told: `count` is then 0.
    """

    code: str
    severity: Severity
    where: Place
    count: int = 1
    detail: str = ""
    few: bool = False
