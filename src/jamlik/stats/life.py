"""How long people live: abridged life tables."""

import numpy as np

from jamlik.stats._arrays import Floats, Numbers, divided, floats, normal_quantile, same_shape
from jamlik.stats.results import Estimate

__all__ = ["life_expectancy"]


def life_expectancy(
    *,
    deaths: Numbers,
    population: Numbers,
    start_age: Numbers,
    infant_part: float = 0.1,
    confidence: float = 0.95,
) -> Estimate:
    """Life expectancy at the start of each age band, by Chiang's second method.

    Parameters
    ----------
    deaths, population : float, shape (..., bands)
        Deaths and person-years in each band, the youngest first, the last band open. 0 <= deaths.
    start_age : float, shape (bands,)
        Where each band starts, in years, increasing; any number of bands from 2.
    infant_part : float
        The part of the band lived by those who die in it, where the band is the first year of life; half elsewhere.
    confidence : float
        Between 0 and 1.

    Returns
    -------
    Estimate
        value, low, high : shape (..., bands), years. Normal limits; the last band's share of the variance is that of
        its death rate [chiang1984]_ [silcocks2001]_. NaN in all bands where anything is missing, a band has nobody,
        or nobody died in the last band: how long its people live is then unknown.

    Raises
    ------
    ValueError
        Negative counts, ages that do not increase, fewer than 2 bands.
    """
    d, n = same_shape(deaths, population)
    age = floats(start_age)
    if age.ndim != 1 or age.size < 2 or d.ndim == 0 or d.shape[-1] != age.size or bool((np.diff(age) <= 0).any()):
        raise ValueError("start_age must hold one age for each band, increasing, from 2 bands on")
    if bool((d < 0).any()) or bool((n < 0).any()):
        raise ValueError("deaths and population must not be negative")
    width = np.append(np.diff(age), 1.0)
    lived = np.where((age == 0) & (width == 1) & (np.arange(age.size) < age.size - 1), infant_part, 0.5)
    rate = divided(d, n)
    whole = (np.isnan(rate).any(axis=-1) | (rate[..., -1] == 0))[..., None]
    rate = np.where(whole, 1.0, rate)
    dying = np.minimum(width * rate / (1.0 + width * (1.0 - lived) * rate), 1.0)
    dying[..., -1] = 1.0
    alive = np.ones_like(dying)
    alive[..., 1:] = np.cumprod(1.0 - dying[..., :-1], axis=-1)
    years = alive * width * (1.0 - dying * (1.0 - lived))
    years[..., -1] = divided(alive[..., -1], rate[..., -1])
    ahead = np.flip(np.flip(years, -1).cumsum(axis=-1), -1)
    value = divided(ahead, alive)
    spread = _variance_shares(d, rate, dying, alive, value, width * (1.0 - lived))
    error = np.sqrt(divided(np.flip(np.flip(spread, -1).cumsum(axis=-1), -1), alive**2))
    value, error = np.where(whole, np.nan, value), np.where(whole, np.nan, error)
    half = normal_quantile(confidence) * error
    return Estimate(value, value - half, value + half)


def _variance_shares(deaths: Floats, rate: Floats, dying: Floats, alive: Floats, value: Floats, lost: Floats) -> Floats:
    """What each band adds to the variance of the years lived from it on; a band without deaths adds nothing."""
    of_dying = divided(dying**2 * (1.0 - dying), np.where(deaths > 0, deaths, np.nan))
    reach = np.zeros_like(value)
    reach[..., :-1] = lost[:-1] + value[..., 1:]
    shares = np.nan_to_num(of_dying) * (alive * reach) ** 2
    shares[..., -1] = np.nan_to_num(divided(alive[..., -1] ** 2, deaths[..., -1] * rate[..., -1] ** 2))
    return shares
