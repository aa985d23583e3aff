"""Benchmarks against OHID, Fingertips and the intervals they stand on."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jamlik.stats import (
    benchmark_class,
    funnel_of_counts,
    funnel_of_proportions,
    quantile_group,
    rate_interval,
    recent_trend,
    wilson_interval,
)

Columns = dict[str, npt.NDArray[np.str_]]
Golden = Callable[[str], Columns]


def numbers(column: npt.NDArray[np.str_]) -> npt.NDArray[np.float64]:
    return np.array([float(cell) if cell not in ("", "NA") else np.nan for cell in column])


def test_quantile_group_on_ohid_cases_matches(golden: Golden) -> None:
    rows, expected = golden("phe/quantile_input.csv"), golden("phe/quantile_expected.csv")
    seen = 0
    wheres = np.char.add(np.char.add(rows["IndSexRef"], "|"), rows["ParentCode"])
    expected_wheres = np.char.add(np.char.add(expected["IndSexRef"], "|"), expected["ParentCode"])
    for where in np.unique(expected_wheres):
        here = wheres == where
        place = {key: i for i, key in enumerate(rows["AreaCode"][here])}
        for groups in (4, 5, 10):
            for invert in (True, False):
                wanted = (expected_wheres == where) & (expected["nquantiles"] == str(groups))
                wanted &= expected["invert"] == str(invert).upper()
                found = quantile_group(value=numbers(rows["Value"][here]), groups=groups, invert=invert)
                at = [place[key] for key in expected["AreaCode"][wanted]]
                np.testing.assert_array_equal(found[at], numbers(expected["quantile"][wanted]))
                seen += len(at)
    assert seen == 2034


@given(st.lists(st.floats(-100, 100), min_size=1, max_size=40), st.integers(1, 10))
def test_quantile_group_keeps_its_laws(values: list[float], groups: int) -> None:
    value = np.array([*values, np.nan])
    found = quantile_group(value=value, groups=groups)
    assert np.isnan(found[-1])
    if len(values) < groups:
        assert np.isnan(found).all()
        return
    assert ((found[:-1] >= 1) & (found[:-1] <= groups)).all()
    order = np.argsort(value[:-1])
    assert (np.diff(found[:-1][order]) >= 0).all()
    both = quantile_group(value=np.stack([value, value[::-1]]), groups=groups)
    np.testing.assert_array_equal(both[1][::-1], found)


FINGERTIPS = {
    "Increasing": "increasing", "NoChange": "no_change", "CannotBeCalculated": "not_calculable",
    "DecreasingAndGettingWorse": "decreasing_worse", "DecreasingAndGettingBetter": "decreasing_better",
    "IncreasingAndGettingWorse": "increasing_worse", "IncreasingAndGettingBetter": "increasing_better",
}  # fmt: skip


def test_recent_trend_on_fingertips_cases_matches(golden: Golden) -> None:
    rows, expected = golden("phe/trend_input.csv"), golden("phe/trend_expected.csv")
    for case, trend in zip(expected["case"], expected["trend"], strict=True):
        here = np.flatnonzero(rows["case"] == case)[::-1]
        polarity = rows["polarity"][here][0]
        direction = {"High is good": 1, "Low is good": -1}.get(str(polarity), 0)
        se = (numbers(rows["upperci"][here]) - numbers(rows["lowerci"][here])) / 3.92
        found = recent_trend(
            period=rows["year"][here].astype(float), value=numbers(rows["value"][here]), se=se, direction=direction
        )
        # Fingertips calls a series without limits unchanged; we say that it cannot be told.
        assert found == ("not_calculable" if np.isnan(se).all() else FINGERTIPS[str(trend)]), case


def test_recent_trend_of_one_odd_point_is_no_change() -> None:
    assert recent_trend(period=np.arange(5), value=[1, 1, 1, 1, 9], se=0.5) == "no_change"
    found = recent_trend(
        period=np.arange(6), value=[[9, 1, 2, 3, 4, 5], [1, 1, np.nan, 3, 4, 5]], se=0.3, direction=[-1, 0]
    )
    np.testing.assert_array_equal(found, ["increasing_worse", "not_calculable"])


def test_benchmark_class_by_direction() -> None:
    found = benchmark_class(
        low=[1, 3, 5, 5, 1, np.nan, 4], high=[2, 5, 6, 6, 2, 3, 5], benchmark=4, direction=[1, 1, 1, -1, 0, 1, 1]
    )
    np.testing.assert_array_equal(found, ["worse", "similar", "better", "worse", "lower", "", "similar"])
    with pytest.raises(ValueError, match="direction"):
        benchmark_class(low=1, high=2, benchmark=1, direction=3)


@given(st.integers(1, 400), st.data(), st.floats(0.01, 0.99), st.sampled_from([0.95, 0.998]))
def test_funnel_of_proportions_agrees_with_wilson(total: int, data: st.DataObject, target: float, level: float) -> None:
    count = data.draw(st.integers(0, total))
    funnel = funnel_of_proportions(target=target, total=total, confidence=level)
    interval = wilson_interval(count=count, total=total, confidence=level)
    share = count / total
    if min(abs(share - funnel.low), abs(share - funnel.high)) > 1e-9 and 0 < count < total:
        outside = share < funnel.low or share > funnel.high
        assert outside == (target < interval.low or target > interval.high)


@given(st.floats(0.1, 500), st.integers(0, 700), st.sampled_from([0.95, 0.998]))
def test_funnel_of_counts_agrees_with_the_interval(expected: float, count: int, level: float) -> None:
    funnel = funnel_of_counts(expected=expected, confidence=level)
    interval = rate_interval(count=count, exposure=1, confidence=level)
    if min(abs(count - funnel.low), abs(count - funnel.high)) > 0.02:
        assert (count < funnel.low or count > funnel.high) == (expected < interval.low or expected > interval.high)
    assert funnel.low <= expected <= funnel.high


def test_funnels_of_nothing_are_missing() -> None:
    assert np.isnan(funnel_of_proportions(target=0.3, total=0).low)
    assert np.isnan(funnel_of_counts(expected=np.nan).high)
    assert funnel_of_counts(expected=3).low == 0
