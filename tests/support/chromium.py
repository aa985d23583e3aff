"""What every test in Chromium shares: how a browser is started, how long it may take, how one waits for the next page.

After something that leads to another page, a test does not read at once what is shown: it may still be the old page.
What leads there stands inside `next_page`, and what is to be seen is asked with Playwright's `expect`, which waits.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from playwright.sync_api import Browser, Locator, Page, expect, sync_playwright

__all__ = [
    "faults",
    "follow_link",
    "launched",
    "new_page",
    "next_page",
    "press_button",
    "settled",
    "violations",
    "widened",
]

PATIENCE = 180_000  # milliseconds; a slow machine must never fail a test, and a quick one never waits this long
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
SHOTS = os.environ.get("JAMLIK_SHOTS", "")  # a folder for pictures of the pages
# Milliseconds that every answer is held back: shows at once which test reads a page that has not come yet.
DELAY = int(os.environ.get("JAMLIK_BROWSER_DELAY", "0"))


@contextmanager
def launched(path: str) -> Iterator[Browser]:
    """Debian's Chromium, for as long as it is needed."""
    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as playwright:
        made = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"], timeout=PATIENCE)
        yield made
        made.close()


def new_page(browser: Browser, *, cookie: Any = None, **options: Any) -> Page:
    """A page of its own, which shares nothing with other pages."""
    context = browser.new_context(**options)
    context.set_default_timeout(PATIENCE)
    context.set_default_navigation_timeout(PATIENCE)
    if cookie is not None:
        context.add_cookies([cookie])
    page = context.new_page()
    if DELAY:
        devtools = context.new_cdp_session(page)
        unlimited = {"offline": False, "downloadThroughput": -1, "uploadThroughput": -1}
        devtools.send("Network.emulateNetworkConditions", {**unlimited, "latency": DELAY})
    return page


@contextmanager
def next_page(page: Page) -> Iterator[None]:
    """What is done inside leads to another page: go on when that has come as a whole."""
    with page.expect_navigation(wait_until="load"):
        yield


def follow_link(where: Page | Locator, name: str, **options: Any) -> None:
    """Click a link that leads to another page, and wait for that."""
    link = where.get_by_role("link", name=name, **options).first
    expect(link).to_be_visible()  # first: a page that reloads itself until the link is there must not count as the next
    with next_page(link.page):
        link.click()


def press_button(where: Page | Locator, name: str) -> None:
    """Click a button that sends a form, and wait for what the site answers."""
    button = where.get_by_role("button", name=name).first
    expect(button).to_be_visible()
    with next_page(button.page):
        button.click()


def settled(page: Page) -> None:
    """Wait until a page that follows background work shows that it has ended, as somebody who looks on would."""
    # What comes last on the page is asked for, so that a page of which half has come does not pass for another.
    expect(page.locator("body:not(:has([data-follow])) > footer")).to_be_visible()
    page.wait_for_load_state("load")


def widened(page: Page, width: int, height: int = 800) -> None:
    """Give a page another size, and wait until it has it."""
    page.set_viewport_size({"width": width, "height": height})
    page.wait_for_function("wanted => window.innerWidth === wanted", arg=width)


def violations(page: Page, axe_source: str) -> list[object]:
    """What axe finds wrong with a page as it is shown, with everything that folds opened."""
    page.evaluate("document.querySelectorAll('details').forEach(d => { d.open = true })")
    page.evaluate(axe_source)
    options = json.dumps({"runOnly": RULES, "resultTypes": ["violations"]})
    found = page.evaluate(f"axe.run(document, {options}).then(found => found.violations)")
    return [(v["id"], [node["html"][:300] for node in v["nodes"][:3]]) for v in found]


def faults(page: Page, addresses: Mapping[str, str], axe_source: str, picture: str) -> dict[str, object]:
    """Look at each address: what axe finds, whether it scrolls sideways, and what the browser complains of."""
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    wrong: dict[str, object] = {}
    for name, address in addresses.items():
        response = page.goto(address)
        assert response is not None
        assert response.status == 200, address
        if SHOTS:
            page.screenshot(path=f"{SHOTS}/{picture}-{name}.png", full_page=True)
        found = violations(page, axe_source)
        if page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"):
            found.append("scrolls sideways")
        if said:
            found.append(list(said))
            said.clear()
        if found:
            wrong[name] = found
    return wrong
