"""Gaps between two groups against statsmodels, SciPy, full enumeration and their own laws."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats as scipy_stats
from statsmodels.stats.proportion import confint_proportions_2indep
from statsmodels.stats.weightstats import CompareMeans, DescrStatsW

from jamlik.stats import (
    difference_from_total,
    estimate_difference,
    mean_difference,
    odds_ratio,
    persons_affected,
    proportion_difference,
    proportion_ratio,
)

tables = st.tuples(st.integers(1, 500), st.integers(1, 500)).flatmap(
    lambda n: st.tuples(st.integers(0, n[0]), st.just(n[0]), st.integers(0, n[1]), st.just(n[1]))
)
inner_tables = st.tuples(st.integers(3, 500), st.integers(3, 500)).flatmap(
    lambda n: st.tuples(st.integers(1, n[0] - 1), st.just(n[0]), st.integers(1, n[1] - 1), st.just(n[1]))
)


def difference(a: object, n: object, b: object, m: object, confidence: float = 0.95):  # type: ignore[no-untyped-def]
    return proportion_difference(count=a, total=n, count_reference=b, total_reference=m, confidence=confidence)


@given(tables, st.sampled_from([0.8, 0.95, 0.99]))
def test_proportion_difference_against_statsmodels_matches(table: tuple[int, int, int, int], confidence: float) -> None:
    found = difference(*table, confidence=confidence)
    wanted = confint_proportions_2indep(*table, method="newcomb", compare="diff", alpha=1 - confidence)
    np.testing.assert_allclose([found.low, found.high], wanted, rtol=1e-9, atol=1e-12)


def test_proportion_difference_on_newcombes_cases_matches_his_table() -> None:
    # Newcombe (1998), table II, method 10: 56/70 v 48/80, 9/10 v 3/10, 5/56 v 0/29, 10/10 v 0/20.
    found = difference([56, 9, 5, 10], [70, 10, 56, 10], [48, 3, 0, 0], [80, 10, 29, 20])
    np.testing.assert_allclose(found.low, [0.0524, 0.1705, -0.0381, 0.6791], atol=5e-5)
    np.testing.assert_allclose(found.high, [0.3339, 0.8090, 0.1926, 1.0], atol=5e-5)


@given(tables)
def test_proportion_difference_with_labels_swapped_turns_round(table: tuple[int, int, int, int]) -> None:
    a, n, b, m = table
    found, swapped = difference(a, n, b, m), difference(b, m, a, n)
    np.testing.assert_allclose([found.value, found.low, found.high], -np.array([1, 1, 1]) * [
        swapped.value, swapped.high, swapped.low], atol=1e-12)  # fmt: skip
    other_way = difference(n - a, n, m - b, m)
    np.testing.assert_allclose([found.low, found.p_value], [-other_way.high, other_way.p_value], atol=1e-9)
    assert -1 <= found.low <= found.value <= found.high <= 1
    assert found.p_value == pytest.approx(swapped.p_value, rel=1e-9)
    assert 0 <= found.p_value <= 1


@given(inner_tables)
def test_p_value_on_tables_of_enough_people_is_n_minus_one_chi_square(table: tuple[int, int, int, int]) -> None:
    a, n, b, m = table
    cells = np.array([[a, n - a], [b, m - b]])
    chi_square, _, _, expected = scipy_stats.chi2_contingency(cells, correction=False)
    found = float(difference(a, n, b, m).p_value)
    if expected.min() >= 5:
        wanted = scipy_stats.chi2.sf(chi_square * (n + m - 1) / (n + m), 1)
    else:
        k = np.arange(min(n, a + b) + 1)
        chance = scipy_stats.hypergeom.pmf(k, n + m, a + b, n)
        near = 1e-7 * chance[a]
        wanted = (
            1.0
            if a * m == b * n
            else chance[chance < chance[a] - near].sum() + chance[np.abs(chance - chance[a]) <= near].sum() / 2
        )
    assert found == pytest.approx(wanted, rel=1e-6, abs=1e-12)


@given(st.integers(0, 50), st.integers(1, 50), st.integers(1, 20))
def test_equal_groups_give_no_gap(count: int, more: int, times: int) -> None:
    total = count + more
    found = difference(count, total, count * times, total * times)
    assert found.value == pytest.approx(0, abs=1e-12)
    assert found.p_value == 1
    assert found.low <= 1e-12
    assert found.high >= -1e-12


def enumerated_size(n: int, m: int, p: float, level: float = 0.05) -> float:
    a, b = np.arange(n + 1), np.arange(m + 1)
    chance_a, chance_b = scipy_stats.binom.pmf(a, n, p), scipy_stats.binom.pmf(b, m, p)
    a, b, chance_a, chance_b = (*(v[c > 1e-9] for v, c in ((a, chance_a), (b, chance_b))), chance_a[chance_a > 1e-9], chance_b[chance_b > 1e-9])  # fmt: skip  # noqa: E501
    found = difference(a[:, None], n, b[None, :], m).p_value < level
    return float((np.outer(chance_a, chance_b) * found).sum())


def test_size_of_the_test_on_small_and_unequal_groups_is_held() -> None:
    sizes = [
        enumerated_size(n, m, p)
        for n, m in ((10, 10), (10, 200), (10, 2000), (20, 2000), (50, 50), (50, 200), (200, 200))
        for p in (0.005, 0.02, 0.1, 0.35, 0.5)
    ]
    assert np.mean(sizes) < 0.055
    assert np.max(sizes) < 0.065


@pytest.mark.prove
def test_size_of_the_test_over_the_whole_grid_is_held() -> None:
    ns, ps = (10, 20, 50, 200, 2000), (0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.35, 0.5)
    pairs = [(n, m) for i, n in enumerate(ns) for m in ns[i:]]
    sizes = np.array([[enumerated_size(n, m, p) for p in ps] for n, m in pairs])
    strict = np.array([[enumerated_size(n, m, p, level=0.001) for p in ps] for n, m in pairs])
    assert sizes.mean() < 0.04
    assert sizes.max() < 0.062
    assert strict.max() < 0.0015


def test_coverage_of_the_difference_by_enumeration_is_near_nominal() -> None:
    for n, m in ((20, 30), (50, 50), (100, 1000)):
        a, b = np.arange(n + 1), np.arange(m + 1)
        found = difference(a[:, None], n, b[None, :], m)
        covers = []
        for p, q in ((0.1, 0.2), (0.3, 0.3), (0.5, 0.7), (0.15, 0.6)):
            chance = np.outer(scipy_stats.binom.pmf(a, n, p), scipy_stats.binom.pmf(b, m, q))
            covers.append((chance * ((found.low <= p - q) & (p - q <= found.high))).sum())
        assert 0.94 < np.mean(covers) < 0.965
        assert min(covers) > 0.93


@given(inner_tables)
def test_ratios_against_statsmodels_match(table: tuple[int, int, int, int]) -> None:
    a, n, b, m = table
    ratio = proportion_ratio(count=a, total=n, count_reference=b, total_reference=m)
    wanted = confint_proportions_2indep(a, n, b, m, method="log", compare="ratio")
    np.testing.assert_allclose([ratio.low, ratio.high], wanted, rtol=1e-9)
    odds = odds_ratio(count=a, total=n, count_reference=b, total_reference=m)
    wanted = confint_proportions_2indep(a, n, b, m, method="logit", compare="odds-ratio")
    np.testing.assert_allclose([odds.low, odds.high], wanted, rtol=1e-9)
    assert odds.value == pytest.approx((a / (n - a)) / (b / (m - b)))
    back = proportion_ratio(count=b, total=m, count_reference=a, total_reference=n)
    np.testing.assert_allclose([ratio.value, ratio.low], [1 / back.value, 1 / back.high], rtol=1e-9)


def test_ratios_with_empty_cells_are_defined() -> None:
    ratio = proportion_ratio(count=[0, 5, 0, 10], total=10, count_reference=[5, 0, 0, 10], total_reference=10)
    np.testing.assert_array_equal(ratio.value, [0, np.nan, np.nan, 1])
    np.testing.assert_array_equal(ratio.low[:3], [0, ratio.low[1], np.nan])
    assert ratio.low[1] > 0
    assert ratio.high[0] < np.inf
    assert ratio.high[1] == np.inf
    assert ratio.low[3] < 1 < ratio.high[3]
    odds = odds_ratio(count=[0, 5, 0, 10], total=10, count_reference=[5, 0, 0, 10], total_reference=10)
    np.testing.assert_array_equal(odds.value, [0, np.nan, np.nan, np.nan])
    np.testing.assert_array_equal(np.isnan(odds.high), [False, False, True, True])


@given(
    st.lists(st.integers(-50, 50), min_size=2, max_size=20).filter(lambda v: len(set(v)) > 1),
    st.lists(st.integers(-50, 50), min_size=2, max_size=20),
)
def test_mean_difference_against_statsmodels_matches(first: list[int], second: list[int]) -> None:
    x, y = np.array(first, dtype=float), np.array(second, dtype=float)
    found = mean_difference(
        total=x.sum(), square=(x**2).sum(), n=x.size,
        total_reference=y.sum(), square_reference=(y**2).sum(), n_reference=y.size,
    )  # fmt: skip
    compare = CompareMeans(DescrStatsW(x), DescrStatsW(y))
    wanted = compare.tconfint_diff(usevar="unequal")
    np.testing.assert_allclose([found.low, found.high], wanted, rtol=1e-7, atol=1e-7)
    assert found.p_value == pytest.approx(scipy_stats.ttest_ind(x, y, equal_var=False).pvalue, abs=1e-9)


def test_mean_difference_without_spread_tells_nothing_of_noise() -> None:
    found = mean_difference(
        total=[6, 6, 6], square=[12, 12, 14], n=[3, 3, 3],
        total_reference=[3, 2, 2], square_reference=[3, 4, 4], n_reference=[3, 1, 2],
    )  # fmt: skip
    np.testing.assert_array_equal(np.isnan(found.low), [True, True, False])
    np.testing.assert_array_equal(np.isnan(found.p_value), [True, True, False])
    np.testing.assert_allclose(found.value, [1, 0, 1])


def test_estimate_difference_with_normal_and_t_matches_closed_form() -> None:
    found = estimate_difference(value=5, se=3, value_reference=[0, 5, -5], se_reference=4)
    np.testing.assert_allclose(found.high, np.array([5, 0, 10]) + 5 * scipy_stats.norm.ppf(0.975))
    np.testing.assert_allclose(found.p_value, 2 * scipy_stats.norm.sf([1, 0, 2]))
    one = estimate_difference(value=5, se=3, value_reference=0, se_reference=4, df=7)
    assert one.high == pytest.approx(5 + 5 * scipy_stats.t.ppf(0.975, 7))
    both = estimate_difference(value=5, se=3, value_reference=0, se_reference=4, df=7, df_reference=9)
    df = 25**2 / (81 / 7 + 256 / 9)
    assert both.p_value == pytest.approx(2 * scipy_stats.t.sf(1, df))
    target = estimate_difference(value=5, se=3, value_reference=0, se_reference=0, df=7, df_reference=np.nan)
    assert target.high == pytest.approx(5 + 3 * scipy_stats.t.ppf(0.975, 7))
    endless = estimate_difference(value=5, se=3, value_reference=0, se_reference=4, df=np.inf, df_reference=np.inf)
    assert endless.p_value == pytest.approx(2 * scipy_stats.norm.sf(1))


def test_estimate_difference_with_missing_or_no_noise_is_missing() -> None:
    found = estimate_difference(value=[1, 1, np.nan], se=[np.nan, 0, 1], value_reference=0, se_reference=0)
    np.testing.assert_array_equal(np.isnan(found.low), True)
    np.testing.assert_array_equal(np.isnan(found.p_value), True)
    np.testing.assert_array_equal(found.value, [1, 1, np.nan])
    with pytest.raises(ValueError, match="negative"):
        estimate_difference(value=1, se=-1, value_reference=0, se_reference=1)


def test_gaps_without_people_are_missing() -> None:
    for function in (proportion_difference, proportion_ratio, odds_ratio):
        found = function(count=[0, 1, np.nan], total=[0, 2, 2], count_reference=[1, 0, 1], total_reference=[2, 0, 2])
        for field in (found.value, found.low, found.high, found.p_value):
            np.testing.assert_array_equal(np.isnan(field), True)


def test_nobody_or_everybody_with_the_outcome_has_p_one() -> None:
    found = difference([0, 10], 10, [0, 20], 20)
    np.testing.assert_array_equal(found.p_value, [1, 1])
    np.testing.assert_array_equal(found.value, [0, 0])
    assert (found.high > 0).all()


def test_fractional_bases_are_taken() -> None:
    found = difference(3.4, 61.7, 20.2, 204.9)
    near = difference(3.4, 62, 20.2, 205)
    assert found.p_value == pytest.approx(near.p_value, rel=0.1)


@given(tables)
def test_difference_from_total_is_the_difference_from_everyone(table: tuple[int, int, int, int]) -> None:
    a, n, b, m = table
    found = difference_from_total(count=a, total=n, count_all=a + b, total_all=n + m)
    assert found.value == pytest.approx(a / n - (a + b) / (n + m), abs=1e-12)
    assert found.p_value == pytest.approx(difference(a, n, b, m).p_value)
    assert found.low <= found.value <= found.high


def test_difference_from_total_where_the_group_is_everyone_is_missing() -> None:
    assert np.isnan(difference_from_total(count=3, total=10, count_all=3, total_all=10).value)


def test_persons_affected_turns_the_gap_round() -> None:
    found = persons_affected(gap=-0.1, gap_low=-0.15, gap_high=0.05, n=200)
    np.testing.assert_allclose([found.value, found.low, found.high], [20, -10, 30])
    assert np.isnan(persons_affected(gap=np.nan, gap_low=0, gap_high=0, n=3).value)


def test_many_settings_at_once_equal_one_by_one() -> None:
    rng = np.random.default_rng(5)
    n, m = rng.integers(1, 300, (2, 4, 50))
    a, b = rng.integers(0, n + 1), rng.integers(0, m + 1)
    found = difference(a, n, b, m)
    assert found.value.shape == (4, 50)
    one = difference(a[2, 7], n[2, 7], b[2, 7], m[2, 7])
    assert one.p_value == found.p_value[2, 7]
    assert one.low == found.low[2, 7]
