"""What a chapter or a course module is made of: paragraphs, headings, lists, examples, laws, things to think about."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, TypeVar

from jamlik.handbook.questions import Texts
from jamlik.handbook.reading import texts
from jamlik.model.errors import JamlikError, Place
from jamlik.model.words import FALLBACK, LANGUAGES

__all__ = ["Block", "BlockKind", "Table", "minutes_for", "read_blocks", "read_file", "whole_text", "wrong"]

Table = Mapping[str, Any]
T = TypeVar("T")
_WORDS_A_MINUTE = 150


class BlockKind(StrEnum):
    """What sort of block it is."""

    PARAGRAPH = "paragraph"
    HEADING = "heading"
    LIST = "list"
    EXAMPLE = "example"
    LAW = "law"
    THINK = "think"

    @property
    def has_items(self) -> bool:
        """Whether it is a row of short texts, with or without one before them."""
        return self in (BlockKind.LIST, BlockKind.THINK)


@dataclass(frozen=True, slots=True)
class Block:
    """One block of text.

    Parameters
    ----------
    text : Texts
        What it says; empty for a list or questions that need nothing before them.
    items : tuple of Texts
        For a list, and for what to think about.
    law : str
        For a law: its code in the register of laws (`DL`).
    name : Texts
        For a law: how it is cited, with its number.
    finding : str
        For an example whose figures are Ekby's: the service and the question, `forskola/d5201067e845b685`.
    """

    kind: BlockKind
    text: Texts = field(default_factory=dict)
    items: tuple[Texts, ...] = ()
    law: str = ""
    name: Texts = field(default_factory=dict)
    finding: str = ""

    @property
    def texts(self) -> tuple[Texts, ...]:
        """Every text in it, in the order it is read."""
        return tuple(each for each in (self.name, self.text, *self.items) if each)


def wrong(file: str, where: str, why: str) -> JamlikError:
    """The error of a text that does not hold together."""
    return JamlikError("handbook_wrong", where=Place(file, column=where), why=why)


def read_file(text: str, *, file: str, made: Callable[[Table], T]) -> T:
    """What `made` makes of a TOML file; what it lacks or cannot take is told with file and place.

    Raises
    ------
    JamlikError
        `handbook_unreadable` where it is no TOML, `handbook_wrong` where `made` finds no such key or value.
    """
    try:
        return made(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise JamlikError("handbook_unreadable", where=Place(file), detail=str(error)) from error
    except KeyError as error:
        raise wrong(file, str(error.args[0]), "missing") from error
    except (TypeError, ValueError) as error:
        raise wrong(file, str(error), "unknown") from error


def whole_text(table: Table) -> Texts:
    """A text in all three languages, from a table that may hold other things too.

    Raises
    ------
    KeyError
        Where a language is missing: nothing falls back on Swedish here, since whole pages are read.
    """
    found = texts({lang: table[lang] for lang in LANGUAGES if lang in table})
    for lang in LANGUAGES:
        if not found.get(lang):
            raise KeyError(f"{lang}: {found.get(FALLBACK, '')[:40]}")
    return found


def read_blocks(listed: Sequence[Table]) -> tuple[Block, ...]:
    """Blocks from their tables, in three languages each.

    Raises
    ------
    KeyError
        Where a text, a language or the law of a law block is missing.
    ValueError
        Where there is no such kind of block.
    """
    return tuple(_block(table) for table in listed)


def _block(table: Table) -> Block:
    kind = BlockKind(table["kind"])
    items = tuple(whole_text(item) for item in table["items"]) if kind.has_items else ()
    law = kind is BlockKind.LAW
    return Block(
        kind=kind,
        text=whole_text(table) if FALLBACK in table or not items else {},
        items=items,
        law=str(table["law"]) if law else "",
        name=whole_text(table["name"]) if law else {},
        finding=str(table.get("finding", "")),
    )


def minutes_for(read: Iterable[Texts], *, questions: int = 0) -> int:
    """Minutes to read some texts slowly in Swedish, and to think of some questions half a minute each; at least 1."""
    said = " ".join(each[FALLBACK] for each in read)
    return max(1, round(len(re.findall(r"\w+", said)) / _WORDS_A_MINUTE + questions / 2))
