"""The question sets that ship, in every version."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from importlib import resources

from jamlik.handbook import reading
from jamlik.handbook.questions import QuestionSet
from jamlik.model.errors import ErrorKind, JamlikError

__all__ = ["newest", "question_set", "shipped"]

_NAME = re.compile(r"([a-z]+)-(\d+)\.toml")


@cache
def shipped() -> Mapping[str, QuestionSet]:
    """Every set that ships, by its key: `equality-1`."""
    found = {}
    for file in sorted(resources.files("jamlik.handbook").joinpath("sets").iterdir(), key=lambda file: file.name):
        if _NAME.fullmatch(file.name):
            made = reading.read_set(file.read_text("utf-8"), file=file.name)
            found[made.key] = made
    return found


def newest(name: str) -> QuestionSet:
    """The newest version of a set: `equality`, `team` or `crisis`.

    Raises
    ------
    JamlikError
        `no_such_handbook` where there is none of that name.
    """
    versions = [each for each in shipped().values() if each.id == name]
    if not versions:
        known = ", ".join(sorted({each.id for each in shipped().values()}))
        raise JamlikError("no_such_handbook", kind=ErrorKind.USAGE, name=name, known=known)
    return max(versions, key=lambda each: each.version)


def question_set(key: str) -> QuestionSet:
    """A set by its key, in the version an analysis was made with.

    Raises
    ------
    JamlikError
        `no_such_handbook` where it does not ship with this version of the program.
    """
    if key not in shipped():
        raise JamlikError("no_such_handbook", name=key, known=", ".join(sorted(shipped())))
    return shipped()[key]
