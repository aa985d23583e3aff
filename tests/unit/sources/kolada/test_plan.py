"""How few calls a question takes, and how long the service asks us to wait."""

from __future__ import annotations

from math import ceil

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jamlik.sources.kolada.pages import seconds_asked
from jamlik.sources.kolada.plan import FILTER_LIMIT, PAGE_LIMIT, batched, smallest_batches


@pytest.mark.parametrize(
    ("kpis", "areas", "years", "requests"),
    [
        (1, 1, 1, 1),
        (25, 9, 13, 1),
        (900, 8, 13, 36),
        (938, 5, 13, 38),
        (100, 25, 13, 7),  # 25 at a time would be 4 calls of two pages each
        (25, 26, 1, 2),
        (26, 1, 30, 4),
    ],
)
def test_batches_are_as_few_as_the_limits_allow(kpis, areas, years, requests):
    assert smallest_batches(kpis=kpis, areas=areas, years=years).requests == requests


@given(st.integers(1, 400), st.integers(1, 60), st.integers(1, 40))
def test_batches_keep_to_the_limits_and_beat_full_filters(kpis, areas, years):
    found = smallest_batches(kpis=kpis, areas=areas, years=years)
    assert max(found.kpis, found.areas, found.years) <= FILTER_LIMIT
    full = [min(n, FILTER_LIMIT) for n in (kpis, areas, years)]
    calls = ceil(kpis / full[0]) * ceil(areas / full[1]) * ceil(years / full[2])
    assert found.requests <= calls * ceil(full[0] * full[1] * full[2] / PAGE_LIMIT)


def test_batched_keeps_everything_in_order():
    pieces = batched(range(60), 25)
    assert [len(piece) for piece in pieces] == [25, 25, 10]
    assert [item for piece in pieces for item in piece] == list(range(60))


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("7", 7.0),
        (" 0 ", 0.0),
        ("Sat, 21 Nov 2026 22:00:10 GMT", 10.0),
        ("Sat, 21 Nov 2026 21:00:00 GMT", 0.0),
        ("Sat, 21 Nov 2026 22:00:10 -0000", 10.0),
        ("soon", None),
        ("", None),
        ("-3", None),
    ],
)
def test_retry_after_is_a_number_or_a_date(text, seconds):
    assert seconds_asked(text, now=1_795_298_400.0) == seconds
