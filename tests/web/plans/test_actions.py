"""Actions, plans and the question asked again: the rules, the database's own, mail, history."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction

from jamlik.web.assessments.hooks import planned_actions
from jamlik.web.assessments.queries import cards
from jamlik.web.assessments.rules import RefusedError
from jamlik.web.core.editing import EditConflict
from jamlik.web.core.jobs import Job
from jamlik.web.plans import actions, plan_actions, queries
from jamlik.web.plans.models import Action, ActionState, Contributor, Plan, Remeasure


@pytest.fixture
def action(planned, finding_of, municipality) -> Action:
    return planned(finding_of(municipality.committees[0], gap=(-10, -13, -7), state="acted_on"))


@pytest.mark.parametrize("missing", ["title", "goal", "role", "due_on", "cost_sek"])
def test_action_without_one_of_its_answers_is_not_planned(planned, finding_of, municipality, missing):
    empty = {"title": "", "role": ""}.get(missing)
    with pytest.raises(RefusedError, match="saknar svar"):
        planned(finding_of(municipality.committees[0]), **{missing: empty})


def test_cost_of_nought_is_an_answer(planned, finding_of, municipality):
    assert planned(finding_of(municipality.committees[0]), cost_sek=0).state == ActionState.PLANNED


def test_database_refuses_a_planned_action_without_a_goal(action):
    with pytest.raises(IntegrityError, match="action_planned_is_complete"), transaction.atomic():
        Action.objects.filter(pk=action.pk).update(goal=None)


def test_a_draft_answers_no_finding_until_it_is_planned(planned, finding_of, municipality, user_of, at):
    finding = finding_of(municipality.committees[0])
    by = user_of("unit_manager", municipality.units[0][0])
    actions.begin_action(finding=finding, unit=municipality.units[0][0], by=by, at=at)
    assert planned_actions([finding.pk]) == {}
    made = planned(finding, by=by)
    (seen,) = planned_actions([finding.pk])[finding.pk]
    assert (seen.title, seen.url) == (made.title, f"/plans/actions/{made.pk}/")
    actions.stop_action(action=made, reason="Pengarna räckte inte.", by=by, at=at)
    assert planned_actions([finding.pk]) == {}


def test_stopping_the_last_action_asks_the_unit_again(action, planned, municipality, user_of, at):
    by = user_of("unit_manager", municipality.units[0][0])
    second = planned(action.finding, by=by, title="En till")
    actions.stop_action(action=action, reason="Lokalen såldes.", by=by, at=at)
    action.finding.refresh_from_db()
    assert action.finding.state == "acted_on", "another action still answers"
    actions.stop_action(action=second, reason="Pengarna tog slut.", by=by, at=at)
    action.finding.refresh_from_db()
    assert action.finding.state == "under_analysis"
    (card,) = cards(municipality.units[0][0])
    assert (card.assignment.finding, card.state) == (action.finding, "todo")


def test_an_action_planned_for_what_waited_answers_it(planned, finding_of, municipality):
    finding = finding_of(municipality.committees[0], state="waiting")
    planned(finding)
    finding.refresh_from_db()
    assert finding.state == "acted_on"


def test_begun_twice_is_one_draft(finding_of, municipality, user_of, at):
    finding = finding_of(municipality.committees[0])
    by = user_of("unit_manager", municipality.units[0][0])
    made = [actions.begin_action(finding=finding, unit=municipality.units[0][0], by=by, at=at) for _ in range(2)]
    assert made[0] == made[1]


def test_reports_move_the_action_and_done_ends_it(action, user_of, municipality, at):
    by = user_of("unit_manager", municipality.units[0][0])
    actions.report(action=action, progress="delayed", text="Vi väntar på lokaler.", spent_sek=None, by=by, at=at)
    action.refresh_from_db()
    assert (action.state, action.progress, action.ended_at) == ("ongoing", "delayed", None)
    actions.report(action=action, progress="done", text="Klart.", spent_sek=90000, by=by, at=at)
    action.refresh_from_db()
    assert (action.state, action.ended_at) == ("done", at)
    with pytest.raises(RefusedError, match="pågår inte"):
        actions.report(action=action, progress="done", text="Igen", spent_sek=None, by=by, at=at)


def test_two_people_changing_see_each_other(action, user_of, municipality, at):
    by = user_of("unit_manager", municipality.units[0][0])
    seen = action.version
    mine = Action.objects.get(pk=action.pk)
    actions.change_action(action=action, fields={"role": "Biträdande rektor"}, expected_version=seen, by=by, at=at)
    with pytest.raises(EditConflict):
        actions.change_action(action=mine, fields={"role": "Rektor"}, expected_version=seen, by=by, at=at)


def test_contributor_is_a_unit_or_a_partner(action, municipality, user_of, at):
    by = user_of("unit_manager", municipality.units[0][0])
    actions.add_contributor(action=action, unit=None, partner="Idrottsklubben", commitment="Lån av lokal", by=by, at=at)
    with pytest.raises(RefusedError, match="antingen"):
        actions.add_contributor(
            action=action, unit=municipality.units[0][1], partner="Klubben", commitment="x", by=by, at=at
        )
    with pytest.raises(IntegrityError, match="contributor_is_a_unit_or_a_partner"), transaction.atomic():
        Contributor.objects.create(action=action, commitment="Ingen")


def test_reminder_two_weeks_before_and_escalation_two_weeks_after(
    action, municipality, user_of, at, django_capture_on_commit_callbacks
):
    head = user_of("head", municipality.departments[0])
    due = action.due_on
    Action.objects.filter(pk=action.pk).update(reported_at=at + timedelta(days=280))

    def told(day: date) -> list[tuple[str, int]]:
        Job.objects.all().delete()
        with django_capture_on_commit_callbacks(execute=True):
            actions.remind(at=at + (day - at.date()), day=day)
        mails = Job.objects.filter(name="core.mail").order_by("pk")
        return [(job.args["key"].rpartition(".")[2], job.args["user_id"]) for job in mails]

    assert told(due - timedelta(days=15)) == []
    assert told(due - timedelta(days=14)) == [("reminder", action.written_by_id)]
    assert f"ska vara klar {due}" in Job.objects.get().args["values"]["why"]
    assert told(due) == []
    assert told(due + timedelta(days=14)) == [("escalated", head.pk)]
    assert Job.objects.get().args["values"]["why"] == f"skulle ha varit klar {due} och är försenad"
    assert told(due + timedelta(days=40)) == []
    assert list(queries.late_actions(head, due + timedelta(days=1))) == [action]


def test_long_silence_is_asked_about(action, at):
    assert actions.remind(at=at + timedelta(days=119), day=date(2027, 3, 1)) == (0, 0)
    assert actions.remind(at=at + timedelta(days=120), day=date(2027, 3, 1)) == (1, 0)


def plan_of(municipality, by, at, **fields) -> Plan:
    made = {"title": "Handlingsplan", "first_year": 2027, "last_year": 2029, "summary": "", **fields}
    return plan_actions.make_plan(owner=municipality.committees[0], by=by, at=at, **made)


def test_plan_lives_its_life_and_the_new_one_supersedes(municipality, user_of, at):
    by = user_of("head", municipality.committees[0])
    old = plan_of(municipality, by, at)
    adopted = {"adopted_by": "Utbildningsnämnden", "adopted_on": date(2027, 3, 1), "paragraph": "§ 12"}
    with pytest.raises(RefusedError, match="inte gå till det läget"):
        plan_actions.move_plan(plan=old, to="followed_up", by=by, at=at)
    for to in ("referral", "revised"):
        plan_actions.move_plan(plan=old, to=to, by=by, at=at)
    with pytest.raises(RefusedError, match="vem som antog"):
        plan_actions.move_plan(plan=old, to="adopted", by=by, at=at)
    old = plan_actions.move_plan(plan=old, to="adopted", **adopted, by=by, at=at)
    with pytest.raises(RefusedError, match="antagen och går inte att ändra"):
        plan_actions.change_plan(plan=old, fields={"title": "Ny"}, expected_version=old.version, by=by, at=at)
    new = plan_of(municipality, by, at, supersedes=old)
    plan_actions.move_plan(plan=new, to="adopted", **adopted, by=by, at=at)
    old.refresh_from_db()
    assert old.state == "superseded"
    assert [step.state_to for step in old.steps.all()] == ["referral", "revised", "adopted", "superseded"]


def test_action_stands_in_a_plan_of_its_own_part(planned, finding_of, municipality, user_of, at):
    by = user_of("head", municipality.committees[1])
    other = plan_actions.make_plan(
        title="Omsorgens", owner=municipality.committees[1], first_year=2027, last_year=2028, summary="", by=by, at=at
    )
    with pytest.raises(RefusedError, match="annan del"):
        planned(finding_of(municipality.committees[0]), plan=other)


@pytest.mark.parametrize(
    ("gap", "answer"),
    [((-0.2, -0.8, 0.4), "closed"), ((-11, -14, -8), "cannot_tell"), ((-25, -28, -22), "larger")],
)
def test_asked_again_the_figures_answer_and_a_person_confirms(
    action, finding_of, municipality, user_of, at, gap, answer
):
    after = finding_of(municipality.committees[0], "q1", "2027", gap=gap)
    analyst, head = user_of("analyst", municipality.top), user_of("head", municipality.departments[0])
    assert list(queries.later_measurements(action.finding)) == [after]
    made = plan_actions.remeasure(before=action.finding, after=after, by=analyst, at=at)
    assert made == plan_actions.remeasure(before=action.finding, after=after, by=analyst, at=at)
    assert made.answer == answer
    action.finding.refresh_from_db()
    assert action.finding.state == "remeasured"
    closed = answer == "closed"
    plan_actions.confirm_remeasure(remeasure=made, closed=closed, comment="", by=head, at=at)
    action.finding.refresh_from_db()
    assert action.finding.state == ("closed" if closed else "under_analysis")


def test_an_answer_against_the_figures_says_why_in_rule_and_database(action, finding_of, municipality, user_of, at):
    after = finding_of(municipality.committees[0], "q1", "2027", gap=(-25, -28, -22))
    head = user_of("head", municipality.departments[0])
    made = plan_actions.remeasure(before=action.finding, after=after, by=head, at=at)
    with pytest.raises(RefusedError, match="går emot siffrorna"):
        plan_actions.confirm_remeasure(remeasure=made, closed=True, comment=" ", by=head, at=at)
    with pytest.raises(IntegrityError, match="remeasure_against_the_figures"), transaction.atomic():
        Remeasure.objects.filter(pk=made.pk).update(closed=True, confirmed_by=head, confirmed_at=at)
    plan_actions.confirm_remeasure(remeasure=made, closed=True, comment="Måttet är nedlagt.", by=head, at=at)
    with pytest.raises(RefusedError, match="redan bekräftat"):
        plan_actions.confirm_remeasure(remeasure=made, closed=False, comment="Nej", by=head, at=at)


def test_hidden_figures_give_no_answer(action, finding_of, municipality, user_of, at):
    after = finding_of(municipality.committees[0], "q1", "2027")
    made = plan_actions.remeasure(before=action.finding, after=after, by=user_of("analyst", municipality.top), at=at)
    assert (made.answer, made.numbers["after"]["gap"]) == ("cannot_tell", None)


def test_another_question_or_an_earlier_period_is_refused(action, finding_of, municipality, user_of, at):
    by = user_of("analyst", municipality.top)
    for wrong in (
        finding_of(municipality.committees[0], "q2", "2027"),
        finding_of(municipality.committees[0], "q1", "2025"),
    ):
        with pytest.raises(RefusedError, match="inte samma fråga"):
            plan_actions.remeasure(before=action.finding, after=wrong, by=by, at=at)


@pytest.mark.parametrize(("gap", "group"), [((-10, -13, -7), "Pojkar"), ((10, 7, 13), "Flickor"), (None, "Pojkar")])
def test_an_action_is_begun_for_the_side_that_is_worse_off(municipality, finding_of, user_of, at, gap, group):
    finding = finding_of(municipality.committees[0], "q9", gap=gap)
    unit = municipality.units[0][0]
    begun = actions.begin_action(finding=finding, unit=unit, by=user_of("unit_manager", unit), at=at)
    assert begun.effect_group == group
