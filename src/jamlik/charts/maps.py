"""A map of areas in a few round classes; what may not be shown is hatched, never coloured."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Any

from jamlik.charts import describe
from jamlik.charts.axes import class_limits
from jamlik.charts.chart import Chart, ChartTable, TableCell, required
from jamlik.charts.drawing import Drawing
from jamlik.charts.geometry import Paper, Place, hatching, label_place, laid_out, polygon
from jamlik.charts.keys import HATCHES, KeyItem, key_height, put_key
from jamlik.charts.lettering import broken, text_width
from jamlik.charts.marks import Sheet, Spec, configured, mark_layer, panel
from jamlik.charts.palette import CLASSES, GRID, INK, MUTED, NARROW, PAPER, SMALL, WIDE, label_colour
from jamlik.charts.subject import Point, Subject
from jamlik.model.groupings import group_of
from jamlik.model.indicators import Indicator
from jamlik.model.results import AnalysisResult, Geography
from jamlik.model.tables import Status
from jamlik.model.words import phrase

__all__ = ["map_chart"]

_LABEL = 11
_MOVES = (
    (0, 0),
    (16, -12),
    (-16, -12),
    (16, 12),
    (-16, 12),
    (24, 0),
    (-24, 0),
    (0, -22),
    (0, 22),
    (30, -16),
    (-30, 16),
)
_HATCH_OF = {Status.SUPPRESSED: "hatch", Status.BOUNDED: "level"}


@dataclass(frozen=True, slots=True)
class _Area:
    """One area: code, label, point, its number on the map."""

    code: str
    label: str
    point: Point | None
    number: int

    @property
    def status(self) -> Status:
        return self.point.status if self.point else Status.MISSING


@dataclass(frozen=True, slots=True)
class _Classes:
    """The values that are coloured, their class limits, and whether they are shrunken."""

    values: Mapping[str, float]
    limits: tuple[float, ...]
    shrunken: bool

    def of(self, code: str) -> int | None:
        """Class of an area, 0 for the lowest; None when it has no value."""
        value = self.values.get(code)
        return None if value is None else sum(value >= limit for limit in self.limits)

    @property
    def colours(self) -> tuple[str, ...]:
        """A colour for each class, spread over the whole palette."""
        n = len(self.limits) + 1
        return (CLASSES[2],) if n == 1 else tuple(CLASSES[round(i * (len(CLASSES) - 1) / (n - 1))] for i in range(n))


def _alphabetical(label: str) -> str:
    """Return a key that sorts å, ä and ö last, as Swedish and Finnish do."""
    return "".join(
        {"å": "z1", "ä": "z2", "æ": "z2", "ö": "z3", "ø": "z3"}.get(letter, letter) for letter in label.casefold()
    )


def _areas(subject: Subject, geography: Geography) -> list[_Area]:
    known = subject.result.table.dimensions[geography.dimension].codes
    labels = {code: subject.label(geography.dimension, code) for code in geography.shapes if code in known}
    order = sorted(labels, key=lambda code: (_alphabetical(labels[code]), code))
    points = {code: subject.at(group_of(**{geography.dimension: code})) for code in order}
    return [_Area(code, labels[code], points[code], n) for n, code in enumerate(order, start=1)]


def _classes(subject: Subject, areas: Sequence[_Area]) -> _Classes:
    shown = [(area.code, area.point) for area in areas if area.point is not None and area.point.value is not None]
    shrunken = bool(shown) and all(point.shrunken is not None for _, point in shown)
    values = {code: (point.shrunken if shrunken else point.value) or 0.0 for code, point in shown}
    limits = class_limits(list(values.values()), classes=len(CLASSES), decimals=subject.decimals) if values else ()
    return _Classes(values, limits, shrunken)


def _class_texts(subject: Subject, limits: Sequence[float]) -> list[str]:
    """Return what each class holds: `under 80,0`, `80,0–84,9`, `85,0 eller mer`."""
    if not limits:
        return [subject.unit]
    least = 10.0**-subject.decimals
    middle = [subject.range_text(low, high - least) for low, high in pairwise(limits)]
    first = phrase(subject.lang, "charts.map.under", limit=subject.bare(limits[0]))
    return [first, *middle, phrase(subject.lang, "charts.map.over", limit=subject.bare(limits[-1]))]


def _key(subject: Subject, areas: Sequence[_Area], classes: _Classes, *, outside: bool) -> list[KeyItem]:
    pairs = zip(classes.colours, _class_texts(subject, classes.limits), strict=True)
    items = [KeyItem("none", INK, subject.unit.capitalize())]
    items += [KeyItem("fill", colour, text) for colour, text in pairs]
    for status in dict.fromkeys(area.status for area in areas if classes.of(area.code) is None):
        bounded = status is Status.BOUNDED
        text = phrase(subject.lang, "charts.map.bounded") if bounded else subject.status_text(status)
        items.append(KeyItem(_HATCH_OF.get(status, "sparse"), MUTED, text))
    if outside:
        items.append(KeyItem("fill", PAPER, phrase(subject.lang, "charts.map.outside")))
    return items


def _shape_layers(paper: Paper, areas: Sequence[_Area], classes: _Classes) -> list[Spec]:
    """Return a layer for each class, one for areas without a value, one for those that the figures do not cover."""
    by_fill: dict[str, list[dict[str, Any]]] = {}
    known = {area.code for area in areas}
    outside: list[dict[str, Any]] = [
        {"type": "Feature", "geometry": polygon(rings), "properties": {}}
        for code, rings in paper.areas.items()
        if code not in known
    ]
    for area in areas:
        place = classes.of(area.code)
        fill = PAPER if place is None else classes.colours[place]
        facts = {"area": area.label, "value": classes.values.get(area.code)}
        shape = {"type": "Feature", "geometry": polygon(paper.areas[area.code]), "properties": facts}
        by_fill.setdefault(fill, []).append(shape)
    look = {"stroke": MUTED, "strokeWidth": 0.8, "strokeJoin": "round", "clip": False}
    pale = {**look, "stroke": GRID, "fill": PAPER}
    layers = [mark_layer(outside, "geoshape", marks=pale, places={})] if outside else []
    return layers + [
        mark_layer(rows, "geoshape", marks={"fill": fill, **look}, places={}) for fill, rows in by_fill.items()
    ]


def _places(paper: Paper, texts: Mapping[str, str]) -> dict[str, Place]:
    return {
        code: label_place(paper.areas[code], wanted=text_width(text, _LABEL) + 4, height=11)
        for code, text in texts.items()
    }


def _fits(place: Place, text: str) -> bool:
    return text_width(text, _LABEL) + 2 <= place.width


def _put_labels(sheet: Sheet, paper: Paper, areas: Sequence[_Area], classes: _Classes) -> bool:
    """Write names, or numbers where some name does not fit; return whether numbers were used."""
    texts = {area.code: area.label for area in areas}
    places = _places(paper, texts)
    named = all(_fits(places[code], text) for code, text in texts.items())
    if not named:
        texts = {area.code: str(area.number) for area in areas}
        places = _places(paper, texts)
    taken: list[tuple[float, float, float]] = []
    for code in sorted(texts, key=lambda code: not _fits(places[code], texts[code])):
        text, at, half = texts[code], classes.of(code), text_width(texts[code], _LABEL) / 2 + 1
        inside = _fits(places[code], text)
        spot = _free_spot(places[code], half, taken, moves=_MOVES[:1] if inside else _MOVES)
        if spot is None:
            continue
        taken.append((*spot, half))
        if spot != (places[code].x, places[code].y):
            sheet.rule(places[code].x, places[code].y, *spot, colour=INK, width=0.8)
        bare = at is None or not inside
        if at is None and inside:
            sheet.box(spot[0] - half - 1, spot[1] - 7, spot[0] + half + 1, spot[1] + 7, fill=PAPER)
        on_fill = INK if bare or at is None else label_colour(classes.colours[at])
        sheet.text(*spot, text, size=_LABEL, colour=on_fill, align="center", halo=bare)
    return not named


def _free_spot(
    place: Place, half: float, taken: Sequence[tuple[float, float, float]], *, moves: Sequence[tuple[float, float]]
) -> tuple[float, float] | None:
    """Return the first place, at the area or beside it, where a label meets no other."""
    for dx, dy in moves:
        x, y = place.x + dx, place.y + dy
        if not any(abs(x - tx) < half + other and abs(y - ty) < _LABEL + 1 for tx, ty, other in taken):
            return x, y
    return None


def _put_list(sheet: Sheet, areas: Sequence[_Area], *, top: float, width: float) -> float:
    """Write number and name of every area in columns under the map; return the height."""
    columns = 2 if width < (WIDE + NARROW) / 2 else 3
    wide = width / columns
    lines = [broken(area.label, wide - 34, SMALL, lines=2) for area in areas]
    rows = -(-len(areas) // columns)
    lowest = 0.0
    for column in range(columns):
        y = top
        for i in range(column * rows, min((column + 1) * rows, len(areas))):
            x = column * wide
            sheet.text(x + 20, y, str(areas[i].number), size=SMALL, colour=MUTED, align="right")
            for text in lines[i]:
                sheet.text(x + 26, y, text, size=SMALL)
                y += 16
        lowest = max(lowest, y)
    return lowest - top


def _hatched(paper: Paper, areas: Sequence[_Area], classes: _Classes) -> list[Spec]:
    sheet = Sheet(width=paper.width, height=paper.height)
    for area in areas:
        every, degrees = HATCHES[_HATCH_OF.get(area.status, "sparse")]
        for line in (
            hatching(paper.areas[area.code], every=every, degrees=degrees) if classes.of(area.code) is None else ()
        ):
            sheet.rule(*line, colour=MUTED, width=0.8)
    return sheet.layers()


def _drawing(subject: Subject, geography: Geography, areas: Sequence[_Area], classes: _Classes, width: int) -> Drawing:
    paper = laid_out(geography.shapes, width=width - 8, highest=min(480, width * 1.25))
    items = _key(subject, areas, classes, outside=len(areas) < len(geography.shapes))
    note = phrase(subject.lang, "charts.map.shrunken_note") if classes.shrunken else ""
    notes = broken(note, width - 8, SMALL, lines=2) if note else ()
    top = key_height(items, width - 8) + 17 * len(notes) + 4
    under, sheet = (Sheet(width=paper.width, height=paper.height) for _ in range(2))
    put_key(sheet, items, left=0, top=-top, width=width - 8)
    for n, text in enumerate(notes):
        sheet.text(0, -12 - 17 * (len(notes) - 1 - n), text, size=SMALL, colour=MUTED, italic=True)
    below = 12.0
    if _put_labels(sheet, paper, areas, classes):
        below += _put_list(sheet, areas, top=paper.height + 24, width=width - 8) + 14
    if geography.source:
        credit = phrase(subject.lang, "charts.map.geography", source=geography.source)
        sheet.text(
            0, paper.height + below + 4, broken(credit, width - 8, _LABEL, lines=1)[0], size=_LABEL, colour=MUTED
        )
        below += 16
    spec = configured(
        panel([*_shape_layers(paper, areas, classes), *_hatched(paper, areas, classes)], under=under, over=sheet)
    )
    return Drawing(spec, width, int(top + paper.height + below), 4, int(top))


def _table(subject: Subject, areas: Sequence[_Area], classes: _Classes, heading: str) -> ChartTable:
    columns = [heading, *(phrase(subject.lang, f"charts.{key}") for key in ("map.number", "value", "interval_short"))]
    columns += [phrase(subject.lang, "charts.map.shrunken")] if classes.shrunken else []
    rows = []
    for area in sorted(areas, key=lambda a: (-(classes.values.get(a.code, -1e300)), a.number)):
        cells = [TableCell(area.label), TableCell(str(area.number), float(area.number))]
        cells += [subject.value_cell(area.point), subject.interval_cell(area.point)]
        if classes.shrunken:
            value = classes.values.get(area.code)
            cells.append(TableCell("") if value is None else TableCell(subject.bare(value), value))
        rows.append(tuple(cells))
    return ChartTable(tuple(columns), tuple(rows), (False, *[True] * (len(columns) - 1)), note=subject.unit)


def map_chart(result: AnalysisResult, indicator: Indicator, *, lang: str = "") -> Chart | None:
    """Map of the areas' levels at the latest period, shrunken ones where the analysis has them for every area shown.

    Returns
    -------
    Chart or None
        None without a geography, with fewer than two areas, or when fewer than two may be shown.
    """
    geography = result.geography
    if geography is None or geography.dimension not in result.table.dimensions or len(geography.shapes) < 2:
        return None
    subject = Subject(result, indicator, lang or result.lang)
    areas = _areas(subject, geography)
    classes = _classes(subject, areas)
    if len(classes.values) < 2:
        return None
    dimension = result.table.dimensions[geography.dimension]
    absent = sum(
        code not in geography.shapes and subject.at(group_of(**{geography.dimension: code})) is not None
        for code in dimension.codes
    )
    draw = lru_cache(maxsize=4)(lambda width: _drawing(subject, geography, areas, classes, width))
    return Chart(
        kind="map",
        lang=subject.lang,
        title=phrase(subject.lang, "charts.map.title", indicator=subject.name, period=subject.latest),
        description=describe.on_map(
            subject, [(area.label, area.point) for area in areas], shrunken=classes.shrunken, absent=absent
        ),
        source=subject.source,
        data=_table(subject, areas, classes, subject.heading(geography.dimension)),
        draw=draw,
        translate=lambda other: required(map_chart(result, indicator, lang=other)),
    )
