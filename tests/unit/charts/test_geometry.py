"""Maps on paper: nothing turned, squeezed or filled that should not be."""

from __future__ import annotations

import math
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jamlik.charts.geometry import hatching, label_place, laid_out, point_in, polygon
from tests.support.results import made_geography

SQUARE = ((0.0, 0.0), (100.0, 0.0), (100.0, 100.0), (0.0, 100.0), (0.0, 0.0))
HOLE = ((40.0, 40.0), (60.0, 40.0), (60.0, 60.0), (40.0, 60.0), (40.0, 40.0))


def box(west, south, east, north):
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return {"type": "Polygon", "coordinates": [ring]}


def extent(rings):
    xs, ys = [x for ring in rings for x, _ in ring], [y for ring in rings for _, y in ring]
    return min(xs), min(ys), max(xs), max(ys)


def test_north_is_up_and_a_kilometre_is_as_long_both_ways():
    north_south = 1 / 111.2  # about a kilometre in degrees of latitude at 59°
    east_west = north_south / math.cos(math.radians(59))
    shapes = {
        "s": box(18, 59, 18 + east_west, 59 + north_south),
        "n": box(18, 59 + north_south, 18 + east_west, 59 + 2 * north_south),
    }
    paper = laid_out(shapes, width=300, highest=2000)
    south, north = extent(paper.areas["s"]), extent(paper.areas["n"])
    assert north[3] == pytest.approx(south[1], abs=0.2)
    assert south[2] - south[0] == pytest.approx(south[3] - south[1], rel=0.01)
    assert paper.height == pytest.approx(600, rel=0.02)


def test_tall_area_is_kept_to_the_highest_and_centred():
    paper = laid_out({"a": box(18, 59, 18.01, 59.5)}, width=300, highest=200)
    left, top, right, bottom = extent(paper.areas["a"])
    assert bottom - top == pytest.approx(200, abs=0.2)
    assert (left + right) / 2 == pytest.approx(150, abs=0.2)


def test_collections_and_multipolygons_are_read_and_points_left_out():
    one, two = box(18, 59, 18.1, 59.1), box(18.2, 59, 18.3, 59.1)
    shapes = {
        "m": {"type": "MultiPolygon", "coordinates": [one["coordinates"], two["coordinates"]]},
        "c": {"type": "GeometryCollection", "geometries": [one, {"type": "Point", "coordinates": [18, 59]}]},
    }
    paper = laid_out(shapes, width=300, highest=300)
    assert len(paper.areas["m"]) == 2
    assert len(paper.areas["c"]) == 1
    assert laid_out({}, width=300, highest=300).areas == {}


def test_shape_is_simplified_to_what_the_eye_sees():
    circle = [[18 + 0.1 * math.cos(n / 500 * math.tau), 59 + 0.05 * math.sin(n / 500 * math.tau)] for n in range(501)]
    paper = laid_out({"a": {"type": "Polygon", "coordinates": [circle]}}, width=300, highest=300)
    assert 15 < len(paper.areas["a"][0]) < 120


@given(st.booleans(), st.booleans())
def test_hole_is_wound_against_its_outside_whatever_the_file_does(outside, inside):
    rings = (SQUARE if outside else SQUARE[::-1], HOLE if inside else HOLE[::-1])

    def turn(ring):
        return sum(x1 * y2 - x2 * y1 for (x1, y1), (x2, y2) in pairwise(ring))

    first, second = (part[0] for part in polygon(rings)["coordinates"])
    assert turn(first) > 0 > turn(second)


def test_hatching_stays_inside_and_out_of_holes():
    lines = hatching((SQUARE, HOLE), every=6)
    assert len(lines) > 20
    for x, y, x2, y2 in lines:
        for share in (0.02, 0.5, 0.98):
            px, py = x + (x2 - x) * share, y + (y2 - y) * share
            assert -0.1 <= px <= 100.1
            assert -0.1 <= py <= 100.1
            assert not (40.2 < px < 59.8 and 40.2 < py < 59.8)
    assert hatching(()) == []


def test_label_stands_inside_a_crooked_area():
    horseshoe = (
        (0.0, 0.0),
        (90.0, 0.0),
        (90.0, 90.0),
        (60.0, 90.0),
        (60.0, 30.0),
        (30.0, 30.0),
        (30.0, 90.0),
        (0.0, 90.0),
        (0.0, 0.0),
    )
    place = label_place((horseshoe,), wanted=50)
    assert point_in((horseshoe,), place.x, place.y)
    assert place.width >= 50
    assert place.y < 30


def test_label_keeps_to_the_middle_when_it_fits():
    place = label_place((SQUARE,), wanted=20)
    assert (place.x, place.y) == (pytest.approx(50), pytest.approx(50, abs=3))


def test_area_too_thin_for_a_label_says_so():
    sliver = ((0.0, 0.0), (100.0, 0.0), (100.0, 3.0), (0.0, 3.0), (0.0, 0.0))
    assert label_place((sliver,), wanted=20).width == 0


def test_invented_areas_tile_the_paper():
    geography = made_geography(tuple(f"{n:02d}" for n in range(9)))
    paper = laid_out(geography.shapes, width=300, highest=600, tolerance=0.0)
    hits = [sum(point_in(rings, x, paper.height / 2) for rings in paper.areas.values()) for x in range(60, 240, 7)]
    assert set(hits) == {1}
