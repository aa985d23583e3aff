"""Altair layers: things put at a place in pixels, and things put at a value.

Every mark is made with `aria=False`, because Vega would otherwise write unrounded values beside it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import altair as alt

from jamlik.charts.axes import Scale
from jamlik.charts.palette import FONT, GRID, INK, MUTED, PAPER, SMALL, TEXT

__all__ = ["Sheet", "Spec", "configured", "mark_layer", "numeric_axis", "panel", "pixels", "value_scale"]

Row = Mapping[str, object]
Spec = dict[str, Any]


def pixels(length: float) -> alt.Scale:
    """A scale on which a number is its own distance in pixels from the left or the top."""
    return alt.Scale(domain=[0, length], range=[0, length], nice=False, zero=False, padding=0)


def value_scale(scale: Scale) -> alt.Scale:
    """A scale of ours as Altair's, with nothing added at its ends."""
    return alt.Scale(domain=[scale.low, scale.high], nice=False, zero=False, padding=0)


def numeric_axis(scale: Scale, *, grid: bool = True, labels: bool = True, orient: Any = "bottom") -> alt.Axis:
    """Ticks of a scale as grid lines and numbers in the language's own form."""
    return alt.Axis(
        values=list(scale.ticks), format=scale.format, grid=grid, labels=labels, orient=orient, ticks=False,
        domain=False, title=None, gridColor=GRID, gridWidth=1, labelColor=MUTED, labelFontSize=SMALL, labelFont=FONT,
        labelPadding=6, labelOverlap=False, labelFlush=False, labelBound=False,
    )  # fmt: skip


def mark_layer(rows: Sequence[Row], kind: str, *, marks: Mapping[str, Any], encodings: Mapping[str, Any]) -> Spec:
    """One layer of marks: `kind` is point, rule, rect, bar, line, area, text or geoshape.

    Altair writes and checks the layer; layers are put together as plain dictionaries, since Altair copies everything
    in a chart each time one chart is put into another.
    """
    chart: alt.Chart = getattr(alt.Chart(), f"mark_{kind}")(aria=False, **marks).encode(**encodings)
    spec: Spec = chart.to_dict(context={"top_level": False})
    return {**spec, "data": {"values": [dict(row) for row in rows]}}


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
    ) -> None:
        """One line of text, its middle at `y`."""
        weight, style = "bold" if bold else "normal", "italic" if italic else "normal"
        look = {"fontSize": size, "color": colour, "align": align, "fontWeight": weight, "fontStyle": style}
        self._put("text", {"x": float(x), "y": float(y), "text": text}, baseline="middle", font=FONT, **look)

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
        for (kind, look), rows in sorted(self._looks.items(), key=lambda item: order[item[0][0]]):
            encodings: dict[str, Any] = {
                "x": alt.X("x:Q", scale=pixels(self.width), axis=None),
                "y": alt.Y("y:Q", scale=pixels(self.height), axis=None),
            }
            if kind in ("rule", "rect"):
                encodings |= {"x2": alt.X2("x2:Q"), "y2": alt.Y2("y2:Q")}
            if kind == "text":
                encodings["text"] = alt.Text("text:N")
            marks = {key: list(value) if isinstance(value, tuple) else value for key, value in look}
            found.append(mark_layer(rows, kind, marks=marks, encodings=encodings))
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
