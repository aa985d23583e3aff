"""The texts that charts, reports and the command line share, in Swedish, English and Finnish; and numbers as text.

Every `*.toml` in this package is a section named after the file. A text may be written in either of two ways, mixed
freely, at any depth of tables::

    title = { sv = "Källa", en = "Source", fi = "Lähde" }   # key sources.title in sources.toml

    [sv.map]                                                # key sources.map.legend
    legend = "Andel i procent"

Swedish is complete; a text that another language lacks falls back to it, and a test names every such text.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from importlib import resources
from math import isfinite
from string import Formatter
from types import MappingProxyType

__all__ = [
    "FALLBACK",
    "LANGUAGES",
    "MINUS",
    "NBSP",
    "collected",
    "counted",
    "decimals_for",
    "format_number",
    "format_percent",
    "format_signed",
    "has_phrase",
    "inside",
    "joined",
    "mismatched_values",
    "missing_translations",
    "phrase",
    "published",
    "words",
]

LANGUAGES = ("sv", "en", "fi")
FALLBACK = "sv"
NBSP = "\u00a0"
MINUS = "\u2212"

_DECIMAL_MARK = {"sv": ",", "en": ".", "fi": ","}
_THOUSANDS = {"sv": NBSP, "en": ",", "fi": NBSP}
_BEFORE_PERCENT = {"sv": NBSP, "en": "", "fi": NBSP}


def _is_text(value: object) -> bool:
    return (
        isinstance(value, Mapping)
        and bool(value)
        and all(lang in LANGUAGES and isinstance(text, str) for lang, text in value.items())
    )


def _texts(table: Mapping[str, object], path: tuple[str, ...], lang: str = "") -> Iterator[tuple[str, str, str]]:
    """Yield (key, language, text) for everything under a table; `lang` is set inside `[sv…]`, `[en…]`, `[fi…]`."""
    for name, value in table.items():
        here = (*path, name)
        if isinstance(value, str):
            if not lang:
                raise ValueError(f"{'.'.join(here)}: the text belongs to no language")
            yield ".".join(here), lang, value
        elif not isinstance(value, Mapping):
            raise ValueError(f"{'.'.join(here)}: a text or a table was expected, not {type(value).__name__}")
        elif not lang and _is_text(value):
            for each, text in value.items():
                yield ".".join(here), each, str(text)
        elif not lang and name in LANGUAGES:
            yield from _texts(value, path, name)
        else:
            yield from _texts(value, here, lang)


def collected(sections: Mapping[str, Mapping[str, object]]) -> dict[str, dict[str, str]]:
    """Every text of some parsed files, by section: key → language → text."""
    found: dict[str, dict[str, str]] = {}
    for section, table in sections.items():
        for key, lang, text in _texts(table, (section,)):
            if lang in found.setdefault(key, {}):
                raise ValueError(f"{key} is written twice in {lang}")
            found[key][lang] = text
    return found


@cache
def _all() -> Mapping[str, Mapping[str, str]]:
    files = sorted((f for f in resources.files(__name__).iterdir() if f.name.endswith(".toml")), key=lambda f: f.name)
    return collected({file.name.removesuffix(".toml"): tomllib.loads(file.read_text("utf-8")) for file in files})


def _checked(lang: str) -> str:
    if lang not in LANGUAGES:
        raise ValueError(f"no texts in {lang!r}; there are {', '.join(LANGUAGES)}")
    return lang


@cache
def words(lang: str, section: str) -> Mapping[str, str]:
    """All texts under a section, by the rest of their key; Swedish where `lang` has none.

    Parameters
    ----------
    lang : str
        `sv`, `en` or `fi`.
    section : str
        A file's name without `.toml`, or a table in it: `charts`, `charts.dots`.

    Raises
    ------
    KeyError
        When there is no such section.
    ValueError
        When there are no texts in that language.
    """
    start = f"{section}."
    found = {
        key.removeprefix(start): texts.get(_checked(lang), texts.get(FALLBACK, ""))
        for key, texts in _all().items()
        if key.startswith(start)
    }
    if not found:
        raise KeyError(f"no texts under {section}")
    return MappingProxyType(found)


def phrase(lang: str, key: str, **values: object) -> str:
    """One text with its `{named}` values filled in: ``phrase("sv", "charts.source", source="Kolada")``.

    Raises
    ------
    KeyError
        When there is no such text, or a value it needs is not given.
    """
    texts = _all().get(key)
    if texts is None:
        raise KeyError(f"no text called {key}")
    return texts.get(_checked(lang), texts.get(FALLBACK, "")).format(**values)


def has_phrase(key: str) -> bool:
    """Whether there is such a text."""
    return key in _all()


def counted(lang: str, key: str, n: int, **values: object) -> str:
    """The text `key.one` when `n` is 1, else `key.other`; `{n}` is filled in with the language's thousands mark."""
    return phrase(lang, f"{key}.{'one' if n == 1 else 'other'}", n=format_number(n, 0, lang), **values)


def joined(lang: str, parts: list[str] | tuple[str, ...]) -> str:
    """A list as a person writes it: `a`, `a och b`, `a, b och c`."""
    if len(parts) < 2:
        return "".join(parts)
    last = {"sv": "och", "en": "and", "fi": "ja"}[_checked(lang)]
    return f"{', '.join(parts[:-1])} {last} {parts[-1]}"


def inside(text: str) -> str:
    """A label as it is written inside a sentence: small first letter, but `DeSO` and `SFI` stay as they are."""
    return text[:1].lower() + text[1:] if text[1:2].islower() or text[1:2] in ("", " ") else text


def missing_translations() -> tuple[str, ...]:
    """Every text that lacks a language, as `key: lang`."""
    return tuple(f"{key}: {lang}" for key, texts in _all().items() for lang in LANGUAGES if not texts.get(lang))


def mismatched_values() -> tuple[str, ...]:
    """Every text whose languages do not name the same `{values}`."""

    def names(text: str) -> frozenset[str]:
        return frozenset(name for _, name, _, _ in Formatter().parse(text) if name is not None)

    return tuple(key for key, texts in _all().items() if len({names(text) for text in texts.values()}) > 1)


def published(value: float, decimals: int) -> float:
    """The value rounded half away from zero, as it is printed; never −0.

    Raises
    ------
    ValueError
        For NaN or infinity, which have no place in a published text.
    """
    if not isfinite(value):
        raise ValueError("NaN or infinity cannot be published")
    return float(Decimal(repr(float(value))).quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)) + 0.0


def decimals_for(largest: float, unit: str = "") -> int:
    """How many decimals a column of numbers is printed with, from its largest absolute value.

    Percentages have one. Other units: none from 100, one from 10, two below 10, three below 0.1.
    """
    if unit == "%":
        return 1
    size = abs(largest)
    return 0 if size >= 100 else 1 if size >= 10 else 2 if size >= 0.1 or size == 0 else 3


def format_number(value: float, decimals: int = 0, lang: str = "sv") -> str:
    """A number as the language writes it: `−1 234,5` (no-break space), `−1,234.5`.

    Rounded half away from zero. A number that rounds to zero has no minus.

    Raises
    ------
    ValueError
        For NaN or infinity, or a language there is none of.
    """
    rounded = published(value, decimals)
    whole, _, fraction = f"{Decimal(repr(abs(rounded))):.{max(decimals, 0)}f}".partition(".")
    _checked(lang)
    text = f"{int(whole):,}".replace(",", _THOUSANDS[lang])
    if fraction:
        text += _DECIMAL_MARK[lang] + fraction
    return MINUS + text if rounded < 0 else text


def format_signed(value: float, decimals: int = 0, lang: str = "sv") -> str:
    """A difference: always with its sign, except zero."""
    text = format_number(value, decimals, lang)
    return f"+{text}" if published(value, decimals) > 0 else text


def format_percent(value: float, decimals: int = 1, lang: str = "sv") -> str:
    """A percentage given as 0 to 100, with its sign as the language sets it: `12,5 %`, `12.5%`."""
    return f"{format_number(value, decimals, lang)}{_BEFORE_PERCENT[_checked(lang)]}%"
