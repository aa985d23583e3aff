"""Handing out differences: sure ones first, unsure ones on request, in a round or with a day of their own."""

from __future__ import annotations

import csv
import io
from datetime import date, timedelta

import pytest
from django.urls import reverse

from jamlik.web.assessments import queries
from jamlik.web.assessments.models import Assignment
from jamlik.web.core import clock
from jamlik.web.core.jobs import Job

ANY = "assessments:assign_any"


@pytest.fixture
def analyst(municipality, user_of, client_as):
    return client_as(user_of("analyst", municipality.top))


@pytest.fixture
def differences(municipality, finding_of):
    committee = municipality.committees[0]
    return {
        "sure": finding_of(committee, "säker", rank=2),
        "unsure": finding_of(committee, "slumpen", certainty="unclear", rank=9),
        "small": finding_of(committee, "litet", certainty="not_testable"),
        "told": finding_of(committee, "hört", source="council", newest=False, certainty="told"),
        "old": finding_of(committee, "gammal", "2024", newest=False),
    }


def offered(client, **asked: str) -> list[str]:
    answer = client.get(reverse(ANY), {**asked, "format": "csv"})
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig")), delimiter=";"))[1:]
    return sorted(row[0].partition("(")[2].partition(",")[0] for row in rows)


def test_sure_ones_come_first_and_unsure_ones_when_asked_for(differences, analyst):
    assert offered(analyst) == ["hört", "säker"]
    assert offered(analyst, show="nonsense") == ["hört", "säker"]
    assert offered(analyst, show="unsure") == ["litet", "slumpen"]
    assert offered(analyst, show="every") == ["hört", "litet", "slumpen", "säker"]
    assert offered(analyst, show="every", q="slumpen") == ["slumpen"]


def test_unsure_difference_is_handed_out_without_a_round_by_its_own_day(
    municipality, differences, analyst, user_of, django_capture_on_commit_callbacks
):
    unit = municipality.units[0][0]
    manager = user_of("unit_manager", unit)
    due = clock.today() + timedelta(days=12)
    sent = {"unit": str(unit.pk), "due_on": due.isoformat(), "finding": str(differences["unsure"].pk)}
    with django_capture_on_commit_callbacks(execute=True):
        answer = analyst.post(f"{reverse(ANY)}?show=unsure", sent)
    assert (answer.status_code, answer.url) == (302, f"{reverse(ANY)}?show=unsure")
    made = Assignment.objects.get()
    assert (made.finding, made.unit, made.round, made.due_on, made.waiting) == (
        differences["unsure"],
        unit,
        None,
        due,
        False,
    )
    assert [card.assignment.finding for card in queries.cards(unit)] == [differences["unsure"]]
    (mail,) = Job.objects.filter(name="core.mail")
    assert (mail.args["user_id"], mail.args["url"]) == (manager.pk, reverse("assessments:judge_unit", args=[unit.pk]))
    assert offered(analyst, show="unsure") == ["litet"]


def test_one_difference_is_handed_out_from_a_link_of_its_own(municipality, differences, analyst):
    key = differences["unsure"].pk
    url = f"{reverse(ANY)}?finding={key}"
    page = analyst.get(url).content.decode()
    assert f'id="finding-{key}" checked' in page
    assert offered(analyst, finding=str(key)) == ["slumpen"]
    sent = {"unit": str(municipality.units[0][0].pk), "due_on": "2099-01-01", "finding": str(key)}
    assert analyst.post(url, sent).url == reverse("statistics:finding", args=[key])
    assert "Skillnaden är redan utdelad" in analyst.get(url).content.decode()


@pytest.mark.parametrize("day", ["", "2020-01-01"])
def test_outside_a_round_a_day_ahead_is_asked_for_and_the_ticks_stay(municipality, differences, analyst, day):
    key = differences["sure"].pk
    answer = analyst.post(reverse(ANY), {"unit": str(municipality.units[0][0].pk), "due_on": day, "finding": str(key)})
    text = answer.content.decode()
    assert answer.status_code == 422
    assert 'href="#id_due_on"' in text
    assert f'id="finding-{key}" checked' in text
    assert not Assignment.objects.exists()


def test_in_a_round_the_round_says_when(municipality, differences, analyst, open_round):
    url = reverse("assessments:assign", args=[open_round.pk])
    assert 'name="due_on"' not in analyst.get(url).content.decode()
    sent = {
        "unit": str(municipality.units[0][0].pk),
        "finding": [str(differences[each].pk) for each in ("sure", "small")],
    }
    assert analyst.post(url, sent).status_code == 302
    assert {row.due_on for row in Assignment.objects.all()} == {date(2027, 3, 1)}
    assert {row.round for row in Assignment.objects.all()} == {open_round}


def test_nothing_is_handed_out_beyond_one_s_own_committee(municipality, differences, user_of, client_as):
    outside = client_as(user_of("analyst", municipality.committees[1]))
    assert offered(outside, show="every") == []
    sent = {"unit": str(municipality.units[1][0].pk), "due_on": "2099-01-01", "finding": str(differences["sure"].pk)}
    assert outside.post(reverse(ANY), sent).status_code == 422
    assert not Assignment.objects.exists()


def test_empty_page_says_what_to_do(municipality, analyst):
    assert "Välj osäkra skillnader ovan" in analyst.get(reverse(ANY)).content.decode()
