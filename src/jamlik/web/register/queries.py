"""Everything that is read from the register."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from django.db.models import Case, Count, Min, OuterRef, Prefetch, Q, QuerySet, Subquery, Value, When
from django.db.models import CharField as Text

from jamlik.web.core import clock
from jamlik.web.organisation.models import Unit
from jamlik.web.register.models import Document, DocumentVersion, Law, Theme, ThemeSet

__all__ = [
    "Applied",
    "DocumentState",
    "active_themes",
    "document_with_all",
    "documents",
    "documents_of_law",
    "is_waiting",
    "laws",
    "overdue_reviews",
    "state_on",
    "theme_sets",
    "units_that_own",
    "version_on",
]


class DocumentState(StrEnum):
    """Where a document stands on a day; told from its dates, never set by hand."""

    DRAFT = "draft"
    COMING = "coming"
    IN_FORCE = "in_force"
    EXPIRED = "expired"
    REPLACED = "replaced"


@dataclass(frozen=True, slots=True)
class Applied:
    """The version that applied on a day, if any, and the document's state that day.

    `replaced_by` is the document that had taken its place.
    """

    on: dt.date
    state: DocumentState
    version: DocumentVersion | None = None
    replaced_by: Document | None = None


def _first_day(lookup: str) -> Subquery:
    """First day that a version applied, of the documents that `lookup` ties to the outer one."""
    found = DocumentVersion.objects.filter(**{lookup: OuterRef("pk")}).order_by().values(lookup)
    return Subquery(found.annotate(first=Min("applies_from")).values("first")[:1])


def _ended_before(day: dt.date) -> Subquery:
    """Last day of the version that has begun, where a later one is decided and has not begun; else nothing."""
    begun = DocumentVersion.objects.filter(document=OuterRef("pk"), applies_from__lte=day)
    return Subquery(begun.order_by("-applies_from").values("valid_until")[:1])


def documents(on: dt.date | None = None) -> QuerySet[Document]:
    """All documents with `state` on a day, `first_from` and `replaced_from`; what a list shows comes along."""
    day = on or clock.today()
    return (
        Document.objects.select_related("owner", "belongs_to")
        .prefetch_related("themes__theme_set")
        .annotate(
            first_from=_first_day("document"),
            replaced_from=_first_day("document__replaces"),
            ended_before=_ended_before(day),
        )
        .annotate(
            state=Case(
                When(first_from__isnull=True, then=Value(DocumentState.DRAFT.value)),
                When(replaced_from__lte=day, then=Value(DocumentState.REPLACED.value)),
                When(valid_until__lt=day, then=Value(DocumentState.EXPIRED.value)),
                When(ended_before__lt=day, then=Value(DocumentState.EXPIRED.value)),
                When(first_from__gt=day, then=Value(DocumentState.COMING.value)),
                default=Value(DocumentState.IN_FORCE.value),
                output_field=Text(),
            ),
        )
    )


def is_waiting(day: dt.date) -> Q:
    """Condition on `documents()`: in force and past its review, or run out without being replaced."""
    return Q(state=DocumentState.IN_FORCE.value, review_on__lt=day) | Q(state=DocumentState.EXPIRED.value)


def overdue_reviews(units: Iterable[int] | None = None, *, on: dt.date | None = None) -> QuerySet[Document]:
    """Documents in force whose review day has passed, or that ran out without being replaced; the longest wait first.

    Parameters
    ----------
    units : keys of units, optional
        Only documents that these own.
    on : date, optional
        Today where none is given.
    """
    day = on or clock.today()
    found = documents(day).filter(is_waiting(day))
    if units is not None:
        found = found.filter(owner_id__in=list(units))
    return found.order_by("review_on", "valid_until", "title")


def document_with_all(key: int) -> Document | None:
    """One document with everything its page shows, in a fixed number of queries."""
    return (
        documents()
        .select_related("belongs_to__owner")
        .prefetch_related(
            "laws",
            "replaces",
            "replaced_by",
            "related",
            "parts",
            Prefetch("versions", DocumentVersion.objects.select_related("added_by").order_by("-number")),
        )
        .filter(pk=key)
        .first()
    )


def version_on(document: Document, on: dt.date) -> Applied:
    """Which version applied on a day."""
    versions = list(document.versions.all())
    if not versions:
        return Applied(on, DocumentState.DRAFT)
    begun = [version for version in versions if version.applies_from <= on]
    if not begun:
        return Applied(on, DocumentState.COMING)
    taken_over = (
        DocumentVersion.objects.filter(document__replaces=document, applies_from__lte=on)
        .select_related("document")
        .order_by("applies_from", "pk")
        .first()
    )
    if taken_over is not None:
        return Applied(on, DocumentState.REPLACED, replaced_by=taken_over.document)
    version = max(begun, key=lambda each: each.applies_from)
    latest = max(versions, key=lambda each: each.number)
    until = document.valid_until if version == latest else version.valid_until
    if until is not None and until < on:
        return Applied(on, DocumentState.EXPIRED)
    return Applied(on, DocumentState.IN_FORCE, version=version)


def state_on(document: Document, on: dt.date | None = None) -> DocumentState:
    """Where a document stands on a day."""
    return version_on(document, on or clock.today()).state


def laws() -> QuerySet[Law]:
    """All laws, with `documents_n`: how many documents are based on each."""
    return Law.objects.annotate(documents_n=Count("documents"))


def documents_of_law(law: Law) -> QuerySet[Document]:
    """Documents based on a law."""
    return documents().filter(laws=law)


def theme_sets() -> QuerySet[ThemeSet]:
    """All sets with their themes, each with `documents_n`; those in use first."""
    themes = Theme.objects.annotate(documents_n=Count("documents")).order_by("position", "name")
    return ThemeSet.objects.prefetch_related(Prefetch("themes", themes)).order_by("-active", "name")


def active_themes() -> QuerySet[Theme]:
    """Themes that may be chosen: they and their set are in use."""
    return Theme.objects.filter(active=True, theme_set__active=True).select_related("theme_set")


def units_that_own() -> QuerySet[Unit]:
    """Units that own a document."""
    return Unit.objects.filter(documents__isnull=False).distinct()
