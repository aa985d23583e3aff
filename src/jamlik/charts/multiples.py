"""Small multiples: the same lines over time for each area, all on the same scales, the whole as a grey line in each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import altair as alt

from jamlik.charts import describe
from jamlik.charts.axes import Scale, scale_for
from jamlik.charts.chart import Chart, ChartTable, TableCell, required
from jamlik.charts.drawing import Drawing
from jamlik.charts.keys import KeyItem, key_height, put_key, sex_items, status_items
from jamlik.charts.lettering import broken, text_width
from jamlik.charts.marks import Sheet, Spec, configured, mark_layer, numeric_axis, panel, pixels, value_scale
from jamlik.charts.palette import GRID, MUTED, NARROW, ONE, PAPER, SMALL, WIDE, Style, style_for
from jamlik.charts.series import Series, line_layers
from jamlik.charts.subject import Subject, years_of
from jamlik.model.groupings import group_of
from jamlik.model.indicators import Indicator
from jamlik.model.results import AnalysisResult
from jamlik.model.tables import Status
from jamlik.model.words import phrase

__all__ = ["multiples_chart"]

_TITLE_SIZE, _FEW_PERIODS = 12, 8
_WHOLE = Style("#98A2AB", MUTED, "circle")


@dataclass(frozen=True, slots=True)
class _Area:
    """One panel: an area with its lines."""

    label: str
    lines: tuple[Series, ...]

    @property
    def level(self) -> float | None:
        """Mean of the last values, to sort by."""
        last = [line.last for line in self.lines if line.last is not None]
        return sum(last) / len(last) if last else None


@dataclass(frozen=True, slots=True)
class _Look:
    """How the panels are laid out."""

    width: int
    left: int
    columns: int
    size: tuple[float, float]
    scale: Scale
    places: tuple[float, ...]


def _areas(subject: Subject, dimension: str) -> list[_Area]:
    """Return the areas from the highest latest level down; those with nothing to show last."""
    found = []
    for code in subject.result.table.dimensions[dimension].codes:
        group = group_of(**{dimension: code})
        lines = []
        for sex in subject.sexes:
            points = tuple(subject.at(subject.with_sex(group, sex), period) for period in subject.periods)
            lines.append(Series(subject.sex_label(sex), style_for(sex), points))
        if all(point is None for line in lines for point in line.points):
            points = tuple(subject.at(group, period) for period in subject.periods)
            lines = [Series("", ONE, points)]
        if any(point is not None for line in lines for point in line.points):
            found.append(_Area(subject.label(dimension, code), tuple(lines)))
    return sorted(found, key=lambda area: (area.level is None, -(area.level or 0.0)))


def _whole(subject: Subject) -> Series:
    points = tuple(subject.at((), period) for period in subject.periods)
    return Series(phrase(subject.lang, "charts.total"), _WHOLE, points)


def _look(subject: Subject, areas: Sequence[_Area], whole: Series, width: int) -> _Look:
    narrow = width < (WIDE + NARROW) / 2
    many = len(areas) > 16
    columns = (3 if many else 2) if narrow else (5 if many else 4)
    values = [v for area in areas for line in area.lines for v in line.values if v is not None]
    bounds = [n for area in areas for line in area.lines for p in line.points if p and not p.shown for n in p.numbers]
    values += [v for v in whole.values if v is not None]
    scale = scale_for(values + bounds, ticks=3, floor=subject.floor, top=subject.top)
    left = int(max(text_width(subject.bare(tick), SMALL) for tick in scale.ticks) + 10)
    panel_width = (width - left - 10) / columns - 16
    years = years_of(subject.periods)
    span = (years[-1] - years[0]) or 1.0
    places = tuple(6 + (year - years[0]) / span * (panel_width - 12) for year in years)
    return _Look(width, left, columns, (panel_width, 70.0 if many else 90.0), scale, places)


def _layers(look: _Look, subject: Subject, area: _Area, whole: Series, *, first: bool) -> list[Spec]:
    across = pixels(look.size[0])
    axis = numeric_axis(look.scale, orient="left", labels=first)

    def x(field: str) -> alt.X:
        return alt.X(f"{field}:Q", scale=across, axis=None)

    def y(field: str) -> alt.Y:
        return alt.Y(f"{field}:Q", scale=value_scale(look.scale), axis=axis, title=None)

    layers = line_layers(whole, look.places, subject.periods, x=x, y=y, size=0, width=1.4)
    for line in area.lines:
        dots = "all" if len(look.places) <= _FEW_PERIODS else "last"
        layers += line_layers(line, look.places, subject.periods, x=x, y=y, size=30, width=1.8, dots=dots)
        ranges: list[dict[str, Any]] = [
            {"x": look.places[i], "period": subject.periods[i], "low": p.bound_low, "high": p.bound_high}
            for i, p in enumerate(line.points)
            if p is not None and p.drawn and not p.shown
        ]
        if ranges:
            marks = {"fill": PAPER, "stroke": line.style.mark, "strokeWidth": 1.2, "width": 6}
            layers.append(
                mark_layer(ranges, "bar", marks=marks, encodings={"x": x("x"), "y": y("low"), "y2": alt.Y2("high:Q")})
            )
    return layers


def _baseline(look: _Look) -> Sheet:
    wide, high = look.size
    sheet = Sheet(width=wide, height=high)
    sheet.rule(0, high, wide, high, colour=GRID)
    return sheet


def _gone(area: _Area) -> dict[int, list[Series]]:
    """Return periods with something not drawn, and which lines that concerns."""
    found: dict[int, list[Series]] = {}
    for line in area.lines:
        for i, point in enumerate(line.points):
            if not (point and point.drawn):
                found.setdefault(i, []).append(line)
    return found


def _put_names(sheet: Sheet, look: _Look, subject: Subject, area: _Area, *, bottom: bool) -> None:
    """Write the area's name, the first and last period, and crosses under the axis where nothing is shown."""
    wide, high = look.size
    lines = _name_lines(area, wide)
    for n, text in enumerate(lines):
        sheet.text(0, -10 - (len(lines) - 1 - n) * 14, text, size=_TITLE_SIZE, bold=True)
    for i, align in ((0, "left"), (len(subject.periods) - 1, "right")):
        if bottom:
            sheet.text(
                0.0 if align == "left" else wide, high + 22, subject.periods[i], size=11, colour=MUTED, align=align
            )
    if not any(p and p.drawn for line in area.lines for p in line.points):
        status = next((p.status for line in area.lines for p in line.points if p), Status.MISSING)
        sheet.text(
            wide / 2, high / 2, subject.status_text(status), size=SMALL, colour=MUTED, align="center", italic=True
        )
        return
    for i, missing in _gone(area).items():
        colour = MUTED if len(missing) == len(area.lines) else missing[0].style.letters
        sheet.text(look.places[i], high + 7, "×", size=12, colour=colour, align="center", bold=True)


def _name_lines(area: _Area, wide: float) -> tuple[str, ...]:
    return broken(area.label, wide + 10, _TITLE_SIZE, bold=True, lines=3)


def _key(subject: Subject, areas: Sequence[_Area], whole: Series) -> list[KeyItem]:
    items = sex_items(subject)
    if whole.last is not None:
        items.append(KeyItem("line", _WHOLE.mark, subject.whole_label))
    points = [point for area in areas for line in area.lines for point in line.points]
    statuses = [point.status if point else Status.MISSING for point in points if not (point and point.drawn)]
    if statuses:
        words = " / ".join(subject.status_text(status) for status in dict.fromkeys(statuses))
        items.append(KeyItem("cross", MUTED, words))
    return items + status_items(subject, points, intervals=False)


def _drawing(subject: Subject, areas: Sequence[_Area], width: int) -> Drawing:
    whole = _whole(subject)
    look = _look(subject, areas, whole, width)
    items = _key(subject, areas, whole)
    names = max(len(_name_lines(area, look.size[0])) for area in areas) * 14 + 12
    top, row_gap = key_height(items, width - 4) + 18 + names, 20 + names
    rows = -(-len(areas) // look.columns)
    last_row = len(areas) - look.columns
    panels = []
    for place, area in enumerate(areas):
        sheet = Sheet(width=look.size[0], height=look.size[1])
        if place == 0:
            put_key(sheet, items, left=-look.left, top=-top, width=width - 4)
            sheet.text(-look.left, key_height(items, width - 4) - top + 6, subject.unit, size=SMALL, colour=MUTED)
        first, bottom = place % look.columns == 0, place >= last_row
        _put_names(sheet, look, subject, area, bottom=bottom)
        layers = _layers(look, subject, area, whole, first=first)
        panels.append(panel(layers, under=_baseline(look), over=sheet))
    height = top + rows * look.size[1] + (rows - 1) * row_gap + 32
    spec = configured(*panels, columns=look.columns, spacing={"row": row_gap, "column": 16})
    return Drawing(spec, width, int(height), look.left, int(top))


def _table(subject: Subject, areas: Sequence[_Area], heading: str) -> ChartTable:
    divided = len(areas[0].lines) > 1
    columns = [heading, phrase(subject.lang, "charts.period")]
    columns += [line.label for line in areas[0].lines] if divided else [phrase(subject.lang, "charts.value")]
    rows = [
        (TableCell(area.label), TableCell(period), *(subject.value_cell(line.points[i]) for line in area.lines))
        for area in areas
        for i, period in enumerate(subject.periods)
    ]
    return ChartTable(tuple(columns), tuple(rows), (False, False, *[True] * (len(columns) - 2)), note=subject.unit)


def multiples_chart(result: AnalysisResult, indicator: Indicator, *, by: str = "area", lang: str = "") -> Chart | None:
    """One small panel for each area with its lines over time, all on the same scales.

    Parameters
    ----------
    by : str
        The dimension that gives the panels.

    Returns
    -------
    Chart or None
        None for fewer than three periods or two areas, or when nothing may be shown.
    """
    subject = Subject(result, indicator, lang or result.lang)
    if by not in result.table.dimensions or len(subject.periods) < 3:
        return None
    areas = _areas(subject, by)
    known = [area for area in areas if area.level is not None]
    if len(areas) < 2 or not known or len({len(area.lines) for area in areas}) > 1:
        return None
    dimension = result.table.dimensions[by]
    heading = dimension.title or dimension.name
    values = {"first": subject.periods[0], "last": subject.periods[-1], "dimension": heading.lower()}
    return Chart(
        kind="multiples",
        lang=subject.lang,
        title=phrase(subject.lang, "charts.multiples.title", indicator=subject.name, **values),
        description=describe.by_area(subject, [(area.label, area.lines) for area in areas], heading=heading.lower()),
        source=subject.source,
        data=_table(subject, areas, heading),
        draw=lambda width: _drawing(subject, areas, width),
        translate=lambda other: required(multiples_chart(result, indicator, by=by, lang=other)),
    )
