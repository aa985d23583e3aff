"""Answering, sending, approving and returning a verdict: the rules, four eyes, history and the finding's state."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction

from jamlik.web.assessments import actions, queries, round_actions, rules
from jamlik.web.assessments.choices import choice_ids
from jamlik.web.assessments.hooks import PlannedAction
from jamlik.web.assessments.models import Assignment, Control, Response, Verdict, VerdictKind, VerdictState
from jamlik.web.assessments.rules import RefusedError
from jamlik.web.assessments.shown import exchange_lines
from jamlik.web.core.audit_models import AuditEvent
from jamlik.web.core.editing import EditConflict
from jamlik.web.core.jobs import Job

JUSTIFIED = {
    "verdict": "justified",
    "reason_kinds": ["need"],
    "evidence": "Utredningen 2026 visar olika behov.",
    "control": "own",
    "reconsider_on": date(2028, 2, 1),
}
UNCLEAR = {
    "verdict": "unclear",
    "missing_knowledge": "Hur många som söker.",
    "next_step_by": "Utvecklare",
    "next_step_on": date(2027, 6, 1),
    "control": "shared",
}
WAITING = {
    "verdict": "unjustified",
    "control": "none",
    "response": "wait",
    "wait_reason": "Ny lag väntas.",
    "review_on": date(2027, 9, 1),
}


@pytest.fixture
def manager(municipality, user_of):
    return user_of("unit_manager", municipality.units[0][0])


@pytest.fixture
def head(municipality, user_of):
    return user_of("head", municipality.departments[0])


@pytest.fixture
def one(municipality, asked) -> Assignment:
    return asked(municipality.units[0][0], 1)[0]


def answered(assignment, fields, by, at) -> Verdict:
    return actions.answer(assignment=assignment, fields=fields, expected_version=0, by=by, at=at)


def test_choices_are_those_of_the_database():
    assert choice_ids("verdict") == tuple(VerdictKind.values)
    assert choice_ids("verdict_hint") == tuple(VerdictKind.values)
    assert choice_ids("control") == tuple(Control.values)
    assert choice_ids("response") == tuple(Response.values)


@pytest.mark.parametrize(
    ("fields", "state"), [(JUSTIFIED, "closed"), (UNCLEAR, "waiting"), (WAITING, "waiting")], ids=["j", "u", "w"]
)
def test_verdict_sent_and_approved_moves_the_finding(one, manager, head, at, fields, state):
    verdict = answered(one, fields, manager, at)
    actions.send_verdicts(verdicts=[verdict], by=manager, at=at)
    one.finding.refresh_from_db()
    assert one.finding.state == "awaiting_approval"
    actions.approve_verdicts(verdicts=[verdict], by=head, at=at)
    one.finding.refresh_from_db()
    verdict.refresh_from_db()
    one.refresh_from_db()
    assert (one.finding.state, verdict.state, verdict.approved_by, one.answered_at) == (state, "approved", head, at)
    assert [copy.state for copy in verdict.copies.all()] == ["submitted", "approved"]
    assert all(actions.copy_is_intact(copy) for copy in verdict.copies.all())


@pytest.mark.parametrize("missing", ["reason_kinds", "evidence", "control", "reconsider_on"])
def test_justified_without_one_of_its_answers_cannot_be_sent(one, manager, at, missing):
    fields = {name: value for name, value in JUSTIFIED.items() if name != missing}
    verdict = answered(one, fields, manager, at)
    with pytest.raises(RefusedError, match="Det saknas svar"):
        actions.send_verdicts(verdicts=[verdict], by=manager, at=at)
    assert rules.wanting(verdict, has_action=False) == (missing,)


def test_age_as_reason_asks_for_standardised_figures(one, manager, at):
    verdict = answered(one, {**JUSTIFIED, "reason_kinds": ["need", "age_composition"]}, manager, at)
    assert rules.wanting(verdict, has_action=False) == ("standardised",)


def test_unjustified_asks_for_an_action_that_exists(one, manager, head, at, monkeypatch):
    fields = {"verdict": "unjustified", "control": "own", "response": "action"}
    verdict = answered(one, fields, manager, at)
    with pytest.raises(RefusedError, match="planerad åtgärd"):
        actions.send_verdicts(verdicts=[verdict], by=manager, at=at)
    planned = {one.finding_id: (PlannedAction("Läxhjälp", "/", None, "planerad"),)}
    monkeypatch.setattr(actions, "planned_actions", lambda findings: planned)
    actions.send_verdicts(verdicts=[verdict], by=manager, at=at)
    verdict.refresh_from_db()
    assert verdict.state == VerdictState.SUBMITTED
    monkeypatch.setattr(actions, "planned_actions", lambda findings: {})  # it was stopped meanwhile
    with pytest.raises(RefusedError, match="planerad åtgärd"):
        actions.approve_verdicts(verdicts=[verdict], by=head, at=at)


def test_sending_is_all_or_none(municipality, asked, manager, at):
    first, second = asked(municipality.units[0][0], 2)
    ready, half = answered(first, JUSTIFIED, manager, at), answered(second, {"verdict": "justified"}, manager, at)
    with pytest.raises(RefusedError):
        actions.send_verdicts(verdicts=[ready, half], by=manager, at=at)
    ready.refresh_from_db()
    assert ready.state == VerdictState.DRAFT


def test_answers_left_from_another_verdict_are_cleared_when_sent(one, manager, at):
    verdict = answered(one, {**UNCLEAR, "reconsider_on": date(2029, 1, 1), "wait_reason": "gammalt"}, manager, at)
    actions.send_verdicts(verdicts=[verdict], by=manager, at=at)
    verdict.refresh_from_db()
    assert (verdict.reconsider_on, verdict.wait_reason, verdict.next_step_by) == (None, "", "Utvecklare")


def test_who_wrote_cannot_approve(one, at, user_of, municipality):
    head = user_of("head", municipality.departments[0])
    verdict = answered(one, JUSTIFIED, head, at)
    actions.send_verdicts(verdicts=[verdict], by=head, at=at)
    with pytest.raises(RefusedError, match="skrivit bedömningen själv"):
        actions.approve_verdicts(verdicts=[verdict], by=head, at=at)


def test_database_refuses_one_pair_of_eyes(one, manager, head, at):
    verdict = answered(one, JUSTIFIED, manager, at)
    actions.send_verdicts(verdicts=[verdict], by=manager, at=at)
    rows = Verdict.objects.filter(pk=verdict.pk)
    with pytest.raises(IntegrityError, match="verdict_four_eyes"), transaction.atomic():
        rows.update(state="approved", approved_by=manager, approved_at=at)
    assert rows.update(state="approved", approved_by=head, approved_at=at) == 1


@pytest.mark.parametrize(
    ("fields", "broken", "constraint"),
    [
        (JUSTIFIED, {"reconsider_on": None}, "verdict_sent_justified_is_complete"),
        (JUSTIFIED, {"evidence": ""}, "verdict_sent_justified_is_complete"),
        (UNCLEAR, {"next_step_by": ""}, "verdict_sent_unclear_is_complete"),
        (WAITING, {"review_on": None}, "verdict_sent_unjustified_is_complete"),
        (WAITING, {"response": ""}, "verdict_sent_unjustified_is_complete"),
        (JUSTIFIED, {"written_at": None}, "verdict_written_who_and_when"),
        (JUSTIFIED, {"state": "approved"}, "verdict_approved_who_and_when"),
        (JUSTIFIED, {"state": "returned"}, "verdict_returned_says_why"),
    ],
)
def test_database_refuses_a_half_done_verdict(one, manager, at, fields, broken, constraint):
    verdict = answered(one, fields, manager, at)
    actions.send_verdicts(verdicts=[verdict], by=manager, at=at)
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        Verdict.objects.filter(pk=verdict.pk).update(**broken)


def test_return_keeps_answers_and_history(one, manager, head, at):
    verdict = answered(one, JUSTIFIED, manager, at)
    actions.send_verdicts(verdicts=[verdict], by=manager, at=at)
    actions.return_verdict(verdict=verdict, reason="Vilken utredning?", by=head, at=at)
    verdict.refresh_from_db()
    one.finding.refresh_from_db()
    assert (verdict.state, verdict.evidence, one.finding.state) == (
        "returned",
        JUSTIFIED["evidence"],
        "under_analysis",
    )
    actions.answer(
        assignment=one,
        fields={"evidence": "Utredning 2026:4."},
        expected_version=verdict.version,
        by=manager,
        at=at,
    )
    actions.send_verdicts(verdicts=[verdict], by=manager, at=at)
    actions.approve_verdicts(verdicts=[verdict], by=head, at=at)
    assert [copy.state for copy in verdict.copies.all()] == ["submitted", "returned", "submitted", "approved"]
    assert "Vilken utredning?" in verdict.copies.all()[1].body


def test_what_came_back_is_not_sent_again_as_it_was(one, manager, head, at, django_capture_on_commit_callbacks):
    verdict = answered(one, JUSTIFIED, manager, at)
    actions.send_verdicts(verdicts=[verdict], by=manager, at=at)
    with django_capture_on_commit_callbacks(execute=True):
        actions.return_verdict(verdict=verdict, reason="Vilken utredning?", by=head, at=at)
    mail = Job.objects.get(name="core.mail", args__key="assessments.mail.returned").args
    assert mail["values"] == {"unit": one.unit.name, "why": " Frågan är: Vilken utredning?"}
    assert mail["url"] == f"/assessments/judge/{one.unit_id}/{one.pk}/"
    again = {name: JUSTIFIED[name] for name in ("evidence", "control")}
    actions.answer(assignment=one, fields=again, expected_version=verdict.version, by=manager, at=at)
    with pytest.raises(RefusedError, match="Svara på frågan eller ändra"):
        actions.send_verdicts(verdicts=[verdict], by=manager, at=at)
    verdict.refresh_from_db()
    assert verdict.state == "returned"


@pytest.mark.parametrize("change", [{"reply": "Utredning 2026:4."}, {"control": "shared"}])
def test_a_reply_or_a_changed_answer_goes_back_and_the_exchange_is_kept(one, manager, head, at, change):
    verdict = answered(one, JUSTIFIED, manager, at)
    actions.send_verdicts(verdicts=[verdict], by=manager, at=at)
    actions.return_verdict(verdict=verdict, reason="Vilken utredning?", by=head, at=at)
    actions.answer(assignment=one, fields=change, expected_version=verdict.version, by=manager, at=at)
    actions.send_verdicts(verdicts=[verdict], by=manager, at=at)
    verdict.refresh_from_db()
    assert (verdict.state, verdict.return_reason) == ("submitted", "Vilken utredning?")
    assert verdict.reply == change.get("reply", "")
    assert exchange_lines(actions.verdict_of(verdict.copies.last())) == [
        ("Det här behöver kompletteras", "Vilken utredning?"),
        ("Svar på frågan", change.get("reply", "inget svar")),
    ]
    actions.return_verdict(verdict=verdict, reason="Och vem gjorde den?", by=head, at=at)
    verdict.refresh_from_db()
    assert (verdict.reply, verdict.amended) == ("", False)
    assert actions.verdict_of(verdict.copies.all()[2]).reply == change.get("reply", "")


def test_a_reply_that_points_out_a_person_is_refused(one, manager, head, at):
    verdict = answered(one, JUSTIFIED, manager, at)
    actions.send_verdicts(verdicts=[verdict], by=manager, at=at)
    actions.return_verdict(verdict=verdict, reason="Vem?", by=head, at=at)
    told = {"reply": "Fråga anna.andersson@ekby.se"}
    with pytest.raises(RefusedError, match="pekar ut"):
        actions.answer(assignment=one, fields=told, expected_version=verdict.version, by=manager, at=at)


def test_return_asks_for_a_reason(one, manager, head, at):
    verdict = answered(one, JUSTIFIED, manager, at)
    actions.send_verdicts(verdicts=[verdict], by=manager, at=at)
    with pytest.raises(RefusedError, match="Skriv vad"):
        actions.return_verdict(verdict=verdict, reason=" ", by=head, at=at)


def test_a_copy_that_was_changed_is_seen(one, manager, at):
    verdict = answered(one, JUSTIFIED, manager, at)
    actions.send_verdicts(verdicts=[verdict], by=manager, at=at)
    copy = verdict.copies.get()
    copy.body = copy.body.replace("own", "none")
    assert not actions.copy_is_intact(copy)


def test_sent_twice_and_approved_twice_change_nothing_more(one, manager, head, at):
    verdict = answered(one, JUSTIFIED, manager, at)
    for _ in range(2):
        actions.send_verdicts(verdicts=[verdict], by=manager, at=at)
    for _ in range(2):
        actions.approve_verdicts(verdicts=[verdict], by=head, at=at)
    assert verdict.copies.count() == 2
    verbs = AuditEvent.objects.filter(target_kind="assessments.verdict").values_list("verb", flat=True)
    assert sorted(verbs) == ["assessments.verdict_answered", "assessments.verdict_approved", "assessments.verdict_sent"]


def test_two_people_answering_see_each_other(one, manager, at, user_of, municipality):
    other = user_of("unit_manager", municipality.units[0][0])
    answered(one, {"verdict": "justified"}, manager, at)
    with pytest.raises(EditConflict) as conflict:
        answered(one, {"verdict": "unclear"}, other, at)
    assert conflict.value.theirs.verdict == "justified"
    assert Verdict.objects.get(assignment=one).verdict == "justified"


@pytest.mark.parametrize("text", ["Se 811228-9874", "fråga anna@ekby.se"])
def test_texts_that_point_out_a_person_are_refused(one, manager, at, text):
    with pytest.raises(RefusedError, match="pekar ut en person"):
        answered(one, {"evidence": text}, manager, at)
    assert not Verdict.objects.exists()


def test_what_is_sent_cannot_be_changed(one, manager, at):
    verdict = answered(one, JUSTIFIED, manager, at)
    actions.send_verdicts(verdicts=[verdict], by=manager, at=at)
    with pytest.raises(RefusedError, match="redan skickad"):
        actions.answer(
            assignment=one, fields={"verdict": "unclear"}, expected_version=verdict.version, by=manager, at=at
        )


def test_approvers_get_one_mail_and_the_writer_gets_the_answer(
    municipality, asked, manager, head, at, django_capture_on_commit_callbacks
):
    verdicts = [answered(each, JUSTIFIED, manager, at) for each in asked(municipality.units[0][0], 2)]
    with django_capture_on_commit_callbacks(execute=True):
        actions.send_verdicts(verdicts=verdicts, by=manager, at=at)
    mails = [job.args for job in Job.objects.filter(name="core.mail", args__key="assessments.mail.to_approve")]
    assert [mail["user_id"] for mail in mails] == [head.pk]
    with django_capture_on_commit_callbacks(execute=True):
        actions.approve_verdicts(verdicts=verdicts, by=head, at=at)
    told = [job.args for job in Job.objects.filter(name="core.mail", args__key="assessments.mail.approved")]
    assert [mail["user_id"] for mail in told] == [manager.pk]


def test_last_answer_and_other_units_stand_beside(municipality, finding_of, asked, manager, head, at):
    (now,) = asked(municipality.units[0][0], 1)
    before = finding_of(municipality.committees[0], "q1", "2025")
    elsewhere = finding_of(municipality.committees[1], "q1", "2026")
    for finding, unit in ((before, municipality.units[0][0]), (elsewhere, municipality.units[1][0])):
        row = Assignment.objects.create(finding=finding, unit=unit, assigned_at=at, answered_at=at)
        Verdict.objects.create(
            assignment=row,
            finding=finding,
            unit=unit,
            state="approved",
            **JUSTIFIED,
            written_by=manager,
            written_at=at,
            submitted_at=at,
            approved_by=head,
            approved_at=at,
        )
    (card,) = queries.cards(municipality.units[0][0])
    assert card.before.finding == before
    others = queries.others(now.finding, unit=municipality.units[0][0])
    assert [each.verdict.finding for each in others] == [elsewhere]


def test_readers_see_only_what_is_approved(one, municipality, user_of, manager, head, at):
    reader = user_of("reader", municipality.top)
    verdict = answered(one, JUSTIFIED, manager, at)
    assert not queries.visible_verdicts(reader).exists()
    assert queries.visible_verdicts(manager).exists()
    assert queries.visible_verdicts(head).exists()
    actions.send_verdicts(verdicts=[verdict], by=manager, at=at)
    actions.approve_verdicts(verdicts=[verdict], by=head, at=at)
    assert queries.visible_verdicts(reader).exists()
    outside = user_of("unit_manager", municipality.units[1][0])
    assert not queries.visible_verdicts(outside).exists()


def test_justified_comes_back_on_its_day(one, manager, head, at):
    verdict = answered(one, JUSTIFIED, manager, at)
    actions.send_verdicts(verdicts=[verdict], by=manager, at=at)
    actions.approve_verdicts(verdicts=[verdict], by=head, at=at)
    assert not queries.to_reconsider(manager, date(2028, 1, 31)).exists()
    assert list(queries.to_reconsider(manager, date(2028, 2, 1))) == [verdict]


@pytest.mark.parametrize(
    ("fields", "day"), [(JUSTIFIED, date(2028, 2, 1)), (UNCLEAR, date(2027, 6, 1)), (WAITING, date(2027, 9, 1))]
)
def test_unit_is_asked_again_on_the_day_once(one, manager, head, at, fields, day):
    verdict = answered(one, fields, manager, at)
    actions.send_verdicts(verdicts=[verdict], by=manager, at=at)
    actions.approve_verdicts(verdicts=[verdict], by=head, at=at)
    assert round_actions.ask_what_has_come_due(at=at, day=day - timedelta(days=1)) == 0
    assert round_actions.ask_what_has_come_due(at=at, day=day) == 1
    assert round_actions.ask_what_has_come_due(at=at, day=day) == 0
    one.finding.refresh_from_db()
    assert one.finding.state == "under_analysis"
    (card,) = queries.cards(one.unit)
    assert (card.state, card.assignment.due_on) == ("todo", day + timedelta(days=30))
    again = actions.answer(
        assignment=card.assignment,
        fields={"verdict": "no_difference", "evidence": "Lika nu."},
        expected_version=0,
        by=manager,
        at=at,
    )
    actions.send_verdicts(verdicts=[again], by=manager, at=at)
    actions.approve_verdicts(verdicts=[again], by=head, at=at)
    assert round_actions.ask_what_has_come_due(at=at, day=day + timedelta(days=400)) == 0


def test_a_question_with_newer_figures_is_not_asked_about_the_old_ones(
    one, manager, head, at, finding_of, municipality
):
    verdict = answered(one, JUSTIFIED, manager, at)
    actions.send_verdicts(verdicts=[verdict], by=manager, at=at)
    actions.approve_verdicts(verdicts=[verdict], by=head, at=at)
    finding_of(municipality.committees[0], one.finding.question_key, "2027")
    assert round_actions.ask_what_has_come_due(at=at, day=date(2030, 1, 1)) == 0
