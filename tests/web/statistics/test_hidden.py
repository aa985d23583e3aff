"""What is not shown is counted by breakdown and group, with what would let more be shown; and told to those who may."""

from __future__ import annotations

import json
from collections import Counter

import pytest
from django.urls import reverse

from jamlik.web.core import clock
from jamlik.web.statistics import actions
from jamlik.web.statistics.hidden import MOST_GROUPS, Counted, counted, hidden_in
from tests.web.statistics.conftest import school_file

TITLES = {"sex": "kön", "area": "område", "sex+area": "kön × område"}


def levels(hidden: set[tuple[str, str]], *, areas=("N", "S", "V"), periods=("2024", "2025")):
    """Sex by area with every margin, some of the inner numbers hidden in each period."""
    for period in periods:
        yield "local:a", period, (), "shown"
        for sex in "KM":
            yield "local:a", period, (("sex", sex),), "shown"
        for area in areas:
            yield "local:a", period, (("area", area),), "bounded" if area == "V" else "shown"
            for sex in "KM":
                status = "suppressed" if (sex, area) in hidden else "shown"
                yield "local:a", period, (("sex", sex), ("area", area)), status
        yield "local:a", period, (("area", "Ö"),), "missing"
        yield "local:a", period, (("sex", "K"), ("area", "Ö")), "not_applicable"


def test_numbers_are_counted_by_breakdown_and_group_and_what_the_source_lacks_is_not_among_them():
    told = counted(levels({("K", "N"), ("M", "N")}), names={"area:N": "Norr"}, titles=TITLES)
    assert (told.total.shown_n, told.total.bounded_n, told.total.hidden_n) == (2 * 9, 2, 4)
    found = {row.name: (row.shown_n, row.bounded_n, row.hidden_n) for row in told.breakdowns}
    assert found == {"kön × område": (8, 0, 4), "": (2, 0, 0), "kön": (4, 0, 0), "område": (4, 2, 0)}
    assert told.breakdowns[0].name == "kön × område", "most hidden first"
    assert [(row.name, row.hidden_n, row.numbers_n) for row in told.groups] == [
        ("Norr", 4, 6),
        ("K", 2, 8),
        ("M", 2, 8),
    ]


def test_advice_names_the_groups_to_merge_the_years_to_join_and_the_breakdown_to_leave():
    told = counted(levels({("K", "N"), ("M", "N"), ("K", "S"), ("M", "S")}), names={"area:N": "Norr"}, titles=TITLES)
    assert told.advice == (
        ("merge", {"dimension": "område", "groups": "Norr, S", "n": 2}),
        ("periods", {"n": 2}),
        ("drop", {"breakdown": "kön × område", "hidden": 8, "numbers": 12}),
    )
    one_year = counted(levels({("K", "N"), ("M", "N")}, periods=("2025",)), names={}, titles=TITLES)
    assert [key for key, _ in one_year.advice] == ["drop"]


def test_where_nothing_or_next_to_nothing_is_hidden_nothing_is_to_be_changed():
    assert counted(levels(set()), names={}, titles=TITLES).advice == ()
    areas = tuple(f"A{number}" for number in range(100))
    told = counted(levels({("K", "A1"), ("M", "A1")}, areas=areas), names={}, titles=TITLES)
    assert [key for key, _ in told.advice] == ["almost_all"]
    many = counted(levels({("K", area) for area in areas}, areas=areas), names={}, titles=TITLES)
    assert len(many.groups) == MOST_GROUPS < many.groups_n == 101


@pytest.mark.parametrize(
    ("shown", "hidden", "percent"), [(1000, 0, 100), (1000, 1, 99), (1, 1000, 1), (0, 5, 0), (2, 1, 67)]
)
def test_all_and_none_are_said_only_of_all_and_none(shown, hidden, percent):
    assert Counted("", (), shown, 0, hidden).percent == percent


def test_the_page_counts_what_is_frozen_and_is_reached_before_publishing(
    loaded, data_set, analyst, client_as, user_of, municipality, run_jobs
):
    imported = loaded(school_file(n=12, years=(2025,)))
    analysis = imported.analysis
    statuses = Counter(row[3] for rows in analysis.levels.values_list("rows", flat=True) for row in json.loads(rows))
    told = hidden_in(analysis, lang="sv")
    assert statuses["suppressed"] == told.total.hidden_n > 0
    url = reverse("statistics:hidden", args=[analysis.pk])
    client = client_as(analyst)
    assert url in client.get(reverse("statistics:publish", args=[data_set.pk])).content.decode()
    page = client.get(url).content.decode()
    assert f"{told.total.told_n} av {told.total.numbers_n} tal visas" in page
    assert "Ta bort uppdelningen kön × område" in page
    reader = client_as(user_of("reader", municipality.units[1][0]))
    assert reader.get(url).status_code == 404, "not before it is out"
    actions.publish_release(analysis=analysis, released_on=clock.today(), by=analyst, at=clock.now())
    run_jobs()
    assert reader.get(url).status_code == 200
