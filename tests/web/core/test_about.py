"""Pages that everybody may read: help, accessibility, personal data, contact; and what is said around logging in."""

from __future__ import annotations

import dataclasses
from datetime import date

import pytest
from django.template import Context, Template
from django.test import Client

from jamlik.web.core import hooks
from jamlik.web.core.texts import all_texts
from tests.unit.reports.test_plain_language import lix

pytestmark = pytest.mark.django_db
PAGES = ("/help/", "/help/accessibility/", "/help/privacy/", "/help/contact/")
CONTACT = {"email": "hjalp@ekby.example", "phone": "0123-45 67", "accessibility": "alla@ekby.example", "dpo": ""}


@pytest.mark.parametrize("lang", ["sv", "en", "fi"])
def test_every_page_leads_to_help_and_the_pages_are_for_everybody(client, lang):
    client.cookies["language"] = lang
    login = client.get("/account/login/").content.decode()
    assert all(f'href="{page}"' in login for page in PAGES)
    assert all_texts()["core.about.what"][lang].split("{name}")[0] in login
    for page in PAGES:
        answer = client.get(page)
        assert answer.status_code == 200
        assert f'<html lang="{lang}">' in answer.content.decode()


def test_contact_is_what_the_settings_say_and_what_they_do_not_say_is_told(client, settings):
    settings.JAMLIK = dataclasses.replace(settings.JAMLIK, contact=CONTACT)
    page = client.get("/help/contact/").content.decode()
    assert 'href="mailto:hjalp@ekby.example"' in page
    assert "0123-45 67" in page
    statement = client.get("/help/accessibility/").content.decode()
    assert 'href="mailto:alla@ekby.example"' in statement
    assert "Digg" in statement
    assert "inte ifyllt än" in client.get("/help/privacy/").content.decode()
    assert "JAMLIK_DPO_EMAIL" in client.get("/help/privacy/").content.decode()


def test_ages_in_the_text_on_personal_data_are_those_of_the_daily_clearing(client, settings):
    page = client.get("/help/privacy/").content.decode()
    assert f"{hooks.KEPT['drafts'].days} dagar efter den sista ändringen" in page
    assert f"{settings.SESSION_COOKIE_AGE // 3600} timmar" in page


def test_own_role_stands_first_with_links(municipality, user_of, client_as):
    page = client_as(user_of("unit_manager", municipality.units[0][0])).get("/help/").content.decode()
    own, others = page.split("Vad andra roller gör")
    assert 'href="/assessments/judge/"' in own
    assert "Enhetschef" in own
    assert 'href="/organisation/lists/"' not in others


def test_log_in_says_that_what_was_written_is_kept(client):
    assert "Det du skrev är sparat" not in client.get("/account/login/").content.decode()
    sent = client.post("/organisation/people/invite/", {"name": "Anna Andersson"}, follow=True)
    assert "Det du skrev är sparat" in sent.content.decode()


def test_form_open_for_too_long_gives_the_text_back(municipality, user_of):
    client = Client(enforce_csrf_checks=True)
    client.force_login(
        user_of("admin", municipality.top), backend="allauth.account.auth_backends.AuthenticationBackend"
    )
    form = "http://testserver/organisation/people/invite/"
    answer = client.post(form, {"name": "Anna av <Ekby>"}, headers={"referer": form})
    page = answer.content.decode()
    assert answer.status_code == 403
    assert "Anna av &lt;Ekby&gt;" in page
    assert 'href="/organisation/people/invite/"' in page
    assert 'value="Anna av &lt;Ekby&gt;"' in client.get("/organisation/people/invite/").content.decode()
    away = client.post(form, {"name": "Anna"}, headers={"referer": "http://testserver//evil.example/"})
    assert 'href="/evil.example/"' in away.content.decode(), "a page of this site, not another site"


def test_form_from_elsewhere_is_neither_shown_nor_kept(municipality, user_of):
    client = Client(enforce_csrf_checks=True)
    client.force_login(
        user_of("admin", municipality.top), backend="allauth.account.auth_backends.AuthenticationBackend"
    )
    answer = client.post(
        "/organisation/people/invite/", {"name": "Anna Andersson"}, headers={"origin": "https://example.com"}
    )
    assert answer.status_code == 403
    assert "Anna Andersson" not in answer.content.decode()
    assert "Anna Andersson" not in client.get("/organisation/people/invite/").content.decode()


def test_changing_the_password_is_called_so(user_of, client_as):
    assert "Byt lösenord" in client_as(user_of()).get("/account/mfa/").content.decode()


@pytest.mark.parametrize("part", ["core.about.accessibility", "core.about.privacy", "core.about.contact", "desk.help"])
def test_texts_are_plain(part):
    told = [found["sv"] for key, found in all_texts().items() if key.startswith(f"{part}.")]
    assert len(told) > 4 or part == "core.about.contact"
    assert lix(" ".join(text if text.endswith((".", "?", "!")) else f"{text}." for text in told)) < 40


def test_dates_stay_on_one_line_and_what_stands_beside_them_is_escaped():
    page = Template('{% load texts %}{% say "desk.judge_by" unit=unit day=on|day %} <i title="{{ on|iso }}">')
    shown = page.render(Context({"unit": "<b>", "on": date(2026, 3, 2)}))
    assert '&lt;b&gt;, senast <span class="day">2026-03-02</span>.' in shown
    assert 'title="2026-03-02"' in shown


def test_menu_and_filters_open_without_scripts_on_a_narrow_screen(municipality, user_of, client_as):
    page = client_as(user_of("admin", municipality.top)).get("/organisation/people/").content.decode()
    assert '<details class="menu-switch"><summary>Meny</summary></details>' in page
    assert '<details class="filter-switch"><summary>Sök och välj i listan</summary></details>' in page
    chosen = client_as(user_of("admin", municipality.top)).get("/organisation/people/?role=head").content.decode()
    assert "Ändra valen i listan" in chosen
