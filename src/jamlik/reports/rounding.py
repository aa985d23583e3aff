"""The one place where numbers are rounded to what is published; every writer and chart gets its result from here.

Levels, gaps and their intervals have the decimals of the indicator (one for per cent, else by the size of its largest
level), people are whole, p and q keep four significant digits, ratios and effects three decimals. Rounding twice
changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from jamlik.model.decimals import level_decimals
from jamlik.model.findings import Certainty, Explained, Finding, GapTrend, Level
from jamlik.model.frozen import level_row
from jamlik.model.provenance import fingerprint
from jamlik.model.results import AnalysisResult
from jamlik.model.tables import Status
from jamlik.model.words import published

__all__ = ["content_fingerprint", "content_of", "indicator_decimals", "published_findings", "published_result"]

_RATIO_DECIMALS = 3
_SIGNIFICANT = 4
_SLOPES = (
    *("slope", "slope_low", "slope_high"),
    *("level_slope", "level_slope_low", "level_slope_high", "reference_slope"),
)
_SHOWN = frozenset({Status.SHOWN, Status.PERTURBED})
_NUMBERS = (
    "level", "level_reference", "gap", "gap_low", "gap_high", "ratio", "ratio_low", "ratio_high",
    "p_value", "q_value", "q_threshold", "persons", "persons_low", "persons_high", "persons_worse_off", "effect",
    "base_n", "reference_n", "rank", "trend",
)  # fmt: skip


def _rounded(value: float | None, decimals: int) -> float | None:
    return None if value is None else published(value, decimals)


def _significant(value: float | None) -> float | None:
    return None if value is None else float(f"{value:.{_SIGNIFICANT}g}")


def indicator_decimals(result: AnalysisResult) -> Mapping[str, int]:
    """Decimals of levels and gaps, per indicator."""
    return level_decimals(result.levels, indicators=result.table.indicators)


def _level(level: Level, decimals: int) -> Level:
    bounds = ("bound_low", "bound_high") if level.status is Status.BOUNDED else ()
    kept = ("value", "low", "high", "shrunken") if level.status in _SHOWN else bounds
    numbers = dict.fromkeys(("value", "low", "high", "shrunken", "bound_low", "bound_high", "base_n", "count_n"))
    values: dict[str, Any] = {**numbers, **{name: _rounded(getattr(level, name), decimals) for name in kept}}
    if level.status in _SHOWN:
        values |= {"base_n": _rounded(level.base_n, 0), "count_n": _rounded(level.count_n, 0)}
    return replace(level, **values)


def _trend(trend: GapTrend | None, decimals: int) -> GapTrend | None:
    if trend is None:
        return None
    slopes: dict[str, Any] = {name: _rounded(getattr(trend, name), decimals + 1) for name in _SLOPES}
    return replace(
        trend,
        first_gap=published(trend.first_gap, decimals),
        p_value=float(f"{trend.p_value:.{_SIGNIFICANT}g}"),
        q_value=float(f"{trend.q_value:.{_SIGNIFICANT}g}"),
        **slopes,
    )


def _explained(part: Explained, decimals: int) -> Explained:
    names = ("unexplained", "low", "high", "explained", "range_low", "range_high")
    values: dict[str, Any] = {name: published(getattr(part, name), decimals) for name in names}
    p_value = float(f"{part.p_value:.{_SIGNIFICANT}g}")
    return replace(part, p_value=p_value, outside_n=published(part.outside_n, 0), **values)


def _finding(finding: Finding, decimals: int) -> Finding:
    if finding.status not in _SHOWN:
        silent: dict[str, Any] = dict.fromkeys(_NUMBERS)
        return replace(finding, certainty=Certainty.NOT_TESTABLE, worse_off="", explained=(), **silent)
    names = (
        (decimals, ("level", "level_reference", "gap", "gap_low", "gap_high")),
        (_RATIO_DECIMALS, ("ratio", "ratio_low", "ratio_high", "effect")),
        (0, ("persons", "persons_low", "persons_high", "persons_worse_off", "base_n", "reference_n")),
    )
    values: dict[str, Any] = {
        name: _rounded(getattr(finding, name), places) for places, group in names for name in group
    }
    return replace(
        finding,
        p_value=_significant(finding.p_value),
        q_value=_significant(finding.q_value),
        q_threshold=_significant(finding.q_threshold),
        trend=_trend(finding.trend, decimals),
        explained=tuple(_explained(part, decimals) for part in finding.explained),
        **values,
    )


def published_result(result: AnalysisResult) -> AnalysisResult:
    """The same result with every level and finding rounded to what is published.

    Raises
    ------
    ValueError
        Where a number is NaN or infinite: such a number has no place in a published result.
    """
    decimals = indicator_decimals(result)
    return replace(
        result,
        levels=tuple(_level(level, decimals.get(level.indicator, 1)) for level in result.levels),
        findings=published_findings(result.findings, decimals=decimals),
    )


def published_findings(findings: Iterable[Finding], *, decimals: Mapping[str, int]) -> tuple[Finding, ...]:
    """Findings rounded to what is published, to the decimals of their indicators' levels."""
    return tuple(_finding(finding, decimals.get(finding.indicator, 1)) for finding in findings)


def content_of(result: AnalysisResult) -> Mapping[str, Any]:
    """What is published, and nothing about how it was run: what the fingerprint is taken of.

    The levels, which can be a hundred thousand, stand in it by their own fingerprint.
    """
    return {
        "title": result.title,
        "source": result.source,
        "licence": result.licence,
        "lang": result.lang,
        "audience": result.table.audience,
        "focus": result.focus,
        "indicators": result.table.indicators,
        "dimensions": result.table.dimensions,
        "periods": result.periods,
        "latest": result.latest,
        "family": result.family,
        "levels_fingerprint": fingerprint([level_row(level) for level in result.levels]),
        "findings": result.findings,
        "notes": result.notes,
    }


def content_fingerprint(result: AnalysisResult) -> str:
    """SHA-256 of the canonical JSON of what is published of a result, in hexadecimal; rounded here if it was not."""
    return fingerprint(content_of(published_result(result)))
