"""Levels against OHID's PHEindicatormethods, SciPy and their own laws."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats as scipy_stats
from statsmodels.stats.proportion import proportion_confint

from jamlik.stats import (
    mean_interval,
    rate_interval,
    sample_variance,
    standard_error_from_interval,
    standard_error_of_mean,
    standard_error_of_proportion,
    standard_error_of_rate,
    wilson_interval,
)

Columns = dict[str, npt.NDArray[np.str_]]
Golden = Callable[[str], Columns]
LEVELS = {0.9: ("lower90cl", "upper90cl"), 0.95: ("lower95_0cl", "upper95_0cl"), 0.998: ("lower99_8cl", "upper99_8cl")}


def numbers(column: npt.NDArray[np.str_]) -> npt.NDArray[np.float64]:
    return np.array([float(cell) if cell else np.nan for cell in column])


@pytest.mark.parametrize("confidence", sorted(LEVELS))
def test_wilson_interval_on_ohid_cases_matches(golden: Golden, confidence: float) -> None:
    given_rows, expected = golden("phe/proportion_input.csv"), golden("phe/proportion_expected.csv")
    row = {key: i for i, key in enumerate(given_rows["row_id"])}
    at = [row[key] for key in expected["row_id"]]
    found = wilson_interval(
        count=numbers(given_rows["numerator"])[at],
        total=numbers(given_rows["denominator"])[at],
        confidence=confidence,
    )
    scale = numbers(expected["multiplier"])
    low, high = LEVELS[confidence]
    np.testing.assert_allclose(found.value * scale, numbers(expected["value"]), rtol=1e-9)
    np.testing.assert_allclose(found.low * scale, numbers(expected[low]), rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(found.high * scale, numbers(expected[high]), rtol=1e-9)


@pytest.mark.parametrize("confidence", sorted(LEVELS))
def test_rate_interval_on_ohid_cases_matches(golden: Golden, confidence: float) -> None:
    given_rows, expected = golden("phe/rate_input.csv"), golden("phe/rate_expected.csv")
    row = {key: i for i, key in enumerate(given_rows["row_id"])}
    low, high = LEVELS[confidence]
    for i, key in enumerate(expected["row_id"]):
        found = rate_interval(
            count=numbers(given_rows["numerator"])[row[key]],
            exposure=numbers(given_rows["denominator"])[row[key]],
            multiplier=float(expected["multiplier"][i]),
            confidence=confidence,
        )
        wanted = [numbers(expected[name])[i] for name in ("value", low, high)]
        np.testing.assert_allclose([found.value, found.low, found.high], wanted, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("confidence", sorted(LEVELS))
def test_mean_interval_on_ohid_cases_matches(golden: Golden, confidence: float) -> None:
    given_rows, expected = golden("phe/mean_input.csv"), golden("phe/mean_expected.csv")
    people = [numbers(given_rows["values"])[given_rows["area"] == area] for area in expected["area"]]
    sums = [np.array([f(values) for values in people]) for f in (np.sum, lambda v: (v**2).sum(), np.size)]
    found = mean_interval(total=sums[0], square=sums[1], n=sums[2], confidence=confidence)
    low, high = LEVELS[confidence]
    np.testing.assert_allclose(found.value, numbers(expected["value"]), rtol=1e-9)
    np.testing.assert_allclose(found.low, numbers(expected[low]), rtol=1e-9)
    np.testing.assert_allclose(found.high, numbers(expected[high]), rtol=1e-9)
    variance = sample_variance(total=sums[0], square=sums[1], n=sums[2])
    np.testing.assert_allclose(np.sqrt(variance), numbers(expected["stdev"]), rtol=1e-9)


@given(st.integers(1, 10_000), st.data(), st.sampled_from([0.8, 0.95, 0.99]))
def test_wilson_interval_against_statsmodels_matches(total: int, data: st.DataObject, confidence: float) -> None:
    count = data.draw(st.integers(0, total))
    found = wilson_interval(count=count, total=total, confidence=confidence)
    low, high = proportion_confint(count, total, alpha=1 - confidence, method="wilson")
    np.testing.assert_allclose([found.low, found.high], [low, high], rtol=1e-9, atol=1e-12)
    assert 0 <= found.low <= found.value <= found.high <= 1
    other = wilson_interval(count=total - count, total=total, confidence=confidence)
    np.testing.assert_allclose([1 - other.high, 1 - other.low], [found.low, found.high], atol=1e-12)


@given(st.lists(st.integers(-100, 100), min_size=2, max_size=30).filter(lambda v: len(set(v)) > 1))
def test_mean_interval_against_scipy_matches(values: list[int]) -> None:
    x = np.array(values, dtype=float)
    found = mean_interval(total=x.sum(), square=(x**2).sum(), n=x.size)
    wanted = scipy_stats.t.interval(0.95, x.size - 1, loc=x.mean(), scale=scipy_stats.sem(x))
    np.testing.assert_allclose([found.low, found.high], wanted, rtol=1e-9, atol=1e-9)
    np.testing.assert_allclose(
        standard_error_of_mean(total=x.sum(), square=(x**2).sum(), n=x.size), scipy_stats.sem(x), rtol=1e-9
    )


def test_levels_without_people_are_missing() -> None:
    assert np.isnan(wilson_interval(count=0, total=0).low)
    assert np.isnan(rate_interval(count=0, exposure=0).high)
    assert np.isnan(mean_interval(total=0, square=0, n=0).value)
    one = mean_interval(total=5, square=25, n=1)
    assert one.value == 5
    assert np.isnan(one.low)


def test_levels_with_missing_input_are_missing() -> None:
    found = wilson_interval(count=[1, np.nan, 2], total=[10, 10, np.nan])
    np.testing.assert_array_equal(np.isnan(found.high), [False, True, True])
    assert np.isnan(rate_interval(count=np.nan, exposure=10).low)
    assert np.isnan(mean_interval(total=1, square=np.nan, n=3).high)


def test_wilson_interval_at_the_ends_is_exact() -> None:
    found = wilson_interval(count=[0, 7], total=7)
    assert found.low[0] == 0
    assert found.high[1] == 1
    assert found.high[0] > 0.3


@pytest.mark.parametrize(("count", "total"), [(-1, 10), (11, 10), (1, -1)])
def test_wilson_interval_on_impossible_counts_says_where(count: int, total: int) -> None:
    with pytest.raises(ValueError, match=r"position \(1,\)"):
        wilson_interval(count=[0, count], total=[10, total])


@pytest.mark.parametrize("confidence", [0, 1, 95])
def test_intervals_on_impossible_confidence_say_so(confidence: float) -> None:
    with pytest.raises(ValueError, match="confidence"):
        wilson_interval(count=1, total=2, confidence=confidence)


def test_rate_interval_on_negative_events_says_so() -> None:
    with pytest.raises(ValueError, match="negative"):
        rate_interval(count=-1, exposure=3)


def test_standard_errors_are_never_zero() -> None:
    assert standard_error_of_proportion(count=0, total=100) > 0
    assert standard_error_of_rate(count=0, exposure=100) > 0
    assert standard_error_of_proportion(count=400, total=1000) == pytest.approx(np.sqrt(0.24 / 1000), rel=1e-3)
    assert standard_error_of_rate(count=100, exposure=1000, multiplier=1000) == pytest.approx(10)


def test_standard_error_from_interval_gives_back_the_standard_error() -> None:
    se = standard_error_from_interval(low=[1 - 1.959963984540054 * 2, 3], high=[1 + 1.959963984540054 * 2, 2])
    assert se[0] == pytest.approx(2)
    assert np.isnan(se[1])
