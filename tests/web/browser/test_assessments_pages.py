"""Assessments in Chromium: axe on every page, light and dark; guided judging without scripts and with the keyboard."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

import pytest
from django.urls import reverse
from playwright.sync_api import Browser, Page, sync_playwright

from jamlik.web.assessments import actions, case_actions
from jamlik.web.assessments.models import Assignment, Verdict
from tests.web.assessments.conftest import asked, at, finding_of, open_round
from tests.web.browser.looking import SHOTS, session_of, violations

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]
__all__ = ["asked", "at", "finding_of", "open_round"]

JUSTIFIED = {
    "verdict": "justified",
    "reason_kinds": ["need"],
    "evidence": "Utredningen 2026 visar olika behov.",
    "control": "own",
    "reconsider_on": date(2099, 2, 1),
}


@pytest.fixture
def browser(chromium_path: str, monkeypatch) -> Iterator[Browser]:
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")  # Playwright's loop runs beside the test's own queries
    with sync_playwright() as playwright:
        made = playwright.chromium.launch(executable_path=chromium_path, args=["--no-sandbox"])
        yield made
        made.close()


@pytest.fixture
def page_of(browser, live_server, client_as):
    """A page in which a person is logged in."""

    def make(user, *, width: int = 1280, scheme: str = "light", scripts: bool = True) -> Page:
        context = browser.new_context(
            base_url=live_server.url,
            viewport={"width": width, "height": 900},
            color_scheme=scheme,
            java_script_enabled=scripts,
        )
        context.add_cookies([session_of(client_as(user), live_server.url)])
        return context.new_page()

    return make


@pytest.fixture
def people(municipality, user_of):
    unit = municipality.units[0][0]
    return {
        "manager": user_of("unit_manager", unit),
        "head": user_of("head", municipality.departments[0]),
        "strategist": user_of("strategist", municipality.top),
        "registrar": user_of("registrar", municipality.top),
    }


@pytest.fixture
def addresses(municipality, asked, finding_of, open_round, people, at) -> list[tuple[str, str, str]]:
    """(name, who, address) of every page, with something on it."""
    unit, committee = municipality.units[0][0], municipality.committees[0]
    before = finding_of(committee, "q1", "2025")
    row = Assignment.objects.create(finding=before, unit=municipality.units[0][1], assigned_at=at, answered_at=at)
    old = {"written_by": people["manager"], "written_at": at, "submitted_at": at, "approved_at": at}
    Verdict.objects.create(
        assignment=row, finding=before, unit=row.unit, state="approved", approved_by=people["head"], **old, **JUSTIFIED
    )
    rows = asked(unit, 8)

    def answered(place: int, fields: dict[str, object]) -> Verdict:
        return actions.answer(assignment=rows[place], fields=fields, expected_version=0, by=people["manager"], at=at)

    answered(0, JUSTIFIED)
    answered(1, {"verdict": "unclear"})
    sent, approved, returned = (answered(place, JUSTIFIED) for place in (2, 3, 4))
    actions.send_verdicts(verdicts=[sent, approved, returned], by=people["manager"], at=at)
    actions.approve_verdicts(verdicts=[approved], by=people["head"], at=at)
    actions.return_verdict(verdict=returned, reason="Vilken utredning?", by=people["head"], at=at)
    finding_of(committee, "free")
    case = case_actions.begin_case(
        round_=open_round, committee=committee, texts={"matter": "Ärendet"}, by=people["registrar"], at=at
    )
    case_actions.record_decision(
        case=case,
        body="unit_manager",
        outcome="approved",
        body_name="Rektor",
        decided_on=date(2027, 2, 1),
        paragraph="",
        reason="",
        by=people["registrar"],
        at=at,
    )
    place = [open_round.pk, committee.pk]
    pages = [
        ("judge", "manager", reverse("assessments:judge")),
        ("verdict-step", "manager", reverse("assessments:step", args=[unit.pk, rows[0].pk, "verdict"])),
        ("reason-step", "manager", reverse("assessments:step", args=[unit.pk, rows[0].pk, "reason"])),
        ("knowledge-step", "manager", reverse("assessments:step", args=[unit.pk, rows[1].pk, "knowledge"])),
        ("check", "manager", reverse("assessments:check", args=[unit.pk])),
        ("sent", "manager", reverse("assessments:sent", args=[unit.pk])),
        ("list", "head", reverse("assessments:list")),
        ("verdict", "head", reverse("assessments:verdict", args=[approved.pk])),
        ("approve", "head", reverse("assessments:approve")),
        ("return", "head", reverse("assessments:return", args=[sent.pk])),
        ("late", "head", reverse("assessments:late")),
        ("units", "head", reverse("assessments:judge")),
    ]
    strategist = ("rounds", "new_round")
    pages += [(name, "strategist", reverse(f"assessments:{name}")) for name in strategist]
    one = ("round", "edit_round", "deadlines", "assign")
    pages += [(name, "strategist", reverse(f"assessments:{name}", args=[open_round.pk])) for name in one]
    pages += [
        (name, "registrar", reverse(f"assessments:{name}", args=place)) for name in ("case", "case_edit", "decide")
    ]
    return pages


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (360, "dark")])
def test_axe_finds_nothing_and_nothing_scrolls_sideways(addresses, people, page_of, axe_source, width, scheme):
    pages = {who: page_of(user, width=width, scheme=scheme) for who, user in people.items()}
    refused: list[str] = []
    wrong = {}
    for page in pages.values():
        page.on("console", lambda message: refused.append(message.text))
    for name, who, address in addresses:
        page = pages[who]
        response = page.goto(address)
        assert response is not None
        assert response.status == 200, address
        found = violations(page, axe_source)
        if SHOTS:
            page.screenshot(path=f"{SHOTS}/assessments-{name}-{width}-{scheme}.png", full_page=True)
        if found or page.evaluate("document.documentElement.scrollWidth") > width:
            wrong[name] = found or "scrolls sideways"
    assert wrong == {}
    assert refused == []


def test_a_verdict_is_given_without_scripts(municipality, asked, people, page_of):
    asked(municipality.units[0][0], 1)
    page = page_of(people["manager"], scripts=False)
    page.goto(reverse("assessments:judge"))
    page.get_by_role("link", name="Börja").click()
    page.get_by_role("button", name="Fortsätt").click()
    assert "Välj en bedömning." in page.locator(".error-summary").inner_text()
    page.get_by_label("Ingen skillnad av betydelse").check()
    page.get_by_role("button", name="Fortsätt").click()
    page.get_by_label("Varför spelar skillnaden ingen roll?").fill("Det gäller två elever.")
    page.get_by_role("button", name="Fortsätt").click()
    assert "Det gäller två elever." in page.locator(".summary").inner_text()
    page.get_by_role("button", name="Skicka för godkännande").click()
    assert page.get_by_role("heading", level=1).inner_text() == "Skickat för godkännande"
    assert Verdict.objects.get().state == "submitted"


def _tab_to(page: Page, name: str) -> None:
    """Press Tab until the control with a name has the focus, which must be seen."""
    for _ in range(60):
        page.keyboard.press("Tab")
        focused = page.evaluate(
            "() => { const e = document.activeElement; "
            "return [(e.labels && e.labels.length ? e.labels[0].innerText : e.innerText || ''), "
            "getComputedStyle(e).outlineStyle] }"
        )
        if re.search(name, focused[0]):
            assert focused[1] != "none", f"{name} has no visible focus"
            return
    raise AssertionError(f"Tab never reaches {name} on {page.url}")


def test_a_verdict_is_given_with_the_keyboard_alone(municipality, asked, people, page_of):
    asked(municipality.units[0][0], 1)
    page = page_of(people["manager"])
    page.goto(reverse("assessments:judge"))
    _tab_to(page, "Börja")
    page.keyboard.press("Enter")
    page.wait_for_url("**/verdict/")
    _tab_to(page, "Ingen skillnad")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowUp")
    _tab_to(page, "Fortsätt")
    page.keyboard.press("Enter")
    page.wait_for_url("**/why/")
    _tab_to(page, "Varför spelar")
    page.keyboard.type("Det gäller två elever.")
    _tab_to(page, "Fortsätt")
    page.keyboard.press("Enter")
    page.wait_for_url("**/check/")
    _tab_to(page, "Skicka för godkännande")
    page.keyboard.press("Enter")
    page.wait_for_url("**/sent/")
    assert Verdict.objects.get().verdict == "no_difference"
