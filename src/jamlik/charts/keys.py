"""The key above a picture: what each mark means, in one or more lines."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from jamlik.charts.geometry import hatching
from jamlik.charts.lettering import text_width
from jamlik.charts.marks import Sheet
from jamlik.charts.palette import INK, MUTED, PAPER, SMALL, style_for
from jamlik.charts.subject import Point, Subject
from jamlik.model.tables import Status
from jamlik.model.words import format_number, phrase

__all__ = ["HATCHES", "KeyItem", "key_height", "put_key", "sex_items", "status_items"]

_LINE, _MARK, _BETWEEN = 20, 22, 18

# Hatchings: pixels between lines, and their direction.
HATCHES = {"hatch": (5.0, 45.0), "sparse": (9.0, -45.0), "level": (6.0, 0.0)}


@dataclass(frozen=True, slots=True)
class KeyItem:
    """One mark and what it means.

    `mark` is a shape of Vega's, `line`, `dash` (upright), `range`, `cross`, `fill`, a kind of hatching, or `none`.
    """

    mark: str
    colour: str
    text: str


def _indent(item: KeyItem) -> int:
    return 0 if item.mark == "none" else 30 if item.mark == "fill" or item.mark in HATCHES else _MARK


def _placed(items: Sequence[KeyItem], width: float) -> list[tuple[int, float, KeyItem]]:
    """Line and start of each item, filled from the left."""
    found: list[tuple[int, float, KeyItem]] = []
    line, x = 0, 0.0
    for item in items:
        wide = _indent(item) + text_width(item.text, SMALL)
        if x > 0 and x + wide > width:
            line, x = line + 1, 0.0
        found.append((line, x, item))
        x += wide + _BETWEEN
    return found


def key_height(items: Sequence[KeyItem], width: float) -> int:
    """Height of the key in pixels, with the space below it."""
    return (_placed(items, width)[-1][0] + 1) * _LINE + 8 if items else 0


def _put_mark(sheet: Sheet, x: float, y: float, item: KeyItem) -> None:
    if item.mark == "line":
        sheet.rule(x, y, x + 16, y, colour=item.colour, width=1.6)
    elif item.mark == "dash":
        sheet.rule(x + 8, y - 7, x + 8, y + 7, colour=item.colour, width=1.4, dash="4 3")
    elif item.mark == "range":
        sheet.box(x, y - 4, x + 16, y + 4, fill=PAPER, stroke=item.colour)
    elif item.mark == "fill":
        sheet.box(x, y - 7, x + 24, y + 7, fill=item.colour, stroke=MUTED)
    elif item.mark in HATCHES:
        sheet.box(x, y - 7, x + 24, y + 7, fill=PAPER, stroke=MUTED)
        corners = ((x, y - 7), (x + 24, y - 7), (x + 24, y + 7), (x, y + 7), (x, y - 7))
        every, degrees = HATCHES[item.mark]
        for line in hatching((corners,), every=every, degrees=degrees):
            sheet.rule(*line, colour=item.colour)
    elif item.mark == "cross":
        sheet.text(x + 8, y, "×", size=14, colour=item.colour, align="center", bold=True)
    elif item.mark != "none":
        sheet.symbol(x + 8, y, shape=item.mark, colour=item.colour)


def put_key(sheet: Sheet, items: Sequence[KeyItem], *, left: float, top: float, width: float) -> None:
    """Draw the key on a sheet, from a corner given in the sheet's pixels."""
    for line, x, item in _placed(items, width):
        y = top + line * _LINE + _LINE / 2
        _put_mark(sheet, left + x, y, item)
        sheet.text(left + x + _indent(item), y, item.text, size=SMALL, colour=INK)


def sex_items(subject: Subject) -> list[KeyItem]:
    """Key for women and men; nothing when the result is not divided by sex."""
    if not subject.sex:
        return []
    return [KeyItem(style_for(s).shape, style_for(s).mark, subject.sex_label(s)) for s in subject.sexes]


def status_items(subject: Subject, points: Iterable[Point | None], *, intervals: bool = True) -> list[KeyItem]:
    """Key for what else is drawn: intervals, and ranges where only limits are known."""
    found = [point for point in points if point is not None]
    items = []
    if intervals and any(point.low is not None for point in found):
        percent = format_number(subject.result.family.confidence * 100, 0, subject.lang)
        items.append(KeyItem("line", MUTED, phrase(subject.lang, "charts.interval", percent=percent)))
    if any(point.status is Status.BOUNDED for point in found):
        items.append(KeyItem("range", MUTED, phrase(subject.lang, "charts.bounded")))
    return items
