"""What the app tells core: how values in the log are said, and what is held about a person. Read at start."""

from __future__ import annotations

from datetime import datetime

from jamlik.handbook.examples import grounds
from jamlik.handbook.questions import text_of
from jamlik.web.core import erasure
from jamlik.web.core.history import say_values
from jamlik.web.core.models import User
from jamlik.web.core.texts import language
from jamlik.web.learning.models import Completion

__all__: list[str] = []

say_values("learning.grounds", lambda key: text_of(grounds()[key], language()))


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
