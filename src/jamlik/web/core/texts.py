"""Texts of the site by key, in the language of the page.

Every app keeps its texts in its `words.toml`; the file is a section named after the app, in the format of
`jamlik.model.words`. A key that no app has is looked up among the texts that charts, reports and commands share.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from decimal import Decimal
from functools import cache
from pathlib import Path

from django.apps import apps
from django.utils.functional import lazy
from django.utils.translation import get_language

from jamlik.model.words import FALLBACK, LANGUAGES, collected, format_number, phrase

__all__ = ["all_texts", "has_text", "language", "later", "say", "say_in", "written_number"]


def language() -> str:
    """The language of the page being made: sv, en or fi."""
    code = (get_language() or FALLBACK)[:2]
    return code if code in LANGUAGES else FALLBACK


@cache
def all_texts() -> Mapping[str, Mapping[str, str]]:
    """Every text of the apps: key → language → text."""
    sections: dict[str, Mapping[str, object]] = {}
    for app in apps.get_app_configs():
        file = Path(app.path) / "words.toml"
        if app.name.startswith("jamlik.web.") and file.is_file():
            sections[app.label] = tomllib.loads(file.read_text("utf-8"))
    return collected(sections)


def has_text(key: str) -> bool:
    """Whether some app has a text of this key."""
    return key in all_texts() or f"{key}.other" in all_texts()


def say_in(lang: str, key: str, **values: object) -> str:
    """The text in one language. With `n`, `key.one` or `key.other` is taken where the key itself is no text.

    Raises
    ------
    KeyError
        When there is no such text, or a value it needs is not given.
    """
    texts = all_texts()
    n = values.get("n")
    if key not in texts and isinstance(n, int) and f"{key}.other" in texts:
        key = f"{key}.{'one' if n == 1 else 'other'}"
        values = {**values, "n": format_number(n, 0, lang)}
    if key not in texts:
        return phrase(lang, key, **values)
    found = texts[key]
    return found.get(lang, found.get(FALLBACK, "")).format(**{name: _plain(value) for name, value in values.items()})


def _plain(value: object) -> object:
    return value if isinstance(value, int | float | str) else str(value)


def say(key: str, **values: object) -> str:
    """The text in the language of the page: ``say("desk.waiting", n=3)``."""
    return say_in(language(), key, **values)


def written_number(value: float | Decimal, decimals: int | None = None) -> str:
    """A number with the marks of the page's language; with as many decimals as it needs."""
    if decimals is None:
        exact = Decimal(str(value)).normalize()
        decimals = max(-int(exact.as_tuple().exponent), 0)
    return format_number(float(value), min(decimals, 6), language())


later = lazy(say, str)
