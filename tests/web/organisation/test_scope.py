"""Roles in the tree: what each may do where, the days roles hold, and who sees unprotected figures."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.http import Http404

from jamlik.web.core import access, clock
from jamlik.web.organisation import queries, roles
from jamlik.web.organisation.models import RoleAssignment, Unit, UnitKind
from jamlik.web.organisation.roles import Role

READ, EDIT, PEOPLE = "organisation.read", "organisation.edit", "organisation.people_read"


@pytest.fixture
def person(user_of):
    """Make a person afresh, as each request does, so that no earlier answer is remembered."""
    from jamlik.web.core.models import User

    return lambda *args: User.objects.get(pk=user_of(*args).pk)


def test_role_reaches_its_unit_and_all_below_and_nothing_else(municipality, person):
    schools, care = municipality.committees
    head = person("head", schools)
    names = set(queries.units_in_scope(head, PEOPLE).values_list("name", flat=True))
    assert names == {"Utbildningsnämnden", "Utbildningsförvaltningen", "Björkskolan", "Alskolan"}
    assert head.has_perm(PEOPLE)
    assert head.has_perm(PEOPLE, municipality.units[0][1])
    assert not head.has_perm(PEOPLE, care)
    assert not head.has_perm(PEOPLE, municipality.top)
    assert not head.has_perm(EDIT)


def test_scope_compares_whole_keys_and_not_their_beginnings(municipality, person):
    """/1/2/ is not above /1/21/."""
    schools, care = municipality.committees
    Unit.objects.filter(pk=care.pk).update(path=f"{schools.path[:-1]}1/")
    head = person("head", schools)
    assert not head.has_perm(PEOPLE, Unit.objects.get(pk=care.pk))


def test_two_roles_add_up(municipality, person):
    head = person("head", municipality.units[0][0])
    RoleAssignment.objects.create(user=head, role="controller", unit=municipality.committees[1])
    assert queries.scope_ids(head, PEOPLE) == {
        municipality.units[0][0].pk,
        *queries.subtree(municipality.committees[1]).values_list("pk", flat=True),
    }


@pytest.mark.parametrize(
    ("first", "last", "holds"),
    [(None, None, True), (0, 0, True), (1, None, False), (None, -1, False), (-5, 5, True), (-5, -1, False)],
)
def test_role_holds_on_its_days_only(municipality, user_of, first, last, holds):
    user = user_of()
    day = {number: None if number is None else clock.today() + timedelta(days=number) for number in (first, last)}
    RoleAssignment.objects.create(
        user=user, role="admin", unit=municipality.top, valid_from=day[first], valid_to=day[last]
    )
    assert user.has_perm(EDIT) is holds
    assert user.has_perm(EDIT, municipality.top) is holds


def test_closed_account_may_nothing(municipality, user_of):
    user = user_of("admin", municipality.top)
    user.is_active = False
    assert not user.has_perm(EDIT)
    assert not access.may(user, EDIT)
    assert queries.scope_ids(user, EDIT) == frozenset()


def test_nobody_may_nothing(municipality):
    nobody = AnonymousUser()
    assert not access.may(nobody, READ)
    assert queries.scope_ids(nobody, READ) == frozenset()
    assert not queries.may_see_unprotected(nobody, municipality.committees[0])


def test_permission_that_nobody_declared_is_given_to_nobody(municipality, person):
    assert not person("admin", municipality.top).has_perm("organisation.undeclared")


def test_require_says_403_without_the_role_and_404_outside_its_scope(municipality, person):
    head, reader = person("head", municipality.committees[0]), person("reader", municipality.top)
    access.require(head, PEOPLE, unit=municipality.units[0][0])
    with pytest.raises(PermissionDenied):
        access.require(reader, PEOPLE, unit=municipality.units[0][0])
    with pytest.raises(Http404):
        access.require(head, PEOPLE, unit=municipality.units[1][0])


def test_scope_is_asked_for_once_per_request(municipality, person, django_assert_num_queries):
    head = person("head", municipality.committees[0])
    with django_assert_num_queries(1):
        for unit in (*municipality.units[0], *municipality.units[1]):
            head.has_perm(PEOPLE, unit)
        head.has_perm(READ)


# --- authorities ------------------------------------------------------------------------------------------------------


def test_authority_is_the_nearest_committee_or_company(municipality):
    schools = municipality.committees[0]
    company = Unit.objects.create(kind="company", name="Ekby Energi", code="ee", parent=municipality.top)
    part = Unit.objects.create(kind="unit", name="Elnät", code="el", parent=company)
    assert queries.authority_of(municipality.units[0][0]) == schools
    assert queries.authority_of(schools) == schools
    assert queries.authority_of(part) == company
    assert queries.authority_of(municipality.top) is None


@pytest.mark.parametrize(
    ("role", "where", "sees"),
    [
        ("analyst", "committee", True),
        ("unit_manager", "unit", True),
        ("head", "department", True),
        ("reader", "committee", False),  # politicians and auditors read what has passed the gate
        ("registrar", "committee", False),
        ("analyst", "top", False),  # the executive board's office is another authority
        ("analyst", "other", False),
        ("admin", "top", False),
    ],
)
def test_unprotected_figures_are_seen_only_inside_the_committee(municipality, person, role, where, sees):
    places = {
        "committee": municipality.committees[0],
        "department": municipality.departments[0],
        "unit": municipality.units[0][0],
        "top": municipality.top,
        "other": municipality.committees[1],
    }
    assert queries.may_see_unprotected(person(role, places[where]), municipality.committees[0]) is sees


def test_company_below_a_committee_is_an_authority_of_its_own(municipality, person):
    schools = municipality.committees[0]
    company = Unit.objects.create(kind="company", name="Ekby Utbildning", code="eu", parent=schools)
    assert not queries.may_see_unprotected(person("analyst", company), schools)
    assert not queries.may_see_unprotected(person("analyst", schools), company)
    assert queries.may_see_unprotected(person("analyst", company), company)


def test_private_provider_below_a_committee_is_no_part_of_it(municipality, person):
    schools = municipality.committees[0]
    provider = Unit.objects.create(kind=UnitKind.PROVIDER, name="Eken AB", code="eken", parent=schools)
    provider.path = f"{schools.path}{provider.pk}/"
    provider.save()
    school = Unit.objects.create(kind=UnitKind.UNIT, name="Ekskolan", code="ek", parent=provider)
    school.path = f"{provider.path}{school.pk}/"
    school.save()
    for unit in (provider, school):
        assert queries.inside_authorities(person("unit_manager", unit)) == frozenset()
    assert queries.inside_authorities(person("unit_manager", municipality.units[0][0])) == {schools.pk}


def test_authorities_one_works_inside_are_asked_for_once_per_request(municipality, person, django_assert_num_queries):
    manager = person("unit_manager", municipality.units[0][0])
    with django_assert_num_queries(2):
        for committee in municipality.committees * 3:
            queries.may_see_unprotected(manager, committee)


def test_no_committee_shows_its_figures_to_nobody(municipality, person):
    analyst = person("analyst", municipality.committees[0])
    assert not queries.may_see_unprotected(analyst, None)
    assert not queries.may_see_unprotected(analyst, municipality.top)


def test_people_with_a_permission_for_a_unit_are_those_above_it(municipality, user_of):
    near = user_of("unit_manager", municipality.units[0][0])
    above = user_of("head", municipality.committees[0])
    user_of("head", municipality.committees[1])
    user_of("reader", municipality.top)
    closed = user_of("head", municipality.departments[0])
    closed.is_active = False
    closed.save()
    found = queries.users_with("organisation.see_unprotected", municipality.units[0][0])
    assert set(found) == {near, above}


# --- what apps declare ------------------------------------------------------------------------------------------------


def test_every_permission_belongs_to_its_app_and_to_some_role():
    found = roles.declared_permissions()
    assert READ in found
    assert all(name.count(".") == 1 and given <= frozenset(Role) and given for name, given in found.items())


def test_every_role_has_words_and_may_something():
    from jamlik.web.core.texts import has_text

    for role in Role:
        assert has_text(f"organisation.role.{role.value}")
        assert has_text(f"organisation.role_hint.{role.value}")
        assert roles.permissions_of(role)
    assert all(has_text(f"organisation.kind.{kind.value}") for kind in UnitKind)


def test_permission_under_another_apps_name_stops_the_start(monkeypatch):
    from django.apps import apps

    from jamlik.web.organisation import permissions

    monkeypatch.setitem(permissions.PERMISSIONS, "plans.steal", frozenset({Role.READER}))
    try:
        with pytest.raises(ValueError, match=r"plans\.steal"):
            roles.collect([apps.get_app_config("organisation")])
    finally:
        monkeypatch.undo()
        roles.collect(app for app in apps.get_app_configs() if app.name.startswith("jamlik.web."))
    assert not roles.roles_with("plans.steal")
