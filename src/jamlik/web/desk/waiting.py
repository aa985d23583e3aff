"""What waits for a person: each kind of work in one or two questions to the database, whatever there is of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Exists, OuterRef, Q
from django.urls import reverse

from jamlik.web.assessments import queries as verdicts
from jamlik.web.assessments.models import Round, RoundState
from jamlik.web.core.access import may
from jamlik.web.core.models import User
from jamlik.web.core.texts import say
from jamlik.web.desk.shown import name_of
from jamlik.web.goals.models import GoalList
from jamlik.web.handbook import queries as analyses
from jamlik.web.learning import queries as learning
from jamlik.web.organisation.models import UnitList
from jamlik.web.organisation.queries import current_assignments, root, scope_ids
from jamlik.web.organisation.roles import Role
from jamlik.web.plans import queries as plans
from jamlik.web.plans.models import Action, ActionState
from jamlik.web.plans.telling import answer_text
from jamlik.web.register.queries import overdue_reviews
from jamlik.web.statistics.models import DataSet, Finding, FindingState, Import, ImportState, ReleaseState
from jamlik.web.statistics.queries import open_to, sure_findings, visible_findings

__all__ = ["SHOWN", "Line", "Work", "late_work", "waiting_work"]

SHOWN = 5
SOON = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Line:
    """One thing to do: what it is, where, and its day."""

    text: str
    url: str
    note: str = ""
    day: date | None = None
    late: bool = False


@dataclass(frozen=True, slots=True)
class Work:
    """One kind of work: a heading with how much there is, the first few, and where all of it lies."""

    heading: str
    lines: tuple[Line, ...] = ()
    url: str = ""
    link: str = ""
    text: str = ""


Finder = Callable[[User, date], Iterable[Work]]


def waiting_work(user: User, day: date) -> list[Work]:
    """Everything that waits for a person, in the order in which it is best done."""
    finders: tuple[tuple[str, Finder], ...] = (
        ("assessments.approve", _to_approve),
        ("handbook.approve", _analyses_to_approve),
        ("assessments.judge", _to_judge),
        ("plans.confirm", _to_confirm),
        ("plans.remeasure", _to_ask_again),
        ("plans.act", _actions),
        ("handbook.write", _analyses),
        ("learning.review", _examples_to_review),
        ("learning.write", _examples_to_change),
        ("statistics.import", _imports),
        ("assessments.assign", _to_assign),
        ("statistics.publish", _to_publish),
        ("register.edit_document", _reviews),
        ("organisation.import", _lists),
    )
    return [work for permission, find in finders if may(user, permission) for work in find(user, day)]


def late_work(user: User, day: date) -> list[Work]:
    """What should have been done: answers, actions and the dates that verdicts set for themselves."""
    found = []
    if may(user, "assessments.read"):
        rows = list(verdicts.late_assignments(user, day)[: SHOWN + 1])
        lines = [_late(name_of(row.finding), reverse("assessments:late"), row.unit.name, row.due_on) for row in rows]
        found += _listed("late_answers", lines, reverse("assessments:late"))
        again = list(verdicts.to_reconsider(user, day)[: SHOWN + 1])
        lines = [
            Line(name_of(row.finding), reverse("assessments:verdict", args=[row.pk]), row.unit.name) for row in again
        ]
        found += _listed("reconsider", lines, reverse("assessments:dated"))
    if may(user, "plans.read"):
        late = list(plans.late_actions(user, day)[: SHOWN + 1])
        lines = [_late(row.title, reverse("plans:action", args=[row.pk]), row.unit.name, row.due_on) for row in late]
        found += _listed("late_actions", lines, reverse("plans:list"))
    return found


def _late(text: str, url: str, note: str, day: date | None) -> Line:
    return Line(text, url, note, day, late=True)


def _listed(key: str, lines: list[Line], url: str) -> list[Work]:
    """A kind of work from its first lines; one line more than is shown says that there is more."""
    if not lines:
        return []
    more = len(lines) > SHOWN
    heading = say(f"desk.{key}.many") if more else say(f"desk.{key}", n=len(lines))
    return [Work(heading, tuple(lines[:SHOWN]), url, say("desk.show_all") if more else "")]


def _to_approve(user: User, day: date) -> list[Work]:
    rows = list(verdicts.to_approve(user).exclude(written_by=user)[: SHOWN + 1])
    if not rows:
        return []
    where = reverse("assessments:approve")
    lines = tuple(Line(name_of(row.finding), where, row.unit.name) for row in rows[:SHOWN])
    heading = say("desk.approve.many") if len(rows) > SHOWN else say("desk.approve", n=len(rows))
    return [Work(heading, lines, where, say("desk.approve_do"))]


def _own_units(user: User) -> list[str]:
    return [each.unit.path for each in current_assignments(user) if each.role == Role.UNIT_MANAGER]


def _to_judge(user: User, day: date) -> list[Work]:
    """One's own units, each with its one button; for those above, how much is left below them."""
    work = [each for each in verdicts.units_to_judge(user) if each.open_n]
    paths = tuple(_own_units(user))
    own = [each for each in work if paths and each.unit.path.startswith(paths)]
    found = [
        Work(
            say("desk.judge", n=each.open_n),
            _came_back(each),
            reverse("assessments:judge_unit", args=[each.unit.pk]),
            say("desk.judge_do"),
            _judge_text(each, day),
        )
        for each in own
    ]
    below = [each for each in work if each not in own]
    if below:
        left = sum(each.open_n for each in below)
        lines = tuple(
            Line(
                each.unit.name,
                reverse("assessments:judge_unit", args=[each.unit.pk]),
                say("desk.judge_left", n=each.open_n),
                each.due_on,
                late=each.due_on is not None and each.due_on < day,
            )
            for each in below[:SHOWN]
        )
        more = say("desk.show_all") if len(below) > SHOWN else ""
        found.append(Work(say("desk.judge_below", n=left), lines, reverse("assessments:judge"), more))
    return found


def _came_back(work: verdicts.UnitWork) -> tuple[Line, ...]:
    """What has come back with a question is told before the rest."""
    if not work.returned_n:
        return ()
    url = reverse("assessments:judge_unit", args=[work.unit.pk])
    return (Line(say("assessments.judge.returned_n", n=work.returned_n), url),)


def _judge_text(work: verdicts.UnitWork, day: date) -> str:
    if work.due_on is None:
        return work.unit.name
    key = "desk.judge_late" if work.due_on < day else "desk.judge_by"
    return say(key, unit=work.unit.name, day=work.due_on.isoformat())


def _to_confirm(user: User, day: date) -> list[Work]:
    rows = list(plans.remeasure_to_confirm(user)[: SHOWN + 1])
    lines = [
        Line(
            name_of(row.before),
            reverse("plans:remeasured", args=[row.pk]),
            answer_text(row),
        )
        for row in rows
    ]
    return _listed("confirm", lines, lines[0].url if lines else "")


def _to_ask_again(user: User, day: date) -> list[Work]:
    """Actions whose question has newer figures: asking again is one click on their page."""
    later = Finding.objects.filter(
        Q(current__isnull=False) | Q(audience=OuterRef("finding__audience"), inside__isnull=False),
        data_set=OuterRef("finding__data_set"),
        question_key=OuterRef("finding__question_key"),
        period_start__gt=OuterRef("finding__period_start"),
    )
    rows = (
        Action.objects.filter(
            Exists(later),
            open_to(user, "finding"),
            unit_id__in=scope_ids(user, "plans.remeasure"),
            finding__state__in=(FindingState.ACTED_ON, FindingState.WAITING),
        )
        .exclude(state__in=(ActionState.DRAFT, ActionState.STOPPED))
        .exclude(finding__question_key="")
        .select_related("unit", "finding")
        .order_by("due_on", "pk")[: SHOWN + 1]
    )
    lines = [Line(row.title, reverse("plans:action", args=[row.pk]), row.unit.name) for row in rows]
    return _listed("ask_again", lines, reverse("plans:list"))


def _actions(user: User, day: date) -> list[Work]:
    scope = scope_ids(user, "plans.act")
    mine = Action.objects.filter(open_to(user, "finding"), unit_id__in=scope)
    drafts = mine.filter(state=ActionState.DRAFT, written_by=user)
    begun = [
        Line(row.title or say("plans.untitled"), reverse("plans:check", args=[row.pk]), row.unit.name)
        for row in drafts.select_related("unit").order_by("-written_at")[: SHOWN + 1]
    ]
    soon = mine.filter(state__in=(ActionState.PLANNED, ActionState.ONGOING), due_on__lte=day + SOON)
    due = [
        Line(
            row.title,
            reverse("plans:action", args=[row.pk]),
            row.unit.name,
            row.due_on,
            late=row.due_on is not None and row.due_on < day,
        )
        for row in soon.select_related("unit").order_by("due_on", "pk")[: SHOWN + 1]
    ]
    where = reverse("plans:list")
    return [*_listed("drafts", begun, where), *_listed("actions", due, where)]


def _analyses_to_approve(user: User, day: date) -> list[Work]:
    rows = list(analyses.to_approve(user).order_by("submitted_at", "pk")[: SHOWN + 1])
    lines = [Line(row.title, reverse("handbook:approve", args=[row.pk]), row.unit.name) for row in rows]
    return _listed("analyses_approve", lines, f"{reverse('handbook:list')}?state=submitted")


def _analyses(user: User, day: date) -> list[Work]:
    """Analyses that have come back, and those whose day has come."""
    where = reverse("handbook:list")
    back = [
        Line(row.title, reverse("handbook:analysis", args=[row.pk]), row.unit.name)
        for row in analyses.to_complete(user).order_by("submitted_at", "pk")[: SHOWN + 1]
    ]
    due = [
        Line(row.title, reverse("handbook:analysis", args=[row.pk]), row.unit.name, row.follow_up_on)
        for row in analyses.due_for_follow_up(user, day)[: SHOWN + 1]
    ]
    return [
        *_listed("analyses_complete", back, f"{where}?state=returned"),
        *_listed("analyses_due", due, f"{where}?state=due"),
    ]


def _examples_to_review(user: User, day: date) -> list[Work]:
    rows = learning.examples_to_review(user)[: SHOWN + 1]
    lines = [Line(row.title, reverse("learning:review_example", args=[row.pk]), row.unit.name) for row in rows]
    return _listed("examples_review", lines, f"{reverse('learning:examples')}?state=proposed")


def _examples_to_change(user: User, day: date) -> list[Work]:
    rows = learning.examples_to_complete(user)[: SHOWN + 1]
    lines = [Line(row.title, reverse("learning:example", args=[row.pk]), row.unit.name) for row in rows]
    return _listed("examples_change", lines, f"{reverse('learning:examples')}?state=draft")


def _imports(user: User, day: date) -> list[Work]:
    rows = Import.objects.filter(
        state=ImportState.INSPECTED, data_set__owner_id__in=scope_ids(user, "statistics.import")
    ).select_related("data_set")
    lines = [
        Line(row.data_set.title, reverse("statistics:import", args=[row.pk]), row.file_name)
        for row in rows.only("file_name", "number", "data_set__title").order_by("-uploaded_at")[: SHOWN + 1]
    ]
    return _listed("imports", lines, reverse("statistics:home"))


def _to_assign(user: User, day: date) -> list[Work]:
    """Sure differences that no unit has been asked about."""
    rows = sure_findings(visible_findings(user)).filter(
        state=FindingState.DETECTED, owner_id__in=scope_ids(user, "assessments.assign")
    )
    n = rows.count()
    if not n:
        return []
    open_round = (
        Round.objects.filter(
            state__in=(RoundState.OPEN, RoundState.PLANNED), owner_id__in=verdicts.units_and_above(user)
        )
        .order_by("-state", "due_on")
        .first()
    )
    if open_round is not None:
        return [
            Work(
                say("desk.assign", n=n),
                (),
                reverse("assessments:assign", args=[open_round.pk]),
                say("desk.assign_do"),
                say("desk.assign_round", title=open_round.title),
            )
        ]
    where, link = reverse("assessments:assign_any"), say("desk.assign_do")
    if may(user, "assessments.round_edit"):
        where, link = reverse("assessments:new_round"), say("desk.assign_new")
    return [Work(say("desk.assign", n=n), (), where, link, say("desk.assign_none"))]


def _to_publish(user: User, day: date) -> list[Work]:
    out = Q(current__analysis__releases__state__in=(ReleaseState.PREPARING, ReleaseState.PUBLISHED))
    rows = DataSet.objects.filter(
        current__state=ImportState.IN_USE, owner_id__in=scope_ids(user, "statistics.publish")
    ).exclude(pk__in=DataSet.objects.filter(out).values("pk"))
    lines = [
        Line(row.title, reverse("statistics:publish", args=[row.pk]), row.owner.name)
        for row in rows.select_related("owner").order_by("title")[: SHOWN + 1]
    ]
    return _listed("publish", lines, reverse("statistics:home"))


def _reviews(user: User, day: date) -> list[Work]:
    rows = overdue_reviews(scope_ids(user, "register.edit_document"), on=day)
    lines = [
        Line(row.title, reverse("register:document", args=[row.pk]), row.owner.name, row.review_on, late=True)
        for row in rows.prefetch_related(None)[: SHOWN + 1]
    ]
    return _listed("reviews", lines, f"{reverse('register:documents')}?review=overdue")


def _lists(user: User, day: date) -> list[Work]:
    kept = UnitList.objects.filter(state="waiting").order_by("-uploaded_at")[:SHOWN]
    reaches = may(user, "organisation.import", unit=root())  # a list is for the whole tree
    lines = [
        Line(row.file_name, reverse("organisation:list", args=[row.pk]), say(f"desk.list_{row.about}"))
        for row in (kept if reaches else ())
    ]
    goal_lists = GoalList.objects.filter(state="waiting", owner_id__in=scope_ids(user, "goals.import"))
    lines += [
        Line(row.file_name, reverse("goals:review", args=[row.pk]), say("desk.list_goals"))
        for row in goal_lists.order_by("-uploaded_at")[:SHOWN]
    ]
    return _listed("lists", lines, reverse("organisation:lists"))
