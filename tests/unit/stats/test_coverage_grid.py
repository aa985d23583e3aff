"""The intervals hold the truth as often as they say, over the grid of tests/prove/coverage.py: a draw, or all."""

from __future__ import annotations

import numpy as np
import pytest

from tests.prove.coverage import BOUNDED, GRID, coverages, drawn_cell, enumerated, page

# Limits reach 0 there, or the pattern itself is uncertain: at least 95 %, and not wasteful.
CAUTIOUS = {*BOUNDED, "rii_linear"}
DRAWN = (GRID.index((5, 500, 0.1, 1, 0.3)), GRID.index((12, 100, 0.4, 0, 0)))


@pytest.mark.parametrize("place", DRAWN)
def test_intervals_of_drawn_cells_cover(place: int) -> None:
    cell = drawn_cell(place, 60)
    assert cell.fair
    found = coverages(cell, draws=100, redrawn=60)
    for name, (mine, _) in found.items():
        # 300 samples, or 60 for those that redraw: four simulation errors below 95 %.
        assert mine > (0.83 if name in BOUNDED[5:] else 0.895), name
    assert found["paf"][1] < 0.1, "healthequal's own scale"
    text = page([(cell, found)], samples=60, redrawn=60, draws=100)
    assert text.count("\n| ") == 2 * 1 + len(found) + len(BOUNDED) + 2 + 5


def test_intervals_of_levels_hold_by_enumeration() -> None:
    found = {name: (mean, lowest, width) for name, _, mean, lowest, width in enumerated()}
    exact, mixed, wilson = found.values()
    assert exact[1] >= 0.95
    assert mixed[1] > 0.945
    assert wilson[0] == pytest.approx(0.95, abs=0.005)
    assert wilson[1] > 0.83
    assert exact[2] < 1.25
    assert 0.9 < wilson[2] < 1.05


@pytest.mark.prove
@pytest.mark.slow
@pytest.mark.parametrize("groups", [2, 3, 5, 12, 40])
def test_intervals_over_the_grid_cover_as_they_say(groups: int) -> None:
    table: dict[str, list[float]] = {}
    below: dict[str, list[float]] = {}
    alike: dict[str, list[float]] = {}
    for place, (n, *_) in enumerate(GRID):
        if n != groups:
            continue
        cell = drawn_cell(place, 300)
        for name, (mine, _) in coverages(cell, draws=200, redrawn=300).items():
            (table if cell.fair else below).setdefault(name, []).append(mine)
            if cell.fair and cell.slope == 0:
                alike.setdefault(name, []).append(mine)
    for name, column in table.items():
        cover = np.array(column)
        noise = 0.0125 if name not in BOUNDED[5:] else 0.03  # two simulation errors of a cell
        if name in CAUTIOUS:
            assert cover.min() > 0.90 - noise, name
            assert cover.mean() > 0.94, name
        else:
            assert ((cover > 0.935 - noise) & (cover < 0.965 + noise)).mean() >= 0.95, name
            assert cover.min() > 0.90, name
    for name in BOUNDED:
        assert 1 - np.mean(alike[name]) <= 0.065, name
