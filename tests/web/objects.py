"""What the walk over every URL opens: each app says how to make its objects and which URLs are about them.

An app lists its kinds in `tests/web/<app>/objects.py`::

    KINDS = [Kind("plans.action", make=made_action, urls=("plans:action", "plans:change_action"))]

`make` is given the unit that the object is to belong to, and makes it there without asking for permission. A URL
without arguments needs no entry.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import Any

from jamlik.web.organisation.models import Unit

__all__ = ["Kind", "every_kind", "kinds_by_url"]


def _by_key(made: Any) -> dict[str, object]:
    return {"pk": made.pk}


@dataclass(frozen=True)
class Kind:
    """A kind of object and the URLs about one.

    Parameters
    ----------
    make : callable
        Makes one that belongs to the unit given.
    urls : tuple of str
        Names of URLs, with their namespace.
    kwargs : callable
        Arguments of those URLs for one object; its key as `pk` unless told otherwise.
    scoped : bool
        Whether a person whose role lies in another committee is to get 404. False for what all of the municipality may
        see; say why in `why_open`.
    from_top : bool
        Whether it takes a role for the whole municipality.
    whole_committee : bool
        Whether it belongs to the committee rather than to one unit, so that the unit beside may see it.
    """

    name: str
    make: Callable[[Unit], Any]
    urls: tuple[str, ...]
    kwargs: Callable[[Any], Mapping[str, object]] = field(default=_by_key)
    scoped: bool = True
    why_open: str = ""
    from_top: bool = False
    whole_committee: bool = False

    def __post_init__(self) -> None:
        if not self.scoped and not self.why_open:
            raise ValueError(f"{self.name}: say why it is open outside its scope")


def every_kind() -> list[Kind]:
    """The kinds of every app."""
    folders = sorted(Path(__file__).parent.glob("*/objects.py"))
    return [kind for path in folders for kind in import_module(f"tests.web.{path.parent.name}.objects").KINDS]


def kinds_by_url() -> dict[str, Kind]:
    """Which kind each URL is about."""
    found: dict[str, Kind] = {}
    for kind in every_kind():
        for url in kind.urls:
            assert url not in found, f"{url} is listed by {found[url].name} and by {kind.name}"
            found[url] = kind
    return found
