"""Values over time: the noise that a series shows by itself, for published figures that have no base."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from jamlik import stats
from jamlik.model.groupings import Group
from jamlik.model.periods import parsed_period
from jamlik.model.questions import Comparison
from jamlik.model.tables import Cell, CellKey, Status

__all__ = ["Noise", "Series", "period_starts"]

Floats = NDArray[np.float64]


def period_starts(periods: Sequence[str]) -> Floats:
    """Each period's start in years; a period that cannot be read counts as its place in the list."""
    return np.array(
        [found.start if (found := parsed_period(p)) is not None else float(i) for i, p in enumerate(periods)]
    )


@dataclass(frozen=True, slots=True)
class Noise:
    """Standard errors and degrees of freedom of the latest values; NaN where a series is too short to tell."""

    se: Floats
    df: Floats


class Series:
    """Shown published values by indicator and group, as rows over a common list of periods."""

    def __init__(self, cells: Mapping[CellKey, Cell], *, periods: Sequence[str], indicators: frozenset[str]) -> None:
        self._periods = tuple(periods)
        self._starts = period_starts(periods)
        place = {period: i for i, period in enumerate(periods)}
        self._rows: dict[tuple[str, Group], Floats] = {}
        for (indicator, period, group), cell in cells.items():
            if indicator in indicators and cell.status is Status.SHOWN and cell.value is not None:
                row = self._rows.setdefault((indicator, group), np.full(len(place), np.nan))
                row[place[period]] = cell.value
        self._blank = np.full(len(place), np.nan)
        self._indicators = sorted(indicators)
        self._gap_noise: dict[tuple[Comparison, ...], dict[str, Noise]] = {}

    def values(self, indicator: str, groups: Sequence[Group], *, periods: Sequence[str] | None = None) -> Floats:
        """Values of several groups, shape (groups, periods), NaN where there is none; all periods if none are named."""
        rows = [self._rows.get((indicator, group), self._blank) for group in groups]
        found = np.array(rows).reshape(len(rows), len(self._periods))
        return found if periods is None else found[:, [self._periods.index(period) for period in periods]]

    def noise(self, rows: Floats) -> Noise:
        """Uncertainty of each row's latest value, learnt from the row."""
        if rows.shape[-1] == 0 or not len(rows):
            return Noise(np.full(len(rows), np.nan), np.full(len(rows), np.nan))
        found = stats.series_uncertainty(period=self._starts, value=rows)
        return Noise(found.se, found.df)

    def gap_noise(self, indicator: str, asked: Sequence[Comparison]) -> Noise:
        """Uncertainty of each comparison's latest gap, learnt from the gap's own series.

        Worked out for all indicators at once the first time a list of comparisons is asked about.
        """
        key = tuple(asked)
        if key not in self._gap_noise:
            self._gap_noise[key] = self._all_gap_noise(key)
        return self._gap_noise[key][indicator]

    def _all_gap_noise(self, asked: tuple[Comparison, ...]) -> dict[str, Noise]:
        groups, references = [c.group for c in asked], [c.reference for c in asked]
        rows = [self.values(name, groups) - self.values(name, references) for name in self._indicators]
        noise = self.noise(np.concatenate(rows) if rows else np.zeros((0, len(self._periods))))
        size = len(asked)
        return {
            name: Noise(noise.se[i * size : (i + 1) * size], noise.df[i * size : (i + 1) * size])
            for i, name in enumerate(self._indicators)
        }
