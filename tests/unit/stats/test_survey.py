"""Survey levels against statsmodels' cluster-robust errors, closed forms and simulation."""

from __future__ import annotations

import numpy as np
import pytest
import statsmodels.api as sm

from jamlik.stats import survey_level


def test_level_of_clusters_against_statsmodels_matches() -> None:
    rng = np.random.default_rng(5)
    cluster = np.repeat(np.arange(12), rng.integers(3, 9, 12))
    weight = rng.uniform(0.5, 3, cluster.size)
    value = rng.normal(0, 1, 12)[cluster] + rng.normal(0, 1, cluster.size)
    found = survey_level(value=value, weight=weight, cluster=cluster, prevalence=False)
    fitted = sm.WLS(value, np.ones_like(value), weights=weight).fit(
        cov_type="cluster", cov_kwds={"groups": cluster}, use_t=True
    )
    assert found.level.value == pytest.approx(fitted.params[0])
    assert found.se == pytest.approx(fitted.bse[0], rel=1e-9)
    np.testing.assert_allclose([found.level.low, found.level.high], fitted.conf_int()[0], rtol=1e-9)
    assert found.df == 11


def test_strata_of_single_people_are_the_textbook_stratified_mean() -> None:
    # Cochran (1977), section 5.4: the variance of a stratified mean is the sum of W² s² / n.
    rng = np.random.default_rng(6)
    sizes, shares = np.array([20, 35, 15]), np.array([0.2, 0.5, 0.3])
    stratum = np.repeat(np.arange(3), sizes)
    value = rng.normal([1, 2, 5], [1, 2, 0.5], (1, 3))[0][stratum] + rng.normal(size=stratum.size)
    found = survey_level(value=value, weight=(shares / sizes)[stratum], stratum=stratum, prevalence=False)
    means = [value[stratum == h].mean() for h in range(3)]
    wanted = sum(w**2 * value[stratum == h].var(ddof=1) / sizes[h] for h, w in enumerate(shares))
    assert found.level.value == pytest.approx(shares @ means)
    assert found.se == pytest.approx(np.sqrt(wanted))
    assert found.df == sizes.sum() - 3


def test_plain_sample_is_the_binomial_and_many_domains_go_at_once() -> None:
    answers = np.array([1] * 30 + [0] * 70, dtype=float)
    found = survey_level(value=answers, weight=np.ones(100))
    assert found.se == pytest.approx(np.sqrt(0.3 * 0.7 / 99))
    assert found.design_effect == pytest.approx(1)
    assert 0 < found.level.low < 0.3 < found.level.high < 1
    rng = np.random.default_rng(7)
    stratum, cluster, weight = rng.integers(0, 3, 90), rng.integers(0, 15, 90), rng.uniform(1, 2, 90)
    sex, value = rng.integers(0, 2, 90), rng.integers(0, 2, 90).astype(float)
    domains = np.stack([np.where(sex == g, value, np.nan) for g in (0, 1)])
    both = survey_level(value=domains, weight=weight, stratum=stratum, cluster=cluster)
    for g in (0, 1):
        one = survey_level(value=domains[g], weight=weight, stratum=stratum, cluster=cluster)
        assert one.se == pytest.approx(float(both.se[g]))
    shuffled = rng.permutation(90)
    moved = survey_level(
        value=domains[:, shuffled], weight=weight[shuffled], stratum=stratum[shuffled], cluster=cluster[shuffled] + 40
    )
    np.testing.assert_allclose(moved.se, both.se)


def test_survey_level_covers_where_the_plain_interval_does_not() -> None:
    rng = np.random.default_rng(8)
    odds = rng.normal(-0.5, 0.7, (1500, 2, 15))
    chance = 1 / (1 + np.exp(-odds))
    value = (rng.random((1500, 2, 15, 12)) < chance[..., None]).astype(float).reshape(1500, -1)
    stratum, cluster = np.repeat([0, 1], 180), np.repeat(np.arange(30), 12)
    # The truth: the mean of the logistic-normal, by quadrature.
    node, mass = np.polynomial.hermite_e.hermegauss(40)
    truth = (mass / (1 + np.exp(0.5 - 0.7 * node))).sum() / mass.sum()
    found = survey_level(value=value, weight=np.ones(360), stratum=stratum, cluster=cluster)
    inside = (found.level.low <= truth) & (truth <= found.level.high)
    assert 0.935 < inside.mean() < 0.965
    plain = survey_level(value=value, weight=np.ones(360))
    assert ((plain.level.low <= truth) & (truth <= plain.level.high)).mean() < 0.9


def test_what_a_survey_cannot_give_is_missing() -> None:
    one = survey_level(value=[1, 0, 1], weight=[1, 1, 1], cluster=[4, 4, 4])
    assert one.level.value == pytest.approx(2 / 3)
    assert np.isnan(one.se)
    lonely = survey_level(value=[1, 0, 1, 0], weight=np.ones(4), stratum=[0, 0, 1, 1], cluster=[0, 1, 2, 2])
    assert lonely.df == 1
    assert np.isfinite(lonely.se)
    everybody = survey_level(value=[1, 1, 1], weight=np.ones(3))
    assert np.isnan(everybody.level.low)
    assert np.isnan(survey_level(value=[np.nan, np.nan], weight=np.ones(2)).level.value)
    with pytest.raises(ValueError, match="one code"):
        survey_level(value=[1, 0], weight=[1, 1], stratum=[1, 2, 3])
    with pytest.raises(ValueError, match="between 0 and 1"):
        survey_level(value=[1, 7], weight=[1, 1])
