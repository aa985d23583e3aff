"""Writing about goals: who may, what hangs together, which wordings are kept, what the log says."""

import datetime as dt

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError

from jamlik.web.core.access import OutsideScope
from jamlik.web.core.editing import EditConflict
from jamlik.web.core.models import AuditDetails, AuditEvent
from jamlik.web.goals import actions
from jamlik.web.goals.models import Goal, GoalVersion
from jamlik.web.register.rules import BrokenRuleError
from tests.web.goals.conftest import AT, TODAY

pytestmark = pytest.mark.django_db


def facts_of(goal, **changed):
    plain = {name: getattr(goal, name) for name in actions._PLAIN}
    many = {name: tuple(getattr(goal, name).all()) for name in actions._MANY}
    return actions.GoalFacts(**{**plain, **many, **changed})


def edit(goal, by, *, reason="", seen=None, **changed):
    expected = goal.version if seen is None else seen
    return actions.edit_goal(
        goal=goal, facts=facts_of(goal, **changed), expected_version=expected, by=by, at=AT, reason=reason
    )


def test_draft_is_reworded_freely_and_keeps_no_wordings(add_goal, strategist):
    goal = edit(add_goal(), strategist, title="Nytt")
    assert Goal.objects.get(pk=goal.pk).title == "Nytt"
    assert not GoalVersion.objects.exists()
    assert [event.verb for event in AuditEvent.objects.filter(target_kind="goals.goal").order_by("number")] == [
        "goals.goal_added",
        "goals.goal_edited",
    ]


def test_adopted_goal_keeps_each_wording_with_its_reason(add_goal, strategist):
    goal = add_goal("Ett", adopted=True, how="Läxhjälp", how_by="Majoriteten")
    edit(goal, strategist, title="Två", reason="Ny överenskommelse")
    wordings = list(goal.versions.order_by("number"))
    assert [(each.number, each.title, each.reason, each.how) for each in wordings] == [
        (1, "Ett", "", "Läxhjälp"),
        (2, "Två", "Ny överenskommelse", "Läxhjälp"),
    ]
    assert wordings[0].agreed_by == "Alla partier"
    note = AuditDetails.objects.get(number=AuditEvent.objects.get(verb="goals.goal_edited").number).body
    assert '"title":["Ett","Två"]' in note


def test_new_wording_of_an_adopted_goal_needs_a_reason(add_goal, strategist):
    goal = add_goal(adopted=True)
    with pytest.raises(BrokenRuleError) as broken:
        edit(goal, strategist, title="Annat")
    assert broken.value.reason == "no_reason"
    assert goal.versions.count() == 1


def test_themes_of_an_adopted_goal_change_without_a_new_wording(add_goal, strategist, municipality):
    goal = add_goal(adopted=True)
    edit(goal, strategist, owner=municipality.committees[0])
    assert goal.versions.count() == 1


@pytest.mark.parametrize("missing", ["desired_result", "agreed_by", "agreed_on"])
def test_goal_is_not_adopted_before_it_says_what_and_by_whom(add_goal, strategist, missing):
    told = {"desired_result": "Fler klarar skolan.", "agreed_by": "Alla partier", "agreed_on": TODAY}
    goal = add_goal(**{**told, missing: None if missing == "agreed_on" else " "})
    with pytest.raises(BrokenRuleError) as broken:
        actions.adopt_goal(goal=goal, expected_version=0, by=strategist, at=AT)
    assert broken.value.reason == f"no_{missing}"


def test_goal_below_looks_less_far_and_in_years_that_meet(add_goal, strategist):
    generation = add_goal("generation", level="generation", years=(2020, 2050))
    term = add_goal("period", level="term", years=(2023, 2026), parent=generation)
    plan = add_goal("plan", level="plan", years=(2026, 2028), parent=term)  # rolls on after the term
    for level, years, parent, reason in [
        ("term", (2023, 2026), term, "parent_not_above"),
        ("generation", (2020, 2050), plan, "parent_not_above"),
        ("plan", (2027, 2029), term, "parent_other_years"),
        ("budget", (2026, 2027), plan, "budget_one_year"),
        ("plan", (2028, 2026), term, "period_turned"),
    ]:
        with pytest.raises(BrokenRuleError) as broken:
            add_goal("fel", level=level, years=years, parent=parent)
        assert broken.value.reason == reason
    with pytest.raises(BrokenRuleError) as broken:
        edit(term, strategist, level="committee", parent=generation)
    assert broken.value.reason == "children_not_below"


def test_number_belongs_to_one_goal(add_goal, strategist):
    add_goal("ett", code="1.1")
    with pytest.raises(BrokenRuleError) as broken:
        add_goal("två", code="1.1")
    assert broken.value.reason == "code_taken"
    add_goal("tre")
    add_goal("fyra")  # without numbers there is nothing to collide


def test_ended_goal_stays_and_changes_no_more(add_goal, strategist):
    goal = add_goal(adopted=True)
    with pytest.raises(BrokenRuleError) as broken:
        actions.end_goal(
            goal=goal, on=TODAY - dt.timedelta(days=1), reason="x", expected_version=1, by=strategist, at=AT
        )
    assert broken.value.reason == "ends_before_agreed"
    actions.end_goal(goal=goal, on=TODAY, reason="Nått", expected_version=goal.version, by=strategist, at=AT)
    with pytest.raises(BrokenRuleError) as broken:
        edit(goal, strategist, title="Annat", reason="x")
    assert broken.value.reason == "not_in_state"


def test_second_of_two_editors_overwrites_nothing(add_goal, strategist):
    goal = add_goal("Ett", adopted=True)
    seen = goal.version
    mine = Goal.objects.get(pk=goal.pk)
    edit(goal, strategist, title="Hennes", reason="x")
    with pytest.raises(EditConflict):
        edit(mine, strategist, title="Hans", reason="y", seen=seen)
    assert Goal.objects.get(pk=goal.pk).title == "Hennes"
    assert goal.versions.count() == 2


def test_only_a_role_over_the_owner_may_write(add_goal, user_of, municipality, strategist):
    schools, care = municipality.committees
    goal = add_goal(owner=schools)
    head = user_of("head", schools)
    with pytest.raises(OutsideScope):
        edit(goal, user_of("head", care), title="x")
    with pytest.raises(OutsideScope):
        edit(goal, head, owner=care)
    with pytest.raises(PermissionDenied):
        edit(goal, user_of("unit_manager", schools), title="x")
    with pytest.raises(PermissionDenied):
        actions.adopt_goal(goal=goal, expected_version=goal.version, by=head, at=AT)
    goal.refresh_from_db()
    assert edit(goal, head, title="Vårt").title == "Vårt"


def test_database_holds_an_adopted_goal_to_who_and_when(add_goal):
    goal = add_goal()
    with pytest.raises(IntegrityError):
        Goal.objects.filter(pk=goal.pk).update(state="adopted")


@pytest.mark.parametrize("field", ["title", "desired_result", "how", "agreed_by", "how_by"])
def test_texts_that_point_out_a_person_are_refused(add_goal, field):
    with pytest.raises(BrokenRuleError) as broken:
        add_goal(**{field: "Anna, 19121212-1212"})
    assert (broken.value.field, broken.value.reason) == (field, "names_somebody")
