"""What may be done with the organisation, its people and the audit log, and by whom."""

from __future__ import annotations

from jamlik.web.organisation.roles import EVERYONE, Role

__all__ = ["PERMISSIONS"]

PERMISSIONS = {
    "organisation.read": EVERYONE,
    "organisation.edit": frozenset({Role.ADMIN}),
    "organisation.import": frozenset({Role.ADMIN}),
    "organisation.people_read": frozenset({Role.ADMIN, Role.REGISTRAR, Role.CONTROLLER, Role.HEAD}),
    "organisation.people_edit": frozenset({Role.ADMIN}),
    "organisation.person_erase": frozenset({Role.ADMIN}),
    "organisation.log_read": frozenset({Role.ADMIN, Role.REGISTRAR}),
    # Asked together with a committee (queries.may_see_unprotected): a role above the committee is not enough.
    "organisation.see_unprotected": frozenset(
        {Role.UNIT_MANAGER, Role.HEAD, Role.CONTROLLER, Role.ANALYST, Role.STRATEGIST}
    ),
}
