"""Polygons on paper: from degrees to pixels, simplified to what the eye can see, with hatching and a place for a label.

Everything here is plain geometry on GeoJSON; no number about people enters it.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

__all__ = ["Paper", "Place", "Rings", "hatching", "label_place", "laid_out", "point_in", "polygon"]

XY = tuple[float, float]
Rings = tuple[tuple[XY, ...], ...]  # every ring of every polygon of an area, in pixels


@dataclass(frozen=True, slots=True)
class Place:
    """Where a label can stand: its middle, and how wide it may be there."""

    x: float
    y: float
    width: float


@dataclass(frozen=True, slots=True)
class Paper:
    """Areas laid out in pixels, and the paper's own size."""

    areas: Mapping[str, Rings]
    width: float
    height: float


def _rings(geometry: Mapping[str, Any]) -> Iterator[Sequence[Sequence[float]]]:
    """Yield every ring of a Polygon, MultiPolygon or GeometryCollection; other kinds have none."""
    kind, parts = geometry.get("type"), geometry.get("coordinates", ())
    if kind == "Polygon":
        yield from parts
    elif kind == "MultiPolygon":
        for polygon_parts in parts:
            yield from polygon_parts
    elif kind == "GeometryCollection":
        for each in geometry.get("geometries", ()):
            yield from _rings(each)


def _off(point: XY, start: XY, end: XY) -> float:
    """Distance from a point to a stretch."""
    dx, dy = end[0] - start[0], end[1] - start[1]
    length = dx * dx + dy * dy
    along = (
        0.0 if length == 0 else max(0.0, min(1.0, ((point[0] - start[0]) * dx + (point[1] - start[1]) * dy) / length))
    )
    return math.hypot(point[0] - start[0] - along * dx, point[1] - start[1] - along * dy)


def _simplified(ring: Sequence[XY], tolerance: float) -> list[XY]:
    """Douglas–Peucker, without recursion; a ring keeps its ends and the point farthest from them."""
    keep = {0, len(ring) - 1}
    stack = [(0, len(ring) - 1)]
    while stack:
        first, last = stack.pop()
        if last - first < 2:
            continue
        far = max(range(first + 1, last), key=lambda i: _off(ring[i], ring[first], ring[last]))
        if _off(ring[far], ring[first], ring[last]) > tolerance:
            keep.add(far)
            stack += [(first, far), (far, last)]
    return [ring[i] for i in sorted(keep)]


def laid_out(
    shapes: Mapping[str, Mapping[str, Any]], *, width: float, highest: float, tolerance: float = 0.35
) -> Paper:
    """Fit areas given in degrees on a paper of a given width, north up, no taller than `highest`.

    A municipality is small enough for degrees to be taken as a flat grid, squeezed by the cosine of its latitude.
    """
    raw = {
        code: [[(float(x), float(y)) for x, y, *_ in ring] for ring in _rings(shape)] for code, shape in shapes.items()
    }
    points = [point for rings in raw.values() for ring in rings for point in ring]
    if not points:
        return Paper({}, width, 0.0)
    west, east = min(x for x, _ in points), max(x for x, _ in points)
    south, north = min(y for _, y in points), max(y for _, y in points)
    squeeze = math.cos(math.radians((south + north) / 2))
    wide, high = ((east - west) * squeeze or 1e-9), ((north - south) or 1e-9)
    scale = min(width / wide, highest / high)
    left = (width - wide * scale) / 2

    def pixel(point: XY) -> XY:
        return left + (point[0] - west) * squeeze * scale, (north - point[1]) * scale

    areas: dict[str, Rings] = {}
    for code, rings in raw.items():
        small = [_simplified([pixel(point) for point in ring], tolerance) for ring in rings if len(ring) > 3]
        areas[code] = tuple(tuple((round(x, 1), round(y, 1)) for x, y in ring) for ring in small if len(ring) > 3)
    return Paper(areas, width, high * scale)


def _crossings(rings: Rings, y: float) -> list[float]:
    found = []
    for ring in rings:
        for (x1, y1), (x2, y2) in pairwise(ring):
            if (y1 <= y) != (y2 <= y):
                found.append(x1 + (y - y1) / (y2 - y1) * (x2 - x1))
    return sorted(found)


def point_in(rings: Rings, x: float, y: float) -> bool:
    """Whether a point lies in an area, holes left out."""
    return sum(crossing < x for crossing in _crossings(rings, y)) % 2 == 1


def _signed_area(ring: Sequence[XY]) -> float:
    return sum(x1 * y2 - x2 * y1 for (x1, y1), (x2, y2) in pairwise(ring)) / 2


def polygon(rings: Rings) -> dict[str, Any]:
    """Rings as one GeoJSON shape for a flat projection; holes are wound against what holds them, so they stay open."""
    parts = []
    for place, ring in enumerate(rings):
        others = [other for i, other in enumerate(rings) if i != place]
        hole = sum(point_in((other,), *ring[0]) for other in others) % 2 == 1
        turned = ring if (_signed_area(ring) < 0) == hole else ring[::-1]
        parts.append([[list(point) for point in turned]])
    return {"type": "MultiPolygon", "coordinates": parts}


def _turned(rings: Rings, angle: float) -> Rings:
    sin, cos = math.sin(angle), math.cos(angle)
    return tuple(tuple((x * cos - y * sin, x * sin + y * cos) for x, y in ring) for ring in rings)


def hatching(rings: Rings, *, every: float = 6.0, degrees: float = 45.0) -> list[tuple[float, float, float, float]]:
    """Parallel lines inside an area, as (x, y, x2, y2): visible on any printer, unlike a pattern."""
    angle = math.radians(degrees)
    flat = _turned(rings, -angle)
    heights = [y for ring in flat for _, y in ring]
    if not heights:
        return []
    found = []
    sin, cos = math.sin(angle), math.cos(angle)
    y = (math.floor(min(heights) / every) + 0.5) * every
    while y < max(heights):
        crossings = _crossings(flat, y)
        for x1, x2 in zip(crossings[::2], crossings[1::2], strict=False):
            ends = (x1 * cos - y * sin, x1 * sin + y * cos, x2 * cos - y * sin, x2 * sin + y * cos)
            found.append((round(ends[0], 1), round(ends[1], 1), round(ends[2], 1), round(ends[3], 1)))
        y += every
    return found


def label_place(rings: Rings, *, wanted: float, height: float = 14.0) -> Place:
    """The most central place where a label of the wanted width and height fits, or else the widest place there is."""
    ys = [y for ring in rings for _, y in ring]
    if not ys:
        return Place(0.0, 0.0, 0.0)
    middle, best, best_score = (min(ys) + max(ys)) / 2, Place(0.0, 0.0, 0.0), -1.0
    rows = max(int((max(ys) - min(ys)) / 2), 1)
    for n in range(rows + 1):
        y = min(ys) + (max(ys) - min(ys)) * n / rows
        spans = [_crossings(rings, y + offset) for offset in (-height / 2, 0.0, height / 2)]
        for x1, x2 in zip(spans[1][::2], spans[1][1::2], strict=False):
            left, right = x1, x2
            for crossings in (spans[0], spans[2]):
                inside = [(a, b) for a, b in zip(crossings[::2], crossings[1::2], strict=False) if a < x2 and b > x1]
                if not inside:
                    left = right = (x1 + x2) / 2
                    break
                widest = max(inside, key=lambda span: min(span[1], right) - max(span[0], left))
                left, right = max(left, widest[0]), min(right, widest[1])
            score = 10 * min(right - left, wanted) - abs(y - middle)
            if right - left > 0 and score > best_score:
                best, best_score = Place((left + right) / 2, y, right - left), score
    return best if best.width else Place(sum(x for r in rings for x, _ in r) / len(ys), middle, 0.0)
