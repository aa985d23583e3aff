"""What people are compared by: sex, age, area and other dimensions, with canonical codes.

A *group* is a tuple of (dimension, code) pairs, sorted by dimension name; a dimension that is absent is taken over all
its codes (the total). The code `!x` means everybody but `x`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

__all__ = [
    "TOTAL_WORDS",
    "AgeBand",
    "Dimension",
    "Group",
    "Role",
    "dimension_label",
    "group_of",
    "is_total_word",
    "parsed_age",
    "parsed_sex",
]

Group = tuple[tuple[str, str], ...]


class Role(StrEnum):
    """What a dimension is about; decides words, order and how it is compared."""

    SEX = "sex"
    AGE = "age"
    AREA = "area"
    CATEGORY = "category"
    COVARIATE = "covariate"


SEX_CODES = {"K": "K", "M": "M"}
_SEX_WORDS = {
    "K": "k kvinna kvinnor flicka flickor woman women female f girls girl 2 nainen naiset tyttö tytöt w kv",
    "M": "m man män pojke pojkar men male boys boy 1 mies miehet poika pojat",
    "T": "t total totalt samtliga båda alla 1+2 totsa tot total båda könen both all yhteensä båda kön",
}
_SEX = {word: code for code, words in _SEX_WORDS.items() for word in words.split()} | {
    "båda könen": "T",
    "båda kön": "T",
    "kvinnor och män": "T",
    "flickor och pojkar": "T",
    "women and men": "T",
    "totalt, båda könen": "T",
}
_TOTALS = """
total, totalt, samtliga, alla, t, tot, hela, totsa, all, yhteensä, båda, summa, 1+2, riket, hela kommunen,
samtliga åldrar, alla åldrar, totalt ålder, båda könen
"""
TOTAL_WORDS = frozenset(word.strip() for word in _TOTALS.split(","))


def is_total_word(text: str) -> bool:
    """Whether a label stands for all codes of its dimension taken together."""
    return text.strip().casefold() in TOTAL_WORDS


def parsed_sex(text: str) -> str | None:
    """`K`, `M`, `T` (both) or None when the text names no sex."""
    return _SEX.get(text.strip().casefold())


@dataclass(frozen=True, slots=True, order=True)
class AgeBand:
    """Ages from `low` to `high`, both included, in whole years; `high` None = no upper limit."""

    low: int
    high: int | None

    @property
    def code(self) -> str:
        """Canonical code: `0-5`, `80-`, `17`."""
        if self.high is None:
            return f"{self.low}-"
        return str(self.low) if self.low == self.high else f"{self.low}-{self.high}"

    def overlaps(self, other: AgeBand) -> bool:
        """Whether some age lies in both bands."""
        return (self.high is None or other.low <= self.high) and (other.high is None or self.low <= other.high)


_AGE_SPAN = re.compile(r"(\d{1,3})\s*(?:-|–|—|till|to|t\.o\.m\.)\s*(\d{1,3})$")
_AGE_OPEN = re.compile(r"(\d{1,3})\s*(?:-|–|\+|w|och äldre|eller äldre|and over|or over|år och äldre|\+ år)$")
_AGE_UNDER = re.compile(r"(?:-|–|–|under|<|0-)\s*(\d{1,3})$")
_AGE_ONE = re.compile(r"(\d{1,3})$")


def parsed_age(text: str) -> AgeBand | None:
    """Read `0-5 år`, `-4`, `80-`, `65+ år`, `17`, `100+`; None when the text is no age.

    `-4` and `under 5` both start at 0; `under 5` ends at 4.
    """
    plain = re.sub(r"\s*(åringar|år|years?|v\.?|vuotta|yrs?)\b", "", text.strip().casefold()).strip()
    if match := _AGE_SPAN.match(plain):
        low, high = int(match[1]), int(match[2])
        return AgeBand(low, high) if low <= high else None
    if match := _AGE_OPEN.match(plain):
        return AgeBand(int(match[1]), None)
    if match := _AGE_UNDER.match(plain):
        exclusive = plain.startswith(("under", "<"))
        high = int(match[1]) - int(exclusive)
        return AgeBand(0, high) if high >= 0 else None
    if (match := _AGE_ONE.match(plain)) and int(match[1]) <= 120:
        return AgeBand(int(match[1]), int(match[1]))
    return None


@dataclass(frozen=True, slots=True)
class Dimension:
    """One way of dividing people.

    Parameters
    ----------
    name : str
        `sex`, `age`, `area`, or the column's slug; used in groups and in `Finding.dimension`.
    role : Role
        What it is about.
    labels : mapping of code to label
        In display order. Labels are the file's own words, except for sex, whose words come from `jamlik.model.words`.
    title : str
        The dimension's own name as the file has it (for covariates and categories).
    parents : mapping of code to code, optional
        For an area level nested in the dimension `nested_in`: each code's parent there.
    may_be_unequal : bool
        A covariate that may itself be the result of unequal conditions.
    """

    name: str
    role: Role
    labels: Mapping[str, str]
    title: str = ""
    nested_in: str = ""
    parents: Mapping[str, str] = field(default_factory=dict)
    may_be_unequal: bool = False

    @property
    def codes(self) -> tuple[str, ...]:
        """All codes, in display order."""
        return tuple(self.labels)


def group_of(**codes: str) -> Group:
    """Return the canonical group for keyword pairs of dimension and code: ``group_of(sex="K", area="N")``."""
    return tuple(sorted(codes.items()))


_DIMENSION_ORDER = {"sex": 0, "age": 1, "area": 2}


def dimension_label(names: tuple[str, ...] | Group) -> str:
    """Name of a combination, `sex`, `sex+area` …: sex, age and area first, then others by name; `total` if none."""
    plain = [name if isinstance(name, str) else name[0] for name in names]
    return "+".join(sorted(plain, key=lambda name: (_DIMENSION_ORDER.get(name, 3), name))) or "total"
