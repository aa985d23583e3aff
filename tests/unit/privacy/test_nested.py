"""People who answered one question are some of those who answered another: neither base tells of the other."""

from __future__ import annotations

import numpy as np
import pytest

from jamlik.model.groupings import Dimension, Group, Role
from jamlik.model.indicators import Indicator, Kind
from jamlik.model.tables import Cell, ProtectedTable, Status, Table
from jamlik.privacy.gate import protected
from jamlik.privacy.nested import families, nested_pairs
from tests.support.solver import Interval, Unknowns

ASKED, ANSWERED = "local:asked", "local:answered"


def _bases(*sizes: float) -> dict[Group, float]:
    return {(("area", str(place)),): size for place, size in enumerate(sizes)}


def test_smaller_base_lies_in_the_larger() -> None:
    assert nested_pairs([_bases(10, 20, 30, 40), _bases(9, 20, 28, 40)]) == [(1, 0)]


def test_one_group_that_is_larger_is_no_hindrance() -> None:
    assert nested_pairs([_bases(10, 20, 30, 40), _bases(11, 18, 28, 36)]) == [(1, 0)]


def test_bases_that_cross_are_apart() -> None:
    assert nested_pairs([_bases(10, 20, 30, 40), _bases(20, 10, 35, 30)]) == []


def test_what_follows_from_two_pairs_is_left_out() -> None:
    assert nested_pairs([_bases(10, 20), _bases(9, 18), _bases(8, 16)]) == [(1, 0), (2, 1)]


def test_families_gather_what_pairs_tie() -> None:
    assert families(5, [(3, 1), (4, 3)]) == [[0], [1, 3, 4], [2]]


def _table(seed: int) -> tuple[Table, int]:
    """Those asked in areas of very different size, and most of them who answered."""
    rng = np.random.default_rng(seed)
    areas = int(rng.integers(2, 6))
    rng.choice([5, 7, 10])
    asked = rng.poisson(rng.choice([4, 12, 25], (areas, 1)), (areas, 2)).astype(float)
    answered = rng.binomial(asked.astype(int), rng.choice([0.8, 0.93, 0.98])).astype(float)
    cells = []
    for name, people in ((ASKED, asked), (ANSWERED, answered)):
        for row in (*range(areas), None):
            for column in (0, 1, None):
                group: Group = (("area", str(row)),) if row is not None else ()
                group += (("sex", "KM"[column]),) if column is not None else ()
                rows = slice(None) if row is None else row
                n = float(people[rows, slice(None) if column is None else column].sum())
                cells.append(Cell(name, "2024", group, base_n=n, count_n=float(round(n / 2))))
    dimensions = {
        "area": Dimension("area", Role.AREA, {str(a): str(a) for a in range(areas)}),
        "sex": Dimension("sex", Role.SEX, {"K": "K", "M": "M"}),
    }
    indicators = {name: Indicator(id=name, name={"sv": name}, kind=Kind.PROPORTION) for name in (ASKED, ANSWERED)}
    return Table(indicators, dimensions, tuple(sorted(cells, key=lambda cell: cell.key))), areas


def _worked_out(published: ProtectedTable, areas: int) -> dict[tuple[str, Group], Interval]:
    """Intervals of the hidden bases for a reader who knows that those who answered are some of those asked."""
    unknowns, known = Unknowns(), {}
    for (name, _, group), cell in published.cells.items():
        if cell.status is Status.SHOWN:
            known[name, group] = cell.base_n or 0.0
        else:
            unknowns.add((name, group))

    def tie(total: tuple[str, Group], parts: list[tuple[str, Group]], most: float) -> None:
        terms = [(1.0, total), *((-1.0, part) for part in parts)]
        shift = sum(sign * known[place] for sign, place in terms if place in known)
        open_terms = [(sign, place) for sign, place in terms if place not in known]
        if open_terms:
            unknowns.within(open_terms, -shift, most - shift)

    groups = {group for _, _, group in published.cells}
    codes = {"area": [str(a) for a in range(areas)], "sex": ["K", "M"]}
    for group in groups:
        tie((ASKED, group), [(ANSWERED, group)], np.inf)
        for name in codes.keys() - dict(group).keys():
            parts = [tuple(sorted((*group, (name, code)))) for code in codes[name]]
            for whose in (ASKED, ANSWERED):
                tie((whose, group), [(whose, part) for part in parts], 0.0)
    hidden = [key[::2] for key, cell in published.cells.items() if cell.status is Status.SUPPRESSED]
    return dict(unknowns.intervals(hidden))  # type: ignore[arg-type]


@pytest.mark.parametrize("seed", [1, 2, 5, 252])  # 252: protected apart, the two give away 1 as 0 to 3
def test_small_base_stays_unknown_to_who_knows_the_other(seed: int) -> None:
    table, areas = _table(seed)
    true = {(cell.indicator, cell.group): cell.base_n or 0.0 for cell in table.cells}
    worked = _worked_out(protected(table), areas)
    small = {place: interval for place, interval in worked.items() if 0 < true[place] < 5}
    assert small
    for place, interval in small.items():
        assert interval.low <= true[place] <= interval.high
        assert interval.width >= 4, place
