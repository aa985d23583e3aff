"""How a site begins: who may, what is made, and that asking twice does no harm."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from jamlik.model.errors import JamlikError
from jamlik.web.core import beginnings, mail
from jamlik.web.core.access import OutsideScope
from jamlik.web.core.models import Job
from jamlik.web.core.texts import say
from jamlik.web.desk import actions, ekby_base
from jamlik.web.desk.content import ekby
from jamlik.web.organisation.actions import begin_municipality
from jamlik.web.organisation.models import Unit
from jamlik.web.organisation.roles import Role
from jamlik.web.organisation.rules import BELOW
from jamlik.web.register.models import Law, ThemeSet
from jamlik.web.statistics.actions import EKBY_SERVICES
from jamlik.web.statistics.models import DataSet

AT = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)


@pytest.fixture
def top(db) -> Unit:
    return begin_municipality(name=say("core.site.own_municipality"), code="kommun", by=None, at=AT)


def test_ones_own_municipality_gets_a_name_an_owner_laws_and_its_figures_asked_for(top, user_of):
    admin = user_of("admin", top)
    imported = actions.begin_own(municipality="Huddinge", by=admin, at=AT)
    top.refresh_from_db()
    assert top.name == "Huddinge"
    assert (imported.data_set.owner.name, imported.data_set.origin) == ("Kommunstyrelsen", "kolada")
    assert Law.objects.exists()
    assert ThemeSet.objects.count() == 1
    assert Job.objects.get(name="statistics.inspect").queued_by == admin


def test_begun_twice_it_is_refused_and_nothing_is_doubled(top, user_of):
    admin = user_of("admin", top)
    actions.begin_own(municipality="Huddinge", by=admin, at=AT)
    with pytest.raises(JamlikError, match="inte klar"):
        actions.begin_own(municipality="Huddinge", by=admin, at=AT)
    assert DataSet.objects.count() == 1
    assert Unit.objects.filter(kind="committee").count() == 1


def test_a_board_and_a_name_that_are_there_are_kept(municipality, user_of):
    board = Unit.objects.create(kind="committee", name="Kommunstyrelse", code="x1", parent=municipality.top)
    imported = actions.begin_own(municipality="Huddinge", by=user_of("admin", municipality.top), at=AT)
    assert imported.data_set.owner == board
    municipality.top.refresh_from_db()
    assert municipality.top.name == "Ekby kommun"


def test_only_who_runs_the_whole_site_begins_it(municipality, user_of):
    for user in (user_of("strategist", municipality.top), user_of("admin", municipality.committees[0])):
        for begin in (actions.ask_for_ekby, lambda **who: actions.begin_own(municipality="Huddinge", **who)):
            with pytest.raises((OutsideScope, PermissionDenied)):
                begin(by=user, at=AT)


def test_ekby_asked_for_twice_is_one_job(municipality, user_of, client_as):
    admin = user_of("admin", municipality.top)
    first = actions.ask_for_ekby(by=admin, at=AT)
    assert actions.ask_for_ekby(by=admin, at=AT) == first
    response = client_as(admin).post(reverse("desk:ekby"))
    assert response.url == reverse("core:job", args=[first.pk])


def test_a_misspelt_municipality_changes_nothing_and_those_like_it_are_named(top, user_of, client_as):
    client = client_as(user_of("admin", top))
    response = client.post(reverse("desk:own"), {"municipality": "Hudinge"})
    assert response.status_code == 422
    assert "Menade du någon av dem: Huddinge (0126)" in response.content.decode()
    top.refresh_from_db()
    assert top.name == say("core.site.own_municipality")
    assert not DataSet.objects.exists()
    assert not Law.objects.exists()


def test_what_has_begun_is_on_the_first_page_with_the_other_ways_until_figures_are_in_use(top, user_of, client_as):
    client = client_as(user_of("admin", top))
    begun = client.post(reverse("desk:own"), {"municipality": "huddinge kommun"})
    html = client.get(reverse("desk:start")).content.decode()
    assert f'<a href="{begun.url}">Kolada: Huddinge</a>' in html
    assert "Hur vill du börja?" in html
    assert reverse("desk:ekby") in html
    assert "Ekby är inläst här" not in client.get(reverse("desk:own")).content.decode()
    DataSet.objects.update(origin="ekby")
    assert "Ekby är inläst här" in client.get(reverse("desk:own")).content.decode()


def test_a_municipality_that_is_not_named_is_asked_for(top, user_of, client_as):
    response = client_as(user_of("admin", top)).post(reverse("desk:own"), {"municipality": ""})
    assert response.status_code == 422
    assert "Skriv kommunens namn eller kod." in response.content.decode()
    assert not DataSet.objects.exists()


def test_nobody_gets_mail_while_it_is_silenced(top, user_of, django_capture_on_commit_callbacks):
    user = user_of("admin", top)
    with django_capture_on_commit_callbacks(execute=True):
        with mail.silenced():
            mail.send_later(to=user, key="organisation.mail.invitation", url="/", days=7, by_name="A")
        assert not Job.objects.exists()
        mail.send_later(to=user, key="organisation.mail.invitation", url="/", days=7, by_name="A")
    assert Job.objects.filter(name="core.mail").count() == 1


def test_what_is_said_of_ekby_hangs_together():
    said = ekby()
    kinds = {code: kind for code, kind, _, _ in said["units"]} | {"": "municipality"}
    assert all(kind in BELOW[kinds[parent]] for _, kind, parent, _ in said["units"])
    assert {role for _, _, role, _ in said["people"]} == {role.value for role in Role} - {"admin"}
    assert set(said["owners"]) == set(EKBY_SERVICES)
    assert {kinds[code] for code in said["owners"].values()} == {"committee"}
    assert len(said["document"]) >= 12
    people = {address for _, address, _, _ in said["people"]}
    answers = [*said["last_answer"], *said["this_answer"]]
    assert all(row["writer"] in people and row.get("approver", "rektor") in people for row in answers)
    assert all(row["writer"] != row.get("approver") for row in answers)
    assert {row["action"] for row in answers if "action" in row} == set(said["action"])
    codes = {row["code"] for row in said["goal"]}
    assert all(action["goal"] in codes for action in said["action"].values())
    assert [way.url for way in beginnings.beginnings()][:2] == ["desk:ekby", "desk:own"]


def test_ekby_gives_its_name_to_a_municipality_without_one_and_to_no_other(top, user_of):
    admin = user_of("admin", top)
    ekby_base.load_base(by=admin, at=AT)
    top.refresh_from_db()
    assert top.name == "Ekby kommun"
    Unit.objects.filter(pk=top.pk).update(name="Storby kommun")
    ekby_base.load_base(by=admin, at=AT)
    top.refresh_from_db()
    assert top.name == "Storby kommun"
