"""What the site answers to those who try its doors: headers, hosts, cookies, addresses to go on to, many attempts."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys

import pytest
from allauth.mfa.totp.internal.auth import TOTP
from django.conf import settings
from django.core import mail
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from jamlik.web.core.models import User
from jamlik.web.organisation.models import RoleAssignment
from jamlik.web.organisation.roles import Role
from tests.web.hard.processes import ROOT
from tests.web.objects import every_kind
from tests.web.test_every_url import URLS

PASSWORD = "a password for tests"
pytestmark = [pytest.mark.either, pytest.mark.django_db]


@pytest.fixture(autouse=True)
def nobody_has_tried():
    cache.clear()


def log_in(client, email, password=PASSWORD, **extra):
    return client.post(reverse("account_login"), {"login": email, "password": password}, **extra)


def is_in(client):
    return client.get(reverse("core:job", args=[0])).status_code == 404


@pytest.fixture
def everywhere(municipality, user_of):
    """Somebody who may open every page, and the address of each."""
    user = user_of(email="alla@ekby.example")
    for role in Role:
        RoleAssignment.objects.create(user=user, role=role.value, unit=municipality.top)
    paths = {}
    for kind in every_kind():
        for url in kind.urls:
            made = kind.make(municipality.units[0][0])
            paths[url] = reverse(url, kwargs=dict(kind.kwargs(made)))
            if kind.name == "core.job":
                type(made).objects.filter(pk=made.pk).update(queued_by=user)
                User.objects.filter(email="asker@ekby.example").update(email=f"asker{made.pk}@ekby.example")
    for name, _, pattern in URLS:
        if name not in paths and not pattern.pattern.converters:
            paths[name] = reverse(name)
    return user, paths


# --- headers of every answer ------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_every_answer_has_the_headers_and_no_page_holds_what_they_forbid(everywhere, client_as):
    user, paths = everywhere
    paths = {**paths, "none": "/none/"}
    clients = {"somebody": client_as(user), "nobody": Client()}
    wrong, pages = [], 0
    for name, path in paths.items():
        for who, client in clients.items():
            if name in {"account_logout"}:
                continue
            answer = client.get(path)
            wrong += [f"{name} as {who}: {told}" for told in lacking(answer)]
            if answer.headers.get("Content-Type", "").startswith("text/html") and not answer.streaming:
                page = answer.content.decode()
                pages += answer.status_code == 200
                found = re.search(
                    r"<script(?![^>]*\bsrc=)[^>]*>|<style|<[^>]+\sstyle=|<[^>]+\son[a-z]+=|javascript:", page
                )
                if found:
                    wrong.append(f"{name} as {who}: {found.group()[:80]}")
                foreign = re.findall(
                    r'<(?:script|link|img|iframe|form)[^>]*(?:src|href|action)="(?:https?:)?//[^"]*', page
                )
                wrong += [f"{name} as {who}: {each}" for each in foreign]
    assert not wrong, "\n".join(wrong)
    assert pages > 60


def lacking(answer):
    """What a header does not say."""
    policy = answer.headers.get("Content-Security-Policy", "")
    parts = {name: rest for name, _, rest in (part.strip().partition(" ") for part in policy.split(";"))}
    if parts.get("default-src") != "'self'" or "unsafe" in policy or "*" in policy or "script-src" in parts:
        yield f"policy {policy!r}"
    if any(parts.get(name) != "'none'" for name in ("object-src", "base-uri", "frame-ancestors")):
        yield f"policy {policy!r}"
    if not parts.get("form-action", "").startswith("'self'"):
        yield f"policy {policy!r}"
    expected = {
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
        "Referrer-Policy": "same-origin",
        "Cross-Origin-Opener-Policy": "same-origin",
    }
    for name, value in expected.items():
        if answer.headers.get(name) != value:
            yield f"{name} is {answer.headers.get(name)!r}"
    same_for_all = answer.request["PATH_INFO"].endswith(("theme.css", "favicon.ico"))
    if "no-store" not in answer.headers.get("Cache-Control", "") and not same_for_all:
        yield f"Cache-Control is {answer.headers.get('Cache-Control')!r}"


BEHIND_TLS = """
import json, os, sys
import django
django.setup()
from django.test import Client
from django.conf import settings
client = Client(headers={"host": "jamlik.example.se"})
told = {}
for name, extra in {"tls": {"HTTP_X_FORWARDED_PROTO": "https"}, "plain": {}}.items():
    answer = client.post("/language/", {"language": "en", "next": "/"}, **extra)
    told[name] = {"status": answer.status_code, "headers": dict(answer.headers),
                  "cookies": {key: dict(value) for key, value in answer.cookies.items()}}
told["settings"] = {name: getattr(settings, name) for name in (
    "SESSION_COOKIE_SECURE", "CSRF_COOKIE_SECURE", "SESSION_COOKIE_HTTPONLY", "SESSION_COOKIE_SAMESITE",
    "SESSION_COOKIE_AGE", "ALLOWED_HOSTS", "USE_X_FORWARDED_HOST")}
told["settings"]["proxy"] = settings.SECURE_PROXY_SSL_HEADER
json.dump(told, sys.stdout)
"""


def told_behind(tmp_path, **env):
    """What a site with other settings answers, asked in a process of its own."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("JAMLIK_", "DJANGO_"))}
    env = {
        **kept,
        "JAMLIK_HOME": str(tmp_path),
        "DJANGO_SETTINGS_MODULE": "jamlik.web.settings",
        "DATABASE_URL": f"sqlite:///{tmp_path}/none.sqlite3",
        **env,
    }
    done = subprocess.run([sys.executable, "-c", BEHIND_TLS], env=env, cwd=ROOT, capture_output=True, check=True)
    return json.loads(done.stdout)


@pytest.mark.slow
def test_site_behind_tls_says_so_for_a_year_and_keeps_its_cookies_there(tmp_path):
    told = told_behind(tmp_path, JAMLIK_URL="https://jamlik.example.se", JAMLIK_BEHIND_PROXY="1")
    assert told["tls"]["headers"]["Strict-Transport-Security"].startswith("max-age=31536000")
    assert "Strict-Transport-Security" not in told["plain"]["headers"]
    assert told["tls"]["cookies"]["language"]["secure"] is True
    found = told["settings"]
    assert (found["SESSION_COOKIE_SECURE"], found["CSRF_COOKIE_SECURE"]) == (True, True)
    assert (found["SESSION_COOKIE_HTTPONLY"], found["SESSION_COOKIE_SAMESITE"]) == (True, "Lax")
    assert found["SESSION_COOKIE_AGE"] <= 12 * 60 * 60
    assert "*" not in found["ALLOWED_HOSTS"]
    assert found["USE_X_FORWARDED_HOST"] is False


def test_nobody_says_they_come_over_tls_where_no_proxy_is_told_of():
    assert settings.SECURE_PROXY_SSL_HEADER is None
    assert settings.ALLAUTH_TRUSTED_PROXY_COUNT == 0


# --- hosts and addresses ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("host", ["evil.example", "evil.example:80", "127.0.0.1.evil.example", "[::1].evil.example"])
def test_site_answers_to_its_own_name_only(monkeypatch, host):
    monkeypatch.setattr(settings, "ALLOWED_HOSTS", ["127.0.0.1", "localhost"])
    assert Client().get(reverse("account_login"), headers={"host": host}).status_code == 400


def test_link_in_a_mail_leads_to_the_site_whatever_the_request_says(user_of, monkeypatch):
    user_of(email="eva@ekby.example")
    monkeypatch.setattr(settings, "ALLOWED_HOSTS", ["testserver"])
    extra = {
        "HTTP_X_FORWARDED_HOST": "evil.example",
        "HTTP_X_HOST": "evil.example",
        "HTTP_FORWARDED": "host=evil.example",
    }
    Client().post(reverse("account_reset_password"), {"email": "eva@ekby.example"}, **extra)
    assert len(mail.outbox) == 1
    assert "evil.example" not in mail.outbox[0].body


AWAY = [
    "https://evil.example/",
    "//evil.example/",
    "///evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "https:evil.example",
    "http:///evil.example",
    "javascript:alert(1)",
    "data:text/html,x",
    "\thttps://evil.example",
    "https://testserver@evil.example/",
    "/%0d%0aLocation:https://evil.example",
]


@pytest.mark.parametrize("away", AWAY)
def test_nobody_is_led_elsewhere_by_an_address(user_of, client_as, away):
    user = user_of(email="eva@ekby.example")
    places = []
    for path in (reverse("account_login"), f"{reverse('account_login')}?next={away}"):
        answer = Client().post(path, {"login": user.email, "password": PASSWORD, "next": away})
        places.append(answer.headers.get("Location", ""))
        cache.clear()
    client = client_as(user)
    places.append(client.post(reverse("core:language"), {"language": "en", "next": away}).headers["Location"])
    places.append(client.post(reverse("account_logout"), {"next": away}).headers["Location"])
    for place in places:
        assert re.match(r"^/(?![/\\])", place), (away, place)
        assert not re.search(r"[\r\n]", place)


# --- logging in -------------------------------------------------------------------------------------------------------


def test_somebody_who_guesses_is_stopped_whatever_address_they_say_they_come_from(user_of):
    user_of(email="eva@ekby.example")
    for number in range(12):
        spoofed = {"HTTP_X_FORWARDED_FOR": f"198.51.100.{number}", "HTTP_X_REAL_IP": f"198.51.100.{number}"}
        log_in(Client(REMOTE_ADDR="192.0.2.1"), f"person{number}@ekby.example", "wrong", **spoofed)
    client = Client(REMOTE_ADDR="192.0.2.1")
    log_in(client, "eva@ekby.example", HTTP_X_FORWARDED_FOR="198.51.100.99")
    assert not is_in(client)


def test_code_of_the_second_step_is_not_guessed(user_of):
    user = user_of(email="eva@ekby.example")
    TOTP.activate(user, "JBSWY3DPEHPK3PXP")
    client = Client()
    log_in(client, user.email)
    path = reverse("mfa_authenticate")
    answers = [client.post(path, {"code": f"{number:06}"}) for number in range(30)]
    assert not is_in(client)
    told = {answer.status_code for answer in answers[10:]}
    words = {
        re.sub(r"\s+", " ", re.search(r'class="error-summary.*?</div>', a.content.decode(), re.S).group())
        if "error-summary" in a.content.decode()
        else a.status_code
        for a in answers
    }
    assert told == {429} or len(words) > 1, "after some attempts the answer is to wait"


def test_mail_for_a_new_password_is_sent_a_few_times_only(user_of):
    user_of(email="eva@ekby.example")
    for number in range(30):
        Client(REMOTE_ADDR=f"192.0.2.{number}").post(reverse("account_reset_password"), {"email": "eva@ekby.example"})
    assert 1 <= len(mail.outbox) <= 10


def test_session_is_another_after_logging_in_and_gone_after_logging_out(user_of):
    user_of(email="eva@ekby.example")
    client = Client()
    client.cookies["sessionid"] = "a" * 32
    log_in(client, "eva@ekby.example")
    mine = client.cookies["sessionid"].value
    assert mine != "a" * 32
    assert is_in(client)
    client.get(reverse("account_logout"))
    assert is_in(client), "a link or a picture logs nobody out"
    client.post(reverse("account_logout"))
    again = Client()
    again.cookies["sessionid"] = mine
    assert not is_in(again)


def test_other_browsers_are_logged_out_by_a_new_password(user_of, client_as):
    user = user_of(email="eva@ekby.example")
    other = client_as(user)
    assert is_in(other)
    user.set_password("en ny lång fras")
    user.save()
    assert not is_in(other)


def test_account_that_is_closed_is_out_at_once(user_of, client_as):
    user = user_of(email="eva@ekby.example")
    client = client_as(user)
    User.objects.filter(pk=user.pk).update(is_active=False)
    assert not is_in(client)


def test_form_without_the_page_s_token_is_refused_everywhere(everywhere):
    user, paths = everywhere
    client = Client(enforce_csrf_checks=True)
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    taken = {name: client.post(path).status_code for name, path in paths.items()}
    assert {name: status for name, status in taken.items() if status not in {403, 405}} == {}
