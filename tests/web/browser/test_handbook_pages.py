"""An analysis in Chromium: from the first click to the approved report, in two languages; axe on every page."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from jamlik.web.core import clock
from jamlik.web.handbook.models import Analysis
from jamlik.web.statistics.actions import load_ekby
from tests.support.chromium import faults, next_page
from tests.web.handbook.objects import made_analysis, made_approved, made_filled, made_sent
from tests.web.statistics.conftest import analyst, committee, run_jobs

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]
__all__ = ["analyst", "committee", "run_jobs"]

MOST_PAGES = 120
# What is answered where the first choice would ask for more than a test has to write.
ANSWERS = {
    ("q08_children", "answer"): "no",
    ("q09_minorities", "answer"): "no",
    ("q17_verdict", "verdict"): "justified",
    ("q18_reason", "reasons"): "need",
    ("q34_enough", "answer"): "yes",
}
CONTROLS = """[...document.querySelectorAll("main form [name]")].filter(e => e.type !== "hidden")
  .map(e => [e.name, e.tagName === "TEXTAREA" ? "text" : e.inputMode === "decimal" ? "number" : e.type, e.value])"""
WRITTEN = {"date": "2099-01-01", "number": "1000", "text": "Läxhjälp två dagar i veckan", "email": ""}


@pytest.fixture
def people(municipality, user_of) -> dict[str, Any]:
    """Who writes and who approves, in each language."""
    unit, department = municipality.units[0][0], municipality.departments[0]
    return {
        lang: (user_of("unit_manager", unit, language=lang), user_of("head", department, language=lang))
        for lang in ("sv", "fi")
    }


def fill(page: Page, question: str) -> None:
    """Answer every control of the page's form, the first choice where nothing else is said."""
    done: set[str] = set()
    for name, kind, value in page.evaluate(CONTROLS):
        if name in done:
            continue
        done.add(name)
        place = page.locator(f'main form [name="{name}"]')
        if kind in ("radio", "checkbox"):
            wanted = ANSWERS.get((question, name), value)
            page.locator(f'main form [name="{name}"][value="{wanted}"]').check()
        elif not place.first.input_value():
            place.first.fill(WRITTEN[kind])


def send(page: Page, button: str = "main form button") -> None:
    with next_page(page):
        page.locator(button).first.click()


def follow(page: Page, link: str) -> None:
    with next_page(page):
        page.locator(link).first.click()


def answer_all(page: Page) -> int:
    """Go from question to question until the answers are to be checked; how many pages that took."""
    gone_into: set[str] = set()
    for n in range(MOST_PAGES):
        parts = page.url.rstrip("/").split("/")
        if "questions" not in parts:
            return n
        question = parts[parts.index("questions") + 1]
        if page.locator("main form.guided").count():
            fill(page, question)
            send(page, "main form.guided button")
            continue
        rows = page.locator("main section.card a").evaluate_all("all => all.map(e => e.getAttribute('href'))")
        ahead = [href for href in rows if not href.endswith("/remove/") and href not in gone_into]
        if ahead:
            gone_into.add(ahead[0])
            page.goto(ahead[0])
        elif not rows:
            follow(page, "main .buttons a.button.quiet")  # add one
        else:
            follow(page, "main .buttons a.button:not(.quiet)")
    raise AssertionError(f"still at {page.url} after {MOST_PAGES} pages")


@pytest.mark.parametrize(
    ("lang", "depth", "scripts"),
    [("sv", "quick", False), ("fi", "quick", True), pytest.param("sv", "full", False, marks=pytest.mark.prove)],
)
def test_from_the_first_click_to_the_approved_report(
    people, municipality, analyst, run_jobs, page_as, lang, depth, scripts
):
    load_ekby(owners={"grundskola": municipality.committees[0]}, by=analyst, at=clock.now())
    run_jobs()
    writer, head = people[lang]
    page = page_as(writer, scripts=scripts)
    page.goto(reverse("handbook:list"))
    follow(page, "main a.button")
    page.locator("main [name=title]").fill("Läxhjälp på högstadiet")
    page.locator(f'main [name=questions][value="equality.{depth}"]').check()
    page.locator("main [name=findings]").first.check()
    send(page)
    follow(page, "main a.button")  # go on
    pages_n = answer_all(page)
    assert pages_n >= {"full": 30, "quick": 10}[depth]
    expect(page.locator("main .error-summary")).to_have_count(0)
    page.locator("main [name=follow_up_on]").fill("2099-09-01")
    send(page)
    analysis = Analysis.objects.get()
    assert analysis.state == "submitted", page.locator("main a[href*='back=check']").all_inner_texts()
    approver = page_as(head, scripts=scripts)
    approver.goto(reverse("handbook:approve", args=[analysis.pk]))
    expect(approver.locator("html")).to_have_attribute("lang", lang)
    send(approver, "main form.buttons button")
    analysis.refresh_from_db()
    assert (analysis.state, analysis.approved_by_id) == ("approved", head.pk)
    copy = analysis.copies.get()
    expect(approver.locator("main")).to_contain_text(copy.fingerprint)
    taken = approver.request.get(reverse("handbook:report", args=[analysis.pk, copy.number, "word"]))
    assert taken.status == 200
    assert taken.body().startswith(b"PK")


@pytest.fixture
def addresses(municipality, people) -> Callable[[], dict[str, dict[str, str]]]:
    """Pages by who opens them."""
    unit = municipality.units[0][0]
    begun, sent, approved = made_analysis(unit), made_sent(unit), made_approved(unit)
    filled = made_filled(unit)
    row = begun.answers.get(question_key="q16_observation").row_key
    about = [begun.pk, "q16_observation"]
    return {
        "writer": {
            "list": reverse("handbook:list"),
            "begin": reverse("handbook:begin", args=[unit.pk]),
            "analysis": reverse("handbook:analysis", args=[begun.pk]),
            "rows": reverse("handbook:question", args=about),
            "row": reverse("handbook:row", args=[*about, row]),
            "remove": reverse("handbook:remove", args=[*about, row]),
            "grounds": reverse("handbook:question", args=[begun.pk, "q07_grounds"]),
            "check": reverse("handbook:check", args=[begun.pk]),
            "upload": reverse("handbook:upload", args=[begun.pk]),
            "filled": reverse("handbook:filled", args=[filled.analysis_id, filled.pk]),
            "blank": reverse("handbook:blank_forms"),
            "approved": reverse("handbook:analysis", args=[approved.pk]),
            "carry": reverse("handbook:carry", args=[approved.pk]),
        },
        "head": {
            "approve": reverse("handbook:approve", args=[sent.pk]),
            "completion": reverse("handbook:completion", args=[sent.pk]),
        },
    }


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (360, "dark")])
def test_axe_finds_nothing_and_nothing_scrolls_sideways(addresses, people, page_as, axe_source, width, scheme):
    wrong: dict[str, object] = {}
    for user, who in zip(people["sv"], ("writer", "head"), strict=True):
        page = page_as(user, width=width, scheme=scheme)
        wrong |= faults(page, addresses[who], axe_source, f"handbook-{width}-{scheme}")
    assert wrong == {}
