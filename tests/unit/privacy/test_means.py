"""Means: when few make the sum or all are alike, and what follows from the sums that are shown."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from jamlik.model.groupings import Dimension, Role
from jamlik.model.indicators import Indicator, Kind
from jamlik.model.tables import Cell, Status, Table
from jamlik.privacy.gate import protected
from jamlik.privacy.thresholds import PRESETS, Reason, common_value, contributors, sensitivity, spread_needed
from tests.unit.privacy.amounts import amounts_table, reach, tables

RULES = PRESETS["default"]
amounts = st.lists(st.one_of(st.just(0.0), st.floats(0.01, 1e6)), min_size=10, max_size=60)
whole = st.lists(st.integers(0, 20), min_size=10, max_size=60)


def of(values):
    x = np.asarray(values, dtype=np.float64)
    return {"base": np.array([float(x.size)]), "total": np.array([x.sum()]), "square": np.array([(x**2).sum()])}


def judged(values, rules=RULES):
    return sensitivity(rules=rules, yes=np.array([np.nan]), **of(values))


GROUPS = {
    "nobody has any": ([0] * 100, Reason.ALIKE),
    "one has it all": ([50_000] + [0] * 99, Reason.FEW_MAKE_IT),
    "four have it all": ([700, 800, 900, 750] + [0] * 96, Reason.FEW_MAKE_IT),
    "five have it all alike": ([800] * 5 + [0] * 95, Reason.NONE),
    "one has nearly all": ([50_000] + [100] * 99, Reason.FEW_MAKE_IT),
    "everybody has the same": ([1382] * 50, Reason.ALIKE),
    "everybody has the same, not whole": ([0.1] * 1000, Reason.ALIKE),
    "everybody has nearly the same": ([1000 + i % 2 for i in range(50)], Reason.ALIKE),
    "all but four have three": ([3] * 46 + [2] * 4, Reason.ALIKE),
    "all but five have three": ([3] * 45 + [2] * 5, Reason.NONE),
    "all but four have one": ([1] * 46 + [0] * 4, Reason.ALIKE),
    "all but five have one": ([1] * 45 + [0] * 5, Reason.NONE),
    "they cancel out": ([5, -5] * 20, Reason.FEW_MAKE_IT),
    "all have less than zero": ([-5 - i % 7 for i in range(30)], Reason.NONE),
    "one has far less than zero": ([-50_000] + [1] * 99, Reason.FEW_MAKE_IT),
    "all differ": (list(range(1, 31)), Reason.NONE),
    "nine people": (list(range(1, 10)), Reason.SMALL_BASE),
}


@pytest.mark.parametrize("name", GROUPS)
def test_sensitivity_of_a_mean_follows_the_rules(name):
    values, reason = GROUPS[name]
    found = judged(values)
    assert Reason(int(found.reason[0])) is reason
    assert bool(found.count[0]) is (reason is not Reason.NONE)
    assert not found.base[0]


def test_sensitivity_of_a_mean_takes_arrays_of_any_shape():
    values = [of(v) for v, _ in GROUPS.values()][:16]
    flat = {name: np.concatenate([v[name] for v in values]) for name in ("base", "total", "square")}
    deep = {name: numbers.reshape(2, 2, 4) for name, numbers in flat.items()}
    expected = sensitivity(rules=RULES, yes=np.full(16, np.nan), **flat)
    found = sensitivity(rules=RULES, yes=np.full((2, 2, 4), np.nan), **deep)
    assert found.reason.shape == (2, 2, 4)
    assert found.reason.ravel().tolist() == expected.reason.tolist()
    assert len(set(expected.reason.tolist())) > 2


def test_sensitivity_of_nobody_and_of_unknown_sums_is_the_base_alone():
    empty, unknown = np.array([0.0, 50, 50]), np.array([0.0, np.nan, 0.0])
    found = sensitivity(
        rules=RULES, yes=np.full(3, np.nan), base=empty, total=unknown, square=np.array([0.0, np.nan, np.nan])
    )
    assert found.count.tolist() == [False, False, True], "a sum of zero is nothing for everybody, squares or no squares"


def test_sensitivity_of_figures_already_public_hides_nothing():
    assert not any(judged(values, PRESETS["already_published"]).count[0] for values, _ in GROUPS.values())


@given(st.integers(10, 200), st.data())
def test_mean_of_yes_and_no_is_judged_as_the_share_is(n, data):
    yes = data.draw(st.integers(0, n))
    share = sensitivity(rules=RULES, yes=np.array([float(yes)]), base=np.array([float(n)]))
    assert judged([1] * yes + [0] * (n - yes)).count.tolist() == share.count.tolist()


@given(amounts)
def test_shown_sum_is_dominated_by_nobody_and_by_no_two(values):
    assume(not judged(values).count[0])
    first, second, *_ = sorted(values, reverse=True)
    assert first <= sum(values) / np.sqrt(5) * (1 + 1e-6)
    assert sum(values) - first - second >= first * (1 - 1e-6), "who has the second most can be 100 % off about the most"


@given(amounts, st.floats(0.01, 1e4))
def test_sensitivity_does_not_depend_on_the_unit_of_amounts(values, scale):
    x = np.asarray(values) + 0.123456789  # not whole numbers in either unit
    few = contributors(total=of(x)["total"], square=of(x)["square"])[0]
    assume(abs(few - 5) > 1e-6)
    assert judged(x).count[0] == judged(x * scale * 1.0123456789).count[0]


@given(whole)
def test_shown_whole_numbers_have_at_least_five_who_differ_from_any_value(values):
    assume(not judged(values).count[0])
    assert min(len(values) - values.count(v) for v in set(values)) > 0
    sums = of(values)
    for value in range(21):
        assert ((np.asarray(values) - value) ** 2).sum() >= 5, "five by one each may always be what lies behind"
    assert np.isnan(common_value(rules=RULES, **sums)[0])


@given(st.floats(0.5, 1e5), st.integers(10, 500), st.floats(0, 1e-4))
def test_common_value_of_people_who_are_alike_is_theirs(value, n, noise):
    x = value * (1 + noise * np.sin(np.arange(n)))
    found = common_value(rules=RULES, **of(x))[0]
    assert abs(found - value) <= max(0.05 * value, 0.5)
    assert spread_needed(rules=RULES, **of(x))[0] > 0


# what follows from the sums that are shown: an attacker who knows them without any rounding ---------------------------


@given(st.integers(0, 10_000), st.sampled_from([(2, 3), (2, 5), (4, 4)]), st.integers(100, 600))
def test_hidden_sum_that_few_make_may_be_one_that_many_make(seed, sizes, people):
    table, who = amounts_table(np.random.default_rng(seed), sizes=sizes, people=people)
    published = protected(table)
    true = {cell.key: cell for cell in table.cells}
    few = [k for k, c in true.items() if c.base_n and c.square and c.total**2 < 4.999 * c.square]
    for key in few:
        assert published.cells[key].status is Status.SUPPRESSED
    for key in few[:8]:
        most = who[key].max()
        _, high = reach(table, published, key, lambda cell: cell.total)
        assert high >= np.sqrt(5) * most * (1 - 1e-6)


@given(st.integers(0, 10_000), st.sampled_from([(2, 3), (2, 5), (4, 4)]), st.integers(100, 600))
def test_person_with_the_most_in_a_hidden_cell_is_not_told_by_sums_and_squares(seed, sizes, people):
    table, who = amounts_table(np.random.default_rng(seed), sizes=sizes, people=people)
    published = protected(table)
    hidden = [k for k, c in published.cells.items() if c.status is Status.SUPPRESSED and len(who[k])]
    for key in hidden[:8]:
        _, high_sum = reach(table, published, key, lambda cell: cell.total)
        low_square, high_square = reach(table, published, key, lambda cell: cell.square)
        high = min(high_sum, np.sqrt(high_square))
        low = low_square / high_sum if high_sum > 0 else 0.0
        most = who[key].max()
        assert low <= most * (1 + 1e-6)
        assert most <= high * (1 + 1e-6)
        assert high - low >= 0.1 * most


@given(st.integers(0, 10_000), st.sampled_from([0.0, 1.0, 5.0]), st.integers(150, 600))
def test_hidden_group_of_alike_people_may_be_one_of_people_who_differ(seed, value, people):
    table, who = amounts_table(np.random.default_rng(seed), sizes=(2, 6), people=people, alike=value)
    published = protected(table)
    cells = {cell.key: cell for cell in table.cells}
    alike = [k for k, x in who.items() if len(x) >= 10 and np.all(x == value)]
    assume(alike)
    for key in alike:
        assert published.cells[key].status is Status.SUPPRESSED
        around = lambda cell: cell.square - 2 * value * cell.total + value**2 * cell.base_n  # noqa: E731
        _, high = reach(table, published, key, around)
        assert cells[key].total == pytest.approx(value * len(who[key]))
        assert high >= 4.999


@given(st.integers(0, 10_000))
def test_sums_below_zero_are_protected_as_well(seed):
    table, who = amounts_table(np.random.default_rng(seed), sizes=(2, 4), people=300, shift=-400.0)
    published = protected(table)
    hidden = [k for k, c in published.cells.items() if c.status is Status.SUPPRESSED and len(who[k])]
    for key in hidden[:6]:
        low, high = reach(table, published, key, lambda cell: cell.total, least=-np.inf)
        assert high - low >= 0.1 * abs(who[key].sum())


def test_whale_takes_enough_along_not_to_be_told_by_the_rest():
    # the total less a and b leaves the one and ten who have nearly nothing
    groups = {"a": [800 + i for i in range(100)], "b": [700 + i for i in range(100)], "c": [9_000] + [0] * 50,
              "d": [10 + i for i in range(10)]}  # fmt: skip
    published = protected(tables({code: np.array(x, dtype=float) for code, x in groups.items()}))
    hidden = {g[0][1] for (_, _, g), c in published.cells.items() if c.status is Status.SUPPRESSED and g}
    assert "c" in hidden
    assert hidden & {"a", "b"}, "d alone is too little to hide behind"
    assert published.cells["local:x", "2024", ()].status is Status.SHOWN


def test_alike_groups_do_not_hide_behind_each_other_alone():
    # all in a and b have five: hiding these two would tell that everybody in both has
    groups = {"a": [5] * 30, "b": [5] * 40, "c": list(range(30)), "d": list(range(40))}
    published = protected(tables({code: np.array(x, dtype=float) for code, x in groups.items()}))
    hidden = {g[0][1] for (_, _, g), c in published.cells.items() if c.status is Status.SUPPRESSED and g}
    assert {"a", "b"} < hidden


def test_mean_without_squares_is_hidden_when_it_is_nothing_for_everybody():
    cells = [Cell("local:x", "2024", (("area", code),), base_n=50.0, total=t) for code, t in zip("abc", (0.0, 90, 80),
             strict=True)] + [Cell("local:x", "2024", (), base_n=150.0, total=170.0)]  # fmt: skip
    area = Dimension("area", Role.AREA, {c: c for c in "abc"})
    indicators = {"local:x": Indicator("local:x", {"sv": "x"}, Kind.MEAN)}
    published = protected(Table(indicators, {"area": area}, tuple(sorted(cells, key=lambda c: c.key))))
    hidden = {g for (_, _, g), c in published.cells.items() if c.status is Status.SUPPRESSED}
    assert (("area", "a"),) in hidden
    assert len(hidden) == 2


def test_sums_smaller_than_what_a_solver_takes_for_nothing_are_protected_too():
    rng = np.random.default_rng(296)  # without whole grains the search goes on for ever here
    table, _ = amounts_table(rng, sizes=(3, 4), people=int(rng.integers(100, 700)))
    published = protected(table)
    tiny = [cell for cell in table.cells if cell.base_n and 0 < cell.square < 1e-6 * max(c.square for c in table.cells)]
    assert tiny
    assert published.gate.hidden_n > 0


def hidden_areas(groups):
    published = protected(tables({code: np.array(x, dtype=float) for code, x in groups.items()}))
    return {dict(g).get("area", "") for (_, _, g), c in published.cells.items() if c.status is Status.SUPPRESSED}


def test_squares_ask_for_more_to_be_hidden_where_sums_do_not():
    # small amounts in c can pass for some in z as a sum, but not as a sum of squares
    large = {"d": [80 + i % 40 for i in range(500)], "e": [80 + i % 40 for i in range(500)]}
    groups = {"z": [0] * 200, "c": [26 + i % 9 for i in range(60)], **large}
    assert {"z", "c"} < hidden_areas(groups)
    assert "" not in hidden_areas(groups)


def test_amounts_below_zero_hide_one_other_and_no_total():
    groups = {"a": [-50 - i for i in range(8)], **{code: [-50 - i for i in range(40)] for code in "bcd"}}
    hidden = hidden_areas(groups)
    assert "a" in hidden
    assert "" not in hidden
    assert len(hidden) == 2
