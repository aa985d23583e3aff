"""The order a strategist would agree with."""

from __future__ import annotations

import numpy as np
import pytest
from statsmodels.stats.multitest import multipletests

from jamlik.analysis.ranking import certainty, family_q_values, family_weights
from jamlik.model.findings import Certainty
from jamlik.model.questions import Comparison
from tests.support.tables import analysed, cells_of, found

AREAS = """
area sex n    yes
A    K   4000 3200
A    M   4000 3200
B    K   4000 2900
B    M   4000 2900
C    K   30   14
C    M   30   14
D    K   4000 3200
D    M   4000 3200
E    K   2000 1800
E    M   2000 1800
"""


def test_small_noisy_area_comes_after_a_large_one_although_its_gap_is_larger() -> None:
    result = analysed(cells_of(AREAS))
    large, small = found(result, "area=B"), found(result, "area=C")
    assert abs(small.gap) > 3 * abs(large.gap)
    assert large.rank == 1
    assert small.rank > large.rank


def test_area_that_is_better_off_comes_after_those_that_are_worse_off() -> None:
    result = analysed(cells_of(AREAS))
    better, worse = found(result, "area=E"), found(result, "area=B")
    assert better.certainty is Certainty.CLEAR
    assert better.worse_off == "reference"
    assert better.rank > worse.rank


def test_combination_that_says_no_more_than_its_parts_comes_after_them() -> None:
    result = analysed(cells_of(AREAS))
    part = found(result, "area=B,sex=K", "area=!B,sex=K")
    assert part.certainty in (Certainty.CLEAR, Certainty.INDICATED)
    assert not part.adds
    assert part.rank > found(result, "area=E").rank


def test_combination_that_differs_from_its_parts_adds() -> None:
    table = AREAS.replace("D    K   4000 3200", "D    K   4000 2700")
    girls = found(analysed(cells_of(table)), "area=D,sex=K", "area=D,sex=M")
    assert girls.adds
    assert girls.certainty is Certainty.CLEAR


def test_nothing_differs_nothing_is_ranked_as_sure() -> None:
    same = "area sex n yes\n" + "\n".join(f"{area} {sex} 500 300" for area in "ABCDE" for sex in "KM")
    result = analysed(cells_of(same))
    assert {f.certainty for f in result.findings} == {Certainty.UNCLEAR}


def test_every_way_of_dividing_has_the_same_share_of_the_weight() -> None:
    asked = [Comparison((("sex", "K"),), (("sex", "M"),), "sex")]
    asked += [Comparison((("area", f"{i}"),), (("area", f"!{i}"),), "area") for i in range(9)]
    weight = family_weights(asked, np.ones(10, dtype=bool))
    assert weight[0] == pytest.approx(weight[1:].sum())
    assert weight.mean() == pytest.approx(1)


def test_weights_do_not_look_at_what_was_found() -> None:
    asked = [Comparison((("area", f"{i}"),), (("area", f"!{i}"),), "area") for i in range(9)]
    assert family_weights(asked, np.ones(9, dtype=bool)) == pytest.approx(np.ones(9))


def test_equal_weights_give_benjamini_hochberg() -> None:
    p_values = np.array([0.001, 0.2, 0.03, 0.8, 0.012, np.nan])
    q_values = family_q_values(p_values, np.ones(6))
    assert q_values[:5] == pytest.approx(multipletests(p_values[:5], method="fdr_bh")[1])
    assert np.isnan(q_values[5])


@pytest.mark.parametrize(
    ("q_value", "q_threshold", "low", "high", "expected"),
    [
        (0.01, 0.01, 2.5, 6.0, Certainty.CLEAR),
        (0.01, 0.01, -6.0, -2.5, Certainty.CLEAR),
        (0.01, 0.20, 2.5, 6.0, Certainty.INDICATED),
        (0.01, 0.01, 1.5, 6.0, Certainty.INDICATED),
        (0.05, 0.01, 2.5, 6.0, Certainty.UNCLEAR),
        (float("nan"), 0.01, 2.5, 6.0, Certainty.NOT_TESTABLE),
    ],
)
def test_certainty_classes(q_value: float, q_threshold: float, low: float, high: float, expected: Certainty) -> None:
    told = certainty(q_value=q_value, q_threshold=q_threshold, low=low, high=high, threshold=2.0, confidence=0.95)
    assert told is expected


def test_difference_that_shows_nothing_by_itself_is_not_carried_by_others() -> None:
    areas = "\n".join(
        f"{i:02} {sex} 900 {yes}" for i in range(30) for sex, yes in (("K", 200 + 20 * i), ("M", 201 + 20 * i))
    )
    result = analysed(cells_of("area sex n yes\n" + areas))
    sexes = found(result, "sex=K", "sex=M")
    assert sexes.p_value > 0.3
    assert sexes.q_value >= sexes.p_value
    assert sexes.certainty is Certainty.UNCLEAR
    assert all(f.q_value >= f.p_value for f in result.findings if f.p_value is not None)
