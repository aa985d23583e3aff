"""From a study to rows: the frozen result, its levels, and what it says of each finding. Written in one transaction."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from jamlik.analysis.change import MeasuredGap
from jamlik.analysis.study import Study
from jamlik.model.findings import Finding as Told
from jamlik.model.frozen import frozen_levels
from jamlik.model.indicators import Direction
from jamlik.model.indicators import Indicator as Measured
from jamlik.model.periods import parsed_period
from jamlik.model.provenance import decimal_text, plain
from jamlik.model.results import AnalysisResult
from jamlik.model.tables import Audience
from jamlik.model.words import LANGUAGES
from jamlik.reports.context import context_of
from jamlik.reports.rounding import indicator_decimals, published_findings
from jamlik.web.core import clock
from jamlik.web.statistics import inside
from jamlik.web.statistics.models import (
    Analysis,
    DataSet,
    Finding,
    Import,
    Indicator,
    InsideRule,
    LevelRows,
    Observation,
)
from jamlik.web.statistics.rows import Rows, rows_of

__all__ = ["Frozen", "Ready", "direction_of", "freeze", "gap_in", "measured_gap", "ready", "write"]

_NUMBERS = (
    "level", "level_reference", "gap", "gap_low", "gap_high", "ratio", "ratio_low", "ratio_high", "p_value", "q_value",
    "q_threshold", "persons", "persons_low", "persons_high", "persons_worse_off", "effect", "base_n", "reference_n",
    "worse_off", "adds", "method", "trend", "explained", "group", "reference", "group_label", "reference_label",
)  # fmt: skip
_BATCH = 500


@dataclass(frozen=True, slots=True)
class Frozen:
    """Everything that will be written, worked out before the database is touched."""

    content: str
    fingerprint: str
    levels: Mapping[str, str]
    told: dict[str, Any]
    run: dict[str, Any]
    geography: dict[str, Any] | None
    confidence: str
    indicators: Mapping[str, Measured]
    findings: tuple[dict[str, Any], ...]
    audience: str
    inside: tuple[dict[str, Any], ...] = ()


def freeze(study: Study) -> Frozen:
    """Round, and turn into canonical JSON, what a study says; apart from it, what it says to the owner alone.

    Raises
    ------
    ValueError
        When what is to be for everyone is not, or what is for the owner is not marked so.
    """
    own = study.results["sv"]
    if own.table.audience is not Audience.PUBLIC:
        raise ValueError("what is frozen for everyone is to be public")
    context = context_of(own)
    dimensions = own.table.dimensions
    told = {
        "names": {lang: dict(study.results[lang].names) for lang in LANGUAGES},
        "notes": {lang: list(study.results[lang].notes) for lang in LANGUAGES},
        "order": {name: list(dimension.codes) for name, dimension in dimensions.items()},
        "dimensions": {lang: _dimension_names(study.results[lang]) for lang in LANGUAGES},
    }
    run = {
        "input_key": own.run.input_key,
        "input_name": own.run.input_name,
        "versions": dict(own.run.versions),
        "options": dict(own.run.options),
        "sql": [{"name": name, "text": text} for name, text in own.run.steps],
        "gate": {"cells_n": own.table.gate.cells_n, "hidden_n": own.table.gate.hidden_n},
    }
    shapes = own.geography
    geography = (
        {"dimension": shapes.dimension, "shapes": dict(shapes.shapes), "source": shapes.source} if shapes else None
    )
    told_now = {lang: result.findings for lang, result in study.results.items()}
    findings = [*_rows(told_now, context.result.findings, own, earlier=False)]
    before = published_findings(study.earlier["sv"], decimals=context.decimals)
    findings += _rows(study.earlier, before, own, earlier=True)
    return Frozen(
        content=context.content,
        fingerprint=context.fingerprint,
        levels=frozen_levels(context.result.levels),
        told=told,
        run=run,
        geography=geography,
        confidence=decimal_text(own.family.confidence),
        indicators=own.table.indicators,
        findings=tuple(findings),
        audience=own.table.audience.value,
        inside=tuple(_inside_rows(study.inside)) if study.inside else (),
    )


def _inside_rows(study: Study) -> Iterable[dict[str, Any]]:
    """What is for the owner alone, each with the words that stand where its numbers may not."""
    own = study.results["sv"]
    if own.table.audience is not Audience.OWNER:
        raise ValueError("what is for the owner alone is to be marked so")
    every = {lang: (*result.findings, *study.earlier[lang]) for lang, result in study.results.items()}
    rounded = published_findings(every["sv"], decimals=indicator_decimals(own))
    for row in _rows(every, rounded, own, earlier=False):
        indicator = row["finding"].indicator
        for lang, words in row["texts"].items():
            words["neutral"] = inside.neutral(study, indicator, words["group"], words["reference"], lang)
        yield row


def _dimension_names(result: AnalysisResult) -> dict[str, str]:
    asked = sorted({finding.dimension for finding in result.findings})
    context = context_of(replace(result, findings=(), levels=()))  # names need no numbers, and those take seconds
    return {name: context.dimension_name(name) for name in asked}


def _rows(
    told: Mapping[str, tuple[Told, ...]], rounded: Iterable[Told], own: AnalysisResult, *, earlier: bool
) -> Iterable[dict[str, Any]]:
    """What is written of findings: `rounded` has their numbers, `told` their words in each language."""
    for place, finding in enumerate(rounded):
        indicator = own.table.indicators[finding.indicator]
        period = parsed_period(finding.period)
        facts = {name: getattr(finding, name) for name in _NUMBERS}
        facts |= {
            "indicator": indicator.id,
            "unit": indicator.unit,
            "threshold": indicator.threshold,
            "direction": indicator.direction,
            "confidence": own.family.confidence,
        }
        texts = {lang: {"sentence": told[lang][place].sentence, **_labels(told[lang][place])} for lang in LANGUAGES}
        yield {
            "finding": finding,
            "earlier": earlier,
            "start": period.start if period else 0.0,
            "numbers": plain(facts),
            "texts": texts,
        }


def _labels(finding: Told) -> dict[str, str]:
    return {"group": finding.group_label, "reference": finding.reference_label}


@dataclass(frozen=True, slots=True)
class Ready:
    """A frozen result as rows, made before the transaction that writes them; their keys are filled in there."""

    frozen: Frozen
    findings: Rows
    observations: Rows


def ready(frozen: Frozen) -> Ready:
    """Make rows of what a frozen result says. It takes seconds where there are many findings, and holds nothing."""
    at = clock.now()
    findings = (
        Finding(
            question_key=row["finding"].question_key,
            finding_id=row["finding"].finding_id,
            period=row["finding"].period,
            period_start=row["start"],
            dimension=row["finding"].dimension[:100],
            made_at=at,
        )
        for row in frozen.findings
    )
    observations = (
        Observation(
            earlier=row["earlier"],
            rank=row["finding"].rank,
            certainty=row["finding"].certainty.value,
            status=row["finding"].status.value,
            numbers=row["numbers"],
            texts=row["texts"],
        )
        for row in frozen.findings
    )
    return Ready(frozen, rows_of(Finding, findings), rows_of(Observation, observations))


def write(ready: Ready, imported: Import, *, at: datetime) -> dict[int, dict[str, Any]]:
    """Write a frozen result as the analysis of an import. Call it inside the transaction that takes it into use.

    Returns
    -------
    dict
        The numbers that it holds, by the key of their finding.
    """
    frozen = ready.frozen
    analysis = Analysis.objects.create(
        imported=imported,
        audience=frozen.audience,
        content=frozen.content,
        fingerprint=frozen.fingerprint,
        told=frozen.told,
        run=frozen.run,
        geography=frozen.geography,
        confidence=frozen.confidence,
        made_at=at,
    )
    LevelRows.objects.bulk_create(
        (
            LevelRows(analysis=analysis, indicator=name, place=place, rows=rows)
            for place, (name, rows) in enumerate(frozen.levels.items())
        ),
        batch_size=_BATCH,
    )
    keys = _written_findings(ready, imported.data_set, _written_indicators(frozen.indicators))
    ready.observations.fill("finding_id", keys)
    ready.observations.fill("analysis_id", [analysis.pk] * len(keys))
    ready.observations.insert()
    if imported.data_set.inside == InsideRule.UNPROTECTED:
        inside.write(frozen.inside, analysis, at=at)
    return {key: row["numbers"] for key, row in zip(keys, frozen.findings, strict=True)}


def _written_indicators(measured: Mapping[str, Measured]) -> dict[str, Indicator]:
    rows = [
        Indicator(
            key=name,
            name_sv=indicator.title("sv")[:500],
            name_en=indicator.name.get("en", "")[:500],
            name_fi=indicator.name.get("fi", "")[:500],
            direction=indicator.direction.value,
            unit=indicator.unit[:100],
            threshold=decimal_text(indicator.threshold),
        )
        for name, indicator in measured.items()
    ]
    Indicator.objects.bulk_create(
        rows,
        batch_size=_BATCH,
        update_conflicts=True,
        unique_fields=["key"],
        update_fields=["name_sv", "name_en", "name_fi", "direction", "unit", "threshold"],
    )
    return {row.key: row for names in _chunks(list(measured)) for row in Indicator.objects.filter(key__in=names)}


def _chunks(items: list[Any]) -> Iterable[list[Any]]:
    return (items[start : start + _BATCH] for start in range(0, len(items), _BATCH))


def _written_findings(ready: Ready, data_set: DataSet, indicators: Mapping[str, Indicator]) -> list[int]:
    """The keys of a row for every finding; those known from earlier versions keep theirs, with state and history."""
    known = _keys(data_set)
    told = [row["finding"] for row in ready.frozen.findings]
    rows = ready.findings
    rows.fill("data_set_id", [data_set.pk] * len(told))
    rows.fill("owner_id", [data_set.owner_id] * len(told))
    rows.fill("indicator_id", [indicators[finding.indicator].pk for finding in told])
    new = [row for row, finding in zip(rows.values, told, strict=True) if finding.finding_id not in known]
    replace(rows, values=new).insert()
    keys = _keys(data_set) if new else known
    return [keys[finding.finding_id] for finding in told]


def _keys(data_set: DataSet) -> dict[str, int]:
    """The keys of the findings that all may see, by their name."""
    rows = Finding.objects.filter(data_set=data_set, audience=Audience.PUBLIC).exclude(finding_id="")
    return dict(rows.values_list("finding_id", "pk"))


def gap_in(numbers: Mapping[str, Any]) -> MeasuredGap:
    """The gap that frozen numbers tell of; None where it is not shown."""

    def number(name: str) -> float | None:
        value = numbers.get(name)
        return None if value is None else float(value)

    return MeasuredGap(number("gap"), number("gap_low"), number("gap_high"), number("level"), number("level_reference"))


def measured_gap(finding: Finding) -> MeasuredGap:
    """A finding's gap as those who may open it may see it; None where it is not shown to them."""
    return gap_in(finding.measured)


def direction_of(finding: Finding) -> Direction:
    """Which way is better."""
    return Direction(finding.measured.get("direction") or Direction.NEUTRAL)
