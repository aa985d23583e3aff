"""A collector for what is noticed on the way: each sort once, with its first place and how many rows had it."""

from __future__ import annotations

from dataclasses import dataclass, field

import polars as pl

from jamlik.model.errors import Place, Problem, Severity

__all__ = ["Notices"]


@dataclass(slots=True)
class Notices:
    """Problems by (code, severity, column), in the order they were first met."""

    file: str
    found: dict[tuple[str, Severity, str], Problem] = field(default_factory=dict)

    def note(
        self,
        code: str,
        severity: Severity,
        *,
        row: int | None = None,
        column: str = "",
        count: int = 1,
        detail: str = "",
    ) -> None:
        """Remember one more of a sort; place and detail are those of the first."""
        if count < 1:
            return
        key = (code, severity, column)
        old = self.found.get(key)
        if old is None:
            self.found[key] = Problem(code, severity, Place(self.file, row, column), count, detail)
        else:
            self.found[key] = Problem(code, severity, old.where, old.count + count, old.detail)

    def note_rows(self, code: str, severity: Severity, rows: pl.Series, *, column: str = "", detail: str = "") -> None:
        """Remember all rows of a column of row numbers; none is none."""
        if len(rows):
            self.note(code, severity, row=int(rows[0]), column=column, count=len(rows), detail=detail)

    def problems(self) -> tuple[Problem, ...]:
        """Everything noticed so far."""
        return tuple(self.found.values())
