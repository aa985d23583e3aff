"""Ekby's files: person-level CSV as each service's system writes it, the descriptions, the maps and the truth."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Mapping
from dataclasses import astuple, dataclass, fields
from importlib import resources
from io import StringIO
from pathlib import Path

import numpy as np
import pyarrow as pa

from jamlik.sources.ekby.draw import ekby_population
from jamlik.sources.ekby.geometry import area_features, small_area_features
from jamlik.sources.ekby.places import area_names, small_area_names
from jamlik.sources.ekby.services import SERVICES, Outcome, ServiceSpec
from jamlik.sources.ekby.truth import TruthRow, ekby_truth

__all__ = ["EkbyFiles", "service_text", "truth_text", "write_ekby"]


@dataclass(frozen=True, slots=True)
class EkbyFiles:
    """Where everything was written.

    `paths` and `tomls` are by service, `geojson` by the dimension it maps (`area`, `smaomrade`).
    """

    paths: Mapping[str, Path]
    truth: Path
    tomls: Mapping[str, Path]
    geojson: Mapping[str, Path]


def write_ekby(directory: Path, *, seed: int, progress: Callable[[str, float], None] | None = None) -> EkbyFiles:
    """Write all of Ekby's files; files of the same names are replaced.

    Parameters
    ----------
    directory : Path
        Made if it is not there.
    seed : int
        Zero or more. The same seed writes the same bytes.
    progress : callable, optional
        Told the name of each file as it is done and the share of the work that is done, 0 to 1.
    """
    directory.mkdir(parents=True, exist_ok=True)
    population = ekby_population(seed)
    steps, done = 2 * len(SERVICES) + 3, 0

    def written(name: str, content: bytes) -> Path:
        nonlocal done
        path = directory / name
        path.write_bytes(content)
        done += 1
        if progress is not None:
            progress(name, done / steps)
        return path

    paths, tomls = {}, {}
    for spec in SERVICES:
        text = service_text(spec, people=population[spec.name])
        paths[spec.name] = written(f"{spec.name}.csv", text.encode(spec.style.encoding))
        tomls[spec.name] = written(f"{spec.name}.toml", _description(spec.name))
    maps = {"area": ("kommundelar", area_features()), "smaomrade": ("smaomraden", small_area_features())}
    geojson = {
        dimension: written(f"{name}.geojson", (json.dumps(features, ensure_ascii=False) + "\n").encode())
        for dimension, (name, features) in maps.items()
    }
    truth = written("truth.csv", truth_text(ekby_truth()).encode())
    return EkbyFiles(paths, truth, tomls, geojson)


def service_text(spec: ServiceSpec, *, people: pa.Table) -> str:
    """The service's person rows as its file has them: Swedish headers, words for codes, semicolons between."""
    style = spec.style
    same = {period: period for period in spec.periods}
    columns = {style.period_header: _worded(people, "period", same)}
    columns["Kön"] = _worded(people, "sex", style.sex_words)
    if spec.ages:
        columns["Ålder"] = _worded(people, "age", style.age_words)
    for header, name, labels in (
        ("Kommundel", "area", area_names()),
        ("Småområde", "smaomrade", small_area_names()),
    ):
        columns[header] = _worded(people, name, {code: code for code in labels})
        columns[f"{header} namn"] = _worded(people, name, labels)
    if spec.covariate:
        levels = spec.covariate.shares
        columns[spec.covariate.header] = _worded(people, spec.covariate.name, {level: level for level in levels})
    for outcome in spec.outcomes:
        columns[outcome.header] = _answered(people, outcome, spec)
    lines = [";".join(columns), *(";".join(row) for row in zip(*columns.values(), strict=True))]
    return style.newline.join(lines) + style.newline


def truth_text(rows: tuple[TruthRow, ...]) -> str:
    """The truth as CSV with commas, one row per comparison; numbers with a point, nothing where there is no number."""
    target = StringIO()
    writer = csv.writer(target, lineterminator="\n")
    writer.writerow([field.name for field in fields(TruthRow)])
    for row in rows:
        writer.writerow([_plain(value) for value in astuple(row)])
    return target.getvalue()


def _worded(people: pa.Table, name: str, words: Mapping[str, str]) -> list[str]:
    coded = people[name].combine_chunks().dictionary_encode()
    texts = np.array([words[code] for code in coded.dictionary.to_pylist()], dtype=object)
    found: list[str] = texts[coded.indices.to_numpy()].tolist()
    return found


def _answered(people: pa.Table, outcome: Outcome, spec: ServiceSpec) -> list[str]:
    """An outcome's values as texts. There are few different ones, so each is written once and looked up."""
    values, where = np.unique(people[outcome.id].combine_chunks().to_numpy(zero_copy_only=False), return_inverse=True)
    texts = np.array([_answer(float(value), outcome, spec) for value in values], dtype=object)
    found: list[str] = texts[where].tolist()
    return found


def _answer(value: float, outcome: Outcome, spec: ServiceSpec) -> str:
    style = spec.style
    if np.isnan(value):
        return style.missing
    if outcome.shape == "yes":
        return style.yes if value else style.no
    return f"{value:.0f}" if outcome.step == int(outcome.step) else f"{value:.1f}".replace(".", style.decimal)


def _plain(value: str | float | None) -> str:
    if value is None:
        return ""
    return f"{value:.10f}".rstrip("0").rstrip(".") if isinstance(value, float) else str(value)


def _description(service: str) -> bytes:
    """The service's `dataset.toml`, written by hand and kept beside this module."""
    return resources.files("jamlik.sources.ekby").joinpath(f"datasets/{service}.toml").read_bytes()
