"""The course for all staff: modules of about five minutes, each with a check at the end that says why."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from importlib import resources

from jamlik.handbook.blocks import Block, Table, minutes_for, read_blocks, read_file, whole_text, wrong
from jamlik.handbook.questions import Texts

__all__ = [
    "CheckOption",
    "CheckQuestion",
    "Course",
    "CourseModule",
    "course",
    "courses",
    "newest_course",
    "read_course",
]

_NAME = re.compile(r"([a-z]+)-(\d+)\.toml")


@dataclass(frozen=True, slots=True)
class CheckOption:
    """One answer to choose. `why` is told to whoever chooses it, right or not."""

    id: str
    texts: Texts
    why: Texts
    right: bool


@dataclass(frozen=True, slots=True)
class CheckQuestion:
    """A question at the end of a module; one option is right."""

    id: str
    texts: Texts
    options: tuple[CheckOption, ...]

    @property
    def right(self) -> CheckOption:
        """The option that is right."""
        return next(option for option in self.options if option.right)

    def option(self, option: str) -> CheckOption:
        """An option by its id.

        Raises
        ------
        KeyError
            Where the question has no such option.
        """
        for each in self.options:
            if each.id == option:
                return each
        raise KeyError(option)


@dataclass(frozen=True, slots=True)
class CourseModule:
    """What is read in one go, and the check at its end. The key is kept in what people have completed."""

    key: str
    title: Texts
    summary: Texts
    blocks: tuple[Block, ...]
    check: tuple[CheckQuestion, ...]

    @property
    def minutes(self) -> int:
        """Minutes it takes, with the check."""
        read = [each for block in self.blocks for each in block.texts]
        for question in self.check:
            read += [question.texts, *(each for option in question.options for each in (option.texts, option.why))]
        return minutes_for(read, questions=len(self.check))


@dataclass(frozen=True)
class Course:
    """One edition of the course. A new version is a new file, and what was completed stays with its version."""

    id: str
    version: int
    title: Texts
    intro: Texts
    modules: tuple[CourseModule, ...]
    unreviewed: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        """`basics-1`."""
        return f"{self.id}-{self.version}"

    @property
    def minutes(self) -> int:
        """Minutes that all modules take together."""
        return sum(module.minutes for module in self.modules)

    @cached_property
    def by_key(self) -> Mapping[str, CourseModule]:
        """Every module by its key, in the order they are read."""
        return {module.key: module for module in self.modules}


@cache
def courses() -> Mapping[str, Course]:
    """Every version that ships, by its key: `basics-1`."""
    found = {}
    for file in sorted(resources.files("jamlik.handbook").joinpath("courses").iterdir(), key=lambda file: file.name):
        if _NAME.fullmatch(file.name):
            made = read_course(file.read_text("utf-8"), file=file.name)
            found[made.key] = made
    return found


def course(key: str) -> Course:
    """A version of the course by its key, such as one that somebody completed.

    Raises
    ------
    KeyError
        Where it does not ship with this version of the program.
    """
    return courses()[key]


def newest_course() -> Course:
    """The version that is taken now."""
    return max(courses().values(), key=lambda each: each.version)


def read_course(text: str, *, file: str) -> Course:
    """A course from its TOML.

    Raises
    ------
    JamlikError
        `handbook_unreadable` or `handbook_wrong`: no TOML, a text or a language missing, two things of one id, or a
        question without exactly one right option.
    """
    made = read_file(text, file=file, made=_course)
    for where, names in _named(made):
        for name in names:
            if names.count(name) > 1:
                raise wrong(file, f"{where}{name}", "twice")
    for module in made.modules:
        for question in module.check:
            if sum(option.right for option in question.options) != 1:
                raise wrong(file, f"{module.key}.{question.id}: right", "missing")
    return made


def _course(table: Table) -> Course:
    return Course(
        id=str(table["id"]),
        version=int(table["version"]),
        title=whole_text(table["title"]),
        intro=whole_text(table["intro"]),
        modules=tuple(_module(each) for each in table["modules"]),
        unreviewed=tuple(table.get("unreviewed", ())),
    )


def _module(table: Table) -> CourseModule:
    return CourseModule(
        key=str(table["key"]),
        title=whole_text(table["title"]),
        summary=whole_text(table["summary"]),
        blocks=read_blocks(table["blocks"]),
        check=tuple(_question(each) for each in table["check"]),
    )


def _question(table: Table) -> CheckQuestion:
    return CheckQuestion(str(table["id"]), whole_text(table), tuple(_option(each) for each in table["options"]))


def _option(table: Table) -> CheckOption:
    return CheckOption(str(table["id"]), whole_text(table), whole_text(table["why"]), bool(table.get("right", False)))


def _named(made: Course) -> list[tuple[str, list[str]]]:
    """What stands together and must have names of its own, with what is said before the name."""
    found = [("", [module.key for module in made.modules])]
    for module in made.modules:
        found.append((f"{module.key}.", [question.id for question in module.check]))
        found += [(f"{module.key}.{each.id}.", [option.id for option in each.options]) for each in module.check]
    return found
