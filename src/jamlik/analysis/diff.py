"""What a new version of a data set changes: periods, measures and groups that come or go, and cells that differ.

Two versions are compared through their shapes. A shape holds no figure: of every cell it keeps a short keyed digest,
which tells whether the cell is the same and, without the key, nothing else.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import zlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from jamlik.analysis.prepare import Prepared, time_order
from jamlik.model.groupings import Group
from jamlik.model.tables import Cell

__all__ = ["Diff", "PeriodChange", "Shape", "diff", "shape_from_bytes", "shape_of", "shape_to_bytes"]

_DIGITS = 10
_NUMBERS = ("base_n", "count_n", "total", "square", "value", "se", "weight", "low", "high")


@dataclass(frozen=True, slots=True)
class Shape:
    """A version of a data set without its figures.

    Parameters
    ----------
    indicators : mapping of id to name
    dimensions : mapping of name to (code → label)
    titles : mapping of dimension to what it is called
    cells : mapping of indicator to period to group to digest
    key_id : str
        Which key the digests are made with; digests of different keys cannot be compared.
    """

    indicators: Mapping[str, str]
    dimensions: Mapping[str, Mapping[str, str]]
    titles: Mapping[str, str]
    cells: Mapping[str, Mapping[str, Mapping[str, str]]]
    key_id: str

    @property
    def periods(self) -> tuple[str, ...]:
        """All periods, in time order."""
        return time_order(period for periods in self.cells.values() for period in periods)


@dataclass(frozen=True, slots=True)
class PeriodChange:
    """How many of the cells that both versions have differ, for one measure and period."""

    indicator: str
    name: str
    period: str
    changed_n: int
    compared_n: int


@dataclass(frozen=True, slots=True)
class Diff:
    """What the new version changes. `groups_*` are (dimension's name, group's name); `comparable` says whether cells
    could be compared at all.
    """

    periods_added: tuple[str, ...] = ()
    periods_gone: tuple[str, ...] = ()
    indicators_added: tuple[str, ...] = ()
    indicators_gone: tuple[str, ...] = ()
    groups_added: tuple[tuple[str, str], ...] = ()
    groups_gone: tuple[tuple[str, str], ...] = ()
    changed: tuple[PeriodChange, ...] = ()
    compared_n: int = 0
    comparable: bool = True

    @property
    def changed_n(self) -> int:
        """Cells that differ."""
        return sum(change.changed_n for change in self.changed)

    @property
    def nothing(self) -> bool:
        """Whether the two versions say the same."""
        lists = (self.periods_added, self.periods_gone, self.indicators_added, self.indicators_gone)
        return not any((*lists, self.groups_added, self.groups_gone, self.changed)) and self.comparable

    @property
    def loses(self) -> bool:
        """Whether something that was there is gone."""
        return bool(self.periods_gone or self.indicators_gone or self.groups_gone)


def _group_text(group: Group) -> str:
    return "|".join(f"{dimension}={code}" for dimension, code in group)


def _digest(cell: Cell, key: bytes) -> str:
    numbers = [None if (x := getattr(cell, name)) is None else format(x, ".12g") for name in _NUMBERS]
    content = json.dumps([cell.key, cell.status.value, numbers, cell.reason], ensure_ascii=False)
    return hmac.new(key, content.encode(), hashlib.sha256).hexdigest()[:_DIGITS]


def shape_of(prepared: Prepared, *, key: bytes) -> Shape:
    """The shape of what was read.

    Parameters
    ----------
    key : bytes
        Secret of the installation; versions can only be compared under the same key.
    """
    cells: dict[str, dict[str, dict[str, str]]] = {}
    guards = set(prepared.guards)
    for cell in prepared.table.cells:
        if cell.key not in guards:
            periods = cells.setdefault(cell.indicator, {})
            periods.setdefault(cell.period, {})[_group_text(cell.group)] = _digest(cell, key)
    dimensions = prepared.table.dimensions
    return Shape(
        indicators={name: indicator.title("sv") for name, indicator in prepared.table.indicators.items()},
        dimensions={name: dict(dimension.labels) for name, dimension in dimensions.items()},
        titles={name: dimension.title or name for name, dimension in dimensions.items()},
        cells=cells,
        key_id=hmac.new(key, b"shape", hashlib.sha256).hexdigest()[:_DIGITS],
    )


def shape_to_bytes(shape: Shape) -> bytes:
    """A shape to keep beside its version."""
    return zlib.compress(json.dumps(asdict(shape), ensure_ascii=False).encode(), 6)


def shape_from_bytes(content: bytes) -> Shape:
    """A shape that was kept."""
    values: dict[str, Any] = json.loads(zlib.decompress(content))
    return Shape(**values)


def diff(before: Shape, after: Shape) -> Diff:
    """What `after` changes in `before`.

    Only cells that both hold are compared; the finer groups of an earlier newest period are not kept by the next
    version and do not count as gone.
    """
    comparable = before.key_id == after.key_id
    changed = _changed(before, after) if comparable else []
    return Diff(
        periods_added=tuple(p for p in after.periods if p not in before.periods),
        periods_gone=tuple(p for p in before.periods if p not in after.periods),
        indicators_added=tuple(n for i, n in after.indicators.items() if i not in before.indicators),
        indicators_gone=tuple(n for i, n in before.indicators.items() if i not in after.indicators),
        groups_added=_groups_missing(after, before),
        groups_gone=_groups_missing(before, after),
        changed=tuple(change for change in changed if change.changed_n),
        compared_n=sum(change.compared_n for change in changed),
        comparable=comparable,
    )


def _groups_missing(here: Shape, there: Shape) -> tuple[tuple[str, str], ...]:
    return tuple(
        (here.titles.get(name, name), label)
        for name, labels in here.dimensions.items()
        for code, label in labels.items()
        if code not in there.dimensions.get(name, {})
    )


def _changed(before: Shape, after: Shape) -> list[PeriodChange]:
    found = []
    for indicator, periods in after.cells.items():
        for period in time_order(periods):
            old = before.cells.get(indicator, {}).get(period, {})
            both = [group for group in periods[period] if group in old]
            differing = sum(periods[period][group] != old[group] for group in both)
            if both:
                name = after.indicators.get(indicator, indicator)
                found.append(PeriodChange(indicator, name, period, differing, len(both)))
    return found
