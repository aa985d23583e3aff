"""The room's texts as a page shows them, in the language of the page."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from jamlik.handbook.blocks import Block
from jamlik.handbook.method import UNREVIEWED, Chapter, chapters, for_step
from jamlik.handbook.questions import text_of
from jamlik.web.core.texts import language
from jamlik.web.learning.queries import laws_by_code

__all__ = ["ShownBlock", "ShownChapter", "beside", "blocks_of", "chapters_of", "chapters_with", "is_unreviewed", "text"]


@dataclass(frozen=True, slots=True)
class ShownBlock:
    """A block; `law` is the key of the law it cites, where the register has it."""

    kind: str
    text: str
    items: tuple[str, ...] = ()
    name: str = ""
    law: int | None = None


@dataclass(frozen=True, slots=True)
class ShownChapter:
    """A chapter."""

    key: str
    title: str
    summary: str
    minutes: int
    blocks: tuple[ShownBlock, ...]


def text(texts: Mapping[str, str]) -> str:
    """One of the room's texts."""
    return text_of(texts, language())


def is_unreviewed() -> bool:
    """Whether no native speaker has reviewed the texts in the page's language."""
    return language() in UNREVIEWED


def blocks_of(blocks: Iterable[Block], laws: Mapping[str, int]) -> tuple[ShownBlock, ...]:
    """Blocks, with the laws they cite: code → key in the register."""
    return tuple(
        ShownBlock(each.kind, text(each.text), tuple(map(text, each.items)), text(each.name), laws.get(each.law))
        for each in blocks
    )


def chapters_of(chapters: Iterable[Chapter]) -> list[ShownChapter]:
    """Chapters with their text: one question to the database, and none where no law is cited."""
    listed = list(chapters)
    laws = laws_by_code({block.law for each in listed for block in each.blocks if block.law})
    return [
        ShownChapter(each.key, text(each.title), text(each.summary), each.minutes, blocks_of(each.blocks, laws))
        for each in listed
    ]


def beside(set_id: str, step_id: str) -> list[ShownChapter]:
    """The chapters to read beside a step of a form."""
    return chapters_of(for_step(set_id, step_id))


def chapters_with(words: Iterable[str]) -> list[tuple[str, str]]:
    """Key and title of the chapters that hold every word, in the language of the page."""
    wanted = [word.casefold() for word in words]
    found = []
    for each in chapters():
        told = [text(part) for block in each.blocks for part in block.texts]
        whole = " ".join([text(each.title), text(each.summary), *told]).casefold()
        if all(word in whole for word in wanted):
            found.append((each.key, text(each.title)))
    return found
