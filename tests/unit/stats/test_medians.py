"""Medians and quantiles against SciPy's exact intervals, simulation and their own laws."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats as scipy_stats

from jamlik.stats import median_difference, quantile_interval

people = st.lists(st.floats(-100, 100), min_size=1, max_size=60)


@given(people, st.sampled_from([0.1, 0.25, 0.5, 0.9]))
def test_quantile_interval_against_scipy_matches(values: list[float], quantile: float) -> None:
    found = quantile_interval(value=values, quantile=quantile)
    assert found.value == pytest.approx(np.quantile(values, quantile), abs=1e-9)
    wanted = scipy_stats.quantile_test(values, p=quantile).confidence_interval(0.95)
    low, high = (np.nan_to_num(np.array(part, float), nan=np.nan) for part in wanted)
    assert found.low == (low if np.isfinite(low) else -np.inf)
    assert found.high == (high if np.isfinite(high) else np.inf)


def test_quantile_interval_of_groups_of_different_size() -> None:
    rng = np.random.default_rng(1)
    table = rng.exponential(size=(3, 200))
    table[1, 40:] = np.nan
    table[2] = np.nan
    found = quantile_interval(value=table)
    alone = quantile_interval(value=table[1, :40])
    assert found.low[1] == alone.low
    assert np.isnan(found.value[2])
    with pytest.raises(ValueError, match="quantile"):
        quantile_interval(value=[1, 2], quantile=1.0)


def test_median_difference_covers_in_skewed_groups() -> None:
    rng = np.random.default_rng(2)
    own, other = rng.lognormal(1, 0.8, (4000, 41)), rng.lognormal(0.7, 1.0, (4000, 60))
    found = median_difference(value=own, value_reference=other)
    wanted = np.exp(1) - np.exp(0.7)
    assert found.value[0] == pytest.approx(np.median(own[0]) - np.median(other[0]))
    assert 0.94 < ((found.low <= wanted) & (wanted <= found.high)).mean() < 0.98
    same = median_difference(value=rng.normal(size=(4000, 30)), value_reference=rng.normal(size=(4000, 25)))
    assert (same.p_value < 0.05).mean() < 0.065


def test_median_difference_by_hand_and_of_few() -> None:
    found = median_difference(value=np.arange(1.0, 10.0), value_reference=np.zeros(9))
    # Nine people: the ranks are 2 and 8, each beyond the median with chance 10 / 512.
    error = 6.0 / (2 * scipy_stats.norm.isf(10 / 512))
    assert found.high - found.low == pytest.approx(2 * 1.959963984540054 * error)
    few = median_difference(value=[1, 2, 3, 4], value_reference=[5, 6, 7, 8, 9])
    assert few.value == pytest.approx(2.5 - 7)
    assert np.isnan(few.low)
