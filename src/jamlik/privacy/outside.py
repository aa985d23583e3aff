"""What an outsider can work out from published tables laid together, without being told a single hidden number.

Any numbers that agree with what is shown do as a start: how far each hidden cell can move from there is the same
whatever the truth is. Where the truth is known too (the owner's own copy), single persons are played as well.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from jamlik.model.errors import ErrorKind, JamlikError
from jamlik.privacy.audit import attack
from jamlik.privacy.crossed import Key
from jamlik.privacy.system import Bools, Floats, Ints, System
from jamlik.privacy.together import Released, Together, agreeing, together

__all__ = ["Found", "attacked", "could_be_small", "system_of"]

_NEAR = 1e-6


@dataclass(frozen=True, slots=True)
class Found:
    """What the attack found.

    Parameters
    ----------
    keys : tuple of Key
        What each hidden cell is about.
    low, high : float, shape (hidden cells,)
        Between which whole numbers each must lie; infinite without limit.
    narrow : bool, shape (hidden cells,)
        Cells that must stay unknown and lie in a narrower interval than required.
    victims : tuple of (Key, Key)
        (Somebody alone in a cell, what this person can work out exactly); empty where the truth is not known.
    truth_known : bool
        Whether it is.
    shown_n : int
        How many cells are shown.
    """

    keys: tuple[Key, ...] = field(repr=False)
    low: Floats = field(repr=False)
    high: Floats = field(repr=False)
    narrow: Bools = field(repr=False)
    victims: tuple[tuple[Key, Key], ...]
    truth_known: bool
    shown_n: int

    @property
    def exact(self) -> Bools:
        """Hidden cells that are no secret at all."""
        return self.high - self.low < 1 - _NEAR

    @property
    def narrowest(self) -> float | None:
        """Width of the narrowest interval; None when nothing is hidden."""
        return float((self.high - self.low).min()) if self.keys else None

    @property
    def passed(self) -> bool:
        """Whether nothing came out."""
        return not self.narrow.any() and not self.victims


def could_be_small(low: Floats, high: Floats, *, minimum_count: int, nobody: bool) -> Bools:
    """Which cells may, for all an outsider knows, hold from one to one below `minimum_count` people.

    With `nobody`, none at all counts as small: where codes are answers, that nobody has given one tells of everybody.
    """
    small: Bools = low < minimum_count - _NEAR
    return small if nobody else small & (high >= 1 - _NEAR)


def system_of(value: Floats, laid: Together, *, sensitive: Bools, width: Floats, cost: Floats | None = None) -> System:
    """The system that protection and attack work on."""
    size = value.size
    return System(
        value=value,
        equation=laid.equation,
        sensitive=sensitive,
        width=np.where(sensitive, width, 0.0),
        cost=np.ones(size) if cost is None else cost,
        block=np.full(size, -1, dtype=np.int64),
        integral=value == np.rint(value),
    )


def attacked(
    tables: Sequence[Released],
    *,
    minimum_count: int,
    width: float,
    nobody: bool = False,
    truth: Floats | None = None,
    sensitive: Bools | None = None,
) -> Found:
    """Attack tables together.

    Parameters
    ----------
    tables : sequence of Released
        What is published.
    minimum_count : int
        Counts from 1 to one below this must stay unknown.
    width : float
        How wide the interval of such a cell must be.
    nobody : bool
        Whether that nobody is in a cell must stay unknown too.
    truth : float, shape (cells of the only table,), optional
        The owner's own numbers; of one table alone.
    sensitive : bool, the same shape, optional
        Cells that must stay unknown; with the truth, small counts if not given.

    Raises
    ------
    JamlikError
        When the tables contradict each other.
    """
    laid = together(tables)
    hidden = np.isnan(laid.shown)
    start = agreeing(laid.equation, laid.shown) if truth is None else truth
    if start is None:
        raise JamlikError("tables_contradict", kind=ErrorKind.CONTRACT)
    known = truth is not None
    must = np.zeros(start.size, dtype=np.bool_)
    if known:
        must = (start > 0) & (start < minimum_count) if sensitive is None else sensitive
        must = must & hidden
    audit = attack(system_of(start, laid, sensitive=must, width=np.full(start.size, width)), hidden)
    told = np.flatnonzero(laid.told & hidden)
    low = np.ceil(audit.low[told] - _NEAR)
    high = np.floor(audit.high[told] + _NEAR)
    at_risk = must[told] if known else could_be_small(low, high, minimum_count=minimum_count, nobody=nobody)
    narrow = at_risk & (high - low < width - _NEAR)
    kept = narrow | ~np.isin(
        told, [rest for rest, _, _ in laid.left]
    )  # what anybody may subtract is told where it hurts
    return Found(
        keys=tuple(laid.keys[cell] for cell in told[kept].tolist()),
        low=low[kept],
        high=high[kept],
        narrow=narrow[kept],
        victims=_named(laid, audit.victims),
        truth_known=known,
        shown_n=int((laid.told & ~hidden).sum()),
    )


def _named(laid: Together, pairs: Ints) -> tuple[tuple[Key, Key], ...]:
    return tuple((laid.keys[single], laid.keys[cell]) for single, cell in pairs.tolist())
