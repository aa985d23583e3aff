"""Small multiples: the same lines over time for each area, all on the same scales, the whole as a grey line in each."""

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
from jamlik.charts.palette import GRID, MUTED, NARROW, PAPER, SMALL, WIDE, Style, style_for
from jamlik.charts.series import Series, line_layers
from jamlik.charts.subject import Subject, years_of
from jamlik.model.groupings import Group, group_of
from jamlik.model.indicators import Indicator
from jamlik.model.results import AnalysisResult
from jamlik.model.tables import Status
from jamlik.model.words import inside, phrase

__all__ = ["multiples_chart"]

_TITLE_SIZE, _FEW_PERIODS, _ROW_GAP = 12, 8, 26
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


def _lines(subject: Subject, group: Group, sexes: Sequence[str]) -> tuple[Series, ...]:
    found = []
    for sex in sexes:
        points = tuple(subject.at(subject.with_sex(group, sex), period) for period in subject.periods)
        found.append(Series(subject.sex_label(sex) if sex else "", style_for(sex), points))
    return tuple(found)


def _shown_share(areas: Sequence[_Area]) -> float:
    given = [point for area in areas for line in area.lines for point in line.points if point is not None]
    return sum(point.drawn for point in given) / len(given) if given else 0.0


def _areas(subject: Subject, dimension: str) -> list[_Area]:
    """Return the areas from the highest latest level down; one line each where the sexes are mostly not shown."""
    codes = subject.result.table.dimensions[dimension].codes
    best: list[_Area] = []
    for sexes in (subject.sexes, ("",)):
        areas = [
            _Area(subject.label(dimension, code), _lines(subject, group_of(**{dimension: code}), sexes))
            for code in codes
        ]
        areas = [area for area in areas if any(point is not None for line in area.lines for point in line.points)]
        best = areas if _shown_share(areas) > _shown_share(best) else best
        if _shown_share(best) >= 0.5:
            break
    return sorted(best, key=lambda area: (area.level is None, -(area.level or 0.0)))


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
    return _Look(width, left, columns, (panel_width, 60.0 if many else 90.0), scale, places)


def _layers(look: _Look, subject: Subject, area: _Area, whole: Series, *, first: bool, above: float) -> list[Spec]:
    wide, high = look.size
    x = At("x", wide)
    y = At("value", above + high, look.scale, start=above, axis="full" if first else "grid")
    layers = line_layers(whole, look.places, subject.periods, x=x, y=y, size=0, width=1.4)
    dots = "all" if len(look.places) <= _FEW_PERIODS else "last"
    for line in area.lines:
        layers += line_layers(line, look.places, subject.periods, x=x, y=y, size=30, width=1.8, dots=dots)
        ranges: list[dict[str, Any]] = [
            {"x": look.places[i], "period": subject.periods[i], "low": p.bound_low, "high": p.bound_high}
            for i, p in enumerate(line.points)
            if p is not None and p.drawn and not p.shown
        ]
        if ranges:
            marks = {"fill": PAPER, "stroke": line.style.mark, "strokeWidth": 1.2, "width": 6}
            places: dict[str, At | str] = {"x": x, "y": replace(y, field="low"), "y2": "high"}
            layers.append(mark_layer(ranges, "bar", marks=marks, places=places))
    return layers


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
    wide, low = look.size[0], sheet.height
    top = low - look.size[1]
    lines = _name_lines(area, wide)
    for n, text in enumerate(lines):
        sheet.text(0, top - 12 - (len(lines) - 1 - n) * 14, text, size=_TITLE_SIZE, bold=True)
    for i, align in ((0, "left"), (len(subject.periods) - 1, "right")):
        if bottom:
            sheet.text(
                0.0 if align == "left" else wide, low + 21, subject.periods[i], size=11, colour=MUTED, align=align
            )
    if not any(p and p.drawn for line in area.lines for p in line.points):
        status = next((p.status for line in area.lines for p in line.points if p), Status.MISSING)
        middle, words = low - look.size[1] / 2, subject.status_text(status)
        sheet.text(wide / 2, middle, words, size=SMALL, colour=MUTED, align="center", italic=True)
        return
    for i, missing in _gone(area).items():
        colour = MUTED if len(missing) == len(area.lines) else missing[0].style.letters
        sheet.text(look.places[i], low + 7, "×", size=12, colour=colour, align="center", bold=True)


def _name_lines(area: _Area, wide: float) -> tuple[str, ...]:
    return broken(area.label, wide + 6, _TITLE_SIZE, bold=True, lines=3)


def _key(subject: Subject, areas: Sequence[_Area], whole: Series) -> list[KeyItem]:
    items = sex_items(subject) if len(areas[0].lines) > 1 else []
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
    top = key_height(items, width - 4) + 14
    wide, high = look.size
    rows = [areas[i : i + look.columns] for i in range(0, len(areas), look.columns)]
    panels, height = [], float(top)
    for n, row in enumerate(rows):
        above = max(len(_name_lines(area, wide)) for area in row) * 14 + 8.0
        height += above + high + (_ROW_GAP if n else 0)
        for place, area in enumerate(row):
            under, sheet = (Sheet(width=wide, height=above + high) for _ in range(2))
            under.rule(0, above + high, wide, above + high, colour=GRID)
            if n == place == 0:
                put_key(sheet, items, left=-look.left, top=-top, width=width - 4)
                sheet.text(-look.left, -8, subject.unit, size=SMALL, colour=MUTED)
            last = n == len(rows) - 1 or (n == len(rows) - 2 and place >= len(rows[-1]))
            _put_names(sheet, look, subject, area, bottom=last)
            layers = _layers(look, subject, area, whole, first=place == 0, above=above)
            panels.append(panel(layers, under=under, over=sheet))
    spec = configured(*panels, columns=look.columns, spacing={"row": _ROW_GAP, "column": 16})
    return Drawing(spec, width, int(height + 32), look.left, int(top))


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
    if len(areas) < 2 or not known:
        return None
    heading = subject.heading(by)
    values = {"first": subject.periods[0], "last": subject.periods[-1], "dimension": inside(heading)}
    return Chart(
        kind="multiples",
        lang=subject.lang,
        title=phrase(subject.lang, "charts.multiples.title", indicator=subject.name, **values),
        description=describe.by_area(subject, [(area.label, area.lines) for area in areas], heading=inside(heading)),
        source=subject.source,
        data=_table(subject, areas, heading),
        draw=lambda width: _drawing(subject, areas, width),
        translate=lambda other: required(multiples_chart(result, indicator, by=by, lang=other)),
    )
