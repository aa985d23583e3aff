"""Limits for measures that are 0 when all groups are alike: values redrawn, and a test turned round."""

from collections.abc import Callable
from typing import TypeAlias

import numpy as np
from scipy import special

from jamlik.stats._arrays import Floats, divided, floats

__all__ = ["BLOCK", "Measured", "limits_by_redraw"]

Measured: TypeAlias = Callable[[Floats], Floats]

BLOCK = 2_000_000
"""Numbers drawn at a time: memory, not time, is what many settings would run out of."""

_PLACES = 16
_TURNED = 2000
"""The turned test looks at no more redraws than this, at each of its places."""


def limits_by_redraw(
    measured: Measured,
    share: Floats,
    level: Floats,
    noise: Floats,
    fixed: Floats | None,
    draws: int,
    rng: np.random.Generator,
    confidence: float,
    bounds: tuple[Floats, Floats] | None = None,
) -> Floats:
    """Value, percentiles, and corrected value with limits, shape (6, settings).

    `measured` takes levels of shape (..., settings, groups), grows in proportion to the groups' distances, and is never
    more for two patterns together than for each alone. `bounds` are the least and greatest level, shape (settings,).
    """
    known = (share > 0).sum(axis=-1) > 1
    value = np.where(known, measured(level), np.nan)
    nothing = np.full(value.shape, np.nan)
    if draws == 0 or not value.size:
        return np.stack([value, *[nothing] * 5])
    error = rng.standard_normal((draws, *level.shape)) * np.sqrt(noise)
    tail = (1.0 - confidence) / 2.0
    drawn_levels = level + (error if bounds is None else _within(error, level, np.sqrt(noise), bounds))
    low, high = np.quantile(measured(drawn_levels), [tail, 1.0 - tail], axis=0)
    error = error[:_TURNED]
    base = np.where(share > 0, (share * level).sum(axis=-1, keepdims=True) if fixed is None else fixed[:, None], 0.0)
    off = np.where(share > 0, level - base, 0.0)
    turns = np.where(np.arange(level.shape[-1]) % 2 == 0, 1.0, -1.0) * np.sqrt(noise)
    alike = np.abs(off).max(axis=-1, initial=0.0) <= 1e-12 * np.abs(base).max(axis=-1, initial=0.0)
    off = np.where(alike[:, None], turns, off)
    reach = divided(np.quantile(measured(base + error), 1.0 - tail, axis=0), measured(base + off))
    # No distance farther from the one observed than noise alone makes can be a limit: the triangle inequality.
    reach = np.nan_to_num(reach) * 1.05 + 1e-9
    centre = np.where(alike, 0.0, 1.0)
    true, drawn = [], []
    for step in np.linspace(-1.0, 1.0, _PLACES):
        levels = base + np.maximum(centre + step * reach, 0.0)[:, None] * off
        true.append(measured(levels))
        drawn.append(np.quantile(measured(levels + error), [1.0 - tail, 0.5, tail], axis=0))
    lowest, middle, highest = (_crossing(np.stack(true), np.stack([row[i] for row in drawn]), value) for i in range(3))
    found = np.stack([value, low, high, middle, np.minimum(lowest, low), np.maximum(highest, high)])
    found[4] = np.where(lowest <= 0, 0.0, found[4])
    found[1:] = np.where(known & ~np.isnan(low), found[1:], np.nan)
    return found


def _within(error: Floats, level: Floats, spread: Floats, bounds: tuple[Floats, Floats]) -> Floats:
    """The errors as of a normal distribution cut off where a level would leave its bounds."""
    sized = np.where(spread > 0, spread, 1.0)
    least, most = (special.ndtr((edge[:, None] - level) / sized) for edge in bounds)
    cut = (spread > 0) & ((least > 1e-12) | (most < 1.0 - 1e-12))
    if not cut.any():
        return error
    place = special.ndtr(error[:, cut] / sized[cut])
    kept = error.copy()
    kept[:, cut] = special.ndtri(least[cut] + place * (most - least)[cut]) * sized[cut]
    return kept


def _crossing(true: Floats, drawn: Floats, value: Floats) -> Floats:
    """The true distance at which a percentile of the redraws is the distance observed; the first axis is searched."""
    rising = np.maximum.accumulate(drawn, axis=0)
    after = np.clip((rising <= value).sum(axis=0), 1, true.shape[0] - 1)[None]
    (x0, x1), (y0, y1) = (
        (np.take_along_axis(part, after - 1, axis=0)[0], np.take_along_axis(part, after, axis=0)[0])
        for part in (true, rising)
    )
    part = np.clip(np.nan_to_num(divided(value - y0, y1 - y0)), 0.0, 1.0)
    return floats(x0 + part * (x1 - x0))
