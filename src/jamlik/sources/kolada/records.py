"""Kolada's figures as cells: the same conversion for what the API answers and for a file with the same columns."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import polars as pl

from jamlik.model.dataset import Column, ColumnRole, Dataset, FileLayout, IndicatorColumns, RowKind
from jamlik.model.errors import ErrorKind, JamlikError, Place, Problem, Severity
from jamlik.model.groupings import Dimension, Group, Role, parsed_sex
from jamlik.model.indicators import Indicator
from jamlik.model.periods import parsed_period
from jamlik.model.questions import Reference
from jamlik.model.tables import Cell, Status
from jamlik.sources.imports import CellImport
from jamlik.sources.kolada.indicators import (
    is_true,
    is_uncertainty,
    kolada_indicator,
    kolada_warnings,
    uncertainty_series,
)
from jamlik.sources.kolada.municipalities import RIKET, Municipality

__all__ = ["LABEL", "cells_from_records", "flat_records", "listed_municipalities"]

LABEL = "Egen bearbetning av data från Kolada"
_LICENCE = "Fri användning enligt Koladas villkor för API:et"
_SEXES = {"K": "Kvinnor", "M": "Män"}
_MARGIN_IN_SE = 1.96  # a published margin is half a 95 % interval
_KEY = ["kpi", "municipality", "period", "gender"]
_SCHEMA = {
    "kpi": pl.String,
    "municipality": pl.String,
    "period": pl.String,
    "gender": pl.String,
    "value": pl.Float64,
    "status": pl.String,
}
Records = pl.DataFrame | Iterable[Mapping[str, Any]]


def flat_records(objects: Iterable[Mapping[str, Any]]) -> pl.DataFrame:
    """One row per figure from the API's objects, deleted figures left out.

    Parameters
    ----------
    objects : iterable of mapping
        From `/data/…`: `kpi`, `municipality`, `period`, and `values` with `gender`, `value`, `status`, `isdeleted`.

    Returns
    -------
    polars.DataFrame
        Columns kpi, municipality, period, gender, value (null where there is none) and status, in the API's order.

    Raises
    ------
    JamlikError
        `CONTRACT` when an object lacks a part or a value is no number.
    """
    rows: list[tuple[str, str, str, str, float | None, str]] = []
    for found in objects:
        try:
            kpi, place, period = str(found["kpi"]), str(found["municipality"]), str(found["period"])
            for figure in found["values"]:
                deleted = figure.get("isdeleted")
                if deleted and is_true(deleted):
                    continue
                value = figure.get("value")
                number = None if value is None else float(value)
                rows.append((kpi, place, period, str(figure["gender"]), number, str(figure.get("status") or "")))
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise JamlikError(
                "kolada_record_form",
                where=Place(
                    file=f"{found.get('kpi', '?')} {found.get('municipality', '?')} {found.get('period', '?')}"
                ),
                error_name=type(error).__name__,
                error=error,
            ) from None
    return pl.DataFrame(rows, schema=_SCHEMA, orient="row")


def listed_municipalities(objects: Iterable[Mapping[str, Any]]) -> tuple[Municipality, ...]:
    """Objects from `/municipality` as municipalities, in the API's order."""
    return tuple(
        Municipality(str(place["id"]), str(place.get("title") or place["id"]), str(place.get("type") or "K"))
        for place in objects
    )


def cells_from_records(
    *,
    records: Records,
    kpis: Iterable[Mapping[str, Any]],
    municipalities: Iterable[Mapping[str, Any] | Municipality],
    focus: str,
    keep_last: bool = False,
    path: str = "",
    problems: Sequence[Problem] = (),
) -> CellImport:
    """Cells, indicators and dimensions from Kolada's figures.

    Parameters
    ----------
    records : polars.DataFrame or iterable of mapping
        Columns kpi, municipality, period, gender (T, K, M) and value; status where there is one. A municipality's
        code may have lost its leading zeros; a text instead of a number (`..`) is missing, and kept as the reason.
    kpis : iterable of mapping
        Objects from `/kpi`, the whole catalogue: the uncertainty series are found in it.
    municipalities : iterable of mapping or Municipality
        Objects from `/municipality`, or what `listed_municipalities` made of them.
    focus : str
        Code of the municipality that the analysis is for.
    keep_last : bool
        When the same cell comes twice with different values: take the last one, with a note, instead of an error.
    path : str
        Where the records came from, for `Dataset.path`.
    problems : sequence of Problem
        Noticed earlier; put before those noticed here.

    Returns
    -------
    CellImport
        A cell per indicator, period, area and sex; `T` is the cell without sex. Where an indicator has a series of
        margins ("Osäkerhetstal") its cells carry `se` = margin / 1.96, and the margins are no indicators of their
        own. `input_key` is the SHA-256 of the records in canonical order: they are public, so it needs no key.

    Raises
    ------
    JamlikError
        `CONTRACT` when a column is missing or cells contradict each other; `NOTHING_TO_ANALYSE` without figures.
    """
    by_id = {str(kpi["id"]): kpi for kpi in kpis}
    noticed = list(problems)
    listed = list(municipalities)
    places = {place.code: place.name for place in listed if isinstance(place, Municipality)}
    places |= {place.code: place.name for place in listed_municipalities(p for p in listed if isinstance(p, Mapping))}
    frame = _unique(_readable(_frame(records), noticed), keep_last=keep_last, noticed=noticed)
    input_key = hashlib.sha256(frame.write_csv().encode()).hexdigest()
    frame = _with_margins(_with_status(frame), by_id, noticed)
    if frame.is_empty():
        raise JamlikError("kolada_no_numbers", where=Place(file=path), kind=ErrorKind.NOTHING_TO_ANALYSE)
    ids = frame["kpi"].unique().sort().to_list()
    indicators = {f"kolada:{kpi}": kolada_indicator(by_id.get(kpi, {"id": kpi})) for kpi in ids}
    dimensions = _dimensions(frame, places, focus)
    noticed += _notes(ids, by_id, dimensions[1], places)
    return CellImport(
        dataset=_dataset(indicators, dimensions[1], focus, path),
        indicators=indicators,
        dimensions=dimensions,
        cells=_cells(frame),
        problems=tuple(noticed),
        input_key=input_key,
    )


def _frame(records: Records) -> pl.DataFrame:
    frame = (
        records
        if isinstance(records, pl.DataFrame)
        else pl.DataFrame(list(records), infer_schema_length=None, strict=False)
    )
    if "status" not in frame.columns:
        frame = frame.with_columns(pl.lit("").alias("status"))
    if lacking := [name for name in _SCHEMA if name not in frame.columns]:
        raise JamlikError("kolada_lacks_columns", where=Place(column=", ".join(lacking)))
    return frame.select(
        pl.col("kpi").cast(pl.String).str.strip_chars(),
        pl.col("municipality").cast(pl.String).str.strip_chars().str.zfill(4),
        pl.col("period").cast(pl.String).str.strip_chars(),
        pl.col("gender").cast(pl.String).str.strip_chars(),
        pl.col("value").cast(pl.Float64, strict=False),
        pl.when(pl.col("value").is_not_null() & pl.col("value").cast(pl.Float64, strict=False).is_null())
        .then(pl.col("value").cast(pl.String))
        .otherwise(pl.col("status").cast(pl.String).fill_null(""))
        .str.strip_chars()
        .alias("status"),
    )


def _readable(frame: pl.DataFrame, noticed: list[Problem]) -> pl.DataFrame:
    """Canonical periods and sexes (total is an empty text); rows that have neither are left out, with a note."""
    periods = {text: parsed.code for text in frame["period"].unique() if text and (parsed := parsed_period(text))}
    sexes = {text: sex.replace("T", "") for text in frame["gender"].unique() if text and (sex := parsed_sex(text))}
    frame = frame.with_columns(
        pl.col("period").replace_strict(periods, default=None, return_dtype=pl.String),
        pl.col("gender").replace_strict(sexes, default=None, return_dtype=pl.String),
    )
    kept = frame.filter(pl.all_horizontal(pl.col(name).is_not_null() for name in _KEY))
    if unread := frame.height - kept.height:
        noticed.append(
            Problem("unreadable_row", Severity.SKIPPED, Place(), unread, "period eller kön gick inte att läsa")
        )
    return kept


def _unique(frame: pl.DataFrame, *, keep_last: bool, noticed: list[Problem]) -> pl.DataFrame:
    """One row a cell, in canonical order."""
    distinct = frame.unique(maintain_order=True)
    kept = distinct.unique(subset=_KEY, keep="last", maintain_order=True)
    if clashing := distinct.height - kept.height:
        first = distinct.filter(distinct.select(_KEY).is_duplicated()).row(0, named=True)
        place = Place(file=first["municipality"], column=first["kpi"])
        if not keep_last:
            raise JamlikError("kolada_figures_disagree", where=place, clashing=clashing, period=first["period"])
        noticed.append(Problem("duplicate_cells", Severity.NOTE, place, clashing, "det senaste värdet används"))
    return kept.sort(["kpi", "period", "municipality", "gender"])


def _with_status(frame: pl.DataFrame) -> pl.DataFrame:
    """Add each figure's `kind`: missing, suppressed and zero are three things, and Kolada's own word is kept."""
    word = pl.col("status").str.to_lowercase()
    none = pl.col("value").is_null() | ~pl.col("value").is_finite()
    kind = (
        pl.when(word.str.contains("priv|secre|sekre|confid|suppress|dold"))
        .then(pl.lit(Status.SUPPRESSED.value))
        .when(word.str.contains("not.?applic|ej aktuell|ej relevant"))
        .then(pl.lit(Status.NOT_APPLICABLE.value))
        .when(none | word.str.contains("^missing|^saknas"))
        .then(pl.lit(Status.MISSING.value))
        .otherwise(pl.lit(Status.SHOWN.value))
    )
    frame = frame.with_columns(kind.alias("kind"))
    shown = pl.col("kind") == Status.SHOWN.value
    return frame.with_columns(
        pl.when(shown).then(pl.col("value")).alias("value"),
        pl.when(shown & (word == "normal")).then(pl.lit("")).otherwise(pl.col("status")).alias("status"),
    )


def _with_margins(frame: pl.DataFrame, by_id: Mapping[str, Mapping[str, Any]], noticed: list[Problem]) -> pl.DataFrame:
    """Add `se` from the series of margins, and take those series out."""
    present = frame["kpi"].unique().to_list()
    margins = sorted(kpi for kpi in present if kpi in by_id and is_uncertainty(by_id[kpi]))
    if not margins:
        return frame.with_columns(pl.lit(None, dtype=pl.Float64).alias("se"))
    series = {kpi: margin for kpi, margin in uncertainty_series(by_id.values()).items() if kpi in present}
    if alone := [margin for margin in margins if margin not in series.values()]:
        detail = f"osäkerhetstal utan nyckeltal att höra till: {', '.join(alone[:5])}"
        noticed.append(Problem("uncertainty_unmatched", Severity.NOTE, Place(column=alone[0]), len(alone), detail))
    pairs = pl.DataFrame(list(series.items()), schema={"owner": pl.String, "kpi": pl.String}, orient="row")
    se = (
        frame.filter(pl.col("kpi").is_in(margins), pl.col("value") > 0)
        .join(pairs, on="kpi")
        .select(pl.col("owner").alias("kpi"), *_KEY[1:], (pl.col("value") / _MARGIN_IN_SE).alias("se"))
    )
    return frame.filter(~pl.col("kpi").is_in(margins)).join(se, on=_KEY, how="left", maintain_order="left")


def _dimensions(frame: pl.DataFrame, places: Mapping[str, str], focus: str) -> tuple[Dimension, Dimension]:
    found = set(frame["municipality"].unique())
    first = [code for code in (focus, RIKET) if code in found]
    order = [*first, *sorted(found - set(first))]
    area = Dimension("area", Role.AREA, {code: places.get(code, code) for code in order}, title="Kommun")
    return Dimension("sex", Role.SEX, _SEXES, title="Kön"), area


def _cells(frame: pl.DataFrame) -> tuple[Cell, ...]:
    names = {kpi: f"kolada:{kpi}" for kpi in frame["kpi"].unique()}
    statuses = {status.value: status for status in Status}
    groups: dict[tuple[str, str], Group] = {
        (place, sex): (("area", place), ("sex", sex)) if sex else (("area", place),)
        for place, sex in frame.select("municipality", "gender").unique().iter_rows()
    }
    order = ("kpi", "period", "municipality", "gender", "kind", "value", "se", "status")
    columns = [frame[name].to_list() for name in order]
    return tuple(
        Cell(
            indicator=names[kpi],
            period=period,
            group=groups[place, sex],
            status=statuses[kind],
            value=value,
            se=se if value is not None else None,
            reason=reason,
        )
        for kpi, period, place, sex, kind, value, se, reason in zip(*columns, strict=True)
    )


def _notes(
    ids: Sequence[str], by_id: Mapping[str, Mapping[str, Any]], area: Dimension, places: Mapping[str, str]
) -> list[Problem]:
    """What is worth knowing about the indicators and areas; one note per warning, with how many it is about."""
    notes = []
    if unknown := [kpi for kpi in ids if kpi not in by_id]:
        detail = f"finns inte i Koladas förteckning, namn och enhet saknas: {', '.join(unknown[:5])}"
        notes.append(Problem("unknown_kpi", Severity.NOTE, Place(column=unknown[0]), len(unknown), detail))
    if unnamed := [code for code in area.codes if code not in places]:
        notes.append(Problem("unknown_area", Severity.NOTE, Place(column=unnamed[0]), len(unnamed), "namn saknas"))
    warned = defaultdict(list)
    for kpi in ids:
        for text in kolada_warnings(by_id.get(kpi, {"id": kpi})):
            warned[text].append(kpi)
    notes += [
        Problem("indicator_warning", Severity.NOTE, Place(column=about[0]), len(about), text)
        for text, about in sorted(warned.items())
    ]
    return notes


def _dataset(indicators: Mapping[str, Indicator], area: Dimension, focus: str, path: str) -> Dataset:
    riket = {"area": Reference("named", RIKET)} if RIKET in area.codes else {}
    return Dataset(
        path=path,
        title=f"{area.labels.get(focus, focus)}: könsuppdelade nyckeltal i Kolada",
        rows=RowKind.VALUES,
        layout=FileLayout(),
        columns=(
            Column("kpi", ColumnRole.INDICATOR),
            Column("municipality", ColumnRole.AREA, dimension="area", labels=area.labels),
            Column("period", ColumnRole.PERIOD),
            Column("gender", ColumnRole.SEX, dimension="sex"),
            Column("value", ColumnRole.VALUE),
        ),
        indicators=tuple(
            IndicatorColumns(indicator, value=name.removeprefix("kolada:")) for name, indicator in indicators.items()
        ),
        source=LABEL,
        licence=_LICENCE,
        rules="already_published",
        missing={"Missing": Status.MISSING.value, "Private": Status.SUPPRESSED.value},
        references={"sex": Reference("named", "M"), **riket},
        focus=focus,
        max_way=2,
    )
