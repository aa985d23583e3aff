"""GeoJSON for maps: area code → geometry."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from jamlik.model.dataset import MapSpec
from jamlik.model.errors import ErrorKind, JamlikError, Place, Term
from jamlik.model.results import Geography
from jamlik.sources.bytesource import whole_bytes
from jamlik.sources.columns import nearest

__all__ = ["found_beside", "read_geography"]

_AREAS = ("Polygon", "MultiPolygon")


def found_beside(name: str, *folders: Path) -> Path:
    """Where a file that a dataset names lies: as it says, else in the first folder that has it.

    The answer need not exist; then it is the place where the file was expected.
    """
    path = Path(name)
    if path.is_absolute():
        return path
    places = [*(folder / path for folder in folders), *(folder / path.name for folder in folders)]
    return next((place for place in places if place.is_file()), places[0] if places else path)


def read_geography(spec: MapSpec, *, base_dir: Path) -> Geography:
    """Polygons of a GeoJSON file by the code in `spec.property`.

    Parameters
    ----------
    base_dir : Path
        Folder that `spec.path` is relative to.

    Raises
    ------
    JamlikError
        UNREADABLE when there is no such file or it is no GeoJSON; CONTRACT when no feature has the property, or the
        coordinates are not longitude and latitude.
    """
    path = found_beside(spec.path, base_dir)
    try:
        content = json.loads(whole_bytes(path).decode("utf-8-sig"))
    except (UnicodeDecodeError, json.JSONDecodeError) as broken:
        raise _no_geojson(path, str(broken)) from broken
    features = content.get("features") if isinstance(content, dict) else None
    if not isinstance(features, list):
        raise _no_geojson(path, "why_features")
    shapes: dict[str, Mapping[str, Any]] = {}
    for feature in features:
        code = (feature.get("properties") or {}).get(spec.property)
        geometry = feature.get("geometry")
        if code is None or not geometry or geometry.get("type") not in _AREAS:
            continue
        shapes[_code(code)] = _joined(shapes.get(_code(code)), geometry)
    if not shapes:
        raise _no_property(path, spec, features)
    _check_degrees(path, shapes)
    return Geography(spec.dimension, shapes, spec.source)


def _code(value: object) -> str:
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value).strip()


def _joined(old: Mapping[str, Any] | None, new: Mapping[str, Any]) -> Mapping[str, Any]:
    """One geometry for an area that comes in several features."""
    if old is None:
        return new
    parts = [g["coordinates"] if g["type"] == "MultiPolygon" else [g["coordinates"]] for g in (old, new)]
    return {"type": "MultiPolygon", "coordinates": [*parts[0], *parts[1]]}


def _first_point(coordinates: Any) -> tuple[float, float]:
    while isinstance(coordinates[0], list):
        coordinates = coordinates[0]
    return float(coordinates[0]), float(coordinates[1])


def _check_degrees(path: Path, shapes: Mapping[str, Mapping[str, Any]]) -> None:
    for code, shape in shapes.items():
        try:
            east, north = _first_point(shape["coordinates"])
        except (IndexError, KeyError, TypeError, ValueError) as broken:
            raise _no_geojson(path, "why_border", code=code) from broken
        if abs(east) > 180 or abs(north) > 90:
            raise JamlikError(
                "map_projected",
                where=Place(str(path)),
                name=path.name,
                code=code,
                east=format(east, ".0f"),
                north=format(north, ".0f"),
            )


def _no_geojson(path: Path, why: str, **values: Any) -> JamlikError:
    return JamlikError(
        "map_no_geojson", where=Place(str(path)), why=why, kind=ErrorKind.UNREADABLE, name=path.name, **values
    )


def _no_property(path: Path, spec: MapSpec, features: list[Any]) -> JamlikError:
    known = sorted({key for feature in features for key in (feature.get("properties") or {})})
    like = nearest(spec.property, known)
    return JamlikError(
        "map_without_property",
        where=Place(str(path)),
        do="do_when" if like else "do",
        name=path.name,
        wanted=spec.property,
        known=", ".join(known) or Term("none"),
        like=like,
    )
