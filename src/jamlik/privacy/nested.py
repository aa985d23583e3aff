"""Whose people are some of whose: those who answered one question are some of those who answered another.

Nobody says so in a table, but sizes tell: where one base is at most as large as another in whatever is shown, a reader
takes the one's people for some of the other's. So does protection, which errs by hiding a little more.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from jamlik.model.groupings import Group

__all__ = ["families", "nested_pairs"]

_MOSTLY = 0.75

Bases = Mapping[Group, float]


def nested_pairs(bases: Sequence[Bases]) -> list[tuple[int, int]]:
    """Pairs (smaller, larger) of those whose groups are, in the main, at most as large as another's.

    Parameters
    ----------
    bases : sequence of mapping of group to people
        One per set of people.

    Returns
    -------
    list of (int, int)
        What follows from two other pairs is left out.
    """
    inside: dict[int, set[int]] = {}
    for one in range(len(bases)):
        for other in range(one + 1, len(bases)):
            shared = [g for g in bases[one] if g in bases[other] and max(bases[one][g], bases[other][g]) > 0]
            sizes = [sum(bases[k][g] for g in shared) for k in (one, other)]
            small, large = (one, other) if sizes[0] <= sizes[1] else (other, one)
            fitting = sum(bases[small][g] <= bases[large][g] for g in shared)
            if shared and fitting >= _MOSTLY * len(shared):
                inside.setdefault(small, set()).add(large)
    return [
        (small, large)
        for small, above in sorted(inside.items())
        for large in sorted(above)
        if not any(large in inside.get(between, ()) for between in above)
    ]


def families(count: int, pairs: Sequence[tuple[int, int]]) -> list[list[int]]:
    """Sets of people that pairs tie together, in order; most stand alone."""
    family = list(range(count))
    for small, large in pairs:
        joined, left = sorted((family[small], family[large]))
        family = [joined if f == left else f for f in family]
    return [[k for k in range(count) if family[k] == f] for f in sorted(set(family))]
