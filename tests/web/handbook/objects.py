"""The app's objects, for the walk over every URL."""

from __future__ import annotations

from datetime import date

from jamlik.web.handbook.models import Analysis, Answer
from jamlik.web.organisation.models import Unit
from tests.web.assessments.objects import AT, made_finding, made_person
from tests.web.objects import Kind

__all__ = ["KINDS", "made_analysis", "made_approved", "made_sent"]


def made_analysis(unit: Unit, **fields: object) -> Analysis:
    """An analysis of a unit that is being written, with a difference and some answers."""
    writer = made_person()
    begun = {"set_key": "equality-1", "depth": "quick", "title": "Läxhjälp", "written_by": writer, "written_at": AT}
    analysis = Analysis.objects.create(unit=unit, **{**begun, **fields})
    finding = made_finding(unit)
    analysis.findings.add(finding)
    answers = {
        ("q01_subject", "answer"): {"answer": "Läxhjälp på högstadiet"},
        ("q05_target_group", "answer"): {"answer": "Elever i årskurs 7 till 9."},
        ("q16_observation", f"f{finding.pk}"): {"measure": "Betyg", "groups": "Pojkar, jämfört med flickor"},
        ("q17_verdict", f"f{finding.pk}"): {"verdict": "unjustified"},
    }
    for (question, row), value in answers.items():
        Answer.objects.create(
            analysis=analysis, question_key=question, row_key=row, value=value, saved_by=writer, saved_at=AT
        )
    return analysis


def made_sent(unit: Unit, **fields: object) -> Analysis:
    """One that waits for approval."""
    return made_analysis(unit, **{"state": "submitted", "submitted_by": made_person(), "submitted_at": AT, **fields})


def made_approved(unit: Unit) -> Analysis:
    """One that is approved."""
    return made_sent(unit, state="approved", approved_by=made_person(), approved_at=AT, follow_up_on=date(2026, 6, 1))


def _unit(made: Analysis) -> dict[str, object]:
    return {"unit": made.unit_id}


def _question(made: Analysis) -> dict[str, object]:
    return {"pk": made.pk, "question": "q16_observation"}


def _row(made: Analysis) -> dict[str, object]:
    return {**_question(made), "row": made.answers.get(question_key="q16_observation").row_key}


KINDS = [
    Kind("handbook.analysis", make=made_approved, urls=("handbook:analysis", "handbook:decision")),
    Kind("handbook.analysis", make=made_analysis, urls=("handbook:change", "handbook:check")),
    Kind("handbook.analysis", make=made_analysis, urls=("handbook:begin",), kwargs=_unit),
    Kind("handbook.analysis", make=made_analysis, urls=("handbook:question",), kwargs=_question),
    Kind("handbook.analysis", make=made_analysis, urls=("handbook:row", "handbook:remove"), kwargs=_row),
    Kind("handbook.analysis", make=made_sent, urls=("handbook:approve", "handbook:completion")),
]
