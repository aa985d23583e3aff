"""The app's objects, for the walk over every URL."""

from __future__ import annotations

from datetime import UTC, date, datetime
from itertools import count
from typing import Any

from jamlik.web.assessments.models import Assignment, CaseText, Round, Verdict
from jamlik.web.core.models import User
from jamlik.web.organisation.models import Unit
from jamlik.web.organisation.queries import authority_of
from jamlik.web.statistics.models import Finding
from tests.web.objects import Kind

__all__ = ["KINDS", "made_finding", "made_person"]

AT = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
_numbers = count(1)


def made_person() -> User:
    return User.objects.create_user(email=f"writer{next(_numbers)}@ekby.example", name="Skribent")


def made_finding(unit: Unit, **fields: object) -> Finding:
    owner = authority_of(unit) or unit
    return Finding.objects.create(
        **{"owner": owner, "source": "council", "sentence": "Gården går inte att nå.", "made_at": AT, **fields}
    )


def made_assignment(unit: Unit) -> Assignment:
    return Assignment.objects.create(finding=made_finding(unit, state="under_analysis"), unit=unit, assigned_at=AT)


def _verdict(unit: Unit, **fields: object) -> Verdict:
    row = made_assignment(unit)
    written = {"written_by": made_person(), "written_at": AT, "submitted_at": AT}
    answers = {"verdict": "no_difference", "evidence": "Liten."}
    return Verdict.objects.create(assignment=row, finding=row.finding, unit=unit, **written, **answers, **fields)


def made_approved(unit: Unit) -> Verdict:
    return _verdict(unit, state="approved", approved_by=made_person(), approved_at=AT)


def made_sent(unit: Unit) -> Verdict:
    return _verdict(unit, state="submitted")


def made_round(unit: Unit) -> Round:
    return Round.objects.create(
        kind="annual",
        title="Årsredovisning",
        owner=unit,
        opens_on=date(2026, 1, 1),
        due_on=date(2026, 3, 1),
        created_by=made_person(),
        created_at=AT,
    )


def made_case(unit: Unit) -> CaseText:
    committee = authority_of(unit) or unit
    return CaseText.objects.create(
        round=made_round(committee), committee=committee, matter="Text", written_by=made_person(), written_at=AT
    )


def _unit(made: Unit) -> dict[str, object]:
    return {"unit": made.pk}


def _itself(unit: Unit) -> Unit:
    made_assignment(unit)
    return unit


def _card(made: Assignment) -> dict[str, object]:
    return {"unit": made.unit_id, "pk": made.pk}


def _step(made: Assignment) -> dict[str, object]:
    return {**_card(made), "step": "verdict"}


def _case(made: Any) -> dict[str, object]:
    return {"pk": made.round_id, "committee": made.committee_id}


KINDS = [
    Kind("assessments.verdict", make=made_approved, urls=("assessments:verdict",)),
    Kind("assessments.verdict", make=made_sent, urls=("assessments:return",)),
    Kind(
        "assessments.assignment",
        make=_itself,
        urls=("assessments:judge_unit", "assessments:check", "assessments:sent"),
        kwargs=_unit,
    ),
    Kind("assessments.assignment", make=made_assignment, urls=("assessments:go_on",), kwargs=_card),
    Kind("assessments.assignment", make=made_assignment, urls=("assessments:step",), kwargs=_step),
    Kind(
        "assessments.round",
        make=made_round,
        urls=tuple(
            f"assessments:{name}"
            for name in ("round", "edit_round", "deadlines", "open_round", "close_round", "reopen_round", "assign")
        ),
    ),
    Kind(
        "assessments.casetext",
        make=made_case,
        urls=("assessments:case", "assessments:case_word"),
        kwargs=_case,
        whole_committee=True,
    ),
    Kind(
        "assessments.casetext",
        make=made_case,
        urls=("assessments:case_edit", "assessments:decide"),
        kwargs=_case,
        from_top=True,
    ),
]
