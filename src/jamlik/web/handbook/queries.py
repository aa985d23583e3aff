"""Everything that is read about analyses, in a fixed number of questions to the database."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from jamlik.handbook import Answers, Case, cleaned
from jamlik.web.assessments.models import Assignment, Round, RoundState
from jamlik.web.core import clock
from jamlik.web.handbook.models import Analysis, AnalysisState, Answer
from jamlik.web.organisation.models import Unit
from jamlik.web.organisation.queries import Person, scope_ids
from jamlik.web.statistics.models import Finding, FindingState, Source
from jamlik.web.statistics.queries import open_to_all, sure_findings

__all__ = [
    "MOST_FINDINGS",
    "answers_in",
    "case_of",
    "due_for_follow_up",
    "finding_of_row",
    "findings_to_offer",
    "handed_to",
    "raw_of",
    "round_of",
    "row_of_finding",
    "shown_findings",
    "to_approve",
    "to_complete",
    "visible_analyses",
    "writable_analyses",
]

MOST_FINDINGS = 30
_ROW = "f"


def visible_analyses(user: Person) -> QuerySet[Analysis]:
    """Analyses a person may read: all where they write or approve, what is approved where they read."""
    work = scope_ids(user, "handbook.write") | scope_ids(user, "handbook.approve")
    seen = Q(unit_id__in=work) | Q(unit_id__in=scope_ids(user, "handbook.read"), state=AnalysisState.APPROVED)
    return Analysis.objects.filter(seen).select_related("unit", "written_by", "round", "edition")


def writable_analyses(user: Person) -> QuerySet[Analysis]:
    """Analyses a person may write in."""
    return Analysis.objects.filter(unit_id__in=scope_ids(user, "handbook.write")).select_related("unit", "edition")


def to_approve(user: Person) -> QuerySet[Analysis]:
    """What waits for a person's yes: sent in, and written by others."""
    rows = Analysis.objects.filter(unit_id__in=scope_ids(user, "handbook.approve"), state=AnalysisState.SUBMITTED)
    wrote = Q(written_by=user.pk) | Q(submitted_by=user.pk) | Q(contributors=user.pk)
    return rows.exclude(pk__in=Analysis.objects.filter(wrote).values("pk")).select_related("unit")


def to_complete(user: Person) -> QuerySet[Analysis]:
    """What has come back to those who write."""
    return writable_analyses(user).filter(state=AnalysisState.RETURNED)


def due_for_follow_up(user: Person, day: date) -> QuerySet[Analysis]:
    """Approved analyses whose day has come, that nobody has begun to follow up."""
    rows = writable_analyses(user).filter(state=AnalysisState.APPROVED, follow_up_on__lte=day)
    return rows.filter(~Exists(Analysis.objects.filter(follows=OuterRef("pk")))).order_by("follow_up_on", "pk")


def raw_of(rows: Iterable[Answer]) -> dict[str, list[dict[str, Any]]]:
    """Answers as the handbook's room reads them."""
    found: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        found.setdefault(row.question_key, []).append({**row.value, "row": row.row_key})
    return found


def answers_in(analysis: Analysis, rows: Iterable[Answer]) -> Answers:
    """Answers in their one shape."""
    return cleaned(analysis.questions, raw_of(rows))[0]


def case_of(analysis: Analysis, rows: Iterable[Answer] | None = None) -> Case:
    """An analysis as its rules see it."""
    kept = analysis.answers.all() if rows is None else rows
    return Case(analysis.questions, analysis.depth, answers_in(analysis, kept), analysis.facts, clock.today())


def row_of_finding(finding: int) -> str:
    """Key of the row that a finding has in an analysis."""
    return f"{_ROW}{finding}"


def finding_of_row(row: str) -> int | None:
    """Key of the finding that a row is about; none where people wrote the row themselves."""
    rest = row.removeprefix(_ROW)
    return int(rest) if row.startswith(_ROW) and rest.isascii() and rest.isdigit() and len(rest) < 19 else None


def shown_findings() -> QuerySet[Finding]:
    """Findings that may stand in an analysis: it becomes a public record."""
    return Finding.objects.filter(open_to_all()).select_related("indicator", "current__analysis", "owner")


def handed_to(unit: Unit) -> QuerySet[Finding]:
    """Findings a unit has been asked to judge and that are not closed."""
    asked = Assignment.objects.filter(unit=unit).values("finding")
    return shown_findings().filter(pk__in=asked).exclude(state=FindingState.CLOSED).order_by("rank", "pk")


def round_of(unit: Unit, findings: Iterable[Finding]) -> Round | None:
    """The open round in which a unit was asked about some findings, the latest of them; none outside rounds."""
    asked = Assignment.objects.filter(unit=unit, finding__in=[each.pk for each in findings])
    found = (
        asked.filter(round__state=RoundState.OPEN).select_related("round").order_by("-round__opens_on", "pk").first()
    )
    return found.round if found is not None else None


def findings_to_offer(unit: Unit) -> list[Finding]:
    """Findings an analysis of a unit may be about: those handed to it first, then the sure ones of its committee."""
    handed = list(handed_to(unit)[:MOST_FINDINGS])
    near = Q(owner_id__in=unit.ancestor_keys) | Q(owner__path__startswith=unit.path)
    known = {each.pk for each in handed}
    in_use = Q(current__isnull=False) | ~Q(source=Source.COMPUTED)
    rest = sure_findings(shown_findings().filter(near, in_use)).exclude(pk__in=known).exclude(state=FindingState.CLOSED)
    return handed + list(rest.order_by("rank", "pk")[: MOST_FINDINGS - len(handed)])
