"""Days: nobody is reminded of what is sent, a date that comes is asked about with the answer beside, lists of both."""

from __future__ import annotations

import csv
import io
from datetime import date, timedelta

import pytest
from django.urls import reverse

from jamlik.web.assessments import actions, queries, round_actions
from jamlik.web.assessments.models import Assignment, Deadline, Verdict

JUSTIFIED = {
    "verdict": "justified",
    "reason_kinds": ["need"],
    "evidence": "Utredningen visar olika behov.",
    "control": "own",
    "reconsider_on": date(2028, 2, 1),
}
UNCLEAR = {
    "verdict": "unclear",
    "missing_knowledge": "Hur många som söker.",
    "next_step_by": "utvecklare",
    "next_step_on": date(2027, 6, 1),
    "control": "own",
}


@pytest.fixture
def manager(municipality, user_of):
    return user_of("unit_manager", municipality.units[0][0])


@pytest.fixture
def head(municipality, user_of):
    return user_of("head", municipality.departments[0])


@pytest.fixture
def approved(municipality, asked, manager, head, at):
    rows = asked(municipality.units[0][0], 2)
    made = [
        actions.answer(assignment=row, fields=fields, expected_version=0, by=manager, at=at)
        for row, fields in zip(rows, (JUSTIFIED, UNCLEAR), strict=True)
    ]
    actions.send_verdicts(verdicts=made, by=manager, at=at)
    actions.approve_verdicts(verdicts=[Verdict.objects.get(pk=each.pk) for each in made], by=head, at=at)
    return [Verdict.objects.get(pk=each.pk) for each in made]


def rows_of(client, name: str, **asked: str) -> list[list[str]]:
    answer = client.get(reverse(name), {**asked, "format": "csv"})
    return list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig")), delimiter=";"))[1:]


def test_who_has_sent_is_neither_reminded_nor_escalated(municipality, asked, manager, at):
    first, _ = asked(municipality.units[0][0], 2)
    verdict = actions.answer(assignment=first, fields=JUSTIFIED, expected_version=0, by=manager, at=at)
    actions.send_verdicts(verdicts=[verdict], by=manager, at=at)
    assert round_actions.remind(at=at, day=date(2027, 3, 9)) == (1, 1)
    first.refresh_from_db()
    assert (first.reminded_at, first.escalated_at) == (None, None)


def test_nobody_is_reminded_of_a_round_that_is_not_open(municipality, finding_of, user_of, at):
    by = user_of("controller", municipality.top)
    days = {"opens_on": date(2027, 1, 1), "due_on": date(2027, 2, 1)}
    planned = round_actions.plan_round(kind="annual", title="År", owner=municipality.top, cap=5, by=by, at=at, **days)
    findings = [finding_of(municipality.committees[0])]
    unit = municipality.units[0][0]
    round_actions.assign_findings(findings=findings, unit=unit, round_=planned, by=by, at=at)
    assert round_actions.remind(at=at, day=date(2027, 3, 1)) == (0, 0)


def test_date_that_comes_asks_again_with_the_answer_beside(municipality, approved, manager, at, client_as):
    justified, _ = approved
    day = date(2028, 2, 1)
    assert queries.to_reconsider(manager, day - timedelta(days=1)).count() == 1
    assert round_actions.ask_what_has_come_due(at=at, day=day) == 2
    unit = municipality.units[0][0]
    cards = {card.assignment.finding_id: card for card in queries.cards(unit)}
    card = cards[justified.finding_id]
    assert (card.before, card.state, card.assignment.due_on) == (justified, "todo", day + timedelta(days=30))
    page = client_as(manager).get(reverse("assessments:step", args=[unit.pk, card.assignment.pk, "verdict"]))
    assert "Utredningen visar olika behov." in page.content.decode()
    assert queries.last_answers([justified.finding], but=justified) == {}
    assert round_actions.ask_what_has_come_due(at=at, day=day) == 0


def test_dates_are_a_list_that_is_filtered_and_taken_away(approved, head, client_as):
    client = client_as(head)
    rows = rows_of(client, "assessments:dated")
    assert [row[2:6] for row in rows] == [
        ["Oklart, vi behöver veta mer", "Hur många som söker.", "utvecklare", "2027-06-01"],
        ["Motiverad skillnad", "Utredningen visar olika behov.", "", "2028-02-01"],
    ]
    assert [row[5] for row in rows_of(client, "assessments:dated", sort="-on")] == ["2028-02-01", "2027-06-01"]
    assert [row[2] for row in rows_of(client, "assessments:dated", verdict="justified")] == ["Motiverad skillnad"]
    assert client.get(reverse("assessments:dated"), {"format": "xlsx"}).content[:2] == b"PK"


def test_late_answers_are_a_list_that_is_taken_away(municipality, asked, head, client_as):
    rows = asked(municipality.units[0][0], 2)
    Assignment.objects.filter(pk=rows[0].pk).update(due_on=date(2020, 1, 1))
    (late,) = rows_of(client_as(head), "assessments:late")
    assert late[1:] == ["Björkskolan", "Årsredovisning 2026", "2020-01-01", "Inte påbörjad"]
    assert "Dagen" not in client_as(head).get(reverse("assessments:late")).content.decode()


def test_each_version_of_a_verdict_can_be_read(approved, head, client_as):
    page = client_as(head).get(reverse("assessments:verdict", args=[approved[0].pk])).content.decode()
    assert "Visa svaren i version 1" in page
    assert page.count("Utredningen visar olika behov.") == 3  # as it is, as sent, as approved


def test_two_people_setting_deadlines_see_both_and_may_keep_their_own(municipality, open_round, user_of, client_as):
    client = client_as(user_of("strategist", municipality.top))
    url = reverse("assessments:deadlines", args=[open_round.pk])
    field = f"committee_{municipality.committees[0].pk}"
    seen = str(open_round.version)
    assert client.post(url, {field: "2027-02-20", "version": seen}).status_code == 302
    second = client.post(url, {field: "2027-02-25", "version": seen})
    assert second.status_code == 409
    page = second.content.decode()
    assert all(text in page for text in ("2027-02-20", "2027-02-25", "Spara min version"))
    assert Deadline.objects.get().due_on == date(2027, 2, 20)
    saved = str(int(seen) + 1)
    assert f'name="version" value="{saved}"' in page
    assert client.post(url, {field: "2027-02-25", "version": saved}).status_code == 302
    assert Deadline.objects.get().due_on == date(2027, 2, 25)


@pytest.mark.parametrize("version", ["", "x", "²", "-1", "9" * 30])
def test_nonsense_for_a_version_is_no_failure(municipality, open_round, user_of, client_as, version):
    client = client_as(user_of("strategist", municipality.top))
    fields = {"title": "Nytt", "kind": "annual", "opens_on": "2027-01-15", "due_on": "2027-03-01", "cap": "5"}
    url = reverse("assessments:edit_round", args=[open_round.pk])
    assert client.post(url, {**fields, "version": version}).status_code == 409
