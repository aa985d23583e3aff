"""Benjamini–Hochberg against statsmodels and by simulation."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats as scipy_stats
from statsmodels.stats.multitest import multipletests

from jamlik.stats import bh_q_values

p_values = st.lists(st.floats(0, 1), min_size=1, max_size=40)


@given(p_values)
def test_q_values_against_statsmodels_match(p: list[float]) -> None:
    wanted = multipletests(p, method="fdr_bh")[1]
    np.testing.assert_allclose(bh_q_values(p_value=p), wanted, rtol=1e-9, atol=1e-300)


@given(p_values, st.integers(0, 5))
def test_missing_tests_do_not_count(p: list[float], missing: int) -> None:
    found = bh_q_values(p_value=[*p, *[np.nan] * missing])
    np.testing.assert_allclose(found[: len(p)], bh_q_values(p_value=p))
    assert np.isnan(found[len(p) :]).all()


@given(p_values)
def test_q_values_keep_the_order_and_never_fall_below_p(p: list[float]) -> None:
    found = bh_q_values(p_value=p)
    assert (found >= np.array(p) * (1 - 1e-12)).all()
    assert (np.diff(found[np.argsort(p)]) >= 0).all()
    np.testing.assert_allclose(bh_q_values(p_value=p, weight=np.full(len(p), 3.5)), found, rtol=1e-9, atol=1e-300)


@given(st.lists(st.tuples(st.floats(0, 1), st.floats(0.1, 10)), min_size=1, max_size=20))
def test_weighted_q_values_match_their_definition(rows: list[tuple[float, float]]) -> None:
    p, w = np.array(rows).T
    scaled = p / (w / w.mean())
    wanted = [min(1.0, min(s * p.size / (scaled <= s).sum() for s in scaled if s >= mine)) for mine in scaled]
    np.testing.assert_allclose(bh_q_values(p_value=p, weight=w), wanted, rtol=1e-9, atol=1e-300)


def test_weight_zero_gives_q_one() -> None:
    np.testing.assert_allclose(bh_q_values(p_value=[0.0, 0.01], weight=[0, 1]), [1, 0.01])


def test_families_on_leading_axes_are_kept_apart() -> None:
    p = np.random.default_rng(2).uniform(size=(3, 5, 20))
    found = bh_q_values(p_value=p)
    np.testing.assert_array_equal(found[1, 4], bh_q_values(p_value=p[1, 4]))
    assert np.isnan(bh_q_values(p_value=[[np.nan, np.nan]])).all()
    assert bh_q_values(p_value=np.empty((2, 0))).shape == (2, 0)


@pytest.mark.parametrize(("p", "weight"), [([1.1], None), ([0.5], [-1])])
def test_impossible_input_says_so(p: list[float], weight: list[float] | None) -> None:
    with pytest.raises(ValueError, match="must"):
        bh_q_values(p_value=p, weight=weight)


def test_share_of_false_findings_is_held_with_and_without_weights() -> None:
    rng = np.random.default_rng(11)
    true = np.arange(50) < 10
    z = rng.standard_normal((4000, 50)) + np.where(true, 3.0, 0.0)
    p = 2 * scipy_stats.norm.sf(np.abs(z))
    for weight in (None, np.where(true, 3.0, 1.0), rng.uniform(0.2, 2, 50)):
        called = bh_q_values(p_value=p, weight=weight) <= 0.05
        false_share = (called & ~true).sum(1) / np.maximum(called.sum(1), 1)
        assert false_share.mean() < 0.053
        assert called[:, true].mean() > 0.5
