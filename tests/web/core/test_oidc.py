"""Logging in through the municipality's own service, played here by a small OpenID Connect provider on this machine."""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client

from jamlik.web.core.models import User
from jamlik.web.environment import oidc_apps

pytestmark = pytest.mark.django_db


class Provider:
    """Says who somebody is: whatever `person` holds."""

    def __init__(self) -> None:
        self.person: dict[str, object] = {}
        self.asked: list[dict[str, list[str]]] = []
        provider = self

        class Answers(BaseHTTPRequestHandler):
            def answer(self, value: object) -> None:
                body = json.dumps(value).encode()
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def do_GET(self) -> None:
                if self.path.endswith("openid-configuration"):
                    names = ("authorization", "token", "userinfo")
                    self.answer(
                        {"issuer": provider.url} | {f"{name}_endpoint": f"{provider.url}/{name}" for name in names}
                    )
                else:
                    assert self.headers["Authorization"] == "Bearer access"
                    self.answer(provider.person)

            def do_POST(self) -> None:
                size = int(self.headers["Content-Length"])
                provider.asked.append(parse_qs(self.rfile.read(size).decode()))
                self.answer({"access_token": "access", "token_type": "Bearer", "expires_in": 60})

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


@pytest.fixture
def provider(settings):
    made = Provider()
    named = {"issuer": made.url, "client_id": "jamlik", "client_secret": "hemlig", "name": "Ekby inloggning"}
    settings.SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"APPS": oidc_apps(named)}}
    yield made
    made.server.shutdown()
    made.server.server_close()


def came_back(client: Client, **changed: str):
    """Ask to log in, go to the provider, and come back with what it gives."""
    asked = client.post("/account/oidc/login/?next=/account/mfa/")
    sent = parse_qs(urlsplit(asked["Location"]).query)
    assert sent["redirect_uri"] == ["http://testserver/account/oidc/login/callback/"]
    given = {"code": "the-code", "state": sent["state"][0], **changed}
    return client.get("/account/oidc/login/callback/", given)


def is_in(client: Client) -> bool:
    return client.get("/account/mfa/").status_code == 200


def test_person_an_administrator_has_added_comes_in_without_a_password(client, provider, user_of):
    user = user_of(email="eva@ekby.example")
    provider.person = {"sub": "17", "email": "Eva@ekby.example", "email_verified": True, "name": "Eva"}
    assert came_back(client)["Location"] == "/account/mfa/"
    assert is_in(client)
    assert int(client.session["_auth_user_id"]) == user.pk
    assert provider.asked[0]["code"] == ["the-code"]
    assert provider.asked[0]["code_verifier"], "the code alone is of no use to whoever sees it"


def test_person_nobody_has_added_is_not_let_in_and_no_account_is_made(client, provider):
    provider.person = {"sub": "18", "email": "stranger@ekby.example", "email_verified": True}
    answer = came_back(client)
    answer = client.get(answer["Location"]) if answer.status_code == 302 else answer
    assert "Konton läggs till av en administratör" in answer.content.decode()
    assert not User.objects.exists()
    assert not is_in(client)


def test_address_the_service_has_not_checked_opens_nobodys_account(client, provider, user_of):
    user_of(email="eva@ekby.example")
    provider.person = {"sub": "666", "email": "eva@ekby.example", "email_verified": False}
    came_back(client)
    assert not is_in(client)


def test_answer_to_another_browser_is_refused(client, provider, user_of):
    user_of(email="eva@ekby.example")
    provider.person = {"sub": "17", "email": "eva@ekby.example", "email_verified": True}
    assert "Inloggningen gick inte" in came_back(client, state="stolen").content.decode()
    assert not is_in(client)


def test_person_whose_account_is_closed_is_not_let_in(client, provider, user_of):
    user_of(email="eva@ekby.example", is_active=False)
    provider.person = {"sub": "17", "email": "eva@ekby.example", "email_verified": True}
    came_back(client)
    assert not is_in(client)
