"""Recording what happened, and reading it back.

`record` belongs in an action, last in its transaction: it takes the lock on the end of the chain and holds it until the
transaction ends. What happened and its record are kept or lost together. An action that holds rows first takes them
with `select_for_update(no_key=True)`: a row added by somebody who already holds the end of the chain may point at them.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import Enum
from typing import Any

from django.db import IntegrityError, models, transaction

from jamlik.web.core.audit_models import AuditDetails, AuditEvent, AuditHead

__all__ = [
    "ERASED_VERB",
    "FIRST",
    "Changes",
    "canonical",
    "details_digest",
    "event_digest",
    "key_of",
    "kind_of",
    "plain",
    "record",
]

FIRST = "0" * 64  # what the first event follows
ERASED_VERB = "core.details_erased"  # its details name the events whose details are gone, and are never erased
_SEPARATORS = (",", ":")
Changes = Mapping[str, tuple[object, object]]


@transaction.atomic
def record(
    verb: str,
    *,
    target: models.Model | None,
    by: models.Model | None,
    at: datetime,
    changes: Changes | None = None,
    unit: models.Model | None = None,
    note: str = "",
) -> AuditEvent:
    """Add one event to the end of the chain.

    Parameters
    ----------
    verb : str
        `<app>.<noun>_<past>`, such as "plans.action_started"; its text is `<app>.verb.<noun>_<past>` in words.toml.
    target : Model or None
        What it happened to. Its `str` is kept in the details.
    by : User or None
        Who did it; None for the system itself.
    at : datetime
        When, with a time zone.
    changes : mapping of field to (from, to)
        Values become text or numbers; a row becomes its kind and key, never a name.
    unit : Unit or None
        The unit it concerns; the target's own `unit`, where it has one and none is given.
    note : str
        The reason a person gave.
    """
    if at.tzinfo is None:
        raise ValueError("An event's time needs a time zone.")
    app, dot, noun = verb.partition(".")
    if not (app and dot and noun):
        raise ValueError(f"A verb reads <app>.<noun>_<past>, not {verb!r}.")
    body = canonical({"target": str(target or ""), "changes": _plain_changes(changes or {}), "note": note})
    salt = secrets.token_hex(32)
    place = unit if unit is not None else _unit_of(target)
    head = _locked_head()
    event = AuditEvent(
        number=head.number + 1,
        at=at.astimezone(UTC),
        verb=verb,
        target_kind=kind_of(target),
        target_key=key_of(target),
        unit_key=key_of(place),
        by_key=key_of(by),
        details_digest=details_digest(salt=salt, body=body),
        previous=head.digest or FIRST,
    )
    event.digest = event_digest(event)
    AuditDetails(number=event.number, salt=salt, body=body, person_key=_person_key(target)).save()
    event.save()
    head.number, head.digest = event.number, event.digest
    head.save(update_fields=["number", "digest"])
    return event


def _locked_head() -> AuditHead:
    """The end of the chain, locked until the transaction ends; made the first time."""
    head = AuditHead.objects.select_for_update().filter(pk=1).first()
    if head is not None:
        return head
    try:
        with transaction.atomic():
            AuditHead.objects.create(pk=1)
    except IntegrityError:
        pass  # another process made it a moment ago
    return AuditHead.objects.select_for_update().get(pk=1)


def canonical(value: object) -> str:
    """JSON with one spelling: sorted keys, no spaces, letters as they are."""
    return json.dumps(value, sort_keys=True, separators=_SEPARATORS, ensure_ascii=False, allow_nan=False)


def details_digest(*, salt: str, body: str) -> str:
    """Digest of the details; without the salt nobody can tell by trying what the details were."""
    return hashlib.sha256(f"{salt}\n{body}".encode()).hexdigest()


def event_digest(event: AuditEvent) -> str:
    """Digest of everything in an event but the digest itself."""
    told = {
        "number": event.number,
        "at": event.at.astimezone(UTC).isoformat(timespec="microseconds"),
        "verb": event.verb,
        "target": [event.target_kind, event.target_key],
        "unit": event.unit_key,
        "by": event.by_key,
        "details": event.details_digest,
        "previous": event.previous,
    }
    return hashlib.sha256(canonical(told).encode()).hexdigest()


def kind_of(target: models.Model | None) -> str:
    """Kind of a row, such as "plans.action"; empty for nothing."""
    return "" if target is None else target._meta.label_lower


def key_of(target: models.Model | None) -> str:
    """Key of a row as text; empty for nothing."""
    return "" if target is None or target.pk is None else str(target.pk)


def plain(value: object) -> Any:
    """A value as JSON can hold it, with one spelling for each."""
    if isinstance(value, Enum):
        return plain(value.value)
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="seconds") if value.tzinfo else value.isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal | float):
        return str(value)
    if isinstance(value, models.Model):
        return f"{kind_of(value)}:{key_of(value)}"
    if isinstance(value, Mapping):
        return {str(name): plain(each) for name, each in value.items()}
    if isinstance(value, list | tuple | models.QuerySet):
        return [plain(each) for each in value]
    if isinstance(value, set | frozenset):
        return sorted((plain(each) for each in value), key=str)
    return str(value)


def _plain_changes(changes: Changes) -> dict[str, list[Any]]:
    return {name: [plain(before), plain(after)] for name, (before, after) in changes.items()}


def _unit_of(target: models.Model | None) -> models.Model | None:
    unit = getattr(target, "unit", None)
    return unit if isinstance(unit, models.Model) else None


def _person_key(target: models.Model | None) -> str:
    """Whom the details are about: the account itself, or the one a row says it concerns (`audit_person`)."""
    if kind_of(target) == "core.user":
        return key_of(target)
    person = getattr(target, "audit_person", None)
    return key_of(person) if isinstance(person, models.Model) else ""
