"""What tests in Chromium share: a browser, a page in which somebody is logged in, and what axe finds wrong."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

__all__ = ["chromium", "page_as", "violations"]

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


@pytest.fixture
def chromium(chromium_path: str, monkeypatch) -> Iterator[Browser]:
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")  # Playwright's loop runs beside the test's own questions
    with sync_playwright() as playwright:
        made = playwright.chromium.launch(executable_path=chromium_path, args=["--no-sandbox"])
        yield made
        made.close()


@pytest.fixture
def page_as(chromium, live_server, client_as) -> Callable[..., Page]:
    """A page in which a person is logged in; nobody, where none is given."""

    def make(user=None, **options) -> Page:
        context = chromium.new_context(base_url=live_server.url, **options)
        if user is not None:
            session = client_as(user).cookies["sessionid"].value
            context.add_cookies([{"name": "sessionid", "value": session, "url": live_server.url}])
        return context.new_page()

    return make


def violations(page: Page, axe_source: str) -> list[object]:
    """What axe finds wrong with a page as it is shown, with everything that folds opened."""
    page.evaluate("document.querySelectorAll('details').forEach(d => { d.open = true })")
    page.evaluate(axe_source)
    options = json.dumps({"runOnly": RULES, "resultTypes": ["violations"]})
    found = page.evaluate(f"axe.run(document, {options}).then(found => found.violations)")
    return [(v["id"], [node["html"][:300] for node in v["nodes"][:3]]) for v in found]
