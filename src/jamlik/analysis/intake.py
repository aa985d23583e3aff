"""The way in: open a file or a dataset.toml, check that it may be analysed, read it and ask everything of it."""

from __future__ import annotations

import platform
from collections.abc import Mapping
from dataclasses import dataclass, replace
from importlib.metadata import version
from pathlib import Path
from typing import Any

import polars as pl

from jamlik.analysis.ask import Progress, Settings, ask
from jamlik.analysis.lawful import Lookout, require_lawful
from jamlik.analysis.prepare import Prepared, prepared_cells, prepared_persons
from jamlik.model.dataset import Dataset, RowKind
from jamlik.model.questions import Reference
from jamlik.model.results import AnalysisResult, Geography
from jamlik.sources.frames import table_of
from jamlik.sources.geography import found_beside, read_geography
from jamlik.sources.imports import CellImport
from jamlik.sources.inspect import inspect_file
from jamlik.sources.read import read_cells, read_persons
from jamlik.sources.toml import read_dataset

__all__ = [
    "ReadIn",
    "analysed_cells",
    "analysed_dataset",
    "as_polars",
    "opened",
    "read_in",
    "versions",
    "with_references",
]

_MATTERING = ("duckdb", "highspy", "jamlik", "numpy", "polars", "scipy")


def versions() -> dict[str, str]:
    """Versions of what the figures depend on."""
    return {name: version(name) for name in _MATTERING} | {"python": platform.python_version()}


def opened(
    path: Path,
    *,
    file: Path | None = None,
    where: Mapping[str, tuple[str, ...]] | None = None,
    focus: str = "",
    catalogue: str = "",
) -> Dataset:
    """Return the dataset of a `dataset.toml`, or what inspecting a data file gives.

    Parameters
    ----------
    path : Path
        A `.toml` description or a data file.
    file : Path, optional
        The data file, when the description's own path is not to be used.
    where : mapping of column to values, optional
        Keep only these rows.
    focus : str
        Code of the area the analysis is for.
    catalogue : str
        Path of a KPI catalogue.
    """
    if path.suffix.casefold() == ".toml":
        dataset = read_dataset(path)
        return replace(
            dataset,
            path=str(file) if file else dataset.path,
            where={**dataset.where, **(where or {})},
            focus=focus or dataset.focus,
            catalogue=catalogue or dataset.catalogue,
        )
    return inspect_file(file or path, where=where, focus=focus, catalogue=catalogue).dataset


def analysed_dataset(
    dataset: Dataset,
    *,
    settings: Settings,
    progress: Progress,
    base_dir: Path | None = None,
    frame: pl.DataFrame | None = None,
) -> AnalysisResult:
    """Read a dataset's file, protect it and answer every question asked of it.

    Parameters
    ----------
    base_dir : Path, optional
        Where relative paths of maps start; the data file's folder if not given.
    frame : polars.DataFrame, optional
        The rows, when they are in memory and not in a file.

    Raises
    ------
    JamlikError
        For input that cannot be read, breaks its contract, may not be analysed, or cannot be protected.
    """
    found = read_in(dataset, progress=progress, base_dir=base_dir, frame=frame)
    return ask(
        found.prepared,
        dataset=dataset,
        settings=settings,
        input_key=found.input_key,
        geography=found.geography,
        versions=versions(),
        progress=progress,
    )


@dataclass(frozen=True, slots=True)
class ReadIn:
    """What was read, not yet protected: it stays inside `analysis`."""

    prepared: Prepared
    input_key: str
    geography: Geography | None = None


def read_in(
    dataset: Dataset, *, progress: Progress, base_dir: Path | None = None, frame: pl.DataFrame | None = None
) -> ReadIn:
    """Read a dataset's file and list what will be asked of it, without asking yet.

    Raises
    ------
    JamlikError
        For input that cannot be read, breaks its contract or may not be analysed.
    """
    require_lawful(dataset)
    path = Path(dataset.path)
    source = path if frame is None else frame
    geography = None
    if dataset.map is not None:
        shapes = found_beside(dataset.map.path, base_dir or path.parent, path.parent)
        geography = read_geography(replace(dataset.map, path=str(shapes)), base_dir=path.parent)
    progress("read", 0.0)
    if dataset.rows is RowKind.PERSONS:
        rows = read_persons(dataset, path=source, look=Lookout(dataset.path))
        prepared = prepared_persons(rows)
        key = rows.input_key  # complete only once the rows have been read
    else:
        cells = read_cells(dataset, path=source, look=Lookout(dataset.path, mail=False))
        prepared, key = prepared_cells(cells), cells.input_key
    progress("read", 1.0)
    return ReadIn(prepared, key, geography)


def as_polars(frame: Any) -> pl.DataFrame:
    """Turn a Polars, pandas or Arrow frame into a Polars one."""
    return table_of(frame)


def with_references(dataset: Dataset, choices: Mapping[str, str]) -> Dataset:
    """Let groups be compared with somebody else than the dataset says.

    Parameters
    ----------
    choices : mapping of dimension to choice
        `rest` (everybody else), `best` (the best-off group), `total` (the whole) or a code.
    """
    kinds = ("best", "rest", "total")
    chosen = {n: Reference(c) if c in kinds else Reference("named", c) for n, c in choices.items()}
    return replace(dataset, references={**dataset.references, **chosen})


def analysed_cells(source: CellImport, *, settings: Settings, progress: Progress) -> AnalysisResult:
    """Protect cells that were fetched or made elsewhere and answer every question asked of them."""
    require_lawful(source.dataset)
    return ask(
        prepared_cells(source),
        dataset=source.dataset,
        settings=settings,
        input_key=source.input_key,
        versions=versions(),
        progress=progress,
    )
