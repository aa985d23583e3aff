"""Codes in column headers of wide files: `2014`, `Flickor | Antal elever`, `Andel kvinnor 2020`, `0-5 år`."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable

from jamlik.model.groupings import parsed_age, parsed_sex
from jamlik.model.periods import parsed_period

__all__ = ["HeaderCodes", "header_codes"]

_AGE = re.compile(r"\d\s*(?:år|åringar)|\d\s*[-–]\s*\d|\d\s*\+")
HeaderCodes = tuple[dict[str, str], str]  # codes by dimension, and what is left of the name


def _sex_of(word: str, *, whole: bool) -> str:
    """Sex that a word names; single letters and digits count only in `whole` parts of a name."""
    if len(word) < 3 and not (whole and word.isalpha()):
        return ""
    return parsed_sex(word) or ""


def _from_part(part: str, *, whole: bool) -> tuple[str, str] | None:
    if (period := parsed_period(part)) is not None:
        return "period", period.code
    if sex := _sex_of(part.strip(), whole=whole):
        return "sex", sex
    if _AGE.search(part.casefold()) and (band := parsed_age(part)) is not None:
        return "age", band.code
    return None


def _read(name: str) -> HeaderCodes:
    """Codes in one header, read part by part and then word by word."""
    codes: dict[str, str] = {}
    rest = []
    parts = [part.strip() for part in name.split(" | ")]
    for part in parts:
        found = _from_part(part, whole=True)
        if found and found[0] not in codes:
            codes[found[0]] = found[1]
        else:
            rest.append(part)
    left = []
    for part in rest:
        words = []
        for word in re.split(r"([\s_,;]+)", part):
            found = _from_part(word, whole="_" in part) if word.strip(" _,;") else None
            if found and found[0] not in codes:
                codes[found[0]] = found[1]
            else:
                words.append(word)
        left.append(re.sub(r"\s*[\s_,;]+$|^[\s_,;]+", "", re.sub(r"([\s_])[\s_,;]+", r"\1", "".join(words))))
    return codes, " | ".join(part for part in left if part)


def header_codes(names: Iterable[str]) -> dict[str, HeaderCodes]:
    """Codes of the headers that hold some, by name.

    A code counts only when the same measure also stands under another code of that dimension: a party called `M` or
    a measure that mentions women once is no division by sex.
    """
    read = {name: _read(name) for name in names}
    seen: dict[tuple[str, str], set[str]] = defaultdict(set)
    for codes, measure in read.values():
        for dimension, code in codes.items():
            seen[dimension, measure].add(code)
    found: dict[str, HeaderCodes] = {}
    for name, (codes, measure) in read.items():
        good = all(
            {"K", "M"} <= seen[dimension, measure] if dimension == "sex" else len(seen[dimension, measure]) > 1
            for dimension in codes
        )
        if codes and good:
            found[name] = codes, measure
    return found
