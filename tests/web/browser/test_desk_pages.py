"""From the first start to a working municipality: Ekby is loaded from the first page, and its people log in."""

from __future__ import annotations

import re

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from jamlik.web.assessments.models import Assignment, Round, Verdict
from jamlik.web.core import clock
from jamlik.web.core.audit_models import AuditEvent
from jamlik.web.core.audit_proof import proved
from jamlik.web.core.models import Job, User
from jamlik.web.desk.content import ekby
from jamlik.web.desk.ekby import load
from jamlik.web.desk.ekby_people import people
from jamlik.web.goals import queries as goals
from jamlik.web.goals.models import Goal, Target
from jamlik.web.handbook.models import Analysis
from jamlik.web.organisation.actions import begin_municipality
from jamlik.web.organisation.models import Unit
from jamlik.web.plans.models import Action, Plan, Remeasure
from jamlik.web.register.models import Document
from jamlik.web.statistics.models import DataSet, Finding, Release
from tests.support.chromium import next_page, widened
from tests.web.browser.hands import Mouse, Watch
from tests.web.statistics.conftest import run_jobs

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]
__all__ = ["run_jobs"]
PASSWORD = "ett långt lösenord för prov"
COUNTED = (Unit, User, Document, Goal, Target, Round, Assignment, Verdict, Action, Plan, Remeasure, DataSet, Finding)


@pytest.fixture
def admin(db, user_of):
    top = begin_municipality(name="Ekby kommun", code="kommun", by=None, at=clock.now())
    return user_of("admin", top, email="admin@kommun.example", name="Administratör")


def counts() -> list[int]:
    return [model.objects.count() for model in COUNTED] + [Release.objects.count(), AuditEvent.objects.count()]


def test_ekby_is_loaded_from_the_first_page_and_each_role_finds_its_work(admin, page_as, run_jobs, axe_source):
    watch = Watch(axe_source)
    hand = Mouse(page_as(admin), watch)
    hand.open("/")
    hand.stands_at("Hur vill du börja?")
    hand.follow("Välj")
    hand.press("Läs in Ekby")
    expect(hand.page).to_have_url(re.compile("/jobs/"))
    run_jobs()
    hand.page.wait_for_url("**/begin/ekby/people/")  # the page follows the job, and goes on when that is done
    hand.stands_at("Personer i Ekby")
    hand.press("Gör länkar att logga in med")
    links = hand.page.locator("main a[href*='/invitation/']")
    expect(links).to_have_count(len(ekby()["people"]))

    rektor = Mouse(page_as(), watch)
    rektor.open(str(hand.page.get_by_role("link", name="Logga in som Rektor", exact=True).get_attribute("href")))
    for field in rektor.page.locator("main input[type=password]").all():
        field.fill(PASSWORD)
    with next_page(rektor.page):
        rektor.page.locator("main form button").click()
    rektor.open("/")
    rektor.sees("En skillnad att bedöma")

    told = {
        "utbildningschef": "Ett svar att bekräfta",
        "socialchef": "En bedömning att godkänna",
        "strateg": "som ingen har fått att bedöma",
        "analytiker": "resultat som inte är publicerade",
        "registrator": "dokument att se över",
        "bibliotek": "skillnader att bedöma",
        "ledamot": "Inget väntar på dig just nu",
    }
    for who, expected in told.items():
        other = Mouse(page_as(User.objects.get(email=f"{who}@ekby.example")))
        other.open("/")
        other.sees(expected)
        watch.seen = {each for each in watch.seen if not each.startswith("Mitt")}
        watch.look(other.page)
        widened(other.page, 360)
        assert other.page.evaluate("document.documentElement.scrollWidth") <= 360, who
    hand.open(reverse("desk:own"))
    hand.open(reverse("desk:search") + "?q=skol")
    hand.sees("Grundskolan 7–9")
    assert watch.wrong == {}

    assert not Job.objects.filter(name="core.mail").exists(), "nobody in Ekby gets mail"
    assert Verdict.objects.filter(state="approved").count() >= 8
    assert {answer.answer for answer in Remeasure.objects.all()} == {"smaller", "cannot_tell"}
    assert {(each.state, each.follow_up_on is None) for each in Analysis.objects.all()} == {
        ("approved", False),
        ("draft", True),
    }
    assert all(each.points for each in goals.judged(Target.objects.select_related("indicator", "data_set")))
    assert people().count() == len(ekby()["people"])
    assert proved().holds
    before = counts()
    load(by=admin, tell=lambda step, share: None)
    assert counts() == before, "loaded again, nothing is added"
