"""Counts of people in a tree of units, told so that no unit too small to tell of is found by subtracting others.

Who knows what is told of a unit and of the units below it knows what is left when these are taken away: the unit's own
people and the units that are not told of. So that rest must itself be large enough, at every unit that is told of.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from jamlik.privacy.thresholds import Rules, rules_named

__all__ = ["End", "People", "Told", "smallest_told", "told_counts"]


class End(StrEnum):
    """A count too near one end to be told: fewer than the minimum have it, or fewer than the minimum lack it."""

    FEW = "few"
    NEARLY_ALL = "nearly_all"


@dataclass(frozen=True, slots=True)
class People:
    """People who belong to a unit itself, not to one below it, and how many of them have each outcome."""

    people_n: int
    with_n: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Told:
    """What may be told of a unit with all below it. An outcome is its number, an end, or None where it is hidden."""

    people_n: int
    with_n: Mapping[str, int | End | None]


def smallest_told(rules: str = "default") -> tuple[int, int]:
    """How many people a unit needs to be told of, and how many must have an outcome, and lack it, for a number."""
    limits = rules_named(rules)
    return limits.minimum_base, limits.minimum_count


def told_counts(
    *, parents: Mapping[int, int | None], own: Mapping[int, People], outcomes: tuple[str, ...], rules: str = "default"
) -> dict[int, Told]:
    """What may be told of each unit; a unit too small, or one that would give a small one away, is not there.

    Which units are there depends on how many people they have, never on what these have done: what is left out tells
    nothing of anybody. Numbers are told from the top down, of all units directly below one or of none of them, and only
    where all of them, and the rest, have a number that the rules let through.

    Parameters
    ----------
    parents : mapping of unit to unit or None
        The unit above each.
    own : mapping of unit to People
        People who belong to a unit itself; a unit without any may be left out.
    outcomes : tuple of str
        The outcomes asked for.
    rules : str
        Name of the thresholds (`jamlik.privacy.thresholds`).

    Returns
    -------
    dict of unit to Told
        Nothing for a unit that may not be told of.
    """
    limits = rules_named(rules)
    tree = _Tree(parents)
    people = tree.summed({unit: each.people_n for unit, each in own.items()})
    shown = _large_enough(tree, people, limits.minimum_base)
    told: dict[int, dict[str, int | End | None]] = {unit: {} for unit in shown}
    for outcome in outcomes:
        counts = tree.summed({unit: each.with_n.get(outcome, 0) for unit, each in own.items()})
        for unit, number in _numbers(tree, shown, people, counts, limits).items():
            told[unit][outcome] = number
    return {unit: Told(people[unit], numbers) for unit, numbers in told.items()}


class _Tree:
    """Units from the top down, with what is directly below each."""

    def __init__(self, parents: Mapping[int, int | None]) -> None:
        self.parents = parents
        self.below: dict[int | None, list[int]] = {}
        for unit in sorted(parents):
            self.below.setdefault(parents[unit], []).append(unit)
        self.downwards: list[int] = []
        waiting = list(self.below.get(None, ()))
        while waiting:
            unit = waiting.pop()
            self.downwards.append(unit)
            waiting += self.below.get(unit, ())

    def summed(self, own: Mapping[int, int]) -> dict[int, int]:
        """Each unit's sum with all below it."""
        found = {unit: own.get(unit, 0) for unit in self.downwards}
        for unit in reversed(self.downwards):
            above = self.parents[unit]
            if above is not None:
                found[above] += found[unit]
        return found

    def next_shown(self, unit: int, shown: set[int]) -> list[int]:
        """The nearest units below a unit that are told of."""
        found, waiting = [], list(self.below.get(unit, ()))
        while waiting:
            each = waiting.pop()
            if each in shown:
                found.append(each)
            else:
                waiting += self.below.get(each, ())
        return found


def _large_enough(tree: _Tree, people: Mapping[int, int], least: int) -> set[int]:
    """Units with people enough, where the rest of each beside the units told of below it is nobody or enough."""
    shown = {unit for unit in tree.downwards if people[unit] >= least}
    for unit in reversed(tree.downwards):
        if unit not in shown:
            continue
        below = tree.next_shown(unit, shown)
        while 0 < people[unit] - sum(people[each] for each in below) < least:
            shown.remove(min(below, key=lambda each: (people[each], each)))
            below = tree.next_shown(unit, shown)
    return shown


def _numbers(
    tree: _Tree, shown: set[int], people: Mapping[int, int], counts: Mapping[int, int], limits: Rules
) -> dict[int, int | End | None]:
    """One outcome's numbers, from the top down."""
    least = limits.minimum_count

    def end(with_n: int, of: int) -> End | None:
        if with_n < least:
            return End.FEW
        return End.NEARLY_ALL if of - with_n < least else None

    found: dict[int, int | End | None] = {}
    for unit in tree.downwards:
        if unit not in shown:
            continue
        if unit not in found:  # nothing above it is told of
            found[unit] = end(counts[unit], people[unit]) or counts[unit]
        here = found[unit]
        below = tree.next_shown(unit, shown)
        groups = [(counts[each], people[each]) for each in below]
        rest = people[unit] - sum(of for _, of in groups)
        groups += [(counts[unit] - sum(n for n, _ in groups), rest)] if rest else []
        if isinstance(here, End):  # follows for every part: fewer than the minimum of all is fewer of each
            found |= dict.fromkeys(below, here)
        elif here is None or any(end(n, of) for n, of in groups):
            found |= dict.fromkeys(below)
        else:
            found |= {each: counts[each] for each in below}
    return found
