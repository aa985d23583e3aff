"""Logging in: by e-mail, limited in number, in two steps where asked for; what the browser is told."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.conf import settings
from django.core import mail
from django.core.cache import cache
from django.test import Client

from jamlik.web.core.models import User

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.web.core.pages")]
PASSWORD = "a password for tests"


@pytest.fixture(autouse=True)
def nobody_has_tried():
    cache.clear()


def log_in(client, email, password=PASSWORD, **extra):
    return client.post("/account/login/", {"login": email, "password": password}, **extra)


def is_in(client):
    return client.get("/secret/").status_code == 200


def test_person_logs_in_with_address_however_spelt_and_password(client, user_of):
    user_of(email="eva@ekby.example")
    assert log_in(client, "EVA@ekby.example")["Location"] == "/"
    assert is_in(client)


def test_wrong_password_and_unknown_address_are_told_alike(client, user_of):
    user_of(email="eva@ekby.example")
    wrong = log_in(client, "eva@ekby.example", "another password")
    unknown = log_in(client, "nobody@ekby.example", "another password")
    told = [
        re.search(r'class="error-summary".*?</ul>', page.content.decode(), re.S).group() for page in (wrong, unknown)
    ]
    assert told[0] == told[1]
    assert not is_in(client)


def test_person_whose_account_is_closed_is_not_let_in(client, user_of):
    user_of(email="eva@ekby.example", is_active=False)
    log_in(client, "eva@ekby.example")
    assert not is_in(client)


def test_page_that_needs_login_is_where_one_comes_after_it(client, user_of):
    user_of(email="eva@ekby.example")
    asked = client.get("/secret/?a=1")
    assert asked["Location"] == "/account/login/?next=/secret/%3Fa%3D1"
    answer = client.post(asked["Location"], {"login": "eva@ekby.example", "password": PASSWORD})
    assert answer["Location"] == "/secret/?a=1"


def test_login_leads_nowhere_else(client, user_of):
    user_of(email="eva@ekby.example")
    answer = client.post(
        "/account/login/?next=https://example.com/", {"login": "eva@ekby.example", "password": PASSWORD}
    )
    assert "example.com" not in answer["Location"]


def test_sixth_wrong_password_for_an_address_is_refused_and_so_is_the_right_one(user_of):
    user_of(email="eva@ekby.example")
    for n in range(5):
        log_in(Client(REMOTE_ADDR=f"192.0.2.{n}"), "eva@ekby.example", "wrong")
    late = Client(REMOTE_ADDR="192.0.2.99")
    assert "Försök igen om 5 minuter, klockan " in log_in(late, "eva@ekby.example").content.decode()
    assert not is_in(late)


def test_many_attempts_from_one_place_are_refused_whatever_the_address(user_of):
    for n in range(40):
        answer = log_in(Client(REMOTE_ADDR="192.0.2.7"), f"person{n}@ekby.example", "wrong")
    assert answer.status_code == 429 or "error-summary" in answer.content.decode()
    assert "igen om 5 minuter, klockan " in answer.content.decode()
    user_of(email="eva@ekby.example")
    client = Client(REMOTE_ADDR="192.0.2.7")
    log_in(client, "eva@ekby.example")
    assert not is_in(client)


def test_nobody_signs_up(client):
    assert client.get("/account/signup/").status_code == 404
    assert not User.objects.exists()


def test_forgotten_password_is_changed_by_a_link_that_works_once(client, user_of):
    user_of(email="eva@ekby.example")
    client.post("/account/password/reset/", {"email": "eva@ekby.example"})
    link = re.search(r"https?://[^/]+(/account/password/reset/key/\S+)", mail.outbox[0].body).group(1)
    page = client.get(link, follow=True)
    new = {"password1": "en ny lång fras", "password2": "en ny lång fras"}
    client.post(page.redirect_chain[-1][0], new)
    assert log_in(Client(), "eva@ekby.example", "en ny lång fras")["Location"] == "/"
    assert "Länken gäller inte längre" in Client().get(link, follow=True).content.decode()


def test_link_for_a_forgotten_password_tells_nobody_who_is_there(client):
    answer = client.post("/account/password/reset/", {"email": "nobody@ekby.example"}, follow=True)
    assert "Se efter i din e-post" in answer.content.decode()
    assert not [message for message in mail.outbox if "/reset/key/" in message.body]


def code_now(secret):
    return format_hotp_value(hotp_value(secret, next(yield_hotp_counters_from_time())))


def test_second_step_is_asked_for_once_it_is_on(client, user_of):
    user = user_of(email="eva@ekby.example")
    secret = "JBSWY3DPEHPK3PXP"
    TOTP.activate(user, secret)
    assert log_in(client, "eva@ekby.example")["Location"] == "/account/mfa/authenticate/"
    assert not is_in(client)
    client.post("/account/mfa/authenticate/", {"code": "000000"})
    assert not is_in(client)
    client.post("/account/mfa/authenticate/", {"code": code_now(secret)})
    assert is_in(client)


def test_second_step_is_turned_on_with_the_code_of_the_app(client_as, user_of):
    user = user_of(email="eva@ekby.example")
    client = Client()
    log_in(client, user.email)
    asked = client.get("/account/mfa/totp/activate/")["Location"]
    assert asked.startswith("/account/reauthenticate/"), "the password once more: the browser may be left open"
    client.post(asked, {"password": PASSWORD})
    page = client.get("/account/mfa/totp/activate/").content.decode()
    assert 'src="data:image/svg+xml' in page
    secret = re.search(r"<code>([A-Z2-7]+)</code>", page).group(1)
    client.post("/account/mfa/totp/activate/", {"code": code_now(secret)})
    assert Authenticator.objects.filter(user=user, type="totp").exists()
    assert get_adapter().is_mfa_enabled(user)


def test_site_that_asks_for_two_steps_opens_nothing_before(client, user_of, monkeypatch):
    monkeypatch.setattr(settings, "JAMLIK", replace(settings.JAMLIK, require_mfa=True))
    user = user_of(email="eva@ekby.example")
    log_in(client, user.email)
    assert client.get("/secret/")["Location"] == "/account/mfa/totp/activate/"
    TOTP.activate(user, "JBSWY3DPEHPK3PXP")
    assert is_in(client)


@pytest.mark.parametrize("path", ["/account/login/", "/none/", "/healthz", "/parts/"])
def test_every_answer_forbids_foreign_and_inline_scripts_and_frames(client, path):
    answer = client.get(path)
    policy = dict(part.strip().split(" ", 1) for part in answer["Content-Security-Policy"].split(";"))
    assert policy["default-src"] == "'self'"
    assert "script-src" not in policy
    assert "unsafe" not in answer["Content-Security-Policy"]
    assert (policy["object-src"], policy["base-uri"], policy["frame-ancestors"]) == ("'none'",) * 3
    assert (answer["X-Content-Type-Options"], answer["X-Frame-Options"]) == ("nosniff", "DENY")
    assert "no-store" in answer["Cache-Control"]


def test_pages_hold_nothing_that_the_policy_forbids(client):
    page = client.get("/parts/").content.decode()
    assert not re.search(r"<script(?![^>]*\bsrc=)|\sstyle=|\son\w+=|<style", page)
    assert not re.search(r'(?:src|href)="https?://', page)


def test_session_cookie_is_kept_from_scripts_and_other_sites(client, user_of):
    user_of(email="eva@ekby.example")
    cookie = log_in(client, "eva@ekby.example").cookies["sessionid"]
    assert (cookie["httponly"], cookie["samesite"]) == (True, "Lax")


def test_form_from_elsewhere_is_refused_in_words(user_of):
    client = Client(enforce_csrf_checks=True)
    answer = log_in(client, "eva@ekby.example")
    assert answer.status_code == 403
    assert "Sidan har varit öppen för länge" in answer.content.decode()


def test_page_is_in_the_persons_language_wherever_they_log_in(client_as, user_of):
    page = client_as(user_of(language="fi")).get("/account/mfa/")
    assert page["Content-Language"] == "fi"
    assert '<html lang="fi">' in page.content.decode()


def test_page_is_swedish_for_a_browser_set_up_in_english(client):
    page = client.get("/account/login/", headers={"accept-language": "en"}).content.decode()
    assert "<h1>Logga in</h1>" in page
