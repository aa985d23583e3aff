"""What a dataset description (`dataset.toml`) says, once read and checked by `jamlik.sources`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from jamlik.model.indicators import Indicator
from jamlik.model.questions import Reference

__all__ = ["Column", "ColumnRole", "Dataset", "FileLayout", "IndicatorColumns", "MapSpec", "RowKind"]


class RowKind(StrEnum):
    """What one row of the file is."""

    PERSONS = "persons"
    COUNTS = "counts"
    VALUES = "values"


class ColumnRole(StrEnum):
    """What a column is taken for."""

    SEX = "sex"
    AGE = "age"
    AREA = "area"
    AREA_NAME = "area_name"
    PERIOD = "period"
    CATEGORY = "category"
    COVARIATE = "covariate"
    OUTCOME = "outcome"
    COUNT = "count"
    BASE = "base"
    VALUE = "value"
    SE = "se"
    WEIGHT = "weight"
    UNIT = "unit"
    MEASURE = "measure"
    INDICATOR = "indicator"
    IGNORE = "ignore"


@dataclass(frozen=True, slots=True)
class FileLayout:
    """How the bytes become rows: encoding, delimiter, decimal mark, which lines are preamble and header."""

    encoding: str = "utf-8"
    delimiter: str = ","
    decimal: str = "."
    skip_rows: int = 0
    header_rows: int = 1
    sheet: str = ""
    compression: str = ""
    format: str = "csv"


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its name in the file (two header rows joined by ` | `), its role, and what its codes are called.

    `dimension` is the dimension's name for sex, age, area, category and covariate columns (`sex`, `age`, `area`, or a
    slug). `names_from` is the column that holds an area's name; `nested_in` the dimension that holds this one;
    `age_breaks` cut single years of age into bands (lower limits); `width` restores leading zeros that a code has lost.
    In a wide file a number column's header gives codes too: `fixed` (dimension or `period` → code, `{"sex": "K"}` for
    `Flickor | Antal elever`) and `measure`, what the column is called without them, which indicators refer to.
    """

    name: str
    role: ColumnRole
    dimension: str = ""
    names_from: str = ""
    nested_in: str = ""
    age_breaks: tuple[int, ...] = ()
    labels: Mapping[str, str] = field(default_factory=dict)
    may_be_unequal: bool = False
    fixed: Mapping[str, str] = field(default_factory=dict)
    measure: str = ""
    width: int = 0


@dataclass(frozen=True, slots=True)
class IndicatorColumns:
    """An indicator and the columns (or, in long files, the measure names) its numbers come from.

    persons: `outcome`, and for a categorical outcome `positive` (the values that count as yes).
    In a file with an indicator column (Kolada) `value` is the indicator's code there; indicators that are not listed
    are taken from the file and the catalogue.
    counts: `count` and `base`. values: `value`, optionally `base` and `se`.
    """

    indicator: Indicator
    outcome: str = ""
    positive: tuple[str, ...] = ()
    count: str = ""
    base: str = ""
    value: str = ""
    se: str = ""


@dataclass(frozen=True, slots=True)
class MapSpec:
    """A GeoJSON file with the areas of `dimension`, matched on `property`."""

    path: str
    property: str
    dimension: str = "area"
    source: str = ""


@dataclass(frozen=True, slots=True)
class Dataset:
    """A file and what it means; made by `inspect`, corrected by a person, used by `analyse`.

    `where` keeps only rows whose column has one of the values; `missing` maps the source's marks to a status
    (`suppressed`, `missing`, `not_applicable`); `data_source` is one of `register`, `survey`, `anonymous_survey`,
    `service_aggregate`; `rules` names the disclosure rules; `focus` is the area the analysis is for, where the file
    holds several municipalities.
    """

    path: str
    title: str
    rows: RowKind
    layout: FileLayout
    columns: tuple[Column, ...]
    indicators: tuple[IndicatorColumns, ...]
    source: str = ""
    licence: str = ""
    rules: str = "default"
    data_source: str = "register"
    missing: Mapping[str, str] = field(default_factory=dict)
    where: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    references: Mapping[str, Reference] = field(default_factory=dict)
    map: MapSpec | None = None
    focus: str = ""
    period: str = ""
    max_way: int = 3
    catalogue: str = ""
