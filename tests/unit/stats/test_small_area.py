"""Shrinkage and between-area spread against statsmodels' meta-analysis, closed forms and simulation."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import brentq
from statsmodels.stats.meta_analysis import combine_effects

from jamlik.stats import between_area_deviation, shrunken_levels, shrunken_proportions

areas = st.lists(st.tuples(st.floats(-50, 50), st.floats(0.1, 10)), min_size=2, max_size=15)


@given(areas)
def test_between_variance_and_mean_against_scipys_root_match(rows: list[tuple[float, float]]) -> None:
    value, se = np.array(rows).T

    def excess(between: float) -> float:
        weight = 1 / (se**2 + between)
        return float((weight * (value - np.average(value, weights=weight)) ** 2).sum() - value.size + 1)

    wanted = brentq(excess, 0, 1e6, xtol=1e-12, rtol=1e-12) if excess(0) > 0 else 0.0
    found = shrunken_levels(value=value, se=se)
    assert found.between_deviation**2 == pytest.approx(wanted, rel=1e-6, abs=1e-9)
    assert found.mean == pytest.approx(np.average(value, weights=1 / (se**2 + wanted)), rel=1e-6, abs=1e-6)


def test_between_variance_against_statsmodels_matches() -> None:
    value, se = np.array([3.0, 8, 1, 12, 7]), np.array([1.0, 2, 1.5, 0.7, 3])
    wanted = combine_effects(value, se**2, method_re="iterated", atol=1e-12)
    assert shrunken_levels(value=value, se=se).between_deviation ** 2 == pytest.approx(wanted.tau2, rel=1e-6)


@given(areas, st.floats(0.5, 20), st.floats(-100, 100))
def test_shrinkage_keeps_its_laws(rows: list[tuple[float, float]], scale: float, shift: float) -> None:
    value, se = np.array(rows).T
    found = shrunken_levels(value=value, se=se)
    assert ((found.reliability >= 0) & (found.reliability < 1)).all()
    between = np.abs(found.level.value - found.mean) <= np.abs(value - found.mean) + 1e-9
    assert between.all()
    moved = shrunken_levels(value=value * scale + shift, se=se * scale)
    np.testing.assert_allclose(moved.level.value, found.level.value * scale + shift, rtol=1e-5, atol=1e-4)
    turned = shrunken_levels(value=value[::-1], se=se[::-1])
    np.testing.assert_allclose(turned.level.low[::-1], found.level.low, rtol=1e-5, atol=1e-5)


def test_equal_noise_gives_the_closed_form() -> None:
    value = np.array([1.0, 4, 7, 12])
    found = shrunken_levels(value=value, se=1.5)
    between = value.var(ddof=1) - 1.5**2
    assert found.between_deviation == pytest.approx(np.sqrt(between))
    weight = between / (between + 1.5**2)
    np.testing.assert_allclose(found.level.value, weight * value + (1 - weight) * value.mean())


def test_no_more_spread_than_noise_draws_all_to_the_mean() -> None:
    found = shrunken_levels(value=[1, 1.1, 0.9], se=5)
    assert found.between_deviation == 0
    np.testing.assert_allclose(found.level.value, 1.0)


def test_areas_without_noise_or_value_are_missing_and_take_no_part() -> None:
    found = shrunken_levels(value=[1, 4, np.nan, 7, 9], se=[1, 1, 1, np.nan, 0])
    plain = shrunken_levels(value=[1, 4], se=1)
    np.testing.assert_array_equal(np.isnan(found.level.value), [False, False, True, True, True])
    np.testing.assert_allclose(found.level.value[:2], plain.level.value)
    np.testing.assert_allclose(found.level.low[:2], plain.level.low)
    one = shrunken_levels(value=[[3, np.nan], [np.nan, np.nan]], se=1)
    assert one.level.value[0, 0] == 3
    assert np.isnan(one.level.low[0, 0])
    assert np.isnan(one.between_deviation).all()
    assert np.isnan(one.mean[1])


def test_shrunken_proportions_rank_noisy_areas_less_extremely() -> None:
    found = shrunken_proportions(count=[2, 300, 150, 520, 0], total=[3, 1000, 1000, 1300, 4])
    assert found.level.value.argmax() == 3
    assert (found.level.low >= 0).all()
    nobody = shrunken_proportions(count=[0, 0], total=[10, 20])
    np.testing.assert_allclose(nobody.level.value, 0, atol=1e-12)
    assert (nobody.level.high > 0).all()
    assert np.isnan(shrunken_proportions(count=[1, 0], total=[10, 0]).level.value[1])


def test_shrunken_levels_are_nearer_the_truth_and_cover_it_on_average() -> None:
    rng = np.random.default_rng(8)
    true = rng.normal(50, 4, (600, 40))
    se = rng.uniform(1, 9, 40)
    value = true + rng.standard_normal(true.shape) * se
    found = shrunken_levels(value=value, se=se)
    assert ((found.level.value - true) ** 2).mean() < 0.6 * ((value - true) ** 2).mean()
    covers = ((found.level.low <= true) & (true <= found.level.high)).mean()
    assert 0.94 < covers < 0.965
    assert (found.between_deviation**2).mean() == pytest.approx(16, rel=0.05)


def test_between_area_deviation_takes_out_the_noise() -> None:
    rng = np.random.default_rng(12)
    true, se, weight = rng.normal(50, 4, 30), rng.uniform(1, 6, 30), rng.uniform(1, 5, 30)
    value = true + rng.standard_normal((20_000, 30)) * se
    for w in (None, weight):
        centre = np.average(true, weights=w)
        wanted = np.average((true - centre) ** 2, weights=w)
        found = between_area_deviation(value=value, se=se, weight=w)
        assert (found**2).mean() == pytest.approx(wanted, rel=0.02)
        raw = between_area_deviation(value=value, se=0, weight=w)
        assert (raw**2).mean() > wanted * 1.3
    assert between_area_deviation(value=[1, 3], se=0) == pytest.approx(1)
    assert between_area_deviation(value=[1, 1.1], se=2) == 0
    assert np.isnan(between_area_deviation(value=[1, np.nan], se=0))


def test_impossible_noise_says_so() -> None:
    with pytest.raises(ValueError, match="negative"):
        shrunken_levels(value=[1, 2], se=[1, -1])
    with pytest.raises(ValueError, match="last axis"):
        shrunken_levels(value=1, se=1)
