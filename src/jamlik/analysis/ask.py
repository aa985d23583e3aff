"""The door numbers leave by: a prepared table goes through the gate, and only then is anything computed from it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from jamlik.analysis.findings import all_findings
from jamlik.analysis.guards import with_small_rests_hidden, without
from jamlik.analysis.labels import group_names
from jamlik.analysis.levels import all_levels
from jamlik.analysis.prepare import Prepared
from jamlik.analysis.series import Series
from jamlik.analysis.thresholds import with_thresholds
from jamlik.model.dataset import Dataset
from jamlik.model.decimals import level_decimals
from jamlik.model.indicators import Kind
from jamlik.model.results import AnalysisResult, Geography, RunFacts
from jamlik.model.tables import Audience, ProtectedTable
from jamlik.model.words import phrase
from jamlik.privacy.gate import protected

__all__ = ["Progress", "Settings", "ask", "notes_in"]

MOST_NAMED = 12
Progress = Callable[[str, float], None]


@dataclass(frozen=True, slots=True)
class Settings:
    """How an analysis is made.

    Parameters
    ----------
    lang : str
        Language of sentences.
    confidence : float
        Of every interval.
    audience : Audience
        Who the result is for. What is for the owner can never be published.
    owner_rules : str
        The owner's own rules, for a result that is for the owner; the dataset's if not given.
    """

    lang: str = "sv"
    confidence: float = 0.95
    audience: Audience = Audience.PUBLIC
    owner_rules: str = ""


def _silent(step: str, share: float) -> None:
    """Report progress to nobody."""


def ask(
    prepared: Prepared,
    *,
    dataset: Dataset,
    settings: Settings,
    input_key: str = "",
    geography: Geography | None = None,
    versions: Mapping[str, str] | None = None,
    progress: Progress = _silent,
) -> AnalysisResult:
    """Protect a prepared table and answer every question asked of it.

    Parameters
    ----------
    prepared : Prepared
        The unprotected table; it is read by the gate alone.
    progress : callable
        Called with the name of a step and the share done, 0 to 1.

    Raises
    ------
    JamlikError
        When no protection holds against the attack (`release_refused`).
    """
    progress("protect", 0.0)
    gated = protected(prepared.table, audience=settings.audience, rules_name=settings.owner_rules)
    table = without(gated, prepared.guards)
    progress("compute", 0.5)
    values = frozenset(name for name, i in table.indicators.items() if i.kind is Kind.VALUE)
    series = Series(table.cells, periods=prepared.periods, indicators=values)
    table, chosen = with_thresholds(table, latest=prepared.latest)
    levels = all_levels(table, confidence=settings.confidence)
    progress("compute", 0.7)
    findings, family = all_findings(
        with_small_rests_hidden(table),
        prepared=prepared,
        series=series,
        dataset=dataset,
        settings=settings,
        decimals=level_decimals(levels, indicators=table.indicators),
    )
    progress("compute", 1.0)
    lang = settings.lang
    return AnalysisResult(
        title=dataset.title,
        source=dataset.source,
        licence=dataset.licence,
        lang=lang,
        table=table,
        levels=levels,
        findings=findings,
        periods=prepared.periods,
        latest=prepared.latest,
        family=family,
        run=_run_facts(prepared, dataset, settings, input_key, versions or {}),
        problems=prepared.problems,
        notes=notes_in(lang, prepared=prepared, table=table, chosen=chosen),
        names=group_names(table.dimensions, lang=lang),
        geography=geography,
        focus=dataset.focus,
    )


def notes_in(lang: str, *, prepared: Prepared, table: ProtectedTable, chosen: Sequence[str]) -> tuple[str, ...]:
    """Sentences on choices made for the reader; `chosen` are the indicators whose threshold was chosen here."""
    notes = [phrase(lang, f"sentences.note.{key}", **values) for key, values in prepared.notes]
    if chosen and len(chosen) <= MOST_NAMED:
        names = ", ".join(table.indicators[name].title(lang) for name in chosen)
        notes.append(phrase(lang, "sentences.note.threshold_default", indicators=names))
    return tuple(notes)


def _run_facts(
    prepared: Prepared, dataset: Dataset, settings: Settings, input_key: str, versions: Mapping[str, str]
) -> RunFacts:
    """How the result came about."""
    references = {f"reference.{name}": f"{r.kind} {r.code}".strip() for name, r in dataset.references.items()}
    where = {f"where.{name}": ", ".join(values) for name, values in dataset.where.items()}
    return RunFacts(
        input_key=input_key,
        input_name=dataset.path.rsplit("/", 1)[-1],
        versions=dict(versions),
        options={
            "lang": settings.lang,
            "confidence": str(settings.confidence),
            "rules": settings.owner_rules or dataset.rules,
            "focus": dataset.focus,
            **references,
            **where,
        },
        steps=prepared.steps,
    )
