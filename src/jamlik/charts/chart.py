"""A chart: picture, title, description, data table and source, all of them or nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from jamlik.charts.drawing import Drawing, rendered, with_heading
from jamlik.charts.palette import WIDE
from jamlik.model.words import LANGUAGES

__all__ = ["Chart", "ChartTable", "TableCell", "required"]


@dataclass(frozen=True, slots=True)
class TableCell:
    """One cell: the text a person reads, and the published number behind it (None where there is none)."""

    text: str
    number: float | None = None


@dataclass(frozen=True, slots=True)
class ChartTable:
    """Everything the picture shows, as a table.

    Parameters
    ----------
    columns : tuple of str
        Headings; the first column heads the rows.
    rows : tuple of tuple of TableCell
        In the picture's order. A cell that may not be shown says so in words; its number is None.
    numeric : tuple of bool
        Which columns hold numbers, to be set flush right.
    note : str
        What a reader of the table needs to know.
    """

    columns: tuple[str, ...]
    rows: tuple[tuple[TableCell, ...], ...]
    numeric: tuple[bool, ...]
    note: str = ""

    def __post_init__(self) -> None:
        if not self.columns or not self.rows:
            raise ValueError("A chart's table needs columns and rows.")
        if len(self.numeric) != len(self.columns) or any(len(row) != len(self.columns) for row in self.rows):
            raise ValueError("Every row of a chart's table has one cell for each column.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """A chart in one language; shows itself in a notebook.

    Parameters
    ----------
    kind : str
        `dots`, `lines`, `multiples`, `map` or `overview`.
    lang : str
        Language of everything in it.
    title, description, source : str
        What it is, what it shows in words, and where the numbers come from; none may be empty.
    data : ChartTable
        Everything the picture shows.
    draw : callable
        Returns the drawing for a width in pixels.
    translate : callable
        Returns the same chart in another language.

    Raises
    ------
    ValueError
        When a part is missing.
    """

    kind: str
    lang: str
    title: str
    description: str
    source: str
    data: ChartTable
    draw: Callable[[int], Drawing] = field(repr=False, compare=False)
    translate: Callable[[str], Chart] = field(repr=False, compare=False)

    def __post_init__(self) -> None:
        for name in ("kind", "title", "description", "source"):
            if not str(getattr(self, name)).strip():
                raise ValueError(f"A chart needs its {name}.")
        if self.lang not in LANGUAGES:
            raise ValueError(f"There are no charts in {self.lang!r}.")

    @property
    def spec(self) -> dict[str, Any]:
        """The Vega-Lite specification of the wide picture; holds published numbers only."""
        return self.draw(WIDE).spec

    def in_language(self, lang: str) -> Chart:
        """The same chart with its words and numbers in another language; labels from the file stay as they are."""
        return self if lang == self.lang else self.translate(lang)

    def svg(self, lang: str = "", *, width: int = WIDE, heading: bool = False) -> str:
        """The picture as SVG text, always the same bytes for the same chart.

        Parameters
        ----------
        lang : str
            Another language than the chart's own.
        width : int
            In pixels: 640 for a page, 360 for a telephone. Letters keep their size; the layout changes.
        heading : bool
            Whether title and source are drawn in the picture too, for use outside a page.
        """
        chart = self.in_language(lang or self.lang)
        drawing = chart.draw(width)
        text = rendered(drawing, lang=chart.lang, title=chart.title, description=chart.description)
        return with_heading(text, title=chart.title, source=chart.source, width=width) if heading else text

    def _repr_svg_(self) -> str:
        return self.svg(heading=True)

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        """What a notebook shows: the picture, and its description where pictures are not shown."""
        return {"image/svg+xml": self._repr_svg_(), "text/plain": f"{self.title}\n{self.description}\n{self.source}"}


def required(chart: Chart | None) -> Chart:
    """The chart, which could be drawn in one language and so can be in every other.

    Raises
    ------
    ValueError
        When there is none after all.
    """
    if chart is None:
        raise ValueError("This chart cannot be drawn.")
    return chart
