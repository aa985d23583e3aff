"""What inspecting a file gives: what it is, what each column is taken for and why, and the dataset that follows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from jamlik.model.dataset import ColumnRole, Dataset, IndicatorColumns, RowKind
from jamlik.model.errors import Problem
from jamlik.model.words import phrase

__all__ = ["ColumnInspection", "Evidence", "Inspection", "MarkSeen"]


@dataclass(frozen=True, slots=True)
class Evidence:
    """A reason, free of language: the key of a sentence under `sources.evidence` and what it names."""

    code: str
    values: Mapping[str, str] = field(default_factory=dict)

    def text(self, lang: str) -> str:
        """The sentence in `lang`."""
        return phrase(lang, f"sources.evidence.{self.code}", **self.values)


@dataclass(frozen=True, slots=True)
class MarkSeen:
    """A mark found where a number was expected: what it is taken to mean, how many cells have it, the first one's row.

    An empty mark is an empty cell.
    """

    mark: str
    status: str
    count: int
    row: int | None = None


@dataclass(frozen=True, slots=True)
class ColumnInspection:
    """One column of the file.

    Parameters
    ----------
    evidence : Evidence
        Why the column was taken for its role.
    check : bool
        Whether the guess is weak enough that a person should look at it.
    examples : tuple of str
        Codes of a dimension; never values from persons' own columns.
    distinct_n : int
        Different values (in the rows that were looked at).
    filled_n : int
        Cells that are not blank.
    absent : tuple of MarkSeen
        Of a column of numbers: its marks and its empty cells, each with its first row.
    """

    name: str
    role: ColumnRole
    dimension: str
    evidence: Evidence
    check: bool = False
    examples: tuple[str, ...] = ()
    distinct_n: int = 0
    filled_n: int = 0
    marks: tuple[MarkSeen, ...] = ()
    absent: tuple[MarkSeen, ...] = ()


@dataclass(frozen=True, slots=True)
class Inspection:
    """What a file is taken for.

    Parameters
    ----------
    name : str
        The file's name.
    dataset : Dataset
        The guess; `analyse` uses it as it is when there is no `dataset.toml`.
    columns : tuple of ColumnInspection
        One per column of the file, in its order.
    rows_why : Evidence
        Why rows are taken for persons, counts or values.
    rows_n : int
        Rows that were looked at; all of the file's unless `sampled`.
    indicators : tuple of IndicatorColumns
        What would be analysed; also those that come from a catalogue and are not written in the dataset.
    notes : tuple of Evidence
        What a person should know or check.
    """

    name: str
    dataset: Dataset
    columns: tuple[ColumnInspection, ...]
    rows_why: Evidence
    rows_n: int
    sampled: bool
    preamble: tuple[str, ...]
    indicators: tuple[IndicatorColumns, ...]
    problems: tuple[Problem, ...] = ()
    notes: tuple[Evidence, ...] = ()

    @property
    def rows(self) -> RowKind:
        """What one row of the file is."""
        return self.dataset.rows

    def evidence(self, lang: str) -> dict[str, str]:
        """Why each column was taken for what it was, by column name; for the comments of a `dataset.toml`."""
        check = phrase(lang, "sources.evidence.check")
        return {c.name: c.evidence.text(lang) + (f" {check}" if c.check else "") for c in self.columns}
