"""A line over time: its values, where it is broken, and the marks it is drawn with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from jamlik.charts.lettering import text_width
from jamlik.charts.marks import At, Spec, mark_layer
from jamlik.charts.palette import PAPER, SMALL, Style
from jamlik.charts.subject import Point

__all__ = ["Series", "line_layers", "period_labels", "runs"]


@dataclass(frozen=True, slots=True)
class Series:
    """One line: what it is called, how it is drawn, and its point at each period (None where there is none)."""

    label: str
    style: Style
    points: tuple[Point | None, ...]

    @property
    def values(self) -> tuple[float | None, ...]:
        """The value at each period, None where none may be shown."""
        return tuple(point.value if point else None for point in self.points)

    @property
    def last(self) -> float | None:
        """The last value there is."""
        return next((value for value in reversed(self.values) if value is not None), None)

    @property
    def numbers(self) -> tuple[float, ...]:
        """Every number that the picture must have room for."""
        return tuple(number for point in self.points if point is not None for number in point.numbers)


def runs(values: Sequence[float | None]) -> tuple[tuple[int, ...], ...]:
    """Places of values that follow each other without a break; a line is never drawn across a break."""
    found: list[list[int]] = [[]]
    for place, value in enumerate(values):
        if value is None:
            found.append([])
        else:
            found[-1].append(place)
    return tuple(tuple(run) for run in found if run)


def period_labels(periods: Sequence[str], width: float, *, size: float = SMALL) -> tuple[str, ...]:
    """Periods as axis labels: every one, or every second, third … counted from the last, empty in between."""
    widest = max(text_width(period, size) for period in periods) + 10
    room = width / max(len(periods) - 1, 1)
    every = max(1, -int(-widest // room))
    last = len(periods) - 1
    return tuple(period if (last - place) % every == 0 else "" for place, period in enumerate(periods))


def line_layers(
    line: Series,
    places: Sequence[float],
    periods: Sequence[str],
    *,
    x: At,
    y: At,
    size: float = 60,
    width: float = 2.2,
    dots: str = "all",
) -> list[Spec]:
    """A line with its dots; the stroke is broken where a value is not there.

    Parameters
    ----------
    places : sequence of float
        Where each period lies, in the scale of `x`.
    x, y : At
        Where the fields `x` and `value` are drawn.
    dots : str
        `all`, or `last` for the last value and for those without a neighbour, which no stroke would show.
    """
    layers, values = [], line.values
    stretches = runs(values)
    rows = [
        {"x": places[i], "period": periods[i], "value": values[i], "run": n}
        for n, run in enumerate(stretches)
        for i in run
    ]
    if any(len(run) > 1 for run in stretches):
        marks: dict[str, Any] = {"color": line.style.mark, "strokeWidth": width, "strokeJoin": "round"}
        layers.append(mark_layer(rows, "line", marks=marks, places={"x": x, "y": y, "detail": "run"}))
    marked = [row for row in rows if dots == "all" or row is rows[-1] or len(stretches[int(str(row["run"]))]) == 1]
    if marked and size:
        marks = {"shape": line.style.shape, "fill": line.style.mark, "stroke": PAPER, "strokeWidth": 1, "opacity": 1}
        layers.append(mark_layer(marked, "point", marks={**marks, "size": size}, places={"x": x, "y": y}))
    return layers
