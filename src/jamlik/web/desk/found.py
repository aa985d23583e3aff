"""Search over everything: one question to the database for each kind of thing, within what the person may see."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import reduce
from operator import and_, or_
from typing import Any
from urllib.parse import urlencode

from django.db.models import Case, Q, QuerySet, When
from django.urls import reverse

from jamlik.web.assessments.queries import rounds, visible_verdicts
from jamlik.web.core.access import may
from jamlik.web.core.listing import spelt
from jamlik.web.core.models import User
from jamlik.web.core.texts import language, say
from jamlik.web.desk.shown import name_of
from jamlik.web.goals.models import Goal
from jamlik.web.goals.queries import indicators_with_goals
from jamlik.web.handbook.queries import visible_analyses
from jamlik.web.handbook.shown import state_text as analysis_state
from jamlik.web.learning.queries import visible_examples
from jamlik.web.learning.shown import chapters_with
from jamlik.web.organisation.models import Area, Unit
from jamlik.web.organisation.queries import units_in_scope
from jamlik.web.plans.models import ActionState
from jamlik.web.plans.queries import visible_actions, visible_plans
from jamlik.web.plans.shown import state_text
from jamlik.web.register.models import Document, Law
from jamlik.web.register.queries import active_themes
from jamlik.web.statistics.models import DataSet, Source
from jamlik.web.statistics.queries import visible_findings
from jamlik.web.statistics.rules import SURE

__all__ = ["KINDS", "MOST_WORDS", "Found", "Hit", "search"]

SHOWN = 5
SHOWN_OF_ONE = 50
MOST_WORDS = 6


@dataclass(frozen=True, slots=True)
class Hit:
    """A thing that was found."""

    text: str
    url: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Found:
    """The first hits of one kind, and whether there are more."""

    kind: str
    heading: str
    hits: tuple[Hit, ...]
    more: bool


@dataclass(frozen=True, slots=True)
class _Kind:
    permission: str
    fields: tuple[str, ...]
    rows: Callable[[User], QuerySet[Any]]
    hit: Callable[[Any], Hit]
    titles: tuple[str, ...] = ()  # where a title lies that may be just what was asked for; else the first field


# What is sure and new first, then what somebody told of, then what is older or less sure; without figures last.
_SUREST = Case(
    When(certainty__in=SURE, newest=True, then=0),
    When(~Q(source=Source.COMPUTED), then=1),
    When(certainty__in=SURE, then=2),
    When(certainty="unclear", then=3),
    default=4,
)


def _people(user: User) -> QuerySet[Any]:
    scope = units_in_scope(user, "organisation.people_read").values("pk")
    return User.objects.filter(role_assignments__unit__in=scope).distinct().order_by("name", "email")


def _page(name: str, row: Any) -> str:
    return reverse(name, args=[row.pk])


def _list(name: str, **asked: object) -> str:
    return f"{reverse(name)}?{urlencode(asked)}"


KINDS: dict[str, _Kind] = {
    "findings": _Kind(
        "statistics.see",
        ("sentence", "indicator__name_sv", "indicator__name_en", "indicator__name_fi", "owner__name", "period"),
        lambda user: visible_findings(user).order_by(_SUREST, "-newest", "-period_start", "rank", "pk"),
        lambda row: Hit(name_of(row), _page("statistics:finding", row), f"{row.owner.name} {row.period}"),
    ),
    "verdicts": _Kind(
        "assessments.read",
        ("finding__sentence", "evidence", "missing_knowledge", "wait_reason", "next_step_by", "unit__name"),
        lambda user: visible_verdicts(user).order_by("-written_at", "pk"),
        lambda row: Hit(
            name_of(row.finding),
            _page("assessments:verdict", row),
            f"{row.unit.name}, {say(f'assessments.state.{row.state}')}",
        ),
    ),
    "rounds": _Kind(
        "assessments.read",
        ("title", "owner__name"),
        lambda user: rounds(user).order_by("-opens_on", "pk"),
        lambda row: Hit(row.title, _page("assessments:round", row), f"{row.opens_on} – {row.due_on}"),
    ),
    "actions": _Kind(
        "plans.read",
        ("title", "description", "role", "unit__name"),
        lambda user: visible_actions(user).exclude(state=ActionState.DRAFT).order_by("-due_on", "pk"),
        lambda row: Hit(row.title, _page("plans:action", row), f"{row.unit.name}, {state_text(row)}"),
    ),
    "plans": _Kind(
        "plans.read",
        ("title", "summary", "register_number"),
        lambda user: visible_plans(user).order_by("-first_year", "title"),
        lambda row: Hit(row.title, _page("plans:plan", row), f"{row.first_year}–{row.last_year}"),
    ),
    "analyses": _Kind(
        "handbook.read",
        ("title", "period", "unit__name"),
        lambda user: visible_analyses(user).order_by("-written_at", "pk"),
        lambda row: Hit(row.title, _page("handbook:analysis", row), f"{row.unit.name}, {analysis_state(row)}"),
    ),
    "examples": _Kind(
        "learning.read",
        ("title", "service", "goal", "seen", "done", "result", "elsewhere", "unit__name"),
        lambda user: visible_examples(user).prefetch_related(None).order_by("title", "pk"),
        lambda row: Hit(row.heading, _page("learning:example", row), f"{row.said('service')}, {row.unit.name}"),
    ),
    "goals": _Kind(
        "goals.view",
        ("title", "desired_result", "code"),
        lambda user: Goal.objects.select_related("owner").order_by("code", "title"),
        lambda row: Hit(str(row), _page("goals:goal", row), f"{row.period_from}–{row.period_to}"),
    ),
    "indicators": _Kind(
        "goals.view",
        ("name_sv", "name_en", "name_fi", "key"),
        lambda user: indicators_with_goals().order_by("name_sv", "pk"),
        lambda row: Hit(row.title(language()), _page("goals:indicator", row)),
        titles=("name_sv", "name_en", "name_fi"),
    ),
    "documents": _Kind(
        "register.view",
        ("title", "responsible", "register_number", "owner__name", "versions__summary", "versions__register_number"),
        lambda user: Document.objects.select_related("owner").order_by("title", "pk").distinct(),
        lambda row: Hit(
            row.title, _page("register:document", row), f"{say(f'register.kind.{row.kind}')}, {row.owner.name}"
        ),
    ),
    "laws": _Kind(
        "register.view",
        ("name", "name_en", "name_fi", "number", "code", "summary"),
        lambda user: Law.objects.order_by("name"),
        lambda row: Hit(row.heading, _page("register:law", row), row.number),
        titles=("name", "name_en", "name_fi", "number"),
    ),
    "themes": _Kind(
        "register.view",
        ("name", "name_en", "name_fi", "theme_set__name", "about"),
        lambda user: active_themes().order_by("theme_set__name", "position", "pk"),
        lambda row: Hit(row.heading, _list("register:documents", theme=row.pk), row.theme_set.heading),
        titles=("name", "name_en", "name_fi"),
    ),
    "data_sets": _Kind(
        "statistics.see",
        ("title", "owner__name", "register_number"),
        lambda user: DataSet.objects.select_related("owner").order_by("title"),
        lambda row: Hit(row.title, _page("statistics:data_set", row), row.owner.name),
    ),
    "units": _Kind(
        "organisation.read",
        ("name", "code"),
        lambda user: Unit.objects.order_by("path"),
        lambda row: Hit(row.name, _page("organisation:unit", row), say(f"organisation.kind.{row.kind}")),
    ),
    "areas": _Kind(
        "organisation.read",
        ("name", "code"),
        lambda user: Area.objects.order_by("name", "pk"),
        lambda row: Hit(row.name, _list("organisation:areas", q=row.code), row.identity),
    ),
    "people": _Kind(
        "organisation.people_read",
        ("name", "email"),
        _people,
        lambda row: Hit(str(row), _page("organisation:person", row), row.email),
    ),
}


def _condition(fields: tuple[str, ...], words: list[str]) -> Q:
    every = [
        reduce(or_, (Q(**{f"{name}__icontains": spelling}) for name in fields for spelling in spelt(word)))
        for word in words
    ]
    return reduce(and_, every)


def _exact_first(rows: QuerySet[Any], kind: _Kind, text: str) -> QuerySet[Any]:
    """The same rows, with those first whose title is what was asked for, then those whose title begins so."""
    titles = kind.titles or kind.fields[:1]

    def any_title(lookup: str) -> Q:
        return reduce(or_, (Q(**{f"{name}__{lookup}": spelling}) for name in titles for spelling in spelt(text)))

    place = Case(When(any_title("iexact"), then=0), When(any_title("istartswith"), then=1), default=2)
    ordered: QuerySet[Any] = rows.annotate(title_place=place).order_by("title_place", *rows.query.order_by)
    return ordered


def search(user: User, text: str, *, kind: str = "") -> list[Found]:
    """What holds every word, by kind; with `kind`, more of that one."""
    words = text.replace("\0", " ").split()[:MOST_WORDS]
    if not words:
        return []
    shown = SHOWN_OF_ONE if kind in KINDS else SHOWN
    found = []
    for name, each in KINDS.items():
        if (kind in KINDS and name != kind) or not may(user, each.permission):
            continue
        found_rows = _exact_first(each.rows(user).filter(_condition(each.fields, words)), each, " ".join(words))
        rows = list(found_rows[: shown + 1])
        if rows:
            hits = tuple(each.hit(row) for row in rows[:shown])
            found.append(Found(name, say(f"desk.search.{name}"), hits, len(rows) > shown))
    return found + ([] if kind in KINDS else _chapters(user, words))


def _chapters(user: User, words: list[str]) -> list[Found]:
    """The method's chapters, which ship with the program and are in no table; there are few, so all are shown."""
    found = chapters_with(words) if may(user, "learning.read") else []
    hits = tuple(
        Hit(title, reverse("learning:chapter", args=[key]), say("desk.search.chapters")) for key, title in found
    )
    return [Found("chapters", say("desk.search.chapters"), hits, more=False)] if hits else []
