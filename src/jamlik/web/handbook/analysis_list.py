"""The list of analyses: what it shows, and how it is narrowed by service, goal, ground, area, questions and state."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse

from jamlik.handbook import newest
from jamlik.web.core import clock
from jamlik.web.core.listing import Column, Filter, Spec, spelt
from jamlik.web.core.texts import language, say
from jamlik.web.goals.models import Goal, GoalState
from jamlik.web.handbook import queries
from jamlik.web.handbook.models import Analysis, AnalysisState, Answer
from jamlik.web.handbook.shown import LOOKS, set_name, state_text
from jamlik.web.organisation.models import Area, Unit
from jamlik.web.statistics.models import Finding

__all__ = ["DUE", "LIST"]

DUE = "due"
MOST_CHOICES = 200
_GROUNDS, _RELEVANT = "q07_grounds", "matters"
Rows = QuerySet[Analysis]
Choices = Iterator[tuple[str, str]]


def _state(rows: Rows, value: str) -> Rows:
    if value == DUE:
        return rows.filter(state=AnalysisState.APPROVED, follow_up_on__lte=clock.today(), followed_by__isnull=True)
    return rows.filter(state=value)


def _states(request: HttpRequest) -> Choices:
    yield from ((each.value, say(f"handbook.state.{each.value}")) for each in AnalysisState)
    yield DUE, say("handbook.due")


def _services(request: HttpRequest) -> Choices:
    """Units with an analysis, and those they are part of, in the order of the tree."""
    paths = queries.visible_analyses(request.user).order_by().values_list("unit__path", flat=True).distinct()
    keys = {int(key) for path in paths for key in path.split("/") if key}
    rows = Unit.objects.filter(pk__in=keys, parent__isnull=False).order_by("path").values_list("pk", "name", "path")
    for pk, name, path in rows:
        yield str(pk), f"{'– ' * (path.count('/') - 3)}{name}"


def _service(rows: Rows, value: str) -> Rows:
    return rows.filter(unit__path__contains=f"/{int(value)}/")


def _sets(request: HttpRequest) -> Choices:
    keys = queries.visible_analyses(request.user).order_by("set_key").values_list("set_key", flat=True).distinct()
    return ((key, key) for key in keys)


def _grounds(request: HttpRequest) -> Choices:
    question = newest("equality").by_id[_GROUNDS]
    return ((part.id, question.label(part, language())) for part in question.parts if part.required)


def _ground(rows: Rows, value: str) -> Rows:
    """Where a ground is said to matter."""
    said = Answer.objects.filter(analysis=OuterRef("pk"), question_key=_GROUNDS, **{f"value__{value}": _RELEVANT})
    return rows.filter(Exists(said))


def _goals(request: HttpRequest) -> Choices:
    rows = Goal.objects.filter(state=GoalState.ADOPTED).order_by("code", "title")[:MOST_CHOICES]
    return ((str(row.pk), str(row)) for row in rows)


def _goal(rows: Rows, value: str) -> Rows:
    """Where the goal is named, or a difference is about what it is measured by."""
    goal = Goal.objects.get(pk=int(value))
    measured = Finding.objects.filter(handbook_analyses=OuterRef("pk"), indicator__targets__goal=goal)
    return rows.filter(_said(goal.title) | Exists(measured))


def _areas(request: HttpRequest) -> Choices:
    names = Area.objects.order_by("name").values_list("name", flat=True).distinct()[:MOST_CHOICES]
    return ((name, name) for name in names)


def _area(rows: Rows, value: str) -> Rows:
    """Where the area is named in an answer, or a difference is about it."""
    about = Finding.objects.filter(handbook_analyses=OuterRef("pk"), sentence__contains=value)
    return rows.filter(_said(value) | Exists(about))


def _said(text: str) -> Q:
    found = Q()
    for each in spelt(text):
        found |= Q(words__icontains=each)
    return Q(Exists(Answer.objects.filter(found, analysis=OuterRef("pk"))))


def _link(row: Analysis) -> str:
    return reverse("handbook:analysis", args=[row.pk])


COLUMNS = (
    Column("title", "handbook.field.title", lambda row: row.title, sort="title", link=_link),
    Column("unit", "handbook.field.unit", lambda row: row.unit.name, sort="unit__name"),
    Column("questions", "handbook.field.questions", set_name, sort=("set_key", "depth")),
    Column("period", "handbook.field.period", lambda row: row.period, sort="period"),
    Column("written", "handbook.field.written_at", lambda row: row.written_at, sort="written_at"),
    Column("follow_up", "handbook.field.follow_up_on", lambda row: row.follow_up_on, sort="follow_up_on"),
    Column("state", "handbook.field.state", state_text, sort="state", tag=lambda row: LOOKS[row.state]),
)


LIST = Spec(
    name="handbook.analyses",
    columns=COLUMNS,
    filters=(
        Filter("state", "handbook.field.state", _states, _state),
        Filter("unit", "handbook.field.service", _services, _service),
        Filter("set", "handbook.field.questions", _sets, lambda rows, value: rows.filter(set_key=value)),
        Filter("ground", "handbook.field.ground", _grounds, _ground),
        Filter("goal", "handbook.field.goal", _goals, _goal),
        Filter("area", "handbook.field.area", _areas, _area),
    ),
    search=("title", "period", "unit__name", "answers__words"),
    sort="-written",
    caption="handbook.title",
    empty="handbook.empty",
    file_columns=(
        *COLUMNS[:2],
        Column("set", "handbook.field.set", lambda row: row.set_key),
        *COLUMNS[2:],
        Column("approved", "handbook.report.approved_on", lambda row: row.approved_at),
    ),
)
