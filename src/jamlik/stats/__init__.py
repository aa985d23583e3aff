"""Statistics: arrays in, frozen results out, many settings at once."""

from jamlik.stats.gaps import (
    difference_from_total,
    estimate_difference,
    mean_difference,
    odds_ratio,
    persons_affected,
    proportion_difference,
    proportion_ratio,
)
from jamlik.stats.multiple import bh_q_values
from jamlik.stats.rates import (
    mean_interval,
    rate_interval,
    sample_variance,
    standard_error_from_interval,
    standard_error_of_mean,
    standard_error_of_proportion,
    standard_error_of_rate,
    wilson_interval,
)
from jamlik.stats.results import Estimate, Gap, Test

__all__ = [
    "Estimate",
    "Gap",
    "Test",
    "bh_q_values",
    "difference_from_total",
    "estimate_difference",
    "mean_difference",
    "mean_interval",
    "odds_ratio",
    "persons_affected",
    "proportion_difference",
    "proportion_ratio",
    "rate_interval",
    "sample_variance",
    "standard_error_from_interval",
    "standard_error_of_mean",
    "standard_error_of_proportion",
    "standard_error_of_rate",
    "wilson_interval",
]
