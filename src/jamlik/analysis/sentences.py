"""One difference in words, in Swedish, English or Finnish, from published numbers only."""

from __future__ import annotations

import re
from collections.abc import Mapping

from jamlik.analysis.labels import unit_label
from jamlik.model.findings import Certainty, Explained, Finding, Levelling
from jamlik.model.groupings import Dimension
from jamlik.model.indicators import Indicator
from jamlik.model.tables import Status
from jamlik.model.words import format_number, format_percent, format_signed, joined, phrase, published

__all__ = ["capitalised", "finding_sentence"]

_FEW = 5


def finding_sentence(
    finding: Finding,
    *,
    indicator: Indicator,
    dimensions: Mapping[str, Dimension],
    lang: str,
    decimals: int,
    elsewhere: Mapping[str, float] | None = None,
) -> str:
    """Return the finding as a few short sentences.

    A finding that is not shown gets a sentence without number, sign or direction.

    Parameters
    ----------
    decimals : int
        Decimals of the indicator's levels and gaps, the same as in its tables.
    elsewhere : mapping of place to gap, optional
        The same gap in other municipalities.
    """
    name, group, reference = indicator.title(lang), finding.group_label, finding.reference_label
    if finding.gap is None or finding.level is None or finding.level_reference is None:
        key = finding.status.value if finding.status is not Status.SHOWN else "missing"
        key = {"suppressed": "hidden", "perturbed": "missing"}.get(key, key)
        return phrase(lang, f"sentences.{key}", indicator=name, group=group, reference=reference)
    parts = [
        phrase(
            lang,
            "sentences.level",
            indicator=name,
            group=group,
            level=_level(finding.level, indicator, decimals, lang),
            reference=reference,
            level_reference=_level(finding.level_reference, indicator, decimals, lang),
        ),
        _gap(finding, indicator, decimals, lang),
        phrase(lang, f"sentences.{finding.certainty.value}"),
        _persons(finding, lang),
        phrase(lang, "sentences.series") if finding.method == "series" else "",
        _trend(finding, lang),
        *(_explained(part, finding, indicator, dimensions, decimals, lang) for part in finding.explained),
        _elsewhere(elsewhere or {}, finding, decimals, lang),
    ]
    return " ".join(part for part in parts if part)


def _level(value: float, indicator: Indicator, decimals: int, lang: str) -> str:
    if indicator.unit == "%":
        return format_percent(value, decimals, lang)
    number = format_number(value, decimals, lang)
    return number if not indicator.unit else phrase(lang, "sentences.in_unit", gap=number, unit=_unit(indicator, lang))


def _unit(indicator: Indicator, lang: str) -> str:
    """Unit as it follows a number: `antal/1000 inv` becomes `per 1000 inv`."""
    return unit_label(re.sub(r"^antal\s*/\s*", "per ", indicator.unit), lang)


def _in_unit(number: str, indicator: Indicator, lang: str) -> str:
    if indicator.unit == "%":
        return phrase(lang, "sentences.points", gap=number)
    return phrase(lang, "sentences.in_unit", gap=number, unit=_unit(indicator, lang)) if indicator.unit else number


def _gap(finding: Finding, indicator: Indicator, decimals: int, lang: str) -> str:
    gap = published(abs(finding.gap or 0.0), decimals)
    if gap == 0:
        return phrase(lang, "sentences.equal")
    size = _in_unit(format_number(gap, decimals, lang), indicator, lang)
    if finding.gap_low is None or finding.gap_high is None:
        return phrase(lang, "sentences.gap_alone", gap=size)
    ends = (finding.gap_low, finding.gap_high)
    low, high = ends if (finding.gap or 0.0) > 0 else (-ends[1], -ends[0])
    return phrase(
        lang,
        "sentences.gap",
        gap=size,
        low=format_number(low, decimals, lang),
        high=format_number(high, decimals, lang),
    )


def _persons(finding: Finding, lang: str) -> str:
    if finding.persons is None or finding.certainty in (Certainty.UNCLEAR, Certainty.NOT_TESTABLE):
        return ""
    if not finding.worse_off and (finding.gap or 0.0) > 0:  # nobody knows whether fewer would be better
        return ""
    n = finding.persons if finding.worse_off != "reference" or finding.persons_worse_off is None else None
    group = finding.group_label
    if n is None:
        if any(code.startswith("!") for _, code in finding.reference):
            return ""
        n, group = finding.persons_worse_off or 0.0, finding.reference_label
    if abs(n) < _FEW:
        return phrase(lang, "sentences.persons_few", n=_FEW)
    key = "persons_more" if n > 0 else "persons_fewer"
    return phrase(lang, f"sentences.{key}", n=format_number(abs(n), 0, lang), group=group)


def _trend(finding: Finding, lang: str) -> str:
    trend = finding.trend
    if trend is None or trend.levelling in (Levelling.UNCHANGED, Levelling.UNKNOWN) or not trend.q_value < 0.05:
        return ""
    key = trend.levelling.value if finding.worse_off or trend.levelling is Levelling.WIDENING else "smaller"
    return phrase(lang, f"sentences.trend_{key}", first=trend.first_period)


def _explained(
    part: Explained,
    finding: Finding,
    indicator: Indicator,
    dimensions: Mapping[str, Dimension],
    decimals: int,
    lang: str,
) -> str:
    if finding.certainty not in (Certainty.CLEAR, Certainty.INDICATED) or not finding.gap:
        return ""
    covariate = dimensions[part.covariate].title or part.covariate
    left = part.unexplained * (1 if finding.gap > 0 else -1)
    share = left / abs(finding.gap)
    gap = _in_unit(format_number(left, decimals, lang), indicator, lang)
    if part.low <= 0 <= part.high and share < 1 / 3:
        key = "explained_most"
    else:
        key = "explained_part" if share < 0.8 else "explained_none"
    told = phrase(lang, f"sentences.{key}", covariate=covariate.lower(), gap=gap)
    if part.may_be_unequal and key != "explained_none":
        told += " " + phrase(lang, "sentences.explained_caution", covariate=covariate.lower())
    return told


def _elsewhere(places: Mapping[str, float], finding: Finding, decimals: int, lang: str) -> str:
    if not places:
        return ""
    told = [
        phrase(lang, "sentences.elsewhere_place", place=place, gap=format_signed(gap, decimals, lang))
        for place, gap in places.items()
    ]
    sides = {"group": capitalised(finding.group_label), "reference": finding.reference_label}
    return phrase(lang, "sentences.elsewhere", places=joined(lang, told), **sides)


def capitalised(text: str) -> str:
    """The text with a capital first letter."""
    return text[:1].upper() + text[1:]
