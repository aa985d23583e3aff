"""What must not be in a file at all: personal identity numbers, addresses, and grounds nobody may register.

Findings say where and what kind, never the value.
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from jamlik.privacy.grounds import ALTERNATIVE, GROUND_WORDS, PROXY_WORDS, Ground

__all__ = [
    "ColumnFinding",
    "GroundFinding",
    "Trace",
    "TraceKind",
    "grounds_in_columns",
    "is_identity_number",
    "points_somebody_out",
    "traces_in_column",
    "traces_in_text",
]

_NUMBER = re.compile(r"(?<![\d.,])((?:18|19|20)?\d{6})(\s?[-+–−]\s?|\s)?(\d{4})(?![\d]|[.,]\d)")
_MAIL = re.compile(r"[\w.+%-]+@[\w-]+(?:\.[\w-]+)*\.[A-Za-zÅÄÖåäö]{2,}")
_IDENTITY_NAMES = re.compile(r"\b(person ?(nummer|nr)|pnr|samordnings ?(nummer|nr)|fodelsenummer|henkilotunnus|hetu)\b")
_MOSTLY = 0.2


class TraceKind(StrEnum):
    """What sort of trace of a person was found."""

    PERSONAL_NUMBER = "personal_number"
    COORDINATION_NUMBER = "coordination_number"
    EMAIL = "email"


@dataclass(frozen=True, slots=True)
class Trace:
    """A trace of a person in a text: its kind and where it stands, never what it says."""

    kind: TraceKind
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class ColumnFinding:
    """A column with traces: their kind, in how many rows, and the first of them (0-based)."""

    kind: TraceKind
    rows_n: int
    first_row: int


@dataclass(frozen=True, slots=True)
class GroundFinding:
    """A column that names a ground.

    `refused` says that the file may not be used with it; otherwise the column is a proxy or lawfully declared, and
    `alternative` (by language) says what to keep in mind or do instead. `ground` is None for a proxy.
    """

    column: str
    ground: Ground | None
    refused: bool
    alternative: Mapping[str, str]


def _kind(digits: str) -> TraceKind | None:
    """Kind of a number of ten or twelve digits; None when date or check digit are wrong."""
    ten = digits[-10:]
    centuries = (digits[:2],) if len(digits) == 12 else ("19", "20", "18")
    day = int(ten[4:6])
    kind = TraceKind.COORDINATION_NUMBER if day > 60 else TraceKind.PERSONAL_NUMBER
    total = 0
    for place, digit in enumerate(ten):
        doubled = int(digit) * (2 - place % 2)
        total += doubled // 10 + doubled % 10
    if total % 10:
        return None
    for century in centuries:
        try:
            born = dt.date(int(century + ten[:2]), int(ten[2:4]), day - 60 if day > 60 else day)
        except ValueError:
            continue
        if 1850 <= born.year <= 2100:
            return kind
    return None


def is_identity_number(text: str) -> bool:
    """Whether the whole text is a personnummer or samordningsnummer: 10 or 12 digits, `-` or `+` or nothing between."""
    match = _NUMBER.fullmatch(text.strip())
    return match is not None and _kind(match[1] + match[3]) is not None


def traces_in_text(text: str) -> tuple[Trace, ...]:
    """Every identity number and e-mail address in a text, in order."""
    found = [Trace(TraceKind.EMAIL, m.start(), m.end()) for m in _MAIL.finditer(text)]
    for match in _NUMBER.finditer(text):
        if kind := _kind(match[1] + match[3]):
            found.append(Trace(kind, match.start(), match.end()))
    return tuple(sorted(found, key=lambda trace: trace.start))


_MISTYPED = re.compile(
    r"(?<![\d.,-])(?:18|19|20)?\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01]|6[1-9]|[78]\d|9[01])[-+–−]\d{4}(?![\d]|[.,-]\d)"
)
_PHONE = re.compile(
    r"(?<![\d.,/-])(?:(?:\+|00)(?:46|358|45|47)[\s-]?(?:\(0\)[\s-]?)?\d(?:[\s-]?\d){6,9}"
    r"|07[02369](?:[\s-]?\d){7}|0\d{1,3}-\d{2,3}[\s-]?\d{2}[\s-]?\d{2})(?![\d]|[.,-]\d)"
)


def points_somebody_out(text: str) -> bool:
    """Whether what a person has written holds an identity number, also one with a slip in it, a phone number or an
    address. Wider than the scan of files, where a number of such a form is mostly something else.
    """
    return bool(traces_in_text(text) or _MISTYPED.search(text) or _PHONE.search(text))


def traces_in_column(values: Iterable[object]) -> tuple[ColumnFinding, ...]:
    """Traces in a column, by kind.

    A bare ten-digit number is taken for an identity number only where at least a fifth of the column's filled rows
    are: one in three hundred other numbers passes the date and the check digit by chance.

    Parameters
    ----------
    values : iterable
        Anything; None and empty texts are skipped, whole floats are read as whole numbers.
    """
    rows: dict[TraceKind, list[int]] = {}
    bare: dict[TraceKind, list[int]] = {}
    filled = 0
    for row, value in enumerate(values):
        text = _as_text(value)
        if not text:
            continue
        filled += 1
        alone = re.fullmatch(r"\d{9,10}", text)
        for trace in traces_in_text(text.zfill(10) if alone else text):
            target = bare if alone else rows
            if not target.get(trace.kind) or target[trace.kind][-1] != row:
                target.setdefault(trace.kind, []).append(row)
    if sum(map(len, bare.values())) >= max(1.0, _MOSTLY * filled):
        for kind, found in bare.items():
            rows[kind] = sorted({*rows.get(kind, []), *found})
    return tuple(ColumnFinding(kind, len(found), found[0]) for kind, found in sorted(rows.items()))


def _as_text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else ""
    return str(value).strip()


def _plain(name: str) -> str:
    """Lower case, without accents, words apart by one space."""
    spaced = re.sub(r"(?<=[a-zåäö])(?=[A-ZÅÄÖ])", " ", name)
    folded = unicodedata.normalize("NFKD", spaced.casefold()).encode("ascii", "ignore").decode()
    return " ".join(re.findall(r"[a-z0-9]+", folded))


def grounds_in_columns(
    columns: Sequence[str], *, person_rows: bool, data_source: str = "register"
) -> tuple[GroundFinding, ...]:
    """Columns whose name says that they hold a ground which may not be registered, and proxies for one.

    Refused in person rows, always. Allowed in aggregates from an anonymous, voluntary survey
    (`data_source` = `anonymous_survey`); disability also in a service's own aggregates (`service_aggregate`).

    Parameters
    ----------
    columns : sequence of str
        Column names as the file has them; Swedish, English or Finnish.
    person_rows : bool
        Whether a row is a person.
    data_source : str
        What the dataset declares itself to be.
    """
    found = []
    for column in columns:
        plain = _plain(column)
        ground = next((g for g, words in GROUND_WORDS.items() if re.search(words, plain)), None)
        if ground is not None:
            lawful = data_source == "anonymous_survey" or (
                ground is Ground.DISABILITY and data_source == "service_aggregate"
            )
            found.append(GroundFinding(column, ground, person_rows or not lawful, ALTERNATIVE[ground]))
        elif _IDENTITY_NAMES.search(plain):
            found.append(GroundFinding(column, Ground.IDENTITY, person_rows, ALTERNATIVE[Ground.IDENTITY]))
        else:
            proxies = (words for pattern, words in PROXY_WORDS if re.search(pattern, plain))
            found.extend(GroundFinding(column, None, False, words) for words in proxies)
    return tuple(found)
