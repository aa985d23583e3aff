"""The parts of a gap against statsmodels' Oaxaca–Blinder, hand sums, simulation and their own laws."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.stats.oaxaca import OaxacaBlinder

from jamlik.stats import COMPOSITIONS, Decomposition, decompose_gap, standard_error_of_proportion

levels = st.floats(-100, 100)
people = st.integers(1, 1000)
strata = st.lists(st.tuples(levels, people, levels, people), min_size=1, max_size=6)


def parts(level: object, share: object, level_reference: object, share_reference: object) -> Decomposition:
    return decompose_gap(
        level=level, level_se=1.0, share=share,  # type: ignore[arg-type]
        level_reference=level_reference, level_reference_se=1.0, share_reference=share_reference,  # type: ignore[arg-type]
    )  # fmt: skip


def test_decomposition_against_statsmodels_matches() -> None:
    # statsmodels' group 1 is the larger of the two values of the splitting column; "two-fold" with
    # weights for the pooled coefficients (its Reimers type is Kitagawa's average).
    rng = np.random.default_rng(4)
    stratum = np.repeat([0, 1, 2, 0, 1, 2], [40, 30, 10, 15, 25, 60])
    group = np.repeat([1, 0], [80, 100])
    outcome = rng.normal(10 + 3 * stratum + 2 * group * (1 + stratum), 1)
    dummies = np.column_stack([stratum == 1, stratum == 2]).astype(float)
    model = OaxacaBlinder(outcome, np.column_stack([group, dummies]), 0, hasconst=False)

    def mean(g: int, k: int) -> float:
        return float(outcome[(group == g) & (stratum == k)].mean())

    def size(g: int) -> list[int]:
        return [int(((group == g) & (stratum == k)).sum()) for k in range(3)]

    found = parts([mean(1, k) for k in range(3)], size(1), [mean(0, k) for k in range(3)], size(0))
    flip = 1.0 if outcome[group == 1].mean() > outcome[group == 0].mean() else -1.0
    unexplained, explained, gap = model.two_fold(two_fold_type="reimers").params
    assert COMPOSITIONS[2] == "pooled"
    assert flip * found.gap == pytest.approx(gap)
    assert flip * found.unexplained.value[2] == pytest.approx(unexplained)
    assert flip * found.explained[2] == pytest.approx(explained)


def test_decomposition_by_hand() -> None:
    found = parts([0.6, 0.2], [3, 1], [0.5, 0.1], [1, 3])
    assert found.gap == pytest.approx(0.5 - 0.2)
    np.testing.assert_allclose(found.unexplained.value, [0.1, 0.1, 0.1])
    np.testing.assert_allclose(found.explained, [0.2, 0.2, 0.2])
    np.testing.assert_allclose(found.unexplained.high - found.unexplained.value, 1.959963984540054 * np.sqrt(
        [2 * (9 + 1) / 16, 2 * (1 + 9) / 16, 2 * 0.5]))  # fmt: skip


@given(strata)
def test_the_parts_sum_to_the_gap_and_lie_within_their_range(rows: list[tuple[float, int, float, int]]) -> None:
    a, s, b, r = (np.array(column, dtype=float) for column in zip(*rows, strict=True))
    found = parts(a, s, b, r)
    np.testing.assert_allclose(found.explained + found.unexplained.value, found.gap, atol=1e-9)
    assert found.gap == pytest.approx(np.average(a, weights=s) - np.average(b, weights=r), abs=1e-9)
    assert found.gap_all == pytest.approx(float(found.gap), abs=1e-9)
    assert found.unexplained_low <= found.unexplained.value[2] + 1e-9
    assert found.unexplained.value[2] - 1e-9 <= found.unexplained_high
    swapped = parts(b, r, a, s)
    np.testing.assert_allclose(swapped.unexplained.value[[1, 0, 2]], -found.unexplained.value, atol=1e-9)
    same_levels = parts(a, s, a, r)
    np.testing.assert_allclose(same_levels.unexplained.value, 0, atol=1e-9)
    same_composition = parts(a, s, b, s)
    np.testing.assert_allclose(same_composition.explained, 0, atol=1e-9)


def test_strata_of_one_side_only_are_left_out_and_reported() -> None:
    found = parts([0.6, 0.2, 0.9, np.nan], [3, 1, 4, 0], [0.5, 0.1, np.nan, 0.3], [1, 3, 0, 4])
    assert found.off_support == pytest.approx(0.5)
    assert found.off_support_reference == pytest.approx(0.5)
    assert found.gap == pytest.approx(0.3)
    assert found.gap_all == pytest.approx((0.6 * 3 + 0.2 + 0.9 * 4) / 8 - (0.5 + 0.3 + 0.3 * 4) / 8)
    np.testing.assert_allclose(found.unexplained.value, 0.1)
    apart = parts([0.6, np.nan], [3, 0], [np.nan, 0.1], [0, 3])
    assert np.isnan(apart.unexplained.value).all()
    assert apart.off_support == 1
    assert apart.gap_all == pytest.approx(0.5)


def test_missing_noise_leaves_the_value_without_limits() -> None:
    found = decompose_gap(
        level=[0.6, 0.2], level_se=[np.nan, 0.1], share=[1, 1],
        level_reference=[0.5, 0.1], level_reference_se=0.1, share_reference=[1, 1],
    )  # fmt: skip
    assert np.isnan(found.unexplained.low).all()
    assert np.isnan(found.unexplained.p_value).all()
    np.testing.assert_allclose(found.unexplained.value, 0.1)


def test_settings_axis_and_group_weight_broadcast() -> None:
    found = decompose_gap(
        level=np.full((5, 2, 3), 0.5), level_se=0.1, share=[1, 2, 3],
        level_reference=np.full(3, 0.4), level_reference_se=0.1, share_reference=[3, 2, 1],
        group_weight=[0.0, 1.0],
    )  # fmt: skip
    assert found.unexplained.value.shape == (5, 2, 3)
    assert found.gap.shape == (5, 2)
    assert (found.unexplained.value[:, 0, 2] == found.unexplained.value[:, 0, 1]).all()
    with pytest.raises(ValueError, match="group_weight"):
        decompose_gap(
            level=[1], level_se=1, share=[1], level_reference=[1], level_reference_se=1, share_reference=[1],
            group_weight=2,
        )  # fmt: skip


def test_unexplained_limits_cover_near_95_percent() -> None:
    rng = np.random.default_rng(9)
    own, other = np.array([80, 40, 30]), np.array([100, 200, 150])
    p, q = np.array([0.1, 0.3, 0.6]), np.array([0.15, 0.25, 0.5])
    a, b = rng.binomial(own, p, (4000, 3)), rng.binomial(other, q, (4000, 3))
    found = decompose_gap(
        level=a / own, level_se=standard_error_of_proportion(count=a, total=own), share=own,
        level_reference=b / other, level_reference_se=standard_error_of_proportion(count=b, total=other),
        share_reference=other,
    )  # fmt: skip
    shares = own / own.sum(), other / other.sum()
    true = [w @ (p - q) for w in (*shares, sum(shares) / 2)]
    covers = ((found.unexplained.low <= true) & (true <= found.unexplained.high)).mean(0)
    assert (covers > 0.94).all()
    assert (covers < 0.965).all()
