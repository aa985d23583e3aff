"""From a Vega-Lite specification to clean SVG, on this machine, without a request to anywhere.

What Vega adds for screen readers is taken away (its numbers are not rounded) and replaced by our own title and
description; identifiers are renamed so that several pictures fit in one page and the bytes are always the same.
"""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from xml.etree import ElementTree as ET

import vl_convert

from jamlik.charts.lettering import broken
from jamlik.charts.palette import FONT, INK, LOCALES, MUTED, PAPER, SMALL

__all__ = ["Drawing", "rendered", "with_heading"]

_SVG = "http://www.w3.org/2000/svg"
_NUMBER = re.compile(r"-?\d+\.\d{3,}(?:e-?\d+)?")
_KEPT = frozenset(("d", "x", "y", "x1", "x2", "y1", "y2", "cx", "cy", "r", "width", "height", "transform", "id")) | {
    *("fill", "stroke", "opacity", "fill-opacity", "stroke-opacity", "stroke-width", "stroke-dasharray"),
    *("stroke-linecap", "stroke-linejoin", "stroke-miterlimit", "clip-path", "viewBox"),
    *("font-family", "font-size", "font-weight", "font-style", "text-anchor"),
}
_HEADING = 17


@dataclass(frozen=True, slots=True)
class Drawing:
    """A specification and the paper it lies on.

    Parameters
    ----------
    spec : dict
        Vega-Lite; its panels are laid out from the upper left corner of what the margins leave.
    width, height : int
        Of the whole picture, in pixels.
    left, top : int
        Where the first panel begins.
    """

    spec: dict[str, Any]
    width: int
    height: int
    left: int
    top: int


@lru_cache(maxsize=256)
def _vega_svg(spec: str, lang: str, size: tuple[int, int, int, int]) -> str:
    """Render with a fixed paper: nothing is measured, so nothing depends on the machine's fonts."""
    width, height, left, top = size
    vega: dict[str, Any] = dict(vl_convert.vegalite_to_vega(spec))
    panel = {name: vega.get(name, 0) for name in ("width", "height")}  # panels that share a size leave it up here
    margins = {"right": width - left - panel["width"], "bottom": height - top - panel["height"]}
    vega |= {**panel, "autosize": {"type": "none"}, "padding": {"left": left, "top": top, **margins}}
    return str(vl_convert.vega_to_svg(vega, allowed_base_urls=[], format_locale=LOCALES[lang]))


def _read(text: str) -> ET.Element:
    """Parse SVG into elements without namespaces: how ElementTree writes those depends on what else is imported."""
    root = ET.fromstring(text)
    for element in root.iter():
        element.tag = element.tag.rpartition("}")[2]
    return root


def _written(root: ET.Element) -> str:
    root.attrib.pop("xmlns", None)
    root.attrib = {"xmlns": _SVG, **root.attrib}
    return ET.tostring(root, encoding="unicode")


def _is_empty(element: ET.Element) -> bool:
    """Whether an element draws nothing: no shape, no colour, or a group with nothing in it."""
    if element.tag == "g":
        return len(element) == 0
    if element.tag == "path":
        return not element.get("d") or not {"fill", "stroke"} & set(element.keys()) or element.get("display") == "none"
    return element.get("display") == "none"


def _tidy(element: ET.Element) -> None:
    """Drop what draws nothing and every attribute that is not about drawing; round what is left to hundredths."""
    for child in list(element):
        _tidy(child)
        if _is_empty(child):
            element.remove(child)
    for name, value in list(element.attrib.items()):
        if name not in _KEPT or (name in ("opacity", "fill-opacity") and value == "1"):
            del element.attrib[name]
        elif name in ("d", "transform") or value.lstrip("-")[:1].isdigit():
            element.set(name, _NUMBER.sub(lambda found: f"{float(found[0]):.2f}".rstrip("0").rstrip("."), value))


def _renamed(text: str, prefix: str) -> str:
    """Give every identifier a name of the picture's own, in order of appearance."""
    names = list(dict.fromkeys(re.findall(r'id="([^"]+)"', text)))
    for place, name in enumerate(names):
        text = text.replace(f'id="{name}"', f'id="{prefix}-{place}"').replace(
            f"url(#{name})", f"url(#{prefix}-{place})"
        )
    return text


def _plain(text: str) -> str:
    root = _read(text)
    _tidy(root)
    root.set("viewBox", f"0 0 {root.get('width')} {root.get('height')}")
    return _renamed(_written(root), "c")


@lru_cache(maxsize=256)
def _finished(spec: str, lang: str, size: tuple[int, int, int, int], title: str, description: str) -> str:
    plain = _plain(_vega_svg(spec, lang, size))
    prefix = "j" + hashlib.sha256(f"{plain}{title}{description}{lang}".encode()).hexdigest()[:10]
    root = _read(_renamed(plain, prefix))
    names = [ET.Element(tag, {"id": f"{prefix}-{tag}"}) for tag in ("title", "desc")]
    names[0].text, names[1].text = title, description
    for place, element in enumerate(names):
        root.insert(place, element)
    root.set("role", "img")
    root.set("lang", lang)
    root.set("aria-labelledby", f"{prefix}-title")
    root.set("aria-describedby", f"{prefix}-desc")
    return _written(root)


def rendered(drawing: Drawing, *, lang: str, title: str, description: str) -> str:
    """SVG text of a drawing, with its title and description for those who cannot see it; remembered in the process."""
    spec = json.dumps(drawing.spec, ensure_ascii=False, sort_keys=True)
    return _finished(spec, lang, (drawing.width, drawing.height, drawing.left, drawing.top), title, description)


def _line(text: str, y: float, *, size: float, colour: str, bold: bool) -> ET.Element:
    weight = {"font-weight": "bold"} if bold else {}
    place = {"x": "0", "y": f"{y:g}", "font-family": FONT, "font-size": f"{size:g}px", "fill": colour}
    element = ET.Element("text", {**place, **weight})
    element.text = text
    return element


def with_heading(svg: str, *, title: str, source: str, width: int) -> str:
    """The same picture with its title above and its source below, for use on its own."""
    root = _read(svg)
    height = float(root.get("height", "0"))
    above = broken(title, width, _HEADING, bold=True, lines=4)
    below = broken(source, width, SMALL, lines=4)
    top, bottom = len(above) * 22 + 10, len(below) * 16 + 10
    total = top + height + bottom
    drawn = [child for child in root if child.tag not in ("title", "desc", "defs")]
    for child in drawn:
        root.remove(child)
    moved = ET.SubElement(root, "g", {"transform": f"translate(0,{top})"})
    moved.extend(drawn)
    sheet = {"width": str(width), "height": f"{total:g}", "fill": PAPER}
    root.insert(2, ET.Element("rect", sheet))
    root.extend(_line(text, 17 + 22 * i, size=_HEADING, colour=INK, bold=True) for i, text in enumerate(above))
    start = top + height + 18
    root.extend(_line(text, start + 16 * i, size=SMALL, colour=MUTED, bold=False) for i, text in enumerate(below))
    root.set("height", f"{total:g}")
    root.set("viewBox", f"0 0 {width} {total:g}")
    return _written(root)
