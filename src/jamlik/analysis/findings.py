"""Findings: numbers, certainty, trend, what explains them, rank and words."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from jamlik.analysis.best import with_best_off
from jamlik.analysis.drivers import explained_gaps
from jamlik.analysis.gaps import GapNumbers, gap_numbers
from jamlik.analysis.labels import group_label
from jamlik.analysis.prepare import Prepared
from jamlik.analysis.ranking import (
    adds_to_parts,
    certainty,
    family_q_values,
    family_weights,
    ordered,
    threshold_p_values,
)
from jamlik.analysis.sentences import finding_sentence
from jamlik.analysis.series import Series, period_starts
from jamlik.analysis.trends import gap_trends
from jamlik.model.dataset import Dataset
from jamlik.model.findings import Certainty, Explained, Finding, GapTrend
from jamlik.model.groupings import Group, Role, dimension_label
from jamlik.model.indicators import Indicator, Kind
from jamlik.model.questions import Comparison, finding_id, question_key
from jamlik.model.results import FamilyFacts
from jamlik.model.tables import ProtectedTable, Status

if TYPE_CHECKING:
    from jamlik.analysis.ask import Settings

__all__ = ["all_findings", "retold"]

Floats = NDArray[np.float64]
_PLAIN_COUNT = re.compile(r"(antal|st|mkr|tkr)\b(?!.*/)")
_OLD_YEARS = 4.0
_MOST_PLACES = 12  # that a sentence names; a whole country's are left to the tables


@dataclass(frozen=True, slots=True)
class _Block:
    """All comparisons of one indicator."""

    indicator: Indicator
    period: str
    numbers: GapNumbers
    adds: NDArray[np.bool_]
    beyond: Floats
    trends: Mapping[Comparison, GapTrend]
    explained: Mapping[Comparison, tuple[Explained, ...]]
    in_family: bool
    questions: Mapping[Comparison, Comparison]


def all_findings(
    table: ProtectedTable,
    *,
    prepared: Prepared,
    series: Series,
    dataset: Dataset,
    settings: Settings,
    decimals: Mapping[str, int],
) -> tuple[tuple[Finding, ...], FamilyFacts]:
    """Answer every comparison of every indicator, judge certainty in one family and put them in order."""
    newest = period_starts(prepared.periods).max(initial=0.0)
    earlier = _earlier_groupings(table, prepared.latest)
    blocks = [
        _block(table, table.indicators[name], period, prepared, series, settings, newest, earlier.get(name, set()))
        for name, period in sorted(prepared.latest.items())
    ]
    p_values = np.concatenate([np.where(b.in_family, b.numbers.p_value, np.nan) for b in blocks])
    asked = [c for b in blocks for c in b.numbers.comparisons]
    weight = family_weights(asked, np.isfinite(p_values))
    q_values = family_q_values(p_values, weight)
    beyond = np.concatenate([np.where(b.in_family, b.beyond, np.nan) for b in blocks])
    judged = np.stack([q_values, family_q_values(beyond, weight)])
    trends = _trend_q_values(blocks)
    found: list[Finding] = []
    score: dict[str, float] = {}
    start = 0
    for block in blocks:
        stop = start + len(block.numbers.comparisons)
        for finding, points in _findings(table, block, judged[:, start:stop], trends, dataset, settings):
            found.append(finding)
            score[finding.finding_id] = points
        start = stop
    in_order = ordered(found, score=score)
    ranked = _ranked(in_order, {b.indicator.id for b in blocks if b.in_family})
    told = tuple(_told(f, table, dataset, settings, decimals[f.indicator]) for f in ranked)
    return told, _family(told, p_values, settings)


def _block(
    table: ProtectedTable,
    indicator: Indicator,
    period: str,
    prepared: Prepared,
    series: Series,
    settings: Settings,
    newest: float,
    earlier: set[tuple[str, ...]],
) -> _Block:
    questions = with_best_off(table, indicator=indicator, period=period, asked=prepared.asked)
    asked = tuple(questions)
    numbers = gap_numbers(
        table.cells,
        indicator=indicator,
        period=period,
        asked=asked,
        series=series,
        confidence=settings.confidence,
    )
    followed = [c for c in asked if tuple(n for n, _ in c.group) in earlier]
    periods = [p for p in prepared.periods if p == period or _before(p, period, prepared.periods)]
    return _Block(
        indicator,
        period,
        numbers,
        adds_to_parts(numbers),
        threshold_p_values(numbers, threshold=indicator.threshold, confidence=settings.confidence),
        gap_trends(
            table.cells,
            indicator=indicator,
            periods=periods,
            asked=followed,
            series=series,
            tolerance=indicator.threshold,
            confidence=settings.confidence,
        ),
        explained_gaps(
            table.cells,
            indicator=indicator,
            period=period,
            asked=asked,
            covariates=prepared.covariates,
            confidence=settings.confidence,
        ),
        in_family=not _is_plain_count(indicator) and float(period_starts([period])[0]) > newest - _OLD_YEARS,
        questions=questions,
    )


def _earlier_groupings(table: ProtectedTable, latest: Mapping[str, str]) -> dict[str, set[tuple[str, ...]]]:
    """Groupings each indicator has in other periods than its latest, by indicator."""
    found: dict[str, set[tuple[str, ...]]] = {}
    for name, period, group in table.cells:
        if period != latest.get(name):
            found.setdefault(name, set()).add(tuple(n for n, _ in group))
    return found


def _before(period: str, latest: str, periods: Sequence[str]) -> bool:
    return periods.index(period) < periods.index(latest)


def _is_plain_count(indicator: Indicator) -> bool:
    """Whether the value is a number of people or crowns without a base: groups of different size always differ."""
    return indicator.kind is Kind.COUNT or (
        indicator.kind is Kind.VALUE and _PLAIN_COUNT.match(indicator.unit) is not None
    )


def _trend_q_values(blocks: Sequence[_Block]) -> dict[tuple[str, Comparison], GapTrend]:
    keys = [(b.indicator.id, c) for b in blocks if b.in_family for c in b.trends]
    found = {(b.indicator.id, c): trend for b in blocks for c, trend in b.trends.items()}
    p_values = np.array([found[key].p_value for key in keys], dtype=np.float64)
    weight = family_weights([comparison for _, comparison in keys], np.isfinite(p_values))
    q_values = family_q_values(p_values, weight) if len(keys) else p_values
    for key, q_value in zip(keys, q_values, strict=True):
        found[key] = replace(found[key], q_value=float(q_value))
    return {key: t if np.isfinite(t.q_value) else replace(t, q_value=1.0) for key, t in found.items()}


def _number(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None


def _significant(value: float) -> float | None:
    """A q-value with the four digits all of them are published with."""
    return float(f"{value:.4g}") if np.isfinite(value) else None


def _findings(
    table: ProtectedTable,
    block: _Block,
    judged: Floats,
    trends: Mapping[tuple[str, Comparison], GapTrend],
    dataset: Dataset,
    settings: Settings,
) -> list[tuple[Finding, float]]:
    return [
        _finding(table, block, i, judged[:, i], trends.get((block.indicator.id, c)), dataset, settings)
        for i, c in enumerate(block.numbers.comparisons)
    ]


def _labels(comparison: Comparison, table: ProtectedTable, focus: str, lang: str) -> tuple[str, str, str]:
    """Names of dimension, group and reference; one's own municipality goes without saying."""

    def seen(group: Group) -> Group:
        if not focus:
            return group
        return tuple(p for p in group if p[1] != focus or table.dimensions[p[0]].role is not Role.AREA)

    group, reference = seen(comparison.group), seen(comparison.reference)
    roots = {d.name for d in table.dimensions.values() if d.role is Role.AREA and not d.nested_in}
    names = tuple("area" if name in roots and len(roots) == 1 else name for name, _ in group)
    return (
        dimension_label(names),
        group_label(group, table.dimensions, lang=lang),
        group_label(reference, table.dimensions, lang=lang),
    )


def _finding(
    table: ProtectedTable,
    block: _Block,
    i: int,
    judged: Floats,
    trend: GapTrend | None,
    dataset: Dataset,
    settings: Settings,
) -> tuple[Finding, float]:
    numbers, comparison = block.numbers, block.numbers.comparisons[i]
    dimension, group, reference = _labels(comparison, table, dataset.focus, settings.lang)
    key = question_key(indicator=block.indicator.id, comparison=block.questions[comparison])
    status = (
        numbers.status[i]
        if np.isfinite(numbers.gap[i]) or numbers.status[i] is not Status.SHOWN
        else (Status.NOT_APPLICABLE)
    )
    finding = Finding(
        finding_id=finding_id(key=key, period=block.period),
        question_key=key,
        rank=None,
        indicator=block.indicator.id,
        period=block.period,
        dimension=dimension,
        group=comparison.group,
        reference=comparison.reference,
        group_label=group,
        reference_label=reference,
        status=status,
        certainty=Certainty.NOT_TESTABLE,
    )
    if status is not Status.SHOWN:
        return finding, 0.0
    return _measured(finding, block, i, judged, trend, settings)


def _measured(
    finding: Finding, block: _Block, i: int, judged: Floats, trend: GapTrend | None, settings: Settings
) -> tuple[Finding, float]:
    numbers, indicator = block.numbers, block.indicator
    q_value, q_threshold = (float(q) for q in judged)
    level, reference = float(numbers.level[i]), float(numbers.level_reference[i])
    worse = {1: "reference", -1: "group", 0: ""}[indicator.better(level, reference)]
    persons = float(numbers.persons[i])
    if worse == "reference" and np.isfinite(persons):
        persons = float(numbers.gap[i] / indicator.multiplier * numbers.n_reference[i])
    score = _score(finding, block, i, worse)
    return (
        replace(
            finding,
            certainty=certainty(
                q_value=q_value,
                q_threshold=q_threshold,
                low=float(numbers.low[i]),
                high=float(numbers.high[i]),
                threshold=indicator.threshold,
                confidence=settings.confidence,
            ),
            level=level,
            level_reference=reference,
            gap=float(numbers.gap[i]),
            gap_low=_number(numbers.low[i]),
            gap_high=_number(numbers.high[i]),
            ratio=_number(numbers.ratio[i]),
            ratio_low=_number(numbers.ratio_low[i]),
            ratio_high=_number(numbers.ratio_high[i]),
            p_value=_number(numbers.p_value[i]) if block.in_family else None,
            q_value=_number(q_value),
            q_threshold=_significant(q_threshold),
            persons=_number(numbers.persons[i]),
            persons_low=_number(numbers.persons_low[i]),
            persons_high=_number(numbers.persons_high[i]),
            worse_off=worse,
            persons_worse_off=_number(persons) if worse else None,
            effect=_number(numbers.share[i]),
            adds=bool(block.adds[i]),
            base_n=_number(numbers.n[i]),
            reference_n=_number(numbers.n_reference[i]),
            method=numbers.method,
            trend=trend,
            explained=block.explained.get(numbers.comparisons[i], ()),
        ),
        score,
    )


def _score(finding: Finding, block: _Block, i: int, worse: str) -> float:
    """People concerned at least, on the side that is worse off; for published values the size of the gap at least."""
    numbers = block.numbers
    sure = float(numbers.share_sure[i])
    people = numbers.n_reference[i] if worse == "reference" and _named(finding) else numbers.n[i]
    if not worse:
        people = np.fmin(numbers.n[i], numbers.n_reference[i])
    return sure if block.indicator.kind is Kind.VALUE or not np.isfinite(people) else sure * float(people)


def _named(finding: Finding) -> bool:
    return not any(code.startswith("!") for _, code in finding.reference)


def _ranked(findings: Sequence[Finding], in_family: set[str]) -> list[Finding]:
    ranked, rank = [], 0
    for finding in findings:
        if finding.certainty is Certainty.NOT_TESTABLE or finding.indicator not in in_family:
            ranked.append(finding)
            continue
        rank += 1
        ranked.append(replace(finding, rank=rank))
    return ranked


def _told(finding: Finding, table: ProtectedTable, dataset: Dataset, settings: Settings, decimals: int) -> Finding:
    return replace(
        finding,
        sentence=finding_sentence(
            finding,
            indicator=table.indicators[finding.indicator],
            dimensions=table.dimensions,
            lang=settings.lang,
            decimals=decimals,
            elsewhere=_elsewhere(finding, table, dataset.focus, settings.lang),
        ),
    )


def retold(
    findings: Sequence[Finding],
    *,
    table: ProtectedTable,
    dataset: Dataset,
    settings: Settings,
    decimals: Mapping[str, int],
) -> tuple[Finding, ...]:
    """The same findings with labels and sentence in the settings' language."""
    found = []
    for finding in findings:
        asked = Comparison(finding.group, finding.reference, "")
        _, group, reference = _labels(asked, table, dataset.focus, settings.lang)
        named = replace(finding, group_label=group, reference_label=reference)
        found.append(_told(named, table, dataset, settings, decimals[finding.indicator]))
    return tuple(found)


def _elsewhere(finding: Finding, table: ProtectedTable, focus: str, lang: str) -> dict[str, float]:
    """Return the same gap in other municipalities, by name, where both sides are shown; nothing of a whole country's.

    A group compared with other municipalities has no such gap elsewhere: both its sides would move to one place.
    """
    area = next((name for name, code in finding.group if code == focus), "") if focus else ""
    if (area, focus) not in finding.reference:
        return {}
    found: dict[str, float] = {}
    for code in table.dimensions[area].codes if area else ():
        sides = [
            table.cells.get((finding.indicator, finding.period, _moved(group, area, code)))
            for group in (finding.group, finding.reference)
        ]
        if code != focus and all(c is not None and c.status is Status.SHOWN and c.value is not None for c in sides):
            own, other = (c.value for c in sides if c is not None)
            found[table.dimensions[area].labels[code]] = float(own or 0.0) - float(other or 0.0)
    return found if len(found) <= _MOST_PLACES else {}


def _moved(group: Group, area: str, code: str) -> Group:
    return tuple((name, code if name == area else own) for name, own in group)


def _family(findings: Sequence[Finding], p_values: Floats, settings: Settings) -> FamilyFacts:
    return FamilyFacts(
        tested_n=int(np.isfinite(p_values).sum()),
        asked_n=len(findings),
        not_testable_n=sum(f.certainty is Certainty.NOT_TESTABLE for f in findings),
        clear_n=sum(f.certainty is Certainty.CLEAR for f in findings),
        indicated_n=sum(f.certainty is Certainty.INDICATED for f in findings),
        confidence=settings.confidence,
    )
