"""Prevalence and means from surveys with weights, strata and clusters, by Taylor linearisation."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import special

from jamlik.stats._arrays import Floats, Numbers, divided, floats, same_shape, t_quantile
from jamlik.stats.results import Estimate, Result

__all__ = ["SurveyLevel", "survey_level"]


@dataclass(frozen=True, slots=True, eq=False)
class SurveyLevel(Result):
    """A level from a survey.

    Attributes
    ----------
    level : Estimate, shape (...)
        With limits by Student's t; on the log odds, for a prevalence.
    se : float, shape (...)
        Standard error of the level.
    df : float, shape (...)
        Clusters less strata, among those with anybody in the domain.
    design_effect : float, shape (...)
        The variance over that of as many people drawn one by one.
    """

    level: Estimate
    se: Floats
    df: Floats
    design_effect: Floats


def survey_level(
    *,
    value: Numbers,
    weight: Numbers,
    stratum: npt.ArrayLike | None = None,
    cluster: npt.ArrayLike | None = None,
    prevalence: bool = True,
    confidence: float = 0.95,
) -> SurveyLevel:
    """A prevalence or a mean from a survey with a design.

    Parameters
    ----------
    value : float, shape (..., people)
        Each person's answer: 0 or 1 for a prevalence, a number for a mean. NaN is a person outside the domain (another
        group, no answer), who still tells of the design.
    weight : float, shape (..., people)
        How many each person stands for, >= 0; most often one row for all settings.
    stratum, cluster : int, shape (people,), optional
        Which stratum and which cluster (the unit drawn first) each person belongs to; everyone is of one stratum, and
        a cluster of their own, where they are not given. Clusters are told apart within their stratum.
    prevalence : bool
        Whether values are 0 or 1, so that the limits are to stay between.
    confidence : float
        Between 0 and 1.

    Returns
    -------
    SurveyLevel
        The ratio of weighted sums, and the variance between clusters' linearised totals within strata, drawn with
        replacement [cochran1977]_ [wolter2007]_. A stratum with one cluster counts with its distance from the mean of
        all clusters. Limits are NaN where there is no degree of freedom, or where a prevalence is 0 or 1.

    Raises
    ------
    ValueError
        No people axis, a negative weight, strata or clusters of another length, or a prevalence outside 0 to 1.
    """
    y, w = same_shape(value, weight)
    w = np.nan_to_num(w)
    if y.ndim == 0:
        raise ValueError("the people need a last axis")
    if bool((w < 0).any()):
        raise ValueError("a weight must not be negative")
    if prevalence and bool(((y < 0) | (y > 1)).any()):
        raise ValueError("a prevalence must be made of values between 0 and 1")
    place, of_stratum = _design(stratum, cluster, y.shape[-1])
    inside = ~np.isnan(y) & (w > 0)
    own = np.where(inside, w, 0.0)
    whole = own.sum(axis=-1, keepdims=True)
    answer = np.where(inside, y, 0.0)
    level = divided((own * answer).sum(axis=-1), whole[..., 0])
    off = own * divided(np.where(inside, y - np.nan_to_num(level)[..., None], 0.0), whole)
    there = _summed(inside.astype(np.float64), place, of_stratum.size) > 0
    variance, df = _between_clusters(_summed(off, place, of_stratum.size), there, of_stratum)
    se = np.sqrt(np.where(df > 0, variance, np.nan))
    people = inside.sum(axis=-1).astype(np.float64)
    spread = divided((own * (answer - np.nan_to_num(level)[..., None]) ** 2).sum(axis=-1), whole[..., 0])
    alone = divided(spread, np.where(people > 1, people - 1.0, np.nan))
    limits = _limits(level, se, df, prevalence, confidence)
    return SurveyLevel(Estimate(level, *limits), se, np.where(df > 0, df, np.nan), divided(se**2, alone))


def _design(
    stratum: npt.ArrayLike | None, cluster: npt.ArrayLike | None, people: int
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """The position of each person's cluster, and the position of each cluster's stratum."""
    of_stratum = np.zeros(people, np.int64) if stratum is None else np.asarray(stratum)
    of_cluster = np.arange(people) if cluster is None else np.asarray(cluster)
    if of_stratum.shape != (people,) or of_cluster.shape != (people,):
        raise ValueError("stratum and cluster must hold one code for each person")
    strata = np.unique(of_stratum, return_inverse=True)[1].reshape(-1)
    clusters = np.unique(of_cluster, return_inverse=True)[1].reshape(-1)
    joined = strata * (int(clusters.max(initial=0)) + 1) + clusters
    _, first, place = np.unique(joined, return_index=True, return_inverse=True)
    return place.reshape(-1), strata[first]


def _summed(values: Floats, place: npt.NDArray[np.int64], width: int) -> Floats:
    """Sums of the last axis by place."""
    order = np.argsort(place, kind="stable")
    if not width:
        return np.zeros((*values.shape[:-1], 0))
    starts = np.searchsorted(place[order], np.arange(width))
    return floats(np.add.reduceat(values[..., order], starts, axis=-1))


def _between_clusters(
    totals: Floats, there: npt.NDArray[np.bool_], of_stratum: npt.NDArray[np.int64]
) -> tuple[Floats, Floats]:
    """The variance of the sum of the clusters' totals, and its degrees of freedom."""
    strata = int(of_stratum.max(initial=-1)) + 1
    place = of_stratum
    clusters = np.bincount(place, minlength=strata).astype(np.float64)
    mean = _summed(totals, place, strata) / np.maximum(clusters, 1.0)
    alone = clusters == 1.0
    overall = totals.mean(axis=-1, keepdims=True) if totals.shape[-1] else mean
    centre = np.where(alone, overall, mean)
    squares = _summed((totals - centre[..., place]) ** 2, place, strata)
    factor = np.where(alone, 1.0, clusters / np.maximum(clusters - 1.0, 1.0))
    with_somebody = (_summed(there.astype(np.float64), place, strata) > 0).sum(axis=-1)
    counted = np.where(_summed(there.astype(np.float64), place, strata) > 0, clusters, 0.0).sum(axis=-1)
    return (squares * factor).sum(axis=-1), floats(counted - with_somebody)


def _limits(level: Floats, se: Floats, df: Floats, prevalence: bool, confidence: float) -> tuple[Floats, Floats]:
    half = t_quantile(confidence, df) * se
    if not prevalence:
        return level - half, level + half
    possible = (level > 0) & (level < 1) & ~np.isnan(se)
    odds = special.logit(np.where(possible, level, 0.5))
    reach = np.where(possible, half / np.where(possible, level * (1.0 - level), 1.0), np.nan)
    return floats(special.expit(odds - reach)), floats(special.expit(odds + reach))
