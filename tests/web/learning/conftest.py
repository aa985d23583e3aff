"""People who take the course."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from jamlik.handbook.course import newest_course
from jamlik.web.core.models import User
from jamlik.web.learning.models import Completion
from jamlik.web.organisation.models import RoleAssignment, Unit

AT = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
LONG_AGO = AT - timedelta(days=60)


@pytest.fixture
def staff(db) -> Callable[..., list[User]]:
    """Add people to a unit, so many of whom have completed some modules (all of them, unless told otherwise)."""

    def add(unit: Unit, people_n: int, done_n: int, modules: tuple[str, ...] | None = None) -> list[User]:
        first = User.objects.count()
        users = User.objects.bulk_create(
            User(email=f"staff{number}@ekby.example", name=f"Anställd {number}")
            for number in range(first, first + people_n)
        )
        User.objects.filter(pk__in=[user.pk for user in users]).update(joined_at=LONG_AGO)
        RoleAssignment.objects.bulk_create(RoleAssignment(user=user, role="reader", unit=unit) for user in users)
        course = newest_course()
        keys = modules if modules is not None else tuple(course.by_key)
        Completion.objects.bulk_create(
            Completion(user=user, course=course.key, module=key, unit=unit, at=LONG_AGO)
            for user in users[:done_n]
            for key in keys
        )
        return users

    return add
