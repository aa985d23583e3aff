"""What each role does on the site, first things first: for the help page, and for a start page where nothing waits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.urls import reverse

from jamlik.web.core.access import may
from jamlik.web.core.models import User
from jamlik.web.core.texts import has_text, say
from jamlik.web.organisation.roles import Role

__all__ = ["RoleHelp", "Step", "help_for"]


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to do; without an address for those who may not open it."""

    text: str
    url: str = ""


@dataclass(frozen=True, slots=True)
class RoleHelp:
    """A role, what it is for, what to do first, and what the site cannot do for it yet."""

    role: str
    name: str
    about: str
    steps: tuple[Step, ...]
    later: str = ""


# Role → steps: the end of the text's key, the page, and the permission that opens it.
_STEPS: Mapping[Role, tuple[tuple[str, str, str], ...]] = {
    Role.READER: (
        ("see_findings", "statistics:findings", "statistics.see"),
        ("see_goals", "goals:tree", "goals.view"),
        ("see_releases", "statistics:releases", "statistics.see"),
    ),
    Role.UNIT_MANAGER: (
        ("judge", "assessments:judge", "assessments.judge"),
        ("report", "plans:list", "plans.act"),
        ("tell", "statistics:register", "statistics.register"),
    ),
    Role.HEAD: (
        ("approve", "assessments:approve", "assessments.approve"),
        ("late", "assessments:late", "assessments.read"),
        ("plan", "plans:plans", "plans.plan_edit"),
    ),
    Role.CONTROLLER: (
        ("rounds", "assessments:rounds", "assessments.round_edit"),
        ("late", "assessments:late", "assessments.read"),
        ("follow_goals", "goals:tree", "goals.view"),
    ),
    Role.REGISTRAR: (
        ("documents", "register:documents", "register.edit_document"),
        ("decisions", "assessments:rounds", "assessments.decision_record"),
        ("log", "organisation:log", "organisation.log_read"),
    ),
    Role.ANALYST: (
        ("upload", "statistics:home", "statistics.import"),
        ("publish", "statistics:releases", "statistics.publish"),
        ("assign", "assessments:assign_any", "assessments.assign"),
    ),
    Role.STRATEGIST: (
        ("write_goals", "goals:tree", "goals.edit"),
        ("rounds", "assessments:rounds", "assessments.round_edit"),
        ("assign", "assessments:assign_any", "assessments.assign"),
        ("plan", "plans:plans", "plans.plan_edit"),
    ),
    Role.EDITOR: (
        ("see_releases", "statistics:releases", "statistics.see"),
        ("see_findings", "statistics:findings", "statistics.see"),
        ("see_goals", "goals:tree", "goals.view"),
    ),
    Role.HR: (
        ("see_findings", "statistics:findings", "statistics.see"),
        ("see_goals", "goals:tree", "goals.view"),
        ("see_documents", "register:documents", "register.view"),
        ("coverage", "learning:coverage", "learning.coverage"),
    ),
    Role.ADMIN: (
        ("units", "organisation:lists", "organisation.import"),
        ("people", "organisation:people", "organisation.people_edit"),
        ("own_figures", "statistics:home", "statistics.import"),
        ("log", "organisation:log", "organisation.log_read"),
    ),
}


def help_for(role: Role, user: User | None = None) -> RoleHelp:
    """What a role does; with links for somebody who may open them."""
    steps = (
        Step(say(f"desk.help.step.{key}"), reverse(url) if user is not None and may(user, permission) else "")
        for key, url, permission in _STEPS[role]
    )
    later = f"desk.help.later.{role.value}"
    return RoleHelp(
        role.value,
        say(f"organisation.role.{role.value}"),
        say(f"organisation.role_hint.{role.value}"),
        tuple(steps),
        say(later) if has_text(later) else "",
    )
