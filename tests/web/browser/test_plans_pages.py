"""Actions and plans in Chromium: axe on every page, light and dark; planning an action without scripts."""

from __future__ import annotations

from datetime import date

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from jamlik.web.plans import actions, plan_actions
from jamlik.web.plans.models import Action
from tests.support.chromium import faults, press_button
from tests.web.assessments.conftest import asked, at, finding_of, open_round
from tests.web.browser.test_assessments_pages import people
from tests.web.plans.conftest import goal, planned

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]
__all__ = ["asked", "at", "finding_of", "goal", "open_round", "people", "planned"]


@pytest.fixture
def addresses(municipality, finding_of, planned, goal, people, at) -> list[tuple[str, str, str]]:
    """(name, who, address) of every page, with something on it."""
    unit, committee = municipality.units[0][0], municipality.committees[0]
    manager, head = people["manager"], people["head"]
    plan = plan_actions.make_plan(
        title="Handlingsplan för likvärdig skola",
        owner=committee,
        first_year=2027,
        last_year=2029,
        summary="Vi minskar skillnaderna i betyg.",
        by=people["strategist"],
        at=at,
    )
    plan_actions.move_plan(plan=plan, to="referral", note="Ut till råden.", by=people["strategist"], at=at)
    shown = planned(finding_of(committee, gap=(-10, -13, -7), state="acted_on"), by=manager, plan=plan)
    actions.add_contributor(action=shown, unit=None, partner="Idrottsklubben", commitment="Lokal", by=manager, at=at)
    actions.add_milestone(action=shown, title="Lokal klar", due_on=date(2027, 8, 1), by=manager, at=at)
    actions.report(action=shown, progress="on_track", text="Vi har börjat.", spent_sek=10, by=manager, at=at)
    planned(finding_of(committee, "late", state="acted_on"), by=manager, due_on=date(2026, 1, 1), title="Ny lärare")
    stopped = planned(finding_of(committee, "stop", state="acted_on"), by=manager, title="Stoppad åtgärd")
    actions.stop_action(action=stopped, reason="Pengarna tog slut.", by=manager, at=at)
    after = finding_of(committee, "q1", "2027", gap=(-4, -7, -1))
    made = plan_actions.remeasure(before=shown.finding, after=after, by=head, at=at)
    draft = actions.begin_action(finding=finding_of(committee, "draft"), unit=unit, by=manager, at=at)
    filled = {"title": "Utkast", "goal": goal, "role": "Rektor", "due_on": date(2099, 1, 1), "cost_sek": 0}
    actions.change_action(action=draft, fields=filled, expected_version=draft.version, by=manager, at=at)
    pages = [(name, "manager", reverse(f"plans:{name}")) for name in ("list", "board", "timeline")]
    one = ("action", "edit", "report", "stop", "contributor", "milestone")
    pages += [(name, "manager", reverse(f"plans:{name}", args=[shown.pk])) for name in one]
    steps = ("what", "goal", "who", "when", "cost", "effect")
    pages += [(f"step-{name}", "manager", reverse("plans:step", args=[draft.pk, name])) for name in steps]
    pages += [("check", "manager", reverse("plans:check", args=[draft.pk]))]
    pages += [("remeasured", "head", reverse("plans:remeasured", args=[made.pk]))]
    pages += [("plans", "strategist", reverse("plans:plans")), ("new_plan", "strategist", reverse("plans:new_plan"))]
    some = ("plan", "edit_plan", "move_plan")
    return pages + [(name, "strategist", reverse(f"plans:{name}", args=[plan.pk])) for name in some]


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (360, "dark")])
def test_axe_finds_nothing_and_nothing_scrolls_sideways(addresses, people, page_as, axe_source, width, scheme):
    wrong: dict[str, object] = {}
    for who, user in people.items():
        page = page_as(user, width=width, scheme=scheme)
        theirs = {name: address for name, whose, address in addresses if whose == who}
        wrong |= faults(page, theirs, axe_source, f"plans-{width}-{scheme}")
    assert wrong == {}


def test_an_action_is_planned_and_measured_again_without_scripts(
    municipality, finding_of, goal, people, page_as, user_of
):
    committee, unit = municipality.committees[0], municipality.units[0][0]
    before = finding_of(committee, gap=(-10, -13, -7), state="acted_on")
    page = page_as(people["manager"], scripts=False)
    page.goto(reverse("plans:begin", args=[before.pk, unit.pk]))
    page.get_by_label("Åtgärden i korthet").fill("Läxhjälp")
    press_button(page, "Fortsätt")
    page.get_by_label("Vilket mål").select_option(label=str(goal))
    press_button(page, "Fortsätt")
    page.get_by_label("Vem ansvarar?").fill("Rektor")
    press_button(page, "Fortsätt")
    page.get_by_label("Klar senast").fill("2099-06-01")
    press_button(page, "Fortsätt")
    page.get_by_label("Vad kostar det?").fill("0")
    press_button(page, "Fortsätt")
    page.get_by_label("Väntad effekt").fill("Skillnaden halveras.")
    press_button(page, "Fortsätt")
    press_button(page, "Spara åtgärden")
    expect(page.get_by_role("heading", level=1)).to_have_text("Läxhjälp")
    assert Action.objects.get().state == "planned"

    finding_of(committee, "q1", "2027", gap=(-0.2, -0.8, 0.4))
    page.reload()
    press_button(page, "Mät igen")
    expect(page.locator("main")).to_contain_text("Skillnaden har försvunnit.", use_inner_text=True)
    address = page.url
    leader = page_as(people["head"], scripts=False)
    leader.goto(address)
    leader.get_by_label("Skillnaden har försvunnit").check()
    press_button(leader, "Bekräfta")
    expect(leader.locator("main")).to_contain_text("Svaret är bekräftat.", use_inner_text=True)
    before.refresh_from_db()
    assert before.state == "closed"
