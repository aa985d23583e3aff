"""Life expectancy against OHID, a closed form and simulation."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import pytest

from jamlik.stats import life_expectancy

Columns = dict[str, npt.NDArray[np.str_]]


@pytest.mark.parametrize(("confidence", "ends"), [(0.95, "95_0"), (0.998, "99_8")])
def test_life_expectancy_on_ohids_table_matches(golden: Callable[[str], Columns], confidence: float, ends: str) -> None:
    rows, expected = golden("phe/life_expectancy_input.csv"), golden("phe/life_expectancy_expected.csv")
    found = life_expectancy(
        deaths=rows["deaths"].astype(float), population=rows["pops"].astype(float),
        start_age=rows["startage"].astype(float), confidence=confidence,
    )  # fmt: skip
    np.testing.assert_allclose(found.value, expected["value"].astype(float), rtol=1e-9)
    np.testing.assert_allclose(found.low, expected[f"lower{ends}cl"].astype(float), rtol=1e-9)
    np.testing.assert_allclose(found.high, expected[f"upper{ends}cl"].astype(float), rtol=1e-9)


def test_constant_death_rate_gives_nearly_its_inverse() -> None:
    age = np.arange(0, 100, 1.0)
    found = life_expectancy(deaths=np.full(100, 20.0), population=np.full(100, 1000.0), start_age=age, infant_part=0.5)
    np.testing.assert_allclose(found.value, 50, rtol=1e-3)


def test_more_deaths_shorten_life_and_any_number_of_bands_is_taken() -> None:
    few = life_expectancy(deaths=[5, 50], population=[1000, 500], start_age=[0, 65])
    many = life_expectancy(deaths=[[9, 50], [5, 90]], population=[1000, 500], start_age=[0, 65])
    assert (many.value[:, 0] < few.value[0]).all()
    assert many.low.shape == (2, 2)


def test_life_expectancy_of_missing_bands_is_missing() -> None:
    found = life_expectancy(
        deaths=[[1, 0], [1, np.nan], [1, 5], [0, 5]], population=[[10, 5], [10, 5], [0, 5], [10, 9]], start_age=[0, 65]
    )
    np.testing.assert_array_equal(np.isnan(found.value[:, 0]), [True, True, True, False])
    np.testing.assert_array_equal(np.isnan(found.high[:, 1]), [True, True, True, False])
    with pytest.raises(ValueError, match="start_age"):
        life_expectancy(deaths=[1, 2], population=[3, 4], start_age=[5, 5])


def test_life_expectancy_limits_cover_near_95_percent() -> None:
    rng = np.random.default_rng(2)
    age = np.array([0, 1, 5, 15, 30, 45, 60, 75, 85.0])
    people = np.array([100, 400, 1000, 1500, 1500, 1500, 1300, 700, 200.0])
    rate = np.array([0.004, 0.0003, 0.0002, 0.0006, 0.001, 0.004, 0.015, 0.05, 0.15])
    true = life_expectancy(deaths=rate * people, population=people, start_age=age).value[0]
    found = life_expectancy(deaths=rng.poisson(rate * people, (5000, 9)), population=people, start_age=age)
    covers = (found.low[:, 0] <= true) & (true <= found.high[:, 0])
    assert 0.935 < covers.mean() < 0.965
