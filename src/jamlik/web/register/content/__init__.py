"""What the register begins with: laws, conventions and national goals, and sets of themes to start from."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

__all__ = ["LawFacts", "SetTemplate", "laws", "templates"]

Texts = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class LawFacts:
    """One law as it is shipped; `checked` says that its facts were looked up at `source`."""

    code: str
    number: str
    kind: str
    name: Texts
    summary: Texts
    applies: str
    source: str
    checked: bool


@dataclass(frozen=True, slots=True)
class SetTemplate:
    """One set of themes as it is shipped; `themes` are names in three languages, in order."""

    key: str
    name: Texts
    about: Texts
    source: str
    themes: tuple[Texts, ...]


def _parsed(name: str) -> dict[str, list[dict[str, Any]]]:
    return tomllib.loads(resources.files(__name__).joinpath(name).read_text("utf-8"))


@cache
def laws() -> tuple[LawFacts, ...]:
    """All laws that come with the program."""
    return tuple(LawFacts(**row) for row in _parsed("laws.toml")["law"])


@cache
def templates() -> Mapping[str, SetTemplate]:
    """All sets of themes that come with the program, by key."""
    found: dict[str, SetTemplate] = {}
    for row in tomllib.loads(resources.files(__name__).joinpath("themes.toml").read_text("utf-8"))["set"]:
        themes = tuple(theme["name"] for theme in row["theme"])
        found[row["key"]] = SetTemplate(row["key"], row["name"], row["about"], row["source"], themes)
    return found
