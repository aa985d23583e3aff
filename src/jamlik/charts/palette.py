"""Colours, shapes, letters and sizes: one calm look for every chart.

Women and men are told apart by colour, by lightness (so that a grey print works), by shape and by a written label.
Marks have at least 3:1 against white, letters at least 4.5:1; tests compute it.
"""

from __future__ import annotations

from dataclasses import dataclass

from jamlik.model.words import MINUS, NBSP

__all__ = [
    "BAND",
    "CLASSES",
    "FONT",
    "GRID",
    "INK",
    "LOCALES",
    "MUTED",
    "NARROW",
    "ONE",
    "PAPER",
    "ROW",
    "SEXES",
    "SMALL",
    "TEXT",
    "WIDE",
    "Style",
    "label_colour",
    "style_for",
]


@dataclass(frozen=True, slots=True)
class Style:
    """How one group is drawn: colour of its marks, colour of its letters, shape of its dots."""

    mark: str
    letters: str
    shape: str


PAPER = "#FFFFFF"
INK = "#1F2933"
MUTED = "#55606B"
GRID = "#D9DEE2"
ROW = "#EEF1F3"
BAND = "#E6EAED"

SEXES = {"K": Style("#004F5D", "#004F5D", "circle"), "M": Style("#C46A00", "#8A4B00", "diamond")}
ONE = Style("#33475B", "#33475B", "circle")

# Light to dark in five even steps; a grey print keeps the order, and no hue says good or bad.
CLASSES = ("#CFE5E8", "#9CC9CF", "#63A5AF", "#2A7985", "#0A4450")

# DejaVu Sans is the widest of these, so what fits in it fits in the others.
FONT = "DejaVu Sans, Verdana, Arial, sans-serif"
TEXT, SMALL = 13, 12
WIDE, NARROW = 640, 360

LOCALES: dict[str, dict[str, object]] = {
    "sv": {"decimal": ",", "thousands": NBSP, "grouping": [3], "currency": ["", f"{NBSP}kr"], "minus": MINUS},
    "en": {"decimal": ".", "thousands": ",", "grouping": [3], "currency": ["", f"{NBSP}SEK"], "minus": MINUS},
    "fi": {"decimal": ",", "thousands": NBSP, "grouping": [3], "currency": ["", f"{NBSP}kr"], "minus": MINUS},
}


def style_for(sex: str) -> Style:
    """Style of a sex's code; everything else is drawn in one neutral way."""
    return SEXES.get(sex, ONE)


def _luminance(colour: str) -> float:
    """Relative luminance of `#RRGGBB`, 0 to 1, as WCAG defines it."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def label_colour(fill: str) -> str:
    """Ink or paper, whichever is easier to read on a fill."""
    on_fill = _luminance(fill) + 0.05
    return INK if on_fill / (_luminance(INK) + 0.05) >= (_luminance(PAPER) + 0.05) / on_fill else PAPER
