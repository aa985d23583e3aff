"""Assessments in Chromium: axe on every page, light and dark; guided judging without scripts and with the keyboard."""

from __future__ import annotations

from datetime import date

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from jamlik.web.assessments import actions, case_actions
from jamlik.web.assessments.models import Assignment, Verdict
from tests.support.chromium import faults, follow_link, press_button
from tests.web.assessments.conftest import asked, at, finding_of, open_round
from tests.web.browser.hands import Keys

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
def test_axe_finds_nothing_and_nothing_scrolls_sideways(addresses, people, page_as, axe_source, width, scheme):
    wrong: dict[str, object] = {}
    for who, user in people.items():
        page = page_as(user, width=width, scheme=scheme)
        theirs = {name: address for name, whose, address in addresses if whose == who}
        wrong |= faults(page, theirs, axe_source, f"assessments-{width}-{scheme}")
    assert wrong == {}


def test_a_verdict_is_given_without_scripts(municipality, asked, people, page_as):
    asked(municipality.units[0][0], 1)
    page = page_as(people["manager"], scripts=False)
    page.goto(reverse("assessments:judge"))
    follow_link(page, "Börja")
    press_button(page, "Fortsätt")
    expect(page.locator(".error-summary")).to_contain_text("Välj en bedömning.", use_inner_text=True)
    page.get_by_label("Ingen skillnad av betydelse").check()
    press_button(page, "Fortsätt")
    page.get_by_label("Varför spelar skillnaden ingen roll?").fill("Det gäller två elever.")
    press_button(page, "Fortsätt")
    expect(page.locator(".summary")).to_contain_text("Det gäller två elever.", use_inner_text=True)
    press_button(page, "Skicka för godkännande")
    expect(page.get_by_role("heading", level=1)).to_have_text("Skickat för godkännande")
    assert Verdict.objects.get().state == "submitted"


def test_a_verdict_is_given_with_the_keyboard_alone(municipality, asked, people, page_as):
    asked(municipality.units[0][0], 1)
    keys = Keys(page_as(people["manager"]))
    keys.open(reverse("assessments:judge"))
    keys.follow("Börja")
    keys.choose("verdict", "no_difference")
    keys.press("Fortsätt")
    keys.write("evidence", "Det gäller två elever.")
    keys.press("Fortsätt")
    keys.press("Skicka för godkännande")
    keys.stands_at("Skickat för godkännande")
    assert Verdict.objects.get().verdict == "no_difference"
