"""Slopes, noise of series and levelling against statsmodels, simulation and their own laws."""

from __future__ import annotations

import time

import numpy as np
import numpy.typing as npt
import pytest
import statsmodels.api as sm
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats as scipy_stats

from jamlik.stats import levelling, series_uncertainty, trend_of_gap, trend_slope

Floats = npt.NDArray[np.float64]
series = st.lists(st.tuples(st.floats(-50, 50), st.floats(0.2, 20)), min_size=3, max_size=12)


@given(series)
def test_trend_slope_against_statsmodels_matches(rows: list[tuple[float, float]]) -> None:
    value, se = np.array(rows).T
    period = np.arange(2010, 2010 + value.size)
    found = trend_slope(period=period, value=value, se=se)
    design = sm.add_constant((period - period.mean()).astype(float))
    free = sm.WLS(value, design, weights=1 / se**2).fit()
    if free.scale > 1:
        wanted = free
        low, high = free.conf_int()[1]
    else:
        wanted = sm.WLS(value, design, weights=1 / se**2).fit(cov_type="fixed scale")
        low, high = wanted.conf_int()[1]
    assert found.slope == pytest.approx(wanted.params[1], abs=1e-9)
    np.testing.assert_allclose([found.low, found.high], [low, high], rtol=1e-6, atol=1e-8)
    assert found.p_value == pytest.approx(wanted.pvalues[1], rel=1e-5, abs=1e-9)
    assert found.overdispersion == pytest.approx(max(1.0, np.sqrt(free.scale)))


@given(series, st.floats(0.1, 10), st.floats(-100, 100))
def test_trend_slope_keeps_its_laws(rows: list[tuple[float, float]], scale: float, shift: float) -> None:
    value, se = np.array(rows).T
    period = np.arange(value.size)
    found = trend_slope(period=period, value=value, se=se)
    moved = trend_slope(period=period * 2 - 7, value=value * scale + shift, se=se * scale)
    assert moved.slope == pytest.approx(found.slope * scale / 2, rel=1e-6, abs=1e-6)
    turned = trend_slope(period=-period, value=value, se=se)
    assert turned.low == pytest.approx(-found.high, rel=1e-6, abs=1e-9)
    assert found.low <= found.slope <= found.high
    flat = trend_slope(period=period, value=np.full(value.size, shift), se=se)
    assert flat.slope == pytest.approx(0, abs=1e-9)


def test_trend_slope_with_gaps_uses_the_points_there_are() -> None:
    found = trend_slope(
        period=np.arange(6), value=[[1, np.nan, 3, 4, 7, 9], [1, 2, np.nan, np.nan, np.nan, 3]], se=[1, 1, 1, 1, 0, 1]
    )
    plain = trend_slope(period=[0, 2, 3, 5], value=[1, 3, 4, 9], se=1)
    assert found.slope[0] == pytest.approx(float(plain.slope))
    np.testing.assert_array_equal(found.n, [4, 3])
    few = trend_slope(period=[1, 2, 3], value=[1, 2, np.nan], se=1)
    for field in (few.slope, few.low, few.high, few.p_value, few.overdispersion):
        assert np.isnan(field)
    assert np.isnan(trend_slope(period=[1, 1, 1], value=[1, 2, 3], se=1).slope)


def test_trend_slope_holds_its_size_with_and_without_extra_noise() -> None:
    rng = np.random.default_rng(6)
    for points in (4, 6, 10):
        for extra in (0.0, 1.0, 3.0):
            value = rng.standard_normal((20_000, points)) * np.hypot(1, extra)
            size = (trend_slope(period=np.arange(points), value=value, se=1).p_value < 0.05).mean()
            assert size < 0.065, (points, extra)


def test_trend_of_gap_is_the_trend_of_the_difference() -> None:
    rng = np.random.default_rng(1)
    a, b, s, r = rng.uniform(1, 5, (4, 7, 9))
    found = trend_of_gap(period=np.arange(9), value=a, se=s, value_reference=b, se_reference=r)
    plain = trend_slope(period=np.arange(9), value=a - b, se=np.sqrt(s**2 + r**2))
    np.testing.assert_allclose(found.low, plain.low)
    swapped = trend_of_gap(period=np.arange(9), value=b, se=r, value_reference=a, se_reference=s)
    np.testing.assert_allclose(found.low, -swapped.high)


def noise(rng: np.random.Generator, count: int, points: int, correlation: float = 0.0) -> Floats:
    made = rng.standard_normal((count, points))
    for at in range(1, points):
        made[:, at] = correlation * made[:, at - 1] + np.sqrt(1 - correlation**2) * made[:, at]
    return made


def coverage(made: Floats, slope: float = 3.0) -> float:
    period = np.arange(made.shape[1])
    found = series_uncertainty(period=period, value=made + slope * period + 40, window=99)
    return float((np.abs(made[:, -1]) <= scipy_stats.t.ppf(0.975, found.df) * found.se).mean())


@pytest.mark.parametrize("points", [4, 5, 7, 10, 15])
def test_series_uncertainty_under_independent_noise_covers_the_line(points: int) -> None:
    made = noise(np.random.default_rng(points), 8000, points)
    assert 0.948 < coverage(made) < 0.978


def test_series_uncertainty_under_slow_noise_covers_as_documented() -> None:
    rng = np.random.default_rng(3)
    assert 0.92 < coverage(noise(rng, 8000, 10, 0.3)) < 0.96
    assert 0.87 < coverage(noise(rng, 8000, 10, 0.5)) < 0.93
    assert 0.70 < coverage(noise(rng, 8000, 10, 0.8)) < 0.80
    walk = rng.standard_normal((8000, 11)).cumsum(axis=1)
    found = series_uncertainty(period=np.arange(10), value=walk[:, :-1])
    assert np.nanmean(found.se) == pytest.approx(0.84, abs=0.03)
    half = scipy_stats.t.ppf(0.975, found.df) * found.se
    assert 0.87 < (np.abs(walk[:, -1] - walk[:, -2]) <= half).mean() < 0.93


@pytest.mark.prove
@pytest.mark.parametrize("points", range(4, 16))
def test_series_uncertainty_on_many_series_covers_the_line(points: int) -> None:
    made = noise(np.random.default_rng(points), 100_000, points)
    assert 0.952 < coverage(made) < 0.974


def test_series_uncertainty_is_the_residual_deviation_of_the_window() -> None:
    rng = np.random.default_rng(2)
    value = rng.standard_normal(20)
    value[15] = np.nan
    found = series_uncertainty(period=np.arange(2000, 2020), value=value, window=8)
    x, y = np.array([2012, 2013, 2014, 2016, 2017, 2018, 2019]), value[[12, 13, 14, 16, 17, 18, 19]]
    fit = sm.OLS(y, sm.add_constant((x - 2015).astype(float))).fit()
    assert found.se == pytest.approx(np.sqrt(fit.scale))
    assert (found.df, found.n, found.period, found.jump) == (5, 7, 2019, False)
    assert found.value == value[-1]


def test_series_uncertainty_takes_out_one_jump_or_one_odd_year() -> None:
    made = noise(np.random.default_rng(4), 500, 10)
    period = np.arange(10)
    for extra in (12.0 * (period >= 4), 12.0 * (period == 6)):
        found = series_uncertainty(period=period, value=made + extra)
        assert found.jump.mean() > 0.9
        assert np.median(found.se) == pytest.approx(1, abs=0.12)
        assert (found.df[found.jump] == 7).all()
    calm = series_uncertainty(period=period, value=made)
    assert calm.jump.mean() < 0.03


def test_series_uncertainty_of_a_break_against_statsmodels_matches() -> None:
    period = np.arange(9)
    value = np.array([1.0, 1.2, 0.9, 1.1, 9.3, 9.1, 9.4, 9.0, 9.2])
    found = series_uncertainty(period=period, value=value)
    design = np.column_stack([np.ones(9), period, period >= 4])
    fit = sm.OLS(value, design.astype(float)).fit()
    assert found.jump
    assert found.se == pytest.approx(np.sqrt(fit.scale))
    assert found.df == 6


def test_series_uncertainty_of_too_little_is_missing() -> None:
    value = [
        [1, 2, np.nan, np.nan, 4, np.nan],
        [np.nan] * 6,
        [5, 5, 5, 5, 5, 5],
        [1, 2, 3, 4, 5, 6],
        [1, 3, 2, 5, 3, np.nan],
    ]
    found = series_uncertainty(period=np.arange(6), value=value)
    np.testing.assert_array_equal(np.isnan(found.se), [True, True, True, True, False])
    np.testing.assert_array_equal(np.isnan(found.df), [True, True, True, True, False])
    np.testing.assert_array_equal(found.value, [4, np.nan, 5, 6, 3])
    np.testing.assert_array_equal(found.period, [4, np.nan, 5, 5, 4])
    np.testing.assert_array_equal(found.n, [3, 0, 6, 6, 5])
    with pytest.raises(ValueError, match="increase"):
        series_uncertainty(period=[3, 2, 1], value=[1, 2, 3])


@given(st.lists(st.floats(-50, 50), min_size=5, max_size=12), st.floats(0.1, 10), st.floats(-9, 9))
def test_series_uncertainty_keeps_its_laws(values: list[float], scale: float, slope: float) -> None:
    value, period = np.array(values), np.arange(len(values))
    found = series_uncertainty(period=period, value=value)
    if np.isnan(found.se) or found.se < 1e-6:
        return
    moved = series_uncertainty(period=period, value=value * scale + slope * period)
    assert moved.se == pytest.approx(found.se * scale, rel=1e-4)


def test_series_uncertainty_of_forty_thousand_series_is_quick() -> None:
    rng = np.random.default_rng(5)
    value = rng.standard_normal((40_000, 30))
    value[rng.random(value.shape) < 0.3] = np.nan
    start = time.process_time()
    found = series_uncertainty(period=np.arange(30), value=value)
    assert time.process_time() - start < 30  # computing time, on a slow machine
    assert found.se.shape == (40_000,)


CASES = """
group       reference   direction  class
40 60       70 75        1         levelling_up
40 40       70 60        1         levelling_down
40 35       70 50        1         levelling_down
40 45       70 60        1         levelling_up
40 35       70 75        1         widening
40 45       70 75        1         unchanged
40 90       70 60        1         unchanged
40 99       70 60        1         widening
40 40       70 60       -1         levelling_up
40 55       70 75       -1         levelling_down
40 55       70 70       -1         levelling_down
40 50       70 70        0         narrowing
40 30       70 70        0         widening
"""


@pytest.mark.parametrize("line", CASES.strip().splitlines()[1:])
def test_levelling_by_the_table_is_named(line: str) -> None:
    first, last, reference_first, reference_last, direction, wanted = line.split()
    found = levelling(
        level_first=float(first),
        level_last=float(last),
        reference_first=float(reference_first),
        reference_last=float(reference_last),
        direction=float(direction),
    )
    assert found == wanted


def test_levelling_within_tolerance_or_missing_is_said() -> None:
    found = levelling(
        level_first=[40, 40, np.nan, 0.1],
        level_last=[42, 46, 1, 0.4],
        reference_first=[70, 70, 1, 0.3],
        reference_last=70.0,
        direction=[1, 1, 1, 1],
        tolerance=[5, 5, 0, np.nan],
    )
    np.testing.assert_array_equal(found, ["unchanged", "levelling_up", "", ""])
    same = levelling(level_first=0.1, level_last=0.4, reference_first=0.3, reference_last=0.6, direction=1)
    assert same == "unchanged"
    with pytest.raises(ValueError, match="direction"):
        levelling(level_first=1, level_last=1, reference_first=1, reference_last=1, direction=2)


@given(st.tuples(*[st.integers(-20, 20)] * 4), st.sampled_from([-1, 0, 1]))
def test_levelling_with_labels_swapped_or_scale_turned_is_the_same(
    levels: tuple[int, int, int, int], direction: int
) -> None:
    a, b, r, q = levels
    kind = levelling(level_first=a, level_last=b, reference_first=r, reference_last=q, direction=direction)
    swapped = levelling(level_first=r, level_last=q, reference_first=a, reference_last=b, direction=direction)
    turned = levelling(level_first=-a, level_last=-b, reference_first=-r, reference_last=-q, direction=-direction)
    assert kind == swapped == turned
