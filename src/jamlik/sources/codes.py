"""What stands in a dimension's column, as canonical codes: sexes, ages, areas, periods, categories."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from jamlik.model.dataset import Column, ColumnRole
from jamlik.model.groupings import AgeBand, Role, is_total_word, parsed_age, parsed_sex
from jamlik.model.periods import parsed_period
from jamlik.sources.figures import DEFAULT_MARKS

__all__ = ["DIMENSION_ROLES", "TOTAL", "UNKNOWN", "Coded", "coded", "codes_of", "display_order", "period_code"]

TOTAL = ""
UNKNOWN = "?"
DIMENSION_ROLES: Mapping[ColumnRole, Role] = {
    ColumnRole.SEX: Role.SEX,
    ColumnRole.AGE: Role.AGE,
    ColumnRole.AREA: Role.AREA,
    ColumnRole.CATEGORY: Role.CATEGORY,
    ColumnRole.COVARIATE: Role.COVARIATE,
}
_VERSION = re.compile(r"_(?:DeSO|RegSO)\d{4}$", re.IGNORECASE)
_SMALL_AREA = re.compile(r"\d{3}(?:[ABC]\d{4}|R\d{3})$")
_LABELLED = re.compile(r"(\d{2}|\d{4}|\d{4}[ABCR]\d{3,4}|[A-Z]{2}\d{1,3})\s+([^\W\d].*)$")
_NUMBER = re.compile(r"(\d+)\.0+$")
_SORTED_UNKNOWN = (9, 0, 0, "")
_LEVELS = (
    r"(?:mycket )?(?:låg|lägre|liten|litet|små)\w*|förgymnasial\w*|grundskola\w*|grund",
    r"mellan\w*|medel\w*|måttlig\w*|gymnasi\w*",
    r"(?:mycket )?(?:hög|större|stor|hög)\w*|eftergymnasial\w*|högskol\w*|universitet\w*",
)


@dataclass(frozen=True, slots=True)
class Coded:
    """Canonical code and label of one text; `code` is `TOTAL` for all together and `UNKNOWN` where nobody knows."""

    code: str
    label: str


def period_code(text: str) -> str:
    """Canonical code of a period; the text itself when it is none that we know."""
    found = parsed_period(text)
    return found.code if found else text.strip()


def _is_blank(text: str) -> bool:
    """Whether a text says that the group is not known; a lone letter is a code, not a mark."""
    folded = text.strip().casefold()
    return folded in DEFAULT_MARKS and not (len(folded) == 1 and folded.isalpha())


def _sex(text: str, column: Column) -> Coded | None:
    found = parsed_sex(column.labels.get(text, "")) or parsed_sex(_NUMBER.sub(r"\1", text))
    if found is None:
        return None
    return Coded(TOTAL if found == "T" else found, text)


def _age(text: str, column: Column) -> Coded | None:
    band = parsed_age(_NUMBER.sub(r"\1", text))
    if band is None:
        return None
    label = text if not text.replace(".", "").isdigit() else ""
    if column.age_breaks and band.low == band.high:
        band, label = _banded(band.low, column.age_breaks), ""
    if band == AgeBand(0, None):
        return Coded(TOTAL, text)
    if band.high is None:
        label = label or f"{band.low} år och äldre"
    return Coded(band.code, column.labels.get(band.code, label or f"{band.code.replace('-', '–')} år"))


def _banded(age: int, breaks: tuple[int, ...]) -> AgeBand:
    place = bisect_right(breaks, age)
    low = breaks[place - 1] if place else 0
    return AgeBand(low, breaks[place] - 1 if place < len(breaks) else None)


def _area_code(text: str, width: int) -> str:
    plain = _VERSION.sub("", _NUMBER.sub(r"\1", text))
    if _SMALL_AREA.match(plain):
        plain = f"0{plain}"
    return plain.zfill(width) if width and plain.isdigit() else plain


def _area(text: str, column: Column, name: str) -> Coded:
    if not name and (match := _LABELLED.match(text)):  # PxWeb writes code and name in one cell: `0126 Huddinge`
        text, name = match[1], match[2]
    code = _area_code(text, column.width)
    if code in ("0000", "00") and (column.width in (0, len(code))) and (not name or is_total_word(name)):
        return Coded(TOTAL, name or "Riket")
    if name and is_total_word(name):
        return Coded(TOTAL, name)
    return Coded(code, column.labels.get(code) or column.labels.get(text) or name or text)


def coded(text: str | None, *, column: Column, name: str = "") -> Coded:
    """Canonical code of one text in a dimension's column.

    Parameters
    ----------
    name : str
        The area's name in the column beside, where there is one.
    """
    plain = (text or "").strip()
    if plain in column.labels and is_total_word(column.labels[plain]):
        return Coded(TOTAL, column.labels[plain])
    if _is_blank(plain) and plain not in column.labels:
        return Coded(UNKNOWN, plain)
    if column.role is ColumnRole.SEX:
        return _sex(plain, column) or Coded(TOTAL if is_total_word(plain) else UNKNOWN, plain)
    if column.role is ColumnRole.AGE:
        return (None if is_total_word(plain) else _age(plain, column)) or Coded(
            TOTAL if is_total_word(plain) else UNKNOWN, plain
        )
    if is_total_word(plain) and column.role is not ColumnRole.COVARIATE and plain.casefold() not in ("t", "1+2"):
        return Coded(TOTAL, plain)
    if column.role is ColumnRole.AREA:
        return _area(plain, column, name.strip())
    code = _NUMBER.sub(r"\1", plain)
    return Coded(code, column.labels.get(code, plain))


def codes_of(
    texts: Iterable[str | None], *, column: Column, names: Mapping[str, str] | None = None
) -> dict[str, Coded]:
    """Canonical code of every text; `names` gives the names beside them."""
    beside = names or {}
    return {text or "": coded(text, column=column, name=beside.get(text or "", "")) for text in texts}


def _ordinal(labels: Mapping[str, str]) -> dict[str, int]:
    """Low, middle, high: places of levels where every label is one of those words."""
    places = {}
    for code, label in labels.items():
        found = [place for place, words in enumerate(_LEVELS) if re.match(words, label.strip().casefold())]
        if not found:
            return {}
        places[code] = found[0]
    return places


def _swedish(text: str) -> str:
    return text.casefold().translate(str.maketrans("åäöéü", "{|}eu"))


def display_order(labels: Mapping[str, str], *, role: Role, given: Iterable[str] = ()) -> dict[str, str]:
    """Labels by code in display order: as given first, sexes K and M, ages upwards, areas by code, else A–Ö."""
    first = {code: place for place, code in enumerate(given)}
    levels = _ordinal({code: label for code, label in labels.items() if code != UNKNOWN})

    def place(code: str) -> tuple[int, int, int, str]:
        if code == UNKNOWN:
            return _SORTED_UNKNOWN
        if code in first:
            return (0, first[code], 0, "")
        if role is Role.AGE and (band := parsed_age(code)):
            return (1, band.low, 999 if band.high is None else band.high, "")
        if role in (Role.SEX, Role.AREA):
            return (1, 0, 0, code)
        return (1, levels.get(code, 0), 0, _swedish(labels[code]))

    return {code: labels[code] for code in sorted(labels, key=place)}
