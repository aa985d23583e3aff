"""Everybody but one group is told of only where that would be told of as a group of its own."""

from __future__ import annotations

import pytest

from jamlik.analysis.guards import with_small_rests_hidden
from jamlik.model.groupings import Dimension, Role
from jamlik.model.indicators import Indicator, Kind
from jamlik.model.questions import rest_of
from jamlik.model.tables import Audience, Cell, GateSummary, ProtectedTable, Status


def _told(amounts_of_the_rest: list[float]) -> bool:
    """Whether the rest is told of, where forty others with ordinary amounts and the whole are shown."""
    part = [20.0 + i % 9 for i in range(40)]
    cells = {}
    for group, amounts in (((), part + amounts_of_the_rest), ((("area", "A"),), part)):
        square = sum(a * a for a in amounts)
        cell = Cell("hours", "2024", group, base_n=float(len(amounts)), total=sum(amounts), square=square)
        cells[cell.key] = cell
    table = ProtectedTable(
        indicators={"hours": Indicator("hours", {"sv": "Timmar"}, Kind.MEAN, "timmar")},
        dimensions={"area": Dimension("area", Role.AREA, ("A", "B"))},
        cells=cells,
        audience=Audience.PUBLIC,
        gate=GateSummary("default", 2, 0, 4.0, None),
    )
    rest = with_small_rests_hidden(table).cells.get(("hours", "2024", (("area", rest_of("A")),)))
    return rest is None or rest.status is not Status.SUPPRESSED


@pytest.mark.parametrize(
    ("amounts", "told"),
    [
        ([10.0 + 3 * i for i in range(20)], True),
        ([0.0] * 19 + [500.0], False),
        ([30.0] * 20, False),
        ([10.0 + 3 * i for i in range(8)], False),
    ],
    ids=["ordinary", "one makes it", "all alike", "too few"],
)
def test_rest_of_a_mean_is_told_where_it_would_be_as_a_group(amounts, told):
    assert _told(amounts) is told
