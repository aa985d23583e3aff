"""What has been measured and what is aimed at: lines over time with their uncertainty, and the way to a target.

The numbers come already published and worded; nothing is computed here but where things lie.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from jamlik.charts.axes import Scale, scale_for, spread
from jamlik.charts.drawing import Drawing
from jamlik.charts.lettering import broken, text_width
from jamlik.charts.marks import At, Sheet, Spec, configured, mark_layer, panel
from jamlik.charts.palette import GRID, INK, MUTED, ONE, SMALL, TEXT, Style
from jamlik.charts.series import Series, line_layers, period_labels, runs
from jamlik.charts.subject import Point
from jamlik.model.tables import Status
from jamlik.model.words import format_number

__all__ = ["AimLine", "AimPanel", "AimedNumber", "Target", "aims_drawing"]

_HIGH, _ABOVE, _BELOW, _RIGHT = 190, 44, 30, 130
_FEWEST_NAMED = 2
OTHER = Style("#C46A00", "#8A4B00", "diamond")


@dataclass(frozen=True, slots=True)
class AimedNumber:
    """A published number with its interval, where it has one."""

    value: float
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class AimLine:
    """A line: its name and its number at each period, None where none may be shown. `other`: those compared with."""

    label: str
    numbers: tuple[AimedNumber | None, ...]
    other: bool = False

    @property
    def style(self) -> Style:
        """How it is drawn."""
        return OTHER if self.other else ONE


@dataclass(frozen=True, slots=True)
class Target:
    """Where the way begins and where it is to lead, in years and in the panel's unit; `text` stands at its end."""

    start: float
    value: float
    end: float
    aim: float
    text: str


@dataclass(frozen=True, slots=True)
class AimPanel:
    """One panel: what it shows (its unit too), its lines, and the target, in the panel that it is set for."""

    title: str
    lines: tuple[AimLine, ...]
    target: Target | None = None

    @property
    def numbers(self) -> list[float]:
        """Every number that the panel must have room for."""
        ends = [self.target.value, self.target.aim] if self.target else []
        found = [number for line in self.lines for number in line.numbers if number is not None]
        return [*ends, *(n for each in found for n in (each.value, each.low, each.high) if n is not None)]


@dataclass(frozen=True, slots=True)
class _Look:
    periods: tuple[str, ...]
    starts: tuple[float, ...]
    first: float
    last: float
    left: float
    plot: float
    lang: str

    def x(self, year: float) -> float:
        return 8 + (year - self.first) / ((self.last - self.first) or 1.0) * (self.plot - 16)

    @property
    def places(self) -> list[float]:
        return [self.x(start) for start in self.starts]


def aims_drawing(
    panels: Sequence[AimPanel], *, periods: Sequence[str], starts: Sequence[float], lang: str, width: int
) -> Drawing:
    """The panels above each other, on one time axis that reaches to the target's year.

    Parameters
    ----------
    panels : sequence of AimPanel
        One or more.
    periods, starts : sequences
        Name and beginning (in years) of each period, in time order.
    """
    scales = [scale_for(each.numbers, ticks=4, zero=n > 0) for n, each in enumerate(panels)]
    labels = [format_number(tick, scale.decimals, lang) for scale in scales for tick in scale.ticks]
    left = max(text_width(label, SMALL) for label in labels) + 10
    ends = [each.target.end for each in panels if each.target]
    look = _Look(tuple(periods), tuple(starts), min(starts), max([*starts, *ends]), left, width - left - _RIGHT, lang)
    drawn = [_panel(each, scale, look) for each, scale in zip(panels, scales, strict=True)]
    height = len(panels) * (_ABOVE + _HIGH + _BELOW)
    return Drawing(configured(*drawn, spacing=_ABOVE + _BELOW), width, height, int(left), _ABOVE)


def _panel(shown: AimPanel, scale: Scale, look: _Look) -> Spec:
    under, sheet = (Sheet(width=look.plot, height=_HIGH) for _ in range(2))
    for n, text in enumerate(broken(shown.title, look.left + look.plot + _RIGHT, SMALL, bold=True, lines=2)):
        sheet.text(-look.left, 14 - _ABOVE + 15 * n, text, size=SMALL, bold=True)
    under.rule(0, _HIGH, look.plot, _HIGH, colour=GRID)
    x, y = At("x", look.plot), At("low", _HIGH, scale, axis="full")
    layers: list[Spec] = []
    for line in shown.lines:
        layers += _band(line, look, x, y)
    for line in shown.lines:
        layers += line_layers(_series(line, look), look.places, look.periods, x=x, y=replace(y, field="value"))
    _put_names(sheet, shown, scale, look)
    _put_periods(sheet, shown, look)
    if shown.target is not None:
        _put_target(under, sheet, shown.target, scale, look)
    return panel(layers or [_nothing(x, y)], under=under, over=sheet)


def _nothing(x: At, y: At) -> Spec:
    """A layer without marks, which still draws the axis."""
    return mark_layer([], "rule", marks={"color": INK}, places={"x": x, "y": y})


def _band(line: AimLine, look: _Look, x: At, y: At) -> list[Spec]:
    """The uncertainty as a light area, broken where a number or its interval is not there."""
    known = [None if n is None or n.low is None or n.high is None else (n.low, n.high) for n in line.numbers]
    stretches = runs([None if each is None else each[0] for each in known])
    rows: list[dict[str, object]] = []
    for run, places in enumerate(stretches):
        for i in places:
            limits = known[i]
            if limits is not None:
                rows.append({"x": look.places[i], "low": limits[0], "high": limits[1], "run": run})
    if not rows:
        return []
    marks: dict[str, Any] = {"color": line.style.mark, "opacity": 0.18}
    found = [mark_layer(rows, "area", marks=marks, places={"x": x, "y": y, "y2": "high", "detail": "run"})]
    bars = [row for row in rows if len(stretches[int(str(row["run"]))]) == 1]
    if bars:  # an area of one period would not be seen
        marks = {"color": line.style.mark, "strokeWidth": 6, "opacity": 0.18}
        found.append(mark_layer(bars, "rule", marks=marks, places={"x": x, "y": y, "y2": "high"}))
    return found


def _series(line: AimLine, look: _Look) -> Series:
    points = (
        None if n is None else Point((), period, Status.SHOWN, n.value, n.low, n.high)
        for period, n in zip(look.periods, line.numbers, strict=True)
    )
    return Series(line.label, line.style, tuple(points))


def _put_names(sheet: Sheet, shown: AimPanel, scale: Scale, look: _Look) -> None:
    """Each line's name after its last number, moved apart where they would meet; at the right where the way to the
    target needs the room. A line that is alone is named by the panel.
    """
    ends = [(line, last) for line in shown.lines if (last := _series(line, look).last) is not None]
    if len(shown.lines) < _FEWEST_NAMED:
        return
    free = shown.target is None and look.plot - look.places[-1] > _RIGHT
    left = look.places[-1] if free else look.plot
    wanted = [_HIGH - scale.at(last, _HIGH) for _, last in ends]
    for (line, _), at in zip(ends, spread(wanted, gap=36, low=8, high=_HIGH - 8), strict=True):
        for n, text in enumerate(broken(line.label, _RIGHT - 14, SMALL, bold=True, lines=3)):
            sheet.text(left + 10, at + 15 * n, text, size=SMALL, colour=line.style.letters, bold=True, halo=free)


def _put_periods(sheet: Sheet, shown: AimPanel, look: _Look) -> None:
    room = look.places[-1] - look.places[0]
    for place, label in zip(look.places, period_labels(look.periods, room), strict=True):
        if label:
            sheet.text(place, _HIGH + 14, label, size=SMALL, colour=MUTED, align="center")
    if shown.target is not None:
        year = f"{shown.target.end:.0f}"
        if look.x(shown.target.end) - look.places[-1] > text_width(look.periods[-1], SMALL) / 2 + 24:
            sheet.text(look.x(shown.target.end), _HIGH + 14, year, size=SMALL, colour=MUTED, align="center")


def _put_target(under: Sheet, sheet: Sheet, target: Target, scale: Scale, look: _Look) -> None:
    """An even pace as a broken line from where it is counted, and a mark where it is to lead."""
    start, end = look.x(target.start), look.x(target.end)
    from_y, to_y = (_HIGH - scale.at(value, _HIGH) for value in (target.value, target.aim))
    under.rule(0, to_y, look.plot, to_y, colour=MUTED, width=1.2, dash="2 3")
    under.rule(start, from_y, end, to_y, colour=INK, width=1.6, dash="6 4")
    sheet.symbol(end, to_y, shape="triangle-up", colour=INK, filled=False, size=90)
    above = from_y > to_y and to_y > 24  # on the side that the way does not come from, where there is room
    sheet.text(end + 6, to_y + (-15 if above else 18), target.text, size=TEXT, align="right", bold=True, halo=True)
