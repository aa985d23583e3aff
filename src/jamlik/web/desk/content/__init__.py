"""Ekby kommun: organisation, people, documents, goals, a year of work, analyses; text to read in. Nothing is real."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib import resources
from typing import Any

__all__ = ["ekby"]

FILES = ("ekby.toml", "analyses.toml")


@cache
def ekby() -> dict[str, Any]:
    """Everything that is said of Ekby."""
    return {name: said for file in FILES for name, said in tomllib.loads(_text(file)).items()}


def _text(file: str) -> str:
    return resources.files(__name__).joinpath(file).read_text("utf-8")
