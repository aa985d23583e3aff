"""What may be done with the register, and when a document's facts hang together."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from jamlik.analysis.lawful import somebody_pointed_out
from jamlik.web.register.models import Document

__all__ = [
    "BrokenRuleError",
    "require_after_latest",
    "require_dates",
    "require_no_circle",
    "require_no_own_replacement",
    "require_nobody",
]


class BrokenRuleError(ValueError):
    """Something that may not be. `field` is where, `reason` the key of its text under `register.rule`."""

    def __init__(self, field: str, reason: str, **values: object) -> None:
        self.field, self.reason, self.values = field, reason, values
        super().__init__(reason)


def require_dates(
    *, decided_on: dt.date | None, decided_by: str, valid_until: dt.date | None, review_on: dt.date | None
) -> None:
    """Hold a decision's body and date together, and later dates after it.

    Raises
    ------
    BrokenRuleError
        decided_without_body, decided_without_date, ends_before_decision or review_after_end.
    """
    if decided_on is not None and not decided_by:
        raise BrokenRuleError("decided_by", "decided_without_body")
    if decided_by and decided_on is None:
        raise BrokenRuleError("decided_on", "decided_without_date")
    if decided_on and valid_until and valid_until < decided_on:
        raise BrokenRuleError("valid_until", "ends_before_decision")
    if review_on and valid_until and review_on > valid_until:
        raise BrokenRuleError("review_on", "review_after_end")


def require_no_circle(document: Document | None, belongs_to: Document | None) -> None:
    """Stop a document from being part of itself, directly or through its parts.

    Raises
    ------
    BrokenRuleError
        part_of_itself.
    """
    above, seen = belongs_to, set[int]()
    while above is not None and above.pk not in seen:
        if document is not None and above.pk == document.pk:
            raise BrokenRuleError("belongs_to", "part_of_itself")
        seen.add(above.pk)
        above = above.belongs_to


def require_no_own_replacement(document: Document | None, replaces: Iterable[Document]) -> None:
    """Stop a document from replacing itself or one that replaces it, directly or through others.

    Raises
    ------
    BrokenRuleError
        replaces_itself.
    """
    if document is None:
        return
    newer, found = {document.pk}, {document.pk}
    while found:
        found = set(Document.objects.filter(replaces__in=found).values_list("pk", flat=True)) - newer
        newer |= found
    if any(old.pk in newer for old in replaces):
        raise BrokenRuleError("replaces", "replaces_itself")


def require_after_latest(*, applies_from: dt.date, decided_on: dt.date, latest: dt.date | None) -> None:
    """Hold versions in order: none applies before the day it was decided, nor before the one it follows.

    Raises
    ------
    BrokenRuleError
        applies_before_decision or applies_before_latest.
    """
    if applies_from < decided_on:
        raise BrokenRuleError("applies_from", "applies_before_decision")
    if latest is not None and applies_from <= latest:
        raise BrokenRuleError("applies_from", "applies_before_latest", latest=latest.isoformat())


def require_nobody(**texts: str) -> None:
    """Refuse texts that point out a person by number or address: what is written here becomes a public record.

    Raises
    ------
    BrokenRuleError
        names_somebody, at the first such field.
    """
    for field, text in texts.items():
        if somebody_pointed_out(text):
            raise BrokenRuleError(field, "names_somebody")
