"""Periods: a year, a school year, a quarter, a month; sortable and measured in years."""

from __future__ import annotations

import re
from dataclasses import dataclass

__all__ = ["Period", "parsed_period"]

_YEAR = re.compile(r"(?:år |year )?(1[89]\d\d|20\d\d|21\d\d)(?:\.0)?$")
_SCHOOL = re.compile(r"(?:läsår(?:et)? )?((?:19|20)\d\d)\s*[/-]\s*((?:19|20)?\d\d)$")
_MONTH = re.compile(r"((?:19|20)\d\d)[-M](0[1-9]|1[0-2])(?:-\d\d)?$")
_QUARTER = re.compile(r"((?:19|20)\d\d)\s*[-]?\s*[KQ]([1-4])$", re.IGNORECASE)
_TERM = re.compile(r"(VT|HT)\s*-?((?:19|20)\d\d)$|((?:19|20)\d\d)\s*-?(VT|HT)$", re.IGNORECASE)


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """A period with its place on the time axis.

    `start` is the period's first moment in years (2024.5 = 1 July 2024); `code` is canonical (`2024`, `2024/25`,
    `2024-03`, `2024K2`, `2024VT`).
    """

    start: float
    code: str


def parsed_period(text: str) -> Period | None:
    """Read a period as Swedish files write it; None when the text is no period."""
    text = text.strip()
    if match := _YEAR.match(text):
        return Period(float(match[1]), match[1])
    if match := _SCHOOL.match(text):
        first, last = int(match[1]), match[2]
        if int(last[-2:]) == (first + 1) % 100:
            return Period(first + 0.5, f"{first}/{last[-2:]}")
    if match := _MONTH.match(text):
        return Period(int(match[1]) + (int(match[2]) - 1) / 12, f"{match[1]}-{match[2]}")
    if match := _QUARTER.match(text):
        return Period(int(match[1]) + (int(match[2]) - 1) / 4, f"{match[1]}K{match[2]}")
    if match := _TERM.match(text):
        year, term = (match[2], match[1]) if match[1] else (match[3], match[4])
        return Period(int(year) + (0.5 if term.upper() == "HT" else 0.0), f"{year}{term.upper()}")
    return None
