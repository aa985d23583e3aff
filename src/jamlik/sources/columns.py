"""The columns a dataset names, beside the columns a file has: that they exist, which are used, which rows are kept."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from difflib import get_close_matches

import polars as pl

from jamlik.model.dataset import Column, ColumnRole, Dataset
from jamlik.model.errors import ErrorKind, JamlikError, Place
from jamlik.sources.codes import DIMENSION_ROLES
from jamlik.sources.reader import ROW

__all__ = [
    "NUMBER_ROLES",
    "checked_columns",
    "dimension_columns",
    "dimension_name",
    "distinct_names",
    "kept_rows",
    "nearest",
    "slug",
    "used_columns",
]

NUMBER_ROLES = frozenset({ColumnRole.COUNT, ColumnRole.BASE, ColumnRole.VALUE, ColumnRole.SE})
_NAMED = {ColumnRole.SEX: "sex", ColumnRole.AGE: "age", ColumnRole.AREA: "area"}


def slug(text: str, *, longest: int = 60) -> str:
    """Plain identifier for a text: lower case, å and ä become a, ö becomes o, everything else an underscore."""
    plain = unicodedata.normalize("NFKD", text.casefold().replace("%", " procent "))
    plain = plain.encode("ascii", "ignore").decode()
    plain = re.sub(r"[^a-z0-9]+", "_", plain).strip("_")
    if len(plain) > longest:
        plain = plain[:longest].rsplit("_", 1)[0]
    return plain or "x"


def distinct_names(names: Iterable[str]) -> list[str]:
    """The same names, with a number after those that occur again."""
    seen: set[str] = set()
    found = []
    for name in names:
        other, number = name, 2
        while other in seen:
            other, number = f"{name}_{number}", number + 1
        seen.add(other)
        found.append(other)
    return found


def nearest(name: str, known: Iterable[str]) -> str:
    """The known name most like this one, or an empty text."""
    listed = list(known)
    folded = {other.casefold(): other for other in listed}
    found = get_close_matches(name.casefold(), list(folded), n=1, cutoff=0.6)
    return folded[found[0]] if found else ""


def dimension_name(column: Column) -> str:
    """Name of the dimension a column holds: as it says, else `sex`, `age`, `area` or the column's slug."""
    return column.dimension or _NAMED.get(column.role) or slug(column.name)


def dimension_columns(dataset: Dataset) -> tuple[Column, ...]:
    """Columns that divide people, with their dimension's name filled in.

    Raises
    ------
    JamlikError
        CONTRACT when two columns claim the same dimension or `nested_in` names none.
    """
    found = [replace(c, dimension=dimension_name(c)) for c in dataset.columns if c.role in DIMENSION_ROLES]
    names = [c.dimension for c in found]
    for column in found:
        if names.count(column.dimension) > 1:
            raise JamlikError(
                "dimension_twice", where=Place(dataset.path, column=column.name), dimension=column.dimension
            )
        if column.nested_in and column.nested_in not in names:
            raise JamlikError(
                "nested_in_nothing",
                where=Place(dataset.path, column=column.name),
                name=column.name,
                outer=column.nested_in,
                dimensions=", ".join(names),
            )
    return tuple(found)


def used_columns(dataset: Dataset) -> tuple[str, ...]:
    """Names of the columns that have to be in the file, in the dataset's order."""
    ignored = {ColumnRole.IGNORE, ColumnRole.AREA_NAME, ColumnRole.UNIT}
    names = [c.name for c in dataset.columns if c.role not in ignored]
    names += [c.names_from for c in dataset.columns if c.names_from and c.role not in ignored]
    names += list(dataset.where)
    long = any(c.role in (ColumnRole.MEASURE, ColumnRole.INDICATOR) for c in dataset.columns)
    if not long:
        measures = {c.measure for c in dataset.columns if c.measure}
        for spec in dataset.indicators:
            parts = (spec.outcome, spec.count, spec.base, spec.value, spec.se)
            names += [part for part in parts if part and part not in measures]
    return tuple(dict.fromkeys(names))


def _listed(names: Sequence[str]) -> str:
    """The first thirty names."""
    return ", ".join(names[:30]) + (" …" if len(names) > 30 else "")


def checked_columns(dataset: Dataset, names: Sequence[str], *, file: str) -> tuple[str, ...]:
    """The columns that are used, all of them in the file.

    Raises
    ------
    JamlikError
        CONTRACT naming the column that is not there and the one most like it.
    """
    used = used_columns(dataset)
    for name in used:
        if name not in names:
            like = nearest(name, names)
            raise JamlikError(
                "no_such_column",
                where=Place(file),
                do="did_you_mean" if like else "do",
                name=name,
                columns=_listed(names),
                like=like,
            )
    return used


def kept_rows(frame: pl.DataFrame, where: Mapping[str, tuple[str, ...]], *, file: str) -> pl.DataFrame:
    """Rows whose columns have one of the values asked for; a code matches with and without its leading zeros.

    Raises
    ------
    JamlikError
        CONTRACT when a column to choose by is not in the file.
    """
    names = [name for name in frame.columns if name != ROW]
    for name, values in where.items():
        if name not in frame.columns:
            like = nearest(name, names)
            raise JamlikError(
                "no_column_to_choose_by",
                where=Place(file, column=name),
                do="did_you_mean" if like else "do",
                kind=ErrorKind.CONTRACT,
                name=name,
                columns=_listed(names),
                like=like,
            )
        wanted = {value.strip() for value in values}
        wanted |= {value.lstrip("0") for value in wanted if value.isdigit()}
        text = pl.col(name).cast(pl.String).str.strip_chars()
        frame = frame.filter(text.is_in(sorted(wanted)).fill_null(False))
    return frame
