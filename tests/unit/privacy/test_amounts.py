"""Sums that one or two dominate, against rules worked out by hand and a solver of the tests' own."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import linprog

from jamlik.privacy.amounts import Dominance, largest_in, publishable_sums, room_needed
from jamlik.privacy.crossed import Crossed, axis_of


def highest(crossed, total, hidden, cell):
    """How large an outsider must hold a hidden sum possible, by SciPy."""
    free = np.flatnonzero(hidden)
    matrix = crossed.equations()[:, free]
    goal = np.where(free == cell, -1.0, 0.0)
    found = linprog(goal, A_eq=matrix, b_eq=matrix @ total[free], bounds=(0, None), method="highs")
    return np.inf if found.status == 3 else -found.fun


@pytest.mark.parametrize(
    ("largest", "total", "rules", "room"),
    [
        ([80, 15], 100, Dominance(n=2, k=85, p=0), 100 / 85 * 95 - 100),
        ([80, 5], 100, Dominance(n=2, k=85, p=0), 0),
        ([80, 15], 100, Dominance(n=0, p=10), 3),
        ([80, 12], 100, Dominance(n=0, p=10), 0),
        ([50, 0], 50, Dominance(n=1, k=75, p=20), 50 * 100 / 75 - 50),
        ([0, 0], 0, Dominance(), 0),
        ([40, 30], 100, Dominance(), 0),
    ],
)
def test_room_needed_follows_the_rules(largest, total, rules, room):
    found = room_needed(rules=rules, total=np.array([float(total)]), largest=np.array([largest], dtype=float))
    assert found[0] == pytest.approx(room)


def drawn(seed):
    rng = np.random.default_rng(seed)
    crossed = Crossed((axis_of("area", list("pqrs"), {"half": {"N": ["p", "q"]}}), axis_of("branch", list("xyz"), {})))
    people, inner, counts, largest = {}, {}, {}, np.zeros((4, 3, 2))
    for i, a in enumerate("pqrs"):
        for j, b in enumerate("xyz"):
            made = np.sort(np.round(rng.lognormal(3, 1.2, rng.integers(1, 30)), 2))[::-1]
            people[a, b], inner[a, b], counts[a, b] = made, float(made.sum()), float(made.size)
            largest[i, j, : min(2, made.size)] = made[:2]
    return crossed, people, crossed.summed(inner), crossed.summed(counts), largest_in(crossed, largest)


def test_largest_in_margins_are_the_largest_of_all_inside():
    crossed, people, _, _, largest = drawn(1)
    together = {("", ""): "pqrs xyz", ("N", "y"): "pq y", ("r", ""): "r xyz", ("s", "z"): "s z"}
    for codes, inside in together.items():
        areas, branches = inside.split()
        every = np.sort(np.concatenate([people[a, b] for a in areas for b in branches]))[::-1]
        assert largest[crossed.place[codes]].tolist() == np.pad(every, (0, 2))[:2].tolist()


@pytest.mark.parametrize("seed", range(4))
def test_publishable_sums_leaves_the_room_that_the_rules_ask_for(seed):
    crossed, _, total, number, largest = drawn(seed)
    rules = Dominance()
    room = room_needed(rules=rules, total=total, largest=largest)
    none = np.zeros(total.size, dtype=bool)
    hidden = publishable_sums(crossed, total, room=room, number=number, minimum_count=5, counts_hidden=none)
    must = (room > 0) | ((number > 0) & (number < 5))
    assert must.any()
    assert hidden[must].all()
    assert not hidden.all()
    for cell in np.flatnonzero(must):
        assert highest(crossed, total, hidden, cell) >= total[cell] + 0.999 * room[cell]


def test_publishable_sums_alone_in_a_cell_cannot_subtract_the_own_amount():
    # x is one person's; y is dominated: with x known, y must still not follow from the total
    crossed = Crossed((axis_of("area", list("xyz"), {}), axis_of("sex", list("KM"), {})))
    inner = {
        ("x", "K"): 50.0,
        ("y", "K"): 60.0,
        ("z", "K"): 500.0,
        ("x", "M"): 300.0,
        ("y", "M"): 400.0,
        ("z", "M"): 700.0,
    }
    people = {("x", "K"): 1, ("y", "K"): 6, ("z", "K"): 40, ("x", "M"): 30, ("y", "M"): 40, ("z", "M"): 50}
    total, number = crossed.summed(inner), crossed.summed(people)
    room = np.zeros(total.size)
    room[crossed.place["y", "K"]] = 6.0
    none = np.zeros(total.size, dtype=bool)
    hidden = publishable_sums(crossed, total, room=room, number=number, minimum_count=5, counts_hidden=none)
    known = hidden.copy()
    known[crossed.place["x", "K"]] = False
    target = crossed.place["y", "K"]
    assert highest(crossed, total, known, target) > total[target] + 1e-6
