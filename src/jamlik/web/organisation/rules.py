"""What holds for the organisation: which units may lie below which, and who may change what.

A broken rule is told as a `ValidationError` with the field it is about, so that a form can point at it.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from django.core.exceptions import ValidationError

from jamlik.web.core.texts import say
from jamlik.web.organisation.models import RoleAssignment, Unit, UnitKind
from jamlik.web.organisation.queries import valid_on
from jamlik.web.organisation.roles import Role

__all__ = [
    "BELOW",
    "INVITATION_DAYS",
    "LONGEST",
    "check_dates",
    "check_moves",
    "check_not_last_admin",
    "check_place",
    "check_unit",
    "kinds_below",
]

INVITATION_DAYS = 7
LONGEST = {"name": 200, "code": 40}  # signs that the tables hold

BELOW: dict[str, frozenset[UnitKind]] = {
    UnitKind.MUNICIPALITY: frozenset(
        {UnitKind.COMMITTEE, UnitKind.DEPARTMENT, UnitKind.UNIT, UnitKind.COMPANY, UnitKind.PROVIDER}
    ),
    UnitKind.COMMITTEE: frozenset({UnitKind.DEPARTMENT, UnitKind.UNIT, UnitKind.COMPANY, UnitKind.PROVIDER}),
    UnitKind.DEPARTMENT: frozenset({UnitKind.DEPARTMENT, UnitKind.UNIT, UnitKind.PROVIDER}),
    UnitKind.UNIT: frozenset({UnitKind.UNIT}),
    UnitKind.COMPANY: frozenset({UnitKind.COMPANY, UnitKind.DEPARTMENT, UnitKind.UNIT}),
    UnitKind.PROVIDER: frozenset({UnitKind.UNIT}),
}


def kinds_below(kind: str) -> frozenset[UnitKind]:
    """Kinds of units that may lie below a kind."""
    return BELOW[kind]


def check_unit(*, name: str, code: str, taken: Collection[str]) -> None:
    """Refuse a unit without a name, or with a code that is missing or another's."""
    if not name.strip():
        raise ValidationError({"name": say("organisation.error.no_name")})
    if not code.strip():
        raise ValidationError({"code": say("organisation.error.no_code")})
    if code.strip() in taken:
        raise ValidationError({"code": say("organisation.error.code_taken", code=code.strip())})


def check_place(*, kind: str, parent: Unit | None) -> None:
    """Refuse a unit where its kind cannot lie."""
    if (parent is None) != (kind == UnitKind.MUNICIPALITY):
        raise ValidationError({"parent": say("organisation.error.top")})
    if parent is not None and kind not in BELOW[parent.kind]:
        raise ValidationError(
            {
                "parent": say(
                    "organisation.error.place",
                    kind=say(f"organisation.kind.{kind}"),
                    parent=say(f"organisation.kind.{parent.kind}"),
                    parent_name=parent.name,
                )
            }
        )


def check_dates(valid_from: date | None, valid_to: date | None) -> None:
    """Refuse a last day before the first."""
    if valid_from and valid_to and valid_to < valid_from:
        raise ValidationError({"valid_to": say("organisation.error.dates")})


def check_moves(*, unit: Unit, kind: str, parent: Unit | None) -> None:
    """Refuse a unit below itself, and a kind that what lies below it cannot lie under."""
    if parent is not None and parent.lies_within(unit):
        raise ValidationError({"parent": say("organisation.error.below_itself")})
    for child in unit.children.all():
        if child.kind not in BELOW[kind]:
            raise ValidationError(
                {
                    "kind": say(
                        "organisation.error.children",
                        kind=say(f"organisation.kind.{kind}"),
                        child=say(f"organisation.kind.{child.kind}"),
                        child_name=child.name,
                    )
                }
            )


def check_not_last_admin(assignment: RoleAssignment, day: date) -> None:
    """Refuse to take away the last administrator of the whole municipality: nobody could put it right."""
    if assignment.role != Role.ADMIN or assignment.unit.parent_id is not None:
        return
    others = RoleAssignment.objects.filter(
        valid_on(day), role=Role.ADMIN, unit__parent__isnull=True, user__is_active=True
    ).exclude(user_id=assignment.user_id)
    if not others.exists():
        raise ValidationError(say("organisation.error.last_admin"))
