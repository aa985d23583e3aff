"""Altair layers: things put at a place in pixels, and things put at a value.

Every mark is made with `aria=False`, because Vega would otherwise write unrounded values beside it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import altair as alt
from altair.utils.schemapi import debug_mode

from jamlik.charts.axes import Scale
from jamlik.charts.palette import FONT, GRID, INK, MUTED, PAPER, SMALL, TEXT

__all__ = ["At", "Sheet", "Spec", "configured", "mark_layer", "panel"]

Row = Mapping[str, object]
Spec = dict[str, Any]


@dataclass(frozen=True, slots=True)
class At:
    """Where a field of a layer's rows is drawn along one direction.

    Parameters
    ----------
    field : str
        The field.
    length : float
        Of the panel in this direction, in pixels.
    scale : Scale, optional
        The field holds values on this scale; without one it holds pixels from the left or the top.
    start : float
        Pixels kept free before the scale begins (at the top, for a vertical one).
    axis : str
        `none`, `grid` (lines only) or `full` (lines and numbers).
    """

    field: str
    length: float
    scale: Scale | None = None
    start: float = 0.0
    axis: str = "none"


_OTHERS = {"x2": alt.X2, "y2": alt.Y2, "detail": alt.Detail, "text": alt.Text}


def _axis(at: At, *, orient: Any) -> alt.Axis | None:
    if at.scale is None or at.axis == "none":
        return None
    return alt.Axis(
        values=list(at.scale.ticks), format=at.scale.format, grid=True, labels=at.axis == "full", orient=orient,
        ticks=False, domain=False, title=None, gridColor=GRID, gridWidth=1, labelColor=MUTED, labelFontSize=SMALL,
        labelFont=FONT, labelPadding=6, labelOverlap=False, labelFlush=False, labelBound=False, zindex=0,
    )  # fmt: skip


def _channel(name: str, at: At | str) -> Any:
    if isinstance(at, str):
        return _OTHERS[name](f"{at}:N" if name in ("detail", "text") else f"{at}:Q")
    upright = name == "y"
    domain, ends = [0.0, at.length], [0.0, at.length]
    if at.scale is not None:
        domain, ends = [at.scale.low, at.scale.high], [at.start, at.length]
        ends = ends[::-1] if upright else ends
    scale = alt.Scale(domain=domain, range=ends, nice=False, zero=False, padding=0)
    axis = _axis(at, orient="left" if upright else "bottom")
    return (alt.Y if upright else alt.X)(f"{at.field}:Q", scale=scale, axis=axis, title=None)


@lru_cache(maxsize=1024)
def _look_of(kind: str, marks: tuple[tuple[str, Any], ...], places: tuple[tuple[str, At | str], ...]) -> Spec:
    """Write a layer without its rows; many panels share the same few.

    Altair checks everything it makes against a schema, which takes half the time of a report: the tests do that.
    """
    plain = {name: list(value) if isinstance(value, tuple) else value for name, value in marks}
    with debug_mode(False):
        channels = {name: _channel(name, at) for name, at in places}
        chart: alt.Chart = getattr(alt.Chart(), f"mark_{kind}")(aria=False, **plain).encode(**channels)
        if kind == "geoshape":  # shapes come in pixels: Vega is neither to project nor to fit them
            chart = chart.project(type="identity", scale=1, translate=[0, 0])
        spec: Spec = chart.to_dict(validate=False, context={"top_level": False})
    return spec


def mark_layer(rows: Sequence[Row], kind: str, *, marks: Mapping[str, Any], places: Mapping[str, At | str]) -> Spec:
    """One layer of marks.

    Altair writes the layer; layers are put together as plain dictionaries, since Altair copies everything
    in a chart each time one chart is put into another.

    Parameters
    ----------
    kind : str
        point, rule, rect, bar, line, area, text or geoshape (rows are then GeoJSON features).
    marks : mapping
        Vega-Lite's properties of the mark.
    places : mapping of channel to At or field
        `x` and `y`; fields for `x2`, `y2`, `detail` and `text`.
    """
    return {**_look_of(kind, tuple(marks.items()), tuple(places.items())), "data": {"values": [dict(r) for r in rows]}}


def _is_halo(look: tuple[tuple[str, Any], ...]) -> bool:
    return ("stroke", PAPER) in look and ("color", PAPER) in look


class Sheet:
    """Letters, lines and symbols at fixed places in pixels, gathered into one layer per look.

    Parameters
    ----------
    width, height : float
        Of the panel it lies over; places outside it are allowed, and that is what margins are for.
    """

    def __init__(self, *, width: float, height: float) -> None:
        self.width, self.height = width, height
        self._looks: dict[tuple[str, tuple[tuple[str, Any], ...]], list[Row]] = {}

    def _put(self, kind: str, row: Row, **look: Any) -> None:
        rounded = {key: round(value, 2) if isinstance(value, float) else value for key, value in row.items()}
        self._looks.setdefault((kind, tuple(look.items())), []).append(rounded)

    def text(
        self,
        x: float,
        y: float,
        text: str,
        *,
        size: float = TEXT,
        colour: str = INK,
        align: str = "left",
        bold: bool = False,
        italic: bool = False,
        halo: bool = False,
    ) -> None:
        """One line of text, its middle at `y`; a halo of paper keeps it legible on anything."""
        weight, style = "bold" if bold else "normal", "italic" if italic else "normal"
        look = {"fontSize": size, "color": colour, "align": align, "fontWeight": weight, "fontStyle": style}
        row: Row = {"x": float(x), "y": float(y), "text": text}
        if halo:
            around = {"stroke": PAPER, "strokeWidth": 3, "strokeJoin": "round"}
            self._put("text", row, baseline="middle", font=FONT, **{**look, "color": PAPER}, **around)
        self._put("text", row, baseline="middle", font=FONT, **look)

    def symbol(self, x: float, y: float, *, shape: str, colour: str, filled: bool = True, size: float = 70) -> None:
        """A dot, a diamond or another of Vega's shapes."""
        fill = colour if filled else PAPER
        look = {"shape": shape, "fill": fill, "stroke": colour, "strokeWidth": 1.6, "size": size, "opacity": 1}
        self._put("point", {"x": float(x), "y": float(y)}, **look)

    def rule(
        self, x: float, y: float, x2: float, y2: float, *, colour: str = GRID, width: float = 1, dash: str = ""
    ) -> None:
        """A straight line; `dash` is two lengths, as in `4 3`."""
        look: dict[str, Any] = {"color": colour, "strokeWidth": width}
        if dash:
            look["strokeDash"] = tuple(int(part) for part in dash.split())
        self._put("rule", {"x": float(x), "y": float(y), "x2": float(x2), "y2": float(y2)}, **look)

    def box(self, x: float, y: float, x2: float, y2: float, *, fill: str, stroke: str = "") -> None:
        """A rectangle, with an outline if `stroke` names a colour."""
        look: dict[str, Any] = {"fill": fill, "stroke": stroke or fill, "strokeWidth": 1}
        self._put("rect", {"x": float(x), "y": float(y), "x2": float(x2), "y2": float(y2)}, **look)

    def layers(self) -> list[Spec]:
        """Everything put so far, boxes and lines first, letters last."""
        order = {"rect": 0, "rule": 1, "point": 2, "text": 3}
        found = []
        for (kind, look), rows in sorted(
            self._looks.items(), key=lambda item: (order[item[0][0]], not _is_halo(item[0][1]))
        ):
            places: dict[str, At | str] = {"x": At("x", self.width), "y": At("y", self.height)}
            if kind in ("rule", "rect"):
                places |= {"x2": "x2", "y2": "y2"}
            if kind == "text":
                places["text"] = "text"
            found.append(mark_layer(rows, kind, marks=dict(look), places=places))
        return found


def panel(data: Sequence[Spec], *, under: Sheet, over: Sheet) -> Spec:
    """One panel: a sheet below, marks at values in the middle, a sheet above."""
    groups = [{"layer": list(layers)} for layers in (under.layers(), data, over.layers()) if layers]
    apart = {"scale": {"x": "independent", "y": "independent"}}
    return {"layer": groups, "resolve": apart, "width": over.width, "height": over.height}


def configured(*panels: Spec, columns: int = 1, spacing: Any = 0) -> Spec:
    """Panels in rows and columns as one Vega-Lite specification, with our look and no automatic descriptions.

    Panels are packed by their own size alone; room for what stands around them is `spacing` (row, column).
    """
    config = alt.Config(aria=False, background=PAPER, font=FONT, view=alt.ViewConfig(stroke=None))
    return {
        "$schema": alt.SCHEMA_URL,
        "config": config.to_dict(),
        "concat": list(panels),
        "columns": columns,
        "spacing": spacing,
        "bounds": "flush",
        "align": "none",
    }
