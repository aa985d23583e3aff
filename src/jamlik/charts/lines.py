"""Lines over time for two groups, the gap between them shaded, and the gap by itself in a panel below."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from jamlik.charts import describe
from jamlik.charts.axes import Scale, scale_for, spread
from jamlik.charts.chart import Chart, ChartTable, TableCell, required
from jamlik.charts.drawing import Drawing
from jamlik.charts.gaps import sex_gap
from jamlik.charts.keys import key_height, put_key, sex_items, status_items
from jamlik.charts.lettering import broken, text_width
from jamlik.charts.marks import At, Sheet, Spec, configured, mark_layer, panel
from jamlik.charts.palette import BAND, GRID, INK, MUTED, NARROW, PAPER, SMALL, TEXT, WIDE, Style, style_for
from jamlik.charts.series import Series, line_layers, period_labels, runs
from jamlik.charts.subject import Point, Subject, years_of
from jamlik.model.groupings import Group
from jamlik.model.indicators import Indicator
from jamlik.model.results import AnalysisResult
from jamlik.model.tables import Status
from jamlik.model.words import inside, phrase

__all__ = ["lines_chart"]

_LEVELS_HIGH, _GAP_HIGH, _BETWEEN = 230, 110, 72


@dataclass(frozen=True, slots=True)
class _Gap:
    """The gap at each period (None where either side is not shown), with an interval where the analysis gives one."""

    values: tuple[float | None, ...]
    intervals: Mapping[int, tuple[float, float]]


def _series(subject: Subject, group: Group, sex: str) -> Series:
    points = tuple(subject.at(subject.with_sex(group, sex), period) for period in subject.periods)
    return Series(subject.sex_label(sex) or subject.group_label(group), style_for(sex), points)


def _gap(subject: Subject, group: Group) -> _Gap:
    """Return women minus men over time."""
    gaps = [sex_gap(subject, group, period) for period in subject.periods]
    intervals = {
        place: (gap.low, gap.high)
        for place, gap in enumerate(gaps)
        if gap is not None and gap.low is not None and gap.high is not None
    }
    return _Gap(tuple(gap.value if gap else None for gap in gaps), intervals)


@dataclass(frozen=True, slots=True)
class _Look:
    """Where things lie: the plot, the time axis, the two scales."""

    width: int
    left: int
    plot: float
    years: tuple[float, ...]
    levels: Scale
    gap: Scale | None

    def x(self, place: int) -> float:
        first, last = self.years[0], self.years[-1]
        return 8 + (self.years[place] - first) / ((last - first) or 1.0) * (self.plot - 16)


def _look(subject: Subject, series: Sequence[Series], gap: _Gap | None, width: int) -> _Look:
    narrow = width < (WIDE + NARROW) / 2
    ends = [_end_text(subject, line) for line in series if line.last is not None]
    right = min(max((text_width(end, TEXT, bold=True) for end in ends), default=0.0), 100 if narrow else 190) + 18
    numbers = [n for line in series for n in line.numbers]
    levels = scale_for(numbers, ticks=4, floor=subject.floor, top=subject.top)
    gaps = [v for v in gap.values if v is not None] + [n for i in gap.intervals.values() for n in i] if gap else []
    gap_scale = scale_for(gaps, ticks=3, zero=True) if gaps else None
    scales = [scale for scale in (levels, gap_scale) if scale is not None]
    labels = [subject.bare(tick) for scale in scales for tick in scale.ticks]
    left = max(text_width(label, SMALL) for label in labels) + 10
    return _Look(width, int(left), width - left - right, years_of(subject.periods), levels, gap_scale)


def _across(look: _Look) -> At:
    return At("x", look.plot)


def _upright(scale: Scale, field: str, high: float) -> At:
    return At(field, high, scale, axis="full")


def _shade(look: _Look, subject: Subject, series: Sequence[Series]) -> list[Spec]:
    """Return the gap between two lines as a light area, broken where either line is."""
    pairs = list(zip(series[0].values, series[1].values, strict=True))
    both = [None if a is None or b is None else a for a, b in pairs]
    rows = [
        {"x": look.x(i), "period": subject.periods[i], "value": pairs[i][0], "other": pairs[i][1], "run": n}
        for n, run in enumerate(runs(both))
        for i in run
    ]
    y = _upright(look.levels, "value", _LEVELS_HIGH)
    places: dict[str, At | str] = {"x": _across(look), "y": y, "y2": "other", "detail": "run"}
    return [mark_layer(rows, "area", marks={"color": BAND, "opacity": 1}, places=places)] if rows else []


def _places(look: _Look, order: int, lines: int) -> list[float]:
    """Return where a line's values lie: a little aside, so that no interval hides another."""
    return [look.x(i) + (order - (lines - 1) / 2) * 5 for i in range(len(look.years))]


def _level_layers(look: _Look, subject: Subject, series: Sequence[Series]) -> list[Spec]:
    x, y = _across(look), _upright(look.levels, "low", _LEVELS_HIGH)
    layers = _shade(look, subject, series) if len(series) == 2 else []
    for order, line in enumerate(series):
        places = _places(look, order, len(series))
        bars, ranges = [], []
        for i, point in enumerate(line.points):
            start = {"x": places[i], "period": subject.periods[i]}
            if point is not None and point.low is not None and point.high is not None:
                bars.append({**start, "low": point.low, "high": point.high})
            elif point is not None and point.bound_low is not None and point.bound_high is not None:
                ranges.append({**start, "low": point.bound_low, "high": point.bound_high})
        between: dict[str, At | str] = {"x": x, "y": y, "y2": "high"}
        if bars:
            marks: dict[str, Any] = {"color": line.style.mark, "strokeWidth": 1.3, "opacity": 0.6}
            layers.append(mark_layer(bars, "rule", marks=marks, places=between))
        if ranges:
            marks = {"fill": PAPER, "stroke": line.style.mark, "strokeWidth": 1.4, "width": 8}
            layers.append(mark_layer(ranges, "bar", marks=marks, places=between))
    for order, line in enumerate(series):
        places = _places(look, order, len(series))
        layers += line_layers(line, places, subject.periods, x=x, y=replace(y, field="value"))
    return layers


def _end_text(subject: Subject, line: Series) -> str:
    """Return a line's name and last value, with its period when that is not the latest."""
    value, period = line.last, next((p.period for p in reversed(line.points) if p is not None and p.shown), "")
    text = f"{line.label} {subject.bare(value)}" if value is not None else line.label
    return text if period == subject.periods[-1] else f"{text} ({period})"


def _put_ends(sheet: Sheet, look: _Look, subject: Subject, series: Sequence[Series]) -> None:
    """Write each line's name and last value at its end, moved apart where they would meet."""
    ends = [(line, line.last) for line in series if line.last is not None]
    room = look.width - look.left - look.plot - 14
    texts = [broken(_end_text(subject, line), room, TEXT, bold=True) for line, _ in ends]
    wanted = [_LEVELS_HIGH - look.levels.at(value or 0.0, _LEVELS_HIGH) for _, value in ends]
    gap = max(map(len, texts), default=1) * 17.0
    for (line, _), lines, y in zip(ends, texts, spread(wanted, gap=gap, low=6, high=_LEVELS_HIGH - 6), strict=True):
        for n, text in enumerate(lines):
            at = y + (n - (len(lines) - 1) / 2) * 16
            sheet.text(look.plot + 10, at, text, colour=line.style.letters, bold=True)


def _not_shown(subject: Subject, series: Sequence[Series]) -> list[tuple[str, str, tuple[int, ...]]]:
    """Return (words, colour, periods) of what is not drawn; one line when it is the same for all."""
    found = []
    for line in series:
        gone = {i: p.status if p else Status.MISSING for i, p in enumerate(line.points) if not (p and p.drawn)}
        if gone:
            words = " / ".join(dict.fromkeys(subject.status_text(status) for status in gone.values()))
            found.append((f"{line.label}: {words}", line.style.letters, tuple(gone), words))
    if len(found) == len(series) and len({(places, words) for _, _, places, words in found}) == 1:
        return [(found[0][3], MUTED, found[0][2])]
    return [(text, colour, places) for text, colour, places, _ in found]


def _put_not_shown(sheet: Sheet, look: _Look, subject: Subject, series: Sequence[Series], top: float) -> int:
    """Mark every period without a number under the panel, a line of crosses per series; return how many lines."""
    room, put = look.width - look.left - look.plot - 12, 0
    for text, colour, places in _not_shown(subject, series):
        for place in places:
            sheet.text(look.x(place), top + put * 16, "×", size=14, colour=colour, align="center", bold=True)
        for line in broken(text, room, SMALL):
            sheet.text(look.plot + 10, top + put * 16, line, size=SMALL, colour=colour, italic=True)
            put += 1
    return put


def _put_periods(sheet: Sheet, look: _Look, subject: Subject, y: float) -> None:
    for place, label in enumerate(period_labels(subject.periods, look.plot)):
        if label:
            sheet.text(look.x(place), y, label, size=SMALL, colour=MUTED, align="center")


def _gap_panel(look: _Look, subject: Subject, gap: _Gap, scale: Scale, title: str) -> Spec:
    under, sheet = (Sheet(width=look.plot, height=_GAP_HIGH) for _ in range(2))
    zero = _GAP_HIGH - scale.at(0.0, _GAP_HIGH)
    under.rule(0, zero, look.plot, zero, colour=MUTED, width=1.4)
    for n, text in enumerate(broken(title, look.width, SMALL, bold=True, lines=2)):
        sheet.text(-look.left, -26 + 15 * n, text, size=SMALL, bold=True)
    _put_periods(sheet, look, subject, _GAP_HIGH + 14)
    x, y = _across(look), _upright(scale, "low", _GAP_HIGH)
    bars = [{"x": look.x(i), "low": low, "high": high} for i, (low, high) in gap.intervals.items()]
    layers = []
    if bars:
        marks = {"color": INK, "strokeWidth": 1.8, "opacity": 0.7}
        layers.append(mark_layer(bars, "rule", marks=marks, places={"x": x, "y": y, "y2": "high"}))
    empty = Point((), "", Status.SUPPRESSED)
    points = tuple(Point((), "", Status.SHOWN, value=v) if v is not None else empty for v in gap.values)
    line = Series("", Style(INK, INK, "circle"), points)
    layers += line_layers(
        line, [look.x(i) for i in range(len(points))], subject.periods, x=x, y=replace(y, field="value"), width=1.6
    )
    last = line.last
    if last is not None:
        sheet.text(look.plot + 10, _GAP_HIGH - scale.at(last, _GAP_HIGH), subject.signed(last), bold=True)
    return panel(layers, under=under, over=sheet)


def _drawing(subject: Subject, series: Sequence[Series], gap: _Gap | None, width: int) -> Drawing:
    look = _look(subject, series, gap, width)
    points = [point for line in series for point in line.points]
    items = sex_items(subject) if len(series) > 1 else []
    items += status_items(subject, points)
    top = key_height(items, width - 4) + 20
    under, sheet = (Sheet(width=look.plot, height=_LEVELS_HIGH) for _ in range(2))
    put_key(sheet, items, left=-look.left, top=-top, width=width - 4)
    sheet.text(-look.left, -14, subject.unit, size=SMALL, colour=MUTED)
    _put_ends(sheet, look, subject, series)
    under.rule(0, _LEVELS_HIGH, look.plot, _LEVELS_HIGH, colour=GRID)
    gone = _put_not_shown(sheet, look, subject, series, _LEVELS_HIGH + 32)
    _put_periods(sheet, look, subject, _LEVELS_HIGH + 14)
    panels = [panel(_level_layers(look, subject, series), under=under, over=sheet)]
    below = 26 + gone * 16
    height = top + _LEVELS_HIGH + below
    if gap is not None and look.gap is not None:
        title = phrase(
            subject.lang,
            "charts.lines.gap",
            first=inside(series[0].label),
            second=inside(series[1].label),
            unit=subject.gap_unit,
        )
        panels.append(_gap_panel(look, subject, gap, look.gap, title))
        height += _BETWEEN - 26 + _GAP_HIGH + 26
    return Drawing(configured(*panels, spacing=_BETWEEN + gone * 16), width, int(height), look.left, int(top))


def _table(subject: Subject, series: Sequence[Series], gap: _Gap | None) -> ChartTable:
    between = phrase(subject.lang, "charts.interval_short")
    columns = [phrase(subject.lang, "charts.period")]
    for line in series:
        columns += [line.label, f"{line.label}: {inside(between)}"]
    columns += (
        [phrase(subject.lang, "charts.gap"), f"{phrase(subject.lang, 'charts.gap')}: {inside(between)}"] if gap else []
    )
    rows = []
    for i, period in enumerate(subject.periods):
        cells = [TableCell(period)]
        for line in series:
            cells += [subject.value_cell(line.points[i]), subject.interval_cell(line.points[i])]
        if gap:
            value, limits = gap.values[i], gap.intervals.get(i)
            sides = [subject.value_cell(line.points[i]) for line in series]
            why = next((side.text for side in sides if side.number is None), "")
            cells.append(TableCell(why) if value is None else TableCell(subject.signed(value), value))
            cells.append(TableCell(subject.range_text(*limits, signed=True)) if limits else TableCell(""))
        rows.append(tuple(cells))
    return ChartTable(tuple(columns), tuple(rows), (False, *[True] * (len(columns) - 1)), note=subject.unit)


def lines_chart(
    result: AnalysisResult, indicator: Indicator, *, group: Group | None = None, lang: str = ""
) -> Chart | None:
    """Levels over time for women and men in a group, with the gap between them (or one line without a division by sex).

    Parameters
    ----------
    group : Group, optional
        Whom the lines are about; everybody, or the area in focus, unless named.

    Returns
    -------
    Chart or None
        None when fewer than two periods have a number.
    """
    subject = Subject(result, indicator, lang or result.lang)
    about = subject.whole if group is None else group
    series = [_series(subject, about, sex) for sex in subject.sexes]
    if subject.sex and not any(line.values[i] is not None for line in series for i in range(len(subject.periods))):
        series = [_series(subject, about, "")]
    if max(sum(value is not None for value in line.values) for line in series) < 2:
        return None
    gap = _gap(subject, about) if len(series) == 2 else None
    name = f"{subject.name}, {subject.group_label(about)}" if about else subject.name
    first, last = subject.periods[0], subject.periods[-1]
    return Chart(
        kind="lines",
        lang=subject.lang,
        title=phrase(subject.lang, "charts.lines.title", indicator=name, first=first, last=last),
        description=describe.over_time(
            subject, [(line.label, line.points) for line in series], gap.values if gap else (), name=name
        ),
        source=subject.source,
        data=_table(subject, series, gap),
        draw=lambda width: _drawing(subject, series, gap, width),
        translate=lambda other: required(lines_chart(result, indicator, group=group, lang=other)),
    )
