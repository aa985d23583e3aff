"""Targets and change points against statsmodels, simulation and their own laws."""

from __future__ import annotations

import numpy as np
import pytest
import statsmodels.api as sm

from jamlik.stats import change_points, target_course

YEARS = np.arange(2015.0, 2025.0)


def test_forecast_against_statsmodels_matches() -> None:
    rng = np.random.default_rng(1)
    se = rng.uniform(0.5, 2, 10)
    value = 60 + 0.8 * (YEARS - 2015) + se * rng.normal(size=10)
    fitted = sm.WLS(value, sm.add_constant(YEARS), weights=1 / se**2).fit()
    excess = max(fitted.scale, 1.0)
    found = target_course(period=YEARS, value=value, se=se, goal=75, goal_period=2030, direction=1)
    point = np.array([1.0, 2030.0])
    assert found.forecast.value == pytest.approx(point @ fitted.params, rel=1e-9)
    error = np.sqrt(point @ (fitted.normalized_cov_params * excess) @ point)
    quantile = 1.959963984540054 if fitted.scale <= 1 else 2.306004135204166
    assert found.forecast.high - found.forecast.value == pytest.approx(quantile * error, rel=1e-6)


def test_courses_are_told_apart() -> None:
    rising = 60 + (YEARS - 2015)
    levels = np.stack([rising, rising, rising, rising, -rising, rising])
    found = target_course(
        period=YEARS, value=levels, se=[[0.3], [0.3], [0.3], [6.0], [0.3], [np.nan]],
        goal=[65, 72, 90, 74, -72, 70], goal_period=2030, direction=[1, 1, 1, 1, -1, 1],
    )  # fmt: skip
    assert found.course.tolist() == ["met", "on_track", "off_track", "uncertain", "on_track", ""]
    assert found.needed[2] == pytest.approx((90 - 69) / 6)
    with pytest.raises(ValueError, match="direction"):
        target_course(period=YEARS, value=rising, se=1, goal=1, goal_period=2030, direction=0)


def test_change_point_is_found_where_it_was_put_with_its_slopes() -> None:
    rng = np.random.default_rng(2)
    bent = 10 + np.where(YEARS < 2019, 0.0, YEARS - 2019)
    noisy = bent + 0.2 * rng.normal(size=(500, 10))
    found = change_points(period=YEARS, value=noisy, se=0.2)
    assert (np.abs(found.period[:, 0] - 2019) <= 1).mean() > 0.95
    assert (~np.isnan(found.period[:, 1])).mean() < 0.06
    assert np.nanmedian(found.slope[:, 0]) == pytest.approx(0, abs=0.05)
    assert np.nanmedian(found.slope[:, 1]) == pytest.approx(1, abs=0.05)
    twice = np.where(YEARS < 2018, 0, np.where(YEARS < 2021, 3 * (YEARS - 2018), 9 - 3 * (YEARS - 2021)))
    both = change_points(period=YEARS, value=twice + 0.05 * rng.normal(size=10), se=0.05)
    assert sorted(both.period.tolist()) == [2018, 2021]
    np.testing.assert_allclose(both.slope, [0, 3, -3], atol=0.15)


def test_change_points_are_not_seen_in_straight_series() -> None:
    rng = np.random.default_rng(3)
    straight = 5 - 0.3 * (YEARS - 2015) + rng.normal(size=(4000, 10))
    found = change_points(period=YEARS, value=straight, se=1.0, most=1)
    assert (~np.isnan(found.period[:, 0])).mean() < 0.05
    stray = change_points(period=YEARS, value=5 + 3 * rng.normal(size=(4000, 10)), se=1.0, most=1)
    assert (~np.isnan(stray.period[:, 0])).mean() < 0.06
    moved = change_points(period=YEARS - 2000, value=straight[:50] * 7, se=7.0, most=1)
    np.testing.assert_allclose(moved.p_value, found.p_value[:50], rtol=1e-5)
    gap = change_points(period=YEARS, value=np.where(YEARS == 2018, np.nan, straight[0]), se=1.0)
    assert gap.slope.shape == (3,)
    assert np.isnan(change_points(period=[1, 2, 3, 4], value=[1, 2, 9, 4], se=0.1).period).all()
    with pytest.raises(ValueError, match="increase"):
        change_points(period=[2, 1], value=[1, 2], se=1)
