"""Ekby's files: the same bytes from the same seed, readable by anybody, telling of no person and no plant."""

from __future__ import annotations

import csv
import json
import re
from collections import Counter
from dataclasses import fields
from itertools import pairwise

import pyarrow as pa
import pytest

from jamlik.model.dataset import RowKind
from jamlik.model.questions import comparisons
from jamlik.sources.ekby import (
    PLANTS,
    SERVICES,
    TruthRow,
    ekby_dimensions,
    ekby_indicators,
    ekby_population,
    ekby_truth,
    write_ekby,
)
from jamlik.sources.ekby.geometry import area_features, small_area_features
from jamlik.sources.read import read_persons
from jamlik.sources.toml import read_dataset

services = pytest.mark.parametrize("spec", SERVICES, ids=lambda spec: spec.name)


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    return write_ekby(tmp_path_factory.mktemp("ekby"), seed=42)


def rows_in(files, spec):
    text = files.paths[spec.name].read_bytes().decode(spec.style.encoding)
    return list(csv.DictReader(text.splitlines(), delimiter=";"))


def test_same_seed_writes_the_same_bytes(written, tmp_path):
    again = write_ekby(tmp_path / "again", seed=42)
    other = write_ekby(tmp_path / "other", seed=43)
    for name in sorted(path.name for path in written.truth.parent.iterdir()):
        content = (written.truth.parent / name).read_bytes()
        assert content == (again.truth.parent / name).read_bytes()
        assert (content == (other.truth.parent / name).read_bytes()) == (
            not name.endswith(".csv") or name == "truth.csv"
        )


@services
def test_file_holds_the_people_that_were_drawn(written, spec):
    people, rows = ekby_population(42)[spec.name], rows_in(written, spec)
    assert len(rows) == people.num_rows
    assert Counter(row["Småområde"] for row in rows) == Counter(people["smaomrade"].to_pylist())
    assert [row[spec.style.period_header] for row in rows] == people["period"].to_pylist()
    words = {1.0: spec.style.yes, 0.0: spec.style.no, None: spec.style.missing}
    for outcome in spec.outcomes:
        values, texts = people[outcome.id].to_pylist(), [row[outcome.header] for row in rows]
        if outcome.shape == "yes":
            assert texts == [words[value] for value in values]
        else:
            assert [float(text.replace(",", ".")) for text in texts] == values


def test_all_services_together_are_of_a_real_size(written):
    sizes = {spec.name: len(rows_in(written, spec)) for spec in SERVICES}
    assert 150_000 <= sum(sizes.values()) <= 250_000
    assert len(sizes) >= 5


def test_one_file_is_in_windows_characters_with_decimal_comma(written):
    content = written.paths["hemtjanst"].read_bytes()
    with pytest.raises(UnicodeDecodeError):
        content.decode("utf-8")
    assert re.search(r";\d+,\d;", content.decode("cp1252"))
    assert content.count(b"\r\n") == content.count(b"\n")


def test_school_years_are_written_as_school_years(written):
    spec = SERVICES[0]
    assert {row["Läsår"] for row in rows_in(written, spec)} == set(spec.periods)
    assert spec.periods[-1] == "2023/24"


def test_files_hold_no_plant_no_person_and_nothing_like_an_identity_number(written):
    for path in [*written.paths.values(), *written.tomls.values()]:
        text = path.read_bytes().decode("cp1252" if path.name == "hemtjanst.csv" else "utf-8")
        assert not [plant.id for plant in PLANTS if plant.id in text]
        assert not re.search(r"(?:19|20)?\d{6}[-+ ]?\d{4}", text)
    for spec in SERVICES:
        headers = set(rows_in(written, spec)[0])
        assert not {header for header in headers if re.search(r"person|elev|förnamn|efternamn|\bid\b", header, re.I)}


@services
def test_description_agrees_with_the_file_and_the_service(written, spec):
    said = read_dataset(written.tomls[spec.name])
    assert [column.name for column in said.columns] == list(rows_in(written, spec)[0])
    assert said.title == spec.title
    assert said.rows is RowKind.PERSONS
    assert [described.outcome for described in said.indicators] == [outcome.header for outcome in spec.outcomes]
    assert {described.indicator.id: described.indicator for described in said.indicators} == ekby_indicators(spec.name)
    assert said.map is not None
    assert said.map.path == str(written.geojson["area"].resolve())


@services
def test_reader_gives_the_people_that_were_drawn(written, spec):
    found = read_persons(read_dataset(written.tomls[spec.name]), path=written.paths[spec.name])
    read, drawn = pa.concat_tables(list(found.batches)), ekby_population(42)[spec.name]
    assert not found.problems
    assert set(read.column_names) == set(drawn.column_names)
    for name in drawn.column_names:
        assert read[name].to_pylist() == drawn[name].to_pylist()


@services
def test_reader_gives_the_dimensions_that_the_truth_is_written_for(written, spec):
    found = read_persons(read_dataset(written.tomls[spec.name]), path=written.paths[spec.name])
    assert sum(batch.num_rows for batch in found.batches) == sum(spec.people)
    assert comparisons(found.dimensions) == comparisons(ekby_dimensions(spec.name))
    assert {d.name: d for d in found.dimensions} == {d.name: d for d in ekby_dimensions(spec.name)}
    for read, ours in zip(found.dimensions, ekby_dimensions(spec.name), strict=True):
        assert read.codes == ours.codes


def test_truth_file_reads_back_as_the_truth(written):
    with written.truth.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    truth = ekby_truth()
    assert list(rows[0]) == [field.name for field in fields(TruthRow)]
    assert len(rows) == len(truth)
    for read, row in zip(rows, truth, strict=True):
        assert (read["question_key"], read["group"], read["planted"]) == (row.question_key, row.group, row.planted)
        assert float(read["expected_gap"]) == row.expected_gap
        assert (read["expected_gap"] == "0") == (row.expected_gap == 0.0)
        adjusted = read["expected_gap_adjusted"]
        assert (float(adjusted) if adjusted else None) == row.expected_gap_adjusted


def test_progress_rises_to_one(tmp_path):
    told: list[tuple[str, float]] = []
    write_ekby(tmp_path, seed=1, progress=lambda name, share: told.append((name, share)))
    shares = [share for _, share in told]
    assert shares == sorted(shares)
    assert shares[-1] == 1.0
    assert {name for name, _ in told} == {path.name for path in tmp_path.iterdir()}


# --- the maps ---------------------------------------------------------------------------------------------------------


def ring_of(feature):
    (ring,) = feature["geometry"]["coordinates"]
    return ring


def area_of(ring) -> float:
    """Positive for a ring drawn anticlockwise; degrees squared."""
    return sum(x0 * y1 - x1 * y0 for (x0, y0), (x1, y1) in pairwise(ring)) / 2


@pytest.mark.parametrize(("features", "count"), [(area_features(), 8), (small_area_features(), 24)])
def test_map_has_closed_anticlockwise_rings_with_codes(features, count):
    assert len({feature["properties"]["kod"] for feature in features["features"]}) == count
    for feature in features["features"]:
        ring = ring_of(feature)
        assert ring[0] == ring[-1]
        assert len({tuple(point) for point in ring}) == len(ring) - 1
        assert area_of(ring) > 0


def test_small_areas_tile_their_kommundel():
    parts: Counter[str] = Counter()
    for feature in small_area_features()["features"]:
        parts[feature["properties"]["kommundel"]] += area_of(ring_of(feature))
    for feature in area_features()["features"]:
        assert parts[feature["properties"]["kod"]] == pytest.approx(area_of(ring_of(feature)), rel=1e-6)


def test_inner_borders_are_shared_by_exactly_two_small_areas():
    edges = Counter(
        (tuple(start), tuple(end))
        for feature in small_area_features()["features"]
        for start, end in pairwise(ring_of(feature))
    )
    assert set(edges.values()) == {1}
    alone = [edge for edge in edges if edge[::-1] not in edges]
    assert sorted(start for start, _ in alone) == sorted(end for _, end in alone)
    outline = dict(alone)
    walked, here = 0, alone[0][0]
    while walked == 0 or here != alone[0][0]:
        here, walked = outline[here], walked + 1
    assert walked == len(alone)


def test_map_written_is_geojson_with_the_names(written):
    said = json.loads(written.geojson["area"].read_text(encoding="utf-8"))
    assert said["type"] == "FeatureCollection"
    assert {feature["properties"]["namn"] for feature in said["features"]} >= {"Ekby centrum", "Västerlund"}
