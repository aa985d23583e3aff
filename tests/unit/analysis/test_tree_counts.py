"""Counts in a tree of units: an attack by subtraction that tries every world finds no small unit."""

from __future__ import annotations

import random
from collections import defaultdict
from itertools import product
from math import prod

import pytest

from jamlik.analysis.tree_counts import End, People, Told, told_counts
from jamlik.privacy.thresholds import rules_named

LIMITS = rules_named("default")
LEAST, BASE = LIMITS.minimum_count, LIMITS.minimum_base
DONE = "done"


def told(parents, people, done):
    own = {unit: People(people[unit], {DONE: done[unit]}) for unit in parents}
    return told_counts(parents=parents, own=own, outcomes=(DONE,))


def below(parents, unit):
    """A unit and all below it."""
    return {each for each in parents if each == unit or (parents[each] is not None and each in _line(parents, unit))}


def _line(parents, top):
    found = set()
    for each in parents:
        above = parents[each]
        while above is not None:
            if above == top:
                found.add(each)
            above = parents[above]
    return found


def every_world(people):
    """Every way in which people may have done it or not."""
    units = [unit for unit in people if people[unit]]
    for counts in product(*(range(people[unit] + 1) for unit in units)):
        yield dict.fromkeys(people, 0) | dict(zip(units, counts, strict=True))


def groups_of(parents, people):
    """What somebody may want to know: each unit with all below it, and each unit's own people."""
    found = {("all", unit): below(parents, unit) for unit in parents}
    found |= {("own", unit): {unit} for unit in parents}
    return {name: units for name, units in found.items() if sum(people[unit] for unit in units)}


def sums(group, world):
    return sum(world[unit] for unit in group)


def agrees(parents, world, seen: dict[int, Told], people):
    for unit, each in seen.items():
        n, of = sums(below(parents, unit), world), sums(below(parents, unit), people)
        number = each.with_n[DONE]
        if number is End.FEW:
            fits = n < LEAST
        elif number is End.NEARLY_ALL:
            fits = of - n < LEAST
        else:
            fits = number is None or number == n
        if not fits:
            return False
    return True


TREES = {
    "a head alone above two units": ({1: None, 2: 1, 3: 1}, {1: 1, 2: 10, 3: 13}),
    "a small unit beside a large": ({1: None, 2: 1, 3: 1}, {1: 0, 2: 3, 3: 20}),
    "a unit that is all there is below": ({1: None, 2: 1, 3: 2}, {1: 0, 2: 0, 3: 30}),
    "three levels with a small one at the bottom": ({1: None, 2: 1, 3: 2, 4: 2}, {1: 10, 2: 0, 3: 4, 4: 12}),
    "two units, nobody above": ({1: None, 2: 1, 3: 1}, {1: 0, 2: 14, 3: 16}),
    "own people enough": ({1: None, 2: 1, 3: 1}, {1: 10, 2: 3, 3: 11}),
}


def require_hidden(parents, people, true, worlds):
    """Whoever sees what is told, and can add and subtract, places no small group."""
    seen = told(parents, people, true)
    possible = [world for world in worlds if agrees(parents, world, seen, people)]
    assert true in possible
    for what, group in groups_of(parents, people).items():
        n, of = sums(group, true), sums(group, people)
        if of >= BASE and LEAST <= n <= of - LEAST:
            continue
        values = {sums(group, world) for world in possible}
        # A unit hidden beside one to three people may be placed closer, but never at an end, nor one from it.
        far = min(values) > 1 and max(values) < of - 1
        wide = max(values) - min(values) >= min(LEAST - 1, of)
        assert wide or far, f"{parents} {people}: {what}, {n} of {of}, placed in {sorted(values)}"


def require_unknown(parents, people, worlds):
    """The stronger attack, by somebody who knows the rules: only worlds in which just this would have been told."""
    alike = defaultdict(list)
    for world in worlds:
        seen = told(parents, people, world)
        alike[tuple((unit, seen[unit].with_n[DONE]) for unit in sorted(seen))].append(world)
    for same in alike.values():
        for what, group in groups_of(parents, people).items():
            values, of = {sums(group, world) for world in same}, sums(group, people)
            if len(values) == 1:
                assert of >= BASE, f"{parents} {people}: {what} is known"
                assert LEAST <= min(values) <= of - LEAST, f"{parents} {people}: {what} is known"


@pytest.mark.parametrize("name", TREES)
def test_what_is_told_leaves_every_small_group_unknown(name):
    parents, people = TREES[name]
    worlds = list(every_world(people))
    for true in [*random.Random(name).sample(worlds, 12), dict(people), dict.fromkeys(people, 0)]:
        require_hidden(parents, people, true, worlds)


@pytest.mark.parametrize("name", TREES)
def test_who_knows_the_rules_themselves_still_places_nobody(name):
    parents, people = TREES[name]
    require_unknown(parents, people, list(every_world(people)))


@pytest.mark.parametrize("trees_n", [10, pytest.param(300, marks=pytest.mark.prove)])
def test_no_tree_that_is_drawn_gives_a_small_group_away(trees_n):
    draw, done = random.Random(20261122), 0
    while done < trees_n:
        parents = {1: None} | {unit: draw.randint(1, unit - 1) for unit in range(2, draw.randint(3, 6))}
        people = {unit: draw.choice([0, 0, 1, 2, 3, 5, 8, 10, 11, 12, 14]) for unit in parents}
        if sum(people.values()) < BASE or prod(n + 1 for n in people.values()) > 4000:
            continue
        worlds = list(every_world(people))
        for true in draw.sample(worlds, min(10, len(worlds))):
            require_hidden(parents, people, true, worlds)
        require_unknown(parents, people, worlds)
        done += 1


def test_hiding_small_units_alone_would_give_them_away():
    """The attack finds what it should: without the rest being looked at, the head above two units is known."""
    parents, people = TREES["a head alone above two units"]
    naive = {unit: sums(below(parents, unit), people) for unit in parents}
    assert all(n >= BASE for n in naive.values()), "each is large enough by itself"
    assert naive[1] - naive[2] - naive[3] == 1
    assert set(told(parents, people, {1: 0, 2: 5, 3: 6})) == {1, 3}, "so the smaller of the units is not told of"


def test_numbers_are_told_where_all_parts_allow_it():
    parents, people = {1: None, 2: 1, 3: 1}, {1: 0, 2: 14, 3: 16}
    assert {u: t.with_n[DONE] for u, t in told(parents, people, {1: 0, 2: 7, 3: 9}).items()} == {1: 16, 2: 7, 3: 9}
    assert {u: t.with_n[DONE] for u, t in told(parents, people, {1: 0, 2: 3, 3: 9}).items()} == {
        1: 12,
        2: None,
        3: None,
    }


def test_ends_are_told_in_words_at_every_level():
    parents, people = {1: None, 2: 1, 3: 1}, {1: 0, 2: 14, 3: 16}
    few = told(parents, people, {1: 0, 2: 4, 3: 0})
    assert [each.with_n[DONE] for each in few.values()] == [End.FEW] * 3
    all_done = told(parents, people, people)
    assert [each.with_n[DONE] for each in all_done.values()] == [End.NEARLY_ALL] * 3


def test_which_units_are_there_never_depends_on_what_people_have_done():
    for parents, people in TREES.values():
        drawn = [
            {unit: random.Random(seed * 100 + unit).randint(0, people[unit]) for unit in people} for seed in range(20)
        ]
        assert len({frozenset(told(parents, people, world)) for world in drawn}) == 1


def test_nobody_at_all_and_too_few_are_not_told_of():
    assert told_counts(parents={}, own={}, outcomes=(DONE,)) == {}
    assert told({1: None}, {1: BASE - 1}, {1: 4}) == {}
