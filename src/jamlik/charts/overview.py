"""The differences that matter most: a dot and an interval for each finding, by rank, grouped by certainty."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from jamlik.charts.axes import Scale, scale_for
from jamlik.charts.chart import Chart, ChartTable, TableCell, required
from jamlik.charts.drawing import Drawing
from jamlik.charts.keys import KeyItem, key_height, put_key
from jamlik.charts.lettering import broken, text_width
from jamlik.charts.marks import At, Sheet, Spec, configured, mark_layer, panel
from jamlik.charts.palette import INK, MUTED, NARROW, ONE, PAPER, ROW, SMALL, TEXT, WIDE
from jamlik.charts.subject import NUMBER_SHOWN, Subject
from jamlik.model.findings import Certainty, Finding
from jamlik.model.results import AnalysisResult
from jamlik.model.words import counted, format_number, inside, joined, phrase, published

__all__ = ["overview_chart"]

_ORDER = (Certainty.CLEAR, Certainty.INDICATED, Certainty.UNCLEAR)
_PANEL_GAP = 58


@dataclass(frozen=True, slots=True)
class _Item:
    """One finding as it is drawn: rounded numbers, who against whom, about what."""

    rank: int
    finding: Finding
    subject: Subject
    gap: float
    low: float | None
    high: float | None

    @property
    def who(self) -> str:
        """Who is compared with whom: the analysis' own words, or ours in another language."""
        subject, finding = self.subject, self.finding
        names = finding.group_label, finding.reference_label
        if subject.lang != subject.result.lang:
            names = subject.group_label(finding.group), subject.group_label(finding.reference)
        text = phrase(subject.lang, "charts.overview.who", group=names[0], reference=inside(names[1]))
        return text[:1].upper() + text[1:]

    @property
    def gap_text(self) -> str:
        return self.subject.signed(self.gap)


@dataclass(frozen=True, slots=True)
class _Line:
    """One line of a panel: a heading (no item), or an item with its wrapped texts."""

    top: float
    height: float
    heading: str = ""
    item: _Item | None = None
    who: tuple[str, ...] = ()
    about: tuple[str, ...] = ()

    @property
    def middle(self) -> float:
        return self.top + self.height / 2


@dataclass(frozen=True, slots=True)
class _Panel:
    """The findings that share a unit, on one scale."""

    unit: str
    lines: tuple[_Line, ...]
    scale: Scale
    length: float

    @property
    def height(self) -> float:
        return self.lines[-1].top + self.lines[-1].height


def _items(result: AnalysisResult, top: int, lang: str) -> list[_Item]:
    """Return the first `top` ranked findings that may be shown: the sure ones, or others where none is sure."""
    found = []
    for finding in sorted((f for f in result.findings if f.rank is not None), key=lambda f: f.rank or 0):
        indicator = result.table.indicators.get(finding.indicator)
        if (
            indicator is None
            or finding.status not in NUMBER_SHOWN
            or finding.gap is None
            or finding.certainty not in _ORDER
        ):
            continue
        subject = Subject(result, indicator, lang)
        limits = [None if n is None else published(n, subject.decimals) for n in (finding.gap_low, finding.gap_high)]
        gap = published(finding.gap, subject.decimals)
        found.append(_Item(finding.rank or 0, finding, subject, gap, limits[0], limits[1]))
        if len(found) == top:
            break
    sure = [item for item in found if item.finding.certainty is not Certainty.UNCLEAR]
    return sure or found


def _gutter(width: int) -> float:
    return 178.0 if width < (WIDE + NARROW) / 2 else 340.0


def _lines(items: Sequence[_Item], width: int, lang: str) -> tuple[_Line, ...]:
    """Return headings and items from the top down, by certainty and then rank."""
    room, found, y = _gutter(width) - 36, [], 0.0
    for certainty in _ORDER:
        own = [item for item in items if item.finding.certainty is certainty]
        if own:
            found.append(_Line(y, 26.0, heading=phrase(lang, f"charts.certainty.{certainty.value}")))
            y += 26.0
        for item in own:
            who = broken(item.who, room, TEXT, bold=True, lines=6)
            about = broken(f"{item.subject.name}, {item.finding.period}", room, SMALL, lines=5)
            height = max(len(who) * 16.0 + len(about) * 15.0 + 12.0, 34.0)
            found.append(_Line(y, height, item=item, who=who, about=about))
            y += height
    return tuple(found)


def _panels(items: Sequence[_Item], width: int, lang: str) -> list[_Panel]:
    """Return a panel for each unit, the one with the first finding first."""
    by_unit: dict[str, list[_Item]] = {}
    for item in items:
        by_unit.setdefault(item.subject.gap_unit, []).append(item)
    narrow = width < (WIDE + NARROW) / 2
    aside = max(text_width(item.gap_text, TEXT, bold=True) for item in items) + 18
    panels = []
    for unit, own in by_unit.items():
        numbers = [n for item in own for n in (item.gap, item.low, item.high) if n is not None]
        scale = scale_for(numbers, ticks=2 if narrow else 4, zero=True)
        panels.append(_Panel(unit, _lines(own, width, lang), scale, width - _gutter(width) - aside))
    return panels


def _data_layers(shown: _Panel) -> list[Spec]:
    x, y = At("gap", shown.length, shown.scale, axis="full"), At("y", shown.height)
    layers = []
    for certainty in _ORDER:
        own = [
            (line.middle, line.item) for line in shown.lines if line.item and line.item.finding.certainty is certainty
        ]
        rows = [
            {"y": middle, "rank": item.rank, "who": item.who, "gap": item.gap, "low": item.low, "high": item.high}
            for middle, item in own
        ]
        bars = [row for row in rows if row["low"] is not None and row["high"] is not None]
        if bars:
            look = {"color": ONE.mark, "strokeWidth": 2, "opacity": 0.75}
            places: dict[str, At | str] = {"x": At("low", shown.length, shown.scale, axis="full"), "x2": "high", "y": y}
            layers.append(mark_layer(bars, "rule", marks=look, places=places))
        if rows:
            fill = ONE.mark if certainty is Certainty.CLEAR else PAPER
            shape = "diamond" if certainty is Certainty.UNCLEAR else "circle"
            look = {"shape": shape, "fill": fill, "stroke": ONE.mark, "strokeWidth": 1.8, "size": 75, "opacity": 1}
            layers.append(mark_layer(rows, "point", marks=look, places={"x": x, "y": y}))
    return layers


def _put_lines(under: Sheet, sheet: Sheet, shown: _Panel, gutter: float) -> None:
    for line in shown.lines:
        if line.item is None:
            under.box(-gutter, line.top + 2, shown.length, line.top + line.height - 2, fill=ROW)
            sheet.text(-gutter + 6, line.middle, line.heading, size=SMALL, bold=True)
            continue
        under.rule(-gutter, line.top + line.height, shown.length, line.top + line.height, colour=ROW)
        y = line.top + 15
        sheet.text(-gutter + 18, y, f"{line.item.rank}", colour=MUTED, align="right")
        for text in line.who:
            sheet.text(-gutter + 28, y, text, bold=True)
            y += 16
        for text in line.about:
            sheet.text(-gutter + 28, y, text, size=SMALL, colour=MUTED)
            y += 15
        sheet.text(shown.length + 10, line.middle, line.item.gap_text, bold=True)
    zero = shown.scale.at(0.0, shown.length)
    under.rule(zero, 0, zero, shown.height, colour=INK, width=1.2)
    sheet.text(-24, shown.height + 13, shown.unit, size=SMALL, colour=MUTED, align="right")
    ends = (("charts.overview.lower", zero - 6, "right"), ("charts.overview.higher", zero + 6, "left"))
    for key, x, align in ends:
        room = zero if align == "right" else shown.length - zero
        lang = next(line.item.subject.lang for line in shown.lines if line.item)
        text = phrase(lang, key)
        if text_width(text, SMALL) + 12 <= room:
            sheet.text(x, -9, text, size=SMALL, colour=MUTED, align=align)


def _drawing(items: Sequence[_Item], width: int, lang: str) -> Drawing:
    panels, gutter = _panels(items, width, lang), _gutter(width)
    key = [KeyItem("circle", ONE.mark, phrase(lang, "charts.gap"))]
    if any(item.low is not None for item in items):
        percent = format_number(items[0].subject.result.family.confidence * 100, 0, lang)
        key.append(KeyItem("line", ONE.mark, phrase(lang, "charts.interval", percent=percent)))
    top = key_height(key, width) + 18
    made, height = [], float(top)
    for n, shown in enumerate(panels):
        under, sheet = (Sheet(width=shown.length, height=shown.height) for _ in range(2))
        if n == 0:
            put_key(sheet, key, left=-gutter, top=-top, width=width)
        _put_lines(under, sheet, shown, gutter)
        made.append(panel(_data_layers(shown), under=under, over=sheet))
        height += shown.height + (_PANEL_GAP if n else 0)
    return Drawing(configured(*made, spacing=_PANEL_GAP), width, int(height + 26), int(gutter), int(top))


def _table(items: Sequence[_Item], lang: str) -> ChartTable:
    names = ("rank", "comparison", "indicator", "period", "gap", "interval", "unit", "certainty")
    rows = []
    for item in items:
        limits = (
            "" if item.low is None or item.high is None else item.subject.range_text(item.low, item.high, signed=True)
        )
        rows.append(
            (
                TableCell(str(item.rank), float(item.rank)),
                TableCell(item.who),
                TableCell(item.subject.name),
                TableCell(item.finding.period),
                TableCell(item.gap_text, item.gap),
                TableCell(limits),
                TableCell(item.subject.gap_unit),
                TableCell(phrase(lang, f"charts.certainty.{item.finding.certainty.value}")),
            )
        )
    columns = tuple(phrase(lang, f"charts.overview.{name}") for name in names)
    return ChartTable(columns, tuple(rows), (True, False, False, False, True, True, False, False))


def _description(result: AnalysisResult, items: Sequence[_Item], lang: str) -> str:
    parts = [counted(lang, "charts.overview.shows", len(items))]
    counts = [(c, sum(item.finding.certainty is c for item in items)) for c in _ORDER]
    named = [counted(lang, f"charts.overview.count_{c.value}", n) for c, n in counts if n]
    parts.append(phrase(lang, "charts.overview.of_these", counts=joined(lang, named)))
    first = items[0]
    values = {
        "who": inside(first.who),
        "indicator": first.subject.name,
        "gap": f"{first.gap_text} {first.subject.gap_unit}".strip(),
    }
    parts.append(phrase(lang, "charts.overview.first", **values))
    hidden = sum(finding.status not in NUMBER_SHOWN for finding in result.findings)
    parts.append(counted(lang, "charts.overview.hidden", hidden) if hidden else "")
    return " ".join(part for part in parts if part)


def _title(items: Sequence[_Item], lang: str) -> str:
    if all(item.finding.certainty is Certainty.UNCLEAR for item in items):
        return phrase(lang, "charts.overview.title_unsure")
    return counted(lang, "charts.overview.title", len(items))


def overview_chart(result: AnalysisResult, top: int = 10, *, lang: str = "") -> Chart | None:
    """The `top` findings by rank, grouped by certainty; findings in different units get a panel and a scale each.

    Returns
    -------
    Chart or None
        None when no finding may be shown.
    """
    shown = lang or result.lang
    items = _items(result, top, shown)
    if not items:
        return None
    sources = dict.fromkeys(item.subject.indicator.source for item in items if item.subject.indicator.source)
    named = joined(shown, list(sources)) if 0 < len(sources) <= 3 else result.source or items[0].subject.result.title
    return Chart(
        kind="overview",
        lang=shown,
        title=_title(items, shown),
        description=_description(result, items, shown),
        source=phrase(shown, "charts.source", source=named),
        data=_table(items, shown),
        draw=lambda width: _drawing(items, width, shown),
        translate=lambda other: required(overview_chart(result, top, lang=other)),
    )
