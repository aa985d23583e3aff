"""The organisation's objects, for the walk over every URL."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import count

from jamlik.web.core.models import User
from jamlik.web.organisation.models import Invitation, RoleAssignment, Unit, UnitList
from jamlik.web.organisation.people_actions import _digest
from tests.web.objects import Kind

AT = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
_numbers = count(1)


def made_person(unit: Unit) -> User:
    user = User.objects.create_user(f"somebody{next(_numbers)}@ekby.example", name="Någon")
    RoleAssignment.objects.create(user=user, role="reader", unit=unit)
    return user


def made_role(unit: Unit) -> RoleAssignment:
    return made_person(unit).role_assignments.get()


def made_list(unit: Unit) -> UnitList:
    rows = [{"row": 2, "code": "ny", "name": "Ny enhet", "kind": "unit", "parent": unit.code}]
    return UnitList.objects.create(file_name="enheter.csv", rows=rows, uploaded_by=made_person(unit), uploaded_at=AT)


def made_invitation(unit: Unit) -> Invitation:
    return Invitation.objects.create(
        user=made_person(unit),
        token_digest=_digest("a link"),
        created_at=AT,
        expires_at=AT + timedelta(days=40_000),
    )


def the_unit(unit: Unit) -> Unit:
    return unit


KINDS = [
    Kind(
        "organisation.unit",
        make=the_unit,
        urls=("organisation:unit",),
        scoped=False,
        why_open="how the municipality is built is a public matter",
    ),
    Kind("organisation.unit", make=the_unit, urls=("organisation:add_unit", "organisation:change_unit")),
    Kind(
        "organisation.person",
        make=made_person,
        urls=(
            "organisation:person",
            "organisation:change_person",
            "organisation:give_role",
            "organisation:send_link",
            "organisation:person_copy",
            "organisation:erase_person",
        ),
    ),
    Kind("organisation.role", make=made_role, urls=("organisation:end_role",)),
    Kind(
        "organisation.list",
        make=made_list,
        urls=("organisation:list", "organisation:accept_list", "organisation:drop_list"),
        from_top=True,
    ),
    Kind(
        "organisation.invitation",
        make=made_invitation,
        urls=("organisation:invitation",),
        kwargs=lambda made: {"token": "a link"},
        scoped=False,
        why_open="the link itself is the key",
    ),
    Kind(
        "organisation.log",
        make=the_unit,
        urls=("organisation:log_of",),
        kwargs=lambda made: {"kind": "organisation.unit", "key": str(made.pk)},
        from_top=True,
    ),
]
