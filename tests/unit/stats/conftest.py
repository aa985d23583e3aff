"""The published figures that the statistics are held to."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

Columns = dict[str, npt.NDArray[np.str_]]


@pytest.fixture(scope="session")
def golden(shared_dir: Path) -> Callable[[str], Columns]:
    """A reader of the shared golden files: name to columns of text."""

    def read(name: str) -> Columns:
        with (shared_dir / "golden" / name).open(encoding="utf-8", newline="") as lines:
            rows = list(csv.DictReader(lines))
        return {column: np.array([row[column] for row in rows]) for column in rows[0]}

    return read
