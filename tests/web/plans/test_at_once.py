"""Several people at the same moment, on a real server: one is first, nobody overwrites, nothing is done twice."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from threading import Barrier

import pytest
from django.db import connection, connections

from jamlik.web.assessments import actions, round_actions
from jamlik.web.assessments.models import Assignment, Verdict
from jamlik.web.core.audit_models import AuditEvent
from jamlik.web.core.editing import EditConflict
from jamlik.web.plans import plan_actions
from jamlik.web.plans.models import Remeasure

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(
        "connection.vendor != 'postgresql'", reason="SQLite's test database lives in memory and lets one thread in"
    ),
]
__all__ = ["connection"]
PEOPLE = 6
JUSTIFIED = {
    "verdict": "justified",
    "reason_kinds": ["need"],
    "evidence": "Utredningen 2026.",
    "control": "own",
    "reconsider_on": date(2099, 2, 1),
}


def together(work: Callable[[int], object]) -> list[object]:
    """Do the same thing in several threads at one moment; what each returned or raised."""
    start = Barrier(PEOPLE)

    def one(number: int) -> object:
        start.wait()
        try:
            return work(number)
        except Exception as raised:
            return raised
        finally:
            connections.close_all()

    with ThreadPoolExecutor(PEOPLE) as pool:
        return list(pool.map(one, range(PEOPLE)))


def test_one_answer_wins_and_the_others_are_told(municipality, asked, user_of, at):
    (row,) = asked(municipality.units[0][0], 1)
    people = [user_of("unit_manager", municipality.units[0][0]) for _ in range(PEOPLE)]
    verdicts = ("justified", "unclear", "unjustified", "no_difference", "unclear", "justified")

    def answer(number: int) -> Verdict:
        return actions.answer(
            assignment=row, fields={"verdict": verdicts[number]}, expected_version=0, by=people[number], at=at
        )

    came = together(answer)
    assert sum(isinstance(each, Verdict) for each in came) == 1
    assert sum(isinstance(each, EditConflict) for each in came) == PEOPLE - 1
    assert Verdict.objects.get().version == 1


def test_approved_by_several_at_once_is_approved_once(municipality, asked, user_of, at):
    rows = asked(municipality.units[0][0], 3)
    writer = user_of("unit_manager", municipality.units[0][0])
    verdicts = [actions.answer(assignment=row, fields=JUSTIFIED, expected_version=0, by=writer, at=at) for row in rows]
    actions.send_verdicts(verdicts=verdicts, by=writer, at=at)
    heads = [user_of("head", municipality.departments[0]) for _ in range(PEOPLE)]

    def approve(number: int) -> None:
        several = list(Verdict.objects.order_by("pk" if number % 2 else "-pk"))
        actions.approve_verdicts(verdicts=several, by=heads[number], at=at)

    assert together(approve) == [None] * PEOPLE
    assert [verdict.copies.count() for verdict in Verdict.objects.all()] == [2, 2, 2]
    assert AuditEvent.objects.filter(verb="assessments.verdict_approved").count() == 3


def test_handed_out_by_several_at_once_is_asked_once_and_within_the_cap(
    municipality, finding_of, open_round, user_of, at
):
    findings = [finding_of(municipality.committees[0], f"q{n}", rank=n) for n in range(8)]
    unit = municipality.units[0][0]
    people = [user_of("analyst", municipality.top) for _ in range(PEOPLE)]

    def assign(number: int) -> int:
        made = round_actions.assign_findings(findings=findings, unit=unit, round_=open_round, by=people[number], at=at)
        return len(made)

    assert sorted(together(assign)) == [0] * (PEOPLE - 1) + [8]
    assert Assignment.objects.filter(waiting=False).count() == open_round.cap


def test_measured_again_by_several_at_once_is_one_answer(municipality, finding_of, user_of, at):
    before = finding_of(municipality.committees[0], gap=(-10, -13, -7), state="acted_on")
    after = finding_of(municipality.committees[0], "q1", "2027", gap=(-4, -7, -1))
    people = [user_of("analyst", municipality.top) for _ in range(PEOPLE)]

    def ask(number: int) -> Remeasure:
        return plan_actions.remeasure(before=before, after=after, by=people[number], at=at)

    came = together(ask)
    assert {each.pk for each in came} == {Remeasure.objects.get().pk}
