from __future__ import annotations

import json

import pytest

from jamlik.model.dataset import MapSpec
from jamlik.model.errors import ErrorKind, JamlikError
from jamlik.sources.geography import read_geography

SQUARE = [[[18.0, 59.0], [18.1, 59.0], [18.1, 59.1], [18.0, 59.0]]]
SPEC = MapSpec("karta.geojson", "kod", source="Ekby kommun")


def write(folder, *features, name="karta.geojson"):
    made = [{"type": "Feature", "properties": properties, "geometry": geometry} for properties, geometry in features]
    (folder / name).write_text(json.dumps({"type": "FeatureCollection", "features": made}), encoding="utf-8")


def polygon(coordinates=None):
    return {"type": "Polygon", "coordinates": coordinates or SQUARE}


def test_polygons_are_found_by_code(tmp_path):
    write(tmp_path, ({"kod": "01"}, polygon()), ({"kod": 2.0}, polygon()), ({"kod": "03"}, None), ({}, polygon()))
    found = read_geography(SPEC, base_dir=tmp_path)
    assert set(found.shapes) == {"01", "2"}
    assert (found.dimension, found.source) == ("area", "Ekby kommun")


def test_an_area_in_several_pieces_becomes_one(tmp_path):
    write(tmp_path, ({"kod": "01"}, polygon()), ({"kod": "01"}, polygon()))
    shape = read_geography(SPEC, base_dir=tmp_path).shapes["01"]
    assert shape["type"] == "MultiPolygon"
    assert len(shape["coordinates"]) == 2


def test_a_wrong_property_is_named_with_the_nearest(tmp_path):
    write(tmp_path, ({"kodd": "01"}, polygon()))
    with pytest.raises(JamlikError, match="'kod'") as caught:
        read_geography(SPEC, base_dir=tmp_path)
    assert "'kodd'" in caught.value.do


def test_metres_are_no_degrees(tmp_path):
    write(tmp_path, ({"kod": "01"}, polygon([[[674000, 6580000], [674100, 6580000], [674000, 6580100]]])))
    with pytest.raises(JamlikError, match="longitud") as caught:
        read_geography(SPEC, base_dir=tmp_path)
    assert "SWEREF" in caught.value.why


@pytest.mark.parametrize("text", ["inte json", "[]", '{"type": "Topology"}'])
def test_what_is_no_geojson_is_refused(tmp_path, text):
    (tmp_path / "karta.geojson").write_text(text, encoding="utf-8")
    with pytest.raises(JamlikError, match="GeoJSON") as caught:
        read_geography(SPEC, base_dir=tmp_path)
    assert caught.value.kind is ErrorKind.UNREADABLE


def test_a_map_that_is_not_there_is_unreadable(tmp_path):
    with pytest.raises(JamlikError, match="finns inte"):
        read_geography(SPEC, base_dir=tmp_path)
