"""Changes of the tree: rules, moves that take everything along, two people editing, what is recorded."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.http import Http404

from jamlik.web.core.audit_models import AuditDetails, AuditEvent
from jamlik.web.core.editing import EditConflict
from jamlik.web.organisation import actions, queries, tree
from jamlik.web.organisation.models import Unit

AT = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)


@pytest.fixture
def admin(municipality, user_of):
    return user_of("admin", municipality.top)


def changed(unit, by, **values):
    unit.refresh_from_db()
    return actions.change_unit(unit=unit, values=values, expected_version=unit.version, by=by, at=AT)


def field_of(error) -> str:
    return next(iter(error.value.message_dict))


def test_added_unit_lies_below_its_parent_and_is_recorded(municipality, admin):
    parent = municipality.departments[0]
    made = actions.add_unit(
        kind="unit", name=" Granskolan ", code=" gran ", parent=parent, valid_from=date(2026, 8, 1), by=admin, at=AT
    )
    assert (made.name, made.code, made.path) == ("Granskolan", "gran", f"{parent.path}{made.pk}/")
    event = AuditEvent.objects.get()
    assert (event.verb, event.by_key, event.unit_key) == ("organisation.unit_added", str(admin.pk), str(made.pk))
    changes = json.loads(AuditDetails.objects.get().body)["changes"]
    assert changes["valid_from"] == [None, "2026-08-01"]
    assert changes["parent"] == [None, f"organisation.unit:{parent.pk}"]


@pytest.mark.parametrize(
    ("field", "values"),
    [
        ("name", {"name": " "}),
        ("code", {"code": ""}),
        ("code", {"code": "bjork"}),
        ("parent", {"kind": "committee"}),
        ("parent", {"kind": "municipality"}),
        ("valid_to", {"valid_from": date(2026, 2, 1), "valid_to": date(2026, 1, 1)}),
    ],
)
def test_unit_that_breaks_a_rule_is_refused_with_the_field(municipality, admin, field, values):
    asked = {"kind": "unit", "name": "Ny", "code": "ny", "parent": municipality.departments[0], **values}
    with pytest.raises(ValidationError) as error:
        actions.add_unit(**asked, by=admin, at=AT)
    assert field_of(error) == field
    assert not AuditEvent.objects.exists()


def test_database_holds_one_kind_of_top_and_dates_in_order(municipality):
    for wrong in (
        {"kind": "committee", "parent": None},
        {"kind": "municipality", "parent": municipality.top},
        {"kind": "unit", "parent": municipality.top, "valid_from": date(2026, 2, 1), "valid_to": date(2026, 1, 1)},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            Unit.objects.create(name="x", code="x", **wrong)


def test_moved_department_takes_everything_below_along(municipality, admin):
    office, (first, second) = municipality.departments[0], municipality.units[0]
    part = Unit.objects.create(kind="unit", name="Fritids", code="fri", parent=first)
    changed(office, admin, parent=municipality.committees[1])
    care = municipality.committees[1]
    for unit in (office, first, second, part):
        unit.refresh_from_db()
        assert unit.lies_within(care)
    assert part.path == f"{care.path}{office.pk}/{first.pk}/{part.pk}/"
    assert [each.name for each in queries.line_above(part)] == [
        "Ekby kommun",
        "Omsorgsnämnden",
        "Utbildningsförvaltningen",
        "Björkskolan",
    ]
    assert set(queries.subtree(municipality.committees[0])) == {municipality.committees[0]}


def test_unit_cannot_move_below_itself(municipality, admin):
    office = municipality.departments[0]
    below = Unit.objects.create(kind="department", name="Grundskola", code="gr", parent=office)
    with pytest.raises(ValidationError) as error:
        changed(office, admin, parent=below)
    assert field_of(error) == "parent"


def test_kind_cannot_change_to_one_that_cannot_hold_what_lies_below(municipality, admin):
    with pytest.raises(ValidationError) as error:
        changed(municipality.departments[0], admin, kind="committee", parent=municipality.committees[0])
    assert field_of(error) == "parent"
    below = Unit.objects.create(kind="department", name="Grundskola", code="gr", parent=municipality.departments[0])
    with pytest.raises(ValidationError) as error:
        changed(municipality.departments[0], admin, kind="unit")
    assert field_of(error) == "kind"
    assert below.name in str(error.value)


def test_second_of_two_who_edit_is_told_and_nothing_is_lost(municipality, admin, user_of):
    unit = municipality.units[0][0]
    other = user_of("admin", municipality.top)
    seen = unit.version
    actions.change_unit(unit=unit, values={"name": "Björkens skola"}, expected_version=seen, by=admin, at=AT)
    with pytest.raises(EditConflict) as conflict:
        actions.change_unit(unit=unit, values={"name": "Nya Björk"}, expected_version=seen, by=other, at=AT)
    assert conflict.value.theirs.name == "Björkens skola"
    unit.refresh_from_db()
    assert unit.name == "Björkens skola"


def test_unit_saved_without_a_change_records_nothing(municipality, admin):
    changed(municipality.units[0][0], admin, name="Björkskolan")
    assert not AuditEvent.objects.exists()


def test_administrator_of_a_committee_changes_nothing_outside_it(municipality, user_of):
    local = user_of("admin", municipality.committees[0])
    changed(municipality.units[0][0], local, name="Björken")
    with pytest.raises(Http404):
        changed(municipality.units[1][0], local, name="Norr")
    with pytest.raises(Http404):
        changed(municipality.units[0][0], local, parent=municipality.departments[1])
    with pytest.raises(Http404):
        actions.add_unit(kind="committee", name="Ny", code="ny", parent=municipality.top, by=local, at=AT)


def test_other_roles_change_nothing(municipality, user_of):
    for role in ("reader", "head", "controller", "registrar"):
        with pytest.raises(PermissionDenied):
            changed(municipality.units[0][0], user_of(role, municipality.top), name="X")


def test_municipality_is_begun_once(db):
    first = actions.begin_municipality(name="Ekby kommun", code="ekby", by=None, at=AT)
    again = actions.begin_municipality(name="Annan", code="annan", by=None, at=AT)
    assert first == again
    assert first.path == f"/{first.pk}/"
    assert AuditEvent.objects.get().by_key == ""


# --- the tree as it is shown ------------------------------------------------------------------------------------------


def test_tree_is_shown_in_reading_order_with_levels_that_close(municipality):
    found = tree.branches(date(2026, 1, 1))
    assert [each.unit.name for each in found] == [
        "Ekby kommun",
        "Omsorgsnämnden",
        "Omsorgsförvaltningen",
        "Utbildningsnämnden",
        "Utbildningsförvaltningen",
    ]
    assert [each.hidden for each in found] == [0, 0, 2, 0, 2]
    assert sum(each.opens for each in found) == sum(len(each.closes) for each in found)


def test_tree_shows_what_applied_on_the_day(municipality):
    closed = municipality.departments[0]
    closed.valid_to = date(2025, 12, 31)
    closed.save()
    assert "Utbildningsförvaltningen" in {each.unit.name for each in tree.branches(date(2025, 12, 31))}
    assert "Utbildningsförvaltningen" not in {each.unit.name for each in tree.branches(date(2026, 1, 1))}
    shown = {each.unit.name: each.valid for each in tree.branches(date(2026, 1, 1), closed=True)}
    assert shown["Utbildningsförvaltningen"] is False


def test_tree_and_names_above_take_the_same_questions_however_many_units(municipality, django_assert_num_queries):
    for number in range(60):
        Unit.objects.create(kind="unit", name=f"U{number}", code=f"u{number}", parent=municipality.departments[0])
    with django_assert_num_queries(1):
        tree.branches(date(2026, 1, 1), depth=9)
    units = list(Unit.objects.all())
    with django_assert_num_queries(1):
        names = tree.names_above(units)
    assert names[municipality.units[0][0].pk] == "Ekby kommun › Utbildningsnämnden › Utbildningsförvaltningen"
