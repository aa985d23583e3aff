"""What may not be analysed: grounds that may not be registered about persons, and anything that points somebody out."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

import polars as pl

from jamlik.model.dataset import Dataset, RowKind
from jamlik.model.errors import ErrorKind, JamlikError, Place, Term
from jamlik.privacy.grounds import Ground
from jamlik.privacy.scan import (
    TraceKind,
    grounds_in_columns,
    points_somebody_out,
    traces_in_column,
    traces_in_text,
)
from jamlik.sources.reader import ROW

__all__ = ["Lookout", "require_lawful", "require_nobody_named", "somebody_pointed_out"]


def require_lawful(dataset: Dataset) -> None:
    """Refuse a dataset with a column for a ground that may not be registered, and name the lawful alternative.

    Raises
    ------
    JamlikError
        Of kind `forbidden_ground`; exempt are aggregates declared `anonymous_survey` and, for disability,
        `service_aggregate`.
    """
    found = grounds_in_columns(
        [column.name for column in dataset.columns],
        person_rows=dataset.rows is RowKind.PERSONS,
        data_source=dataset.data_source,
    )
    for finding in found:
        if finding.refused:
            identity = finding.ground is Ground.IDENTITY
            raise JamlikError(
                "column_names_persons" if identity else "column_of_a_ground",
                where=Place(dataset.path, column=finding.column),
                kind=ErrorKind.FORBIDDEN_GROUND,
                alternative=finding.alternative,
            )


def require_nobody_named(texts: Iterable[tuple[str, str]], *, file: str) -> None:
    """Refuse names of groups and answers that hold an identity number or an address; they would be printed.

    Parameters
    ----------
    texts : iterable of (column, text)
        What would be read in a report or a description.

    Raises
    ------
    JamlikError
        Of kind `forbidden_ground`; it names the column and never repeats the text.
    """
    for column, text in texts:
        if traces_in_text(text):
            raise JamlikError("value_names_persons", where=Place(file, column=column), kind=ErrorKind.FORBIDDEN_GROUND)


def somebody_pointed_out(text: str) -> bool:
    """Whether a text that somebody writes holds an identity number (mistyped too), a phone number or an address."""
    return points_somebody_out(text)


_SUSPECT = r"@|\d(?:0[1-9]|1[0-2])[0-36-9]\d\D{0,3}\d{4}"  # wider than what the scan accepts, and fast
_BARE = r"^\d{9,10}$"
_LONG = r"^\d{8}\s?[-+\u2013\u2212]?\s?\d{4}$"
_SHORTEST, _LEAST = 6, 10**8  # an address has six characters, an identity number nine digits
_MOSTLY, _MOSTLY_LONG = 0.2, 0.5
_LOOKED_AT = 2000  # of the numbers in a batch that are judged by how many of them pass


@dataclass(slots=True)
class _Seen:
    """What one column has held so far: filled rows, bare numbers that pass, and long ones that pass or not."""

    filled_n: int = 0
    bare_n: int = 0
    long_n: int = 0
    long_all_n: int = 0

    @property
    def bare(self) -> bool:
        """Whether its ten-digit numbers are persons'."""
        return self.bare_n > 0 and self.bare_n >= _MOSTLY * self.filled_n

    @property
    def long(self) -> bool:
        """Whether its twelve-digit numbers are persons'."""
        return self.long_n > 0 and self.long_n >= _MOSTLY_LONG * self.long_all_n


@dataclass(slots=True)
class Lookout:
    """Looks for identity numbers and e-mail addresses in every batch of a file, whatever its columns are called.

    A number of ten digits alone in its cell counts only where a fifth of the column are such, since one number in
    three hundred passes by chance. One of twelve counts where half of those in the column pass: so does one in ten
    points of time (`20240301 1230`).

    Parameters
    ----------
    file : str
        What the file is called.
    mail : bool
        Whether addresses are refused as well; a table of counts may name whom to ask.
    """

    file: str
    mail: bool = True
    seen: dict[str, _Seen] = field(default_factory=dict)

    def __call__(self, frame: pl.DataFrame) -> None:
        """Look at one batch, with the rows' numbers in `ROW`.

        Raises
        ------
        JamlikError
            Of kind `forbidden_ground`, at the first batch with a trace; it never repeats what was found.
        """
        for name in frame.columns:
            if name != ROW:
                self._look(name, frame.select(pl.col(ROW), pl.col(name).alias("value")))

    def _look(self, name: str, frame: pl.DataFrame) -> None:
        seen = self.seen.setdefault(name, _Seen())
        texts, bare, long = _suspects(frame)
        some = frame.gather_every(-(-frame.height // _LOOKED_AT)) if frame.height else frame
        bare = bare.join(some.select(ROW), on=ROW, how="semi")
        long = long.gather_every(-(-long.height // _LOOKED_AT)) if long.height else long
        bare_rows, long_rows = (_rows_with(found) for found in (bare, long))
        seen.filled_n += some.height - some["value"].null_count()
        seen.bare_n += len(bare_rows)
        seen.long_all_n += long.height
        seen.long_n += len(long_rows)
        numbers = _rows_with(texts)
        numbers += (bare_rows if seen.bare else []) + (long_rows if seen.long else [])
        if numbers:
            raise self._refused("identity_number", name, sorted(numbers))
        addresses = _rows_with(texts, mail=True) if self.mail else []
        if addresses:
            raise self._refused("address", name, addresses)

    def _refused(self, what: str, column: str, rows: list[int]) -> JamlikError:
        return JamlikError(
            "rows_name_persons" if len(rows) > 1 else "row_names_persons",
            where=Place(self.file, rows[0], column),
            kind=ErrorKind.FORBIDDEN_GROUND,
            count=len(rows),
            found=Term(what),
        )


def _suspects(frame: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    """Rows that could hold a number or an address: texts, bare numbers, and those of twelve digits.

    The other rows are passed over without being read one by one.
    """
    dtype = frame.schema["value"]
    value = pl.col("value")
    if dtype.is_float():
        frame = frame.filter(value.is_finite() & (value == value.floor()) & (value.abs() < 1e13))
        frame = frame.with_columns(value.cast(pl.Int64))
    if dtype.is_numeric():
        frame = frame.filter(value >= _LEAST)
    elif dtype not in (pl.String, pl.Categorical, pl.Enum):
        frame = frame.clear()
    texts = frame.with_columns(value.cast(pl.String)).filter(value.str.len_bytes() >= _SHORTEST)
    texts = texts.with_columns(value.str.strip_chars())
    kind = pl.when(value.str.contains(_BARE)).then(1).when(value.str.contains(_LONG)).then(2).otherwise(0)
    texts = texts.with_columns(kind.alias("kind"))
    maybe = texts.filter((pl.col("kind") == 2) | value.str.contains(_SUSPECT))
    parts = (maybe.filter(pl.col("kind") == which).select(ROW, "value") for which in range(3))
    first, second, third = parts
    return first, second, third


def _rows_with(texts: pl.DataFrame, *, mail: bool = False) -> list[int]:
    """Rows whose text holds an address, or else a number of either sort."""
    return [
        row
        for row, text in texts.iter_rows()
        if any((trace.kind is TraceKind.EMAIL) == mail for trace in traces_in_column([text]))
    ]
