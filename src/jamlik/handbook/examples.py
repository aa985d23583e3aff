"""The examples that a library of good examples begins with. All are invented, and each says so."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources

from jamlik.handbook.blocks import Table, read_file, whole_text, wrong
from jamlik.handbook.library import newest
from jamlik.handbook.questions import Kind, Texts

__all__ = ["GoodExample", "GoodExamples", "good_examples", "grounds", "read_examples"]

_FILE = "examples.toml"


@dataclass(frozen=True, slots=True)
class GoodExample:
    """What a unit saw, what it did and what came of it.

    Parameters
    ----------
    key : str
        Its name for ever; tells a site which of them it has taken in already.
    grounds : tuple of str
        Ids of the grounds of discrimination it concerns, as in `grounds`.
    """

    key: str
    title: Texts
    service: Texts
    goal: Texts
    grounds: tuple[str, ...]
    seen: Texts
    done: Texts
    result: Texts


@dataclass(frozen=True, slots=True)
class GoodExamples:
    """The examples, and the note that each of them is shown with: that it is invented."""

    note: Texts
    examples: tuple[GoodExample, ...]


def grounds() -> Mapping[str, Texts]:
    """The seven grounds of discrimination by id, called what the equality analysis calls them."""
    parts = newest("equality").by_id["q07_grounds"].parts
    return {part.id: part.texts for part in parts if part.kind is Kind.CHOICE}


@cache
def good_examples() -> GoodExamples:
    """The examples that ship."""
    return read_examples(resources.files("jamlik.handbook").joinpath(_FILE).read_text("utf-8"), file=_FILE)


def read_examples(text: str, *, file: str) -> GoodExamples:
    """Examples from their TOML.

    Raises
    ------
    JamlikError
        `handbook_unreadable` or `handbook_wrong`: no TOML, a text or a language missing, a ground that is none of the
        seven, or two examples of one key.
    """
    made = read_file(text, file=file, made=_examples)
    keys = [each.key for each in made.examples]
    for each in made.examples:
        if keys.count(each.key) > 1:
            raise wrong(file, each.key, "twice")
        for ground in each.grounds:
            if ground not in grounds():
                raise wrong(file, f"{each.key}: {ground}", "unknown")
    return made


def _examples(table: Table) -> GoodExamples:
    return GoodExamples(whole_text(table["note"]), tuple(_example(each) for each in table["examples"]))


def _example(table: Table) -> GoodExample:
    return GoodExample(
        key=str(table["key"]),
        title=whole_text(table["title"]),
        service=whole_text(table["service"]),
        goal=whole_text(table["goal"]),
        grounds=tuple(table["grounds"]),
        seen=whole_text(table["seen"]),
        done=whole_text(table["done"]),
        result=whole_text(table["result"]),
    )
