"""The shared parts in a browser: no axe violations in light or dark, nothing too wide, all of it by keyboard."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest
from playwright.sync_api import expect

from jamlik.web.core.models import Job
from tests.support.chromium import next_page, press_button, violations

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.urls("tests.web.core.pages"),
    pytest.mark.django_db(transaction=True),
]
AT = datetime(2026, 3, 2, tzinfo=UTC)


def filled():
    Job.objects.bulk_create(
        [Job(name=f"ett arbete {n}", queued_at=AT, not_before=AT, ended_at=AT, state="done") for n in range(60)]
    )


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 360])
def test_parts_are_without_violations_and_fit_the_screen(page_as, user_of, axe_source, scheme, width):
    filled()
    page = page_as(user_of(), scheme=scheme, width=width)
    found, wide = [], []

    def looked() -> None:
        found.extend((page.url, one) for one in violations(page, axe_source))
        if page.evaluate("document.documentElement.scrollWidth > window.innerWidth"):
            wide.append(page.url)

    for path in ("/account/login/", "/list/", "/list/?q=nothing", "/colour/colour/", "/account/mfa/", "/none/"):
        page.goto(path)
        looked()
    page.goto("/colour/colour/")
    press_button(page, "Fortsätt")
    expect(page).to_have_title(re.compile("^Fel:"))
    looked()
    page.get_by_label("Annan").check()
    press_button(page, "Fortsätt")
    page.get_by_role("textbox").fill("grön")
    press_button(page, "Fortsätt")
    looked()
    press_button(page, "Fortsätt")
    expect(page).to_have_url(re.compile("/colour/check/$"))
    looked()
    assert not found
    assert not wide


def test_guided_form_is_answered_by_keyboard_and_the_summary_leads_to_the_field(page_as, user_of):
    page = page_as(user_of())
    page.goto("/colour/colour/")
    page.keyboard.press("Tab")
    expect(page.locator(".skip")).to_be_focused()
    with next_page(page):
        page.get_by_role("button", name="Fortsätt").press("Enter")
    page.get_by_role("link", name="Detta fält måste fyllas i.").press("Enter")
    expect(page.locator("#id_colour_0")).to_be_focused()
    page.get_by_label("Röd").focus()
    page.keyboard.press("ArrowDown")
    expect(page.get_by_label("Blå")).to_be_checked()


def test_controls_are_large_enough_for_a_finger(page_as, user_of):
    filled()
    page = page_as(user_of(), width=360)
    page.goto("/list/")
    page.locator(".menu-switch summary").click()
    page.locator(".filter-switch summary").click()
    expect(page.get_by_label("Sök i listan")).to_be_visible()
    small = page.evaluate(
        "[...document.querySelectorAll('button, summary, select, input:not([type=hidden]), .site-menu a, .pager a')]"
        ".filter(one => one.getBoundingClientRect().height < 43.9).map(one => one.outerHTML)"
    )
    assert not small
