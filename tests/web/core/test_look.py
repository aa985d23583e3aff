"""The shared parts in a browser: no axe violations in light or dark, nothing too wide, all of it by keyboard."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from playwright.sync_api import Page, sync_playwright

from jamlik.web.core.models import Job

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.urls("tests.web.core.pages"),
    pytest.mark.django_db(transaction=True),
]
AT = datetime(2026, 3, 2, tzinfo=UTC)


@pytest.fixture
def browser(chromium_path, monkeypatch):
    # Playwright runs an event loop in this thread, and Django would think that it is asked from inside one.
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
    with sync_playwright() as play:
        found = play.chromium.launch(executable_path=chromium_path, args=["--no-sandbox", "--disable-gpu"])
        yield found
        found.close()


@pytest.fixture
def visit(browser, live_server, client_as, user_of):
    def opened(*, scheme: str = "light", width: int = 1280, logged_in: bool = True) -> Page:
        context = browser.new_context(
            color_scheme=scheme, viewport={"width": width, "height": 900}, base_url=live_server.url
        )
        if logged_in:
            cookie = client_as(user_of()).cookies["sessionid"].value
            context.add_cookies([{"name": "sessionid", "value": cookie, "url": live_server.url}])
        return context.new_page()

    return opened


def violations(page: Page, axe: str) -> list[str]:
    page.evaluate(axe)
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    return [f"{page.url} {one['id']}: {node['html']}" for one in found["violations"] for node in one["nodes"]]


def filled():
    Job.objects.bulk_create(
        [Job(name=f"ett arbete {n}", queued_at=AT, not_before=AT, ended_at=AT, state="done") for n in range(60)]
    )


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 360])
def test_parts_are_without_violations_and_fit_the_screen(visit, axe_source, scheme, width):
    filled()
    page = visit(scheme=scheme, width=width)
    found, wide = [], []

    def looked() -> None:
        found.extend(violations(page, axe_source))
        if page.evaluate("document.documentElement.scrollWidth > window.innerWidth"):
            wide.append(page.url)

    for path in ("/account/login/", "/list/", "/list/?q=nothing", "/colour/colour/", "/account/mfa/", "/none/"):
        page.goto(path)
        looked()
    page.goto("/colour/colour/")
    page.get_by_role("button", name="Fortsätt").click()
    assert page.title().startswith("Fel:")
    looked()
    page.get_by_label("Annan").check()
    page.get_by_role("button", name="Fortsätt").click()
    page.get_by_role("textbox").fill("grön")
    page.get_by_role("button", name="Fortsätt").click()
    looked()
    page.get_by_role("button", name="Fortsätt").click()
    assert page.url.endswith("/colour/check/")
    looked()
    assert not found
    assert not wide


def test_guided_form_is_answered_by_keyboard_and_the_summary_leads_to_the_field(visit):
    page = visit()
    page.goto("/colour/colour/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.get_by_role("button", name="Fortsätt").press("Enter")
    page.get_by_role("link", name="Detta fält måste fyllas i.").press("Enter")
    assert page.evaluate("document.activeElement.id || location.hash") in {"id_colour_0", "#id_colour_0"}
    page.get_by_label("Röd").focus()
    page.keyboard.press("ArrowDown")
    assert page.get_by_label("Blå").is_checked()


def test_controls_are_large_enough_for_a_finger(visit):
    filled()
    page = visit(width=360)
    page.goto("/list/")
    small = page.evaluate(
        "[...document.querySelectorAll('button, select, input:not([type=hidden]), .site-menu a, .pager a')]"
        ".filter(one => one.getBoundingClientRect().height < 43.9).map(one => one.outerHTML)"
    )
    assert not small
