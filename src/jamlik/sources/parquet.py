"""Parquet files as frames, a batch of rows at a time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from jamlik.model.errors import ErrorKind, JamlikError, Place

__all__ = ["parquet_batches", "parquet_names", "parquet_size"]


def _opened(path: Path) -> pq.ParquetFile:
    try:
        return pq.ParquetFile(path)
    except (pa.ArrowException, OSError) as broken:
        raise JamlikError(
            "parquet_unreadable", where=Place(str(path)), kind=ErrorKind.UNREADABLE, name=path.name
        ) from broken


def parquet_names(path: Path) -> tuple[str, ...]:
    """Names of the columns."""
    with _opened(path) as file:
        return tuple(file.schema_arrow.names)


def parquet_size(path: Path) -> tuple[int, int]:
    """Number of rows and columns, from the file's own account of itself, which is also what its reader goes by."""
    with _opened(path) as file:
        return file.metadata.num_rows, file.metadata.num_columns


def parquet_batches(
    path: Path, *, rows: int, columns: Sequence[str], row_name: str
) -> Iterator[tuple[int, pl.DataFrame]]:
    """Numbered batches with the file's own types, and the row's place (from 1) in the column `row_name`."""
    first = 1
    with _opened(path) as file:
        for part, batch in enumerate(file.iter_batches(batch_size=rows, columns=list(columns))):
            frame = pl.DataFrame(pa.Table.from_batches([batch]))
            places = pl.int_range(first, first + frame.height, dtype=pl.Int64)
            yield part, frame.with_columns(places.alias(row_name))
            first += frame.height
