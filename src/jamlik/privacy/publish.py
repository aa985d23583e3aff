"""Protect one table so that it can be published beside every table that is out already.

The search sees all of them as one system: what is out cannot be hidden again, what was hidden then must stay hidden
now. The result is attacked twice before it leaves: with the truth, for the cells that must stay unknown and for single
persons; and as an outsider sees it, for every hidden cell that might be small.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from jamlik.model.errors import ErrorKind, JamlikError
from jamlik.privacy.audit import attack
from jamlik.privacy.crossed import TOTAL, Crossed
from jamlik.privacy.outside import could_be_small, system_of
from jamlik.privacy.suppress import suppress
from jamlik.privacy.system import Bools, Floats, ReleaseRefused, System
from jamlik.privacy.together import Released, Together, agreeing, together

__all__ = ["Protection", "publishable"]

_NEAR = 1e-6
_ROUNDS = 5
_DEARER_TOTAL, _DEARER_LARGE = 0.005, 0.02  # of patterns with as many cells, one with fewer totals and fewer people
_REFINED, _TRIED = 1_500, 300  # cells; larger tables are searched once, the smallest from several starts
_STARTS, _REFINEMENTS = 5, 2
_SPREAD = 0.3
_NOT_EXACT = 1.0  # beside earlier tables that nobody can change, somebody alone must not know exactly


@dataclass(frozen=True, slots=True)
class Protection:
    """A table that may be published, and what it took.

    Parameters
    ----------
    released : Released
        The table; hidden cells are NaN.
    cells_n, hidden_n, sensitive_n : int
        The table's cells, the hidden ones, and those that must be hidden by themselves; not those it leaves out.
    people_hidden_share : float or None
        The share of the people at the finest level who stand in hidden cells: what it costs. None where the total is
        hidden, nobody is there, or the table leaves the finest level out.
    already_out_n : int
        Cells that should be hidden but are published already, or follow from what is.
    """

    released: Released
    cells_n: int
    hidden_n: int
    sensitive_n: int
    people_hidden_share: float | None
    already_out_n: int


@dataclass(frozen=True, slots=True)
class _Demand:
    """What must stay unknown, and how well."""

    minimum_count: int
    width: float
    nobody: bool

    def could_be_small(self, low: Floats, high: Floats) -> Bools:
        """Which of these intervals might be those of small cells."""
        return could_be_small(low, high, minimum_count=self.minimum_count, nobody=self.nobody)


@dataclass(frozen=True, slots=True)
class _Task:
    """The system with the new table's truth, and what is known of it already."""

    system: System = field(repr=False)
    laid: Together = field(repr=False)
    out: Bools
    new: Bools
    floor: Floats
    already_out_n: int


def publishable(
    crossed: Crossed,
    number: Floats,
    *,
    sensitive: Bools,
    minimum_count: int,
    width: float,
    nobody: bool = False,
    earlier: Sequence[Released] = (),
    name: str = "",
    unpublished: Bools | None = None,
) -> Protection:
    """Hide what it takes for a table to be published beside the earlier ones.

    Parameters
    ----------
    crossed : Crossed
        Its cells.
    number : float, shape (cells,)
        The true numbers, margins included.
    sensitive : bool, shape (cells,)
        Cells that must be hidden by themselves.
    minimum_count : int
        An outsider must not place a cell among counts from 1 to one below this more closely than `width`.
    width : float
        How wide the interval of such a cell must be.
    nobody : bool
        Whether that nobody is in a cell must stay unknown too, as where codes are answers.
    earlier : sequence of Released
        Tables about the same people that are out.
    name : str
        What the table is called in messages.
    unpublished : bool, shape (cells,), optional
        Cells that the table leaves out. No less a secret, but nothing is told of them.

    Raises
    ------
    ReleaseRefused
        When no way is found.
    JamlikError
        When the table contradicts an earlier one.
    """
    demand = _Demand(minimum_count, width, nobody)
    told = np.ones(crossed.size, dtype=np.bool_) if unpublished is None else ~unpublished
    task = _task(Released(name, crossed, number, told), sensitive, demand, earlier)
    system = task.system
    hidden = _hidden(task, system)
    for _ in range(_ROUNDS):
        fresh = _exposed(task, hidden, demand)
        if not fresh.any():
            break
        must = system.sensitive | fresh
        system = replace(
            system,
            sensitive=must,
            width=np.where(fresh & ~system.sensitive, np.minimum(width, task.floor), system.width),
        )
        hidden = _hidden(task, system)
    else:
        raise ReleaseRefused("protection_fell_table", cells=())
    audit = attack(task.system, hidden, enough=True)
    if not audit.passed:
        raise ReleaseRefused("protection_fell_table", cells=tuple(audit.narrow.tolist()))
    own = task.laid.places[-1]
    value = np.where(hidden[own] | ~told, np.nan, number)
    return Protection(
        Released(name, crossed, value, told),
        cells_n=int(told.sum()),
        hidden_n=int((hidden[own] & told).sum()),
        sensitive_n=int((sensitive & hidden[own] & told).sum()),
        people_hidden_share=_share_hidden(crossed, value, told),
        already_out_n=task.already_out_n,
    )


def _task(whole: Released, sensitive: Bools, demand: _Demand, earlier: Sequence[Released]) -> _Task:
    laid = together([*earlier, whole])
    own = laid.places[-1]
    new = np.zeros(laid.shown.size, dtype=np.bool_)
    new[own[whole.told]] = True
    value = agreeing(laid.equation, laid.shown)
    if value is None:
        raise JamlikError("table_contradicts_earlier", kind=ErrorKind.CONTRACT)
    must = np.zeros(value.size, dtype=np.bool_)
    must[own] = sensitive
    for rest, *both in laid.left:  # where both are known, so is who is left: small, they are no less a secret
        if not np.isnan(laid.shown[both]).any():
            must[rest] = bool(demand.could_be_small(value[[rest]], value[[rest]])[0])
    cost = np.where(new, 1.0, 0.0)
    cost[own] += _DEARER_TOTAL * np.array([codes.count(TOTAL) for codes in whole.crossed.codes])
    cost[own] += _DEARER_LARGE * np.log1p(whole.value) / np.log1p(max(float(whole.value.max(initial=0.0)), 1.0))
    cost[~new] = 0.0
    required = np.full(value.size, float(demand.width))
    system = system_of(value, laid, sensitive=must, width=required, cost=cost)
    if not earlier:
        none = np.zeros(value.size, dtype=np.bool_)
        return _Task(system, laid, none, new, required, 0)
    return _beside(_Task(system, laid, _published(laid, earlier), new, required, 0), demand)


def _published(laid: Together, earlier: Sequence[Released]) -> Bools:
    """Cells that an earlier table shows."""
    out = np.zeros(laid.shown.size, dtype=np.bool_)
    for table, place in zip(earlier, laid.places, strict=False):
        out[place[~np.isnan(table.value)]] = True
    return out


def _beside(task: _Task, demand: _Demand) -> _Task:
    """Take what is out as known; a secret that earlier tables have narrowed already must not become narrower."""
    system, unseen = task.system, ~task.out
    cost = np.where(task.out, np.inf, np.where(task.new, system.cost, 0.0))
    start = system_of(system.value, task.laid, sensitive=unseen, width=task.floor, cost=cost)
    before = attack(start, unseen, enough=True)
    low, high = np.ceil(before.low - _NEAR), np.floor(before.high + _NEAR)
    told = np.where(unseen, high - low, 0.0)
    floor = np.where(np.isnan(told), 0.0, np.minimum(demand.width, told))
    certain = task.new.copy()
    certain[task.laid.places[-1]] = True
    certain[[rest for rest, *both in task.laid.left if not np.isnan(task.laid.shown[both]).any()]] = True
    old = ~certain & unseen & task.laid.told
    must = (system.sensitive | (old & demand.could_be_small(low, high))) & (floor > 0)
    known = int((system.sensitive & (floor < demand.width)).sum())
    # whether somebody is alone in a cell that only an earlier table has is not known: its number here is a guess
    integral = system.integral & (certain | (system.value != 1))
    alone = integral & (system.value == 1)
    alone[before.victims[must[before.victims[:, 1]], 0]] = False  # who can tell already cannot be kept from it now
    known += int(must[before.victims[:, 1]].sum())
    changed = replace(
        system, sensitive=must, width=np.where(must, floor, 0.0), cost=cost, integral=integral, alone=alone
    )
    return _Task(changed, task.laid, task.out, task.new, floor, known)


def _hidden(task: _Task, system: System) -> Bools:
    """What the search hides; what nobody publishes is hidden whatever it says."""
    return (_fewest(system, insider=_NOT_EXACT if task.out.any() else None) | ~task.new) & ~task.out


def _fewest(system: System, *, insider: float | None) -> Bools:
    """Search more than once where that is quick: anew at slightly other prices, and among what is hidden already."""
    best = suppress(system, insider=insider).hidden
    rng = np.random.default_rng(0)
    starts = _STARTS if system.value.size <= _TRIED else 0
    for attempt in range(starts + _REFINEMENTS if system.value.size <= _REFINED else 0):
        price = system.cost * (1 + _SPREAD * rng.random(system.value.size))
        allowed = np.full(system.value.shape, attempt < starts) | best
        try:
            found = suppress(replace(system, cost=np.where(allowed, price, np.inf)), insider=insider).hidden
        except ReleaseRefused:
            continue
        if _price_of(system, found) < _price_of(system, best):
            best = found
    return best


def _price_of(system: System, hidden: Bools) -> float:
    counted = hidden & np.isfinite(system.cost)
    return float(system.cost[counted].sum())


def _exposed(task: _Task, hidden: Bools, demand: _Demand) -> Bools:
    """Hidden cells that an outsider places too closely, and cannot tell from small ones."""
    seen = task.laid.told & hidden
    audit = attack(system_of(task.system.value, task.laid, sensitive=seen, width=task.floor), hidden, enough=True)
    exposed = np.zeros(hidden.size, dtype=np.bool_)
    narrow = audit.narrow
    low, high = np.ceil(audit.low[narrow] - _NEAR), np.floor(audit.high[narrow] + _NEAR)
    exposed[narrow] = demand.could_be_small(low, high)
    return exposed & (task.floor > 0)


def _share_hidden(crossed: Crossed, shown: Floats, told: Bools) -> float | None:
    """From what is shown alone: a sum over hidden cells that nobody else could work out would be one more equation."""
    everybody = shown[crossed.place[(TOTAL,) * len(crossed.axes)]]
    base = [set(axis.base) for axis in crossed.axes]
    fine = np.array([all(c in held for c, held in zip(codes, base, strict=True)) for codes in crossed.codes])
    if np.isnan(everybody) or everybody == 0 or not told[fine].all():
        return None
    return float(1 - np.nansum(shown[fine]) / everybody)
