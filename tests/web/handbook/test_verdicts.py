"""What an approved analysis says of a difference becomes the unit's answer to the round, to be read and sent."""

from __future__ import annotations

from datetime import date

import pytest
from django.urls import reverse

from jamlik.web.assessments import actions as judging
from jamlik.web.assessments import round_actions
from jamlik.web.assessments.models import Assignment, Verdict
from jamlik.web.assessments.rules import RefusedError, wanting
from jamlik.web.handbook import review_actions, verdicts
from jamlik.web.handbook.actions import NEW


@pytest.fixture
def handed(scene, open_round, user_of, municipality) -> Assignment:
    """The difference, handed to the unit in a round that is open."""
    by = user_of("controller", municipality.committees[0])
    (made,) = round_actions.assign_findings(
        findings=[scene.finding], unit=scene.unit, round_=open_round, by=by, at=scene.at
    )
    return made


@pytest.fixture
def approved(scene, sent):
    """The analysis, approved."""
    return review_actions.approve(analysis=sent, expected_version=sent.version, by=scene.head, at=scene.at)


UNTIL = {"reconsider_on": "2028-02-01"}
JUSTIFIED = {"q18_reason": {"reasons": ["age_composition"], "standardised": "yes", "evidence": "Ålder", **UNTIL}}
UNCLEAR = {"q41_unclear": {"missing": "Enkätsvar", "who": "Rektor", "by": "2027-12-01"}}
WAIT = {"q30_no_action": {"why": "Ny skola 2028", "review_on": "2028-03-01"}}


@pytest.mark.parametrize(
    ("verdict", "answers", "expected"),
    [
        (
            "justified",
            JUSTIFIED,
            {
                "reason_kinds": ["age_composition"],
                "standardised": True,
                "evidence": "Ålder",
                "reconsider_on": date(2028, 2, 1),
            },
        ),
        (
            "unclear",
            UNCLEAR,
            {"missing_knowledge": "Enkätsvar", "next_step_by": "Rektor", "next_step_on": date(2027, 12, 1)},
        ),
        (
            "unjustified",
            WAIT,
            {"response": "wait", "wait_reason": "Ny skola 2028", "review_on": date(2028, 3, 1)},
        ),
    ],
)
def test_each_kind_of_verdict_lacks_nothing_in_the_round(scene, whole, handed, answer, verdict, answers, expected):
    answer("q17_verdict", scene.row, verdict=verdict)
    answer("q35_control", scene.row, control="shared")
    for question, value in answers.items():
        answer(question, scene.row, **value)
    row = review_actions.submit(analysis=whole, follow_up_on=date(2027, 9, 1), by=scene.writer, at=scene.at)
    review_actions.approve(analysis=row, expected_version=row.version, by=scene.head, at=scene.at)
    assert verdicts.carry_verdicts(analysis=row, by=scene.writer, at=scene.at) == 1
    made = Verdict.objects.get(assignment=handed)
    assert (made.verdict, made.control, made.state) == (verdict, "shared", "draft")
    assert {name: getattr(made, name) for name in expected} == expected
    assert wanting(made, has_action=False) == ()


def test_a_difference_with_an_action_still_asks_for_its_plan(scene, whole, handed, answer):
    answer("q17_verdict", scene.row, verdict="unjustified")
    answer("q35_control", scene.row, control="own")
    answer("q28_actions", NEW, action="Läxhjälp", finding=scene.row, cause="access")
    answer("q29_responsible", "1", role="Rektor", due_on="2027-12-01", cost="1")
    row = review_actions.submit(analysis=whole, follow_up_on=date(2027, 9, 1), by=scene.writer, at=scene.at)
    review_actions.approve(analysis=row, expected_version=row.version, by=scene.head, at=scene.at)
    verdicts.carry_verdicts(analysis=row, by=scene.writer, at=scene.at)
    made = Verdict.objects.get(assignment=handed)
    assert made.response == "action"
    assert wanting(made, has_action=False) == ("planned_action",)


def test_it_is_read_on_its_own_page_and_goes_the_rounds_own_way(scene, approved, handed, client_as):
    client = client_as(scene.writer)
    page = reverse("handbook:carry", args=[approved.pk])
    assert page in client.get(reverse("handbook:analysis", args=[approved.pk])).content.decode()
    shown = client.get(page).content.decode()
    assert "Ingen skillnad av betydelse" in shown
    assert "kan inte godkänna dem" in shown, "an approver reads it before becoming the writer"
    answer = client.post(page)
    assert answer.headers["Location"] == reverse("assessments:judge_unit", args=[scene.unit.pk])
    made = Verdict.objects.get(assignment=handed)
    assert (made.verdict, made.evidence) == ("no_difference", "Den är för liten.")
    judging.send_verdicts(verdicts=[made], by=scene.writer, at=scene.at)
    assert verdicts.carry_verdicts(analysis=approved, by=scene.writer, at=scene.at) == 0, "a second time finds none"
    assert page not in client.get(reverse("handbook:analysis", args=[approved.pk])).content.decode()
    assert "inget att lägga in" in client.get(page).content.decode()


def test_what_the_unit_has_begun_to_answer_is_left_alone(scene, approved, handed):
    judging.answer(assignment=handed, fields={"verdict": "unclear"}, expected_version=0, by=scene.writer, at=scene.at)
    assert verdicts.carry_verdicts(analysis=approved, by=scene.writer, at=scene.at) == 0
    assert Verdict.objects.get(assignment=handed).verdict == "unclear"


def test_only_what_is_approved_and_asked_goes_over(scene, sent, approved, client_as):
    assert verdicts.carry_verdicts(analysis=approved, by=scene.writer, at=scene.at) == 0, "nobody has asked"
    assert client_as(scene.registrar).get(reverse("handbook:carry", args=[approved.pk])).status_code == 403


def test_what_is_not_approved_is_refused(scene, sent, handed, client_as):
    with pytest.raises(RefusedError):
        verdicts.carry_verdicts(analysis=sent, by=scene.writer, at=scene.at)
    answer = client_as(scene.writer).post(reverse("handbook:carry", args=[sent.pk]))
    assert answer.status_code == 422
    assert not Verdict.objects.exists()
