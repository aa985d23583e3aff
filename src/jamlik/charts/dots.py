"""Dots with intervals: the levels of groups at the latest period, women and men apart, the total as a line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from jamlik.charts import describe
from jamlik.charts.axes import Scale, scale_for
from jamlik.charts.chart import Chart, ChartTable, TableCell, required
from jamlik.charts.drawing import Drawing
from jamlik.charts.keys import KeyItem, key_height, put_key, sex_items, status_items
from jamlik.charts.lettering import broken, text_width
from jamlik.charts.marks import At, Sheet, Spec, configured, mark_layer, panel
from jamlik.charts.palette import MUTED, NARROW, PAPER, ROW, SMALL, TEXT, WIDE, style_for
from jamlik.charts.subject import Point, Subject
from jamlik.model.groupings import Role, group_of
from jamlik.model.indicators import Indicator
from jamlik.model.results import AnalysisResult
from jamlik.model.tables import Status
from jamlik.model.words import counted, inside, phrase

__all__ = ["dots_chart", "split_by_sex"]

_EDGE, _KEPT_AT_EACH_END, _MOST_ROWS = 4, 15, 40


@dataclass(frozen=True, slots=True)
class _Row:
    """One row: a label and a dot for each sex (or one dot)."""

    label: str
    dots: tuple[tuple[str, Point | None], ...]
    strong: bool = False
    left_out: int = 0

    @property
    def shown(self) -> tuple[float, ...]:
        return tuple(point.value for _, point in self.dots if point is not None and point.value is not None)


@dataclass(frozen=True, slots=True)
class _Look:
    """Where things lie in the picture."""

    width: int
    gutter: float
    aside: float
    scale: Scale
    tops: tuple[float, ...]
    labels: tuple[tuple[str, ...], ...]

    @property
    def plot(self) -> float:
        return self.width - self.gutter - self.aside - 8

    @property
    def height(self) -> float:
        return self.tops[-1]

    def middle(self, row: int) -> float:
        return (self.tops[row] + self.tops[row + 1]) / 2


def split_by_sex(subject: Subject, dimension: str) -> bool:
    """Whether women and men are shown apart: at least half of those figures may be, or as many as for both together."""
    if not subject.sex:
        return False
    groups = [group_of(**{dimension: code}) for code in subject.result.table.dimensions[dimension].codes]
    apart = [point for group in groups for _, point in _dots_of(subject, group, subject.sexes) if point is not None]
    together = [point for group in groups if (point := subject.at(group)) is not None]
    share = sum(point.shown for point in apart) / len(apart) if apart else 0.0
    return share >= 0.5 or (share > 0 and share * len(together) >= sum(point.shown for point in together))


def _dots_of(
    subject: Subject, group: tuple[tuple[str, str], ...], sexes: Sequence[str]
) -> tuple[tuple[str, Point | None], ...]:
    return tuple((sex, subject.at(subject.with_sex(group, sex))) for sex in sexes)


def _sorted_rows(subject: Subject, dimension: str, sexes: Sequence[str]) -> list[_Row]:
    """Return one row per code: ages in their own order, others from the highest level down, hidden ones last."""
    named = subject.result.table.dimensions[dimension]
    rows = []
    for place, code in enumerate(named.codes):
        group = group_of(**{dimension: code})
        dots = _dots_of(subject, group, sexes)
        if all(point is None for _, point in dots):
            continue
        row = _Row(subject.label(dimension, code), dots, code == subject.result.focus)
        whole = subject.at(group)
        level = whole.value if whole and whole.value is not None else None
        if level is None and row.shown:
            level = sum(row.shown) / len(row.shown)
        by_level = (level is None, -(level or 0.0)) if named.role is not Role.AGE else (False, 0.0)
        rows.append((*by_level, place, row))
    return [row for *_, row in sorted(rows, key=lambda item: item[:3])]


def _rows(subject: Subject, dimension: str) -> tuple[list[_Row], bool]:
    """Return all rows, the total first, and whether they are divided by sex."""
    if not dimension:
        whole = _Row(subject.whole_label, _dots_of(subject, subject.whole, ("",)), True)
        apart = [_Row(subject.sex_label(s), _dots_of(subject, subject.whole, (s,))) for s in subject.sexes]
        return [whole, *apart], False
    divided = split_by_sex(subject, dimension)
    sexes = subject.sexes if divided else ("",)
    total = _Row(subject.whole_label, _dots_of(subject, (), sexes), True)
    start = [total] if any(point is not None for _, point in total.dots) else []
    return [*start, *_sorted_rows(subject, dimension, sexes)], divided


def _in_picture(rows: list[_Row], subject: Subject) -> list[_Row]:
    """Leave out the middle when there are too many rows, and say so in a row of its own."""
    if len(rows) <= _MOST_ROWS:
        return rows
    first, last = rows[: _KEPT_AT_EACH_END + 1], rows[-_KEPT_AT_EACH_END:]
    out = len(rows) - len(first) - len(last)
    gap = _Row(counted(subject.lang, "charts.dots.left_out", out), (), left_out=out)
    return [*first, gap, *last]


def _words_aside(row: _Row, subject: Subject) -> list[tuple[str, str]]:
    """Return (sex, words) for what is not drawn in a row; one line when all of it has the same reason."""
    found = [
        (sex, subject.status_text(point.status if point else Status.MISSING))
        for sex, point in row.dots
        if not (point and point.drawn)
    ]
    if len(found) == len(row.dots) > 1 and len({text for _, text in found}) == 1:
        return [("", found[0][1])]
    return found


def _look(rows: Sequence[_Row], subject: Subject, width: int) -> _Look:
    narrow = width < (WIDE + NARROW) / 2
    widest = max(text_width(row.label, TEXT, bold=row.strong) for row in rows if not row.left_out)
    gutter = max(min(widest, 116 if narrow else 220) + 10, text_width(subject.unit, SMALL) + 28)
    aside_texts = [text for row in rows for _, text in _words_aside(row, subject)]
    aside = max((text_width(text, SMALL) + 22 for text in aside_texts), default=_EDGE * 3)
    labels = tuple(broken(row.label, gutter - 10, TEXT, bold=row.strong) for row in rows)
    tops, many = [0.0], len(rows) > 20
    for row, lines in zip(rows, labels, strict=True):
        least = (25.0 if many else 34.0) if len(row.dots) > 1 else (20.0 if many else 26.0)
        tops.append(tops[-1] + (24.0 if row.left_out else max(least, len(lines) * TEXT * 1.25 + 5)))
    numbers = [n for row in rows for _, point in row.dots if point is not None for n in point.numbers]
    scale = scale_for(numbers, ticks=3 if narrow else 6, floor=subject.floor, top=subject.top)
    return _Look(width, gutter, aside, scale, tuple(tops), labels)


def _dodged(look: _Look, rows: Sequence[_Row], row: int, place: int) -> float:
    """Return the height of a dot in its row: women a little above the middle, men a little below."""
    aside = 5.5 if len(rows) > 20 else 7.0
    return look.middle(row) + (0.0 if len(rows[row].dots) < 2 else (aside if place else -aside))


def _data_layers(rows: Sequence[_Row], look: _Look, subject: Subject) -> list[Spec]:
    x = At("value", look.plot, look.scale, axis="full")
    y = At("y", look.height)
    by_sex: dict[str, tuple[list[dict[str, Any]], list[dict[str, Any]]]] = {}
    for at, row in enumerate(rows):
        for place, (sex, point) in enumerate(row.dots):
            dots, ranges = by_sex.setdefault(sex, ([], []))
            if point is None:
                continue
            start: dict[str, Any] = {"group": row.label, "sex": sex, "y": _dodged(look, rows, at, place)}
            if point.value is not None:
                dots.append({**start, "value": point.value, "low": point.low, "high": point.high})
            elif point.bound_low is not None and point.bound_high is not None:
                ranges.append({**start, "low": point.bound_low, "high": point.bound_high})
    layers = []
    for sex, (dots, ranges) in by_sex.items():
        style = style_for(sex)
        bars = [dot for dot in dots if dot["low"] is not None and dot["high"] is not None]
        between: dict[str, At | str] = {"x": replace(x, field="low"), "y": y, "x2": "high"}
        if bars:
            marks = {"color": style.mark, "strokeWidth": 1.8, "opacity": 0.75}
            layers.append(mark_layer(bars, "rule", marks=marks, places=between))
        if ranges:
            marks = {"fill": PAPER, "stroke": style.mark, "strokeWidth": 1.4, "height": 8}
            layers.append(mark_layer(ranges, "bar", marks=marks, places=between))
        if dots:
            marks = {
                "shape": style.shape,
                "fill": style.mark,
                "stroke": PAPER,
                "strokeWidth": 1,
                "size": 95,
                "opacity": 1,
            }
            layers.append(mark_layer(dots, "point", marks=marks, places={"x": x, "y": y}))
    return layers


def _put_rows(sheet: Sheet, under: Sheet, rows: Sequence[_Row], look: _Look, subject: Subject) -> None:
    for at, row in enumerate(rows):
        under.rule(-look.gutter, look.tops[at + 1], look.plot, look.tops[at + 1], colour=ROW)
        lines, middle = look.labels[at], look.middle(at)
        if row.left_out:
            sheet.text(
                look.plot / 2, middle, f"⋮  {row.label}  ⋮", size=SMALL, colour=MUTED, align="center", italic=True
            )
            continue
        for line, text in enumerate(lines):
            y = middle + (line - (len(lines) - 1) / 2) * TEXT * 1.25
            sheet.text(-look.gutter, y, text, bold=row.strong)
        aside = _words_aside(row, subject)
        for sex, text in aside:
            place = next((i for i, (each, _) in enumerate(row.dots) if each == sex), 0)
            y = middle if len(aside) == 1 and not sex else _dodged(look, rows, at, place)
            x = look.plot + 12.0
            if sex:
                sheet.symbol(x + 4, y, shape=style_for(sex).shape, colour=style_for(sex).mark, filled=False, size=40)
                x += 14
            sheet.text(x, y, text, size=SMALL, colour=MUTED, italic=True)


def _put_sex_names(sheet: Sheet, rows: Sequence[_Row], look: _Look, subject: Subject) -> None:
    """Write women and men straight at the first row that shows both, outside their intervals."""
    both = (i for i, row in enumerate(rows) if len(row.dots) == 2 and len(row.shown) == 2)
    at = next(both, None)
    if at is None:
        return
    points = [(sex, point) for sex, point in rows[at].dots if point is not None]
    lower = min(points, key=lambda item: item[1].value or 0.0)[0]
    for place, (sex, point) in enumerate(points):
        text, y = subject.sex_label(sex), _dodged(look, rows, at, place)
        ends = [look.scale.at(n, look.plot) for n in point.numbers]
        wide = text_width(text, SMALL, bold=True)
        left = (sex == lower and min(ends) - 8 - wide > 2) or max(ends) + 8 + wide > look.plot
        x, align = (min(ends) - 8, "right") if left else (max(ends) + 8, "left")
        sheet.text(x, y, text, size=SMALL, colour=style_for(sex).letters, align=align, bold=True)


def _key(rows: Sequence[_Row], subject: Subject, whole: Point | None) -> list[KeyItem]:
    items = sex_items(subject) if any(len(row.dots) > 1 for row in rows) else []
    items += status_items(subject, (point for row in rows for _, point in row.dots))
    if whole is not None and whole.value is not None:
        items.append(KeyItem("dash", MUTED, f"{subject.whole_label} {subject.number(whole.value)}"))
    return items


def _drawing(rows: Sequence[_Row], subject: Subject, width: int) -> Drawing:
    look = _look(rows, subject, width)
    whole = subject.at(subject.whole)
    items = _key(rows, subject, whole)
    top = key_height(items, width - 4)
    under, sheet = (Sheet(width=look.plot, height=look.height) for _ in range(2))
    put_key(sheet, items, left=-look.gutter, top=-top, width=width - 4)
    _put_rows(sheet, under, rows, look, subject)
    _put_sex_names(sheet, rows, look, subject)
    if whole is not None and whole.value is not None:
        x = look.scale.at(whole.value, look.plot)
        under.rule(x, 0, x, look.height, colour=MUTED, width=1.4, dash="4 3")
    sheet.text(-24, look.height + 13, subject.unit, size=SMALL, colour=MUTED, align="right")
    spec = configured(panel(_data_layers(rows, look, subject), under=under, over=sheet))
    return Drawing(spec, width, int(top + look.height + 26), int(look.gutter) + 2, int(top))


def _table(rows: Sequence[_Row], subject: Subject, *, divided: bool, heading: str) -> ChartTable:
    value, between = phrase(subject.lang, "charts.value"), phrase(subject.lang, "charts.interval_short")
    columns = [heading]
    for sex in subject.sexes if divided else ("",):
        name = f"{subject.sex_label(sex)}: " if sex else ""
        columns += [f"{name}{inside(value) if sex else value}", f"{name}{inside(between) if sex else between}"]
    table = []
    for row in rows:
        cells = [TableCell(row.label)]
        for _, point in row.dots:
            cells += [subject.value_cell(point), subject.interval_cell(point)]
        table.append(tuple(cells))
    return ChartTable(tuple(columns), tuple(table), (False, *[True] * (len(columns) - 1)), note=subject.unit)


def dots_chart(result: AnalysisResult, indicator: Indicator, *, by: str = "", lang: str = "") -> Chart | None:
    """Levels of groups at the latest period as dots with intervals.

    Parameters
    ----------
    by : str
        Name of the dimension that gives the rows; each row has a dot for women and one for men when at least half of
        those may be shown. Empty: women, men and everybody, a row each.

    Returns
    -------
    Chart or None
        None when there are fewer than two rows, or nothing at all may be shown.
    """
    subject = Subject(result, indicator, lang or result.lang)
    rows, divided = _rows(subject, by)
    if len(rows) < 2 or not any(row.shown for row in rows):
        return None
    picture = _in_picture(rows, subject)
    heading = subject.heading(by) if by else phrase(subject.lang, "charts.group")
    key = "charts.dots.title_by" if by else "charts.dots.title"
    counts = [(row.label, row.dots, row.strong and i == 0) for i, row in enumerate(rows)]
    return Chart(
        kind="dots",
        lang=subject.lang,
        title=phrase(subject.lang, key, indicator=subject.name, period=subject.latest, dimension=inside(heading)),
        description=describe.levels(
            subject, counts, left_out=len(rows) - len(picture) + 1 if len(picture) < len(rows) else 0
        ),
        source=subject.source,
        data=_table(rows, subject, divided=divided, heading=heading),
        draw=lambda width: _drawing(picture, subject, width),
        translate=lambda other: required(dots_chart(result, indicator, by=by, lang=other)),
    )
