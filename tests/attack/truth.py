"""What the release hides, for keeping score: the attacker never sees it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import permutations
from pathlib import Path

from jamlik.analysis.intake import opened
from jamlik.analysis.prepare import prepared_cells, prepared_persons
from jamlik.model.dataset import Dataset, RowKind
from jamlik.model.groupings import Group
from jamlik.model.tables import Cell, CellKey
from jamlik.sources.read import read_cells, read_persons
from tests.attack.attacker import Worked

__all__ = ["Truth", "truth_of"]

_SMALL = 5


@dataclass(frozen=True)
class Truth:
    """Every cell as it was before protection."""

    cells: Mapping[CellKey, Cell]

    def value(self, worked: Worked) -> float | None:
        """The number that was to be worked out."""
        cell = self.cells[worked.cell]
        return cell.base_n if worked.what == "people" else cell.count_n

    def sensitive(self, worked: Worked) -> bool:
        """Whether the number itself is about few people, or the same about all of them."""
        cell = self.cells[worked.cell]
        base, count = cell.base_n or 0.0, cell.count_n
        if worked.what == "people":
            return 0 < base < _SMALL
        if count is None or base == 0:
            return False
        return count < _SMALL or base - count < _SMALL or base < 2 * _SMALL

    def apart(self) -> frozenset[tuple[str, str]]:
        """Pairs of indicators of which the first one's people are not all among the second's."""
        bases: dict[str, dict[tuple[str, Group], float]] = {}
        for (name, period, group), cell in self.cells.items():
            if cell.base_n is not None:
                bases.setdefault(name, {})[period, group] = cell.base_n
        return frozenset(
            (one, other)
            for one, other in permutations(bases, 2)
            if any(n > bases[other].get(key, n) for key, n in bases[one].items())
        )


def truth_of(source: Path | Dataset, *, file: Path | None = None) -> Truth:
    """The unprotected cells of a description or data file."""
    dataset = source if isinstance(source, Dataset) else opened(source, file=file)
    path = Path(dataset.path)
    if dataset.rows is RowKind.PERSONS:
        prepared = prepared_persons(read_persons(dataset, path=path))
    else:
        prepared = prepared_cells(read_cells(dataset, path=path))
    return Truth({cell.key: cell for cell in prepared.table.cells})
