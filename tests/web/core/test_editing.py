"""Two people editing, a form sent twice."""

from __future__ import annotations

import threading

import pytest
from django.db import connections
from django.test import Client

from jamlik.web.core import editing
from jamlik.web.core.models import Sent, User
from jamlik.web.organisation.models import Unit

pytestmark = pytest.mark.urls("tests.web.core.pages")


@pytest.mark.django_db
def test_second_of_two_who_began_from_the_same_version_is_told_of_both(municipality):
    mine, theirs = Unit.objects.get(pk=municipality.top.pk), Unit.objects.get(pk=municipality.top.pk)
    theirs.name = "Deras"
    editing.save_if_unchanged(theirs, fields=["name"], expected_version=0)
    mine.name = "Mitt"
    with pytest.raises(editing.EditConflict) as told:
        editing.save_if_unchanged(mine, fields=["name"], expected_version=0)
    assert (told.value.mine.name, told.value.theirs.name, told.value.theirs.version) == ("Mitt", "Deras", 1)
    assert Unit.objects.get(pk=mine.pk).name == "Deras"


@pytest.mark.django_db
def test_saved_row_counts_its_version_up_and_saves_only_the_named_fields(municipality):
    unit = Unit.objects.get(pk=municipality.top.pk)
    unit.name, unit.code = "Nytt", "inte-denna"
    editing.save_if_unchanged(unit, fields=["name"], expected_version=0)
    again = Unit.objects.get(pk=unit.pk)
    assert (again.name, again.code, again.version, unit.version) == ("Nytt", "ekby", 1, 1)


@pytest.mark.django_db
def test_row_removed_meanwhile_is_a_conflict_too(municipality):
    unit = municipality.units[0][0]
    kept = Unit.objects.get(pk=unit.pk)
    unit.delete()
    with pytest.raises(editing.EditConflict) as told:
        editing.save_if_unchanged(kept, fields=["name"], expected_version=0)
    assert told.value.theirs is None


@pytest.mark.django_db
def test_form_that_failed_can_be_sent_again(client_as, user_of):
    client = client_as(user_of())
    taken = User.objects.create_user("taken@ekby.example")
    client.raise_request_exception = False
    assert client.post("/add/", {"once_token": "t", "email": taken.email}).status_code == 500
    assert not Sent.objects.exists()
    assert client.post("/add/", {"once_token": "t", "email": "new@ekby.example"}).status_code == 302


@pytest.mark.django_db
def test_token_of_another_person_is_not_followed(client_as, user_of):
    first, second = client_as(user_of()), client_as(user_of())
    second.raise_request_exception = False
    first.post("/add/", {"once_token": "t", "email": "one@ekby.example"})
    assert second.post("/add/", {"once_token": "t", "email": "two@ekby.example"}).status_code == 500
    assert not User.objects.filter(email="two@ekby.example").exists()


@pytest.mark.django_db(transaction=True)
def test_form_sent_by_five_at_the_same_moment_is_done_once(client_as, user_of):
    user = user_of()
    browsers = [client_as(user) for _ in range(5)]
    led: list[str] = []

    def send(browser: Client) -> None:
        try:
            led.append(browser.post("/add/", {"once_token": "same", "email": "new@ekby.example"})["Location"])
        finally:
            connections.close_all()

    threads = [threading.Thread(target=send, args=[browser]) for browser in browsers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    added = User.objects.get(email="new@ekby.example")
    assert led == [f"/people/{added.pk}/"] * 5
