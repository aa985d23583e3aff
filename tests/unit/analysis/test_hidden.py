"""What may not be shown gives no number, sign or order away."""

from __future__ import annotations

import re

import pytest

from jamlik.model.findings import Certainty
from jamlik.model.tables import Status
from tests.support.tables import analysed, cells_of, found

SMALL = """
area sex n    yes
N    K   60   3
N    M   70   20
S    K   400  180
S    M   380  200
V    K   300  150
V    M   290  140
O    K   310  160
O    M   305  155
"""


def test_finding_on_a_hidden_cell_has_no_number_anywhere() -> None:
    result = analysed(cells_of(SMALL))
    hidden = [f for f in result.findings if f.status is Status.SUPPRESSED]
    assert hidden
    for finding in hidden:
        numbers = {
            name: getattr(finding, name)
            for name in finding.__slots__
            if isinstance(getattr(finding, name), float | int) and name not in ("adds",)
        }
        assert numbers == {}
        assert finding.rank is None
        assert finding.worse_off == ""
        assert finding.trend is None
        assert finding.explained == ()
        assert finding.certainty is Certainty.NOT_TESTABLE
        assert not re.search(r"\d", finding.sentence)


def test_small_count_and_its_complement_by_subtraction_are_hidden() -> None:
    result = analysed(cells_of(SMALL))
    shown = {level.group: level for level in result.levels if level.status is Status.SHOWN}
    girls = (("area", "N"), ("sex", "K"))
    assert girls not in shown
    line = [g for g in ((("area", "N"), ("sex", "M")), (("area", "N"),)) if g not in shown]
    assert line, "the other sex or the area's total must go too"
    column = [level for level in result.levels if ("sex", "K") in level.group and level.status is Status.SUPPRESSED]
    assert len(column) >= 2


def test_hidden_level_has_no_number() -> None:
    for level in analysed(cells_of(SMALL)).levels:
        if level.status is Status.SUPPRESSED:
            told = [level.base_n, level.count_n, level.value, level.low, level.high, level.shrunken, level.bound_low]
            assert told == [None] * 7
            assert level.reason == ""


def test_rest_of_a_hidden_group_is_not_told() -> None:
    result = analysed(cells_of(SMALL))
    hidden = {level.group for level in result.levels if level.status is Status.SUPPRESSED}
    for finding in result.findings:
        part = tuple((name, code.removeprefix("!")) for name, code in finding.reference)
        if finding.group in hidden or part in hidden:
            assert finding.level_reference is None
            assert finding.level is None


@pytest.mark.parametrize(
    ("yes", "shown"), [(0, False), (1, False), (4, False), (5, True), (55, True), (56, False), (60, False)]
)
def test_small_numerator_or_complement_is_hidden(yes: int, shown: bool) -> None:
    table = SMALL.replace("N    K   60   3", f"N    K   60   {yes}")
    level = next(v for v in analysed(cells_of(table)).levels if v.group == (("area", "N"), ("sex", "K")))
    if shown:
        assert level.status is Status.SHOWN
    else:
        assert level.status is Status.SUPPRESSED


def test_hidden_finding_keeps_its_identity_for_next_year() -> None:
    now, later = analysed(cells_of(SMALL)), analysed(cells_of(SMALL.replace("60   3", "60   30")))
    one = found(now, "area=N,sex=K", "area=N,sex=M")
    other = found(later, "area=N,sex=K", "area=N,sex=M")
    assert one.question_key == other.question_key
    assert one.gap is None
    assert other.gap is not None
