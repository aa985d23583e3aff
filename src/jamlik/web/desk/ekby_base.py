"""Ekby's organisation, people, governing documents, goals and targets."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from jamlik.web.core import clock
from jamlik.web.core.models import User
from jamlik.web.desk.content import ekby
from jamlik.web.desk.ekby_people import DOMAIN
from jamlik.web.goals.actions import GoalFacts, TargetFacts, add_goal, add_target, adopt_goal
from jamlik.web.goals.choices import TargetChoices
from jamlik.web.goals.models import Goal
from jamlik.web.learning.actions import load_examples
from jamlik.web.organisation.actions import add_unit, change_unit
from jamlik.web.organisation.models import Unit
from jamlik.web.organisation.people_actions import add_person
from jamlik.web.organisation.queries import has_own_name, root
from jamlik.web.register.actions import Decision, DocumentFacts, add_document, add_version
from jamlik.web.register.models import Document, Law, Theme
from jamlik.web.register.theme_actions import load_laws, theme_set_from_template
from jamlik.web.statistics.models import DataSet, Finding, Indicator, Origin

__all__ = ["day_of_year", "days", "finding_of", "load_base", "load_goals", "top", "unit_of"]

NAME = "Ekby kommun"


def days(n: int) -> date:
    """A day counted from today."""
    return clock.today() + timedelta(days=n)


def day_of_year(years: int, month: int = 3, day: int = 18) -> date:
    """A day of a year counted from this one; never after today."""
    return min(clock.today().replace(year=clock.today().year + years, month=month, day=day), clock.today())


def top() -> Unit:
    """The municipality itself."""
    found = root()
    assert found is not None  # the first start makes it
    return found


def finding_of(service: str, question: str, period: str) -> Finding:
    """A difference of Ekby's: the figures are drawn with a fixed seed, so it is there every time."""
    return Finding.objects.select_related("owner", "indicator").get(
        data_set__origin=Origin.EKBY, data_set__origin_key=service, question_key=question, period=period
    )


def unit_of(code: str) -> Unit:
    """A unit by its code; the municipality for none."""
    return Unit.objects.get(code=code) if code else top()


def load_base(*, by: User, at: datetime) -> None:
    """Units, people, laws, themes, good examples and documents not there yet; without a name, it gets Ekby's."""
    here = top()
    if not has_own_name(here):
        change_unit(unit=here, values={"name": NAME}, expected_version=here.version, by=by, at=at)
    known = set(Unit.objects.values_list("code", flat=True))
    for code, kind, parent, name in ekby()["units"]:
        if code not in known:
            add_unit(kind=kind, name=name, code=code, parent=unit_of(parent), by=by, at=at)
    for name, address, role, code in ekby()["people"]:
        add_person(email=f"{address}{DOMAIN}", name=name, role=role, unit=unit_of(code), by=by, at=at)
    load_laws(by=by, at=at)
    for key in ekby()["theme_sets"]:
        theme_set_from_template(key=key, by=by, at=at)
    load_examples(by=None, at=at)
    known = set(Document.objects.values_list("title", flat=True))
    for row in ekby()["document"]:
        if row["title"] not in known:
            _add_document(row, by=by, at=at)


def _titled(key: str) -> Document:
    title = next(row["title"] for row in ekby()["document"] if row["key"] == key)
    return Document.objects.get(title=title)


def _themes(names: list[str]) -> tuple[Theme, ...]:
    found = Theme.objects.filter(theme_set__origin__in=ekby()["theme_sets"], name__in=names)
    return tuple(found)


def _add_document(row: Mapping[str, Any], *, by: User, at: datetime) -> None:
    facts = DocumentFacts(
        kind=row["kind"],
        title=row["title"],
        owner=unit_of(row["owner"]),
        responsible=row["responsible"],
        review_on=days(row["review_days"]) if "review_days" in row else None,
        belongs_to=_titled(row["belongs_to"]) if "belongs_to" in row else None,
        themes=_themes(row["themes"]),
        laws=tuple(Law.objects.filter(code__in=row.get("laws", []))),
    )
    document = add_document(facts=facts, by=by, at=at)
    if row["decided_by"]:
        decided_on = day_of_year(row["years"])
        decision = Decision(
            decided_by=row["decided_by"], decided_on=decided_on, summary=row["summary"], paragraph=row["paragraph"]
        )
        add_version(document=document, decision=decision, by=by, at=at)


def load_goals(*, by: User, at: datetime) -> None:
    """The tree of goals, adopted, and their targets against published figures."""
    for row in ekby()["goal"]:
        goal = add_goal(facts=_goal_facts(row), by=by, at=at)
        adopt_goal(goal=goal, expected_version=goal.version, by=by, at=at)
    for row in ekby()["target"]:
        goal = Goal.objects.get(code=row["goal"])
        add_target(goal=goal, facts=_target_facts(row), by=by, at=at)


def _goal_facts(row: Mapping[str, Any]) -> GoalFacts:
    year = clock.today().year
    return GoalFacts(
        code=row["code"],
        level=row["level"],
        title=row["title"],
        owner=unit_of(row["owner"]),
        period_from=year + row["from"],
        period_to=year + row["to"],
        agreement=row["agreement"],
        agreed_by=row["agreed_by"],
        agreed_on=day_of_year(row["from"], 1, 15),
        parent=Goal.objects.get(code=row["parent"]) if "parent" in row else None,
        desired_result=row["desired_result"],
        how=row.get("how", ""),
        themes=_themes(row["themes"]),
        documents=tuple(_titled(key) for key in row.get("documents", [])),
    )


def _target_facts(row: Mapping[str, Any]) -> TargetFacts:
    data_set = DataSet.objects.get(origin=Origin.EKBY, origin_key=row["service"])
    choices = TargetChoices()
    choices.source, choices.question, choices.kind = (data_set.pk, row["indicator"]), row["question"], row["kind"]
    question = choices.questions.get(row["question"])
    return TargetFacts(
        kind=row["kind"],
        indicator=Indicator.objects.get(key=row["indicator"]),
        data_set=data_set,
        aim_kind=row["aim_kind"],
        aim=Decimal(row["aim"]),
        baseline_period=row.get("baseline") or str(choices.baselines()[0][0]),
        by_year=clock.today().year + row["years"],
        points=choices.points,
        question_key=row["question"],
        group=question.group if question else (),
        group_texts=question.group_texts if question else None,
        reference_texts=question.reference_texts if question else None,
        reason=row["reason"],
    )
