"""What an analysis hands to charts, reports and the command line: protected content only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from jamlik.model.errors import Problem
from jamlik.model.findings import Finding, Level
from jamlik.model.tables import ProtectedTable

__all__ = ["AnalysisResult", "FamilyFacts", "Geography", "RunFacts"]


@dataclass(frozen=True, slots=True)
class Geography:
    """Polygons for maps: area code → GeoJSON geometry (WGS84), with the attribution to print."""

    dimension: str
    shapes: Mapping[str, Mapping[str, Any]]
    source: str = ""


@dataclass(frozen=True, slots=True)
class FamilyFacts:
    """The family of comparisons that was tested together."""

    tested_n: int
    asked_n: int
    not_testable_n: int
    clear_n: int
    indicated_n: int
    confidence: float
    threshold_note: str = ""


@dataclass(frozen=True, slots=True)
class RunFacts:
    """How the result came about; nothing here depends on the clock or the machine.

    `steps` are the SQL statements person rows went through, as (name, text); empty where there were none.
    """

    input_key: str
    input_name: str
    versions: Mapping[str, str]
    options: Mapping[str, str]
    steps: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class AnalysisResult:
    """Everything a report needs, protected, in one language.

    Parameters
    ----------
    title, source, licence : str
        Of the dataset.
    lang : str
        `sv`, `en` or `fi`; sentences and labels are in it.
    table : ProtectedTable
        All published cells.
    levels : tuple of Level
        One per cell of `table` that has a level, in the same order.
    findings : tuple of Finding
        In rank order, unranked ones last.
    periods : tuple of str
        All periods in time order; `latest` maps indicator → the period its findings are about.
    problems : tuple of Problem
        What was noticed in the input.
    names : mapping of group label
        Text for every (dimension, code) pair, as `dimension:code` → label.
    notes : tuple of str
        Sentences for the reader about choices that were made (an unusual unit, a finer level left out …).
    """

    title: str
    source: str
    licence: str
    lang: str
    table: ProtectedTable
    levels: tuple[Level, ...]
    findings: tuple[Finding, ...]
    periods: tuple[str, ...]
    latest: Mapping[str, str]
    family: FamilyFacts
    run: RunFacts
    problems: tuple[Problem, ...] = ()
    notes: tuple[str, ...] = ()
    names: Mapping[str, str] = field(default_factory=dict)
    geography: Geography | None = None
    focus: str = ""
