"""What is in a column: how many cells are filled, how many different values, which are numbers and which are marks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from jamlik.sources.figures import figures_of, mark_of
from jamlik.sources.inspection import MarkSeen
from jamlik.sources.reader import ROW

__all__ = ["ColumnProfile", "column_profile", "determines", "profiles"]

_KEPT = 20_000


@dataclass(frozen=True, slots=True)
class ColumnProfile:
    """One column in numbers.

    `values` maps each different text to how many cells have it, the most common first, at most 20,000 of them.
    `numbers_n` cells are numbers, from `low` to `high`; `marks` stand where a number is missing; `text_n` are neither.
    """

    name: str
    rows_n: int
    filled_n: int
    distinct_n: int
    values: Mapping[str, int]
    numbers_n: int
    low: float | None
    high: float | None
    whole: bool
    marks: tuple[MarkSeen, ...]
    text_n: int

    @property
    def is_number(self) -> bool:
        """Whether the column holds numbers, apart from marks; a column of marks only does not."""
        return self.numbers_n > 0 and self.numbers_n >= 0.8 * (self.numbers_n + self.text_n)

    @property
    def is_constant(self) -> bool:
        """Whether every filled cell says the same."""
        return self.distinct_n <= 1

    @property
    def typical_length(self) -> float:
        """Mean length of the texts, by how often they occur."""
        cells = sum(self.values.values())
        return sum(len(text) * n for text, n in self.values.items()) / cells if cells else 0.0


def column_profile(column: pl.Series, *, decimal: str) -> ColumnProfile:
    """Profile of one column of text, numbers, dates or flags."""
    plain = column.cast(pl.String).str.strip_chars()
    counted = plain.alias("text").value_counts(name="n").sort(["n", "text"], descending=[True, False])
    counted = counted.filter(pl.col("text").is_not_null() & (pl.col("text") != ""))
    texts, counts = counted["text"], counted["n"].cast(pl.Int64)
    numbers, rest = figures_of(texts, decimal=decimal)
    strange = [(text, n) for text, n in zip(rest.to_list(), counts.to_list(), strict=True) if text is not None]
    marks, text_n = [], 0
    for text, n in strange:
        mark = mark_of(text, missing={})
        if mark is None:
            text_n += n
        else:
            marks.append(MarkSeen(mark.text, mark.status.value, n))
    found = numbers.drop_nulls()
    return ColumnProfile(
        name=column.name,
        rows_n=len(column),
        filled_n=int(counts.sum()),
        distinct_n=len(texts),
        values=dict(zip(texts.head(_KEPT).to_list(), counts.head(_KEPT).to_list(), strict=True)),
        numbers_n=int(counts.filter(numbers.is_not_null()).sum()),
        low=_edge(found.min()),
        high=_edge(found.max()),
        whole=bool((found == found.round(0)).all()) if len(found) else False,
        marks=tuple(marks),
        text_n=text_n,
    )


def _edge(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) else None


def profiles(frame: pl.DataFrame, *, decimal: str) -> dict[str, ColumnProfile]:
    """Profiles of all columns by name."""
    return {name: column_profile(frame[name], decimal=decimal) for name in frame.columns if name != ROW}


def determines(frame: pl.DataFrame, first: str, second: str, *, most: float = 1.0) -> bool:
    """Whether each value of one column (at least the share `most` of them) goes with a single value of another."""
    pairs = frame.select(first, second).filter(pl.col(first).is_not_null()).unique()
    different = pairs[first].n_unique()
    return different - int(pairs[first].value_counts()["count"].gt(1).sum()) >= most * different
