"""Guided forms: one question a page, answers kept, a last look, sent once."""

from __future__ import annotations

import re

import pytest

from jamlik.web.core.models import Draft
from tests.web.core import pages

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.web.core.pages")]


@pytest.fixture
def browser(client_as, user_of):
    pages.FINISHED.clear()
    return client_as(user_of())


def sent(browser, step, **answers):
    return browser.post(f"/colour/{step}/", answers)


def text(answer):
    return answer.content.decode()


def answered(browser, **why):
    sent(browser, "colour", colour="blue")
    return sent(browser, "why", **({"why": "Lugn"} | why))


def test_first_address_leads_to_the_first_question(browser):
    assert browser.get("/colour/")["Location"] == "/colour/colour/"


def test_question_is_the_heading_and_the_legend_of_its_page(browser):
    page = text(browser.get("/colour/colour/"))
    assert re.search(r"<legend><h1>Meny</h1></legend>", page)
    assert page.count("<h1") == 1
    assert 'href="/jobs/"' in page, "the first page leads back to where the person came from"


def test_wrong_answer_is_told_in_title_summary_and_at_the_field_with_the_same_words(browser):
    answer = sent(browser, "colour", colour="")
    page = text(answer)
    assert answer.status_code == 422
    assert re.search(r"<title>Fel: ", page)
    words = re.search(r'<a href="#id_colour_0">([^<]+)</a>', page).group(1)
    assert re.search(rf'id="id_colour_error">.*{re.escape(words)}</p>', page)
    assert 'id="id_colour_0"' in page, "the summary's link has a target"
    assert not Draft.objects.get().answers


def test_answers_decide_what_is_asked_next(browser):
    assert sent(browser, "colour", colour="other")["Location"] == "/colour/other/"
    assert sent(browser, "colour", colour="red")["Location"] == "/colour/why/"
    assert browser.get("/colour/other/")["Location"] == "/colour/why/", "a question that is not asked has no page"


def test_later_question_cannot_be_answered_before_the_first(browser):
    assert browser.get("/colour/why/")["Location"] == "/colour/colour/"
    assert browser.get("/colour/check/")["Location"] == "/colour/colour/"


def test_answers_lie_on_the_server_and_are_there_in_another_browser(browser, client_as):
    sent(browser, "colour", colour="blue")
    other = client_as(Draft.objects.get().user)
    assert re.search(r'value="blue"[^>]* checked', text(other.get("/colour/colour/")))
    assert other.get("/colour/")["Location"] == "/colour/why/"


def test_draft_is_one_persons_own(browser, client_as, user_of):
    sent(browser, "colour", colour="blue")
    assert client_as(user_of()).get("/colour/")["Location"] == "/colour/colour/"


def test_last_page_shows_words_not_codes_and_a_way_to_change_each(browser):
    assert answered(browser)["Location"] == "/colour/check/"
    page = text(browser.get("/colour/check/"))
    assert "<dt>Vilken färg?</dt><dd>Blå</dd>" in page
    assert "<dt>Varför?</dt><dd>Lugn</dd>" in page
    assert "<dt>Jag är säker</dt><dd>Nej</dd>" in page
    assert 'href="/colour/colour/?back=check"' in page


def test_changed_answer_leads_back_to_the_last_page_unless_something_new_is_asked(browser):
    answered(browser)
    assert browser.post("/colour/colour/?back=check", {"colour": "red"})["Location"] == "/colour/check/"
    assert browser.post("/colour/colour/?back=check", {"colour": "other"})["Location"] == "/colour/other/"


def test_answers_are_finished_with_the_version_the_person_began_from_and_the_draft_is_gone(browser):
    answered(browser)
    assert browser.post("/colour/check/")["Location"] == "/finished/1/"
    assert pages.FINISHED == [({"colour": "blue", "why": "Lugn", "sure": False}, 3)]
    assert not Draft.objects.exists()


def test_form_sent_twice_is_finished_once_and_leads_to_the_same_place(browser):
    answered(browser)
    token = re.search(r'name="once_token" value="([^"]+)"', text(browser.get("/colour/check/"))).group(1)
    first = browser.post("/colour/check/", {"once_token": token})
    second = browser.post("/colour/check/", {"once_token": token})
    assert (first["Location"], second["Location"]) == ("/finished/1/", "/finished/1/")
    assert len(pages.FINISHED) == 1


def test_refusal_at_the_end_is_told_and_nothing_is_lost(browser):
    answered(browser, why="refuse")
    answer = browser.post("/colour/check/", {"once_token": "a"})
    assert answer.status_code == 422
    assert "Det går inte just nu." in text(answer)
    sent(browser, "why", why="Bra")
    assert browser.post("/colour/check/", {"once_token": "a"})["Location"] == "/finished/1/"


def test_answer_sent_after_the_login_timed_out_is_there_after_a_new_login(browser, user_of):
    user = user_of(email="a@ekby.example")
    browser.logout()
    answer = sent(browser, "colour", colour="blue")
    assert answer["Location"].startswith("/account/login/?next=/colour/colour/")
    browser.post("/account/login/", {"login": user.email, "password": "a password for tests"})
    assert re.search(r'value="blue"[^>]* checked', text(browser.get("/colour/colour/")))
    assert not re.search(r'value="blue"[^>]* checked', text(browser.get("/colour/colour/"))), "told once"
