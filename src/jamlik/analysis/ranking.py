"""Certainty of each difference and the order a reader should meet them in.

Order: first what is clear, then what is indicated, and within each the differences that concern most people, counted
with the end of the interval nearest zero, so that a small and noisy group never comes first for being noisy. A group
that is better off than the rest comes after those that are worse off; a combination that says no more than its parts
(girls in Norr, when all in Norr) comes after its parts.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from jamlik import stats
from jamlik.analysis.gaps import GapNumbers
from jamlik.model.findings import Certainty, Finding
from jamlik.model.groupings import Group
from jamlik.model.questions import Comparison

__all__ = ["adds_to_parts", "certainty", "family_q_values", "ordered"]

Floats = NDArray[np.float64]
_WEIGHT = {1: 4.0, 2: 2.0}
_SURE = 1.96


def family_q_values(p_values: Floats, asked: Sequence[Comparison]) -> Floats:
    """q-values of the run's whole family: weighted Benjamini–Hochberg.

    A comparison by one dimension carries four times, by two dimensions twice the weight of one by three: decided before
    any figure is seen, because few questions of the first kind are asked and most is decided on them.
    """
    weight = np.array([_WEIGHT.get(len(c.group), 1.0) for c in asked])
    return np.asarray(stats.bh_q_values(p_value=p_values, weight=weight), dtype=np.float64)


def certainty(*, q_value: float, low: float, high: float, threshold: float, confidence: float) -> Certainty:
    """Class of one difference: clear needs q below 1 − confidence and the whole interval beyond the threshold."""
    if not np.isfinite(q_value):
        return Certainty.NOT_TESTABLE
    if q_value >= 1 - confidence:
        return Certainty.UNCLEAR
    beyond = low > threshold or high < -threshold
    return Certainty.CLEAR if beyond else Certainty.INDICATED


def adds_to_parts(numbers: GapNumbers) -> NDArray[np.bool_]:
    """Whether a combination's gap differs from the same gap in every coarser grouping it belongs to.

    The coarser gap contains the finer one, so their difference has variance se² − se_coarser² (Hausman 1978); where
    that is not positive the two cannot be told apart and the combination adds nothing.
    """
    place = {(c.group, c.reference): i for i, c in enumerate(numbers.comparisons)}
    adds = np.ones(len(numbers.comparisons), dtype=bool)
    for i, comparison in enumerate(numbers.comparisons):
        fixed = [name for name, _ in comparison.group if name != comparison.varies]
        for name in fixed:
            j = place.get((_without(comparison.group, name), _without(comparison.reference, name)))
            if j is not None and np.isfinite(numbers.gap[j]) and np.isfinite(numbers.gap[i]):
                variance = numbers.se[i] ** 2 - numbers.se[j] ** 2
                apart = abs(numbers.gap[i] - numbers.gap[j])
                adds[i] &= bool(variance > 0 and apart > _SURE * np.sqrt(variance))
    return adds


def _without(group: Group, name: str) -> Group:
    return tuple(part for part in group if part[0] != name)


def _tier(finding: Finding) -> int:
    if finding.certainty is Certainty.UNCLEAR:
        return 6
    strength = finding.worse_off == "reference" and any(code.startswith("!") for _, code in finding.reference)
    sure = 0 if finding.certainty is Certainty.CLEAR else 1
    if not finding.adds:
        return 4 + sure
    return 2 + sure if strength else sure


def ordered(findings: Sequence[Finding], *, score: Mapping[str, float]) -> list[Finding]:
    """Sort findings into reading order; those that cannot be tested come last.

    Parameters
    ----------
    score : mapping of finding id to float
        People concerned for sure, or for published values the relative size of the gap.
    """

    def key(finding: Finding) -> tuple[int, float, str]:
        if finding.certainty is Certainty.NOT_TESTABLE:
            return (9, 0.0, finding.finding_id)
        return (_tier(finding), -score.get(finding.finding_id, 0.0), finding.finding_id)

    return sorted(findings, key=key)
