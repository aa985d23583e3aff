"""Where a series is heading: whether a target will be met in time, and when a gap changed its course."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from jamlik.stats._arrays import Floats, Numbers, divided, floats, normal_quantile, same_shape, t_quantile, t_two_sided
from jamlik.stats.results import Estimate, Result

__all__ = ["ChangePoints", "TargetCourse", "change_points", "target_course"]

_CHANGE_P = 0.05
_BEYOND = 1e-9


@dataclass(frozen=True, slots=True, eq=False)
class TargetCourse(Result):
    """A series held against a target to be met later.

    Attributes
    ----------
    forecast : Estimate, shape (...)
        The line's level in the target's period, with limits for that level.
    course : str, shape (...)
        'met', 'on_track', 'off_track', 'uncertain' or '' where nothing can be said.
    needed : float, shape (...)
        The change for each unit of period that would take the latest level of the line to the target in time.
    """

    forecast: Estimate
    course: npt.NDArray[np.str_]
    needed: Floats


@dataclass(frozen=True, slots=True, eq=False)
class ChangePoints(Result):
    """Where a series' slope changed.

    Attributes
    ----------
    period, p_value : float, shape (..., most)
        The periods at which the line bends, the clearest first, and for each the chance of one as clear in a series
        that goes on as before; NaN for none.
    slope : float, shape (..., most + 1)
        The slopes between them, in the order of time; NaN beyond the last.
    """

    period: Floats
    p_value: Floats
    slope: Floats


def target_course(
    *,
    period: Numbers,
    value: Numbers,
    se: Numbers,
    goal: Numbers,
    goal_period: Numbers,
    direction: Numbers,
    confidence: float = 0.95,
) -> TargetCourse:
    """Whether a series is on its way to a target.

    Parameters
    ----------
    period : float, shape (..., periods)
        Time, in any unit.
    value, se : float, shape (..., periods)
        The series and its standard errors, > 0; a point that lacks either is left out.
    goal, goal_period : float, shape (...)
        The level wanted and when.
    direction : float, shape (...)
        1 where the level should be the target or above, -1 where it should be the target or below.
    confidence : float
        Between 0 and 1.

    Returns
    -------
    TargetCourse
        The line of `trend_slope` drawn on: a forecast of the underlying level if the course is kept, with the same
        allowance for points that stray [mccullagh1989]_. 'met' where the line's latest level is there already;
        otherwise 'on_track' or 'off_track' where the forecast's whole interval lies on one side of the target, and
        'uncertain' where it does not. '' with fewer than 3 points.

    Raises
    ------
    ValueError
        A negative standard error, a direction other than -1 and 1, or no periods axis.
    """
    x, y, s = same_shape(period, value, se)
    if y.ndim == 0:
        raise ValueError("a series needs a last axis that holds the periods")
    if bool((s < 0).any()):
        raise ValueError("a standard error must not be negative")
    wanted, when, d = (np.broadcast_to(floats(part), y.shape[:-1]) for part in (goal, goal_period, direction))
    if bool((~np.isin(d, (-1.0, 1.0)) & ~np.isnan(d)).any()):
        raise ValueError("direction must be 1 (the target or above) or -1 (the target or below)")
    used = ~(np.isnan(x) | np.isnan(y) | np.isnan(s)) & (s > 0) & np.isfinite(s)
    n = used.sum(axis=-1)
    weight = np.where(used, 1.0 / np.where(used, s, 1.0) ** 2, 0.0)
    whole = weight.sum(axis=-1)
    at, level = (divided((weight * np.where(used, part, 0.0)).sum(axis=-1), whole) for part in (x, y))
    dx, dy = (np.where(used, part - middle[..., None], 0.0) for part, middle in ((x, at), (y, level)))
    spread = (weight * dx**2).sum(axis=-1)
    slope = divided((weight * dx * dy).sum(axis=-1), spread)
    df = np.where(n >= 3, n - 2.0, np.nan)
    left = (weight * (dy - np.nan_to_num(slope)[..., None] * dx) ** 2).sum(axis=-1)
    excess = np.sqrt(divided(left, df))
    latest = np.where(used, x, -np.inf).max(axis=-1, initial=-np.inf)
    now = level + slope * (np.where(np.isfinite(latest), latest, np.nan) - at)
    then = level + slope * (when - at)
    error = np.sqrt(divided(1.0, whole) + divided((when - at) ** 2, spread)) * np.maximum(excess, 1.0)
    half = error * np.where(excess > 1.0, t_quantile(confidence, df), normal_quantile(confidence))
    low, high = then - half, then + half
    near, far = np.where(d > 0, low, -high), np.where(d > 0, high, -low)
    kinds: npt.NDArray[np.str_] = np.select(
        [np.isnan(half) | np.isnan(wanted) | np.isnan(d), d * now >= d * wanted, near >= d * wanted, far < d * wanted],
        ["", "met", "on_track", "off_track"],
        default="uncertain",
    )
    then = np.where(np.isnan(half), np.nan, then)
    return TargetCourse(Estimate(then, low, high), kinds, divided(wanted - now, np.maximum(when - latest, 0.0)))


def change_points(*, period: Numbers, value: Numbers, se: Numbers, most: int = 2) -> ChangePoints:
    """Where the slope of a series, such as a gap, changed: a line of connected pieces.

    Parameters
    ----------
    period : float, shape (..., periods)
        Time, increasing along the last axis.
    value, se : float, shape (..., periods)
        The series and its standard errors, > 0; a point that lacks either is left out. For a gap between two series
        give its own, the root of the sum of squares where they are independent.
    most : int
        How many changes to look for at most.

    Returns
    -------
    ChangePoints
        Each change is put where it takes most off the weighted sum of squares, at a period with at least two more
        points on either side, and kept when its F test is beyond chance: p < 5 % after Bonferroni over all the places
        it could be [kim2000]_. Noise is never taken as less than the standard errors say. NaN with fewer than 5 points.

    Raises
    ------
    ValueError
        Periods that do not increase, a negative standard error, no periods axis, or `most` below 1.

    Notes
    -----
    The changes are found one after the other, the clearest first; later ones do not move those already found.
    """
    x, y, s = same_shape(period, value, se)
    if y.ndim == 0 or most < 1:
        raise ValueError("a series needs a last axis that holds the periods, and most must be at least 1")
    if bool((np.diff(x, axis=-1) <= 0).any()):
        raise ValueError("periods must increase along the last axis")
    if bool((s < 0).any()):
        raise ValueError("a standard error must not be negative")
    used = ~(np.isnan(x) | np.isnan(y) | np.isnan(s)) & (s > 0) & np.isfinite(s)
    root = np.where(used, 1.0 / np.where(used, s, 1.0), 0.0)
    start = np.where(used, x, np.inf).min(axis=-1, initial=np.inf)
    time = np.where(used, x - np.where(np.isfinite(start), start, 0.0)[..., None], 0.0)
    design = np.stack([root, root * time], axis=-1)
    wanted = root * np.where(used, y, 0.0)
    found, chances = [], []
    going = used.sum(axis=-1) >= 5
    for _ in range(most):
        place, chance, bend = _clearest_bend(design, wanted, time, root, used)
        kept = going & (chance < _CHANGE_P)
        design = np.concatenate([design, np.where(kept[..., None], bend, 0.0)[..., None]], axis=-1)
        found.append(np.where(kept, np.take_along_axis(x, place[..., None], axis=-1)[..., 0] if x.shape[-1] else np.nan,
                              np.nan))  # fmt: skip
        chances.append(np.where(kept, chance, np.nan))
        going = kept
    points = np.stack(found, axis=-1)
    coefficients = _least_squares(design, wanted)[0]
    enough = (used.sum(axis=-1) >= 3)[..., None]
    slopes = _slopes_in_order(coefficients, points)
    return ChangePoints(points, np.stack(chances, axis=-1), np.where(enough, slopes, np.nan))


def _least_squares(design: Floats, wanted: Floats) -> tuple[Floats, Floats]:
    """Coefficients and the sum of squares left; columns that say nothing get 0."""
    square = np.swapaxes(design, -1, -2) @ design
    inverse = np.linalg.pinv(square, hermitian=True)
    coefficients = (inverse @ (np.swapaxes(design, -1, -2) @ wanted[..., None]))[..., 0]
    left = wanted - (design @ coefficients[..., None])[..., 0]
    return floats(coefficients), floats((left**2).sum(axis=-1))


def _clearest_bend(
    design: Floats, wanted: Floats, time: Floats, root: Floats, used: npt.NDArray[np.bool_]
) -> tuple[npt.NDArray[np.int64], Floats, Floats]:
    """The position of the bend that takes most away, its p-value over all places, and its column."""
    bends = root[..., None, :] * np.maximum(time[..., None, :] - time[..., :, None], 0.0) * used[..., None, :]
    before = used.cumsum(axis=-1)
    possible = used & (before >= 3) & (before[..., -1:] - before >= 2)
    plain, base = _least_squares(design, wanted)
    residual = wanted - (design @ plain[..., None])[..., 0]
    # What a new column takes away, once what the others explain of it is gone.
    turned = np.swapaxes(bends, -1, -2)
    square = np.linalg.pinv(np.swapaxes(design, -1, -2) @ design, hermitian=True)
    own = turned - design @ (square @ (np.swapaxes(design, -1, -2) @ turned))
    size = (own**2).sum(axis=-2)
    gain = divided((own * residual[..., None]).sum(axis=-2) ** 2, np.where(possible & (size > _BEYOND), size, 0.0))
    gain = np.nan_to_num(gain)
    if not gain.shape[-1]:
        return np.zeros(gain.shape[:-1], np.int64), np.full(gain.shape[:-1], np.nan), root.copy()
    place = gain.argmax(axis=-1)
    best = np.take_along_axis(gain, place[..., None], axis=-1)[..., 0]
    parameters = (np.abs(design).sum(axis=-2) > 0).sum(axis=-1)
    df = used.sum(axis=-1) - parameters - 1.0
    noise = np.maximum(divided(np.maximum(base - best, 0.0), np.where(df > 0, df, np.nan)), 1.0)
    places = np.maximum((possible & (size > _BEYOND)).sum(axis=-1), 1)
    chance = t_two_sided(np.sqrt(best / noise), df) * places
    bend = np.take_along_axis(bends, place[..., None, None], axis=-2)[..., 0, :]
    return place, np.where(np.isnan(chance), 1.0, np.minimum(chance, 1.0)), floats(bend)


def _slopes_in_order(coefficients: Floats, points: Floats) -> Floats:
    """The first slope and those after each bend, in the order of time."""
    order = np.argsort(np.where(np.isnan(points), np.inf, points), axis=-1)
    turns = np.take_along_axis(np.where(np.isnan(points), 0.0, coefficients[..., 2:]), order, axis=-1)
    known = np.take_along_axis(~np.isnan(points), order, axis=-1)
    slopes = coefficients[..., 1:2] + turns.cumsum(axis=-1)
    return np.concatenate([coefficients[..., 1:2], np.where(known, slopes, np.nan)], axis=-1)
