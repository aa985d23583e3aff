"""Files of cells in one shape: one row per group and period, dimensions as codes, one column per measure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from jamlik.model.dataset import Column, ColumnRole, Dataset
from jamlik.model.errors import JamlikError, Place, Severity
from jamlik.model.groupings import Dimension, Role, parsed_sex
from jamlik.model.periods import parsed_period
from jamlik.sources.codes import (
    DIMENSION_ROLES,
    TOTAL,
    UNKNOWN,
    Coded,
    codes_of,
    display_order,
    period_code,
)
from jamlik.sources.columns import NUMBER_ROLES, dimension_columns
from jamlik.sources.notices import Notices
from jamlik.sources.reader import ROW

__all__ = ["MEASURE", "NO_PERIOD", "PERIOD", "Tidy", "area_names", "replaced", "tidied"]

PERIOD = "__period"
MEASURE = "__measure"
NO_PERIOD = "-"
_UNKNOWN_CODES = {Role.SEX: "unknown_sex", Role.AGE: "unknown_age", Role.AREA: "unknown_area"}


@dataclass(frozen=True, slots=True)
class Tidy:
    """Rows with `ROW`, `PERIOD`, one column of codes per dimension (named as it; empty = total) and the measures.

    In a long file `MEASURE` names what the one column `value` holds; otherwise each measure is a column.
    """

    frame: pl.DataFrame
    dimensions: tuple[Dimension, ...]
    value: str = ""


def tidied(frame: pl.DataFrame, dataset: Dataset, notices: Notices) -> Tidy:
    """Code the dimensions, unfold columns whose headers hold codes, and leave out rows of no known group or period."""
    columns = dimension_columns(dataset)
    fixed = [c for c in dataset.columns if c.role in NUMBER_ROLES and c.fixed]
    seen: dict[str, dict[str, str]] = {}
    coded = {c.dimension: _coded(frame, c, seen.setdefault(c.dimension, {})) for c in columns}
    base = frame.select(pl.col(ROW), *(series.alias(name) for name, series in coded.items()), *_others(frame, dataset))
    base = base.with_columns(_period(frame, dataset, fixed, notices))
    base = _without_unknown(base, columns, notices)
    parents = {c.dimension: _parents(base, c, notices) for c in columns if c.nested_in}
    tidy = _unfolded(base, dataset, fixed, seen)
    dimensions = _dimensions(columns, fixed, seen, parents)
    return Tidy(tidy, dimensions, _value_column(dataset))


def _value_column(dataset: Dataset) -> str:
    if not any(c.role is ColumnRole.MEASURE for c in dataset.columns):
        return ""
    values = [c for c in dataset.columns if c.role is ColumnRole.VALUE]
    if len({c.measure or c.name for c in values}) != 1:
        raise JamlikError("one_value_column", where=Place(dataset.path))
    return values[0].measure or values[0].name


def _coded(frame: pl.DataFrame, column: Column, labels: dict[str, str]) -> pl.Series:
    """The column's codes; what they are called goes to `labels`."""
    texts = frame[column.name].cast(pl.String)
    names = area_names(frame, column)
    known = codes_of(texts.unique().to_list(), column=column, names=names)
    for text, found in known.items():
        if found.code == UNKNOWN and column.nested_in and not text:
            known[text] = Coded(TOTAL, "")  # a row about the area above
        elif found.code not in (TOTAL, UNKNOWN):
            labels.setdefault(found.code, found.label)
    return replaced(texts.fill_null(""), known)


def replaced(texts: pl.Series, known: Mapping[str, Coded]) -> pl.Series:
    """Codes for texts."""
    return texts.replace_strict(list(known), [c.code for c in known.values()], default=UNKNOWN, return_dtype=pl.String)


def area_names(frame: pl.DataFrame, column: Column) -> dict[str, str]:
    """The name beside each text of an area column; the first where there are several."""
    if not column.names_from or column.names_from not in frame.columns:
        return {}
    pairs = frame.select(pl.col(column.name).cast(pl.String), pl.col(column.names_from).cast(pl.String).alias("__n"))
    pairs = pairs.drop_nulls().unique(subset=[column.name], keep="first", maintain_order=True)
    return dict(pairs.iter_rows())


def _others(frame: pl.DataFrame, dataset: Dataset) -> list[pl.Expr]:
    """Number columns, and the column that names measures."""
    taken = [c.name for c in dataset.columns if c.role in NUMBER_ROLES]
    listed = {part for spec in dataset.indicators for part in (spec.count, spec.base, spec.value, spec.se) if part}
    taken += [name for name in frame.columns if name in listed and name not in taken]
    measures = [c.name for c in dataset.columns if c.role is ColumnRole.MEASURE]
    return [pl.col(name) for name in dict.fromkeys(taken)] + [
        pl.col(name).cast(pl.String).str.strip_chars().alias(MEASURE) for name in measures[:1]
    ]


def _period(frame: pl.DataFrame, dataset: Dataset, fixed: Sequence[Column], notices: Notices) -> pl.Series:
    columns = [c for c in dataset.columns if c.role is ColumnRole.PERIOD]
    if not columns:
        constant = period_code(dataset.period) if dataset.period else NO_PERIOD
        return pl.Series(PERIOD, [constant], pl.String).new_from_index(0, frame.height)
    texts = frame[columns[0].name].cast(pl.String).fill_null("")
    codes = {text: found.code if (found := parsed_period(text)) else "" for text in texts.unique().to_list()}
    series = texts.replace_strict(list(codes), list(codes.values()), return_dtype=pl.String).alias(PERIOD)
    unknown = frame[ROW].filter(series == "")
    if len(unknown) == frame.height and frame.height:
        raise JamlikError("no_period_readable", where=Place(dataset.path, int(unknown[0]), columns[0].name))
    notices.note_rows("unknown_period", Severity.SKIPPED, unknown, column=columns[0].name)
    return series


def _without_unknown(frame: pl.DataFrame, columns: Sequence[Column], notices: Notices) -> pl.DataFrame:
    frame = frame.filter(pl.col(PERIOD) != "")
    for column in columns:
        name = column.dimension
        unknown = pl.col(name) == UNKNOWN
        code = _UNKNOWN_CODES.get(DIMENSION_ROLES[column.role], "unknown_group")
        notices.note_rows(code, Severity.SKIPPED, frame.filter(unknown)[ROW], column=column.name)
        frame = frame.filter(~unknown)
    return frame


def _parents(frame: pl.DataFrame, column: Column, notices: Notices) -> dict[str, str]:
    """Each code's parent; then the parent is taken out of the rows that have the finer code."""
    pairs = frame.filter(pl.col(column.dimension) != TOTAL).select(column.dimension, column.nested_in, ROW)
    pairs = pairs.unique(subset=[column.dimension, column.nested_in], keep="first", maintain_order=True)
    parents: dict[str, str] = {}
    for code, parent, row in pairs.iter_rows():
        if parent == TOTAL:
            continue
        if parents.setdefault(code, parent) != parent:
            notices.note("two_parents", Severity.NOTE, row=row, column=column.name, detail=code)
    return parents


def _unfolded(
    base: pl.DataFrame, dataset: Dataset, fixed: Sequence[Column], labels: dict[str, dict[str, str]]
) -> pl.DataFrame:
    """One set of rows for each combination of codes that headers give."""
    if not fixed:
        return base.rename({c.name: c.measure for c in dataset.columns if c.role in NUMBER_ROLES and c.measure})
    groups: dict[tuple[tuple[str, str], ...], list[Column]] = {}
    for column in fixed:
        groups.setdefault(tuple(sorted(column.fixed.items())), []).append(column)
    headers = {column.name for column in fixed}
    common = [name for name in base.columns if name not in headers]
    parts = []
    for codes, columns in groups.items():
        part = base.select(*common, *(pl.col(c.name).alias(c.measure or c.name) for c in columns))
        parts.append(part.with_columns(pl.lit(_fixed_code(d, v, labels)).alias(_place(d)) for d, v in codes))
    return pl.concat(parts, how="diagonal_relaxed")


def _place(dimension: str) -> str:
    return PERIOD if dimension == "period" else dimension


def _fixed_code(dimension: str, text: str, labels: dict[str, dict[str, str]]) -> str:
    if dimension == "period":
        return period_code(text)
    if dimension == "sex":
        found = parsed_sex(text) or text
        code = TOTAL if found == "T" else found
    else:
        code = text
    if code != TOTAL:
        labels.setdefault(dimension, {}).setdefault(code, text)
    return code


def _dimensions(
    columns: Sequence[Column],
    fixed: Sequence[Column],
    labels: Mapping[str, dict[str, str]],
    parents: Mapping[str, dict[str, str]],
) -> tuple[Dimension, ...]:
    found = []
    for column in columns:
        role = DIMENSION_ROLES[column.role]
        named = labels.get(column.dimension, {})
        found.append(
            Dimension(
                column.dimension,
                role,
                display_order(named, role=role, given=[code for code in column.labels if code in named]),
                title=column.name,
                nested_in=column.nested_in,
                parents=parents.get(column.dimension, {}),
                may_be_unequal=column.may_be_unequal,
            )
        )
    own = {column.dimension for column in columns}
    roles = {"sex": Role.SEX, "age": Role.AGE, "area": Role.AREA}
    for name in sorted({d for column in fixed for d in column.fixed} - own - {"period"}):
        role = roles.get(name, Role.CATEGORY)
        found.append(Dimension(name, role, display_order(labels.get(name, {}), role=role), title=name))
    return tuple(d for d in found if d.labels)
