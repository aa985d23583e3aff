"""Groups that share people: against statsmodels, SciPy, simulation and closed forms."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats as scipy_stats
from statsmodels.stats.contingency_tables import mcnemar

from jamlik.stats import (
    difference_from_total,
    estimate_difference_from_total,
    mean_difference,
    mean_difference_from_total,
    paired_difference,
)


@pytest.mark.parametrize("cells", [(20, 12, 5, 30), (3, 0, 6, 9), (10, 4, 4, 10)])
def test_paired_difference_against_its_parts_matches(cells: tuple[int, int, int, int]) -> None:
    a, b, c, d = cells
    found = paired_difference(both=a, first_only=b, second_only=c, neither=d)
    n = sum(cells)
    assert found.value == pytest.approx((a + b) / n - (a + c) / n)
    exact = float(mcnemar([[a, b], [c, d]], exact=True).pvalue)
    wanted = min(exact - scipy_stats.binom.pmf(min(b, c), b + c, 0.5), 1) if b != c else 1.0
    assert found.p_value == pytest.approx(wanted, abs=1e-9)
    turned = paired_difference(both=d, first_only=c, second_only=b, neither=a)
    assert (turned.low, turned.high) == pytest.approx((-found.high, -found.low))


def test_paired_difference_covers_and_the_unpaired_is_wider() -> None:
    rng = np.random.default_rng(3)
    drawn = rng.multinomial(60, [0.4, 0.15, 0.1, 0.35], 20_000).T
    found = paired_difference(both=drawn[0], first_only=drawn[1], second_only=drawn[2], neither=drawn[3])
    assert 0.94 < ((found.low <= 0.05) & (found.high >= 0.05)).mean() < 0.97
    assert np.isnan(paired_difference(both=0, first_only=0, second_only=0, neither=0).value)
    with pytest.raises(ValueError, match="negative"):
        paired_difference(both=-1, first_only=0, second_only=0, neither=0)


def sums(values: np.ndarray) -> tuple[float, float, int]:
    return float(values.sum()), float((values**2).sum()), values.size


def test_mean_against_the_whole_is_the_scaled_difference_from_the_rest() -> None:
    rng = np.random.default_rng(4)
    own, rest = rng.normal(5, 2, 30), rng.normal(4, 1, 90)
    whole = np.concatenate([own, rest])
    names = ("total", "square", "n")
    found = mean_difference_from_total(
        **dict(zip(names, sums(own), strict=True)),  # type: ignore[arg-type]
        **dict(zip((f"{name}_all" for name in names), sums(whole), strict=True)),  # type: ignore[arg-type]
    )
    assert found.value == pytest.approx(own.mean() - whole.mean())
    apart = mean_difference(
        **dict(zip(names, sums(own), strict=True)),  # type: ignore[arg-type]
        **dict(zip((f"{name}_reference" for name in names), sums(rest), strict=True)),  # type: ignore[arg-type]
    )
    assert found.low == pytest.approx(0.75 * float(apart.low))
    welch = scipy_stats.ttest_ind(own, rest, equal_var=False)
    assert found.p_value == pytest.approx(welch.pvalue)
    with pytest.raises(ValueError, match="more people"):
        mean_difference_from_total(total=1, square=1, n=5, total_all=1, square_all=1, n_all=4)


def test_published_value_against_the_whole_agrees_with_the_counts() -> None:
    by_count = difference_from_total(count=300, total=1000, count_all=1900, total_all=5000)
    p, q = 0.3, 0.4
    se, se_all = np.sqrt(p * (1 - p) / 1000), np.sqrt(0.2**2 * p * (1 - p) / 1000 + 0.8**2 * q * (1 - q) / 4000)
    found = estimate_difference_from_total(value=0.3, se=se, value_all=0.38, se_all=se_all, share=0.2)
    assert found.value == pytest.approx(float(by_count.value))
    np.testing.assert_allclose([found.low, found.high], [by_count.low, by_count.high], atol=1e-3)
    independent = 2 * 1.959963984540054 * np.hypot(se, se_all)
    assert found.high - found.low < 0.9 * independent
    assert np.isnan(estimate_difference_from_total(value=1, se=1, value_all=1, se_all=1, share=1).low)
    with pytest.raises(ValueError, match="share"):
        estimate_difference_from_total(value=1, se=1, value_all=1, se_all=1, share=2)
