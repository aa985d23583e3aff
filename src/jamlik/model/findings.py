"""Levels and findings: what the analysis says about protected cells."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from jamlik.model.groupings import Group
from jamlik.model.tables import Status

__all__ = ["Certainty", "Explained", "Finding", "GapTrend", "Level", "Levelling"]


class Certainty(StrEnum):
    """How sure a difference is."""

    CLEAR = "clear"
    INDICATED = "indicated"
    UNCLEAR = "unclear"
    NOT_TESTABLE = "not_testable"


class Levelling(StrEnum):
    """How a gap changed from the first to the last period, and at what level."""

    UP = "levelling_up"
    DOWN = "levelling_down"
    WIDENING = "widening"
    UNCHANGED = "unchanged"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Level:
    """A group's level with its interval, in the indicator's unit; numbers are None unless shown or perturbed.

    `shrunken` is the empirical-Bayes level used for maps and ranking between areas.
    `bound_low`, `bound_high` only for status bounded.
    """

    indicator: str
    period: str
    group: Group
    status: Status
    base_n: float | None = None
    count_n: float | None = None
    value: float | None = None
    low: float | None = None
    high: float | None = None
    shrunken: float | None = None
    bound_low: float | None = None
    bound_high: float | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class GapTrend:
    """How a gap changed over the periods: change per year in the indicator's unit, with interval and p-value.

    `level_slope` and its limits are the change per year of the group's own level, `reference_slope` of the reference's.
    """

    first_period: str
    last_period: str
    first_gap: float
    slope: float
    slope_low: float
    slope_high: float
    p_value: float
    q_value: float
    levelling: Levelling
    level_slope: float | None = None
    level_slope_low: float | None = None
    level_slope_high: float | None = None
    reference_slope: float | None = None


@dataclass(frozen=True, slots=True)
class Explained:
    """How much of a gap goes with a covariate: the part left when composition is the same, and its range.

    `unexplained`, `low`, `high`, `p_value` use the pooled composition; `range_low`, `range_high` span the reasonable
    choices of reference. `outside_n` people stand in strata where only one side has people.
    """

    covariate: str
    unexplained: float
    low: float
    high: float
    p_value: float
    explained: float
    range_low: float
    range_high: float
    outside_n: float
    may_be_unequal: bool = False


@dataclass(frozen=True, slots=True)
class Finding:
    """One difference between a group and its reference.

    `gap` = level − level_reference, in the indicator's unit. `persons` = how many more (+) or fewer (−) people in the
    group would have the outcome if it had the reference's level. When `status` is not shown every number is None,
    `certainty` is not_testable and the sentence says only that the figures may not be shown.
    `worse_off` is `group`, `reference` or empty (neutral or equal); `persons_worse_off` is the number of people for
    the worse-off side. `q_threshold` is the q-value of the gap being no larger than the practical threshold. `adds` is
    False when a combination says no more than its parts do.
    """

    finding_id: str
    question_key: str
    rank: int | None
    indicator: str
    period: str
    dimension: str
    group: Group
    reference: Group
    group_label: str
    reference_label: str
    status: Status
    certainty: Certainty
    level: float | None = None
    level_reference: float | None = None
    gap: float | None = None
    gap_low: float | None = None
    gap_high: float | None = None
    ratio: float | None = None
    ratio_low: float | None = None
    ratio_high: float | None = None
    p_value: float | None = None
    q_value: float | None = None
    q_threshold: float | None = None
    persons: float | None = None
    persons_low: float | None = None
    persons_high: float | None = None
    worse_off: str = ""
    persons_worse_off: float | None = None
    effect: float | None = None
    adds: bool = True
    base_n: float | None = None
    reference_n: float | None = None
    method: str = ""
    trend: GapTrend | None = None
    explained: tuple[Explained, ...] = ()
    sentence: str = ""
