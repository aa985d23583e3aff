"""A browser for the tests of a module, and pages in it in which somebody is logged in."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page

from tests.support.chromium import launched, new_page


@pytest.fixture(scope="module")
def chromium(chromium_path: str) -> Iterator[Browser]:
    with pytest.MonkeyPatch.context() as patch, launched(chromium_path) as browser:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")  # Playwright's loop runs beside the test's own questions
        yield browser


@pytest.fixture
def page_as(chromium, live_server, client_as) -> Iterator[Callable[..., Page]]:
    """A page in which a person is logged in; nobody, where none is given."""
    made: list[Page] = []

    def make(user=None, *, width: int = 1280, scheme: str = "light", scripts: bool = True) -> Page:
        cookie = None
        if user is not None:
            session = client_as(user).cookies["sessionid"].value
            cookie = {"name": "sessionid", "value": session, "url": live_server.url}
        page = new_page(
            chromium,
            cookie=cookie,
            base_url=live_server.url,
            viewport={"width": width, "height": 900},
            color_scheme=scheme,
            java_script_enabled=scripts,
        )
        made.append(page)
        return page

    yield make
    for page in made:  # before the tables are emptied: no page may ask for anything then
        page.context.close()
