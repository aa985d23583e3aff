"""The answers a difference may be given, and what each asks for.

The handbook's questions hold those that are asked there too; `content/choices.toml` holds the rest.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib import resources
from types import MappingProxyType
from typing import Any

from django.utils.translation import get_language

from jamlik.handbook import newest
from jamlik.model.words import FALLBACK

__all__ = ["CHOICE_SETS", "choice_ids", "choice_label", "labelled", "needs"]

CHOICE_SETS = (
    "verdict",
    "verdict_hint",
    "reason_kind",
    "control",
    "response",
    "cause_kind",
    "outcome",
)


_ASKED_IN_THE_HANDBOOK = frozenset({"verdict", "reason_kind", "control", "cause_kind", "outcome"})


@cache
def _content() -> Mapping[str, Any]:
    path = resources.files("jamlik.web.assessments").joinpath("content/choices.toml")
    return MappingProxyType(tomllib.loads(path.read_text("utf-8")))


@cache
def _set(name: str) -> Mapping[str, Mapping[str, str]]:
    """A set's answers by id, each with its texts."""
    if name in _ASKED_IN_THE_HANDBOOK:
        return MappingProxyType({each.id: each.texts for each in newest("equality").choices[name]})
    return MappingProxyType(_content()[name])


def choice_ids(name: str) -> tuple[str, ...]:
    """Ids of a set, in the order they are shown."""
    return tuple(_set(name))


def choice_label(name: str, choice: str, lang: str = "") -> str:
    """An answer's text; empty for no answer, Swedish where a language lacks it."""
    if not choice:
        return ""
    texts = _set(name)[choice]
    return str(texts.get(lang or _language()) or texts[FALLBACK])


def labelled(name: str) -> list[tuple[str, str]]:
    """(id, text) of a set in the reader's language."""
    return [(choice, choice_label(name, choice)) for choice in choice_ids(name)]


def needs(kind: str, choice: str) -> tuple[str, ...]:
    """Fields that an answer asks for: `kind` is `verdict`, `response` or `reason_kind`."""
    return tuple(_content()["needs"][kind].get(choice, ()))


def _language() -> str:
    return (get_language() or FALLBACK)[:2]
