"""Trees to begin from: what a municipality usually looks like, to be renamed and added to.

Names of committees are Swedish in every language: they become the municipality's own.
"""

from __future__ import annotations

import tomllib
from functools import cache
from importlib import resources
from typing import Any

__all__ = ["starting_tree", "starting_trees"]


@cache
def _trees() -> dict[str, dict[str, Any]]:
    return tomllib.loads(resources.files(__name__).joinpath("trees.toml").read_text("utf-8"))


def starting_trees(language: str) -> list[tuple[str, str, str, int]]:
    """Key, name, description and number of units of each tree."""
    return [
        (key, tree["name"][language], tree["about"][language], len(tree["units"])) for key, tree in _trees().items()
    ]


def starting_tree(key: str) -> tuple[str, list[dict[str, object]]] | None:
    """Name and rows of a tree, in the form of a list that was read; None for a key that is none."""
    tree = _trees().get(key)
    if tree is None:
        return None
    rows: list[dict[str, object]] = [
        {"row": number, "code": code, "name": name, "kind": kind, "parent": parent}
        for number, (code, kind, parent, name) in enumerate(tree["units"], start=1)
    ]
    return str(tree["name"]["sv"]), rows
