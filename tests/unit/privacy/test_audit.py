"""The attack, against published audits and against plain enumeration."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.sparse as sp
from hypothesis import assume, given
from hypothesis import strategies as st

from jamlik.privacy.audit import attack
from tests.unit.privacy.linked import GOLDEN, enumerated_ranges, golden, system_of, with_margins


@pytest.mark.parametrize("name", sorted(GOLDEN))
def test_attack_golden_pattern_finds_the_published_intervals(shared_dir, name):
    system, gauss, audit = golden(shared_dir / "golden" / "disclosure", name)
    found = attack(system, gauss)
    assert {int(i) for i in np.flatnonzero(gauss)} == set(audit)
    for cell, (low, high) in audit.items():
        assert (found.low[cell], found.high[cell]) == pytest.approx((low, high), abs=1e-6)


@pytest.mark.parametrize(("name", "narrow"), [("z1", 0), ("z2", 0), ("z3", 9), ("A10", 0)])
@pytest.mark.parametrize("enough", [False, True])
def test_attack_golden_pattern_names_the_narrow_cells(shared_dir, name, narrow, enough):
    system, gauss, audit = golden(shared_dir / "golden" / "disclosure", name)
    found = attack(system, gauss, enough=enough)
    too_narrow = [c for c in np.flatnonzero(system.sensitive) if audit[c][1] - audit[c][0] < 3]
    assert found.narrow.tolist() == too_narrow
    assert len(too_narrow) == narrow


def test_attack_golden_municipality_finds_the_four_single_persons(shared_dir):
    system, gauss, _ = golden(shared_dir / "golden" / "disclosure", "A10")
    assert attack(system, gauss).victims.shape == (4, 2)


def test_attack_lone_hidden_cell_is_found():
    _, value, equation = with_margins({("a", "x"): 3, ("a", "y"): 20, ("b", "x"): 30, ("b", "y"): 40})
    system = system_of(value, equation, value == 3, 4)
    found = attack(system, value == 3)
    cell = int(np.flatnonzero(value == 3)[0])
    assert (found.low[cell], found.high[cell]) == (3, 3)
    assert found.narrow.tolist() == [cell]
    assert not found.passed


def test_attack_shown_sensitive_cell_fails():
    system = system_of([3.0], sp.csr_matrix((0, 1)), [True], 4)
    assert attack(system, np.array([False])).narrow.tolist() == [0]


def test_attack_unbound_cell_has_no_upper_limit():
    system = system_of([3.0], sp.csr_matrix((0, 1)), [True], 4)
    found = attack(system, np.array([True]))
    assert found.low[0] == 0
    assert found.high[0] == np.inf
    assert found.passed


def test_attack_single_person_subtracts_the_own_cell():
    # 1 + 3 = 4 hidden parts of a shown 24 with a shown 20: whoever is the one knows the three
    system = system_of([24, 20, 1, 3], sp.csr_matrix([[1.0, -1, -1, -1]]), [False, False, True, True], 3)
    found = attack(system, np.array([False, False, True, True]))
    assert found.narrow.size == 0
    assert found.victims.tolist() == [[2, 3]]


@given(
    st.lists(st.integers(0, 6), min_size=6, max_size=6),
    st.lists(st.booleans(), min_size=12, max_size=12),
)
def test_attack_interval_contains_every_table_enumerated(numbers, choice):
    inner = {(a, b): n for (a, b), n in zip([(a, b) for a in "pq" for b in "xyz"], numbers, strict=True)}
    _, value, equation = with_margins(inner)
    hidden = np.array(choice)
    assume(hidden.any())
    assume(not hidden[0])  # the grand total is shown, so every interval is finite
    system = system_of(value, equation, np.zeros(12, dtype=bool), 0)
    found = attack(system, hidden)
    try:
        low, high = enumerated_ranges(system, hidden, reach=int(value.max()))
    except TimeoutError:
        assume(False)
    # two-way tables are totally unimodular: the intervals are the same, not only as wide
    assert found.low[hidden].tolist() == low[hidden].tolist()
    assert found.high[hidden].tolist() == high[hidden].tolist()
