"""WHO's example groups as a HEAT upload, for the tests of `jamlik measures`."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

__all__ = ["COLUMNS", "heat_file", "heat_rows"]

COLUMNS = (
    "setting", "date", "source", "indicator_abbr", "indicator_name", "dimension", "subgroup", "estimate", "se",
    "ci_lb", "ci_ub", "population", "note", "setting_average", "iso3", "favourable_indicator", "indicator_scale",
    "ordered_dimension", "subgroup_order", "reference_subgroup",
)  # fmt: skip


def heat_rows(path: Path) -> list[dict[str, str]]:
    """The groups of the shared file under HEAT's column names; the data set is the setting."""
    with path.open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    return [
        {
            **dict.fromkeys(COLUMNS, ""),
            **{name: row[name] for name in COLUMNS if name in row},
            "setting": row["dataset"],
            "date": "2020",
            "source": "DHS",
            "indicator_abbr": row["dataset"].rpartition("_")[2],
            "indicator_name": row["indicator"],
        }
        for row in rows
    ]


def heat_file(
    path: Path, rows: Iterable[Mapping[str, str]], *, change: Callable[[dict[str, str]], object] | None = None
) -> Path:
    """Write the rows, each changed first where there is a change to make."""
    with path.open("w", encoding="utf-8", newline="") as lines:
        writer = csv.DictWriter(lines, COLUMNS)
        writer.writeheader()
        for row in rows:
            made = dict(row)
            if change is not None:
                change(made)
            writer.writerow(made)
    return path
