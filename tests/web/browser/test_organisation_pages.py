"""The organisation in Chromium: axe on every page, nothing scrolls sideways, and the invitation with the keyboard."""

from __future__ import annotations

import re

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from jamlik.web.core import audit, clock
from jamlik.web.core.models import User
from jamlik.web.organisation import people_actions
from jamlik.web.organisation.models import Area, UnitList
from tests.support.chromium import faults, next_page, press_button, violations

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def admin(municipality, user_of):
    return user_of("admin", municipality.top, name="Anna Admin")


@pytest.fixture
def addresses(admin, municipality, user_of) -> dict[str, str]:
    """Every page, with something on it."""
    unit = municipality.units[0][0]
    person = user_of("unit_manager", unit, name="Ulla Chef")
    user_of("head", municipality.committees[1], name="Sten Stängd", is_active=False)
    Area.objects.create(kind="deso", version="2025", code="0126A0010", name="Centrum")
    audit.record(
        "organisation.unit_changed", target=unit, by=admin, at=clock.now(), changes={"name": ("Björken", "Björkskolan")}
    )
    people_actions.give_role(user=person, role="reader", unit=municipality.top, by=admin, at=clock.now())
    rows = [
        {"row": 2, "code": "bjork", "name": "Björkens skola", "valid_to": "2027-06-30"},
        {"row": 3, "code": "ny", "name": "Ny enhet", "kind": "unit", "parent": "uf"},
    ]
    good = UnitList.objects.create(file_name="enheter.xlsx", rows=rows, uploaded_by=admin, uploaded_at=clock.now())
    faulty = [*rows, {"row": 4, "code": "", "name": "Utan kod"}]
    bad = UnitList.objects.create(file_name="fel.csv", rows=faulty, uploaded_by=admin, uploaded_at=clock.now())
    made = {
        "tree": ("tree", ()),
        "unit": ("unit", (unit.pk,)),
        "department": ("unit", (municipality.departments[0].pk,)),
        "add": ("add_unit", (municipality.departments[0].pk,)),
        "change": ("change_unit", (unit.pk,)),
        "lists": ("lists", ()),
        "review": ("list", (good.pk,)),
        "review-faults": ("list", (bad.pk,)),
        "areas": ("areas", ()),
        "people": ("people", ()),
        "person": ("person", (person.pk,)),
        "invite": ("invite", ()),
        "role": ("give_role", (person.pk,)),
        "person-change": ("change_person", (person.pk,)),
        "erase": ("erase_person", (person.pk,)),
        "log": ("log", ()),
    }
    found = {name: reverse(f"organisation:{url}", args=args) for name, (url, args) in made.items()}
    return {**found, "search": found["tree"] + "?q=skol", "no-match": found["tree"] + "?q=finns+inte"}


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (360, "dark")])
def test_axe_finds_nothing_on_any_page(addresses, admin, page_as, axe_source, width, scheme):
    page = page_as(admin, width=width, scheme=scheme)
    assert faults(page, addresses, axe_source, f"organisation-{width}-{scheme}") == {}


def test_form_with_errors_has_no_violations_and_leads_to_the_field(addresses, admin, page_as, axe_source):
    page = page_as(admin)
    page.goto(addresses["add"])
    press_button(page, "Spara")
    expect(page).to_have_title(re.compile("^Fel:"))
    assert violations(page, axe_source) == []
    page.locator(".error-summary a").first.click()
    expect(page.locator("[name=name]")).to_be_focused()


def test_invited_person_comes_in_with_the_keyboard_alone(addresses, admin, municipality, page_as, axe_source):
    user = User.objects.create_user("ny@ekby.example", name="Ny Chef")
    people_actions.give_role(user=user, role="head", unit=municipality.committees[0], by=admin, at=clock.now())
    path = people_actions.make_link(user=user, by=admin, at=clock.now())
    page = page_as()
    page.goto(path)
    assert violations(page, axe_source) == []
    page.get_by_label("Välj lösenord").focus()
    page.keyboard.type("tre vanliga ord")
    page.keyboard.press("Tab")
    page.keyboard.type("tre vanliga ord")
    with next_page(page):
        page.keyboard.press("Enter")
    expect(page).not_to_have_url(re.compile("/invitation/"))
    page.goto(addresses["tree"])
    expect(page.get_by_role("heading", name="Organisation")).to_be_visible()
    page.goto(path)
    expect(page.get_by_role("heading", name="Länken gäller inte längre")).to_be_visible()
    assert violations(page, axe_source) == []


def test_list_is_accepted_without_scripts(addresses, admin, page_as):
    page = page_as(admin, scripts=False)
    page.goto(addresses["review"])
    press_button(page, "Spara ändringarna")
    expect(page.locator(".messages")).to_contain_text("Ändringarna är sparade", use_inner_text=True)
    page.goto(addresses["department"])
    expect(page.get_by_role("link", name="Björkens skola")).to_be_visible()
