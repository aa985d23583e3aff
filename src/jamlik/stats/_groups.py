"""What the measures over groups share: shares of people, levels, squared standard errors."""

import numpy as np
import numpy.typing as npt

from jamlik.stats._arrays import Floats, Numbers, divided, floats, same_shape

__all__ = ["groups_of", "near_zero", "taken"]

_NEAR = 1.5


def groups_of(value: Numbers, population: Numbers, se: Numbers) -> tuple[Floats, Floats, Floats]:
    """Shares of people, levels (0 where missing) and squared standard errors (0 where the group does not count)."""
    level, people, error = same_shape(value, population, se)
    if level.ndim == 0:
        raise ValueError("the groups need a last axis")
    if bool((people < 0).any()) or bool((error < 0).any()):
        raise ValueError("a population or standard error must not be negative")
    used = (people > 0) & ~np.isnan(level)
    inside = np.where(used, people, 0.0)
    share = np.nan_to_num(divided(inside, inside.sum(axis=-1, keepdims=True)))
    return share, np.where(used, level, 0.0), np.where(used, error**2, 0.0)


def near_zero(share: Floats, level: Floats, noise: Floats) -> npt.NDArray[np.bool_]:
    """Whether any group that counts lies so near 0, by its squared standard error, that ratios to the mean are wild."""
    close = (share > 0) & (noise > 0) & (level**2 < _NEAR**2 * noise)
    return np.asarray(close.any(axis=-1))


def taken(values: Floats, position: npt.NDArray[np.int64]) -> Floats:
    """The value at a position on the last axis."""
    if values.shape[-1] == 0:
        return np.full(values.shape[:-1], np.nan)
    where = np.broadcast_to(position, values.shape[:-1])[..., None]
    return floats(np.take_along_axis(values, where, axis=-1)[..., 0])
