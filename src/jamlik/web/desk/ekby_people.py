"""Ekby's people: roles without names of persons, at addresses that lead nowhere (.example is set aside for that)."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import Prefetch, QuerySet

from jamlik.web.core.models import User
from jamlik.web.organisation.models import RoleAssignment
from jamlik.web.organisation.people_actions import make_link

__all__ = ["DOMAIN", "new_links", "people", "person"]

DOMAIN = "@ekby.example"


def people() -> QuerySet[User]:
    """Everyone in Ekby, with their roles."""
    roles = RoleAssignment.objects.select_related("unit").order_by("unit__path", "role")
    found = User.objects.filter(email__endswith=DOMAIN, is_active=True)
    return found.prefetch_related(Prefetch("role_assignments", roles)).order_by("pk")


def person(address: str) -> User:
    """One of them, by what stands before the domain."""
    return User.objects.get(email=f"{address}{DOMAIN}")


@transaction.atomic
def new_links(*, by: User, at: datetime) -> dict[int, str]:
    """A fresh one-time link for each who has not logged in yet, by the person's key; earlier ones stop working."""
    waiting = [each for each in people() if each.last_login is None and not each.has_usable_password()]
    return {each.pk: make_link(user=each, by=by, at=at) for each in waiting}
