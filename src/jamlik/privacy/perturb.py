"""Noise instead of holes: the cell-key method.

Everybody in the register has a random number that never changes; a cell's key is the sum of its people's. The key and
the count decide the noise, so the same people get the same noise in every table and every release, and asking again
tells nothing new. What noise each count may get is a table of probabilities that gives away as little as it can:
of all with no bias, a given variance and a greatest deviation, the one with the most entropy [fraser2005]_.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize

from jamlik.model.errors import JamlikError
from jamlik.privacy.audit import attack
from jamlik.privacy.crossed import Crossed
from jamlik.privacy.system import Bools, Floats, ReleaseRefused, System

__all__ = ["MODULUS", "Noise", "chances", "perturbed", "require_unknown"]

MODULUS = 2**32
_ABOVE_LEAST = 1.2


@dataclass(frozen=True, slots=True)
class Noise:
    """How much noise.

    Parameters
    ----------
    deviation : int
        How far a published count may lie from the true one.
    variance : float
        Of the noise; counts that are too small for it get the least that has no bias, and a little more.
    lowest : int
        No count from 1 to one below this is ever published.
    """

    deviation: int = 6
    variance: float = 4.0
    lowest: int = 5

    def __post_init__(self) -> None:
        """Refuse noise that cannot be made, or is none."""
        if not 1 <= self.lowest <= self.deviation + 1 or not 1 <= self.variance <= self.deviation**2 / 2:
            raise JamlikError("noise_impossible", deviation=self.deviation, variance=f"{self.variance:g}")


def chances(noise: Noise, count: int) -> tuple[Floats, Floats]:
    """What may be published instead of a count, and how likely each is.

    Parameters
    ----------
    noise : Noise
        How much.
    count : int
        The true count, 1 or more.

    Returns
    -------
    values, chance : float, shape (possible counts,)
        No count from 1 to one below `lowest` among them; the mean is the true count.
    """
    every = np.arange(max(count - noise.deviation, 0), count + noise.deviation + 1)
    values = every[(every == 0) | (every >= noise.lowest)].astype(np.float64)
    gap = values - count
    below, above = gap[gap <= 0].max(initial=-np.inf), gap[gap >= 0].min(initial=np.inf)
    least = 0.0 if below == 0 else -below * above  # of the two nearest on either side
    wanted = max(noise.variance, _ABOVE_LEAST * least)
    powers = np.stack([gap, gap**2])

    def dual(turn: Floats) -> tuple[float, Floats]:
        weight = turn @ powers
        top = weight.max()
        share = np.exp(weight - top)
        whole = share.sum()
        mean = powers @ share / whole
        return float(top + np.log(whole) - turn[1] * wanted), np.array([mean[0], mean[1] - wanted])

    best = minimize(dual, np.array([0.0, -0.5 / wanted]), jac=True, method="BFGS", options={"gtol": 1e-10})
    weight = best.x @ powers
    share = np.exp(weight - weight.max())
    return values, share / share.sum()


def perturbed(number: Floats, key: Floats, noise: Noise) -> Floats:
    """The counts as they are published.

    Parameters
    ----------
    number : float, shape (cells,)
        True counts.
    key : float, shape (cells,)
        Sums of the record keys, whole numbers; only the remainder by `MODULUS` counts.
    noise : Noise
        How much.

    Returns
    -------
    float, shape (cells,)
        Nobody stays nobody.
    """
    place = np.mod(key, MODULUS) / MODULUS
    out = number.copy()
    for count in np.unique(number[number > 0]).astype(int).tolist():
        here = number == count
        alike = min(count, noise.deviation + noise.lowest)  # above this the noise is the same for all
        values, chance = chances(noise, alike)
        chosen = np.searchsorted(np.cumsum(chance), place[here], side="right").clip(max=values.size - 1)
        out[here] = values[chosen] + count - alike
    return out


def require_unknown(
    crossed: Crossed, number: Floats, shown: Floats, *, noise: Noise, sensitive: Bools, width: float
) -> None:
    """Attack the noise: what follows of the true counts from every published one, the deviation and every sum.

    Raises
    ------
    ReleaseRefused
        When a count that must stay unknown can be placed more closely than `width`.
    """
    low = np.maximum(shown - noise.deviation, 0)
    high = shown + noise.deviation
    system = System(
        value=number - low,
        equation=crossed.equations(),
        sensitive=sensitive,
        width=np.where(sensitive, width, 0.0),
        cost=np.ones(number.size),
        block=np.full(number.size, -1, dtype=np.int64),
        integral=np.ones(number.size, dtype=np.bool_),
        room=high - number,
        alone=np.zeros(number.size, dtype=np.bool_),
    )
    audit = attack(system, np.ones(number.size, dtype=np.bool_), enough=True)
    if not audit.passed:
        raise ReleaseRefused("noise_fell", cells=tuple(audit.narrow.tolist()))
