"""How many have taken the course in each unit: what the page and its files tell, and what nobody can work out."""

from __future__ import annotations

import csv
import io
from datetime import timedelta
from html import unescape

import openpyxl
import pytest
from django.urls import reverse

from jamlik.analysis.tree_counts import End
from jamlik.handbook.course import newest_course
from jamlik.web.core import clock
from jamlik.web.learning.queries import ALL, coverage, coverages, week_begun
from tests.web.learning.conftest import AT

pytestmark = pytest.mark.django_db
PAGE = reverse("learning:coverage")


@pytest.fixture(autouse=True)
def frozen(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: AT)


def rows_of(client) -> dict[str, list[str]]:
    """What the CSV file says, by unit."""
    text = client.get(PAGE, {"format": "csv"}).content.decode("utf-8-sig")
    return {row[0]: row[1:] for row in list(csv.reader(io.StringIO(text), delimiter=";"))[1:]}


@pytest.fixture
def peopled(municipality, staff):
    """A head alone above two units: 1 + 12 + 14 accounts under the one committee, 4 and 20 under the other."""
    (one, two), (small, large) = municipality.units
    staff(municipality.departments[0], 1, 1)
    staff(one, 12, 6)
    staff(two, 14, 7)
    staff(small, 4, 4)
    staff(large, 20, 9)
    return municipality


def test_unit_that_a_subtraction_would_find_is_not_told_of(peopled):
    told = coverages(AT)
    (one, two), (small, large) = peopled.units
    top, committees, departments = peopled.top, peopled.committees, peopled.departments
    assert told[top.pk].accounts_n == 51
    assert small.pk not in told, "four people"
    assert large.pk not in told, "24 less 20 are the four"
    assert one.pk not in told, "27 less 12 less 14 is the head alone"
    assert told[two.pk].accounts_n == 14
    # The attack: no sum of what is told, less what is told below it, is about fewer than ten.
    for unit in (top, *committees, *departments):
        below = [each for each in told if each != unit.pk and parent_told(each, told, peopled) == unit.pk]
        rest = told[unit.pk].accounts_n - sum(told[each].accounts_n for each in below)
        assert rest == 0 or rest >= 10


def parent_told(key, told, municipality):
    units = [municipality.top, *municipality.committees, *municipality.departments]
    units += [each for pair in municipality.units for each in pair]
    line = next(unit for unit in units if unit.pk == key).ancestor_keys
    return next((each for each in reversed(line) if each in told), None)


def test_numbers_and_shares_are_those_of_the_people_counted(peopled):
    two = peopled.units[0][1]
    found = coverage(two, AT)
    assert found is not None
    assert (found.completed[ALL], found.share()) == (7, 0.5)
    assert set(found.completed) == {*newest_course().by_key, ALL}
    assert coverage(peopled.units[1][0], AT) is None


def test_too_near_nobody_or_everybody_is_told_in_words(municipality, staff):
    unit = municipality.units[0][0]
    staff(unit, 20, 17)
    assert coverage(unit, AT).completed[ALL] is End.NEARLY_ALL
    staff(municipality.units[0][1], 20, 0)
    assert coverage(unit, AT).completed[ALL] is None, "17 of 40 is told above, and the parts are not"
    assert coverage(municipality.top, AT).completed[ALL] == 17


def test_part_of_the_course_counts_for_that_part(municipality, staff):
    first = newest_course().modules[0].key
    staff(municipality.units[0][0], 20, 8, modules=(first,))
    found = coverage(municipality.top, AT).completed
    whole = 8 if len(newest_course().modules) == 1 else End.FEW
    assert (found[first], found[ALL]) == (8, whole)


def test_hidden_is_absent_from_page_and_files_alike_and_only_one_s_own_scope_is_told(peopled, user_of, client_as):
    client = client_as(user_of("hr", peopled.top))
    html = unescape(client.get(PAGE).content.decode())
    shown = {"Ekby kommun", "Utbildningsnämnden", "Utbildningsförvaltningen", "Alskolan"}
    shown |= {"Omsorgsnämnden", "Omsorgsförvaltningen"}
    book = openpyxl.load_workbook(io.BytesIO(client.get(PAGE, {"format": "xlsx"}).content))
    assert set(rows_of(client)) == {row[0] for row in book.active.iter_rows(min_row=2, values_only=True)} == shown
    for name in ("Björkskolan", "Hemtjänst norr", "Hemtjänst syd"):
        assert name not in html
    assert "Anställd" not in html, "no names"
    inside = client_as(user_of("head", peopled.committees[0]))
    assert set(rows_of(inside)) == {"Utbildningsnämnden", "Utbildningsförvaltningen", "Alskolan"}
    assert rows_of(inside)["Alskolan"][:3] == ["14", "7", "50,0"]


def test_same_is_told_whoever_asks(peopled, user_of, client_as):
    """What one may see of a unit and another of the one above gives nothing away when they compare."""
    whole = rows_of(client_as(user_of("strategist", peopled.top)))
    for unit in (peopled.committees[0], peopled.units[0][1]):
        for name, row in rows_of(client_as(user_of("unit_manager", unit))).items():
            assert whole[name] == row


def test_what_happens_in_the_week_is_told_when_it_is_over(peopled, user_of, client_as):
    client, two = client_as(user_of("hr", peopled.top)), peopled.units[0][1]
    assert week_begun(AT).isoformat() == "2026-03-02T00:00:00+01:00", "the Monday, where the municipality is"
    assert "2026-03-01" in client.get(PAGE).content.decode()
    assert rows_of(client)[two.name][1] == "7"
    two.role_assignments.first().user.completions.update(at=AT)
    assert rows_of(client)[two.name][1] == "6", "counted from when it was completed"
    assert coverages(AT + timedelta(days=7))[two.pk].completed[ALL] == 7


def test_nobody_counts_who_may_not_log_in(municipality, staff):
    unit = municipality.units[0][0]
    users = staff(unit, 12, 6)
    type(users[0]).objects.filter(pk__in=[users[0].pk, users[-1].pk]).update(is_active=False)
    assert coverage(unit, AT).accounts_n == 10
