"""Does the chain hold? Every event is read again, in order, and compared with itself and with the one before.

Rewriting the whole chain from some event on, or cutting off its end together with the head row, cannot be seen from
inside the database. So keep the *seal* (number and digest of the last event) somewhere else now and then, and give it
to the next check.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass

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


def proved(*, seals: tuple[str, ...] = ()) -> Proof:
    """Check the whole chain, its details, its end, and seals kept from before.

    Nothing is locked: the site goes on recording, and what is added meanwhile is checked too.
    """
    walk = _Walk(_kept(seals))
    while True:
        seen = walk.count
        for event, details in _pairs(after=walk.last):
            walk.take(event, details)
        head = AuditHead.objects.filter(pk=1).first()
        if head is None or head.number <= walk.expected - 1 or walk.count == seen:
            return walk.proof(head)


def _kept(seals: tuple[str, ...]) -> dict[int, str]:
    """Seals by number.

    Raises
    ------
    ValueError
        A seal does not read <number>:<digest>.
    """
    kept = {}
    for text in seals:
        number, colon, digest = text.strip().partition(":")
        if not (colon and number.isdigit() and len(digest) == len(FIRST)):
            raise ValueError(text)
        kept[int(number)] = digest
    return kept


class _Walk:
    """What has been seen of the chain so far."""

    def __init__(self, kept: dict[int, str]) -> None:
        self.kept, self.found = kept, dict[int, str]()
        self.faults: list[Fault] = []
        self.erased, self.declared = set[int](), set[int]()
        self.count, self.expected, self.previous = 0, 1, FIRST
        self.last: int | None = None

    def take(self, event: AuditEvent, details: AuditDetails | None) -> None:
        """See the next event."""
        self.count += 1
        self.faults += _link_faults(event, expected=self.expected, previous=self.previous)
        self.faults += _details_faults(event, details)
        if details is not None and details.erased_at is not None:
            self.erased.add(event.number)
        elif event.verb == ERASED_VERB and details is not None:
            self.declared |= _declared_erased(details)
        if event.number in self.kept:
            self.found[event.number] = event.digest
        self.last, self.expected, self.previous = event.number, event.number + 1, event.digest

    def proof(self, head: AuditHead | None) -> Proof:
        """What it comes to, once the end has been reached."""
        faults = [*self.faults]
        faults += [Fault(number, "erased_undeclared") for number in sorted(self.erased - self.declared)]
        faults += [
            Fault(number, "seal")
            for number, digest in sorted(self.kept.items())
            if number and self.found.get(number) != digest
        ]
        faults += _end_faults(head, last=self.expected - 1, previous=self.previous)
        return Proof(self.count, len(self.erased), f"{self.expected - 1}:{self.previous}", tuple(faults))


def _pairs(*, after: int | None) -> Iterator[tuple[AuditEvent, AuditDetails | None]]:
    """Every event after a number, in order, with its details, a batch at a time."""
    while True:
        events = AuditEvent.objects.order_by("number")
        batch = list(events[:_BATCH] if after is None else events.filter(number__gt=after)[:_BATCH])
        if not batch:
            return
        found = AuditDetails.objects.in_bulk([event.number for event in batch])
        for event in batch:
            yield event, found.get(event.number)
        after = batch[-1].number


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
