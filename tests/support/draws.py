"""Draws of Ekby run through the whole analysis and held against the truth and the oracle."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from jamlik.analysis.ask import Settings, ask
from jamlik.analysis.prepare import prepared_persons
from jamlik.analysis.ranking import family_weights
from jamlik.model.dataset import Dataset, FileLayout, RowKind
from jamlik.model.findings import Certainty, Finding
from jamlik.model.questions import Comparison
from jamlik.model.results import AnalysisResult
from jamlik.sources.ekby import PLANTS, SERVICES, Plant, draw_service, ekby_dimensions, ekby_indicators, ekby_truth
from jamlik.sources.imports import PersonImport
from tests.support.oracle import People, gap_verdict

SURE = (Certainty.CLEAR, Certainty.INDICATED)


def analysed_draw(service: str, *, seed: int, plants: Sequence[Plant] = PLANTS) -> tuple[AnalysisResult, People]:
    """One service drawn with one seed, analysed as a file of it would be."""
    table = draw_service(service, rng=np.random.default_rng([seed, 2024]), plants=tuple(plants))
    dataset = Dataset(service, service, RowKind.PERSONS, FileLayout(), (), ())
    rows = PersonImport(dataset, ekby_indicators(service), ekby_dimensions(service), iter([table]))
    return ask(prepared_persons(rows), dataset=dataset, settings=Settings()), People(table)


@dataclass
class Score:
    """Counts over draws.

    `oracle` comparisons the oracle finds when it is told the comparison and meets the same adjustment for how many were
    asked; `found` those of them that the analysis found too; `oracle_alone` and `found_alone` the same for an oracle
    that makes only its one test; `reported` clear and indicated findings and `false` the false ones among them.
    """

    oracle: int = 0
    found: int = 0
    oracle_alone: int = 0
    found_alone: int = 0
    planted: int = 0
    hidden: int = 0
    reported: int = 0
    false: int = 0
    clear: int = 0
    by_draw: list[tuple[int, int, int, int]] = field(default_factory=list)
    kinds: Counter[str] = field(default_factory=Counter)

    def share_found(self) -> tuple[float, float]:
        """Share of the oracle's finds that were found, with its Monte Carlo standard error over draws."""
        rows = np.array(self.by_draw, dtype=float)
        return _ratio(rows[:, 1], rows[:, 0])

    def share_false(self) -> tuple[float, float]:
        """Share of what was reported that is false, with its Monte Carlo standard error over draws."""
        rows = np.array(self.by_draw, dtype=float)
        return _ratio(rows[:, 3], rows[:, 2])


def _ratio(part: np.ndarray, whole: np.ndarray) -> tuple[float, float]:
    """A ratio of sums with the standard error of a ratio estimator over independent draws."""
    ratio = part.sum() / whole.sum()
    residual = part - ratio * whole
    return float(ratio), float(np.sqrt((residual**2).sum() * len(part) / max(len(part) - 1, 1)) / whole.sum())


def scored(seeds: Sequence[int]) -> Score:
    """Run every service for every seed and count finds and false finds."""
    truth = {(row.service, row.question_key): row for row in ekby_truth()}
    score = Score()
    for seed in seeds:
        before = (score.oracle, score.found, score.reported, score.false)
        for spec in SERVICES:
            result, people = analysed_draw(spec.name, seed=seed)
            _count_false(score, result, spec.name, truth)
            _count_found(score, result, people, spec.name, truth)
        after = (score.oracle, score.found, score.reported, score.false)
        score.by_draw.append(tuple(b - a for a, b in zip(before, after, strict=True)))  # type: ignore[arg-type]
    return score


def _count_false(score: Score, result: AnalysisResult, service: str, truth: dict) -> None:
    for finding in result.findings:
        if finding.certainty not in SURE:
            continue
        row = truth[service, finding.question_key]
        clear = finding.certainty is Certainty.CLEAR
        false = abs(row.expected_gap) <= row.threshold if clear else row.expected_gap == 0
        score.reported += 1
        score.clear += clear
        score.false += false
        if false:
            score.kinds[f"{finding.certainty.value} {finding.dimension}"] += 1


def _cutoffs(findings: Sequence[Finding]) -> dict[str, float]:
    """The largest p-value that the run's family lets each comparison have and still be found."""
    tested = np.array([f.q_value is not None for f in findings])
    weight = family_weights([Comparison(f.group, f.reference, "") for f in findings], tested)
    picked = sum(f.certainty in SURE for f in findings)
    share = 0.05 * picked / max(int(tested.sum()), 1)
    return {f.question_key: share * float(w) for f, w in zip(findings, weight, strict=True)}


def _count_found(score: Score, result: AnalysisResult, people: People, service: str, truth: dict) -> None:
    cutoffs = _cutoffs(result.findings)
    findings = {finding.question_key: finding for finding in result.findings}
    for (name, key), row in truth.items():
        if name != service or not row.planted or row.expected_gap == 0:
            continue
        finding = findings[key]
        verdict = gap_verdict(
            people, indicator=row.indicator, group=row.group, reference=row.reference, period=row.period
        )
        found = finding.certainty in SURE
        score.planted += 1
        score.hidden += finding.gap is None
        score.oracle += verdict.p_value <= cutoffs[key]
        score.found += found and verdict.p_value <= cutoffs[key]
        score.oracle_alone += verdict.found
        score.found_alone += found and verdict.found
