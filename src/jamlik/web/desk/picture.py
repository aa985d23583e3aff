"""How things stand, for those who follow the work rather than do it: differences, goals and decisions in their part."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from django.urls import reverse

from jamlik.web.assessments.models import Decision
from jamlik.web.assessments.queries import rounds, scope_and_above
from jamlik.web.core.access import may
from jamlik.web.core.models import User
from jamlik.web.core.texts import say
from jamlik.web.desk.shown import name_of
from jamlik.web.desk.waiting import SHOWN, Line, Work
from jamlik.web.goals.models import GoalState, Target
from jamlik.web.goals.progress import ProgressState
from jamlik.web.goals.queries import judged
from jamlik.web.goals.telling import told
from jamlik.web.organisation.roles import Role
from jamlik.web.register.models import Document
from jamlik.web.statistics.models import Source
from jamlik.web.statistics.queries import sure_findings, visible_findings

__all__ = ["FOLLOWERS", "picture"]

FOLLOWERS = frozenset({Role.READER, Role.EDITOR, Role.HR})
MOST_TARGETS = 60
_FIRST = (ProgressState.NOT_REACHED, ProgressState.NOT_ON_TRACK, ProgressState.CANNOT_TELL)


def picture(user: User) -> list[Work]:
    """The clearest differences, how the goals go and the latest decisions, each with where all of it lies."""
    places = scope_and_above(user, "statistics.see")
    return [*_differences(user, places), *_goals(places), *_decisions(user, places)]


def _differences(user: User, places: frozenset[int]) -> Iterable[Work]:
    rows = sure_findings(visible_findings(user).filter(owner_id__in=places)).filter(
        certainty="clear", source=Source.COMPUTED
    )
    lines = tuple(
        Line(name_of(row), reverse("statistics:finding", args=[row.pk]), f"{row.owner.name}, {row.period}")
        for row in rows.order_by("rank", "-period_start", "pk")[:SHOWN]
    )
    text = "" if lines else say("desk.picture.no_differences")
    link = say("desk.picture.all_differences")
    yield Work(say("desk.picture.differences"), lines, reverse("statistics:findings"), link, text)


def _goals(places: frozenset[int]) -> Iterable[Work]:
    targets = Target.objects.filter(
        withdrawn_on__isnull=True, goal__state=GoalState.ADOPTED, goal__owner_id__in=places
    ).select_related("goal", "indicator", "data_set")
    found = judged(targets.order_by("goal__code", "goal__title", "pk")[:MOST_TARGETS])
    if not found:
        yield Work(say("desk.picture.goals"), (), "", "", say("desk.picture.no_goals"))
        return
    counts = {state: sum(each.progress.state == state for each in found) for state in ProgressState}
    summary = ", ".join(f"{say(f'goals.progress.{state.value}')}: {n}" for state, n in counts.items() if n)
    order = sorted(found, key=lambda each: _FIRST.index(each.progress.state) if each.progress.state in _FIRST else 9)
    lines = []
    for each in order[:SHOWN]:
        words = told(each)
        text = f"{each.target.goal}: {words.name}, {words.who}"
        lines.append(Line(text, reverse("goals:target", args=[each.target.pk]), f"{words.aim} {words.state}."))
    link = say("desk.picture.all_goals")
    yield Work(say("desk.picture.goals"), tuple(lines), reverse("goals:tree"), link, f"{summary}.")


def _decisions(user: User, places: frozenset[int]) -> Iterable[Work]:
    documents = Document.objects.filter(owner_id__in=places, decided_on__isnull=False)
    told_of: list[tuple[date, Line]] = [
        (row.decided_on, Line(row.title, reverse("register:document", args=[row.pk]), f"{row.decided_by}, {_on(row)}"))
        for row in documents.order_by("-decided_on", "pk")[:SHOWN]
        if row.decided_on is not None
    ]
    if may(user, "assessments.read"):
        cases = Decision.objects.filter(case__committee_id__in=places, case__round__in=rounds(user))
        for row in cases.select_related("case__round", "case__committee").order_by("-decided_on", "-pk")[:SHOWN]:
            url = reverse("assessments:case", args=[row.case.round_id, row.case.committee_id])
            note = f"{row.body_name}, {_on(row)}. {say(f'assessments.outcome.{row.outcome}')}"
            told_of.append((row.decided_on, Line(str(row.case), url, note)))
    told_of.sort(key=lambda pair: pair[0], reverse=True)
    lines = tuple(line for _, line in told_of[:SHOWN])
    text = "" if lines else say("desk.picture.no_decisions")
    link = say("desk.picture.all_decisions")
    yield Work(say("desk.picture.decisions"), lines, reverse("register:documents"), link, text)


def _on(row: Document | Decision) -> str:
    """The day of a decision."""
    return row.decided_on.isoformat() if row.decided_on else ""
