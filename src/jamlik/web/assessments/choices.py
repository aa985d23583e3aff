"""The answers a difference may be given, and what each asks for: read from `content/choices.toml`."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib import resources
from types import MappingProxyType
from typing import Any

from django.utils.translation import get_language

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


@cache
def _content() -> Mapping[str, Any]:
    path = resources.files("jamlik.web.assessments").joinpath("content/choices.toml")
    return MappingProxyType(tomllib.loads(path.read_text("utf-8")))


def choice_ids(name: str) -> tuple[str, ...]:
    """Ids of a set, in the order they are shown."""
    return tuple(_content()[name])


def choice_label(name: str, choice: str, lang: str = "") -> str:
    """An answer's text; empty for no answer, Swedish where a language lacks it."""
    if not choice:
        return ""
    texts = _content()[name][choice]
    return str(texts.get(lang or _language()) or texts[FALLBACK])


def labelled(name: str) -> list[tuple[str, str]]:
    """(id, text) of a set in the reader's language."""
    return [(choice, choice_label(name, choice)) for choice in choice_ids(name)]


def needs(kind: str, choice: str) -> tuple[str, ...]:
    """Fields that an answer asks for: `kind` is `verdict`, `response` or `reason_kind`."""
    return tuple(_content()["needs"][kind].get(choice, ()))


def _language() -> str:
    return (get_language() or FALLBACK)[:2]
