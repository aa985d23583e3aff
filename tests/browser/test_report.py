"""The report in Chromium: axe, no requests, keyboard, small screens, no scripts, print."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from jamlik.reports import equality_report, write_html
from tests.support.results import made_result

pytestmark = [pytest.mark.browser, pytest.mark.slow]

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


@pytest.fixture(scope="module")
def browser(chromium_path: str) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        made = playwright.chromium.launch(executable_path=chromium_path, args=["--no-sandbox"])
        yield made
        made.close()


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> str:
    path: Path = tmp_path_factory.mktemp("page") / "report.html"
    write_html(equality_report(made_result()), path)
    return path.as_uri()


def opened(browser: Browser, address: str, *, width: int = 1280, javascript: bool = True) -> Page:
    page = browser.new_page(viewport={"width": width, "height": 800}, java_script_enabled=javascript)
    page.goto(address)
    return page


@pytest.mark.parametrize("width", [360, 768, 1280])
def test_axe_finds_nothing(browser, address, axe_source, width):
    page = opened(browser, address, width=width)
    page.evaluate("document.querySelectorAll('details').forEach(d => { d.open = true })")
    page.evaluate(axe_source)
    options = json.dumps({"runOnly": RULES, "resultTypes": ["violations"]})
    violations = page.evaluate(f"axe.run(document, {options}).then(found => found.violations)")
    assert [(v["id"], [node["html"][:200] for node in v["nodes"][:3]]) for v in violations] == []


def test_no_request_leaves_the_file(browser, address):
    page = browser.new_page()
    asked: list[str] = []
    refused: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: refused.append(message.text))
    page.goto(address)
    page.wait_for_load_state("networkidle")
    assert [url for url in asked if not url.startswith("data:")] == [address]
    assert refused == []


@pytest.mark.parametrize("width", [320, 360, 768, 1280])
def test_page_never_scrolls_sideways(browser, address, width):
    page = opened(browser, address, width=width)
    page.evaluate("document.querySelectorAll('details').forEach(d => { d.open = true })")
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_wide_tables_scroll_in_a_region_that_takes_focus(browser, address):
    page = opened(browser, address, width=360)
    page.evaluate("document.querySelectorAll('details').forEach(d => { d.open = true })")
    found = page.evaluate(
        """() => [...document.querySelectorAll('*')]
            .filter(e => e.scrollWidth > e.clientWidth + 1 && /auto|scroll/.test(getComputedStyle(e).overflowX))
            .map(e => [e.tabIndex, e.getAttribute('role'), Boolean(e.getAttribute('aria-labelledby'))])"""
    )
    assert found
    assert all(entry == [0, "region", True] for entry in found)


def test_keyboard_reaches_everything_in_reading_order(browser, address):
    page = opened(browser, address)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    assert page.locator(".skip").bounding_box()["y"] >= 0
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "content"
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


def test_focus_is_visible(browser, address):
    page = opened(browser, address)
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    style = page.evaluate("(s => [s.outlineStyle, s.outlineWidth])(getComputedStyle(document.activeElement))")
    assert style == ["solid", "3px"]


def test_fold_outs_open_without_scripts(browser, address):
    page = opened(browser, address, javascript=False)
    fold = page.locator("details.foldout").first
    assert fold.locator("p").first.is_hidden()
    fold.locator("summary").click()
    assert fold.locator("p").first.is_visible()


def test_links_are_large_enough_to_hit(browser, address):
    page = opened(browser, address, width=360)
    sizes = page.evaluate(
        "() => [...document.querySelectorAll('main a, nav a, summary')].filter(e => e.checkVisibility())"
        ".map(e => e.getBoundingClientRect()).map(r => [r.width, r.height])"
    )
    assert sizes
    assert all(width >= 24 and height >= 24 for width, height in sizes)


def test_print_shows_the_method_and_hides_the_contents(browser, address):
    page = opened(browser, address)
    page.emulate_media(media="print")
    assert page.locator("nav.contents").is_hidden()
    assert page.locator("details.foldout p").first.is_visible()
    assert len(page.pdf(format="A4")) > 10_000


def test_text_can_be_enlarged_to_twice_its_size(browser, address):
    page = opened(browser, address, width=640)
    page.evaluate("document.documentElement.style.fontSize = '200%'")
    assert page.evaluate("document.documentElement.scrollWidth") <= 640
