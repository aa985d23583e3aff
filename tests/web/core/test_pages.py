"""Pages that belong to no other app."""

from __future__ import annotations

import pytest

from jamlik.web.core.models import User

pytestmark = pytest.mark.django_db


def test_healthz_answers_anyone(client):
    answer = client.get("/healthz")
    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})


def test_chosen_language_is_kept_in_browser_and_person(client_as, user_of):
    user = user_of()
    client = client_as(user)
    answer = client.post("/language/", {"language": "fi", "next": "/account/password/change/"})
    assert (answer.status_code, answer["Location"]) == (302, "/account/password/change/")
    assert client.cookies["language"].value == "fi"
    assert User.objects.get(pk=user.pk).language == "fi"


def test_language_switch_leads_nowhere_else(client):
    answer = client.post("/language/", {"language": "en", "next": "https://example.com/"})
    assert answer["Location"] == "/"


def test_unknown_language_changes_nothing(client):
    answer = client.post("/language/", {"language": "xx", "next": "/"})
    assert "language" not in answer.cookies
