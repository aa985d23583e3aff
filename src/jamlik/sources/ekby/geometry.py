"""The map of Ekby: polygons that tile the municipality, small areas as Voronoi cells and kommundelar as their unions.

The municipality lies in open sea so that nobody takes it for a real place.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from jamlik.sources.ekby.places import DISTRICTS, small_area_parents, small_areas

__all__ = ["area_features", "small_area_features"]

Point = tuple[float, float]

_OUTLINE: tuple[Point, ...] = (
    (-12.6, -2.4),
    (-10.2, -3.6),
    (-9.1, -5.2),
    (-6.3, -6.2),
    (-4.6, -7.9),
    (-2.2, -7.6),
    (-0.6, -9.4),
    (1.0, -9.1),
    (2.2, -7.4),
    (3.9, -8.6),
    (6.4, -7.2),
    (8.1, -5.9),
    (9.9, -4.4),
    (10.2, -1.6),
    (11.4, -0.1),
    (10.6, 2.2),
    (10.3, 4.6),
    (8.4, 5.9),
    (6.7, 8.1),
    (4.1, 8.2),
    (2.3, 10.1),
    (-0.8, 9.6),
    (-2.9, 10.2),
    (-5.1, 8.6),
    (-7.9, 6.9),
    (-9.2, 4.4),
    (-10.9, 3.6),
    (-11.8, 0.9),
    (-13.1, -0.6),
)
"""The municipality's border, anticlockwise, in kilometres from its middle."""

_MIDDLE = (18.9, 61.4)  # longitude, latitude (WGS 84)
_KM_PER_DEGREE = 111.2
_NEAR = 1e-6


def small_area_features() -> dict[str, Any]:
    """The 24 small areas as a GeoJSON FeatureCollection; properties `kod`, `namn`, `kommundel`."""
    parents, rings = small_area_parents(), _small_area_rings()
    return _collection(
        [
            _feature(rings[part.code], kod=part.code, namn=part.name, kommundel=parents[part.code])
            for part in small_areas()
        ]
    )


def area_features() -> dict[str, Any]:
    """The eight kommundelar as a GeoJSON FeatureCollection; properties `kod`, `namn`."""
    rings = _small_area_rings()
    return _collection(
        [
            _feature(_united([rings[part.code] for part in district.parts]), kod=district.code, namn=district.name)
            for district in DISTRICTS
        ]
    )


def _small_area_rings() -> Mapping[str, list[Point]]:
    """Voronoi cell of each small area inside the outline; corners that cells share are the same points."""
    points = {part.code: (part.x, part.y) for part in small_areas()}
    corners: list[Point] = []
    rings: dict[str, list[Point]] = {}
    for code, own in points.items():
        ring = list(_OUTLINE)
        for other_code, other in points.items():
            if other_code != code:
                ring = _nearer(ring, own, other)
        rings[code] = _without_repeats([_snapped(corner, corners) for corner in ring])
    return rings


def _nearer(ring: Sequence[Point], own: Point, other: Point) -> list[Point]:
    """The part of a ring that is nearer to `own` than to `other` (Sutherland and Hodgman's clipping)."""
    middle = ((own[0] + other[0]) / 2, (own[1] + other[1]) / 2)

    def side(point: Point) -> float:
        return (point[0] - middle[0]) * (other[0] - own[0]) + (point[1] - middle[1]) * (other[1] - own[1])

    kept: list[Point] = []
    for start, end in zip(ring, [*ring[1:], ring[0]], strict=True):
        from_side, to_side = side(start), side(end)
        if from_side <= 0:
            kept.append(start)
        if (from_side < 0 < to_side) or (to_side < 0 < from_side):
            part = from_side / (from_side - to_side)
            kept.append((start[0] + part * (end[0] - start[0]), start[1] + part * (end[1] - start[1])))
    return kept


def _snapped(point: Point, known: list[Point]) -> Point:
    """The known point at the same place, or this one, from now on known."""
    for other in known:
        if abs(other[0] - point[0]) < _NEAR and abs(other[1] - point[1]) < _NEAR:
            return other
    known.append(point)
    return point


def _without_repeats(ring: Sequence[Point]) -> list[Point]:
    return [point for point, before in zip(ring, [ring[-1], *ring[:-1]], strict=True) if point != before]


def _united(rings: Sequence[Sequence[Point]]) -> list[Point]:
    """The outer ring of adjoining rings: edges that two of them share, once each way, cancel."""
    edges = [edge for ring in rings for edge in zip(ring, [*ring[1:], ring[0]], strict=True)]
    inner = set(edges)
    after = {start: end for start, end in edges if (end, start) not in inner}
    first = min(after)
    united, here = [first], after[first]
    while here != first:
        united.append(here)
        here = after[here]
    if len(united) != len(after):
        raise ValueError("the small areas of a kommundel do not adjoin each other")
    return united


def _feature(ring: Sequence[Point], **properties: str) -> dict[str, Any]:
    corners = [_degrees(point) for point in [*ring, ring[0]]]
    return {
        "type": "Feature",
        "properties": properties,
        "geometry": {"type": "Polygon", "coordinates": [corners]},
    }


def _degrees(point: Point) -> list[float]:
    longitude, latitude = _MIDDLE
    width = _KM_PER_DEGREE * math.cos(math.radians(latitude))
    return [round(longitude + point[0] / width, 5), round(latitude + point[1] / _KM_PER_DEGREE, 5)]


def _collection(features: Sequence[dict[str, Any]]) -> dict[str, Any]:
    return {"type": "FeatureCollection", "features": list(features)}
