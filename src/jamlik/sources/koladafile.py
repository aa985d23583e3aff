"""Files in Kolada's layout (kpi, municipality, period, gender, value), with its catalogue where it lies beside them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import polars as pl

from jamlik.model.dataset import ColumnRole, Dataset
from jamlik.model.errors import ErrorKind, JamlikError, Place, Problem
from jamlik.model.tables import Status
from jamlik.sources.bytesource import whole_bytes
from jamlik.sources.figures import figures_of, mark_of
from jamlik.sources.geography import found_beside
from jamlik.sources.imports import CellImport
from jamlik.sources.keys import input_key
from jamlik.sources.kolada.records import cells_from_records
from jamlik.sources.reader import Source

__all__ = ["KPI_PATTERN", "catalogue_path", "is_kolada", "kolada_cells", "kpi_objects", "municipality_objects"]

KPI_PATTERN = r"^[NUGV]\d{5}$"
_WORDS = {Status.SUPPRESSED: "Private", Status.NOT_APPLICABLE: "Not applicable", Status.MISSING: "Missing"}
_ROLES = {
    "kpi": ColumnRole.INDICATOR,
    "municipality": ColumnRole.AREA,
    "period": ColumnRole.PERIOD,
    "gender": ColumnRole.SEX,
    "value": ColumnRole.VALUE,
}


def _column(dataset: Dataset, role: ColumnRole) -> str:
    return next((c.name for c in dataset.columns if c.role is role), "")


def is_kolada(frame: pl.DataFrame, dataset: Dataset) -> bool:
    """Whether the dataset has all of Kolada's columns and its indicator column holds Kolada's codes."""
    names = [_column(dataset, role) for role in _ROLES.values()]
    if not all(names):
        return False
    codes = frame[names[0]].cast(pl.String).str.strip_chars().drop_nulls().head(1000)
    return len(codes) > 0 and bool(codes.str.contains(KPI_PATTERN).mean() == 1.0)


def _beside(source: Source, pattern: str) -> Path | None:
    if not isinstance(source, Path):
        return None
    found = sorted(path for path in source.parent.glob(pattern) if path.is_file())
    return found[-1] if found else None


def catalogue_path(name: str, *, source: Source) -> Path | None:
    """The KPI catalogue: the file that is named, else the last `kpi_v3*.json*` beside the data, else none."""
    if name:
        return found_beside(name, source.parent) if isinstance(source, Path) else Path(name)
    return _beside(source, "kpi_v3*.json*")


@cache
def _objects(path: Path, changed: float) -> tuple[Mapping[str, Any], ...]:
    try:
        content = json.loads(whole_bytes(path).decode("utf-8-sig"))
    except (UnicodeDecodeError, json.JSONDecodeError) as broken:
        raise _no_catalogue(path, str(broken)) from broken
    values = content.get("values", content.get("results")) if isinstance(content, dict) else content
    if not isinstance(values, list) or not all(isinstance(item, dict) and "id" in item for item in values):
        raise _no_catalogue(path, "why_values")
    return tuple(values)


def _no_catalogue(path: Path, why: str) -> JamlikError:
    return JamlikError(
        "catalogue_unreadable", where=Place(str(path)), why=why, kind=ErrorKind.UNREADABLE, name=path.name
    )


def _listed(path: Path | None) -> tuple[Mapping[str, Any], ...]:
    if path is None:
        return ()
    if not path.is_file():
        raise JamlikError("no_catalogue", where=Place(str(path)), kind=ErrorKind.UNREADABLE, name=path.name)
    return _objects(path, path.stat().st_mtime)


def kpi_objects(name: str, *, source: Source) -> tuple[Mapping[str, Any], ...]:
    """The KPI catalogue's objects; none where there is no catalogue."""
    return _listed(catalogue_path(name, source=source))


def municipality_objects(source: Source) -> tuple[Mapping[str, Any], ...]:
    """Municipalities and regions from the last `municipality_v3*.json*` beside the data; none where there is none."""
    return _listed(_beside(source, "municipality_v3*.json*"))


def kolada_cells(frame: pl.DataFrame, dataset: Dataset, *, source: Source, problems: Sequence[Problem]) -> CellImport:
    """Cells of a file in Kolada's layout, made by the same code as what the API answers.

    Indicators that the dataset lists replace what the catalogue says of them.
    """
    value = _column(dataset, ColumnRole.VALUE)
    numbers, texts = figures_of(frame[value], decimal=dataset.layout.decimal or ".", marks=dataset.missing)
    words = {text: _status_word(text, dataset, frame, value) for text in texts.drop_nulls().unique().to_list()}
    status = texts.replace_strict(list(words), list(words.values()), default="", return_dtype=pl.String)
    records = frame.select(
        *(
            pl.col(_column(dataset, role)).cast(pl.String).alias(name)
            for name, role in _ROLES.items()
            if name != "value"
        )
    ).with_columns(numbers.alias("value"), status.alias("status"))
    imported = cells_from_records(
        records=records,
        kpis=kpi_objects(dataset.catalogue, source=source),
        municipalities=municipality_objects(source),
        focus=dataset.focus,
        path=dataset.path,
        problems=tuple(problems),
    )
    listed = {spec.indicator.id: spec.indicator for spec in dataset.indicators}
    indicators = {key: listed.get(key, indicator) for key, indicator in imported.indicators.items()}
    references = {**imported.dataset.references, **dataset.references}
    full = replace(dataset, references=references)
    return replace(imported, dataset=full, indicators=indicators, input_key=input_key(source))


def _status_word(text: str, dataset: Dataset, frame: pl.DataFrame, column: str) -> str:
    mark = mark_of(text, missing=dataset.missing)
    if mark is None:
        raise JamlikError("kolada_text_for_number", where=Place(dataset.path, column=column), column=column)
    return _WORDS.get(mark.status, "Missing")
