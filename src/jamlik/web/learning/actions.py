"""Everything that is written in the app."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction

from jamlik.handbook.course import newest_course
from jamlik.web.core.models import User
from jamlik.web.learning.models import Completion
from jamlik.web.learning.queries import home_unit

__all__ = ["take_check"]


@transaction.atomic
def take_check(*, module: str, chosen: Mapping[str, str], by: User, at: datetime) -> bool:
    """Keep that a person has completed a module, if every answer is right; whether it is.

    The first time counts: taking it again changes nothing. No event, since only the person may know.

    Parameters
    ----------
    module : str
        Key of a module of the newest course.
    chosen : mapping of question to option
        What the person answered, in this try.
    """
    course = newest_course()
    if any(chosen.get(question.id) != question.right.id for question in course.by_key[module].check):
        return False
    unit = home_unit(by, at)
    if unit is not None:
        Completion.objects.get_or_create(
            user=by, course=course.key, module=module, defaults={"unit_id": unit, "at": at}
        )
    return True
