"""How a site can begin: ways that apps above offer on the first page (the demo municipality, one's own figures)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from django.utils.module_loading import import_string

from jamlik.web.core.people import User

__all__ = ["Beginning", "Demo", "Tell", "add", "beginnings", "demo_of", "offer_demo"]

Tell = Callable[[str, float], None]


@dataclass(frozen=True)
class Demo:
    """The demo municipality: how it is loaded, and links (who → path) that let its people in, made anew each time."""

    load: Callable[[User, Tell], None]
    links: Callable[[User], Mapping[str, str]]


@dataclass(frozen=True)
class Beginning:
    """A way to begin: keys of its texts, the name of its address, and its place (low first)."""

    title: str
    text: str
    url: str
    order: int


_beginnings: dict[str, Beginning] = {}
_demo: list[tuple[str, str]] = []


def add(*, title: str, text: str, url: str, order: int) -> None:
    """Offer a way to begin; the page at `url` asks for it. Called in an app's `hooks.py`."""
    _beginnings[url] = Beginning(title, text, url, order)


def beginnings() -> list[Beginning]:
    """Every way to begin, in order."""
    return sorted(_beginnings.values(), key=lambda one: one.order)


def offer_demo(*, load: str, links: str) -> None:
    """Tell where the functions are that load the demo municipality and let people in; imported only when needed."""
    _demo[:] = [(load, links)]


def demo_of() -> Demo | None:
    """The demo municipality; None where no app has one."""
    return Demo(*map(import_string, _demo[0])) if _demo else None
