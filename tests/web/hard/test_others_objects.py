"""Keys of other people's things, guessed and put into a form of one's own, reach nothing.

The walk over the URLs tries keys in addresses; here they stand in what is sent.
"""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from scripts.load import standing_fields

from jamlik.web.assessments.models import Assignment
from jamlik.web.core.audit_models import AuditEvent
from jamlik.web.core.models import Job
from jamlik.web.goals.models import Goal, GoalList
from jamlik.web.organisation.models import RoleAssignment, Unit
from jamlik.web.plans.models import Action
from jamlik.web.register.models import Document
from jamlik.web.statistics.models import DataSet, Finding
from tests.web.assessments.objects import made_finding, made_round, made_sent
from tests.web.hard.answers import ANSWERS
from tests.web.organisation.objects import made_person
from tests.web.plans.objects import made_action, made_draft
from tests.web.statistics.objects import made_data_set

pytestmark = pytest.mark.django_db


@pytest.fixture
def mine(municipality):
    return municipality.units[0][0]


@pytest.fixture
def theirs(municipality):
    """A unit under another committee."""
    return municipality.units[1][0]


def refused(answer):
    return answer.status_code in (403, 404, 422) or "error-summary" in answer.content.decode()


def test_verdict_of_another_committee_is_not_approved(mine, theirs, municipality, user_of, client_as):
    client = client_as(user_of("head", municipality.committees[0]))
    made_sent(mine)
    other = made_sent(theirs)
    before = AuditEvent.objects.count()
    for value in (str(other.pk), f"{other.pk}-{other.version}"):
        assert refused(client.post(reverse("assessments:approve"), {"verdict": value}))
    other.refresh_from_db()
    assert (other.state, AuditEvent.objects.count()) == ("submitted", before)


def test_finding_of_another_committee_is_not_handed_out(theirs, municipality, user_of, client_as):
    committee = municipality.committees[0]
    found, round_ = made_finding(theirs), made_round(committee)
    client = client_as(user_of("controller", committee))
    path = reverse("assessments:assign", args=[round_.pk])
    for unit in (municipality.units[0][0], theirs):
        assert refused(client.post(path, {"finding": found.pk, "unit": unit.pk}))
    assert not Assignment.objects.exists()


def test_data_set_is_made_in_one_s_own_committee_only(theirs, municipality, user_of, client_as):
    client = client_as(user_of("analyst", municipality.committees[0]))
    for owner in (municipality.committees[1].pk, theirs.pk, municipality.top.pk, 10**9, "x", ""):
        for url in ("statistics:new", "statistics:municipality"):
            assert refused(client.post(reverse(url), {"title": "Betyg", "municipality": "0126", "owner": owner}))
    assert not DataSet.objects.exists()
    assert not Job.objects.exists()


def test_finding_is_registered_in_one_s_own_committee_only(municipality, user_of, client_as):
    client = client_as(user_of("analyst", municipality.committees[0]))
    path = reverse("statistics:register")
    fields = {**standing_fields(client.get(path).content.decode()), "owner": municipality.committees[1].pk}
    fields |= {"text": "Gården går inte att nå.", "heard_on": "2026-01-15"}
    assert refused(client.post(path, fields))
    assert not Finding.objects.exists()


def test_action_takes_no_goal_or_plan_of_another_committee(mine, theirs, user_of, client_as):
    action, other = made_action(mine, expected_effect="Fler."), made_action(theirs)
    client = client_as(user_of("unit_manager", mine))
    path = reverse("plans:edit", args=[action.pk])
    fields = standing_fields(client.get(path).content.decode())
    assert refused(client.post(path, {**fields, "goal": other.goal_id}))
    draft = made_draft(mine)
    step = reverse("plans:step", args=[draft.pk, "goal"])
    assert refused(client.post(step, {"goal": other.goal_id, "version": draft.version}))
    action.refresh_from_db()
    assert action.goal_id != other.goal_id


def test_action_is_not_begun_for_another_committee_s_unit_or_finding(mine, theirs, user_of, client_as):
    client = client_as(user_of("unit_manager", mine))
    ours, others = made_finding(mine), made_finding(theirs)
    for finding, unit in ((others, mine), (ours, theirs), (others, theirs)):
        path = reverse("plans:begin", args=[finding.pk, unit.pk])
        assert client.post(path, {"title": "Ramp"}).status_code == 404
    assert not Action.objects.exists()


def test_nobody_gives_roles_beyond_their_own_reach(municipality, user_of, client_as):
    admin = user_of("admin", municipality.committees[0])
    client, person = client_as(admin), made_person(municipality.units[0][0])
    before = RoleAssignment.objects.count()
    for unit in (municipality.top, municipality.committees[1], municipality.units[1][0]):
        for who in (person, admin):
            fields = {"role": "admin", "unit": unit.pk}
            assert refused(client.post(reverse("organisation:give_role", args=[who.pk]), fields))
        invited = {"email": "ny@ekby.example", "name": "Ny", "role": "admin", "unit": unit.pk}
        assert refused(client.post(reverse("organisation:invite"), invited))
    assert RoleAssignment.objects.count() == before


def test_unit_is_neither_moved_to_nor_taken_from_another_committee(mine, theirs, municipality, user_of, client_as):
    client = client_as(user_of("admin", municipality.committees[0]))
    path = reverse("organisation:change_unit", args=[mine.pk])
    fields = standing_fields(client.get(path).content.decode())
    for parent in (municipality.departments[1], municipality.committees[1], municipality.top):
        assert refused(client.post(path, {**fields, "parent": parent.pk}))
    assert Unit.objects.get(pk=mine.pk).parent_id == mine.parent_id


@pytest.mark.parametrize(
    ("start", "role", "model"),
    [("goals:new_goal", "strategist", Goal), ("register:new_document", "registrar", Document)],
)
def test_goal_or_document_is_owned_by_one_s_own_units_only(municipality, user_of, client_as, start, role, model):
    client = client_as(user_of(role, municipality.committees[0]))
    path = reverse(start)
    for _ in range(12):
        page = client.get(path, follow=True)
        path, fields = page.request["PATH_INFO"], standing_fields(page.content.decode())
        if "owner" in fields:
            assert refused(client.post(path, {**fields, "owner": municipality.committees[1].pk}))
            assert refused(client.post(path, {**fields, "owner": municipality.top.pk}))
            return
        filled = {name: value or ANSWERS.get(name, "") for name, value in fields.items()}
        answer = client.post(path, filled)
        assert answer.status_code == 302, answer.content.decode()
        path = answer.headers["Location"]
    raise AssertionError("nobody asks for the owner")


def test_list_of_goals_is_handed_in_for_one_s_own_units_only(municipality, user_of, client_as):
    client = client_as(user_of("strategist", municipality.committees[0]))
    file = "Titel;Nivå\nAlla når fram;nämnd\n".encode()
    fields = {"owner": municipality.committees[1].pk, "file": SimpleUploadedFile("mal.csv", file)}
    assert refused(client.post(reverse("goals:upload"), fields))
    assert not GoalList.objects.exists()


def test_lists_that_go_out_hold_what_the_person_may_see_and_no_more(mine, theirs, municipality, user_of, client_as):
    ours, others = made_action(mine, title="Vår ramp"), made_action(theirs, title="Deras ramp")
    made_sent(mine)
    sent = made_sent(theirs)
    Finding.objects.filter(pk=sent.finding_id).update(sentence="Deras verdikt", texts={})
    client = client_as(user_of("unit_manager", mine))
    for url in ("plans:list", "assessments:list"):
        for query in ({"format": "csv"}, {"format": "csv", "q": "Deras"}, {"format": "csv", "unit": theirs.pk}):
            assert "Deras" not in client.get(reverse(url), query).content.decode("utf-8-sig")
    assert ours.title in client.get(reverse("plans:list"), {"format": "csv"}).content.decode("utf-8-sig")
    assert client.get(reverse("plans:action", args=[others.pk])).status_code == 404


def test_import_of_another_committee_is_neither_seen_nor_told_of(municipality, user_of, client_as):
    other = made_data_set(municipality.committees[1])
    client = client_as(user_of("analyst", municipality.committees[0]))
    assert client.get(reverse("statistics:import", args=[other.current_id])).status_code == 404
    for url in ("undo", "publish", "upload", "change"):
        assert client.post(reverse(f"statistics:{url}", args=[other.pk]), {"reason": "x"}).status_code == 404
