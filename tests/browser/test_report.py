"""The report in Chromium: axe, no requests, keyboard, small screens, no scripts, print."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from jamlik.reports import equality_report, write_html
from tests.support.chromium import launched, new_page, violations
from tests.support.results import made_result

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture(scope="module")
def browser(chromium_path: str) -> Iterator[Browser]:
    with launched(chromium_path) as made:
        yield made


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> str:
    path: Path = tmp_path_factory.mktemp("page") / "report.html"
    write_html(equality_report(made_result()), path)
    return path.as_uri()


@pytest.fixture
def opened(browser: Browser, address: str) -> Iterator[Callable[..., Page]]:
    """The report in a page of its own, which is closed again when the test is over."""
    made: list[Page] = []

    def make(*, width: int = 1280, javascript: bool = True) -> Page:
        page = new_page(browser, viewport={"width": width, "height": 800}, java_script_enabled=javascript)
        made.append(page)
        page.goto(address)
        return page

    yield make
    for page in made:
        page.context.close()


@pytest.mark.parametrize("width", [360, 768, 1280])
def test_axe_finds_nothing(opened, axe_source, width):
    page = opened(width=width)
    assert violations(page, axe_source) == []


def test_no_request_leaves_the_file(browser, address):
    page = new_page(browser)
    asked: list[str] = []
    refused: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: refused.append(message.text))
    page.goto(address)
    page.wait_for_load_state("networkidle")
    page.context.close()
    assert [url for url in asked if not url.startswith("data:")] == [address]
    assert refused == []


@pytest.mark.parametrize("width", [320, 360, 768, 1280])
def test_page_never_scrolls_sideways(opened, width):
    page = opened(width=width)
    page.evaluate("document.querySelectorAll('details').forEach(d => { d.open = true })")
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_wide_tables_scroll_in_a_region_that_takes_focus(opened):
    page = opened(width=360)
    page.evaluate("document.querySelectorAll('details').forEach(d => { d.open = true })")
    found = page.evaluate(
        """() => [...document.querySelectorAll('*')]
            .filter(e => e.scrollWidth > e.clientWidth + 1 && /auto|scroll/.test(getComputedStyle(e).overflowX))
            .map(e => [e.tabIndex, e.getAttribute('role'), Boolean(e.getAttribute('aria-labelledby'))])"""
    )
    assert found
    assert all(entry == [0, "region", True] for entry in found)


def test_keyboard_reaches_everything_in_reading_order(opened):
    page = opened()
    page.keyboard.press("Tab")
    skip = page.locator(".skip")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport(ratio=1)
    page.keyboard.press("Enter")
    expect(page.locator("#content")).to_be_focused()
    expected = page.evaluate(
        """() => [...document.querySelectorAll('main a[href], main summary, main [tabindex="0"]')]
            .filter(e => e.checkVisibility()).length"""
    )
    reached = []
    for _ in range(expected):
        page.keyboard.press("Tab")
        reached.append(page.evaluate("document.activeElement.getBoundingClientRect().top + window.scrollY"))
    assert page.evaluate("document.querySelector('main').contains(document.activeElement)")
    assert reached == sorted(reached)


def test_focus_is_visible(opened):
    page = opened()
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    style = page.evaluate("(s => [s.outlineStyle, s.outlineWidth])(getComputedStyle(document.activeElement))")
    assert style == ["solid", "3px"]


def test_fold_outs_open_without_scripts(opened):
    page = opened(javascript=False)
    fold = page.locator("details.foldout").first
    expect(fold.locator("p").first).to_be_hidden()
    fold.locator("summary").click()
    expect(fold.locator("p").first).to_be_visible()


def test_links_are_large_enough_to_hit(opened):
    page = opened(width=360)
    sizes = page.evaluate(
        "() => [...document.querySelectorAll('main a, nav a, summary')].filter(e => e.checkVisibility())"
        ".map(e => e.getBoundingClientRect()).map(r => [r.width, r.height])"
    )
    assert sizes
    assert all(width >= 24 and height >= 24 for width, height in sizes)


def test_print_shows_the_method_and_hides_the_contents(opened):
    page = opened()
    page.emulate_media(media="print")
    expect(page.locator("nav.contents")).to_be_hidden()
    expect(page.locator("details.foldout p").first).to_be_visible()
    assert len(page.pdf(format="A4")) > 10_000


def test_text_can_be_enlarged_to_twice_its_size(opened):
    page = opened(width=640)
    page.evaluate("document.documentElement.style.fontSize = '200%'")
    assert page.evaluate("document.documentElement.scrollWidth") <= 640
