"""Pages that belong to no other app."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.db import OperationalError
from django.db.migrations.executor import MigrationExecutor

from jamlik.web.core import deployment, texts, views
from jamlik.web.core.models import Job, User

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.web.core.pages")]
AT = datetime(2026, 3, 2, tzinfo=UTC)


def test_healthz_answers_anyone(client):
    answer = client.get("/healthz")
    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})


def test_healthz_says_when_tables_are_not_up_to_date_or_the_database_is_gone(client, monkeypatch):
    monkeypatch.setattr(deployment, "_current", False)
    monkeypatch.setattr(MigrationExecutor, "migration_plan", lambda self, targets: [("a migration", False)])
    answer = client.get("/healthz")
    assert (answer.status_code, answer.json()) == (503, {"status": "migrations wait"})

    def gone(*_):
        raise OperationalError("no route")

    monkeypatch.setattr(deployment, "waiting_migrations", gone)
    answer = client.get("/healthz")
    assert (answer.status_code, answer.json()) == (503, {"status": "no database"})


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


def made_job(user, **fields):
    return Job.objects.create(**{"name": "core.x", "queued_by": user, "queued_at": AT, "not_before": AT, **fields})


def test_page_of_a_job_tells_how_far_it_has_come_and_asks_again_by_itself(client_as, user_of):
    user = user_of()
    job = made_job(
        user, state="running", worker="a:1", started_at=AT, lease_until=AT, share=0.42, step="core.jobs.working"
    )
    page = client_as(user).get(f"/jobs/{job.pk}/").content.decode()
    assert '<meta http-equiv="refresh" content="2">' in page
    assert '<progress id="progress-job" max="100" value="42">' in page
    assert "Arbetar" in page


def test_page_of_a_job_that_is_done_leads_on(client_as, user_of):
    user = user_of()
    job = made_job(user, state="done", ended_at=AT, next_url="/statistics/7/")
    assert client_as(user).get(f"/jobs/{job.pk}/")["Location"] == "/statistics/7/"


@pytest.mark.parametrize(
    ("state", "problem", "told"),
    [("lost", "core.jobs.lost", "Arbetet avbröts när servern stannade."), ("failed", "Rad 7 saknar kön.", "Rad 7")],
)
def test_page_of_a_job_that_did_not_end_well_says_why(client_as, user_of, state, problem, told):
    user = user_of()
    job = made_job(user, state=state, ended_at=AT, problem=problem)
    page = client_as(user).get(f"/jobs/{job.pk}/").content.decode()
    assert told in page
    assert "http-equiv" not in page


def test_page_of_a_job_is_for_who_asked_for_it(client_as, user_of):
    job = made_job(user_of())
    assert client_as(user_of()).get(f"/jobs/{job.pk}/").status_code == 404


def test_page_that_is_not_there_says_so_in_words(client):
    answer = client.get("/there/is/no/such/page/")
    assert answer.status_code == 404
    assert "Sidan finns inte" in answer.content.decode()


def test_municipalitys_colours_are_a_style_sheet_of_their_own(client):
    answer = client.get("/theme.css")
    assert answer["Content-Type"] == "text/css"
    assert "--accent: #1d5c52;" in answer.content.decode()


def test_browser_that_looks_for_an_icon_finds_one(client):
    answer = client.get("/favicon.ico")
    assert (answer.status_code, answer["Location"]) == (302, "/static/core/icon.svg")


@pytest.mark.parametrize(
    ("lang", "words"),
    [("sv", "Just nu skrivs mycket"), ("en", "Much is being written"), ("fi", "Juuri nyt kirjoitetaan")],
)
def test_one_who_waited_in_vain_for_a_turn_to_write_is_told_so(client, monkeypatch, lang, words):
    def busy(*_, **__):
        raise OperationalError("database is locked")

    monkeypatch.setattr(views, "url_has_allowed_host_and_scheme", busy)
    client.raise_request_exception = False
    client.cookies["language"] = lang
    answer = client.post("/language/", {"language": lang})
    told = answer.content.decode()
    assert (answer.status_code, answer["Retry-After"]) == (503, "10")
    assert words in told
    assert texts.say_in(lang, "core.busy.kept")[:20] in told


def test_other_faults_of_the_database_are_no_want_of_patience(client, monkeypatch):
    def gone(*_, **__):
        raise OperationalError("disk I/O error")

    monkeypatch.setattr(views, "url_has_allowed_host_and_scheme", gone)
    client.raise_request_exception = False
    assert client.post("/language/", {"language": "sv"}).status_code == 500
