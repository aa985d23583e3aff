"""Which further cells to hide so that the sensitive ones stay unknown, with the proof that they do."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from jamlik.privacy.search import Search
from jamlik.privacy.system import Bools, ReleaseRefused, System, components, reduced, restricted

__all__ = ["Pattern", "suppress"]

_EFFORT, _LEAST_EFFORT = 600_000_000, 60


@dataclass(frozen=True, slots=True)
class Pattern:
    """Which cells to hide.

    Parameters
    ----------
    hidden : bool, shape (cells,)
        Primary and complementary cells alike; whoever reads it cannot tell them apart.
    complementary_n : int
        How many cells are hidden for the sake of others.
    narrowest : float or None
        The narrowest width proved for any sensitive cell; None when nothing is sensitive.
    solves : int
        How many linear programs it took.
    """

    hidden: Bools = field(repr=False)
    complementary_n: int
    narrowest: float | None
    solves: int


def suppress(system: System, *, insider: float | None = None, effort: int | None = None) -> Pattern:
    """Hide the sensitive cells and as few others as can be found, proved safe.

    Parameters
    ----------
    system : System
        The cells and what ties them.
    insider : float, optional
        Width every sensitive cell must keep for a single person who knows their own cell; default the full width.
    effort : int, optional
        How many linear programs may be spent on showing needless cells again; default fewer the larger the system.

    Returns
    -------
    Pattern
        The same for the same input, byte for byte.

    Raises
    ------
    ReleaseRefused
        When some sensitive cell cannot be protected with the cells that may be hidden.
    """
    small = reduced(system)
    core = small.system
    stuck = core.sensitive & ~np.isfinite(core.cost)
    if stuck.any():
        cells = np.flatnonzero(stuck[small.owner] & system.sensitive)
        raise ReleaseRefused("hidden_follows_shown", cells=tuple(cells.tolist()))
    spend = max(_LEAST_EFFORT, _EFFORT // max(core.value.size, 1) ** 2) if effort is None else effort
    label = components(core.equation, np.isfinite(core.cost), core.block)
    hidden, solves = np.zeros(core.value.shape, dtype=np.bool_), 0
    first = np.full(core.value.shape, system.value.shape[0], dtype=np.int64)
    np.minimum.at(first, small.owner, np.arange(system.value.shape[0]))
    for part in np.unique(label[core.sensitive]).tolist():
        cells = np.flatnonzero(label == part)
        place = {int(c): i for i, c in enumerate(cells)}
        within = {
            place[single]: frozenset(place[c] for c in inner if c in place)
            for single, inner in small.within.items()
            if single in place
        }
        search = Search(
            restricted(core, cells),
            singleton=small.singleton[cells],
            within=within,
            insider=insider,
            origin=first[cells],
        )
        search.run(spend)
        hidden[cells] = search.hidden
        solves += search.solves
    narrowest = float(core.width[core.sensitive].min()) if core.sensitive.any() else None
    everywhere = hidden[small.owner]
    return Pattern(everywhere, int((everywhere & ~system.sensitive).sum()), narrowest, solves)
