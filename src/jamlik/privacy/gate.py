"""The one door: an unprotected table in, a protected one out, or nothing at all.

Small cells are hidden, then as many others as it takes, and the result is attacked as a whole before it leaves.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import numpy as np

from jamlik.model.errors import ErrorKind, JamlikError
from jamlik.model.indicators import Kind
from jamlik.model.tables import Audience, Cell, CellKey, GateSummary, ProtectedTable, Status, Table
from jamlik.privacy.audit import Audit, attack
from jamlik.privacy.leftover import with_left_over
from jamlik.privacy.linkage import Linked, count_systems, sum_systems
from jamlik.privacy.suppress import suppress
from jamlik.privacy.system import Bools, ReleaseRefused, System
from jamlik.privacy.thresholds import Rules, rules_named

__all__ = ["protected"]

_ALREADY_HIDDEN = 1e-6
_DEARER = 2.0


def protected(table: Table, *, audience: Audience = Audience.PUBLIC, rules_name: str = "") -> ProtectedTable:
    """Protect a table: the only way to a `ProtectedTable`.

    Parameters
    ----------
    table : Table
        With the name of its rules.
    audience : Audience
        Who may read the result.
    rules_name : str
        The owner's own rules, where the result is for the owner; the table's if not given.

    Returns
    -------
    ProtectedTable
        Cells keyed by (indicator, period, group). Shown cells keep their numbers; hidden ones have the status
        `suppressed`, no number and no reason. Cells the source had marked stay as they were.

    Raises
    ------
    ReleaseRefused
        When the attack on the result finds a hidden number.
    JamlikError
        When there are no rules of that name, or they hold only inside the authority and the result is for others.
    """
    rules = rules_named(rules_name or table.rules)
    if audience is Audience.PUBLIC and (rules.inside_only or rules_name):
        raise JamlikError("rules_are_the_owners", rules=rules.name, kind=ErrorKind.RELEASE_REFUSED)
    hidden: frozenset[CellKey] = frozenset()
    narrowest: float | None = None
    if rules.protects:
        hidden, narrowest = _hidden_cells(with_left_over(table), rules)
        hidden &= {cell.key for cell in table.cells}
    cells = {cell.key: _emptied(cell) if cell.key in hidden else cell for cell in table.cells}
    by_indicator = dict.fromkeys(sorted(table.indicators), 0)
    for name, _, _ in hidden:
        by_indicator[name] += 1
    summary = GateSummary(
        rules=rules.name,
        cells_n=len(cells),
        hidden_n=len(hidden),
        required=rules.width if rules.protects else 0.0,
        # what was promised, not what was found: the width found would tell one hidden number from another
        narrowest=None if narrowest is None else min(narrowest, rules.width),
        hidden_by_indicator=by_indicator,
    )
    return ProtectedTable(table.indicators, table.dimensions, cells, audience, summary)


def _emptied(cell: Cell) -> Cell:
    return Cell(cell.indicator, cell.period, cell.group, Status.SUPPRESSED)


def _hidden_cells(table: Table, rules: Rules) -> tuple[frozenset[CellKey], float | None]:
    """Keys of every cell to hide, and the narrowest interval left to an outsider."""
    hidden: set[CellKey] = set()
    widths: list[float] = []
    hidden.update(cell.key for cell in table.cells if _stands_alone_and_small(table, rules, cell))
    for linked in count_systems(table, rules):
        pattern = _pattern_of_counts(linked)
        audit = _attacked(linked, pattern)
        if audit.narrowest is not None:
            widths.append(audit.narrowest)
        hidden.update(_keys(linked, pattern))
    # a sum hidden in one system is hidden in the next; what is hidden later only makes the earlier ones safer
    for linked in sum_systems(table, rules, frozenset(hidden)):
        known = np.array([False] * linked.system.value.size)
        for (name, group), places in linked.members.items():
            known[list(places)] = (name, linked.period, group) in hidden
        system = linked.system
        eased = replace(system, cost=np.where(known & ~system.sensitive, _ALREADY_HIDDEN, system.cost))
        pattern = _suppressed(eased) | known
        _attacked(linked, pattern)
        hidden.update(_keys(linked, pattern))
    return frozenset(hidden), min(widths, default=None)


def _stands_alone_and_small(table: Table, rules: Rules, cell: Cell) -> bool:
    """Whether a published figure that is no count, and adds up to nothing, rests on too few people."""
    value = table.indicators[cell.indicator].kind is Kind.VALUE and cell.status is Status.SHOWN
    return value and cell.base_n is not None and 0 < cell.base_n < rules.minimum_base


def _attacked(linked: Linked, hidden: Bools) -> Audit:
    unseen = hidden.copy()
    unseen[list(linked.rest)] = True
    audit = attack(linked.system, unseen, enough=True)
    if not audit.passed:
        raise ReleaseRefused("protection_fell", cells=tuple(audit.narrow.tolist()), period=linked.period)
    return audit


def _keys(linked: Linked, hidden: Bools) -> Iterable[CellKey]:
    for (name, group), places in linked.members.items():
        base = linked.base.get((name, group))
        if any(hidden[p] for p in places) or (base is not None and hidden[base]):
            yield (name, linked.period, group)


def _pattern_of_counts(linked: Linked) -> Bools:
    """Hide bases first, by themselves; then, with the other bases known to all, those with and without the outcome.

    Known bases make the indicators nearly independent of each other, which keeps the programs small. Where it does
    not work out, everything is searched at once.
    """
    system = linked.system
    try:
        first = suppress(_bases_alone(linked)).hidden
        hidden = _with_its_cells(linked, first)
        known = np.zeros(system.value.shape, dtype=np.bool_)
        known[list(linked.base.values())] = True
        known &= ~hidden
        known |= _following(linked, known)
        cost = np.where(known, np.inf, np.where(hidden, _ALREADY_HIDDEN, system.cost))
        return _with_its_cells(linked, hidden | suppress(replace(system, cost=cost)).hidden)
    except ReleaseRefused:
        return _with_its_cells(linked, _suppressed(system))


def _suppressed(system: System) -> Bools:
    """Hide what it takes; where that is not enough, not even that nobody is in some group is told."""
    try:
        return suppress(system).hidden
    except ReleaseRefused:
        certain = np.isinf(system.cost)
        if not certain.any():
            raise
        dear = _DEARER * float(system.cost[~certain].max(initial=1.0))
        return suppress(replace(system, cost=np.where(certain, dear, system.cost))).hidden


def _following(linked: Linked, known: Bools) -> Bools:
    """What the file leaves unknown but what is known settles: who is left of a known base less a known base."""
    open_cells = abs(linked.system.equation) @ (~known & np.isfinite(linked.system.cost)).astype(np.float64)
    single = linked.system.equation[np.flatnonzero(open_cells == 1)]
    found = np.zeros(known.shape, dtype=np.bool_)
    found[np.unique(single.indices)] = True
    untold = np.zeros(known.shape, dtype=np.bool_)
    untold[list(linked.rest)] = True
    return found & untold & ~linked.system.sensitive


def _bases_alone(linked: Linked) -> System:
    """Return the system with only the equations between bases."""
    system = linked.system
    counted = np.zeros(system.value.shape, dtype=np.bool_)
    for places in linked.members.values():
        counted[list(places)] = True
    rows = abs(system.equation) @ counted.astype(np.float64) == 0
    return replace(system, equation=system.equation[np.flatnonzero(rows)], sensitive=system.sensitive & ~counted)


def _with_its_cells(linked: Linked, hidden: Bools) -> Bools:
    """Where a base is hidden, every number about that group is."""
    out = hidden.copy()
    for key, places in linked.members.items():
        base = linked.base.get(key)
        if (base is not None and hidden[base]) or any(hidden[p] for p in places):
            out[list(places)] = True
    return out
