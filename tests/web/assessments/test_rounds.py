"""Rounds: the cap and the queue, deadlines per committee, reminders and escalation, the route of a case."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from jamlik.web.assessments import actions, approval_actions, case_actions, queries, round_actions
from jamlik.web.assessments.models import Assignment, Decision
from jamlik.web.assessments.rules import RefusedError
from jamlik.web.core import clock
from jamlik.web.core.jobs import Job


def test_cap_lets_five_in_and_the_rest_wait_in_order(municipality, asked):
    unit = municipality.units[0][0]
    asked(unit, 8)
    assert [card.assignment.finding.rank for card in queries.cards(unit)] == [1, 2, 3, 4, 5]
    assert [row.finding.rank for row in queries.waiting_in(unit)] == [6, 7, 8]


def test_what_is_answered_counts_towards_the_cap_of_the_round(municipality, asked, finding_of, open_round, user_of, at):
    unit = municipality.units[0][0]
    rows = asked(unit, 5)
    Assignment.objects.filter(pk=rows[0].pk).update(answered_at=at)
    more = finding_of(municipality.committees[0], "q9")
    by = user_of("analyst", municipality.top)
    (late,) = round_actions.assign_findings(findings=[more], unit=unit, round_=open_round, by=by, at=at)
    assert late.waiting


def test_next_round_begins_with_those_who_waited(municipality, asked, open_round, user_of, at):
    unit = municipality.units[0][0]
    asked(unit, 7)
    by = user_of("controller", municipality.top)
    round_actions.close_round(round_=open_round, by=by, at=at)
    following = round_actions.plan_round(
        kind="tertial",
        title="Tertial 1",
        owner=municipality.top,
        opens_on=date(2027, 4, 1),
        due_on=date(2027, 5, 1),
        cap=5,
        by=by,
        at=at,
    )
    assert len(queries.waiting_in(unit)) == 2
    round_actions.open_round(round_=following, by=by, at=at)
    assert not queries.waiting_in(unit).exists()
    moved = Assignment.objects.filter(round=following)
    assert [row.finding.rank for row in moved] == [6, 7]
    assert {row.due_on for row in moved} == {date(2027, 5, 1)}


def test_finding_is_asked_of_one_unit_at_a_time(municipality, asked, open_round, user_of, at):
    (row,) = asked(municipality.units[0][0], 1)
    by = user_of("analyst", municipality.top)
    again = round_actions.assign_findings(
        findings=[row.finding], unit=municipality.units[0][1], round_=open_round, by=by, at=at
    )
    assert again == []
    with pytest.raises(IntegrityError, match=r"one_open_assignment|UNIQUE"), transaction.atomic():
        Assignment.objects.create(finding=row.finding, unit=municipality.units[0][1], assigned_at=at)


def test_finding_of_another_committee_is_refused(municipality, finding_of, open_round, user_of, at):
    with pytest.raises(RefusedError, match="annan nämnd"):
        round_actions.assign_findings(
            findings=[finding_of(municipality.committees[0])],
            unit=municipality.units[1][0],
            round_=open_round,
            by=user_of("analyst", municipality.top),
            at=at,
        )


def test_committee_day_goes_before_the_round_day(municipality, asked, finding_of, open_round, user_of, at):
    (school,) = asked(municipality.units[0][0], 1)
    (care,) = asked(municipality.units[1][0], 1, municipality.committees[1])
    by = user_of("controller", municipality.top)
    days = {municipality.committees[1].pk: date(2027, 2, 20)}
    round_actions.set_deadlines(round_=open_round, days=days, by=by, at=at)
    school.refresh_from_db()
    care.refresh_from_db()
    assert (school.due_on, care.due_on) == (date(2027, 3, 1), date(2027, 2, 20))
    rows = queries.progress_by_committee(open_round, date(2027, 2, 25))
    assert [(row.committee, row.due_on, row.asked_n, row.late_n) for row in rows] == [
        (municipality.committees[1], date(2027, 2, 20), 1, 1),
        (municipality.committees[0], date(2027, 3, 1), 1, 0),
    ]
    round_actions.set_deadlines(round_=open_round, days={municipality.committees[1].pk: None}, by=by, at=at)
    care.refresh_from_db()
    assert care.due_on == date(2027, 3, 1)


def test_reminder_a_week_before_and_escalation_a_week_after_each_once(
    municipality, asked, user_of, at, django_capture_on_commit_callbacks
):
    unit = municipality.units[0][0]
    manager, head = user_of("unit_manager", unit), user_of("head", municipality.departments[0])
    asked(unit, 2)
    due = date(2027, 3, 1)

    def told(day: date) -> tuple[tuple[int, int], list[tuple[str, int]]]:
        Job.objects.all().delete()
        with django_capture_on_commit_callbacks(execute=True):
            counts = round_actions.remind(at=at, day=day)
        mails = Job.objects.filter(name="core.mail").order_by("pk")
        return counts, [(job.args["key"].rpartition(".")[2], job.args["user_id"]) for job in mails]

    assert told(due - timedelta(days=8)) == ((0, 0), [])
    assert told(due - timedelta(days=7)) == ((1, 0), [("reminder", manager.pk)])
    assert told(due) == ((0, 0), [])
    assert told(due + timedelta(days=7)) == ((0, 1), [("escalated", head.pk)])
    assert told(due + timedelta(days=30)) == ((0, 0), [])
    assert queries.late_assignments(head, due + timedelta(days=8)).count() == 2


def test_what_waits_long_for_approval_is_told_to_approver_and_above_once_a_week(
    municipality, asked, user_of, client_as, at, django_capture_on_commit_callbacks, monkeypatch
):
    unit = municipality.units[0][0]
    manager, head = user_of("unit_manager", unit), user_of("head", municipality.departments[0])
    above = user_of("head", municipality.committees[0])
    user_of("reader", unit)
    fields = {"verdict": "unjustified", "control": "own", "response": "wait", "wait_reason": "Ny skola byggs."}
    for row in asked(unit, 2):
        said = {**fields, "review_on": date(2099, 1, 1)}
        made = actions.answer(assignment=row, fields=said, expected_version=0, by=manager, at=at)
        actions.send_verdicts(verdicts=[made], by=manager, at=at)

    def told(days: int) -> list[tuple[str, int]]:
        Job.objects.all().delete()
        with django_capture_on_commit_callbacks(execute=True):
            approval_actions.chase_approvals(at=at + timedelta(days=days))
        mails = Job.objects.filter(name="core.mail").order_by("pk")
        return [(job.args["key"].rpartition(".")[2], job.args["user_id"]) for job in mails]

    both = [("approval_waits", head.pk), ("approval_escalated", above.pk)]
    assert [told(13), told(14), told(15), told(20), told(21)] == [[], both, [], [], both]
    assert not queries.long_unapproved(above, at + timedelta(days=13)).exists()
    monkeypatch.setattr(clock, "now", lambda: at + timedelta(days=22))
    page = client_as(above).get(reverse("assessments:unapproved")).content.decode()
    assert page.count("(q1, 2026)") == 1
    assert ">22<" in page
    actions.approve_verdicts(verdicts=list(queries.long_unapproved(head, clock.now())), by=head, at=clock.now())
    assert told(40) == []


def test_opening_sends_one_link_to_each_unit(municipality, finding_of, user_of, at, django_capture_on_commit_callbacks):
    manager = user_of("unit_manager", municipality.units[0][0])
    by = user_of("controller", municipality.top)
    planned = round_actions.plan_round(
        kind="annual",
        title="År",
        owner=municipality.top,
        opens_on=date(2027, 1, 15),
        due_on=date(2027, 3, 1),
        cap=5,
        by=by,
        at=at,
    )
    findings = [finding_of(municipality.committees[0], f"q{n}") for n in range(3)]
    unit = municipality.units[0][0]
    round_actions.assign_findings(findings=findings, unit=unit, round_=planned, by=by, at=at)
    assert not queries.cards(unit)
    assert not Job.objects.exists()
    with django_capture_on_commit_callbacks(execute=True):
        round_actions.open_round(round_=planned, by=by, at=at)
        round_actions.open_round(round_=planned, by=by, at=at)
    mails = [job.args for job in Job.objects.filter(name="core.mail")]
    assert [(mail["user_id"], mail["url"]) for mail in mails] == [(manager.pk, f"/assessments/judge/{unit.pk}/")]
    assert mails[0]["values"]["round"] == " År. Sista dag: 2027-03-01."
    assert len(queries.cards(unit)) == 3


@pytest.fixture
def case(municipality, open_round, user_of, at):
    registrar = user_of("registrar", municipality.committees[0])
    made = case_actions.begin_case(
        round_=open_round, committee=municipality.committees[0], texts={}, by=registrar, at=at
    )
    return made, registrar


def decide(case, body: str, outcome: str, at, *, paragraph: str = "§ 1", reason: str = "") -> Decision:
    made, registrar = case
    return case_actions.record_decision(
        case=made,
        body=body,
        outcome=outcome,
        body_name=body,
        decided_on=date(2027, 3, 1),
        paragraph=paragraph,
        reason=reason,
        by=registrar,
        at=at,
    )


def test_route_goes_upwards_one_step_at_a_time(case, at):
    with pytest.raises(RefusedError, match="inte kommit så långt"):
        decide(case, "committee", "approved", at)
    for body in ("unit_manager", "head", "committee", "executive", "council"):
        decide(case, body, "approved", at)
    assert case[0].decisions.count() == 5


def test_referral_back_is_political_says_why_and_turns_the_route(case, at):
    decide(case, "unit_manager", "approved", at)
    with pytest.raises(RefusedError, match="Bara en nämnd"):
        decide(case, "head", "referred_back", at, reason="Mer")
    decide(case, "head", "approved", at)
    with pytest.raises(RefusedError, match="Skriv vad"):
        decide(case, "committee", "referred_back", at)
    decide(case, "committee", "referred_back", at, reason="Barnets bästa saknas.")
    with pytest.raises(RefusedError, match="inte kommit så långt"):
        decide(case, "executive", "approved", at)
    decide(case, "head", "approved", at)
    decide(case, "committee", "approved", at)


def test_political_decision_has_a_paragraph_in_rule_and_database(case, at):
    decide(case, "unit_manager", "approved", at, paragraph="")
    decide(case, "head", "approved", at, paragraph="")
    with pytest.raises(RefusedError, match="paragrafen"):
        decide(case, "committee", "approved", at, paragraph=" ")
    with pytest.raises(IntegrityError, match="decision_of_a_body_has_a_paragraph"), transaction.atomic():
        Decision.objects.filter(body="head").update(body="committee")


def test_findings_of_the_newest_period_are_handed_out_within_scope(municipality, finding_of, open_round, user_of):
    committee = municipality.committees[0]
    sure = finding_of(committee, "sure", rank=2)
    unsure = finding_of(committee, "unclear", certainty="unclear", rank=3)
    finding_of(committee, "old", "2024", newest=False)
    told = finding_of(committee, "told", source="council", newest=False, certainty="told")
    analyst = user_of("analyst", municipality.top)
    assert list(queries.assignable(analyst, open_round)) == [told, sure, unsure]
    outside = user_of("analyst", municipality.committees[1])
    assert not queries.assignable(outside, open_round).exists()
