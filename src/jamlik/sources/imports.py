"""What reading a file gives: cells, or batches of person rows to fold, with everything noticed on the way."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import pyarrow as pa

from jamlik.model.dataset import Dataset
from jamlik.model.errors import Problem
from jamlik.model.groupings import Dimension
from jamlik.model.indicators import Indicator
from jamlik.model.tables import Cell

__all__ = ["CellImport", "PersonImport"]


@dataclass(frozen=True, slots=True)
class CellImport:
    """Counts or published values, one `Cell` per indicator, period and group, as the file gives them.

    Totals that the file holds are cells whose group lacks that dimension; totals it does not hold are absent. Cells are
    unique; statuses and marks are the source's own. `dimensions` are in display order of their codes. `input_key` is
    the keyed hash of the file's bytes (key local to the machine, `jamlik.sources.keys`).
    """

    dataset: Dataset
    indicators: Mapping[str, Indicator]
    dimensions: tuple[Dimension, ...]
    cells: tuple[Cell, ...]
    problems: tuple[Problem, ...]
    input_key: str


@dataclass(slots=True)
class PersonImport:
    """Person rows as a stream; nothing is kept and nothing touches the disk.

    `batches` yields Arrow tables with the columns `period` (string, canonical code), one string column per dimension
    named as the dimension (canonical code; `?` where unknown), one float64 column per indicator named by its id (0/1
    for a proportion, the number for a mean, null where there is no answer) and, with weights, `weight` (float64).
    After the last batch `labels` (dimension → code → label), `problems` and `input_key` are complete.
    """

    dataset: Dataset
    indicators: Mapping[str, Indicator]
    dimensions: tuple[Dimension, ...]
    batches: Iterator[pa.Table]
    weighted: bool = False
    labels: dict[str, dict[str, str]] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    input_key: str = ""
