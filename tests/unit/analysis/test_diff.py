"""What a new version of a data set changes."""

import re
from dataclasses import replace

import pytest

from jamlik.analysis.diff import diff, shape_from_bytes, shape_of, shape_to_bytes
from jamlik.analysis.prepare import Prepared
from jamlik.model.groupings import Dimension, Role, group_of
from jamlik.model.indicators import Indicator, Kind
from jamlik.model.tables import Cell, Table

KEY = b"a secret"
SEX = Dimension("sex", Role.SEX, {"K": "Kvinnor", "M": "Män"}, title="Kön")


def prepared(*cells, dimensions=(SEX,), indicators=("local:a",), guards=()):
    table = Table(
        {name: Indicator(name, {"sv": name[-1].upper()}, Kind.PROPORTION) for name in indicators},
        {d.name: d for d in dimensions},
        tuple(cells),
    )
    return Prepared(table, (), (), ("2024", "2025"), {}, guards=guards)


def cell(period, sex, yes=30, indicator="local:a"):
    return Cell(indicator, period, group_of(sex=sex), base_n=100.0, count_n=float(yes))


def shape(*cells, key=KEY, **kwargs):
    return shape_of(prepared(*cells, **kwargs), key=key)


BEFORE = shape(cell("2024", "K"), cell("2024", "M"))


def test_diff_same_figures_is_nothing():
    assert diff(BEFORE, shape(cell("2024", "K"), cell("2024", "M"))).nothing


def test_diff_names_added_and_gone_periods():
    found = diff(BEFORE, shape(cell("2025", "K"), cell("2025", "M")))
    assert found.periods_added == ("2025",)
    assert found.periods_gone == ("2024",)
    assert found.loses
    assert found.compared_n == 0


def test_diff_counts_changed_cells_by_measure_and_period():
    found = diff(BEFORE, shape(cell("2024", "K", yes=31), cell("2024", "M"), cell("2025", "K")))
    assert [(c.name, c.period, c.changed_n, c.compared_n) for c in found.changed] == [("A", "2024", 1, 2)]
    assert found.changed_n == 1
    assert not found.loses


def test_diff_names_groups_and_measures_that_come_and_go():
    other = Dimension("sex", Role.SEX, {"K": "Kvinnor", "X": "Annat"}, title="Kön")
    found = diff(BEFORE, shape(cell("2024", "K", indicator="local:b"), dimensions=(other,), indicators=("local:b",)))
    assert found.groups_added == (("Kön", "Annat"),)
    assert found.groups_gone == (("Kön", "Män"),)
    assert found.indicators_added == ("B",)
    assert found.indicators_gone == ("A",)


def test_diff_under_another_key_says_that_cells_cannot_be_compared():
    found = diff(BEFORE, shape(cell("2024", "K"), cell("2024", "M"), key=b"another"))
    assert not found.comparable
    assert not found.nothing
    assert found.changed == ()


def test_shape_holds_no_figure_and_survives_storage():
    stored = shape_to_bytes(BEFORE)
    assert shape_from_bytes(stored) == BEFORE
    leaves = [leaf for periods in BEFORE.cells.values() for groups in periods.values() for leaf in groups.values()]
    assert all(re.fullmatch("[0-9a-f]{10}", leaf) for leaf in leaves)
    one, other = (shape(cell("2024", "K", yes=n)).cells["local:a"]["2024"]["sex=K"] for n in (30, 31))
    assert one != other


def test_shape_leaves_out_cells_that_are_for_the_gate_alone():
    hidden = cell("2024", "M")
    found = shape_of(prepared(cell("2024", "K"), hidden, guards=(hidden.key,)), key=KEY)
    assert list(found.cells["local:a"]["2024"]) == ["sex=K"]


@pytest.mark.parametrize("change", [{"reason": "~100"}, {"base_n": 101.0}, {"count_n": None}])
def test_shape_notices_every_part_of_a_cell(change):
    before, after = cell("2024", "K"), replace(cell("2024", "K"), **change)
    assert shape(before).cells != shape(after).cells
