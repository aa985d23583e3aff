"""Where things stand in the two pictures: the timeline of actions, and a gap with its uncertainty over the periods.

Coordinates only: the templates draw them as SVG with attributes, so that the strict content policy holds, and set the
same figures in a table beside.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from math import ceil, floor

from jamlik.web.core.texts import written_number
from jamlik.web.plans.models import Action
from jamlik.web.plans.queries import Measured, is_late

__all__ = ["Bar", "GapPicture", "Mark", "Point", "Tick", "Timeline", "gap_picture", "step_of", "timeline"]

WIDTH = 960
ROW = 34
HEAD = 28
_SHORTEST = 6
_MOST_TICKS = 14
_TICK_TEXT = 50


@dataclass(frozen=True, slots=True)
class Tick:
    """A vertical line with its text."""

    x: int
    text: str


@dataclass(frozen=True, slots=True)
class Mark:
    """A milestone on an action's bar."""

    x: int
    reached: bool


@dataclass(frozen=True, slots=True)
class Bar:
    """An action from its first to its last day."""

    action: Action
    x: int
    y: int
    width: int
    late: bool
    marks: tuple[Mark, ...]

    @property
    def text_y(self) -> int:
        """Where the title stands, over the bar."""
        return self.y - 4

    @property
    def text_x(self) -> int:
        """Where the title begins; a late bar's title is drawn back to stay inside the picture."""
        return min(self.x, WIDTH - 260)


@dataclass(frozen=True, slots=True)
class Timeline:
    """The whole picture; empty without any action that has a day."""

    bars: tuple[Bar, ...]
    ticks: tuple[Tick, ...]
    today_x: int | None
    first: date
    last: date

    @property
    def height(self) -> int:
        """Height of the picture."""
        return HEAD + ROW * len(self.bars) + 8

    width: int = WIDTH


def timeline(actions: Sequence[Action], *, day: date) -> Timeline | None:
    """The actions as bars; one without a first day begins where it was planned."""
    if not actions:
        return None
    spans = [(_first_day(action), action.due_on or day) for action in actions]
    first = min(min(start for start, _ in spans), day).replace(day=1)
    last = max(max(end for _, end in spans), day) + timedelta(days=20)
    scale = WIDTH / max((last - first).days, 1)

    def x(when: date) -> int:
        return round((when - first).days * scale)

    bars = tuple(
        Bar(
            action,
            x(start),
            HEAD + ROW * place + 20,
            max(x(end) - x(start), _SHORTEST),
            is_late(action, day),
            tuple(Mark(x(each.due_on), each.reached_on is not None) for each in action.milestones.all()),
        )
        for place, (action, (start, end)) in enumerate(zip(actions, spans, strict=True))
    )
    ticks = tuple(Tick(x(when), text) for when, text in _months(first, last) if x(when) <= WIDTH - _TICK_TEXT)
    return Timeline(bars, ticks, x(day), first, last)


def _first_day(action: Action) -> date:
    begun = action.starts_on or (action.planned_at or action.written_at).date()
    return min(begun, action.due_on) if action.due_on else begun


def _months(first: date, last: date) -> list[tuple[date, str]]:
    """The first day of each month, or of fewer where the texts would run into each other."""
    found, at = [], first
    while at <= last:
        found.append(at)
        at = (at.replace(day=1) + timedelta(days=32)).replace(day=1)
    step = next((step for step in (1, 3, 6, 12, 24, 60, 120) if len(found) / step <= _MOST_TICKS), 240)
    return [(when, f"{when:%Y-%m}") for when in found if (when.year * 12 + when.month - 1) % step == 0]


@dataclass(frozen=True, slots=True)
class Point:
    """A gap at a period: the point and the ends of its interval."""

    measured: Measured
    y: int
    x: int
    low_x: int | None
    high_x: int | None

    @property
    def text_y(self) -> int:
        """Where the period's name stands."""
        return self.y + 5


@dataclass(frozen=True, slots=True)
class GapPicture:
    """The gaps over the periods on one axis with its numbers, and where no gap at all would be."""

    points: tuple[Point, ...]
    ticks: tuple[Tick, ...]
    zero_x: int
    width: int = 560
    top: int = 20
    middle: int = 315

    @property
    def bottom(self) -> int:
        """Where the axis lies."""
        return self.top + 36 * len(self.points) + 4

    @property
    def tick_y(self) -> int:
        """Where the axis' numbers stand."""
        return self.bottom + 16

    @property
    def unit_y(self) -> int:
        """Where the axis' name stands."""
        return self.bottom + 36

    @property
    def height(self) -> int:
        """Height of the picture."""
        return self.unit_y + 8

    @property
    def zero_anchor(self) -> str:
        """Which end of its text the line of no gap carries, so that the text stays inside."""
        return "middle" if 150 < self.zero_x < 480 else "start" if self.zero_x <= 150 else "end"


_LEFT, _RIGHT = 100, 530


def gap_picture(series: Sequence[Measured]) -> GapPicture | None:
    """Each shown gap with its interval on one scale that holds nought; None where nothing may be shown."""
    shown = [each for each in series if each.gap is not None]
    if not shown:
        return None
    numbers = [0.0, *(value for each in shown for value in (each.gap, each.low, each.high) if value is not None)]
    step = step_of(max(numbers) - min(numbers))
    low, high = floor(min(numbers) / step), ceil(max(numbers) / step)
    high += low == high

    def x(value: float) -> int:
        return round(_LEFT + (value / step - low) / (high - low) * (_RIGHT - _LEFT))

    points = tuple(
        Point(
            each,
            42 + 36 * place,
            x(each.gap or 0.0),
            None if each.low is None else x(each.low),
            None if each.high is None else x(each.high),
        )
        for place, each in enumerate(shown)
    )
    ticks = tuple(Tick(x(n * step), written_number(n * step)) for n in range(low, high + 1))
    return GapPicture(points, ticks, x(0.0))


def step_of(spread: float) -> float:
    """A round number that divides a spread in at most six."""
    if spread <= 0:
        return 1.0
    size = Decimal(10) ** (Decimal(spread / 6).adjusted())
    return float(next(n * size for n in (1, 2, 5, 10) if n * size * 6 >= Decimal(spread)))
