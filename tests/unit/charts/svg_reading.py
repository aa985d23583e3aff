"""Reads our SVG back: where every text and every dot lies on the paper, all transforms followed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from xml.etree import ElementTree as ET

from jamlik.charts.lettering import text_width

SVG = "{http://www.w3.org/2000/svg}"
_TRANSLATE = re.compile(r"translate\(\s*(-?[\d.e-]+)[ ,]+(-?[\d.e-]+)\s*\)")


@dataclass(frozen=True)
class Text:
    """One text and the box it fills, in pixels of the whole picture."""

    text: str
    left: float
    top: float
    right: float
    bottom: float
    colour: str
    size: float

    def overlaps(self, other: Text, *, by: float = 1.0) -> bool:
        across = min(self.right, other.right) - max(self.left, other.left)
        down = min(self.bottom, other.bottom) - max(self.top, other.top)
        return across > by and down > by


def walked(element: ET.Element, x: float = 0.0, y: float = 0.0) -> Iterator[tuple[ET.Element, float, float]]:
    """Yield every element with the place its transforms give it."""
    for dx, dy in _TRANSLATE.findall(element.get("transform", "")):
        x, y = x + float(dx), y + float(dy)
    yield element, x, y
    for child in element:
        yield from walked(child, x, y)


def texts(svg: str) -> list[Text]:
    found = []
    for element, x, y in walked(ET.fromstring(svg)):
        if element.tag != f"{SVG}text" or not (element.text or "").strip() or element.get("stroke"):
            continue
        size, bold = float(element.get("font-size", "0px")[:-2]), element.get("font-weight") == "bold"
        x, y = x + float(element.get("x", 0)), y + float(element.get("y", 0))
        wide = text_width(element.text or "", size, bold=bold)
        left = {"start": x, "middle": x - wide / 2, "end": x - wide}[element.get("text-anchor", "start")]
        found.append(
            Text(element.text or "", left, y - size * 0.74, left + wide, y + size * 0.1, element.get("fill", ""), size)
        )
    return found


def everything(svg: str) -> str:
    """All that a reader of the file can see: attributes and texts."""
    root = ET.fromstring(svg)
    return " ".join([*(v for e in root.iter() for v in e.attrib.values()), *(e.text or "" for e in root.iter())])
