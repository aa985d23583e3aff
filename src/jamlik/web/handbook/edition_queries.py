"""Which question sets there are, which editions of them, and which are used for new analyses."""

from __future__ import annotations

from collections.abc import Mapping

from django.db.models import Count, QuerySet

from jamlik.handbook import QuestionSet, newest
from jamlik.web.handbook.edition_models import Edition, EditionState

__all__ = ["SETS", "editions", "given_out", "in_use"]

SETS = ("equality", "team", "crisis")


def editions() -> QuerySet[Edition]:
    """All editions, with how many analyses have been begun with each."""
    return Edition.objects.annotate(analyses_n=Count("analyses"))


def in_use() -> dict[str, tuple[QuestionSet, Edition | None]]:
    """What a new analysis is asked, by set: the latest own edition that is given out, else the set as it ships."""
    found: dict[str, tuple[QuestionSet, Edition | None]] = {name: (newest(name), None) for name in SETS}
    for row in Edition.objects.filter(state=EditionState.ISSUED).order_by("issued_at", "pk"):
        found[row.set_key] = (row.questions, row)
    return found


def given_out() -> Mapping[str, QuestionSet]:
    """Every edition that forms may carry, by its key: those in use, and those that were."""
    rows = Edition.objects.exclude(issued_at__isnull=True)
    return {row.key: row.questions for row in rows}
