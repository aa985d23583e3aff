"""Breakdowns that a table leaves out, and the fewest that are enough."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest

from jamlik.privacy.crossed import Crossed, axis_of
from jamlik.privacy.leaveout import enough_without, left_out
from jamlik.privacy.outside import attacked
from jamlik.privacy.publish import publishable
from jamlik.privacy.system import ReleaseRefused
from jamlik.privacy.together import Released
from tests.unit.privacy.linked import enumerated_ranges, system_of, with_margins
from tests.unit.privacy.test_tables import CODES, shown_in, table_of

CROSSED = Crossed(tuple(axis_of(name, codes, {}) for name, codes in CODES.items()))
RULES = {"minimum_count": 3, "width": 2}


def refused_beside_an_earlier_table():
    """A table of three dimensions that is refused beside one of two, which is about some of the people."""
    inner = dict(zip(product(*CODES.values()), [3, 2, 3, 1, 1, 1, 0, 0], strict=True))
    some = table_of(inner, "ab", where=(("c", "c0"),), label="some")
    shown = np.where(np.arange(9) < 5, some.value, np.nan)
    return inner, Released("some", some.crossed, shown, some.told), table_of(inner, "abc")


def attempt_of(new, earlier):
    sensitive = (new.value > 0) & (new.value < 3)

    def attempt(without):
        gone = left_out(new.crossed, without)
        return publishable(new.crossed, new.value, sensitive=sensitive, earlier=[earlier], unpublished=gone, **RULES)

    return attempt


def narrow_in(tables):
    found = attacked(tables, **RULES)
    return {key for key, narrow in zip(found.keys, found.narrow, strict=True) if narrow}


def test_left_out_breakdown_takes_all_that_break_it_down_further():
    gone = left_out(CROSSED, [("b", "a")])
    assert {codes for codes, out in zip(CROSSED.codes, gone, strict=True) if out} == {
        codes for codes in CROSSED.codes if codes[0] and codes[1]
    }
    assert gone.sum() == 12
    assert not left_out(CROSSED, []).any()
    assert left_out(CROSSED, [("a",), ("b", "c")]).sum() == 18 + 4


def test_enough_without_refused_table_can_be_published_without_the_breakdown_it_names():
    inner, earlier, new = refused_beside_an_earlier_table()
    attempt = attempt_of(new, earlier)
    with pytest.raises(ReleaseRefused):
        attempt(())
    with pytest.raises(ReleaseRefused):
        attempt((("a", "b", "c"),))
    assert enough_without(new.crossed, (), attempt) == (("a", "b"),)
    done = attempt((("a", "b"),))
    gone = left_out(new.crossed, [("a", "b")])
    assert np.isnan(done.released.value[gone]).all()
    assert (done.cells_n, done.people_hidden_share) == (15, None)
    assert done.hidden_n == np.isnan(done.released.value[~gone]).sum() < 15
    assert narrow_in([earlier, done.released]) <= narrow_in([earlier]), "what the earlier table gave away, and no more"
    # by enumeration: small numbers, those left out too, keep the width or what the earlier table left of it
    keys, value, equation = with_margins(inner)
    system = system_of(value, equation, np.zeros(value.size, dtype=bool), 0)
    before, after = (shown_in(tables, keys)[0] for tables in ([earlier], [earlier, done.released]))
    low, high = enumerated_ranges(system, ~after, reach=3)
    low_before, high_before = enumerated_ranges(system, ~before, reach=3)
    small = (value > 0) & (value < 3) & ~before
    assert small.any()
    assert np.all((high - low)[small] >= np.minimum(2, (high_before - low_before)[small]))


@pytest.mark.parametrize(
    ("given", "needed", "expected"),
    [
        ((), {"abc"}, (("a", "b", "c"),)),
        ((), {"abc", "ac"}, (("a", "c"),)),
        ((), {"abc", "ac", "ab"}, (("a", "b"), ("a", "c"))),
        ((("a", "c"),), {"abc", "ac", "bc"}, (("a", "c"), ("b", "c"))),
        ((), {"abc", "ab", "ac", "bc"}, (("a", "b"), ("a", "c"), ("b", "c"))),
        ((), {"nothing helps"}, None),
    ],
)
def test_enough_without_names_the_fewest_breakdowns(given, needed, expected):
    tried = []

    def attempt(without):
        tried.append(without)
        gone = left_out(CROSSED, without)
        shown = {"".join(n for n, c in zip("abc", codes, strict=True) if c) for codes in np.array(CROSSED.codes)[~gone]}
        if shown & needed or "nothing helps" in needed:
            raise ReleaseRefused("protection_fell_table")

    assert enough_without(CROSSED, given, attempt) == expected
    assert len(tried) <= 16
    sizes = [int(left_out(CROSSED, without).sum()) for without in tried]
    assert max(sizes) < CROSSED.size


def test_enough_without_large_table_is_tried_fewer_times():
    many = Crossed(tuple(axis_of(name, [f"{name}{i}" for i in range(60)], {}) for name in "ab"))
    tried = []

    def attempt(without):
        tried.append(without)
        raise ReleaseRefused("protection_fell_table")

    assert enough_without(many, (), attempt) is None
    assert tried == [(("a", "b"),), (("a",),)]


def test_publishable_small_number_that_is_left_out_keeps_its_width_beside_the_totals():
    # three people in a1 × b0, which no row tells of: that there are eight in a1 would leave nine values
    crossed = Crossed(CROSSED.axes[:2])
    many = crossed.summed({("a0", "b0"): 40, ("a0", "b1"): 30, ("a1", "b0"): 3, ("a1", "b1"): 25})
    few = crossed.summed({("a0", "b0"): 40, ("a0", "b1"): 30, ("a1", "b0"): 3, ("a1", "b1"): 5})
    gone = left_out(crossed, [("a", "b")])
    for value, hides in ((many, False), (few, True)):
        small = value == 3
        rules = {"minimum_count": 5, "width": 20, "unpublished": gone}
        done = publishable(crossed, value, sensitive=small, **rules)
        assert np.isnan(done.released.value[crossed.place["a1", ""]]) == hides
        assert (done.hidden_n > 0) == hides
        assert done.sensitive_n == 0
        assert attacked_width(done, value, small) >= 20


def attacked_width(done, value, small):
    """How closely the small cell can be placed, when everybody asks for it."""
    whole = Released("t", done.released.crossed, done.released.value, np.ones(value.size, dtype=bool))
    found = attacked([whole], minimum_count=5, width=20, truth=value, sensitive=small)
    cell = np.flatnonzero(np.isnan(done.released.value)).tolist().index(int(np.flatnonzero(small)[0]))
    return found.high[cell] - found.low[cell]
