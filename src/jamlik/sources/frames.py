"""Frames in memory (Polars, pandas, Arrow) as a source like any file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl

from jamlik.model.dataset import Dataset, RowKind
from jamlik.model.errors import ErrorKind, JamlikError, Place
from jamlik.sources.imports import CellImport, PersonImport
from jamlik.sources.inspect import inspect_file
from jamlik.sources.inspection import Inspection
from jamlik.sources.read import read_cells, read_persons

__all__ = ["FrameSource", "from_frame", "table_of"]


@dataclass(frozen=True, slots=True)
class FrameSource:
    """A frame with its meaning; `inspection` is None when the meaning was given."""

    table: pl.DataFrame
    dataset: Dataset
    inspection: Inspection | None = None

    def imported(self) -> CellImport | PersonImport:
        """What reading a file with the same rows would give."""
        if self.dataset.rows is RowKind.PERSONS:
            return read_persons(self.dataset, path=self.table)
        return read_cells(self.dataset, path=self.table)


def table_of(frame: Any) -> pl.DataFrame:
    """Any frame as Polars: a Polars frame (lazy ones are collected), or what offers Arrow's C stream or `to_dict`.

    Raises
    ------
    JamlikError
        USAGE for anything else, and for a frame without rows or columns.
    """
    if isinstance(frame, pl.DataFrame):
        table = frame
    elif isinstance(frame, pl.LazyFrame):
        table = frame.collect()
    elif hasattr(frame, "__arrow_c_stream__"):
        table = pl.DataFrame(frame)
    elif hasattr(frame, "to_dict") and hasattr(frame, "columns"):
        table = pl.DataFrame({str(name): list(values) for name, values in frame.to_dict("list").items()}, strict=False)
    else:
        raise JamlikError("object_is_no_table", kind=ErrorKind.USAGE, type_name=type(frame).__name__)
    if not table.height or not table.width:
        raise JamlikError("table_empty", kind=ErrorKind.USAGE)
    nested = [name for name, dtype in table.schema.items() if dtype.is_nested()]
    if nested:
        raise JamlikError("column_nested", where=Place(column=nested[0]), kind=ErrorKind.USAGE, name=nested[0])
    return table


def from_frame(
    frame: Any,
    *,
    dataset: Dataset | None = None,
    name: str = "tabell",
    where: Mapping[str, tuple[str, ...]] | None = None,
    focus: str = "",
    catalogue: str = "",
) -> FrameSource:
    """A frame and what it means: as `dataset` says, else as inspecting it finds.

    Parameters
    ----------
    name : str
        What the frame is called in messages and titles.
    """
    table = table_of(frame)
    if dataset is not None:
        return FrameSource(table, dataset)
    found = inspect_file(table, where=where, focus=focus, catalogue=catalogue, name=name)
    return FrameSource(table, found.dataset, found)
