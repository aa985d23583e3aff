"""The method in short chapters: read beside the steps that they belong to, and printed as the handbook."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from importlib import resources

from jamlik.handbook.blocks import Block, Table, minutes_for, read_blocks, read_file, whole_text, wrong
from jamlik.handbook.library import shipped
from jamlik.handbook.questions import Texts

__all__ = ["UNREVIEWED", "Chapter", "chapter", "chapters", "for_step", "read_chapter"]

UNREVIEWED = ("fi",)
"""Languages that no native speaker has reviewed yet; said where a chapter is read."""
_NAME = re.compile(r"\d+-([a-z_]+)\.toml")


@dataclass(frozen=True, slots=True)
class Chapter:
    """One chapter.

    Parameters
    ----------
    key : str
        Its name in links; never changed.
    steps : tuple of (set id, step id)
        The steps it is read beside, whatever the version of the set.
    """

    key: str
    title: Texts
    summary: Texts
    steps: tuple[tuple[str, str], ...]
    blocks: tuple[Block, ...]

    @property
    def minutes(self) -> int:
        """Minutes it takes to read."""
        return minutes_for(each for block in self.blocks for each in block.texts)


@cache
def chapters() -> tuple[Chapter, ...]:
    """Every chapter, in the order they are printed."""
    folder = resources.files("jamlik.handbook").joinpath("chapters")
    found = []
    for file in sorted(folder.iterdir(), key=lambda file: file.name):
        if named := _NAME.fullmatch(file.name):
            found.append(read_chapter(file.read_text("utf-8"), key=named[1], file=file.name))
    return tuple(found)


def chapter(key: str) -> Chapter:
    """A chapter by its key.

    Raises
    ------
    KeyError
        Where there is none.
    """
    for each in chapters():
        if each.key == key:
            return each
    raise KeyError(key)


def for_step(set_id: str, step_id: str) -> tuple[Chapter, ...]:
    """The chapters to read beside a step; none for a step of a municipality's own."""
    return tuple(each for each in chapters() if (set_id, step_id) in each.steps)


def read_chapter(text: str, *, key: str, file: str) -> Chapter:
    """A chapter from its TOML.

    Raises
    ------
    JamlikError
        `handbook_unreadable` or `handbook_wrong`: no TOML, a text or a language missing, a step that no set has.
    """

    def made(table: Table) -> Chapter:
        return Chapter(
            key=key,
            title=whole_text(table["title"]),
            summary=whole_text(table["summary"]),
            steps=tuple(_step(name) for name in table["steps"]),
            blocks=read_blocks(table["blocks"]),
        )

    read = read_file(text, file=file, made=made)
    _require_steps(read, file=file)
    return read


def _step(name: str) -> tuple[str, str]:
    set_id, step_id = name.split(".")
    return set_id, step_id


def _require_steps(read: Chapter, *, file: str) -> None:
    known = {(each.id, step.id) for each in shipped().values() for step in each.steps}
    for step in read.steps:
        if step not in known:
            raise wrong(file, ".".join(step), "unknown")
