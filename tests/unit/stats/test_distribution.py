"""Gini, quantile ratios and separation against their definitions, simulation and their own laws."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats as scipy_stats

from jamlik.stats import (
    atkinson,
    dissimilarity,
    distribution_index,
    entropy_index,
    exposure,
    gini,
    median_odds_ratio,
    quantile_ratio,
)

groups = st.lists(st.tuples(st.floats(0.01, 100), st.integers(1, 50)), min_size=2, max_size=12)
areas = st.lists(st.tuples(st.integers(0, 40), st.integers(1, 40)), min_size=2, max_size=10)


@given(groups)
def test_gini_is_half_the_mean_difference_between_people(rows: list[tuple[float, int]]) -> None:
    value, people = np.array(rows).T
    each = np.repeat(value, people.astype(int))
    wanted = np.abs(each[:, None] - each[None, :]).mean() / 2 / each.mean()
    found = gini(value=value, population=people)
    assert found == pytest.approx(wanted, abs=1e-9)
    assert 0 <= found + 1e-12 < 1
    scaled = gini(value=np.stack([value * 3, value[::-1]]), population=np.stack([people * 2, people[::-1]]))
    np.testing.assert_allclose(scaled, found, atol=1e-9)


@given(groups)
def test_quantile_ratio_is_that_of_the_people(rows: list[tuple[float, int]]) -> None:
    value, people = np.array(rows).T
    each = np.repeat(value, people.astype(int))
    low, high = np.quantile(each, [0.1, 0.9], method="inverted_cdf")
    assert quantile_ratio(value=value, population=people) == pytest.approx(high / low)


def test_distributions_of_too_little_are_missing() -> None:
    for function in (gini, quantile_ratio):
        assert np.isnan(function(value=[1, np.nan, 4], population=[2, 3, 0]))
        assert np.isnan(function(value=[0, 0], population=1))
    assert gini(value=[2, np.nan, 2], population=1) == pytest.approx(0)
    with pytest.raises(ValueError, match="lower and upper"):
        quantile_ratio(value=[1, 2], population=1, upper=0.1, lower=0.9)


def test_dissimilarity_at_its_ends_and_by_hand() -> None:
    value, chance, corrected = dissimilarity(count=[[10, 0], [5, 5], [8, 2]], total=[[10, 10], [10, 10], [10, 10]])
    np.testing.assert_allclose(value, [1, 0, 0.6])
    np.testing.assert_allclose(chance, chance[0])
    np.testing.assert_allclose(corrected, (value - chance) / (1 - chance))
    assert corrected[0] == 1
    assert np.isnan(dissimilarity(count=[0, 0], total=[5, 5])).all()
    assert np.isnan(dissimilarity(count=[5, 5], total=[5, 5])).all()


def test_dissimilarity_by_chance_against_simulation_and_scipy_matches() -> None:
    rng = np.random.default_rng(2)
    total = np.array([12, 5, 40, 25, 8, 60])
    drawn, chance, corrected = dissimilarity(count=rng.binomial(total, 0.2, (20_000, 6)), total=total)
    expected = dissimilarity(count=0.2 * total, total=total)[1]
    known = ~np.isnan(drawn)
    assert drawn[known].mean() == pytest.approx(float(expected), rel=0.05)
    assert np.nanmean(corrected) == pytest.approx(0, abs=0.03)
    spread = [scipy_stats.binom(n, 0.2).expect(lambda x, n=n: abs(x - 0.2 * n)) for n in total]
    kept = np.sqrt((total.sum() - total) / (total.sum() - 1))
    wanted = 0.5 * (spread * kept).sum() * (1 / (0.2 * total.sum()) + 1 / (0.8 * total.sum()))
    assert expected == pytest.approx(wanted, rel=1e-9)
    assert (chance[known] > 0).all()


@given(areas)
def test_separation_keeps_its_laws(rows: list[tuple[int, int]]) -> None:
    own, others = np.array(rows, dtype=float).T
    total = own + others
    value, _, _ = dissimilarity(count=own, total=total)
    if own.sum() == 0:
        assert np.isnan(value)
        return
    assert -1e-12 <= value <= 1 + 1e-12
    assert dissimilarity(count=others, total=total)[0] == pytest.approx(float(value))
    assert dissimilarity(count=own * 3, total=total * 3)[0] == pytest.approx(float(value))
    met = exposure(count=own, other=others, total=total)
    assert met.value == pytest.approx((own / own.sum() * others / total).sum())
    assert met.low <= met.value + 1e-12
    assert met.value - 1e-12 <= met.high
    alone = exposure(count=own, other=own, total=total)
    if not np.isnan(alone.value):
        lived = (own > 0) & (total > 1)
        wanted = (own[lived] * (own[lived] - 1) / (total[lived] - 1)).sum() / own[lived].sum()
        assert alone.value == pytest.approx(wanted)


@given(groups)
def test_atkinson_against_its_definition_and_laws(rows: list[tuple[float, int]]) -> None:
    value, people = np.array(rows).T
    each = np.repeat(value, people.astype(int))
    found = atkinson(value=value, population=people)
    assert found == pytest.approx(1 - scipy_stats.gmean(each) / each.mean(), abs=1e-9)
    theil = entropy_index(value=value, population=people, measure="log_deviation").value
    assert found == pytest.approx(1 - np.exp(-theil), abs=1e-9)
    harmonic = atkinson(value=value, population=people, aversion=2.0)
    assert harmonic == pytest.approx(1 - scipy_stats.hmean(each) / each.mean(), abs=1e-9)
    assert harmonic >= found - 1e-9
    assert atkinson(value=value * 5, population=people * 2) == pytest.approx(float(found), abs=1e-9)
    assert atkinson(value=[0, 3], population=1) == 1
    with pytest.raises(ValueError, match="aversion"):
        atkinson(value=value, population=people, aversion=0)


@pytest.mark.parametrize("measure", ["gini", "atkinson", "quantile_ratio"])
def test_indices_of_uncertain_levels_find_equality_and_cover(measure: str) -> None:
    rng = np.random.default_rng(11)
    people = rng.integers(80, 400, 12)
    for spread in (0.0, 0.12):
        true = 0.3 + spread * np.linspace(-1, 1, 12)
        value = rng.binomial(people, true, (120, 12)) / people
        se = np.sqrt(value * (1 - value) / people)
        found = distribution_index(value=value, population=people, se=se, measure=measure, draws=120, rng=rng)  # type: ignore[arg-type]
        plain = {"gini": gini, "atkinson": atkinson, "quantile_ratio": quantile_ratio}[measure]
        np.testing.assert_allclose(found.value, plain(value=value, population=people), atol=1e-9)  # type: ignore[operator]
        exact = plain(value=true, population=people)  # type: ignore[operator]
        inside = (found.corrected.low <= exact + 1e-9) & (exact - 1e-9 <= found.corrected.high)
        assert inside.mean() > 0.91
        if spread == 0:
            assert (found.corrected.low > exact + 1e-9).mean() <= 0.065
            assert np.median(found.corrected.value) < np.median(found.value)


def test_median_odds_ratio_against_its_definition_and_simulation() -> None:
    rng = np.random.default_rng(12)
    sigma = 0.5
    total = rng.integers(200, 900, 40)
    odds = rng.normal(-1, sigma, (400, 40))
    found = median_odds_ratio(count=rng.binomial(total, 1 / (1 + np.exp(-odds))), total=total)
    wanted = np.exp(np.sqrt(2) * sigma * scipy_stats.norm.ppf(0.75))
    drawn = np.exp(np.abs(rng.normal(0, sigma, 200_000) - rng.normal(0, sigma, 200_000)))
    assert np.median(drawn) == pytest.approx(wanted, rel=0.01)
    assert np.median(found.value) == pytest.approx(wanted, rel=0.03)
    assert 0.92 < ((found.low <= wanted) & (wanted <= found.high)).mean() < 0.98
    alike = median_odds_ratio(count=rng.binomial(total, 0.2, (400, 40)), total=total)
    assert (alike.low > 1).mean() < 0.065
    assert np.isnan(median_odds_ratio(count=[1, 0], total=[5, 0]).value)
