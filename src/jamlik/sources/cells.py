"""Rows to cells: numbers and marks of one indicator become `Cell`s with one status each, contradictions are refused."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypedDict

import polars as pl

from jamlik.model.dataset import Dataset, IndicatorColumns
from jamlik.model.errors import JamlikError, Place, Severity, Term
from jamlik.model.groupings import Dimension, Group
from jamlik.model.indicators import Indicator, Kind
from jamlik.model.tables import Cell, Status
from jamlik.sources.codes import TOTAL
from jamlik.sources.columns import nearest
from jamlik.sources.figures import Mark, figures_of, mark_of
from jamlik.sources.notices import Notices
from jamlik.sources.reader import ROW
from jamlik.sources.tidy import MEASURE, PERIOD, Tidy

__all__ = ["indicator_cells"]

_PARTS = ("count", "base", "value", "se")
_MOSTLY = 0.5
_HIDDEN_MOST = 4  # an official `~100` means that one to four people are on the other side


@dataclass(frozen=True, slots=True)
class _Figure:
    """One number, or what stands instead of it; neither where the indicator has no such column."""

    number: float | None = None
    mark: Mark | None = None


_NONE = _Figure()


def indicator_cells(spec: IndicatorColumns, *, tidy: Tidy, dataset: Dataset, notices: Notices) -> list[Cell]:
    """All cells of one indicator, in the file's order.

    Raises
    ------
    JamlikError
        CONTRACT when a column is mostly text, or two rows about the same group disagree.
    """
    frame = _figures_frame(spec, tidy, dataset)
    if frame.is_empty():
        return []
    frame = _without_text(frame, spec, dataset, notices)
    frame = _without_impossible(frame, spec, notices)
    keys = [PERIOD, *(d.name for d in tidy.dimensions)]
    frame = _without_repeats(frame, keys, spec, notices)
    return list(_cells(frame, spec, tidy.dimensions, dataset))


def _figures_frame(spec: IndicatorColumns, tidy: Tidy, dataset: Dataset) -> pl.DataFrame:
    """`ROW`, the keys, and for each part of the indicator `<part>` (number) and `<part>_text` (what stands instead)."""
    keys = [PERIOD, *(d.name for d in tidy.dimensions)]
    parts = {part: getattr(spec, part) for part in _PARTS if getattr(spec, part)}
    if not parts:
        raise JamlikError("indicator_without_columns", where=Place(dataset.path), indicator=spec.indicator.id)
    if not tidy.value:
        frame = tidy.frame
        return frame.select(ROW, *keys, *_both(frame, parts, dataset))
    joined: pl.DataFrame | None = None
    for part, measure in parts.items():
        rows = tidy.frame.filter(pl.col(MEASURE) == measure)
        if rows.is_empty():
            raise _no_measure(measure, tidy, dataset)
        own = rows.select(ROW, *keys, *_both(rows, {part: tidy.value}, dataset))
        if joined is None:
            joined = own
        else:
            own = own.drop(ROW).unique(subset=keys, keep="first", maintain_order=True)
            joined = joined.join(own, on=keys, how="left", maintain_order="left")
            missing = pl.col(part).is_null() & pl.col(f"{part}_text").is_null()
            joined = joined.with_columns(
                pl.when(missing).then(pl.lit("")).otherwise(f"{part}_text").alias(f"{part}_text")
            )
    assert joined is not None
    return joined


def _no_measure(measure: str, tidy: Tidy, dataset: Dataset) -> JamlikError:
    known = tidy.frame[MEASURE].drop_nulls().unique().sort().to_list()
    like = nearest(measure, known)
    return JamlikError(
        "no_such_measure",
        where=Place(dataset.path),
        do="did_you_mean" if like else "do",
        measure=measure,
        measures=", ".join(known[:30]) + (" …" if len(known) > 30 else ""),
        like=like,
    )


def _both(frame: pl.DataFrame, parts: Mapping[str, str], dataset: Dataset) -> Iterator[pl.Series]:
    for part, name in parts.items():
        numbers, texts = figures_of(frame[name], decimal=dataset.layout.decimal or ".", marks=dataset.missing)
        yield numbers.alias(part)
        yield texts.alias(f"{part}_text")


def _without_text(frame: pl.DataFrame, spec: IndicatorColumns, dataset: Dataset, notices: Notices) -> pl.DataFrame:
    """Leave out rows with a text that means nothing known where a number is expected."""
    for part in _PARTS:
        name = getattr(spec, part)
        if not name:
            continue
        texts = frame[f"{part}_text"]
        strange = [t for t in texts.drop_nulls().unique().to_list() if mark_of(t, missing=dataset.missing) is None]
        if not strange:
            continue
        wrong = texts.is_in(strange).fill_null(False)
        rows = frame[ROW].filter(wrong)
        filled = int((texts.is_null() | (texts != "")).sum())
        if len(rows) > _MOSTLY * filled:
            raise JamlikError(
                "column_mostly_text",
                where=Place(dataset.path, int(rows[0]), name),
                name=name,
                count=len(rows),
                filled=filled,
            )
        notices.note_rows("text_in_number", Severity.SKIPPED, rows, column=name)
        frame = frame.filter(~wrong)
    return frame


def _without_impossible(frame: pl.DataFrame, spec: IndicatorColumns, notices: Notices) -> pl.DataFrame:
    """Leave out rows that cannot be: counts below zero or above their base, shares outside the scale."""
    whole = spec.indicator.kind is Kind.PROPORTION
    checks = [("negative_count", pl.col(part) < 0, part) for part in ("count", "base") if getattr(spec, part)]
    if whole and spec.count and spec.base:
        checks.append(("count_over_base", pl.col("count") > pl.col("base"), "count"))
    if whole and spec.value:
        checks.append(("share_out_of_range", ~pl.col("value").is_between(0, spec.indicator.multiplier), "value"))
    for code, wrong, part in checks:
        rows = frame.filter(wrong.fill_null(False))[ROW]
        if len(rows):
            notices.note_rows(code, Severity.SKIPPED, rows, column=getattr(spec, part))
            frame = frame.filter(~wrong.fill_null(False))
    return frame


def _without_repeats(frame: pl.DataFrame, keys: list[str], spec: IndicatorColumns, notices: Notices) -> pl.DataFrame:
    """Merge rows that say the same about the same group; refuse those that disagree."""
    repeated = frame.select(keys).is_duplicated()
    if not repeated.any():
        return frame
    content = [name for name in frame.columns if name != ROW]
    same = frame.unique(subset=content, keep="first", maintain_order=True)
    clash = same.filter(same.select(keys).is_duplicated())
    if clash.height:
        first = clash.row(0, named=True)
        second = clash.filter(pl.all_horizontal(pl.col(k) == first[k] for k in keys)).row(1, named=True)
        group = ", ".join(f"{key}={first[key]}" for key in keys if not key.startswith("__") and first[key])
        raise JamlikError(
            "rows_disagree",
            where=Place(notices.file, int(second[ROW]), spec.count or spec.value or spec.base),
            first=first[ROW],
            second=second[ROW],
            group=", ".join(part for part in (group, first[PERIOD].strip("-")) if part) or Term("everybody"),
        )
    gone = frame.filter(~frame[ROW].is_in(same[ROW].implode()))[ROW] if frame[ROW].is_unique().all() else None
    count = frame.height - same.height
    notices.note("duplicate_cell", Severity.NOTE, row=int(gone[0]) if gone is not None else None, count=count)
    return same


def _cells(
    frame: pl.DataFrame,
    spec: IndicatorColumns,
    dimensions: Sequence[Dimension],
    dataset: Dataset,
) -> Iterator[Cell]:
    marks = _marks(frame, spec, dataset)
    names = [d.name for d in sorted(dimensions, key=lambda d: d.name)]
    parents = {d.name: d.nested_in for d in dimensions if d.nested_in}
    columns = [_figures(frame, part, marks) if getattr(spec, part) else [_NONE] * frame.height for part in _PARTS]
    groups: dict[tuple[str, ...], Group] = {}
    build = _PLANS[_plan(spec)]
    codes_by_row = frame.select(names).rows() if names else [()] * frame.height
    rows = zip(frame[PERIOD].to_list(), codes_by_row, *columns, strict=True)
    for period, codes, count, base, value, se in rows:
        group = groups.get(codes)
        if group is None:
            group = groups[codes] = _group(names, codes, parents)
        yield Cell(spec.indicator.id, period, group, **build(spec.indicator, count, base, value, se))


def _marks(frame: pl.DataFrame, spec: IndicatorColumns, dataset: Dataset) -> dict[str, _Figure]:
    texts = {
        text for part in _PARTS if getattr(spec, part) for text in frame[f"{part}_text"].drop_nulls().unique().to_list()
    }
    return {text: _Figure(mark=mark_of(text, missing=dataset.missing)) for text in texts}


def _figures(frame: pl.DataFrame, part: str, marks: Mapping[str, _Figure]) -> list[_Figure]:
    numbers, texts = frame[part].to_list(), frame[f"{part}_text"].to_list()
    return [_Figure(n) if n is not None else marks[t] for n, t in zip(numbers, texts, strict=True)]


def _group(names: Sequence[str], codes: Sequence[str], parents: Mapping[str, str]) -> Group:
    """The group of a row: totals left out, and of nested areas only the finest."""
    held = {name: code for name, code in zip(names, codes, strict=True) if code != TOTAL}
    above: set[str] = set()
    for name in held:
        parent = parents.get(name, "")
        while parent:
            above.add(parent)
            parent = parents.get(parent, "")
    return tuple((name, code) for name, code in held.items() if name not in above)


class _Numbers(TypedDict, total=False):
    """What a cell holds beside its identity."""

    status: Status
    reason: str
    base_n: float | None
    count_n: float | None
    value: float | None
    se: float | None
    low: float | None
    high: float | None


def _plan(spec: IndicatorColumns) -> str:
    if spec.value:
        return "share" if spec.base and spec.indicator.kind is Kind.PROPORTION else "value"
    return "pair" if spec.count and spec.base else "count"


def _hidden(
    mark: Mark, *, base_n: float | None = None, low: float | None = None, high: float | None = None
) -> _Numbers:
    return {"status": mark.status, "reason": mark.text, "base_n": base_n, "low": low, "high": high}


def _pair(indicator: Indicator, count: _Figure, base: _Figure, value: _Figure, se: _Figure) -> _Numbers:
    """Numerator and base."""
    if base.mark is not None or count.mark is not None:
        mark = count.mark or base.mark
        assert mark is not None
        if mark.status is Status.BOUNDED and base.number and count.mark:
            low = (mark.low or 0.0) / base.number * indicator.multiplier
            high = min((mark.high if mark.high is not None else base.number) / base.number, 1.0) * indicator.multiplier
            return _hidden(mark, base_n=base.number, low=low, high=high)
        status = Status.SUPPRESSED if mark.status is Status.BOUNDED else mark.status
        return {"status": status, "reason": mark.text, "base_n": base.number}
    return {"base_n": base.number, "count_n": count.number}


def _count(indicator: Indicator, count: _Figure, base: _Figure, value: _Figure, se: _Figure) -> _Numbers:
    """A number of people and nothing to divide it by."""
    figure = base if count is _NONE else count
    if figure.mark is not None:
        return _hidden(figure.mark, low=figure.mark.low, high=figure.mark.high)
    return {"count_n": figure.number}


def _share(indicator: Indicator, count: _Figure, base: _Figure, value: _Figure, se: _Figure) -> _Numbers:
    """A published share with the number of people it is of."""
    if value.mark is not None:
        if value.mark.status is Status.BOUNDED:
            low, high = _bounds(value.mark, base.number, indicator.multiplier)
            return _hidden(value.mark, base_n=base.number, low=low, high=high)
        return _hidden(value.mark, base_n=base.number)
    return {"base_n": base.number, "value": value.number, "se": se.number}


def _bounds(mark: Mark, base: float | None, scale: float) -> tuple[float | None, float | None]:
    """Limits of a share that is only hinted at.

    `~100`: one to four of the base are on the other side, so [scale(n−4)/n, scale(n−1)/n]; `~0` is the mirror image.
    Without a base only the end of the scale is known.
    """
    if mark.kind != "about":
        return mark.low, scale if mark.high is None else min(mark.high, scale)
    if mark.low is not None and mark.low >= scale:
        if not base:
            return None, scale
        return max(0.0, scale * (base - _HIDDEN_MOST) / base), scale * max(base - 1, 0.0) / base
    if mark.low == 0:
        if not base:
            return 0.0, None
        return scale * min(1.0, base) / base, min(scale, scale * _HIDDEN_MOST / base)
    return mark.low, mark.high


def _value(indicator: Indicator, count: _Figure, base: _Figure, value: _Figure, se: _Figure) -> _Numbers:
    """A published figure as it is."""
    if value.mark is not None:
        return _hidden(value.mark, base_n=base.number, low=value.mark.low, high=value.mark.high)
    return {"value": value.number, "base_n": base.number, "se": se.number}


_PLANS = {"pair": _pair, "count": _count, "share": _share, "value": _value}
