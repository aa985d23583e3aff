"""Text to numbers: decimal comma, thousands, minus signs, percent; and what stands where a number is missing."""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass

import polars as pl

from jamlik.model.tables import Status

__all__ = ["DEFAULT_MARKS", "Mark", "figures_of", "mark_of", "parsed_number"]

_GROUP_SPACE = " \u00a0\u202f\u2009'’"
_SPACED = re.compile(rf"[-+]?\d{{1,3}}(?:[{_GROUP_SPACE}]\d{{3}})+(?:[.,]\d+)?$")
_PLAIN = re.compile(r"[-+]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][-+]?\d+)?$")
_GROUPED = {",": re.compile(r"[-+]?\d{1,3}(?:\.\d{3})+$"), ".": re.compile(r"[-+]?\d{1,3}(?:,\d{3})+$")}
_BOUND = re.compile(r"(~|ca|<=|>=|<|>|≤|≥|färre än|under|mindre än)\s*(\d+(?:[.,]\d+)?)\s*%?$", re.IGNORECASE)
_SPAN = re.compile(r"(\d+)\s*[-–]\s*(\d+)$")

DEFAULT_MARKS: Mapping[str, Status] = {
    **dict.fromkeys(("..", "...", "…", "*", "**", "x", "sekretess", "prickad", "dold"), Status.SUPPRESSED),
    **dict.fromkeys((".", "ej relevant", "ej aktuellt", "ej tillämpligt", "not applicable"), Status.NOT_APPLICABLE),
    **dict.fromkeys(("", "-", "–", "—", "−", "--", "?", "na", "n/a", "#n/a", "null", "none", "nan"), Status.MISSING),
    **dict.fromkeys(("saknas", "uppgift saknas", "ej uppgift", "data saknas", "saknas uppgift"), Status.MISSING),
    **dict.fromkeys(("okänt", "okänd", "vet ej", "ej svar", "missing", "#saknas!", "inget svar"), Status.MISSING),
}
"""Marks that stand where a number is missing, in lower case, and what they mean unless a dataset says otherwise."""


@dataclass(frozen=True, slots=True)
class Mark:
    """What stands in a cell instead of a number.

    `kind` says how a bounded mark is meant: `about` (`~100`: close to the end of the scale), `below` and `above`
    (`<5`, `>95`), `span` (`1-4`); `low` and `high` are the figures it names, both ends included.
    """

    text: str
    status: Status
    kind: str = ""
    low: float | None = None
    high: float | None = None


def parsed_number(text: str, *, decimal: str) -> float | None:
    """Number that a text means, or None.

    A group of three digits after a point or comma is thousands when it is not the decimal mark; anything else after
    it is decimals: with `decimal=","` both `73,5` and `73.5` are 73.5, and `1.234` is 1234.
    """
    plain = text.strip().replace("−", "-").replace("–", "-").removesuffix("%").rstrip()
    if _SPACED.match(plain):
        plain = re.sub(rf"[{_GROUP_SPACE}]", "", plain)
    other = "." if decimal == "," else ","
    if _GROUPED[decimal].match(plain) or (other in plain and decimal in plain):
        plain = plain.replace(other, "")
    plain = plain.replace(",", ".")
    if not _PLAIN.match(plain):
        return None
    value = float(plain)
    return value if math.isfinite(value) else None


def mark_of(text: str, *, missing: Mapping[str, str]) -> Mark | None:
    """What a text that is no number means; None when it means nothing known.

    Parameters
    ----------
    missing : mapping of mark to status
        The dataset's own list; it goes before the built-in one.
    """
    plain = text.strip()
    folded = plain.casefold()
    for mark, status in missing.items():
        if mark.strip().casefold() == folded:
            return Mark(plain, Status(status))
    if folded in DEFAULT_MARKS:
        return Mark(plain, DEFAULT_MARKS[folded])
    if match := _BOUND.match(plain):
        return _bound(plain, match[1].casefold(), float(match[2].replace(",", ".")))
    if match := _SPAN.match(plain):
        low, high = float(match[1]), float(match[2])
        return Mark(plain, Status.BOUNDED, "span", low, high) if low < high else None
    return None


def _bound(text: str, sign: str, figure: float) -> Mark:
    if sign in ("~", "ca"):
        return Mark(text, Status.BOUNDED, "about", figure, figure)
    if sign in ("<=", "≤"):
        return Mark(text, Status.BOUNDED, "below", 0.0, figure)
    if sign in (">=", "≥"):
        return Mark(text, Status.BOUNDED, "above", figure, None)
    if sign == ">":
        return Mark(text, Status.BOUNDED, "above", figure + (figure.is_integer()), None)
    return Mark(text, Status.BOUNDED, "below", 0.0, figure - (figure.is_integer()))


def _text_figures(texts: pl.Series, *, decimal: str) -> pl.Series:
    """Numbers of a text column, null where there is none; fast for plain numbers, careful for the rest."""
    ready = texts.str.replace(",", ".", literal=True) if decimal == "," else texts
    simple = ready.cast(pl.Float64, strict=False)
    if decimal == ",":
        simple = simple.set(texts.str.contains(".", literal=True).fill_null(False), None)
    simple = simple.set(~simple.is_finite().fill_null(True), None)
    hard = texts.filter(simple.is_null() & texts.is_not_null()).unique()
    known = {text: value for text in hard.to_list() if (value := parsed_number(text, decimal=decimal)) is not None}
    if not known:
        return simple
    found = texts.replace_strict(list(known), list(known.values()), default=None, return_dtype=pl.Float64)
    return simple.zip_with(simple.is_not_null(), found)


def figures_of(column: pl.Series, *, decimal: str, marks: Collection[str] = ()) -> tuple[pl.Series, pl.Series]:
    """Numbers of a column and, where there is no number, the text that stands there (empty text for nothing).

    Parameters
    ----------
    marks : collection of str
        Texts that are marks although they look like numbers: `99` for no answer, `0` for hidden.

    Returns
    -------
    numbers, texts : Series
        float64 and text; in each row exactly one of them is null.
    """
    if column.dtype == pl.Boolean or column.dtype.is_numeric():
        numbers = column.cast(pl.Float64)
        numbers = numbers.set(~numbers.is_finite().fill_null(True), None)
        texts = pl.select(pl.when(numbers.is_null()).then(pl.lit(""))).to_series()
        for mark in marks:
            if (value := parsed_number(mark, decimal=decimal)) is not None:
                same = (numbers == value).fill_null(False)
                numbers, texts = numbers.set(same, None), texts.set(same, mark)
        return numbers, texts
    texts = column.cast(pl.String).str.strip_chars()
    numbers = _text_figures(texts, decimal=decimal)
    if marks:
        numbers = numbers.set(texts.is_in(list(marks)).fill_null(False), None)
    rest = texts.fill_null("").to_frame("t").select(pl.when(numbers.is_null()).then(pl.col("t"))).to_series()
    return numbers, rest
