"""The question sets that ship, in every version, and a municipality's own editions as files."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import Any

from jamlik.handbook import reading
from jamlik.handbook.editions import edition_of
from jamlik.handbook.questions import QuestionSet
from jamlik.model.errors import ErrorKind, JamlikError, Place
from jamlik.model.provenance import canonical_json

__all__ = ["edition_file", "edition_in", "newest", "question_set", "shipped"]

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


def edition_file(base: str, number: int, content: Mapping[str, Any]) -> str:
    """A municipality's own edition as a file, for where its forms are written and read without the site."""
    said = {"base": base, "number": number, "content": content}
    digest = hashlib.sha256(canonical_json(said).encode()).hexdigest()
    return json.dumps({**said, "sha256": digest}, ensure_ascii=False, indent=2, sort_keys=True) + "\n"


def edition_in(text: str, *, file: str) -> QuestionSet:
    """The questions of an edition from its file.

    Raises
    ------
    JamlikError
        `edition_unreadable` where it is no such file, or has been changed since; `no_such_handbook` where this version
        of the program does not have the set that it is made from.
    """
    try:
        said = json.loads(text)
        digest = said.pop("sha256")
        base, number, content = said["base"], said["number"], said["content"]
        whole = digest == hashlib.sha256(canonical_json(said).encode()).hexdigest() and isinstance(number, int)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise _no_edition(file) from error
    if not whole:
        raise _no_edition(file)
    return edition_of(question_set(base), content, number=number, file=file)


def _no_edition(file: str) -> JamlikError:
    return JamlikError("edition_unreadable", where=Place(file), kind=ErrorKind.UNREADABLE)
