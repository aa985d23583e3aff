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
from jamlik.analysis.normal import normal_probability, normal_quantile
from jamlik.model.findings import Certainty, Finding
from jamlik.model.groupings import Group
from jamlik.model.questions import Comparison

__all__ = [
    "adds_to_parts",
    "certainty",
    "family_q_values",
    "family_weights",
    "ordered",
    "threshold_p_values",
]

Floats = NDArray[np.float64]
_SURE = 1.96


def family_weights(asked: Sequence[Comparison], testable: NDArray[np.bool_]) -> Floats:
    """Weight of each comparison in the family: every way of dividing people gets the same share of the whole.

    A division with few comparisons (women and men) then carries more weight for each than one with many (sex by age by
    area). Depends on what was asked and can be tested, never on what was found. Mean 1 over the testable ones.
    """
    labels = [c.dimension for c in asked]
    size: dict[str, int] = {}
    for label, used in zip(labels, testable, strict=True):
        size[label] = size.get(label, 0) + int(used)
    weight = np.array([1.0 / size[label] if size[label] else 0.0 for label in labels])
    mean = weight[testable].mean() if testable.any() else 1.0
    return np.asarray(weight / mean, dtype=np.float64)


def family_q_values(p_values: Floats, weight: Floats) -> Floats:
    """q-values of the run's whole family: weighted Benjamini–Hochberg (Genovese, Roeder and Wasserman 2006).

    Never below the comparison's own p-value: where many other differences are sure, a large weight would else carry a
    comparison that shows nothing by itself. This can only make fewer differences sure.
    """
    q_values = np.asarray(stats.bh_q_values(p_value=p_values, weight=weight), dtype=np.float64)
    return np.maximum(q_values, p_values)


def threshold_p_values(numbers: GapNumbers, *, threshold: float, confidence: float) -> Floats:
    """One-sided p-value of each gap being no larger than the practical threshold, from its own interval.

    The half-width on the side towards zero stands for the standard error, so that an asymmetric interval counts as it
    is. 1 where the gap is within the threshold; NaN where there is no interval.
    """
    near = np.where(numbers.gap > 0, numbers.gap - numbers.low, numbers.high - numbers.gap)
    with np.errstate(divide="ignore", invalid="ignore"):
        z = normal_quantile(confidence) * (np.abs(numbers.gap) - threshold) / near
    return np.where(np.isnan(z), np.nan, 1 - normal_probability(z))


def certainty(
    *, q_value: float, q_threshold: float, low: float, high: float, threshold: float, confidence: float
) -> Certainty:
    """Class of one difference.

    Clear needs q below 1 − confidence, the whole interval beyond the practical threshold, and to be beyond it also when
    account is taken of how many comparisons could have been (`q_threshold`): a gap that was picked out among hundreds
    looks larger than it is, and its plain interval lies beyond the threshold too often (ADR 0005).
    """
    level = round(1 - confidence, 12)
    if not np.isfinite(q_value):
        return Certainty.NOT_TESTABLE
    if q_value >= level:
        return Certainty.UNCLEAR
    beyond = (low > threshold or high < -threshold) and q_threshold < level
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
