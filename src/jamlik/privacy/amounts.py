"""Sums of an amount: dominated by one or two, they tell what those have; so they are hidden as small counts are.

The (n, k) rule: the n largest make more than k per cent of the sum. The p % rule: whoever is second can place the
largest within p per cent. Both ask for room above the sum, which the attack has to find.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt

from jamlik.privacy.audit import attack
from jamlik.privacy.crossed import Crossed
from jamlik.privacy.suppress import suppress
from jamlik.privacy.system import Bools, Floats, ReleaseRefused, System

__all__ = ["Dominance", "largest_in", "publishable_sums", "room_needed"]

_GRAINS = 1e6  # the whole sum in grains, so that a solver's rounding passes for none
_NEAR = 1e-3
_ROUNDS = 5
_SMALL = 0.10


@dataclass(frozen=True, slots=True)
class Dominance:
    """Rules for sums.

    Parameters
    ----------
    n : int
        How many of the largest are taken together; 0: the (n, k) rule is not used.
    k : float
        The most they may make, in per cent.
    p : float
        How closely the second may place the largest, in per cent; 0: the p % rule is not used.
    """

    n: int = 2
    k: float = 85.0
    p: float = 10.0


def largest_in(crossed: Crossed, inner: npt.NDArray[np.float64]) -> Floats:
    """The largest contributions to every cell, margins included.

    Parameters
    ----------
    inner : float, shape (base codes of each dimension …, m)
        The m largest contributions to each finest cell; 0 where there are fewer.

    Returns
    -------
    float, shape (cells, m)
        Largest first.
    """
    most = inner.shape[-1]
    values = inner
    for axis in crossed.axes:  # each turn merges the first dimension and puts it before the last
        rows = []
        for members in axis.membership > 0:
            held = np.moveaxis(values[members], 0, -2)
            merged = held.reshape(*held.shape[:-2], -1)
            rows.append(-np.sort(-merged, axis=-1)[..., :most])
        values = np.stack(rows, axis=-2)
    return np.asarray(values.reshape(-1, most), dtype=np.float64)


def room_needed(*, rules: Dominance, total: Floats, largest: Floats) -> Floats:
    """How much higher than the true sum each cell must be able to be, for an outsider.

    Parameters
    ----------
    rules : Dominance
        The source's rules.
    total : float, shape (cells,)
        The sums.
    largest : float, shape (cells, m)
        The largest contributions; at least max(n, 2) of them.

    Returns
    -------
    float, shape (cells,)
        Above zero where a rule is broken, in the amount's unit.
    """
    room = np.zeros(total.shape)
    if rules.n:
        room = np.maximum(room, 100 / rules.k * largest[:, : rules.n].sum(axis=1) - total)
    if rules.p:
        rest = np.maximum(total - largest[:, 0] - largest[:, 1], 0)
        room = np.maximum(room, rules.p / 100 * largest[:, 0] - rest)
    return np.where(room > 1e-9 * np.maximum(total, 1.0), room, 0.0)


@dataclass(frozen=True, slots=True)
class _Scaled:
    system: System = field(repr=False)
    room: Floats = field(repr=False)


def publishable_sums(
    crossed: Crossed, total: Floats, *, room: Floats, number: Floats, minimum_count: int, counts_hidden: Bools
) -> Bools:
    """Which sums to hide so that none that must be hidden can be worked out.

    Parameters
    ----------
    crossed : Crossed
        The cells.
    total : float, shape (cells,)
        The true sums, margins included; zero or more.
    room : float, shape (cells,)
        From `room_needed`.
    number : float, shape (cells,)
        How many people there are; sums of fewer than `minimum_count` are hidden too.
    counts_hidden : bool, shape (cells,)
        Cells whose count is hidden: their sums are, too.

    Returns
    -------
    bool, shape (cells,)

    Raises
    ------
    ReleaseRefused
        When no way is found.
    """
    scaled = _scaled(crossed, total, room, number, minimum_count, counts_hidden)
    system = scaled.system
    for _ in range(_ROUNDS):
        hidden = suppress(system).hidden | counts_hidden
        audit = attack(system, hidden)
        above = np.where(np.isnan(audit.high), 0.0, audit.high - system.value)
        low = system.sensitive & (above < scaled.room - _NEAR)
        if audit.passed and not low.any():
            return hidden
        wider = np.where(low, np.maximum(2 * system.width, scaled.room), system.width)
        system = replace(system, width=wider)
    raise ReleaseRefused("sum_follows")


def _scaled(
    crossed: Crossed, total: Floats, room: Floats, number: Floats, minimum_count: int, counts_hidden: Bools
) -> _Scaled:
    unit = max(float(total.max(initial=0.0)) / _GRAINS, 1e-12)
    value = np.round(total / unit)
    few = (number > 0) & (number < minimum_count)
    people = float(number.max(initial=1.0)) or 1.0
    each = _SMALL * float(value.max(initial=0.0)) / people  # a tenth of what people have on average
    needed = np.where(few, np.maximum(room / unit, np.maximum(_SMALL * value, each * number)), room / unit)
    sensitive = few | (room > 0)
    size = total.size
    system = System(
        value=value,
        equation=crossed.equations(),
        sensitive=sensitive,
        width=np.where(sensitive, np.maximum(needed, 1.0), 0.0),
        cost=np.where(counts_hidden & ~sensitive, 1e-6, 1.0),
        block=np.full(size, -1, dtype=np.int64),
        integral=np.zeros(size, dtype=np.bool_),
        alone=number == 1,
    )
    return _Scaled(system, np.where(sensitive, needed, 0.0))
