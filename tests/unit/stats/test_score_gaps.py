"""Score limits of gaps against likelihoods made largest by search, a published example and their own laws."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import optimize
from scipy import stats as scipy_stats

from jamlik.stats import proportion_difference, score_difference, score_ratio

tables = st.tuples(st.integers(1, 60), st.integers(1, 60)).flatmap(
    lambda n: st.tuples(st.integers(0, n[0]), st.just(n[0]), st.integers(0, n[1]), st.just(n[1]))
)


def given_counts(table: tuple[int, int, int, int]) -> dict[str, int]:
    a, n, b, m = table
    return {"count": a, "total": n, "count_reference": b, "total_reference": m}


def restricted_z(table: tuple[int, int, int, int], own_of: Callable[[float], float], slope: float) -> float:
    """The score at a restriction own = own_of(other), its likelihood made largest by search."""
    a, n, b, m = table

    def unlikely(other: float) -> float:
        own = own_of(other)
        return -float(scipy_stats.binom.logpmf(a, n, own) + scipy_stats.binom.logpmf(b, m, other))

    possible = [other for other in np.linspace(0, 1, 4001) if 0 <= own_of(other) <= 1]
    ends = (possible[0] + 1e-9, possible[-1] - 1e-9)
    other = float(optimize.minimize_scalar(unlikely, bounds=ends, method="bounded", options={"xatol": 1e-12}).x)
    own = own_of(other)
    variance = (own * (1 - own) / n + slope**2 * other * (1 - other) / m) * (n + m) / (n + m - 1)
    return float((a / n - own_of(b / m)) / np.sqrt(variance))


TABLES = [(5, 51, 2, 29), (56, 70, 48, 80), (9, 10, 3, 10), (2, 400, 9, 300), (28, 30, 28, 31)]


@pytest.mark.parametrize("table", TABLES)
def test_limits_are_where_the_score_says_95_percent(table: tuple[int, int, int, int]) -> None:
    found, ratio = score_difference(**given_counts(table)), score_ratio(**given_counts(table))
    for name, z in (("low", 1.959964), ("high", -1.959964)):
        by, times = float(getattr(found, name)), float(getattr(ratio, name))
        assert restricted_z(table, by.__add__, 1.0) == pytest.approx(z, abs=1e-3)
        assert restricted_z(table, times.__mul__, times) == pytest.approx(z, abs=1e-3)


def test_published_example_matches() -> None:
    # Newcombe (1998), table II: 56/70 and 48/80, Miettinen and Nurminen: 0.0528 to 0.3382.
    found = score_difference(count=56, total=70, count_reference=48, total_reference=80)
    np.testing.assert_allclose([found.low, found.high], [0.0528, 0.3382], atol=5e-5)


@given(tables)
def test_limits_keep_their_laws(table: tuple[int, int, int, int]) -> None:
    a, n, b, m = table
    found, ratio = score_difference(**given_counts(table)), score_ratio(**given_counts(table))
    assert -1 <= found.low <= found.value + 1e-9
    assert found.value - 1e-9 <= found.high <= 1
    turned = score_difference(**given_counts((b, m, a, n)))
    assert turned.low == pytest.approx(-found.high, abs=1e-9)
    others = score_difference(**given_counts((n - a, n, m - b, m)))
    assert others.low == pytest.approx(-found.high, abs=1e-9)
    if a and b:
        back = score_ratio(**given_counts((b, m, a, n)))
        assert back.low == pytest.approx(1 / float(ratio.high), rel=1e-6)
        assert ratio.low <= ratio.value * (1 + 1e-9)
        assert (found.low > 0) == (ratio.low > 1)
    else:
        assert (a == 0 and b == 0) == bool(np.isnan(ratio.low))
        assert a > 0 or b == 0 or ratio.low == 0
        assert b > 0 or a == 0 or np.isinf(ratio.high)
    assert found.p_value == proportion_difference(**given_counts(table)).p_value


def test_many_settings_are_each_as_alone() -> None:
    many = score_difference(count=[[3, 9], [0, 5]], total=10, count_reference=4, total_reference=[12, 30])
    alone = score_difference(count=5, total=10, count_reference=4, total_reference=30)
    assert many.low.shape == (2, 2)
    assert many.high[1, 1] == alone.high
    assert np.isnan(score_difference(count=0, total=0, count_reference=1, total_reference=2).low)
