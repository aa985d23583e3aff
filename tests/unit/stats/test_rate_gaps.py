"""Gaps between rates against statsmodels, SciPy, full enumeration and their own laws."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats as scipy_stats
from statsmodels.stats import rates as their_rates

from jamlik.stats import rate_difference, rate_interval, rate_ratio

counts = st.integers(0, 60)
exposures = st.floats(1, 1000)


@given(counts, exposures, counts, exposures)
def test_p_value_against_the_binomial_matches(count: int, exposure: float, other: int, other_exposure: float) -> None:
    found = rate_ratio(count=count, exposure=exposure, count_reference=other, exposure_reference=other_exposure)
    part = exposure / (exposure + other_exposure)
    if count + other == 0 or count * other_exposure == pytest.approx(other * exposure, rel=1e-9):
        assert found.p_value == pytest.approx(1)
        return
    binomial = scipy_stats.binom(count + other, part)
    upper = binomial.sf(count) + binomial.pmf(count) / 2
    assert found.p_value == pytest.approx(min(1, 2 * min(upper, 1 - upper)), rel=1e-6, abs=1e-12)


@pytest.mark.parametrize(("count", "other"), [(30, 12), (5, 20), (60, 41)])
def test_ratio_near_statsmodels_and_exact_against_scipy(count: int, other: int) -> None:
    found = rate_ratio(count=count, exposure=100, count_reference=other, exposure_reference=140)
    limits = scipy_stats.binomtest(count, count + other).proportion_ci(method="exact")
    wanted = [1.4 * limits.low / (1 - limits.low), 1.4 * limits.high / (1 - limits.high)]
    np.testing.assert_allclose([found.low, found.high], wanted, rtol=1e-9)
    near = their_rates.confint_poisson_2indep(count, 100, other, 140, method="score", compare="ratio")
    np.testing.assert_allclose(np.log([found.low, found.high]), np.log(near), atol=0.3)
    test = their_rates.test_poisson_2indep(count, 100, other, 140, method="cond-midp")
    assert found.p_value == pytest.approx(test.pvalue, abs=0.01)


@given(counts, exposures, counts, exposures)
def test_difference_with_labels_swapped_turns_round(count: int, exposure: float, other: int, by: float) -> None:
    found = rate_difference(count=count, exposure=exposure, count_reference=other, exposure_reference=by)
    swapped = rate_difference(count=other, exposure=by, count_reference=count, exposure_reference=exposure)
    np.testing.assert_allclose([found.low, found.p_value], [-swapped.high, swapped.p_value], rtol=1e-6, atol=1e-9)
    assert found.low <= found.value <= found.high
    per = rate_difference(count=count, exposure=exposure, count_reference=other, exposure_reference=by, multiplier=1000)
    assert per.low == pytest.approx(1000 * found.low)
    ratio = rate_ratio(count=count, exposure=exposure, count_reference=other, exposure_reference=by)
    if other:
        assert ratio.low <= ratio.value <= ratio.high


def test_difference_from_a_known_rate_is_the_rates_own_interval() -> None:
    found = rate_difference(count=7, exposure=10, count_reference=0, exposure_reference=1e12)
    own = rate_interval(count=7, exposure=10)
    np.testing.assert_allclose([found.low, found.high], [own.low, own.high], rtol=1e-6)


def test_gaps_of_nothing_are_defined() -> None:
    data = {
        "count": [0, 3, 0, 1],
        "exposure": [10, 10, 10, 0],
        "count_reference": [4, 0, 0, 1],
        "exposure_reference": 5,
    }
    ratio, difference = rate_ratio(**data), rate_difference(**data)
    np.testing.assert_array_equal(ratio.value, [0, np.nan, np.nan, np.nan])
    np.testing.assert_array_equal(ratio.low[[0, 2, 3]], [0, np.nan, np.nan])
    assert ratio.high[1] == np.inf
    np.testing.assert_array_equal(np.isnan(difference.low), [False, False, False, True])
    np.testing.assert_array_equal(ratio.p_value[2:], [1, np.nan])
    with pytest.raises(ValueError, match="negative"):
        rate_ratio(count=-1, exposure=1, count_reference=1, exposure_reference=1)


def test_size_and_coverage_by_enumeration_are_held() -> None:
    sizes, covers = [], []
    for mean, other in ((2, 2), (5, 20), (1, 40), (10, 10), (30, 30), (8, 200)):
        a, b = np.arange(0, 3 * mean + 25), np.arange(0, 2 * other + 40)
        found = rate_difference(count=a[:, None], exposure=mean, count_reference=b[None, :], exposure_reference=other)
        chance = np.outer(scipy_stats.poisson.pmf(a, mean), scipy_stats.poisson.pmf(b, other))
        sizes.append((chance * (found.p_value < 0.05)).sum())
        covers.append((chance * ((found.low <= 0) & (found.high >= 0))).sum())
    assert np.mean(sizes) < 0.05
    assert np.max(sizes) < 0.06
    assert np.min(covers) > 0.93
    assert 0.945 < np.mean(covers) < 0.985
