"""Lists, board and timeline say the same about the same actions; the expected effect is chosen."""

from __future__ import annotations

import csv
import io
from datetime import date

import pytest
from django.urls import reverse

from jamlik.web.plans import actions, plan_actions
from jamlik.web.plans.models import Action
from jamlik.web.statistics.models import Indicator

VIEWS = ("plans:list", "plans:board", "plans:timeline")


@pytest.fixture
def manager(municipality, user_of):
    return user_of("unit_manager", municipality.units[0][0])


@pytest.fixture
def client(manager, client_as):
    return client_as(manager)


@pytest.fixture
def two(planned, finding_of, municipality, manager, user_of, at) -> list[Action]:
    committee = municipality.committees[0]
    plan = plan_actions.make_plan(
        title="Likvärdig skola",
        owner=committee,
        first_year=2027,
        last_year=2029,
        summary="",
        by=user_of("head", committee),
        at=at,
    )
    plan_actions.move_plan(plan=plan, to="referral", by=user_of("head", committee), at=at)
    first = planned(finding_of(committee, "a", state="acted_on"), by=manager, plan=plan)
    second = planned(finding_of(committee, "b", state="acted_on"), by=manager, title="Ny lärare i matematik")
    actions.add_milestone(action=first, title="Halvvägs", due_on=date(2027, 6, 1), by=manager, at=at)
    return [first, second]


def table(client, view: str, **asked: str) -> list[list[str]]:
    answer = client.get(reverse(view), {**asked, "format": "csv"})
    return list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig")), delimiter=";"))


@pytest.mark.parametrize("view", VIEWS)
def test_every_view_is_filtered_by_the_address_and_taken_away_as_it_is_shown(two, client, view):
    plan = str(two[0].plan_id)
    assert sorted(row[0] for row in table(client, view)[1:]) == ["Läxhjälp två dagar i veckan", "Ny lärare i matematik"]
    assert [row[0] for row in table(client, view, plan=plan)[1:]] == ["Läxhjälp två dagar i veckan"]
    assert [row[0] for row in table(client, view, q="matematik")[1:]] == ["Ny lärare i matematik"]
    assert client.get(reverse(view), {"format": "xlsx"}).content[:2] == b"PK"
    page = client.get(reverse(view), {"plan": plan}).content.decode()
    assert "Läxhjälp" in page
    assert "Ny lärare i matematik" not in page
    assert f'<option value="{plan}" selected>' in page
    assert "format=csv" in page


def test_timeline_s_file_holds_days_and_milestones(two, client):
    rows = table(client, "plans:timeline", q="Läxhjälp")
    assert rows[0] == ["Åtgärd", "Enhet", "Börjar", "Klar senast", "Delmål", "Läge"]
    assert rows[1][3:] == ["2027-12-01", "2027-06-01 Halvvägs", "planerad"]


def test_expected_effect_is_on_the_finding_s_indicator_until_another_is_chosen(
    municipality, finding_of, goal, manager, client, at
):
    finding = finding_of(municipality.committees[0])
    other = Indicator.objects.create(key="local:narvaro", name_sv="Närvaro")
    finding_of(municipality.committees[0], "närvaro", indicator=other)
    foreign = Indicator.objects.create(key="local:hemtjanst", name_sv="Nöjda med hemtjänst")
    finding_of(municipality.committees[1], "hemtjänst", indicator=foreign)
    draft = actions.begin_action(finding=finding, unit=municipality.units[0][0], by=manager, at=at)
    assert draft.effect_indicator == finding.indicator
    url = reverse("plans:step", args=[draft.pk, "effect"])
    page = client.get(url).content.decode()
    assert f'<option value="{finding.indicator_id}" selected>Betyg i årskurs 9</option>' in page
    assert "Närvaro" in page
    assert "hemtjänst" not in page
    sent = {"version": draft.version, "effect_group": "Pojkar", "expected_effect": "Fler kommer."}
    assert client.post(url, {**sent, "effect_indicator": str(foreign.pk)}).status_code == 422
    assert client.post(url, {**sent, "effect_indicator": str(other.pk)}).status_code == 302
    draft.refresh_from_db()
    assert (draft.effect_indicator, draft.effect_group) == (other, "Pojkar")


def test_what_came_up_without_figures_may_have_an_indicator_too(municipality, finding_of, planned, manager, client):
    finding_of(municipality.committees[0])
    told = finding_of(
        municipality.committees[0], "", indicator=None, source="council", question_key="", state="acted_on"
    )
    action = planned(told, by=manager)
    assert action.effect_indicator is None
    page = client.get(reverse("plans:edit", args=[action.pk])).content.decode()
    assert '<option value="" selected>Inget mått</option>' in page
    assert "Betyg i årskurs 9" in page


def test_action_leads_to_its_finding_and_its_goal(two, client):
    page = client.get(reverse("plans:action", args=[two[0].pk])).content.decode()
    assert f'href="{reverse("statistics:finding", args=[two[0].finding_id])}"' in page
    assert f'href="{reverse("goals:goal", args=[two[0].goal_id])}"' in page


def test_those_who_work_below_a_plan_s_owner_read_it_and_see_their_own_actions(
    two, municipality, finding_of, planned, client, user_of, client_as
):
    plan = two[0].plan
    beside = planned(
        finding_of(municipality.committees[0], "c", state="acted_on"),
        municipality.units[0][1],
        plan=plan,
        title="Simskola för alla",
    )
    page = client.get(reverse("plans:plan", args=[plan.pk])).content.decode()
    assert "Läxhjälp två dagar i veckan" in page
    assert beside.title not in page
    assert "1 åtgärd till hör till en annan del av kommunen." in page
    assert 'page-aside"></aside>' in page, "the table needs the width"
    head = client_as(user_of("head", municipality.committees[0]))
    assert beside.title in head.get(reverse("plans:plan", args=[plan.pk])).content.decode()
    outside = client_as(user_of("unit_manager", municipality.units[1][0]))
    assert outside.get(reverse("plans:plan", args=[plan.pk])).status_code == 404
