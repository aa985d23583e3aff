"""Everything that is written to the register. Each action is one transaction that ends in the audit log."""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import IO, Any

from django.core.files import File
from django.core.files.storage import default_storage
from django.db import transaction

from jamlik.web.core import access, audit
from jamlik.web.core.editing import save_if_unchanged
from jamlik.web.core.models import User
from jamlik.web.organisation.models import Unit
from jamlik.web.register import rules
from jamlik.web.register.models import Document, DocumentVersion, Law, Theme
from jamlik.web.register.uploads import checked_document

__all__ = [
    "LAW_FIELDS",
    "Decision",
    "DocumentFacts",
    "Validity",
    "add_document",
    "add_law",
    "add_version",
    "edit_document",
    "edit_law",
]

EDIT = "register.edit_document"
_PLAIN = (
    "kind",
    "title",
    "owner",
    "responsible",
    "register_number",
    "valid_until",
    "review_on",
    "belongs_to",
)
_MANY = ("themes", "laws", "replaces", "related")


@dataclass(frozen=True, slots=True)
class DocumentFacts:
    """What a person says of a document; what was decided comes with its versions."""

    kind: str
    title: str
    owner: Unit
    responsible: str = ""
    register_number: str = ""
    valid_until: dt.date | None = None
    review_on: dt.date | None = None
    belongs_to: Document | None = None
    themes: tuple[Theme, ...] = ()
    laws: tuple[Law, ...] = ()
    replaces: tuple[Document, ...] = ()
    related: tuple[Document, ...] = ()


@dataclass(frozen=True, slots=True)
class Decision:
    """Who decided a version, when, and from when it applies. `applies_from` is the day of decision unless said."""

    decided_by: str
    decided_on: dt.date
    summary: str
    paragraph: str = ""
    register_number: str = ""
    applies_from: dt.date | None = None

    @property
    def begins(self) -> dt.date:
        """First day that the version applies."""
        return self.applies_from or self.decided_on


@dataclass(frozen=True, slots=True)
class Validity:
    """How long a document is valid, and when it is to be looked over: a new decision often sets both."""

    valid_until: dt.date | None
    review_on: dt.date | None


@dataclass(slots=True)
class _Edit:
    """Changes to tell the log: field → (from, to)."""

    told: dict[str, tuple[object, object]] = field(default_factory=dict)

    def note(self, name: str, before: object, after: object) -> None:
        if before != after:
            self.told[name] = (before, after)


def _require_sound(document: Document | None, facts: DocumentFacts) -> None:
    rules.require_dates(
        decided_on=document.decided_on if document else None,
        decided_by=document.decided_by if document else "",
        valid_until=facts.valid_until,
        review_on=facts.review_on,
    )
    rules.require_no_circle(document, facts.belongs_to)
    rules.require_no_own_replacement(document, facts.replaces)
    rules.require_nobody(title=facts.title, responsible=facts.responsible)


def _require_reach(document: Document | None, facts: DocumentFacts, by: User) -> None:
    """To put another document out of force takes the right to that one too."""
    known = set(document.replaces.values_list("pk", flat=True)) if document is not None else set()
    for old in facts.replaces:
        if old.pk not in known:
            access.require(by, EDIT, unit=old.owner)


def _in_order(rows: Iterable[Any]) -> list[Any]:
    return sorted(rows, key=lambda row: int(row.pk))


@transaction.atomic
def add_document(*, facts: DocumentFacts, by: User, at: dt.datetime) -> Document:
    """Add a governing document; it is a draft until a decided version is added."""
    access.require(by, EDIT, unit=facts.owner)
    _require_reach(None, facts, by)
    _require_sound(None, facts)
    document = Document.objects.create(**{name: getattr(facts, name) for name in _PLAIN})
    edit = _Edit()
    for name in _PLAIN:
        edit.note(name, None, getattr(facts, name) or None)
    for name in _MANY:
        getattr(document, name).set(getattr(facts, name))
        edit.note(name, [], _in_order(getattr(facts, name)))
    audit.record("register.document_added", target=document, by=by, at=at, changes=edit.told)
    return document


@transaction.atomic
def edit_document(
    *, document: Document, facts: DocumentFacts, expected_version: int, by: User, at: dt.datetime
) -> Document:
    """Change what is said of a document.

    Raises
    ------
    EditConflict
        Somebody else changed it since it was read.
    BrokenRuleError
        The facts do not hang together.
    """
    access.require(by, EDIT, unit=document.owner)
    access.require(by, EDIT, unit=facts.owner)
    _require_reach(document, facts, by)
    _require_sound(document, facts)
    edit = _Edit()
    for name in _PLAIN:
        edit.note(name, getattr(document, name), getattr(facts, name))
        setattr(document, name, getattr(facts, name))
    save_if_unchanged(document, fields=_PLAIN, expected_version=expected_version)
    for name in _MANY:
        rows = getattr(document, name)
        edit.note(name, _in_order(rows.all()), _in_order(getattr(facts, name)))
        rows.set(getattr(facts, name))
    if edit.told:
        audit.record("register.document_edited", target=document, by=by, at=at, changes=edit.told)
    return document


def add_version(
    *,
    document: Document,
    decision: Decision,
    by: User,
    at: dt.datetime,
    validity: Validity | None = None,
    upload: IO[bytes] | None = None,
    name: str = "",
    size: int = 0,
) -> DocumentVersion:
    """Add a decided version, with its file where there is one; without `validity` the document's days stay.

    The file is checked first and kept under a random name. It is written before the row: should the row then fail, the
    file is taken away again.

    Raises
    ------
    RefusedFileError
        The file is not one that is kept.
    BrokenRuleError
        The version would apply before it was decided, or before the one it follows.
    """
    access.require(by, EDIT, unit=document.owner)
    kept: Mapping[str, Any] = {}
    if upload is not None:
        checked = checked_document(upload, size=size)
        path = default_storage.save(f"register/{secrets.token_hex(16)}.{checked.kind.value}", File(upload))
        kept = {
            "file": path,
            "file_kind": checked.kind.value,
            "file_name": _plain_name(name, checked.kind.value),
            "file_size": checked.size,
            "file_digest": checked.digest,
        }
    try:
        return _add_version(document=document, decision=decision, validity=validity, kept=kept, by=by, at=at)
    except BaseException:
        if kept:
            default_storage.delete(kept["file"])
        raise


def _plain_name(name: str, kind: str) -> str:
    """The file's own name, with the ending that its content has and nothing that could be a path."""
    stem = name.replace("\\", "/").rsplit("/", 1)[-1].rsplit(".", 1)[0]
    stem = "".join(mark for mark in stem if mark.isprintable()).strip() or "dokument"
    return f"{stem[:150]}.{kind}"


@transaction.atomic
def _add_version(
    *,
    document: Document,
    decision: Decision,
    validity: Validity | None,
    kept: Mapping[str, Any],
    by: User,
    at: dt.datetime,
) -> DocumentVersion:
    document = Document.objects.select_for_update(no_key=True).get(pk=document.pk)
    latest = document.versions.order_by("-number").first()
    days = validity or Validity(document.valid_until, document.review_on)
    _require_sound_decision(decision, days, latest)
    version = DocumentVersion.objects.create(
        document=document,
        number=latest.number + 1 if latest else 1,
        applies_from=decision.begins,
        decided_by=decision.decided_by,
        decided_on=decision.decided_on,
        paragraph=decision.paragraph,
        register_number=decision.register_number or document.register_number,
        summary=decision.summary,
        added_by=by,
        added_at=at,
        **kept,
    )
    if latest is not None:
        DocumentVersion.objects.filter(pk=latest.pk).update(valid_until=document.valid_until)
    changed = _decide(document, version, days)
    told = {
        "version": (None, version.number),
        "applies_from": (None, version.applies_from),
        "decided_by": (None, version.decided_by),
        "file": (None, version.file_name or None),
        "file_digest": (None, version.file_digest or None),
        **changed,
    }
    audit.record("register.version_added", target=version, by=by, at=at, changes=told)
    return version


def _require_sound_decision(decision: Decision, days: Validity, latest: DocumentVersion | None) -> None:
    rules.require_dates(
        decided_on=decision.decided_on,
        decided_by=decision.decided_by,
        valid_until=days.valid_until,
        review_on=days.review_on,
    )
    rules.require_nobody(summary=decision.summary, decided_by=decision.decided_by)
    rules.require_after_latest(
        applies_from=decision.begins,
        decided_on=decision.decided_on,
        latest=latest.applies_from if latest else None,
    )


def _decide(document: Document, version: DocumentVersion, days: Validity) -> dict[str, tuple[object, object]]:
    """Take the latest decision into the document; which of its days changed."""
    edit = _Edit()
    for name in ("valid_until", "review_on"):
        edit.note(name, getattr(document, name), getattr(days, name))
        setattr(document, name, getattr(days, name))
    document.decided_by, document.decided_on = version.decided_by, version.decided_on
    document.paragraph, document.register_number = version.paragraph, version.register_number
    save_if_unchanged(
        document,
        fields=("decided_by", "decided_on", "paragraph", "register_number", "valid_until", "review_on"),
        expected_version=document.version,
    )
    return edit.told


_LAW = ("code", "number", "kind", "name", "name_en", "name_fi", "summary", "summary_en", "summary_fi", "applies")
LAW_FIELDS = (*_LAW, "source", "checked")


@transaction.atomic
def add_law(*, facts: Mapping[str, Any], by: User, at: dt.datetime) -> Law:
    """Add a law, convention or national goal."""
    access.require(by, "register.edit_law")
    law = Law.objects.create(**{name: facts[name] for name in LAW_FIELDS})
    changes = {name: (None, facts[name]) for name in LAW_FIELDS if facts[name]}
    audit.record("register.law_added", target=law, by=by, at=at, changes=changes)
    return law


@transaction.atomic
def edit_law(*, law: Law, facts: Mapping[str, Any], expected_version: int, by: User, at: dt.datetime) -> Law:
    """Change what is said of a law. From then on the shipped content leaves it alone."""
    access.require(by, "register.edit_law")
    edit = _Edit()
    for name in LAW_FIELDS:
        edit.note(name, getattr(law, name), facts[name])
        setattr(law, name, facts[name])
    save_if_unchanged(law, fields=LAW_FIELDS, expected_version=expected_version)
    if edit.told:
        audit.record("register.law_edited", target=law, by=by, at=at, changes=edit.told)
    return law
