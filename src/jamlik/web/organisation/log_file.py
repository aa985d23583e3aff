"""The audit log as CSV, for the page and the command."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from typing import Any

from django.db.models import QuerySet
from django.utils import translation

from jamlik.web.core import listing
from jamlik.web.core.audit_models import AuditEvent
from jamlik.web.core.history import ToldEvent, told
from jamlik.web.core.texts import say

__all__ = ["every_line", "lines"]

BATCH = 500


def every_line(lang: str) -> Iterator[str]:
    """The whole log in a language, oldest first."""
    with translation.override(lang):
        yield from lines(AuditEvent.objects.all())


class _Line:
    """What a csv writer writes to: hands each line on."""

    def write(self, line: str) -> str:
        return line


def lines(events: QuerySet[Any]) -> Iterator[str]:
    """The log as lines of CSV, oldest first, a batch of events at a time."""
    writer: Any = csv.writer(_Line(), lineterminator="\r\n")
    heads = ("number", "when", "what", "target", "who", "changes")
    yield "\ufeff" + writer.writerow([say(f"organisation.log.{head}") for head in heads])
    after = 0
    while batch := list(events.order_by("number").filter(number__gt=after)[:BATCH]):
        for event in told(batch):
            yield writer.writerow([listing.harmless(cell) for cell in _cells(event)])
        after = batch[-1].number


def _cells(event: ToldEvent) -> list[str]:
    changes = [f"{each.label}: {each.before} → {each.after}" for each in event.changes]
    return [
        str(event.number),
        event.at.isoformat(),
        f"{event.what} ({event.verb})",
        event.target or f"{event.target_kind}:{event.target_key}".strip(":"),
        event.who,
        "; ".join([*changes, *([event.note] if event.note else [])]),
    ]
