"""The gap between women and men, the same number wherever it is told: the analysis' own, where there is one."""

from __future__ import annotations

from dataclasses import dataclass

from jamlik.charts.subject import NUMBER_SHOWN, Point, Subject
from jamlik.model.findings import Certainty, Finding
from jamlik.model.groupings import Group
from jamlik.model.words import published

__all__ = ["Gap", "apart", "sex_gap"]

_SURE = (Certainty.CLEAR, Certainty.INDICATED)


@dataclass(frozen=True, slots=True)
class Gap:
    """Women minus men, rounded as it is published; `sure` is None where nothing tells how certain it is."""

    value: float
    low: float | None = None
    high: float | None = None
    sure: bool | None = None


def apart(first: Point, second: Point) -> bool | None:
    """Whether two intervals lie apart; None when a point has none."""
    if first.low is None or first.high is None or second.low is None or second.high is None:
        return None
    return first.low > second.high or second.low > first.high


def sex_gap(subject: Subject, group: Group, period: str = "") -> Gap | None:
    """Women minus men in a group; None where either side is not shown.

    A finding's gap is rounded once, from what was measured. The difference between two rounded levels can be a digit
    off, and stands only where the analysis has not given the gap itself.
    """
    period = period or subject.latest
    sides = subject.with_sex(group, "K"), subject.with_sex(group, "M")
    women, men = (subject.at(side, period) for side in sides)
    if women is None or men is None or women.value is None or men.value is None:
        return None
    for turned in (False, True):
        finding = subject.findings.get(sides[::-1] if turned else sides)
        told = _told(subject, finding, period, turned) if finding is not None else None
        if told is not None:
            return told
    return Gap(published(women.value - men.value, subject.decimals), sure=apart(women, men))


def _told(subject: Subject, finding: Finding, period: str, turned: bool) -> Gap | None:
    def rounded(number: float) -> float:
        return published(-number if turned else number, subject.decimals)

    if finding.status not in NUMBER_SHOWN:
        return None
    if finding.period == period and finding.gap is not None:
        if finding.gap_low is None or finding.gap_high is None:
            return Gap(rounded(finding.gap))
        low, high = sorted((rounded(finding.gap_low), rounded(finding.gap_high)))
        return Gap(rounded(finding.gap), low, high, finding.certainty in _SURE)
    if finding.trend is not None and finding.trend.first_period == period:
        return Gap(rounded(finding.trend.first_gap))
    return None
