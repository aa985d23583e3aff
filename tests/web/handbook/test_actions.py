"""An analysis's life: answers row by row, rules that stop it, four eyes, a frozen copy, a referral back."""

from __future__ import annotations

import hashlib
import json
from datetime import date

import pytest

from jamlik.model.errors import JamlikError
from jamlik.web.core.audit_models import AuditEvent
from jamlik.web.core.editing import EditConflict
from jamlik.web.handbook import actions, queries, review_actions
from jamlik.web.handbook.actions import NEW
from jamlik.web.handbook.models import Decision
from jamlik.web.handbook.rules import BreachesError, RefusedError
from tests.web.assessments.objects import made_finding


def test_a_finding_has_its_row_from_the_start(scene):
    row = scene.analysis.answers.get()
    assert (row.question_key, row.row_key) == ("q16_observation", scene.row)
    assert row.value == {"measure": "Betyg i årskurs 9, 2026", "groups": "Pojkar, jämfört med Flickor"}
    assert list(scene.analysis.findings.all()) == [scene.finding]
    assert queries.finding_of_row(scene.row) == scene.finding.pk
    assert [queries.finding_of_row(row) for row in ("1", "f", "fx", "f²")] == [None] * 4


def test_what_only_the_committee_may_see_stands_in_no_analysis(scene):
    inside = made_finding(scene.unit, audience="owner", certainty="inside")
    with pytest.raises(JamlikError):
        actions.begin_analysis(
            unit=scene.unit,
            set_name="equality",
            depth="quick",
            title="X",
            findings=[inside],
            by=scene.writer,
            at=scene.at,
        )
    assert inside not in queries.findings_to_offer(scene.unit)


def test_two_who_answer_different_questions_do_not_meet_and_two_at_the_same_do(scene, answer, user_of):
    other = user_of("analyst", scene.unit)
    answer("q05_target_group", answer="Elever.")
    about = {"analysis": scene.analysis, "question": "q06_absent", "row": "answer", "at": scene.at}
    actions.save_answer(**about, value={"answer": "De andra."}, expected_version=0, by=other)
    with pytest.raises(EditConflict) as told:
        actions.save_answer(**about, value={"answer": "Ingen."}, expected_version=0, by=scene.writer)
    assert (told.value.mine.value, told.value.theirs.value) == ({"answer": "Ingen."}, {"answer": "De andra."})
    actions.save_answer(
        **about, value={"answer": "De andra."}, expected_version=0, by=scene.writer
    )  # the same: no harm
    actions.save_answer(**about, value={"answer": "Båda."}, expected_version=1, by=scene.writer)
    kept = scene.analysis.answers.get(question_key="q06_absent")
    assert (kept.value, kept.version, kept.saved_by) == ({"answer": "Båda."}, 2, scene.writer)
    assert set(scene.analysis.contributors.all()) == {scene.writer, other}
    assert AuditEvent.objects.filter(verb="handbook.answer_saved").count() == 3


def test_new_rows_have_numbers_of_their_own_and_a_row_takes_its_answers_with_it(scene, answer):
    for name in ("Väntetid", "Frånvaro"):
        answer("q16_observation", NEW, measure=name, groups="Flickor")
    keys = list(scene.analysis.answers.filter(question_key="q16_observation").values_list("row_key", flat=True))
    assert keys == [scene.row, "1", "2"]
    answer("q17_verdict", "1", verdict="unjustified")
    answer("q28_actions", NEW, action="Ring hem", finding="1", cause="access")
    about = {"analysis": scene.analysis, "question": "q16_observation", "by": scene.writer, "at": scene.at}
    actions.remove_row(**about, row="1")
    actions.remove_row(**about, row="1")
    assert not scene.analysis.answers.filter(question_key="q17_verdict").exists()
    left = scene.analysis.answers.get(question_key="q28_actions")
    assert (left.row_key, left.value) == ("3", {"action": "Ring hem", "cause": "access"})
    actions.remove_row(**about, row=scene.row)
    assert not scene.analysis.findings.exists()
    assert AuditEvent.objects.filter(verb="handbook.row_removed").count() == 2


def test_text_that_points_somebody_out_is_not_saved(scene, answer):
    for text in ("Pelle 20150312-2388 kom inte", "Skriv till anna@ekby.example"):
        with pytest.raises(RefusedError):
            answer("q05_target_group", answer=text)
    assert not scene.analysis.answers.filter(question_key="q05_target_group").exists()


def test_an_analysis_that_breaks_a_rule_is_not_sent_in(scene, whole, answer):
    answer("q17_verdict", scene.row, verdict="unjustified")
    with pytest.raises(BreachesError) as told:
        review_actions.submit(analysis=whole, follow_up_on=date(2027, 9, 1), by=scene.writer, at=scene.at)
    rules = {(each.rule, each.question) for each in told.value.found}
    assert ("unjustified_has_action_or_reason", "q30_no_action") in rules
    whole.refresh_from_db()
    assert whole.state == "draft"


def test_four_eyes_approve_what_others_wrote_and_freeze_it(scene, sent, user_of):
    with pytest.raises(RefusedError, match="inskickad"):
        actions.save_answer(
            analysis=sent,
            question="q06_absent",
            row="answer",
            value={"answer": "Ny"},
            expected_version=1,
            by=scene.writer,
            at=scene.at,
        )
    with pytest.raises(RefusedError, match="har skrivit"):
        review_actions.approve(analysis=sent, expected_version=sent.version, by=scene.writer, at=scene.at)
    with pytest.raises(RefusedError, match="ändrats"):
        review_actions.approve(analysis=sent, expected_version=sent.version - 1, by=scene.head, at=scene.at)
    assert list(queries.to_approve(scene.head)) == [sent]
    for _ in range(2):
        done = review_actions.approve(analysis=sent, expected_version=sent.version, by=scene.head, at=scene.at)
    copy = done.copies.get()
    assert copy.fingerprint == hashlib.sha256(copy.content.encode()).hexdigest()
    content = json.loads(copy.content)
    assert content["questions"] == "equality-1"
    assert content["approved_on"] == "2027-02-01"
    assert content["answers"]["q17_verdict"] == [
        {"row": scene.row, "verdict": "no_difference", "why": "Den är för liten."}
    ]
    assert content["findings"][0]["row"] == scene.row
    assert not queries.to_approve(scene.head).exists()


def test_a_head_who_wrote_one_answer_does_not_approve(scene, whole, at):
    actions.save_answer(
        analysis=whole,
        question="q34_enough",
        row="answer",
        value={"answer": "yes", "why": "Den är liten."},
        expected_version=1,
        by=scene.head,
        at=at,
    )
    sent = review_actions.submit(analysis=whole, follow_up_on=date(2027, 9, 1), by=scene.writer, at=at)
    assert not queries.to_approve(scene.head).exists()
    with pytest.raises(RefusedError):
        review_actions.approve(analysis=sent, expected_version=sent.version, by=scene.head, at=at)


def test_completion_is_answered_before_it_is_sent_again(scene, sent):
    with pytest.raises(RefusedError):
        review_actions.ask_for_completion(analysis=sent, text=" ", by=scene.head, at=scene.at)
    back = review_actions.ask_for_completion(analysis=sent, text="Vilka saknas?", by=scene.head, at=scene.at)
    assert list(queries.to_complete(scene.writer)) == [back]
    again = {"analysis": back, "follow_up_on": date(2027, 9, 1), "by": scene.writer, "at": scene.at}
    with pytest.raises(RefusedError, match="ändrat"):
        review_actions.submit(**again)
    assert review_actions.submit(**again, reply="De som arbetar.").state == "submitted"
    asked_for = Decision.objects.get()
    assert (asked_for.outcome, asked_for.reason, asked_for.reply) == ("completion", "Vilka saknas?", "De som arbetar.")


def test_a_referral_back_is_the_decision_it_is_and_the_copy_stays(scene, sent):
    done = review_actions.approve(analysis=sent, expected_version=sent.version, by=scene.head, at=scene.at)
    told = {
        "analysis": done,
        "body": "committee",
        "body_name": "Utbildningsnämnden",
        "outcome": "referred_back",
        "decided_on": date(2027, 3, 2),
        "paragraph": "§ 14",
        "by": scene.registrar,
        "at": scene.at,
    }
    with pytest.raises(BreachesError) as broken:
        review_actions.record_decision(**told)
    assert [each.what for each in broken.value.found] == ["no_reason"]
    with pytest.raises(RefusedError):
        review_actions.record_decision(**{**told, "body": "head"}, reason="Nej")
    review_actions.record_decision(**told, reason="Barnens röster saknas.")
    done.refresh_from_db()
    assert (done.state, done.approved_by, done.copies.count()) == ("returned", None, 1)
    review_actions.submit(
        analysis=done, follow_up_on=date(2027, 9, 1), reply="Barnen är hörda.", by=scene.writer, at=scene.at
    )
    done.refresh_from_db()
    review_actions.approve(analysis=done, expected_version=done.version, by=scene.head, at=scene.at)
    assert [copy.number for copy in done.copies.all()] == [1, 2]


def test_due_for_follow_up_is_told_until_somebody_begins(scene, sent):
    done = review_actions.approve(analysis=sent, expected_version=sent.version, by=scene.head, at=scene.at)
    assert not queries.due_for_follow_up(scene.writer, date(2027, 8, 31)).exists()
    assert list(queries.due_for_follow_up(scene.writer, date(2027, 9, 1))) == [done]
    begun = actions.begin_analysis(
        unit=scene.unit, set_name="equality", depth="full", title="Igen", follows=done, by=scene.writer, at=scene.at
    )
    assert not queries.due_for_follow_up(scene.writer, date(2027, 9, 1)).exists()
    assert "follow_up_due" in begun.facts
