"""The app's objects, for the walk over every URL."""

from __future__ import annotations

from datetime import date
from hashlib import sha256

from jamlik.web.handbook import edition_actions
from jamlik.web.handbook.models import Analysis, Answer, Copy, Edition, Filled
from jamlik.web.handbook.review_actions import content_of
from jamlik.web.organisation.models import Unit
from tests.web.assessments.objects import AT, made_finding, made_person
from tests.web.objects import Kind

__all__ = ["KINDS", "OWN", "made_analysis", "made_approved", "made_sent"]

_QUESTION = {
    "id": "own_1",
    "step": "room",
    "first": True,
    "kind": "choice",
    "choices": "own_1",
    "text": {"sv": "Vilken stadsdel?", "fi": "Mikä kaupunginosa?"},
    "help": {},
    "depths": ["quick"],
    "required": True,
}
OWN = {
    "help": {"t02_in_the_room": {"sv": "Tänk på alla i Ekby."}},
    "left_out": ["t06_last_time"],
    "questions": [_QUESTION],
    "choices": {"own_1": [{"id": "own_2", "sv": "Torget", "fi": "Tori"}, {"id": "own_3", "sv": "Hamnen"}]},
}


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
    by = made_person()
    made = made_sent(unit, state="approved", approved_by=by, approved_at=AT, follow_up_on=date(2026, 6, 1))
    content = content_of(made)
    fingerprint = sha256(content.encode()).hexdigest()
    Copy.objects.create(analysis=made, number=1, content=content, fingerprint=fingerprint, made_at=AT, made_by=by)
    return made


def made_talk(unit: Unit) -> Analysis:
    """An approved talk at a workplace meeting: the shortest form."""
    made = made_approved(unit)
    made.set_key = "team-1"
    made.save(update_fields=["set_key"])
    return made


def made_filled(unit: Unit) -> Filled:
    """A form that came back with an answer that differs and one that is new."""
    analysis = made_analysis(unit)
    answers = {
        "q05_target_group": [{"row": "answer", "answer": "Alla elever."}],
        "q06_absent": [{"row": "answer", "answer": "De som arbetar."}],
    }
    return Filled.objects.create(
        analysis=analysis, set_key="equality-1", answers=answers, sent_by=made_person(), sent_at=AT
    )


def made_edition(unit: Unit) -> Edition:
    """A draft of the shortest set with a question of its own, and an analysis that the unit has begun with it."""
    number = Edition.objects.count() + 1
    edition = Edition.objects.create(
        key=f"team-1+{number}",
        base_key="team-1",
        set_key="team",
        number=number,
        content=OWN,
        ids_n=3,
        begun_by=made_person(),
        begun_at=AT,
    )
    made_analysis(unit, edition=edition, set_key=edition.key)
    return edition


def _unit(made: Analysis) -> dict[str, object]:
    return {"unit": made.unit_id}


def _question(made: Analysis) -> dict[str, object]:
    return {"pk": made.pk, "question": "q16_observation"}


def _row(made: Analysis) -> dict[str, object]:
    return {**_question(made), "row": made.answers.get(question_key="q16_observation").row_key}


def _filled(made: Filled) -> dict[str, object]:
    return {"pk": made.analysis_id, "filled": made.pk}


def _form(made: Analysis) -> dict[str, object]:
    return {"pk": made.pk, "kind": "print"}


def made_issued(unit: Unit) -> Edition:
    """An edition that was given out."""
    return edition_actions.give_out(edition=made_edition(unit), by=made_person(), at=AT)


def _report(made: Analysis) -> dict[str, object]:
    return {"pk": made.pk, "number": 1, "kind": "word"}


def _blank(made: Analysis) -> dict[str, object]:
    return {"name": "team", "depth": "quick", "kind": "print"}


KINDS = [
    Kind(
        "handbook.edition",
        make=made_edition,
        urls=("handbook:edition", "handbook:edition_texts", "handbook:give_out", "handbook:withdraw"),
        from_top=True,
    ),
    Kind(
        "handbook.edition",
        make=made_edition,
        urls=("handbook:begin_edition",),
        kwargs=lambda made: {"name": made.set_key},
        from_top=True,
    ),
    Kind("handbook.edition", make=made_issued, urls=("handbook:take_edition",), from_top=True),
    Kind(
        "handbook.edition",
        make=made_edition,
        urls=("handbook:preview",),
        kwargs=lambda made: {"pk": made.pk, "depth": "quick"},
        from_top=True,
    ),
    Kind(
        "handbook.edition",
        make=made_edition,
        urls=("handbook:edition_step",),
        kwargs=lambda made: {"pk": made.pk, "step": "new"},
        from_top=True,
    ),
    Kind(
        "handbook.edition",
        make=made_edition,
        urls=("handbook:edition_question",),
        kwargs=lambda made: {"pk": made.pk, "question": "own_1"},
        from_top=True,
    ),
    Kind(
        "handbook.edition",
        make=made_edition,
        urls=("handbook:edition_remove",),
        kwargs=lambda made: {"pk": made.pk, "kind": "question", "name": "own_1"},
        from_top=True,
    ),
    Kind("handbook.analysis", make=made_talk, urls=("handbook:form",), kwargs=_form),
    Kind(
        "handbook.analysis",
        make=made_talk,
        urls=("handbook:blank",),
        kwargs=_blank,
        scoped=False,
        why_open="an empty form is the same for all",
    ),
    Kind("handbook.analysis", make=made_approved, urls=("handbook:report",), kwargs=_report),
    Kind("handbook.filled", make=made_filled, urls=("handbook:filled",), kwargs=_filled),
    Kind("handbook.analysis", make=made_analysis, urls=("handbook:upload",)),
    Kind("handbook.analysis", make=made_approved, urls=("handbook:analysis", "handbook:decision", "handbook:carry")),
    Kind("handbook.analysis", make=made_analysis, urls=("handbook:change", "handbook:check")),
    Kind("handbook.analysis", make=made_analysis, urls=("handbook:begin",), kwargs=_unit),
    Kind("handbook.analysis", make=made_analysis, urls=("handbook:question",), kwargs=_question),
    Kind("handbook.analysis", make=made_analysis, urls=("handbook:row", "handbook:remove"), kwargs=_row),
    Kind("handbook.analysis", make=made_sent, urls=("handbook:approve", "handbook:completion")),
]
