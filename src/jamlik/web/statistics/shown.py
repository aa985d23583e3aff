"""A difference's figures as a page shows them: both sides, the gap with its interval, the people it is about."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from jamlik.analysis.labels import unit_label
from jamlik.model.words import format_number, format_signed
from jamlik.web.core.texts import say

__all__ = ["capital", "decimals_of", "figures_of"]


def capital(text: str) -> str:
    """The text with a capital first letter."""
    return text[:1].upper() + text[1:]


def _number(value: Any, lang: str, *, decimals: int = 0, signed: bool = False) -> str:
    if value is None:
        return ""
    return (format_signed if signed else format_number)(float(value), decimals, lang)


def decimals_of(numbers: Mapping[str, Any]) -> int:
    """Decimals that the levels and the gap were rounded to: canonical JSON leaves out a last zero."""
    told = [
        str(numbers[name]) for name in ("level", "level_reference", "gap", "gap_low", "gap_high") if numbers.get(name)
    ]
    most = max((len(text.partition(".")[2]) for text in told if "e" not in text), default=0)
    return max(most, 1) if numbers.get("unit") == "%" else most


def figures_of(numbers: Mapping[str, Any], *, group: str, reference: str, lang: str) -> dict[str, Any] | None:
    """Both sides and the difference; nothing where there are no numbers to show."""
    if numbers.get("gap") is None:
        return None
    decimals = decimals_of(numbers)
    gap = {
        name: _number(numbers.get(name), lang, decimals=decimals, signed=True)
        for name in ("gap", "gap_low", "gap_high")
    }
    unit = unit_label(str(numbers.get("unit", "")), lang)
    told = {
        "gap": gap["gap"],
        "low": gap["gap_low"],
        "high": gap["gap_high"],
        "unit": say("statistics.finding.unit_percent") if unit == "%" else unit,
    }
    key = "gap_interval" if gap["gap_low"] else "gap_alone"
    sides = (
        (group, numbers.get("level"), numbers.get("base_n")),
        (reference, numbers.get("level_reference"), numbers.get("reference_n")),
    )
    persons = numbers.get("persons_worse_off") or numbers.get("persons")
    return {
        "unit": unit,
        "sides": [
            {"name": capital(name), "level": _number(level, lang, decimals=decimals), "n": _number(n, lang)}
            for name, level, n in sides
        ],
        "gap": say(f"statistics.finding.{key}", **told),
        "persons": _number(abs(float(persons)), lang) if persons else "",
    }
