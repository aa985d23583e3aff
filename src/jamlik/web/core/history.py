"""What the audit log says, in words: for the history of an object, the log page and its CSV.

Names are looked up when somebody reads, a page at a time, so the log itself holds none; a row that is gone is told by
its kind and key.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.apps import apps
from django.db import models
from django.utils.text import capfirst

from jamlik.web.core import audit, texts
from jamlik.web.core.audit_models import AuditDetails, AuditEvent
from jamlik.web.core.models import User

__all__ = ["ToldChange", "ToldEvent", "events_of", "keep_inside", "say_values", "told", "who_did"]

_inside: dict[str, models.Q] = {}
_said: dict[str, Callable[[str], str]] = {}
_ROW = re.compile(r"([a-z_]+\.[a-z_]+):(\S+)")


@dataclass(frozen=True, slots=True)
class ToldChange:
    """One field, from what to what."""

    label: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class ToldEvent:
    """An event as a person reads it. `erased`: the details are gone, on request."""

    number: int
    at: datetime
    verb: str
    what: str
    target: str
    target_kind: str
    target_key: str
    who: str
    changes: tuple[ToldChange, ...]
    note: str
    erased: bool


def events_of(target: models.Model) -> models.QuerySet[Any]:
    """Everything that has happened to a row, the latest first."""
    return AuditEvent.objects.filter(target_kind=audit.kind_of(target), target_key=audit.key_of(target))


def keep_inside(kind: str, which: models.Q) -> None:
    """Let the log say that something happened to such rows of a kind, and to which, but not what: it is read by people
    outside the authority whose matter it is. The details stay in the database, under their digest.
    """
    _inside[kind] = which


def say_values(field: str, words: Callable[[str], str]) -> None:
    """Say how the values of a field are told, where they are not texts of that name: ``say_values("plans.cause", …)``.

    What `words` does not know (KeyError) is told as it stands.
    """
    _said[field] = words


def told(events: Sequence[AuditEvent]) -> list[ToldEvent]:
    """Events in words, in the language of the page; the number of questions to the database does not grow with them."""
    details = AuditDetails.objects.in_bulk([event.number for event in events])
    bodies = {number: json.loads(each.body) for number, each in details.items() if each.body}
    bodies |= {number: {"note": texts.say("core.history.inside")} for number in _kept_inside(events) & bodies.keys()}
    names = _names(bodies.values())
    people = _people({event.by_key for event in events if event.by_key})
    return [_told(event, bodies.get(event.number), names, people) for event in events]


def who_did(events: Sequence[AuditEvent]) -> dict[int, str]:
    """Who did each event, by its number: one question to the database."""
    people = _people({event.by_key for event in events if event.by_key})
    return {event.number: _who(event, people) for event in events}


def _who(event: AuditEvent, people: Mapping[str, str]) -> str:
    return people.get(event.by_key, event.by_key) if event.by_key else texts.say("core.history.system")


def _told(
    event: AuditEvent, body: Mapping[str, Any] | None, names: Mapping[str, str], people: Mapping[str, str]
) -> ToldEvent:
    app, _, noun = event.verb.partition(".")
    key = f"{app}.verb.{noun}"
    changes = tuple(
        ToldChange(_label(app, field), _value(app, field, pair[0], names), _value(app, field, pair[1], names))
        for field, pair in (body or {}).get("changes", {}).items()
        if pair != [None, None]
    )
    return ToldEvent(
        number=event.number,
        at=event.at,
        verb=event.verb,
        what=capfirst(texts.say(key)) if texts.has_text(key) else event.verb,
        target=(body or {}).get("target", ""),
        target_kind=event.target_kind,
        target_key=event.target_key,
        who=_who(event, people),
        changes=changes,
        note=(body or {}).get("note", ""),
        erased=body is None,
    )


def _kept_inside(events: Sequence[AuditEvent]) -> set[int]:
    """Numbers of the events whose details are for those inside an authority: one question per kind of row."""
    found: set[int] = set()
    for kind, which in _inside.items():
        about = {event.number: event.target_key for event in events if event.target_kind == kind}
        keys = {key for key in about.values() if key.isascii() and key.isdigit()}
        if keys:
            rows = apps.get_model(kind)._default_manager.filter(which, pk__in=keys).values_list("pk", flat=True)
            inside = {str(key) for key in rows}
            found |= {number for number, key in about.items() if key in inside}
    return found


def _label(app: str, field: str) -> str:
    for key in (f"{app}.field.{field}", f"core.field.{field}"):
        if texts.has_text(key):
            return texts.say(key)
    return field.replace("_", " ")


def _value(app: str, field: str, value: Any, names: Mapping[str, str]) -> str:
    """A value in words: a choice by its text, a row by its name, nothing as nothing."""
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        return texts.say("core.yes" if value else "core.no")
    if isinstance(value, list):
        return ", ".join(_value(app, field, each, names) for each in value)
    if isinstance(value, dict):
        return ", ".join(f"{name}: {_value(app, field, each, names)}" for name, each in value.items())
    text = str(value)
    if f"{app}.{field}" in _said:
        try:
            return _said[f"{app}.{field}"](text)
        except KeyError:
            pass  # a value of an earlier version
    key = f"{app}.{field}.{text}"
    return texts.say(key) if texts.has_text(key) else names.get(text, text)


def _names(bodies: Any) -> dict[str, str]:
    """Names of the rows that changes speak of: one question per kind of row."""
    wanted: dict[str, set[str]] = {}
    for body in bodies:
        for pair in body.get("changes", {}).values():
            for value in [each for side in pair for each in (side if isinstance(side, list) else [side])]:
                found = _ROW.fullmatch(value) if isinstance(value, str) else None
                if found:
                    wanted.setdefault(found[1], set()).add(found[2])
    named: dict[str, str] = {}
    for kind, keys in wanted.items():
        try:
            model = apps.get_model(kind)
        except LookupError:
            continue  # a kind that is no more
        if model is User:
            named |= {f"{kind}:{key}": name for key, name in _people(keys).items()}
        else:
            named |= {f"{kind}:{key}": str(row) for key, row in _rows(model, keys).items()}
    return named


def _people(keys: set[str]) -> dict[str, str]:
    return {key: person.name or _no_name(person) for key, person in _rows(User, keys).items()}


def _no_name(person: User) -> str:
    return texts.say("core.history.erased_person") if person.email.endswith("@invalid") else person.email


def _rows(model: type[models.Model], keys: set[str]) -> dict[str, Any]:
    whole = [key for key in keys if key.isascii() and key.isdigit()]
    return {str(row.pk): row for row in model._default_manager.filter(pk__in=whole)} if whole else {}
