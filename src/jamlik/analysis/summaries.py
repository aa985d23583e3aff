"""Measures of inequality by name, for many settings at once: WHO's names beside ours.

What goes in is published already: levels of groups, with their uncertainty. No cell that needs protection comes here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from statistics import NormalDist
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from jamlik import stats
from jamlik.sources.grouptables import GroupTable

__all__ = ["COLUMNS", "ORDERED", "OURS", "UNORDERED", "measure_rows"]

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

COLUMNS = (
    "setting", "date", "indicator_abbr", "dimension", "measure", "estimate", "se", "lowerci", "upperci", "method",
    "note",
)  # fmt: skip
ORDERED = ("d", "r", "aci", "rci", "sii", "rii", "parisk", "paf")
UNORDERED = (
    "d", "r", "bgv", "bgsd", "covar", "mdmu", "mdmw", "mdbu", "mdbw", "mdru", "mdrw", "idisu", "idisw", "ti", "mld",
    "parisk", "paf",
)  # fmt: skip
OURS = (
    "sii_linear", "rii_linear", "aci_erreygers", "rci_wagstaff", "bgv_corrected", "bgsd_corrected", "covar_corrected",
    "ti_corrected", "mld_corrected", "mdmu_corrected", "mdmw_corrected", "mdbu_corrected", "mdbw_corrected",
    "mdru_corrected", "mdrw_corrected", "idisu_corrected", "idisw_corrected", "gini",
    "gini_corrected", "atkinson", "atkinson_corrected",
)  # fmt: skip
_DRAWS = 1000
_WHO_SCALES = (1.0, 100.0, 1000.0)


@dataclass(frozen=True, slots=True)
class _Found:
    """One measure in all settings; `where` says which settings it is for."""

    name: str
    value: Any
    se: Any
    low: Any
    high: Any
    method: Any
    note: Any
    where: Flags


@dataclass(frozen=True, slots=True)
class _Data:
    """What the measures are made of; people are 1 each where a setting has no populations."""

    table: GroupTable
    value: Floats
    se: Floats
    people: Floats
    confidence: float
    compat: bool

    @property
    def used(self) -> Flags:
        return np.asarray(~np.isnan(self.value) & (self.people > 0))

    @property
    def without_people(self) -> Flags:
        return np.asarray(np.isnan(self.table.population).all(axis=1))

    @property
    def with_errors(self) -> Flags:
        """Settings where every group that counts has a standard error, and not all of them are 0."""
        known = ~self.used | ~np.isnan(self.se)
        return np.asarray(known.all(axis=1) & (np.where(self.used, self.se, 0.0) > 0).any(axis=1))


def measure_rows(table: GroupTable, *, compat: bool = False, confidence: float = 0.95, seed: int = 1) -> pl.DataFrame:
    """Every measure of every setting, one row each.

    Parameters
    ----------
    table : GroupTable
        Settings with their groups.
    compat : bool
        healthequal's own estimates, by its own rules, and its intervals where they are on the estimate's scale.
    confidence : float
        Between 0 and 1.
    seed : int
        Of the draws behind the intervals of mean distances; the same seed gives the same file.

    Returns
    -------
    polars.DataFrame
        With `COLUMNS`; null where a measure does not exist, and `note` then says why.
    """
    people = np.where(np.isnan(table.population).all(axis=1, keepdims=True) & table.listed, 1.0, table.population)
    if compat:
        lacking = (table.listed & (np.isnan(table.value) | np.isnan(people))).any(axis=1)
        refused = lacking | (table.listed.sum(axis=1) < 3)
        data = _Data(table, np.where(refused[:, None], np.nan, table.value), table.se, people, confidence, compat)
    else:
        data = _Data(table, table.value, table.se, people, confidence, compat)
    rng = np.random.default_rng(seed)
    found = [*_two_groups(data), *_ordered(data), *_spreads(data), *_distances(data, rng), *_impacts(data)]
    if not compat:
        found += [*_ordered_beside(data), *_wholes(data, rng)]
    return _frame(found, data)


def _normal_quantile(confidence: float) -> float:
    return NormalDist().inv_cdf(0.5 + confidence / 2.0)


def _wherever(first: Any, second: Any, condition: Flags) -> tuple[Floats, Floats]:
    """Limits by one method where the condition holds, by the other elsewhere."""
    return np.where(condition, first.low, second.low), np.where(condition, first.high, second.high)


def _ends(data: _Data) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Positions of the group compared and the one it is compared with, in healthequal's order."""
    table, used = data.table, data.used
    first, last = used.argmax(axis=1), used.shape[1] - 1 - used[:, ::-1].argmax(axis=1)
    highest = np.where(used, data.value, -np.inf).argmax(axis=1)
    lowest = np.where(used, data.value, np.inf).argmin(axis=1)
    lower_better = table.favourable == 0.0
    held = np.where(table.reference >= 0, table.reference, -1)
    one = np.where(table.ordered, np.where(lower_better, first, last), np.where(
        (held >= 0) & ~lower_better, held, highest))  # fmt: skip
    other = np.where(table.ordered, np.where(lower_better, last, first), np.where(
        (held >= 0) & lower_better, held, lowest))  # fmt: skip
    return one, other


def _at(values: Floats, position: npt.NDArray[np.int64]) -> Floats:
    return np.asarray(np.take_along_axis(values, position[:, None], axis=1)[:, 0])


def _two_groups(data: _Data) -> Iterator[_Found]:
    one, other = _ends(data)
    parts = {"value": _at(data.value, one), "se": _at(data.se, one), "value_reference": _at(data.value, other),
             "se_reference": _at(data.se, other)}  # fmt: skip
    everywhere = np.ones(one.size, dtype=np.bool_)
    gap = stats.estimate_difference(**parts, confidence=data.confidence)
    ratio = stats.estimate_ratio(**parts, confidence=data.confidence)
    error = np.hypot(parts["se"], parts["se_reference"])
    log_error = np.hypot(parts["se"] / parts["value"], parts["se_reference"] / parts["value_reference"])
    yield _Found("d", gap.value, error, gap.low, gap.high, "normal", "", everywhere)
    yield _Found("r", ratio.value, log_error, ratio.low, ratio.high, "log-normal; se of the logarithm", "", everywhere)


def _share_of(data: _Data) -> tuple[Floats, Flags]:
    """What 100 % is, and where levels lie between 0 and that."""
    scale = data.table.scale
    if data.compat:
        highest = np.where(data.used, data.value, -np.inf).max(axis=1)
        scale = np.select([highest <= limit for limit in _WHO_SCALES], _WHO_SCALES, default=100_000.0)
    inside = ~data.used | ((data.value >= 0) & (data.value <= scale[:, None]))
    return scale, np.asarray(inside.all(axis=1) & ~np.isnan(scale))


def _slope(data: _Data, *, logit: bool) -> stats.SlopeIndex:
    """Slope indices with limits from standard errors where there are any, from the line elsewhere."""
    scale, possible = _share_of(data)
    unit = np.where(possible, scale, 1.0)[:, None] if logit else np.ones((data.value.shape[0], 1))
    value = np.where(possible[:, None] | (not logit), data.value / unit, np.nan)
    people, rank = data.people, None
    if data.compat:
        people = np.ceil(people)
        rank = np.nan_to_num(stats.cumulative_rank(population=np.where(data.used, people, 0.0)))
        if logit:
            value = np.round(value * people) / np.where(people > 0, people, 1.0)
            people = np.where(data.without_people[:, None], people, people**2)
    ways: list[Any] = ["who", "who"] if data.compat else ["groups", "line"]
    form: Any = "logit" if logit else "linear"
    parts = [
        stats.slope_index(value=value, population=people, se=data.se / unit, rank=rank, form=form, noise=way,
                          confidence=data.confidence)
        for way in ways
    ]  # fmt: skip
    good, times = data.with_errors, unit[:, 0]
    low, high = _wherever(parts[0].sii, parts[1].sii, good)
    rii_low, rii_high = _wherever(parts[0].rii, parts[1].rii, good)
    return stats.SlopeIndex(
        sii=stats.Estimate(parts[0].sii.value * times, low * times, high * times),
        rii=stats.Estimate(parts[0].rii.value, rii_low, rii_high),
        sii_se=np.where(good, parts[0].sii_se, parts[1].sii_se) * times,
        rii_log_se=np.where(good, parts[0].rii_log_se, parts[1].rii_log_se),
    )


def _ordered(data: _Data) -> Iterator[_Found]:
    ordered, good = data.table.ordered, data.with_errors
    by = np.full(good.shape, "regression, HC1") if data.compat else np.where(good, "groups' se", "line, Student t")
    for name, form in (("aci", "absolute"), ("rci", "relative")):
        yield _concentration(data, name, form, ordered)
    logit, linear = _slope(data, logit=True), _slope(data, logit=False)
    _, possible = _share_of(data)
    note = np.where(possible, "", "linear: the levels are no shares of a stated scale")
    method = np.char.add(np.where(possible, "logit; ", "linear; "), by)
    for name in ("sii", "rii"):
        first, second = getattr(logit, name), getattr(linear, name)
        errors = (logit.sii_se, linear.sii_se) if name == "sii" else (logit.rii_log_se, linear.rii_log_se)
        value, se = np.where(possible, first.value, second.value), np.where(possible, *errors)
        yield _Found(name, value, se, *_wherever(first, second, possible), method, note, ordered)


def _concentration(data: _Data, name: str, form: Any, where: Flags) -> _Found:
    """A concentration index; Wagstaff's and Erreygers' on the scale the file states."""
    bounded = form in ("wagstaff", "erreygers")
    unit = np.where(np.isnan(data.table.scale), 1.0, data.table.scale)[:, None] if bounded else 1.0
    ways: list[Any] = ["who", "who"] if data.compat else ["groups", "line"]
    parts = [
        stats.concentration_index(value=data.value / unit, population=data.people, se=data.se / unit, form=form,
                                  noise=way, confidence=data.confidence)
        for way in ways
    ]  # fmt: skip
    good = data.with_errors
    by = np.full(good.shape, "convenience regression") if data.compat else np.where(good, "groups' se", "line, t")
    (one, error), (other, other_error) = parts
    se = np.where(good, error, other_error)
    return _Found(name, one.value, se, *_wherever(one, other, good), by, "", where)


def _ordered_beside(data: _Data) -> Iterator[_Found]:
    linear = _slope(data, logit=False)
    by = np.where(data.with_errors, "linear; groups' se", "linear; line, Student t")
    ordered = data.table.ordered
    yield _Found("sii_linear", linear.sii.value, linear.sii_se, linear.sii.low, linear.sii.high, by, "", ordered)
    yield _Found("rii_linear", linear.rii.value, linear.rii_log_se, linear.rii.low, linear.rii.high, by, "", ordered)
    _, possible = _share_of(data)
    yield _concentration(data, "aci_erreygers", "erreygers", ordered & possible)
    yield _concentration(data, "rci_wagstaff", "wagstaff", ordered & possible)


_SPREADS: tuple[tuple[str, Callable[..., stats.Spread], str, float], ...] = (
    ("bgv", stats.between_group_spread, "variance", 1.0),
    ("bgsd", stats.between_group_spread, "deviation", 1.0),
    ("covar", stats.between_group_spread, "variation", 100.0),
    ("ti", stats.entropy_index, "theil", 1000.0),
    ("mld", stats.entropy_index, "log_deviation", 1000.0),
)


def _spreads(data: _Data) -> Iterator[_Found]:
    """Variance and entropy; where a level is below 0 there is no entropy."""
    z = _normal_quantile(data.confidence)
    plain = ~data.table.ordered
    positive = np.asarray((~data.used | (data.value >= 0)).all(axis=1))
    for name, function, measure, times in _SPREADS:
        entropy = function is stats.entropy_index
        value = np.where(positive[:, None] | (not entropy), data.value, np.nan)
        found = function(value=value, population=data.people, se=data.se, measure=measure, confidence=data.confidence)
        raw, se, mended = found.value * times, found.se * times, found.corrected
        low, high = mended.low * times, mended.high * times
        if data.compat:
            yield _Found(name, raw, se, raw - z * se, raw + z * se, "normal", "", plain)
            continue
        note, bare = _notes(data, raw, low)
        yield _Found(name, raw, se, low, high, "noncentral chi-square", note, plain)
        yield _Found(f"{name}_corrected", mended.value * times, np.nan, low, high, "noncentral chi-square", bare, plain)


_DISTANCES: tuple[tuple[str, str, bool, bool], ...] = (
    ("mdmu", "mean", False, False), ("mdmw", "mean", True, False), ("mdbu", "best", False, False),
    ("mdbw", "best", True, False), ("mdru", "reference", False, False), ("mdrw", "reference", True, False),
    ("idisu", "mean", False, True), ("idisw", "mean", True, True),
)  # fmt: skip


def _distances(data: _Data, rng: np.random.Generator) -> Iterator[_Found]:
    """Mean distances; the groups are turned where lower is better, so that the best is always the highest."""
    table, plain = data.table, ~data.table.ordered
    average = np.where(data.without_people, table.average, np.nan)
    centres: dict[str, list[tuple[Flags, dict[str, Any]]]] = {
        "mean": [(plain & np.isnan(average), {}), (plain & ~np.isnan(average), {"centre": average})],
        "best": [(plain & (table.favourable == 1.0), {"best": "highest"}),
                 (plain & (table.favourable == 0.0), {"best": "lowest"})],
        "reference": [(plain & (table.reference >= 0), {"centre_group": table.reference})],
    }  # fmt: skip
    _, possible = _share_of(data)
    edges = (np.where(possible, 0.0, -np.inf), np.where(possible, table.scale, np.inf))
    for name, centre, weighted, relative in _DISTANCES:
        whole = np.full((6, plain.size), np.nan)
        for some, given in centres[centre]:
            options: dict[str, Any] = {
                key: part if isinstance(part, str) else part[some] for key, part in given.items()
            }
            found = stats.mean_deviation(
                value=data.value[some], population=data.people[some], se=data.se[some], weighted=weighted,
                relative=relative, bounds=(edges[0][some], edges[1][some]), draws=_DRAWS, rng=rng,
                confidence=data.confidence, **options,
            )  # fmt: skip
            mended = found.corrected
            whole[:, some] = [found.value, found.low, found.high, mended.value, mended.low, mended.high]
        where = np.any([some for some, _ in centres[centre]], axis=0)
        joined = stats.Deviation(whole[0], whole[1], whole[2], stats.Estimate(whole[3], whole[4], whole[5]))
        yield from _distance_rows(name, joined, 100.0 if relative else 1.0, where, data)


def _notes(data: _Data, value: Floats, low: Floats) -> tuple[npt.NDArray[np.str_], npt.NDArray[np.str_]]:
    """What is to be said of a measure that carries noise, and of the one without."""
    without = np.isnan(low) & ~np.isnan(value)
    reason = np.where(data.with_errors, "no interval: a group lies too near 0", "no interval: standard errors missing")
    bare = np.where(without, reason, "")
    return np.where(without, bare, "the estimate carries the groups' noise; the interval does not"), bare


def _distance_rows(name: str, found: stats.Deviation, times: float, where: Flags, data: _Data) -> Iterator[_Found]:
    value, mended = found.value * times, found.corrected
    if data.compat:
        yield _Found(name, value, np.nan, found.low * times, found.high * times, "percentiles of draws", "", where)
        return
    low, high = mended.low * times, mended.high * times
    note, bare = _notes(data, value, low)
    yield _Found(name, value, np.nan, low, high, "draws, test turned round", note, where)
    yield _Found(f"{name}_corrected", mended.value * times, np.nan, low, high, "draws, test turned round", bare, where)


def _impacts(data: _Data) -> Iterator[_Found]:
    """What everyone would gain at the level of the best group: the most advantaged, where groups have an order."""
    table, used = data.table, data.used
    last = used.shape[1] - 1 - used[:, ::-1].argmax(axis=1)
    highest = np.where(used, data.value, -np.inf).argmax(axis=1)
    lowest = np.where(used, data.value, np.inf).argmin(axis=1)
    best = np.where(table.ordered, last, np.where(table.favourable == 0.0, lowest, highest))
    where = table.ordered | ~np.isnan(table.favourable)
    scale = np.where(np.isnan(table.scale), 1.0, table.scale)
    unit = scale[:, None]
    good = data.with_errors & (not data.compat)
    parts = {"population": data.people, "best_group": best, "confidence": data.confidence}
    known = stats.attributable_risk(value=data.value / unit, se=data.se / unit, **parts)
    inside = (~used | ((data.value >= 0) & (data.value <= unit))).all(axis=1) & ~np.isnan(table.scale)
    binomial = stats.attributable_risk(value=np.where(inside[:, None], data.value / unit, np.nan), **parts)
    average = np.where(data.without_people, table.average, np.nan) / scale
    top = _at(data.value, best) / scale
    for name, own, other, times in (("parisk", known[0], binomial[0], scale), ("paf", known[1], binomial[1], 100.0)):
        low, high = _wherever(own, other, good)
        published = top - average if name == "parisk" else top / average - 1.0
        bare = data.without_people
        value = np.where(bare & ~np.isnan(average), published, own.value) * times
        low, high = (np.where(bare, np.nan, part) * times for part in (low, high))
        by = np.where(good, "groups' se", "binomial")
        note = np.where(bare, "from the setting's average: no populations", "")
        se = (high - low) / 2.0 / _normal_quantile(data.confidence)
        yield _Found(name, value, se, low, high, np.where(bare, "none", by), note, where)


def _wholes(data: _Data, rng: np.random.Generator) -> Iterator[_Found]:
    """Gini and Atkinson over the groups, as they stand and with the noise taken out."""
    positive = np.asarray((~data.used | (data.value >= 0)).all(axis=1))
    value = np.where(positive[:, None], data.value, np.nan)
    everywhere = np.ones(positive.shape, dtype=np.bool_)
    measures: tuple[Any, ...] = ("gini", "atkinson")
    for name in measures:
        found = stats.distribution_index(value=value, population=data.people, se=data.se, measure=name, draws=_DRAWS,
                                         rng=rng, confidence=data.confidence)  # fmt: skip
        yield from _distance_rows(name, found, 1.0, everywhere, data)


def _frame(found: list[_Found], data: _Data) -> pl.DataFrame:
    """The measures as rows, settings in the file's order."""
    keys, height = data.table.keys, len(data.table.keys)
    several = {key[:2] + key[3:] for key in keys}
    told_source = len(several) < height
    frames = []
    for order, one in enumerate(found):
        texts = {name: np.broadcast_to(np.asarray(getattr(one, name), dtype=object), height) for name in
                 ("method", "note")}  # fmt: skip
        numbers = {name: np.broadcast_to(np.asarray(part, dtype=np.float64), height) for name, part in
                   (("estimate", one.value), ("se", one.se), ("lowerci", one.low), ("upperci", one.high))}  # fmt: skip
        frame = pl.DataFrame({
            "__setting": np.arange(height), "__order": order, "measure": one.name, **numbers,
            **{name: pl.Series(list(part), dtype=pl.String) for name, part in texts.items()},
        })  # fmt: skip
        frames.append(frame.filter(pl.Series(one.where)))
    rows = pl.concat(frames).with_columns(pl.col("estimate", "se", "lowerci", "upperci").fill_nan(None))
    names = pl.DataFrame(
        {
            name: [key[i] for key in keys]
            for i, name in enumerate(("setting", "date", "source", "indicator_abbr", "dimension"))
        }
    ).with_columns(pl.int_range(pl.len()).alias("__setting"))
    rows = rows.join(names, on="__setting").sort("__setting", "__order")
    return _told(rows, data, told_source)


def _told(rows: pl.DataFrame, data: _Data, told_source: bool) -> pl.DataFrame:
    """Notes on what is not there, and on what was left out."""
    few = data.used.sum(axis=1) < 2
    left = (data.table.listed & ~data.used).sum(axis=1)
    reason = np.where(data.table.listed.sum(axis=1) < 3, "healthequal gives none: fewer than three groups",
                      "healthequal gives none: a group lacks its level or its people")  # fmt: skip
    whole = np.where(few, reason if data.compat else "fewer than two groups with a level and people", "")
    gone = np.where((left > 0) & ~few, [f"{n} groups without a level or people left out" for n in left], "")
    bare = np.where(data.without_people, "no populations: groups count equally", "")
    said = pl.DataFrame({
        "__setting": np.arange(few.size), "__said": ["; ".join(filter(None, parts)) for parts in
                                                     zip(whole, gone, bare, strict=True)]})  # fmt: skip
    rows = rows.join(said, on="__setting", maintain_order="left")
    source = pl.when(pl.lit(told_source)).then(pl.concat_str(pl.lit("source: "), "source")).otherwise(pl.lit(""))
    parts = pl.concat_list("note", "__said", source).list.eval(pl.element().filter(pl.element() != ""))
    return rows.with_columns(parts.list.join("; ").alias("note")).select(COLUMNS)
