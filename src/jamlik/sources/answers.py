"""Yes and no in the words files use."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from jamlik.sources.figures import mark_of

__all__ = ["NO", "YES", "answer_of", "answer_set", "is_negation"]

YES = frozenset({"ja", "j", "yes", "y", "true", "sant", "sann", "1", "1.0", "kyllä", "x"})
NO = frozenset({"nej", "n", "no", "false", "falskt", "falsk", "0", "0.0", "ei"})
_NEGATION = re.compile(r"(ej|inte|icke|nej|no|not|non|ingen|inget|utan|saknar|aldrig|under|lägre)\b")


def answer_set(texts: Iterable[str]) -> frozenset[str]:
    """Texts as they are compared: without case and the zeros of `1.0`."""
    return frozenset(_plain(text) for text in texts)


def _plain(text: str) -> str:
    return re.sub(r"^(\d+)\.0+$", r"\1", text.strip().casefold())


def answer_of(text: str, *, positive: frozenset[str], missing: Mapping[str, str]) -> float | str | None:
    """1 for yes, 0 for no, None for no answer, and the text itself where it means neither.

    With `positive` given, its texts are yes and every other answer is no; a file that writes yes and no is understood
    also when `positive` says `1`.
    """
    plain = _plain(text)
    if plain in {_plain(mark) for mark in missing}:
        return None
    if positive:
        if plain in positive:
            return 1.0
        if positive <= YES and plain in YES and plain != "x":
            return 1.0
        return None if mark_of(text, missing=missing) is not None else 0.0
    if plain in YES and plain != "x":
        return 1.0
    if plain in NO:
        return 0.0
    return None if mark_of(text, missing=missing) is not None else text


def is_negation(text: str) -> bool:
    """Whether a text begins by denying: `ej behörig`, `inte nöjd`."""
    return bool(_NEGATION.match(text.strip().casefold()))
