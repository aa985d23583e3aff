"""Two ways to use a page: with a mouse, and with the keyboard alone. Both see what they do, as a person does.

Each thing that leads to another page has come to that page when it returns.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from playwright.sync_api import Locator, Page, expect

from tests.support.chromium import follow_link, next_page, press_button, settled, violations

__all__ = ["Keys", "Mouse", "Watch"]

MOST_TABS = 150
# A date's parts are focused inside the control, where the browser itself shows which one.
FOCUS_SHOWS = """(() => {
  const e = document.activeElement, s = getComputedStyle(e);
  return e.type === "date" || (s.outlineStyle !== "none" && parseFloat(s.outlineWidth) >= 2);
})()"""


class Watch:
    """Runs axe once on every kind of page that is visited, in light and dark, and keeps what it finds."""

    def __init__(self, axe_source: str) -> None:
        self.axe_source = axe_source
        self.seen: set[str] = set()
        self.wrong: dict[str, object] = {}

    def look(self, page: Page) -> None:
        kind = re.sub(r"\d+", "n", page.url.partition("?")[0].split("/", 3)[-1]) + page.locator("h1").first.inner_text()
        if kind in self.seen:
            return
        self.seen.add(kind)
        found = violations(page, self.axe_source)
        page.emulate_media(color_scheme="dark")
        found += page.evaluate(
            "axe.run(document, {runOnly: {type: 'rule', values: ['color-contrast']}, resultTypes: ['violations']})"
            ".then(found => found.violations.map(v => [v.id, v.nodes.slice(0, 3).map(n => n.html.slice(0, 200))]))"
        )
        page.emulate_media(color_scheme="light")
        if found or page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            self.wrong[kind] = found or "scrolls sideways"


class Mouse:
    """Clicks and fills in."""

    def __init__(self, page: Page, watch: Watch | None = None) -> None:
        self.page, self.watch = page, watch

    def open(self, url: str) -> None:
        self.page.goto(url)
        self._look()

    def wait(self) -> None:
        """Wait as the page itself does while it follows background work, which must have ended."""
        settled(self.page)
        self._look()

    def _look(self) -> None:
        assert "Något gick fel" not in self.page.locator("h1").first.inner_text(), self.page.url
        if self.watch is not None:
            self.watch.look(self.page)

    @property
    def main(self) -> Locator:
        return self.page.locator("main")

    def sees(self, text: str) -> None:
        """The page shows a text."""
        expect(self.main).to_contain_text(text, use_inner_text=True)

    def stands_at(self, heading: str) -> None:
        """The page has a heading."""
        expect(self.page.locator("h1").first).to_have_text(heading)

    def follow(self, name: str) -> None:
        follow_link(self.main, name)
        self._look()

    def press(self, name: str) -> None:
        press_button(self.main, name)
        self._look()

    def write(self, name: str, text: str) -> None:
        self.page.locator(f"main [name={name}]").fill(text)

    def choose(self, name: str, value: str = "") -> None:
        self._one(name, value).check()

    def select(self, name: str, label: str) -> None:
        self.page.locator(f"main select[name={name}]").select_option(label=self._option(name, label))

    def hand_in(self, name: str, file: dict[str, Any]) -> None:
        self.page.locator(f"main [name={name}]").set_input_files(file)  # type: ignore[arg-type]

    def _one(self, name: str, value: str) -> Any:
        chosen = f'[value="{value}"]' if value else ""
        return self.page.locator(f"main [name={name}]{chosen}").first

    def _option(self, name: str, label: str) -> str:
        options = self.page.locator(f"main select[name={name}] option").all_inner_texts()
        return next(option for option in options if label in option)


class Keys(Mouse):
    """The same with Tab, Enter, Space, arrows and letters. Nothing is clicked, and focus is always to be seen."""

    def follow(self, name: str) -> None:
        self._tab_to(lambda: self._named("A", name))
        self._enter()

    def press(self, name: str) -> None:
        self._tab_to(lambda: self._named("BUTTON", name))
        self._enter()

    def write(self, name: str, text: str) -> None:
        self._tab_to(lambda: self._field(name))
        if self._kind() == "date":
            year, month, day = text.split("-")
            self.page.keyboard.type(f"{month}{day}{year}")  # in the order of this browser's own language
            return
        self.page.keyboard.press("Control+a")
        self.page.keyboard.type(text)

    def choose(self, name: str, value: str = "") -> None:
        self._tab_to(lambda: self._field(name))
        if self._kind() == "radio":
            self.page.keyboard.press("Space")
            for _ in range(12):
                if not value or self._value() == value:
                    return
                self.page.keyboard.press("ArrowDown")
            raise AssertionError(f"no choice {value} of {name}")
        self._tab_to(lambda: self._field(name) and (not value or self._value() == value))
        self.page.keyboard.press("Space")

    def select(self, name: str, label: str) -> None:
        self._tab_to(lambda: self._field(name))
        wanted = self._option(name, label)
        for _ in range(30):
            if self.page.evaluate("document.activeElement.selectedOptions[0].innerText") == wanted:
                return
            self.page.keyboard.press("ArrowDown")
        raise AssertionError(f"no option {label} of {name}")

    def hand_in(self, name: str, file: dict[str, Any]) -> None:
        self._tab_to(lambda: self._field(name))  # the window in which a file is chosen is the system's own
        super().hand_in(name, file)

    def _enter(self) -> None:
        with next_page(self.page):
            self.page.keyboard.press("Enter")
        self._look()

    def _tab_to(self, there: Callable[[], bool]) -> None:
        passed = []
        for _ in range(MOST_TABS):
            if there():
                assert self.page.evaluate(FOCUS_SHOWS), f"focus is not to be seen on {self.page.url}"
                return
            passed.append(self.page.evaluate("document.activeElement.outerHTML.slice(0, 60)"))
            self.page.keyboard.press("Tab")
        raise AssertionError(f"Tab does not lead there on {self.page.url}, only to {passed[:30]}")

    def _ask(self, what: str) -> Any:
        return self.page.evaluate(f"document.activeElement.{what}")

    def _named(self, tag: str, name: str) -> bool:
        if not self.page.evaluate("!!document.activeElement.closest('main')"):
            return False
        return bool(self._ask("tagName") == tag) and name in " ".join(str(self._ask("textContent")).split())

    def _field(self, name: str) -> bool:
        inside = self.page.evaluate("!!document.activeElement.closest('main')")
        return bool(inside) and self._ask("getAttribute('name')") == name

    def _kind(self) -> str:
        return str(self._ask("type"))

    def _value(self) -> str:
        return str(self._ask("value"))
