"""Who published a file, what it is called and which period it is about, from its preamble, columns and name."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from jamlik.model.periods import parsed_period
from jamlik.sources.kolada.records import LABEL

__all__ = ["Publication", "publication_of"]

_LABELLED = re.compile(r"^(?:valt |vald )?(läsår|år|period|mätår|termin|kvartal)\s*:?\s+(.+)$", re.IGNORECASE)
_SOURCE = re.compile(r"^(?:källa|source|lähde)\s*:?\s*(.+)$", re.IGNORECASE)
_FROM = re.compile(r"^statistik från ([^,]+)", re.IGNORECASE)
_PUBLISHERS = ("skolverket", "scb", "statistiska centralbyrån", "kolada", "valmyndigheten", "socialstyrelsen", "brå")
_KNOWN_TITLES = {LABEL: "Nyckeltal i Kolada", "Valmyndigheten": "Valdeltagande per valdistrikt"}
_SCHOOL_YEAR = re.compile(r"(?<!\d)((?:19|20)\d\d)[_/-](\d\d)(?!\d)")
_YEAR = re.compile(r"(?<!\d)((?:19|20)\d\d)(?!\d)")


@dataclass(frozen=True, slots=True)
class Publication:
    """Title, source and period as far as they can be told; `official` when a publisher has protected the figures."""

    title: str
    source: str
    period: str
    period_from: str
    official: bool


def _label_period(lines: Sequence[str]) -> str:
    for line in lines:
        if (match := _LABELLED.match(line)) and (found := parsed_period(match[2].strip())):
            return found.code
    return ""


def _source(lines: Sequence[str]) -> str:
    for line in lines:
        if match := _SOURCE.match(line) or _FROM.match(line):
            return match[1].strip()
    return ""


def _title(lines: Sequence[str], name: str) -> str:
    for line in lines:
        if not (_LABELLED.match(line) or _SOURCE.match(line) or _FROM.match(line)) and len(line) < 200:
            return line
    stem = re.sub(r"(\.csv|\.tsv|\.txt|\.xlsx?|\.parquet|\.gz)+$", "", name, flags=re.IGNORECASE)
    plain = re.sub(r"[_\s]+", " ", stem).strip()
    return plain[:1].upper() + plain[1:]


def _name_period(name: str) -> str:
    """The one year or school year in a file's name."""
    schools = {f"{first}/{last}" for first, last in _SCHOOL_YEAR.findall(name)}
    schools = {found.code for text in schools if (found := parsed_period(text))}
    if len(schools) == 1:
        return schools.pop()
    years = set(_YEAR.findall(name))
    return years.pop() if len(years) == 1 and not schools else ""


def publication_of(*, name: str, preamble: Sequence[str], columns: Sequence[str], has_period: bool) -> Publication:
    """What preamble, column names and file name tell.

    Parameters
    ----------
    has_period : bool
        Whether rows or headers give the period; then the preamble's is not needed and the name's is not looked at.
    """
    lines = [line.strip(' "') for line in preamble if line.strip(' "')]
    source = _source(lines)
    folded = {column.casefold() for column in columns}
    if not source and {"kpi", "municipality", "period", "gender", "value"} <= folded:
        source = LABEL
    if not source and {"valdistriktskod", "antal röstberättigade"} <= folded:
        source = "Valmyndigheten"
    if not source and re.match(r"scb[_ -]", Path(name).name.casefold()):
        source = "SCB"
    if not source and any("skolverket" in line.casefold() for line in lines):
        source = "Skolverket"
    if not source and lines and _LABELLED.match(next((x for x in lines if _LABELLED.match(x)), "")):
        source = "Skolverket" if any(line.casefold().startswith("valt läsår") for line in lines) else ""
    period = "" if has_period else _label_period(lines)
    origin = "preamble" if period else ""
    if not period and not has_period:
        period = _name_period(Path(name).name)
        origin = "name" if period else ""
    official = any(publisher in source.casefold() for publisher in _PUBLISHERS)
    title = _KNOWN_TITLES.get(source, "") if not lines else ""
    title = title or _title(lines, Path(name).name)
    return Publication(title, source, period, origin, official)
