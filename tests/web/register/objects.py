"""The register's objects, for the walk over every URL."""

from __future__ import annotations

import datetime as dt
from itertools import count

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from jamlik.web.core.models import User
from jamlik.web.organisation.models import Unit
from jamlik.web.register.models import Document, DocumentVersion, Law, Theme, ThemeSet
from tests.web.objects import Kind

AT = dt.datetime(2026, 5, 1, 8, 0, tzinfo=dt.UTC)
_numbers = count(1)
_OPEN = "governing documents, laws and themes are public matters"
_ONE = "it is the whole municipality's: nobody owns a part of it"


def by_key(made: object) -> dict[str, object]:
    return {"key": made.pk}


def at_step(made: object) -> dict[str, object]:
    return {"key": made.pk, "step": "what"}


def made_document(unit: Unit) -> Document:
    return Document.objects.create(kind="plan", title=f"Plan {next(_numbers)}", owner=unit)


def made_version(unit: Unit) -> DocumentVersion:
    number = next(_numbers)
    path = default_storage.save(f"register/{number}.pdf", ContentFile(b"%PDF-1.7 %%EOF"))
    return DocumentVersion.objects.create(
        document=made_document(unit),
        number=1,
        applies_from=dt.date(2026, 1, 1),
        decided_by="Nämnden",
        decided_on=dt.date(2026, 1, 1),
        summary="Kort.",
        file=path,
        file_kind="pdf",
        file_name="plan.pdf",
        file_size=14,
        file_digest="0" * 64,
        added_by=User.objects.create_user(f"added{number}@ekby.example", name="Någon"),
        added_at=AT,
    )


def made_law(unit: Unit) -> Law:
    return Law.objects.create(code=f"L{next(_numbers)}", name="Lag", kind="law")


def made_set(unit: Unit) -> ThemeSet:
    return ThemeSet.objects.create(name=f"Indelning {next(_numbers)}")


def made_theme(unit: Unit) -> Theme:
    return Theme.objects.create(theme_set=made_set(unit), name="Tema")


KINDS = [
    Kind("register.document", made_document, ("register:document",), by_key, scoped=False, why_open=_OPEN),
    Kind("register.document", made_document, ("register:edit_document", "register:add_version"), by_key),
    Kind("register.document", made_document, ("register:edit_document_step",), at_step),
    Kind("register.version", made_version, ("register:download",), by_key, scoped=False, why_open=_OPEN),
    Kind(
        "register.new_document",
        made_document,
        ("register:new_document_step",),
        lambda made: {"step": "what"},
        scoped=False,
        why_open="the owner is chosen within one's scope",
    ),
    Kind("register.law", made_law, ("register:law", "register:edit_law"), by_key, scoped=False, why_open=_ONE),
    Kind(
        "register.theme_set",
        made_set,
        ("register:edit_theme_set", "register:add_theme"),
        by_key,
        scoped=False,
        why_open=_ONE,
    ),
    Kind("register.theme", made_theme, ("register:edit_theme",), by_key, scoped=False, why_open=_ONE),
    Kind(
        "register.template",
        made_set,
        ("register:use_template",),
        lambda made: {"key": "four_perspectives"},
        scoped=False,
        why_open=_ONE,
    ),
]
