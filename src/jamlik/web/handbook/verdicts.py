"""What an approved analysis says of each difference, put into the unit's own answers to the round that asks.

They become answers as if the unit had given them on the page where it judges: it reads them there, adds what is
lacking, and sends them for approval as any others. What somebody has begun to answer there is left as it is.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.db import transaction

from jamlik.handbook import Case
from jamlik.web.assessments import actions as judging
from jamlik.web.assessments.models import Assignment, RoundState, VerdictKind
from jamlik.web.core import audit
from jamlik.web.core.people import User
from jamlik.web.handbook import rules
from jamlik.web.handbook.actions import locked
from jamlik.web.handbook.models import Analysis, AnalysisState
from jamlik.web.handbook.queries import case_of, row_of_finding
from jamlik.web.handbook.shown import answer_text
from jamlik.web.statistics.queries import open_to_all

__all__ = ["carry_verdicts", "fields_of", "to_carry", "verdict_text"]


def to_carry(analysis: Analysis, case: Case) -> list[Assignment]:
    """Differences the analysis has judged, that the unit is asked about now and has not begun to answer."""
    if analysis.state != AnalysisState.APPROVED:
        return []
    asked = Assignment.objects.filter(
        open_to_all("finding"),
        unit=analysis.unit_id,
        finding__in=analysis.findings.all(),
        answered_at__isnull=True,
        waiting=False,
        verdict__isnull=True,
    ).exclude(round__state__in=(RoundState.PLANNED, RoundState.CLOSED))
    rows = asked.select_related("finding__indicator", "unit", "round").order_by("place", "pk")
    return [row for row in rows if fields_of(case, row_of_finding(row.finding_id))]


def fields_of(case: Case, row: str) -> dict[str, Any]:
    """The fields of a verdict as the analysis answers them in one row; empty where it does not judge the row."""
    verdict = case.value("q17_verdict", "verdict", row)
    if verdict not in VerdictKind.values:
        return {}
    said: dict[str, Any] = {"verdict": verdict}
    if verdict == VerdictKind.NO_DIFFERENCE:
        return said | {"evidence": case.value("q17_verdict", "why", row)}
    said["control"] = case.value("q35_control", "control", row)
    if verdict == VerdictKind.JUSTIFIED:
        return said | _justified(case, row)
    if verdict == VerdictKind.UNCLEAR:
        return said | {
            "missing_knowledge": case.value("q41_unclear", "missing", row),
            "next_step_by": case.value("q41_unclear", "who", row),
            "next_step_on": _day(case.value("q41_unclear", "by", row)),
        }
    if any(action.values.get("finding") == row for action in case.rows("q28_actions")):
        return said | {"response": "action"}
    return said | {
        "response": "wait",
        "wait_reason": case.value("q30_no_action", "why", row),
        "review_on": _day(case.value("q30_no_action", "review_on", row)),
    }


def _justified(case: Case, row: str) -> dict[str, Any]:
    return {
        "reason_kinds": list(case.chosen("q18_reason", "reasons", row)),
        "evidence": case.value("q18_reason", "evidence", row),
        "standardised": case.value("q18_reason", "standardised", row) == "yes",
        "reconsider_on": _day(case.value("q18_reason", "reconsider_on", row)),
    }


def verdict_text(case: Case, assignment: Assignment) -> str:
    """What the analysis says of a difference the unit is asked about, in words."""
    verdict = case.value("q17_verdict", "verdict", row_of_finding(assignment.finding_id))
    return answer_text(case.set, case.set.by_id["q17_verdict"].part("verdict"), verdict, case.answers)


def _day(written: str) -> date | None:
    return date.fromisoformat(written) if written else None


@transaction.atomic
def carry_verdicts(*, analysis: Analysis, by: User, at: datetime) -> int:
    """Begin the unit's answers with what the analysis says; how many there were. A second click finds none left."""
    row = locked(analysis)
    if row.state != AnalysisState.APPROVED:
        raise rules.RefusedError("handbook.refused.not_approved")
    case = case_of(row)
    asked = to_carry(row, case)
    for each in asked:
        fields = fields_of(case, row_of_finding(each.finding_id))
        judging.answer(assignment=each, fields=fields, expected_version=0, by=by, at=at)
    if asked:
        audit.record("handbook.verdicts_carried", target=row, by=by, at=at, changes={"n": (None, len(asked))})
    return len(asked)
