"""Statistics: arrays in, frozen results out, many settings at once."""

from jamlik.stats.benchmarks import (
    benchmark_class,
    funnel_of_counts,
    funnel_of_proportions,
    quantile_group,
    recent_trend,
)
from jamlik.stats.course import ChangePoints, TargetCourse, change_points, target_course
from jamlik.stats.decompose import COMPOSITIONS, Decomposition, decompose_gap
from jamlik.stats.deviation import Deviation, mean_deviation
from jamlik.stats.distribution import atkinson, dissimilarity, distribution_index, exposure, gini, quantile_ratio
from jamlik.stats.gaps import (
    difference_from_total,
    estimate_difference,
    estimate_ratio,
    mean_difference,
    odds_ratio,
    persons_affected,
    proportion_difference,
    proportion_ratio,
)
from jamlik.stats.inequality_ordered import SlopeIndex, concentration_index, cumulative_rank, slope_index
from jamlik.stats.inequality_unordered import Spread, attributable_risk, between_group_spread, entropy_index
from jamlik.stats.life import life_expectancy
from jamlik.stats.medians import median_difference, quantile_interval
from jamlik.stats.multiple import bh_q_values
from jamlik.stats.paired import estimate_difference_from_total, mean_difference_from_total, paired_difference
from jamlik.stats.rate_gaps import rate_difference, rate_ratio
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
from jamlik.stats.score_gaps import score_difference, score_ratio
from jamlik.stats.small_area import (
    ShrunkenLevels,
    between_area_deviation,
    median_odds_ratio,
    shrunken_levels,
    shrunken_proportions,
)
from jamlik.stats.standardise import (
    standardised_mean,
    standardised_proportion,
    standardised_rate,
    standardised_ratio,
)
from jamlik.stats.survey import SurveyLevel, survey_level
from jamlik.stats.trends import SeriesUncertainty, Trend, levelling, series_uncertainty, trend_of_gap, trend_slope

__all__ = [
    "COMPOSITIONS",
    "ChangePoints",
    "Decomposition",
    "Deviation",
    "Estimate",
    "Gap",
    "SeriesUncertainty",
    "ShrunkenLevels",
    "SlopeIndex",
    "Spread",
    "SurveyLevel",
    "TargetCourse",
    "Test",
    "Trend",
    "atkinson",
    "attributable_risk",
    "benchmark_class",
    "between_area_deviation",
    "between_group_spread",
    "bh_q_values",
    "change_points",
    "concentration_index",
    "cumulative_rank",
    "decompose_gap",
    "difference_from_total",
    "dissimilarity",
    "distribution_index",
    "entropy_index",
    "estimate_difference",
    "estimate_difference_from_total",
    "estimate_ratio",
    "exposure",
    "funnel_of_counts",
    "funnel_of_proportions",
    "gini",
    "levelling",
    "life_expectancy",
    "mean_deviation",
    "mean_difference",
    "mean_difference_from_total",
    "mean_interval",
    "median_difference",
    "median_odds_ratio",
    "odds_ratio",
    "paired_difference",
    "persons_affected",
    "proportion_difference",
    "proportion_ratio",
    "quantile_group",
    "quantile_interval",
    "quantile_ratio",
    "rate_difference",
    "rate_interval",
    "rate_ratio",
    "recent_trend",
    "sample_variance",
    "score_difference",
    "score_ratio",
    "series_uncertainty",
    "shrunken_levels",
    "shrunken_proportions",
    "slope_index",
    "standard_error_from_interval",
    "standard_error_of_mean",
    "standard_error_of_proportion",
    "standard_error_of_rate",
    "standardised_mean",
    "standardised_proportion",
    "standardised_rate",
    "standardised_ratio",
    "survey_level",
    "target_course",
    "trend_of_gap",
    "trend_slope",
    "wilson_interval",
]
