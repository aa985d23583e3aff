"""Does the chain hold? Every event is read again, in order, and compared with itself and with the one before.

Rewriting the whole chain from some event on, or cutting off its end together with the head row, cannot be seen from
inside the database. So keep the *seal* (number and digest of the last event) somewhere else now and then, and give it
to the next check.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass

from django.db import transaction

from jamlik.web.core.audit import ERASED_VERB, FIRST, details_digest, event_digest
from jamlik.web.core.audit_models import AuditDetails, AuditEvent, AuditHead

__all__ = ["Fault", "Proof", "proved", "seal"]

_BATCH = 2000


@dataclass(frozen=True, slots=True)
class Fault:
    """Something in the log that is not as it was written; `code` names a text under `core.audit.fault`."""

    number: int
    code: str


@dataclass(frozen=True, slots=True)
class Proof:
    """What the check found."""

    events: int
    erased: int
    seal: str
    faults: tuple[Fault, ...]

    @property
    def holds(self) -> bool:
        """Whether nothing was found."""
        return not self.faults


def seal() -> str:
    """Number and digest of the last event, to be kept outside the database."""
    head = AuditHead.objects.filter(pk=1).first()
    return f"{head.number}:{head.digest}" if head else f"0:{FIRST}"


@transaction.atomic
def proved(*, seals: tuple[str, ...] = ()) -> Proof:
    """Check the whole chain, its details, its end, and seals kept from before."""
    head = AuditHead.objects.select_for_update().filter(pk=1).first()  # nothing is added meanwhile
    faults: list[Fault] = []
    digests: dict[int, str] = {}
    erased: set[int] = set()
    declared: set[int] = set()
    kept = {int(number): digest for number, _, digest in (text.strip().partition(":") for text in seals)}
    expected, previous, count = 1, FIRST, 0
    for event, details in _pairs():
        count += 1
        faults += _link_faults(event, expected=expected, previous=previous)
        faults += _details_faults(event, details)
        if details is not None and details.erased_at is not None:
            erased.add(event.number)
        elif event.verb == ERASED_VERB and details is not None:
            declared |= _declared_erased(details)
        if event.number in kept:
            digests[event.number] = event.digest
        expected, previous = event.number + 1, event.digest
    faults += [Fault(number, "erased_undeclared") for number in sorted(erased - declared)]
    faults += [
        Fault(number, "seal") for number, digest in sorted(kept.items()) if number and digests.get(number) != digest
    ]
    faults += _end_faults(head, last=expected - 1, previous=previous)
    return Proof(count, len(erased), f"{expected - 1}:{previous}", tuple(faults))


def _pairs() -> Iterator[tuple[AuditEvent, AuditDetails | None]]:
    """Every event in order with its details, a batch at a time."""
    last = None
    while True:
        events = AuditEvent.objects.order_by("number")
        batch = list(events[:_BATCH] if last is None else events.filter(number__gt=last)[:_BATCH])
        if not batch:
            return
        found = AuditDetails.objects.in_bulk([event.number for event in batch])
        for event in batch:
            yield event, found.get(event.number)
        last = batch[-1].number


def _link_faults(event: AuditEvent, *, expected: int, previous: str) -> list[Fault]:
    faults = []
    if event.number != expected:
        faults.append(Fault(expected, "missing" if event.number > expected else "inserted"))
    elif event.previous != previous:
        faults.append(Fault(event.number, "broken"))
    if event_digest(event) != event.digest:
        faults.append(Fault(event.number, "changed"))
    return faults


def _details_faults(event: AuditEvent, details: AuditDetails | None) -> list[Fault]:
    if details is None:
        return [Fault(event.number, "details_missing")]
    if details.erased_at is not None:
        return []
    same = details_digest(salt=details.salt, body=details.body) == event.details_digest
    return [] if same else [Fault(event.number, "details_changed")]


def _declared_erased(details: AuditDetails) -> set[int]:
    try:
        return {int(number) for number in json.loads(details.body)["changes"]["events"][1]}
    except (ValueError, KeyError, TypeError, IndexError):
        return set()  # its digest is wrong too, and that is reported


def _end_faults(head: AuditHead | None, *, last: int, previous: str) -> list[Fault]:
    if head is None:
        return [Fault(last, "head")] if last else []
    if (head.number, head.digest or FIRST) == (last, previous):
        return []
    return [Fault(last + 1, "missing") if head.number > last else Fault(last, "head")]
