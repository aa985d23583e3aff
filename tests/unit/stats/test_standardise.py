"""Standardised levels against OHID, closed forms and simulation."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats as scipy_stats

from jamlik.stats import (
    mean_interval,
    rate_interval,
    standardised_mean,
    standardised_proportion,
    standardised_rate,
    standardised_ratio,
    wilson_interval,
)

Columns = dict[str, npt.NDArray[np.str_]]
LEVELS = {0.9: ("lower90cl", "upper90cl"), 0.95: ("lower95_0cl", "upper95_0cl"), 0.998: ("lower99_8cl", "upper99_8cl")}


def numbers(column: npt.NDArray[np.str_]) -> npt.NDArray[np.float64]:
    return np.array([float(cell) if cell else np.nan for cell in column])


@pytest.mark.parametrize("confidence", sorted(LEVELS))
def test_standardised_rate_on_ohid_cases_matches(golden: Callable[[str], Columns], confidence: float) -> None:
    rows, expected = golden("phe/dsr_input.csv"), golden("phe/dsr_expected.csv")
    low, high = LEVELS[confidence]
    for i, area in enumerate(expected["area"]):
        here = rows["area"] == area
        found = standardised_rate(
            count=numbers(rows["count"][here]),
            exposure=numbers(rows["pop"][here]),
            weight=numbers(rows["stdpop"][here]),
            confidence=confidence,
        )
        wanted = [float(expected[name][i] or "nan") for name in ("value", low, high)]
        np.testing.assert_allclose([found.value, found.low, found.high], wanted, rtol=1e-9)


def test_standardised_rate_for_many_areas_at_once_equals_one_by_one() -> None:
    rng = np.random.default_rng(3)
    count, exposure, weight = rng.poisson(4, (6, 19)), rng.uniform(100, 500, (6, 19)), rng.uniform(1, 9, 19)
    found = standardised_rate(count=count, exposure=exposure, weight=weight)
    one = standardised_rate(count=count[4], exposure=exposure[4], weight=weight)
    assert found.value.shape == (6,)
    assert found.low[4] == one.low
    assert np.isnan(standardised_rate(count=[20, 0], exposure=[10, 0], weight=[1, 1]).value)


@given(st.integers(0, 60), st.integers(1, 60))
def test_one_stratum_gives_the_plain_interval(count: int, more: int) -> None:
    found = standardised_proportion(count=[count], total=[count + more], weight=[3])
    plain = wilson_interval(count=count, total=count + more)
    np.testing.assert_allclose([found.value, found.low, found.high], [plain.value, plain.low, plain.high], atol=1e-9)


def test_one_stratum_gives_the_plain_mean_interval() -> None:
    x = np.array([1.0, 5, 2, 9])
    found = standardised_mean(total=[x.sum()], square=[(x**2).sum()], n=[4], weight=[0.2])
    plain = mean_interval(total=x.sum(), square=(x**2).sum(), n=4)
    np.testing.assert_allclose([found.value, found.low, found.high], [plain.value, plain.low, plain.high], rtol=1e-12)


def test_standardised_levels_are_weighted_means_of_the_strata() -> None:
    found = standardised_proportion(count=[10, 30], total=[100, 40], weight=[3, 1])
    assert found.value == pytest.approx(0.75 * 0.1 + 0.25 * 0.75)
    mean = standardised_mean(total=[10, 40], square=[30, 500], n=[5, 4], weight=[3, 1])
    variance = np.array([(30 - 100 / 5) / 4 / 5, (500 - 1600 / 4) / 3 / 4])
    assert mean.value == pytest.approx(0.75 * 2 + 0.25 * 10)
    spread = np.array([9, 1]) / 16 * variance
    df = spread.sum() ** 2 / (spread**2 / [4, 3]).sum()
    half = (mean.high - mean.low) / 2
    assert half == pytest.approx(scipy_stats.t.ppf(0.975, df) * np.sqrt(spread.sum()))


@given(st.lists(st.tuples(st.integers(0, 30), st.integers(1, 30), st.floats(0.1, 5)), min_size=1, max_size=6))
def test_standardised_proportion_keeps_its_laws(rows: list[tuple[int, int, float]]) -> None:
    count, more, weight = (np.array(column, dtype=float) for column in zip(*rows, strict=True))
    total = count + more
    found = standardised_proportion(count=count, total=total, weight=weight)
    assert 0 <= found.low <= found.value + 1e-12
    assert found.value - 1e-12 <= found.high <= 1
    scaled = standardised_proportion(count=count, total=total, weight=weight * 7)
    turned = standardised_proportion(count=count[::-1], total=total[::-1], weight=weight[::-1])
    other = standardised_proportion(count=more, total=total, weight=weight)
    for same in (scaled.low, turned.low, 1 - other.high):
        assert same == pytest.approx(found.low, abs=1e-9)


def test_a_weighted_stratum_of_nobody_makes_the_level_missing() -> None:
    found = standardised_proportion(count=[[1, 0], [1, 0]], total=[[5, 0], [5, 0]], weight=[[1, 1], [1, 0]])
    np.testing.assert_array_equal(np.isnan(found.value), [True, False])
    np.testing.assert_array_equal(np.isnan(found.high), [True, False])
    mean = standardised_mean(total=[1, 0], square=[1, 0], n=[5, 0], weight=[1, 1])
    assert np.isnan(mean.value)
    assert np.isnan(standardised_proportion(count=[1], total=[2], weight=[0]).value)
    assert np.isnan(standardised_proportion(count=[1, np.nan], total=[2, 2], weight=[1, 1]).low)


def test_a_stratum_of_one_person_borrows_the_others_variance() -> None:
    found = standardised_mean(total=[10, 7], square=[30, 49], n=[5, 1], weight=[1, 1])
    assert found.high > found.value
    alone = standardised_mean(total=[3, 7], square=[9, 49], n=[1, 1], weight=[1, 1])
    assert alone.value == 5
    assert np.isnan(alone.low)


@pytest.mark.parametrize("weight", [[-1, 2], 3])
def test_impossible_weights_say_so(weight: object) -> None:
    with pytest.raises(ValueError, match=r"must not be negative|last axis"):
        standardised_proportion(count=1, total=2, weight=weight)  # type: ignore[arg-type]


@pytest.mark.parametrize(("strata", "fewest", "most", "p"), [(4, 20, 60, 0.3), (10, 5, 40, 0.2), (50, 2, 6, 0.3)])
def test_standardised_proportion_covers_near_95_percent(strata: int, fewest: int, most: int, p: float) -> None:
    rng = np.random.default_rng(7)
    total, weight = rng.integers(fewest, most + 1, strata), rng.dirichlet(np.full(strata, 3.0))
    covers = []
    for shift in np.linspace(0.8, 1.2, 5):
        true = np.clip(p * shift * np.exp(rng.normal(0, 0.4, strata)), 0, 0.95)
        count = rng.binomial(total, true, (1500, strata))
        found = standardised_proportion(count=count, total=total, weight=weight)
        covers.append(((found.low <= weight @ true) & (weight @ true <= found.high)).mean())
    assert 0.935 < np.mean(covers) < 0.965


@pytest.mark.parametrize("confidence", [0.95, 0.998])
def test_standardised_ratio_on_ohid_cases_matches(golden: Callable[[str], Columns], confidence: float) -> None:
    rows, expected = golden("phe/isr_input.csv"), golden("phe/isr_expected.csv")
    low, high = LEVELS[confidence]
    for i, area in enumerate(expected["area"]):
        here = rows["area"] == area
        # One band is blank in the last area; OHID leaves it out of both sums.
        reference = np.nan_to_num(numbers(rows["refcount"][here])) / numbers(rows["refpop"][here])
        crude = float(expected["ref_rate"][i] or 100)
        found = standardised_ratio(
            count=np.nan_to_num(numbers(rows["count"][here])),
            exposure=np.nan_to_num(numbers(rows["pop"][here])), rate=reference,
            multiplier=crude, confidence=confidence,
        )  # fmt: skip
        wanted = [float(expected[name][i]) for name in ("value", low, high)]
        np.testing.assert_allclose([found.value, found.low, found.high], wanted, rtol=1e-9)


def test_fay_feuer_in_one_stratum_is_exact_poisson() -> None:
    for count in (0, 1, 5, 40):
        found = standardised_rate(
            count=[count], exposure=[50], weight=[1], multiplier=1, minimum_count=0, interval="fay_feuer"
        )
        limits = (
            scipy_stats.chi2.ppf(0.025, 2 * count) / 2 if count else 0,
            scipy_stats.chi2.ppf(0.975, 2 * count + 2) / 2,
        )
        np.testing.assert_allclose([found.low * 50, found.high * 50], limits, rtol=1e-9)
    few = rate_interval(count=5, exposure=50)
    five = standardised_rate(count=[5], exposure=[50], weight=[1], multiplier=1, minimum_count=0, interval="fay_feuer")
    assert five.high == pytest.approx(float(few.high))


def test_fay_feuer_covers_at_least_95_percent_with_few_events_and_unequal_weights() -> None:
    rng = np.random.default_rng(3)
    exposure, weight = np.array([1000.0, 500, 200, 50]), np.array([0.3, 0.3, 0.2, 0.2])
    rate = np.array([0.002, 0.004, 0.01, 0.03])
    count = rng.poisson(rate * exposure, (6000, 4))
    wanted = weight @ rate
    data = {"count": count, "exposure": exposure, "weight": weight, "multiplier": 1.0, "minimum_count": 0.0}
    found = standardised_rate(**data, interval="fay_feuer")  # type: ignore[arg-type]
    assert ((found.low <= wanted) & (wanted <= found.high)).mean() > 0.95
    assert (found.low <= found.value).all()
    assert (found.value <= found.high).all()
