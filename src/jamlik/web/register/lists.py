"""The register's lists: columns, filters, what is searched."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse

from jamlik.web.core import clock
from jamlik.web.core.listing import Column, Filter, Spec
from jamlik.web.core.texts import say
from jamlik.web.register import queries
from jamlik.web.register.choices import theme_choices
from jamlik.web.register.models import Document, DocumentKind, Law, LawKind
from jamlik.web.register.queries import DocumentState

__all__ = ["DOCUMENTS", "LAWS", "STATE_LOOK"]

STATE_LOOK = {
    DocumentState.DRAFT: "plain",
    DocumentState.COMING: "info",
    DocumentState.IN_FORCE: "ok",
    DocumentState.EXPIRED: "warn",
    DocumentState.REPLACED: "plain",
}
_HALF_A_YEAR = dt.timedelta(days=183)


def _kinds(request: HttpRequest) -> Iterable[tuple[str, str]]:
    return [(kind, say(f"register.kind.{kind}")) for kind in DocumentKind.values]


def _states(request: HttpRequest) -> Iterable[tuple[str, str]]:
    return [(state.value, say(f"register.state.{state.value}")) for state in DocumentState]


def _themes(request: HttpRequest) -> Iterable[tuple[str, str]]:
    return [(str(key), label) for key, label in theme_choices(list(queries.active_themes()))]


def _owners(request: HttpRequest) -> Iterable[tuple[str, str]]:
    return [(str(unit.pk), unit.name) for unit in queries.units_that_own().order_by("path")]


def _reviews(request: HttpRequest) -> Iterable[tuple[str, str]]:
    return [(name, say(f"register.list.review_{name}")) for name in ("overdue", "soon")]


def _by_review(rows: QuerySet[Any], value: str) -> QuerySet[Any]:
    if value == "overdue":
        return rows.filter(queries.is_waiting(clock.today()))
    return rows.filter(review_on__range=(clock.today(), clock.today() + _HALF_A_YEAR))


def _law_kinds(request: HttpRequest) -> Iterable[tuple[str, str]]:
    return [(kind, say(f"register.law_kind.{kind}")) for kind in LawKind.values]


def _themes_of(document: Document) -> str:
    return ", ".join(theme.heading for theme in document.themes.all())


def _state_of(document: Any) -> str:
    return say(f"register.state.{document.state}")


DOCUMENTS = Spec(
    name="register.documents",
    caption="register.title",
    columns=(
        Column(
            "title",
            "register.field.title",
            lambda row: row.title,
            sort="title",
            link=lambda row: reverse("register:document", args=[row.pk]),
        ),
        Column("kind", "register.field.kind", lambda row: say(f"register.kind.{row.kind}"), sort="kind"),
        Column(
            "state",
            "register.field.state",
            _state_of,
            sort="state",
            tag=lambda row: STATE_LOOK[DocumentState(row.state)],
        ),
        Column("owner", "register.field.owner", lambda row: row.owner.name, sort="owner__name"),
        Column("themes", "register.field.themes", _themes_of),
        Column("decided", "register.column.decided", lambda row: row.decided_on, sort="decided_on"),
        Column("until", "register.column.until", lambda row: row.valid_until, sort="valid_until"),
        Column("review", "register.column.review", lambda row: row.review_on, sort="review_on"),
        Column("number", "register.field.register_number", lambda row: row.register_number, sort="register_number"),
    ),
    filters=(
        Filter("kind", "register.field.kind", _kinds, lambda rows, value: rows.filter(kind=value)),
        Filter("state", "register.field.state", _states, lambda rows, value: rows.filter(state=value)),
        Filter("theme", "register.field.themes", _themes, lambda rows, value: rows.filter(themes=value)),
        Filter("owner", "register.field.owner", _owners, lambda rows, value: rows.filter(owner=value)),
        Filter("review", "register.list.review", _reviews, _by_review),
    ),
    search=("title", "register_number", "responsible", "decided_by"),
    sort="title",
    empty="register.list.none_yet",
)


def _law_name(law: Law) -> str:
    return law.heading


LAWS = Spec(
    name="register.laws",
    caption="register.laws.title",
    columns=(
        Column(
            "name",
            "register.field.name",
            _law_name,
            sort="name",
            link=lambda row: reverse("register:law", args=[row.pk]),
        ),
        Column("number", "register.field.number", lambda row: row.number, sort="number"),
        Column("kind", "register.field.kind", lambda row: say(f"register.law_kind.{row.kind}"), sort="kind"),
        Column("summary", "register.field.summary", lambda row: row.said("summary")),
        Column("documents", "register.field.documents_n", lambda row: row.documents_n, sort="documents_n", number=True),
    ),
    filters=(Filter("kind", "register.field.kind", _law_kinds, lambda rows, value: rows.filter(kind=value)),),
    search=("name", "name_en", "name_fi", "number", "code", "summary", "summary_en", "summary_fi"),
    sort="name",
    empty="register.laws.none_yet",
)
