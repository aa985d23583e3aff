"""Noise by cell keys: what it may do, that it is the same everywhere, and that the attack on it has teeth."""

from __future__ import annotations

import numpy as np
import pytest

from jamlik.model.errors import JamlikError
from jamlik.privacy.crossed import Crossed, axis_of
from jamlik.privacy.perturb import MODULUS, Noise, chances, perturbed, require_unknown
from jamlik.privacy.system import ReleaseRefused


@pytest.mark.parametrize("noise", [Noise(), Noise(deviation=5, variance=2.0, lowest=3), Noise(3, 1.5, 1)])
def test_chances_have_no_bias_and_the_variance_asked_for(noise):
    for count in range(1, noise.deviation + noise.lowest + 1):
        values, chance = chances(noise, count)
        assert chance.sum() == pytest.approx(1)
        assert values @ chance == pytest.approx(count, abs=1e-6)
        assert np.abs(values - count).max() <= noise.deviation
        assert not np.any((values > 0) & (values < noise.lowest))
        spread = (values - count) ** 2 @ chance
        assert spread >= noise.variance - 1e-6
        if count > noise.lowest:
            assert spread == pytest.approx(noise.variance, abs=1e-5)


def test_chances_have_more_entropy_than_another_noise_of_the_same_mean_and_variance():
    values, chance = chances(Noise(deviation=4, variance=2.0, lowest=1), 20)
    gap = values - 20
    turn = np.linalg.svd(np.stack([np.ones(gap.size), gap, gap**2]))[2][3:]  # changes that leave all three as they are
    entropy = -(chance * np.log(chance)).sum()
    for direction in turn:
        for step in (-1e-3, 1e-3):
            other = chance + step * direction
            assert -(other * np.log(other)).sum() < entropy


def test_perturbed_follows_the_chances_over_many_keys():
    rng = np.random.default_rng(5)
    keys = rng.integers(0, MODULUS, 40_000).astype(float)
    found = perturbed(np.full(keys.size, 9.0), keys, Noise())
    values, chance = chances(Noise(), 9)
    shares = [(found == value).mean() for value in values]
    assert shares == pytest.approx(chance.tolist(), abs=0.01)


def a_table(rng):
    people = {(a, s): rng.integers(0, MODULUS, rng.integers(0, 30)) for a in "pqrs" for s in "KM"}
    axes = axis_of("area", list("pqrs"), {"half": {"N": ["p", "q"], "S": ["r", "s"]}}), axis_of("sex", list("KM"), {})
    return people, Crossed(axes)


def test_perturbed_same_people_get_the_same_number_in_another_table():
    people, crossed = a_table(np.random.default_rng(2))
    number = crossed.summed({codes: float(len(keys)) for codes, keys in people.items()})
    key = crossed.summed({codes: float(keys.sum() % MODULUS) for codes, keys in people.items()}) % MODULUS
    whole = perturbed(number, key, Noise())
    halves = {half: [people[a, s] for a in areas for s in "KM"] for half, areas in {"N": "pq", "S": "rs"}.items()}
    other = Crossed((axis_of("half", ["N", "S"], {}),))
    count = other.summed({(h,): float(sum(map(len, held))) for h, held in halves.items()})
    keys = other.summed({(h,): float(np.concatenate(held).sum() % MODULUS) for h, held in halves.items()})
    again = perturbed(count, keys, Noise())
    assert again[other.place[("N",)]] == whole[crossed.place["N", ""]]
    assert again[other.place[("",)]] == whole[crossed.place["", ""]]
    assert np.all(whole[number == 0] == 0)


def test_require_unknown_noise_that_sums_undo_is_refused():
    # 0 + 0 + 0 and a total of 6 with a deviation of 2: each of the three must be 2
    crossed = Crossed((axis_of("area", list("abc"), {}),))
    number = crossed.summed({("a",): 2.0, ("b",): 2.0, ("c",): 2.0})
    shown = np.array([8.0, 0.0, 0.0, 0.0])
    sensitive = number == 2
    weak = Noise(deviation=2, variance=1.0, lowest=3)
    with pytest.raises(ReleaseRefused):
        require_unknown(crossed, number, shown, noise=weak, sensitive=sensitive, width=2)
    require_unknown(crossed, number, shown, noise=Noise(6, 4.0, 5), sensitive=sensitive, width=2)


@pytest.mark.parametrize("wrong", [(2, 4.0, 3), (6, 0.5, 5), (3, 2.0, 5), (3, 2.0, 0)])
def test_noise_that_cannot_be_is_refused(wrong):
    with pytest.raises(JamlikError):
        Noise(*wrong)
