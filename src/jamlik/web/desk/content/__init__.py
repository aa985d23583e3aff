"""Ekby kommun's organisation, people, documents, goals and a year of work, as text to read in. Nothing here is real."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib import resources
from typing import Any

__all__ = ["ekby"]


@cache
def ekby() -> dict[str, Any]:
    """Everything that is said of Ekby."""
    return tomllib.loads(resources.files(__name__).joinpath("ekby.toml").read_text("utf-8"))
