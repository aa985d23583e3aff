"""What the app holds about a person, told to core."""

from __future__ import annotations

from datetime import datetime

from jamlik.web.core import erasure
from jamlik.web.core.models import User
from jamlik.web.learning.models import Completion

__all__: list[str] = []


def _copy(user: User) -> object:
    rows = Completion.objects.filter(user=user).select_related("unit")
    return {
        "completed": [
            {"course": each.course, "module": each.module, "unit": each.unit.name, "at": each.at.isoformat()}
            for each in rows
        ]
    }


def _erase(user: User, at: datetime) -> None:
    Completion.objects.filter(user=user).delete()


erasure.register("learning", copy=_copy, erase=_erase)
