"""Ekby's analyses by the handbook: one approved, decided on and due to be followed up, one that is being written."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from jamlik.web.core.models import User
from jamlik.web.desk.content import ekby
from jamlik.web.desk.ekby_base import days, finding_of, unit_of
from jamlik.web.desk.ekby_people import person
from jamlik.web.handbook import actions, review_actions
from jamlik.web.handbook.models import Analysis
from jamlik.web.handbook.queries import row_of_finding

__all__ = ["load_analyses"]

Said = Mapping[str, Any]
_PLACES = ("question", "of", "row")


def load_analyses(*, at: datetime) -> None:
    """Write, send in, approve and decide on what Ekby's content tells."""
    for said in ekby()["analysis"]:
        analysis = _written(said, by=person(said["writer"]), at=_then(at, said["begun_days"]))
        if "approver" in said:
            _approved(analysis, said, at=at)


def _then(at: datetime, n: int) -> datetime:
    return at + timedelta(days=n)


def _written(said: Said, *, by: User, at: datetime) -> Analysis:
    findings = [finding_of(*one) for one in said["findings"]]
    analysis = actions.begin_analysis(
        unit=unit_of(said["unit"]),
        set_name="equality",
        depth="quick",
        title=said["title"],
        period=said["period"],
        findings=findings,
        by=by,
        at=at,
    )
    rows = [row_of_finding(finding.pk) for finding in findings]
    for answer in said["answers"]:
        actions.save_answer(
            analysis=analysis,
            question=answer["question"],
            row=rows[answer["of"]] if "of" in answer else answer.get("row", "answer"),
            value=_value(answer, rows),
            expected_version=0,
            by=by,
            at=at,
        )
    return analysis


def _value(answer: Said, rows: list[str]) -> dict[str, Any]:
    """What is answered: days from the day of loading, and a difference by its row."""
    value: dict[str, Any] = {}
    for part, said in answer.items():
        if part.endswith("_days"):
            value[part.removesuffix("_days")] = days(said).isoformat()
        elif part == "finding":
            value[part] = rows[said]
        elif part not in _PLACES:
            value[part] = said
    return value


def _approved(analysis: Analysis, said: Said, *, at: datetime) -> None:
    follow_up, decision = days(said["follow_up_days"]), said["decision"]
    sent = review_actions.submit(
        analysis=analysis,
        follow_up_on=follow_up,
        by=person(said["writer"]),
        at=_then(at, said["sent_days"]),
    )
    approved = review_actions.approve(
        analysis=sent,
        expected_version=sent.version,
        by=person(said["approver"]),
        at=_then(at, said["approved_days"]),
    )
    review_actions.record_decision(
        analysis=approved,
        body=decision["body"],
        body_name=decision["body_name"],
        outcome=decision["outcome"],
        decided_on=days(decision["days"]),
        paragraph=decision["paragraph"],
        by=person(decision["by"]),
        at=_then(at, decision["days"]),
    )
