"""People of unknown code: who they are to protection, and that nothing small among them follows."""

from __future__ import annotations

import pytest

from jamlik.model.groupings import Dimension, Group, Role
from jamlik.model.indicators import Indicator, Kind
from jamlik.model.tables import Cell, Status, Table
from jamlik.privacy.gate import protected
from jamlik.privacy.leftover import with_left_over
from jamlik.privacy.margins import LEFT, is_left_over

SEX = Dimension("sex", Role.SEX, {"K": "K", "M": "M"})
AREA = Dimension("area", Role.AREA, {"A": "A", "B": "B"})
SMALL = Dimension("small", Role.AREA, {"a1": "", "a2": "", "b1": ""}, "", "area", {"a1": "A", "a2": "A", "b1": "B"})


def _table(lines: str, *dimensions: Dimension, kind: Kind = Kind.PROPORTION) -> Table:
    """A table from lines of `name=code,… people with-the-outcome`, `-` for the total."""
    cells = []
    for line in lines.strip().splitlines():
        codes, people, yes = line.split()
        group: Group = tuple(sorted(tuple(p.split("=")) for p in codes.split(","))) if codes != "-" else ()  # type: ignore[misc]
        number = {"total": float(yes), "square": float(yes)} if kind is Kind.MEAN else {"count_n": float(yes)}
        cells.append(Cell("local:a", "2024", group, base_n=float(people), **number))  # type: ignore[arg-type]
    indicators = {"local:a": Indicator(id="local:a", name={"sv": "a"}, kind=kind)}
    return Table(indicators, {d.name: d for d in dimensions}, tuple(sorted(cells, key=lambda c: c.key)))


def _left(table: Table) -> dict[Group, tuple[float | None, float | None]]:
    every = with_left_over(table).cells
    return {cell.group: (cell.base_n, cell.count_n) for cell in every if is_left_over(cell.group)}


BOTH = """
- 303 120
sex=K 150 60
sex=M 150 59
area=A 201 80
area=B 100 40
sex=K,area=A 100 40
sex=M,area=A 100 39
sex=K,area=B 50 20
sex=M,area=B 50 20
"""


def test_unknown_in_one_way_and_in_both_follow_from_each_other() -> None:
    unknown = {
        (("sex", LEFT),): (3, 1),
        (("area", LEFT),): (2, 0),
        (("area", "A"), ("sex", LEFT)): (1, 1),
        (("area", "B"), ("sex", LEFT)): (0, 0),
        (("area", LEFT), ("sex", "K")): (0, 0),
        (("area", LEFT), ("sex", "M")): (0, 0),
        (("area", LEFT), ("sex", LEFT)): (2, 0),
    }
    assert _left(_table(BOTH, SEX, AREA)) == unknown


def test_unknown_within_an_area_come_before_those_unknown_altogether() -> None:
    lines = "- 106 50\narea=A 60 30\narea=B 40 17\nsmall=a1 30 15\nsmall=a2 28 14\nsmall=b1 40 17"
    left = _left(_table(lines, AREA, SMALL))
    assert left[(("small", f"{LEFT}area=A"),)] == (2, 1)
    assert left[(("area", LEFT),)] == (6, 3)
    assert left[(("small", LEFT),)] == (6, 3)


def test_parts_that_are_all_leave_the_table_as_it_is() -> None:
    table = _table("- 100 40\nsex=K 50 20\nsex=M 50 20", SEX)
    assert with_left_over(table) is table


def test_part_the_file_lacks_takes_what_is_left_over() -> None:
    assert _left(_table("- 103 40\nsex=K 50 20", SEX)) == {}


@pytest.mark.parametrize("kind", [Kind.PROPORTION, Kind.MEAN])
def test_few_of_unknown_sex_do_not_follow(kind: Kind) -> None:
    published = protected(_table("- 303 141\nsex=K 150 70\nsex=M 150 70", SEX, kind=kind))
    assert not all(cell.status is Status.SHOWN for cell in published.cells.values())
    assert {key[2] for key in published.cells} == {(), (("sex", "K"),), (("sex", "M"),)}
    assert published.gate.cells_n == 3
    assert published.gate.hidden_n == sum(cell.status is Status.SUPPRESSED for cell in published.cells.values())


def test_many_of_unknown_sex_hide_nothing() -> None:
    published = protected(_table("- 340 160\nsex=K 150 70\nsex=M 150 70", SEX))
    assert published.gate.hidden_n == 0
