"""A target's chart: level and gap over the years with their uncertainty, and the way to what is aimed at."""

from __future__ import annotations

from django.utils import translation

from jamlik.charts import AimedNumber, AimLine, AimPanel, Chart, ChartTable, TableCell, Target, aims_drawing
from jamlik.web.core.texts import language, say
from jamlik.web.goals.models import TargetKind
from jamlik.web.goals.progress import Limits, Point
from jamlik.web.goals.queries import Judged
from jamlik.web.goals.telling import Told, amount, told

__all__ = ["target_chart"]

_FEWEST = 2


def target_chart(judged: Judged) -> Chart | None:
    """The chart in the language of the page; None where fewer than two periods have a number."""
    words, target, lang = told(judged), judged.target, language()
    panels = _panels(judged, words)
    shown = [point for point in judged.points if point.level is not None or point.gap is not None]
    if len(shown) < _FEWEST or not panels:
        return None
    periods, starts = [each.period for each in judged.points], [each.start for each in judged.points]
    return Chart(
        kind="target",
        lang=lang,
        title=say("goals.chart.title", name=words.name, year=target.by_year),
        description=" ".join([f"{_capital(words.who)}.", words.aim, f"{words.state}.", *words.lines]),
        source=say("goals.target.source", data_set=target.data_set.title),
        data=_table(words),
        draw=lambda width: aims_drawing(panels, periods=periods, starts=starts, lang=lang, width=width),
        translate=lambda other: _in_language(judged, other),
    )


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _in_language(judged: Judged, lang: str) -> Chart:
    with translation.override(lang):
        chart = target_chart(judged)
    assert chart is not None  # it could be drawn in another language
    return chart


def _panels(judged: Judged, words: Told) -> list[AimPanel]:
    """Levels with those compared with, and below them the size of the gap; the target in the one it is set for."""
    target, points, unit = judged.target, judged.points, judged.target.indicator.unit
    group, reference = words.sides
    levels = [AimLine(_capital(group), tuple(_number(point.level) for point in points))]
    if words.compared:
        levels.append(AimLine(_capital(reference), tuple(_number(point.reference) for point in points), other=True))
    gap = target.kind == TargetKind.GAP
    title = say("goals.chart.level", unit=unit) if unit else say("goals.chart.level_plain")
    panels = [AimPanel(title, tuple(levels), None if gap else _target(judged, 1.0))]
    if words.compared:
        way = _way(judged)
        size = AimLine(say("goals.chart.gap_line"), tuple(_number(point.gap, way) for point in points))
        of = say("goals.chart.points") if unit == "%" else unit
        title = say("goals.chart.gap", unit=of) if of else say("goals.chart.gap_plain")
        panels.append(AimPanel(title, (size,), _target(judged, way) if gap else None))
    return [panel for panel in panels if panel.numbers]


def _way(judged: Judged) -> float:
    """The sign that makes the gap's size positive where it is counted from, else in the first period with one."""
    counted = [judged.progress.baseline] if judged.progress.baseline is not None else []
    found = next((point.gap for point in [*counted, *judged.points] if point.gap is not None), None)
    return -1.0 if found is not None and found.value < 0 else 1.0


def _number(limits: Limits | None, way: float = 1.0) -> AimedNumber | None:
    if limits is None:
        return None
    low, high = (limits.low, limits.high) if way > 0 else (limits.high, limits.low)
    ends = (None if each is None else way * each for each in (low, high))
    return AimedNumber(way * limits.value, *ends)


def _target(judged: Judged, way: float) -> Target | None:
    progress, target = judged.progress, judged.target
    first: Point | None = progress.baseline
    if first is None or progress.aimed is None:
        return None
    gap = target.kind == TargetKind.GAP
    limits = first.gap if gap else first.level
    if limits is None:
        return None
    text = say("goals.chart.aim", year=target.by_year, value=amount(target, progress.aimed, gap=gap))
    return Target(first.start, way * limits.value, float(target.by_year), progress.aimed, text)


def _table(words: Told) -> ChartTable:
    """The same figures as the page's table."""
    names = ["period", "level", *(["reference", "gap"] if words.compared else [])]
    rows = tuple(tuple(TableCell(str(getattr(row, name))) for name in names) for row in words.rows)
    heads = tuple(say(f"goals.target.{name}") for name in names)
    return ChartTable(heads, rows, (False, *(True for _ in names[1:])))
