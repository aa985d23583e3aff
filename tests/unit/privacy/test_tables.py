"""Anybody's tables: protected beside earlier ones, and attacked by enumeration and by a solver of the tests' own."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from jamlik.model.errors import JamlikError
from jamlik.privacy.crossed import Crossed, axis_of
from jamlik.privacy.leaveout import left_out
from jamlik.privacy.outside import attacked
from jamlik.privacy.publish import publishable
from jamlik.privacy.system import ReleaseRefused
from jamlik.privacy.together import Released, together
from tests.unit.privacy.linked import enumerated_ranges, system_of, with_margins

CODES = {name: [f"{name}{i}" for i in range(2)] for name in "abc"}


def table_of(inner, names, *, where=(), label="table"):
    """The cells of some dimensions of a three-way table, and their numbers; perhaps of a part of the people."""
    chosen = {}
    for codes, n in inner.items():
        if all(dict(zip("abc", codes, strict=True))[k] == v for k, v in where):
            key = tuple(codes["abc".index(name)] for name in names)
            chosen[key] = chosen.get(key, 0.0) + n
    crossed = Crossed(tuple(axis_of(name, CODES[name], {}) for name in names), tuple(where))
    return Released(label, crossed, crossed.summed(chosen), np.ones(crossed.size, dtype=bool))


def shown_in(tables, keys):
    """Which cells of the whole table some published table shows."""
    seen = set()
    for table in tables:
        seen |= {key for key, v in zip(table.crossed.keys, table.value, strict=True) if not np.isnan(v)}
    told = [tuple((n, c) for n, c in zip("abc", key, strict=True) if c != "Total") for key in keys]
    return np.array([key in seen for key in told]), told


cuts = st.sampled_from(["a", "ab", "bc", "ac", "abc"])
wheres = st.sampled_from([(), (), (("c", "c0"),)])


@st.composite
def releases(draw):
    inner = {codes: draw(st.integers(0, 4)) for codes in product(*CODES.values())}
    earlier = []
    for number in range(draw(st.integers(0, 2))):
        where = draw(wheres)
        names = [n for n in draw(cuts) if n not in dict(where)]
        whole = table_of(inner, names, where=where, label=str(number))
        hidden = np.array(draw(st.lists(st.booleans(), min_size=whole.value.size, max_size=whole.value.size)))
        earlier.append(Released(whole.name, whole.crossed, np.where(hidden, np.nan, whole.value), whole.told))
    where = draw(wheres)
    new = table_of(inner, [n for n in draw(cuts) if n not in dict(where)], where=where)
    names = [axis.name for axis in new.crossed.axes]
    without = draw(st.lists(st.lists(st.sampled_from(names), min_size=1, unique=True), max_size=2)) if names else []
    return inner, earlier, new, left_out(new.crossed, without)


@settings(max_examples=5)
@given(releases())
def test_publishable_beside_random_earlier_tables_narrows_nothing_small_to_enumeration(case):
    narrows_nothing_small(case)


@pytest.mark.prove
@settings(max_examples=300)
@given(releases())
def test_publishable_beside_many_earlier_tables_narrows_nothing_small_to_enumeration(case):
    narrows_nothing_small(case)


def narrows_nothing_small(case):
    inner, earlier, new, gone = case
    least, width = 3, 2
    sensitive = (new.value > 0) & (new.value < least)
    try:
        done = publishable(
            new.crossed,
            new.value,
            sensitive=sensitive,
            minimum_count=least,
            width=width,
            earlier=earlier,
            unpublished=gone,
        )
    except ReleaseRefused:
        assume(False)
    assert np.isnan(done.released.value[gone]).all()
    keys, value, equation = with_margins(inner)
    system = system_of(value, equation, np.zeros(value.size, dtype=bool), 0)
    before, told = shown_in(earlier, keys)
    after, _ = shown_in([*earlier, done.released], keys)
    assume(after.any())
    try:
        low, high = enumerated_ranges(system, ~after, reach=3)
        low_before, high_before = enumerated_ranges(system, ~before, reach=3) if earlier else (low * 0, high + 99)
    except TimeoutError:
        assume(False)
    small = dict(zip(new.crossed.keys, sensitive.tolist(), strict=True)) | left_over(new, earlier, told, value, least)
    for cell, key in enumerate(told):
        if small.get(key) and not before[cell]:
            assert not after[cell] or low_before[cell] == high_before[cell]
            assert high[cell] - low[cell] >= min(width, high_before[cell] - low_before[cell]), key


def left_over(new, earlier, told, value, least):
    """Who is in no table and can be subtracted: those with c1, where one table is about all and one about c0 alone."""
    known = set(new.crossed.keys)
    for table in earlier:
        known |= {key for key, v in zip(table.crossed.keys, table.value, strict=True) if not np.isnan(v)}
    some = [table for table in [new, *earlier] if table.crossed.fixed]
    wholes = {key: n for key, n in zip(told, value, strict=True) if ("c", "c1") in key and 0 < n < least}
    return {
        key: True
        for key in wholes
        if some and key[:-1] in known and (*key[:-1], ("c", "c0")) in known
        and any((*key[:-1], ("c", "c0")) in table.crossed.keys for table in some)
    }  # fmt: skip


def test_publishable_part_of_the_people_does_not_tell_who_is_left():
    inner = {("a0", "b0", "c0"): 37, ("a0", "b0", "c1"): 2, ("a1", "b0", "c0"): 30, ("a1", "b0", "c1"): 24}
    first = table_of(inner, "a", label="first")
    second = table_of(inner, "a", where=(("c", "c0"),))
    none = np.zeros(second.value.size, dtype=bool)
    done = publishable(second.crossed, second.value, sensitive=none, minimum_count=5, width=4, earlier=[first])
    assert np.isnan(done.released.value).sum() == 2
    assert np.isnan(done.released.value[second.crossed.place[("a0",)]])
    found = attacked([first, second], minimum_count=5, width=4)
    assert found.keys == ((("a", "a0"), ("c", "≠ c0")),)
    assert not found.passed
    assert attacked([first, done.released], minimum_count=5, width=4).passed


def test_crossed_sums_two_parallel_divisions():
    axis = axis_of("area", ["1", "2", "3"], {"school": {"s": ["1", "2"], "t": ["3"]}, "ward": {"w": ["2", "3"]}})
    crossed = Crossed((axis, axis_of("sex", ["K", "M"], {})))
    number = crossed.summed({("1", "K"): 5, ("2", "K"): 7, ("2", "M"): 11, ("3", "M"): 13})
    assert number[crossed.place["w", "M"]] == 24
    assert number[crossed.place["s", ""]] == 23
    assert number[crossed.place["", "K"]] == 12
    assert not (crossed.equations() @ number).any()


@pytest.mark.parametrize(
    "divisions",
    [
        {"x": {"s": ["1"], "t": ["1", "2"]}},
        {"x": {"s": ["9"]}},
        {"x": {"s": ["t"], "t": ["s"]}},
        {"x": {"s": []}},
        {"x": {"Total": ["1"]}},
    ],
)
def test_axis_of_division_that_cannot_be_is_refused(divisions):
    with pytest.raises(JamlikError, match="area"):
        axis_of("area", ["1", "2"], divisions)


def test_publishable_difference_between_two_divisions_is_not_left_to_be_worked_out():
    # two divisions that differ by one small area: showing both would give it back
    codes = {"1": 40.0, "2": 50.0, "3": 2.0, "4": 60.0}
    axis = axis_of("area", list(codes), {"ward": {"w": ["1", "2"], "v": ["3", "4"]}, "school": {"s": ["1", "2", "3"]}})
    crossed = Crossed((axis,))
    number = crossed.summed({(code,): n for code, n in codes.items()})
    sensitive = (number > 0) & (number < 5)
    done = publishable(crossed, number, sensitive=sensitive, minimum_count=5, width=4)
    found = attacked([done.released], minimum_count=5, width=4)
    assert found.passed
    assert np.isnan(done.released.value[crossed.place[("3",)]])
    assert np.isnan(done.released.value[[crossed.place[("w",)], crossed.place[("s",)]]]).any()


def ages(codes, numbers, divisions, name):
    crossed = Crossed((axis_of("age", codes, divisions),))
    number = crossed.summed({(c,): float(n) for c, n in zip(codes, numbers, strict=True)})
    return Released(name, crossed, number, np.ones(crossed.size, dtype=bool))


def test_publishable_beside_an_earlier_table_hides_what_the_difference_would_tell():
    # the first table tells 0-17 and 18-; the second tells single ages up to 18, of which 17 is small
    first = ages(["0-17", "18-"], [90, 200], {}, "first")
    second = ages(["0-16", "17", "18-"], [87, 3, 200], {"adult": {"0-17": ["0-16", "17"]}}, "second")
    small = second.value == 3
    alone = publishable(second.crossed, second.value, sensitive=small, minimum_count=5, width=4)
    hidden = np.isnan(alone.released.value)
    assert hidden[[second.crossed.place[("17",)], second.crossed.place[("0-16",)]]].all()
    # what is out cannot be hidden again: 90 and 200 are known, and so the two below them must both stay hidden
    beside = publishable(second.crossed, second.value, sensitive=small, minimum_count=5, width=4, earlier=[first])
    assert not np.isnan(beside.released.value[second.crossed.place[("18-",)]])
    assert attacked([first, beside.released], minimum_count=5, width=4).passed


def test_publishable_what_an_earlier_table_gave_away_is_counted_and_not_refused():
    first = ages(["0-16", "17", "18-"], [87, 3, 200], {}, "first")
    done = publishable(
        first.crossed, first.value, sensitive=first.value == 3, minimum_count=5, width=4, earlier=[first]
    )
    assert done.already_out_n == 1


def test_publishable_corrected_number_is_refused_with_both_tables():
    first, second = ages(["a", "b"], [50, 60], {}, "first"), ages(["a", "b"], [50, 61], {}, "second")
    none = second.value < 0
    with pytest.raises(JamlikError) as told:
        publishable(
            second.crossed, second.value, sensitive=none, minimum_count=5, width=4, earlier=[first], name="second"
        )
    assert told.value.key == "tables_differ"
    assert "first och second visar olika tal för samma cell: alla." in str(told.value)


def test_together_tables_that_share_no_full_table_are_tied_by_the_finest_one():
    # two margins leave an inner cell between 40 - (50 - 45) = 35 and 40, and the third table hides it: not below 35
    inner = {("a0", "b0", "c0"): 38, ("a0", "b1", "c0"): 2, ("a1", "b0", "c0"): 7, ("a1", "b1", "c0"): 3}
    one, two = table_of(inner, "a"), table_of(inner, "b")
    both = table_of(inner, "ab")
    hidden = np.array([len(key) == 2 for key in both.crossed.keys])
    third = Released("ab", both.crossed, np.where(hidden, np.nan, both.value), both.told)
    found = attacked([one, two, third], minimum_count=5, width=4)
    at = found.keys.index((("a", "a0"), ("b", "b0")))
    assert (found.low[at], found.high[at]) == (35, 40)
    laid = together([one, two, table_of(inner, "c")])
    assert laid.equation.shape[1] == laid.shown.size > len(laid.keys)


def test_attacked_tables_that_contradict_each_other_are_refused():
    first = ages(["a", "b"], [50, 60], {}, "first")
    wrong = first.value.copy()
    wrong[0], wrong[1] = 20, np.nan
    with pytest.raises(JamlikError) as told:
        attacked([Released("first", first.crossed, wrong, first.told)], minimum_count=5, width=4)
    assert told.value.key == "tables_contradict"


def test_publishable_total_that_is_hidden_has_no_share_of_people_either():
    # the share of the people in hidden cells would be one more equation
    axis = axis_of("area", ["a", "b"], {})
    crossed = Crossed((axis,))
    number = crossed.summed({("a",): 2.0, ("b",): 0.0})
    done = publishable(crossed, number, sensitive=number == 2, minimum_count=5, width=4)
    assert np.isnan(done.released.value[0])
    assert done.people_hidden_share is None


def test_publishable_answers_of_nobody_in_an_earlier_table_stay_unknown():
    # the first table hides that nobody in a1 answered no; the second, of a part of them, must not tell
    inner = {("a0", "b0", "c0"): 20, ("a0", "b1", "c0"): 12, ("a1", "b0", "c0"): 30, ("a1", "b1", "c0"): 0}
    first = table_of(inner, "ab")
    hide = {(("a", a), ("b", b)) for a in ("a0", "a1") for b in ("b0", "b1")}
    hidden = np.array([key in hide for key in first.crossed.keys])
    first = Released("first", first.crossed, np.where(hidden, np.nan, first.value), first.told)
    second = table_of(inner, "b", where=(("a", "a1"),))
    none = np.zeros(second.value.size, dtype=bool)
    rules = {"minimum_count": 5, "width": 4, "earlier": [first]}
    done = publishable(second.crossed, second.value, sensitive=none, nobody=True, **rules)
    assert attacked([first, done.released], minimum_count=5, width=4, nobody=True).passed
    assert np.isnan(done.released.value[second.crossed.place[("b1",)]])


def test_together_divisions_that_go_round_between_tables_still_end():
    one = ages(["a", "b"], [30, 40], {"x": {"c": ["a", "b"]}}, "one")
    other = ages(["c", "d"], [70, 20], {"x": {"a": ["c"]}}, "other")
    laid = together([one, Released("other", other.crossed, np.full(other.value.size, np.nan), other.told)])
    assert laid.equation.shape[1] == laid.shown.size
