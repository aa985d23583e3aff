"""What the organisation tells core: the site's name, and what is held about a person. Read at start."""

from __future__ import annotations

from datetime import datetime

from jamlik.web.core import context, erasure
from jamlik.web.core.models import User
from jamlik.web.organisation.models import Invitation, RoleAssignment
from jamlik.web.organisation.queries import municipality_name

__all__: list[str] = []


def _copy(user: User) -> object:
    roles = RoleAssignment.objects.filter(user=user).select_related("unit").order_by("pk")
    return {
        "roles": [
            {
                "role": each.role,
                "unit": each.unit.name,
                "valid_from": each.valid_from.isoformat() if each.valid_from else None,
                "valid_to": each.valid_to.isoformat() if each.valid_to else None,
            }
            for each in roles
        ],
        "invited_at": [each.created_at.isoformat() for each in Invitation.objects.filter(user=user)],
    }


def _erase(user: User, at: datetime) -> None:
    Invitation.objects.filter(user=user).delete()


erasure.register("organisation", copy=_copy, erase=_erase)
context.name_by(municipality_name)
