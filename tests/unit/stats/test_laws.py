"""The laws each measure over groups keeps: scale, translation, replication, order, labels, bounds, decomposition."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jamlik import stats

Floats = npt.NDArray[np.float64]
RNG = np.random.default_rng(0)
groups = st.lists(st.tuples(st.floats(0.05, 0.9), st.integers(1, 400)), min_size=3, max_size=7)


@dataclass(frozen=True)
class Law:
    """What a measure does when all levels are multiplied (to a power) or raised, and whether groups have an order."""

    measure: Callable[..., Any]
    power: int
    raised_same: bool
    ordered: bool = False
    signed: bool = False
    split_same: bool = True
    at_equality: float = 0.0


def slope(part: str, **options: Any) -> Callable[..., Any]:
    return lambda **data: getattr(stats.slope_index(**data, **options), part).value


def concentration(form: Any) -> Callable[..., Any]:
    return lambda **data: stats.concentration_index(**data, form=form)[0].value


def spread(measure: Any) -> Callable[..., Any]:
    return lambda **data: stats.between_group_spread(**data, measure=measure).value


def entropy(measure: Any) -> Callable[..., Any]:
    return lambda **data: stats.entropy_index(**data, measure=measure).value


def distance(**options: Any) -> Callable[..., Any]:
    return lambda **data: stats.mean_deviation(**data, **options, rng=RNG).value


LAWS = {
    "sii": Law(slope("sii"), 1, True, ordered=True, signed=True),
    "rii": Law(slope("rii"), 0, False, ordered=True, at_equality=1.0, split_same=True),
    "rii, log": Law(slope("rii", form="log"), 0, False, ordered=True, at_equality=1.0, split_same=False),
    "aci": Law(concentration("absolute"), 1, True, ordered=True, signed=True),
    "rci": Law(concentration("relative"), 0, False, ordered=True, signed=True),
    "bgv": Law(spread("variance"), 2, True),
    "bgsd": Law(spread("deviation"), 1, True),
    "covar": Law(spread("variation"), 0, False),
    "ti": Law(entropy("theil"), 0, False),
    "mld": Law(entropy("log_deviation"), 0, False),
    "mdmw": Law(distance(), 1, True),
    "mdmu": Law(distance(weighted=False), 1, True, split_same=False),
    "mdbw": Law(distance(best="highest"), 1, True),
    "idisw": Law(distance(relative=True), 0, False),
    "gini": Law(stats.gini, 0, False),
    "atkinson": Law(stats.atkinson, 0, False),
}


@pytest.mark.parametrize("name", LAWS)
@given(rows=groups, times=st.floats(0.2, 20), up=st.floats(0.1, 3), order=st.randoms(use_true_random=False))
def test_measure_keeps_its_laws(name: str, rows: list[tuple[float, int]], times: float, up: float, order: Any) -> None:
    law = LAWS[name]
    value, people = (np.array(part, dtype=float) for part in zip(*rows, strict=True))
    turned = np.arange(value.size)
    order.shuffle(turned)
    levels = [value, value * times, value, value[turned], value + up, np.full_like(value, 0.4)]
    sizes = [people, people, people * 3, people[turned], people, people]
    plain, scaled, more, moved, raised, alike = law.measure(value=np.stack(levels), population=np.stack(sizes))
    if np.isnan(plain):  # a line whose end is not above 0 has no ratio
        assert name.startswith("rii")
        return
    near = {"rel": 1e-6, "abs": 1e-7}
    assert scaled == pytest.approx(plain * times**law.power, **near)
    assert more == pytest.approx(plain, **near)
    assert alike == pytest.approx(law.at_equality, abs=1e-7)
    if not law.ordered:
        assert moved == pytest.approx(plain, **near)
    if law.raised_same:
        assert raised == pytest.approx(plain, **near)
    if law.split_same and not law.ordered:
        halves = law.measure(value=np.repeat(value, 2), population=np.repeat(people / 2, 2))
        assert halves == pytest.approx(plain, **near)
    if law.signed:
        back = law.measure(value=value[::-1], population=people[::-1])
        assert back == pytest.approx(-plain, **near)
    else:
        assert plain >= -1e-9


@given(groups)
def test_bounds_hold(rows: list[tuple[float, int]]) -> None:
    value, people = (np.array(part, dtype=float) for part in zip(*rows, strict=True))
    data: dict[str, Any] = {"value": value, "population": people}
    assert abs(stats.concentration_index(**data)[0].value) <= 1
    assert abs(stats.concentration_index(**data, form="erreygers")[0].value) <= 1
    assert abs(stats.concentration_index(**data, form="wagstaff")[0].value) <= 1 + 1e-9
    assert abs(stats.slope_index(**data, form="logit").sii.value) <= 1
    widest = np.ptp(value)
    for centre in ({}, {"best": "highest"}, {"best": "lowest"}, {"centre_group": 1}):
        assert stats.mean_deviation(**data, **centre, rng=RNG).value <= widest + 1e-12
    assert stats.between_group_spread(**data).value <= widest / 2 + 1e-12
    assert 0 <= stats.gini(**data) < 1
    theil = stats.entropy_index(**data).value
    assert -1e-12 <= theil <= np.log(people.sum() / people[value.argmax()]) + np.log(value.max() / value.min())
    risk, fraction = stats.attributable_risk(**data, best_group=int(value.argmax()))
    assert risk.value >= -1e-12
    assert fraction.value == pytest.approx(risk.value / (value @ people / people.sum()))


@given(groups, groups)
def test_theil_and_mean_log_deviation_are_within_plus_between(
    one: list[tuple[float, int]], other: list[tuple[float, int]]
) -> None:
    parts = [tuple(np.array(part, dtype=float) for part in zip(*rows, strict=True)) for rows in (one, other)]
    value, people = (np.concatenate([part[i] for part in parts]) for i in (0, 1))
    sizes = np.array([part[1].sum() for part in parts])
    means = np.array([part[0] @ part[1] for part in parts]) / sizes
    share = sizes / sizes.sum()
    for measure, weight in (("theil", share * means / (share @ means)), ("log_deviation", share)):
        index = entropy(measure)
        within = [index(value=part[0], population=part[1]) for part in parts]
        between = index(value=means, population=sizes)
        assert index(value=value, population=people) == pytest.approx(weight @ within + between, abs=1e-9)
    variance = spread("variance")
    within = [variance(value=part[0], population=part[1]) for part in parts]
    whole = variance(value=value, population=people)
    assert whole == pytest.approx(share @ within + variance(value=means, population=sizes), abs=1e-9)


@given(groups, st.floats(0.001, 0.05))
def test_corrected_measures_lie_between_nothing_and_the_plain_one(rows: list[tuple[float, int]], se: float) -> None:
    value, people = (np.array(part, dtype=float) for part in zip(*rows, strict=True))
    found = stats.mean_deviation(value=value, population=people, se=se, draws=40, rng=np.random.default_rng(1))
    assert 0 <= found.corrected.low <= found.corrected.high
    assert -1e-9 <= found.corrected.value <= found.value * 1.25 + 2 * se
    certain = stats.mean_deviation(value=value, population=people, se=0, draws=40, rng=np.random.default_rng(1))
    for part in (certain.corrected.low, certain.corrected.value, certain.corrected.high):
        assert part == pytest.approx(float(certain.value), abs=1e-7)
