"""Pages to read goals on: the tree, the list, a goal, a target, and the goals of an indicator."""

from __future__ import annotations

from typing import Any, cast

from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from jamlik.web.core import access, listing
from jamlik.web.core.access import permission
from jamlik.web.core.texts import language
from jamlik.web.goals import queries
from jamlik.web.goals.actions import ADOPT, EDIT
from jamlik.web.goals.hooks import actions_for
from jamlik.web.goals.lists import GOALS, INDICATORS, STATE_LOOK
from jamlik.web.goals.models import Goal, GoalState, Target
from jamlik.web.goals.target_charts import target_chart
from jamlik.web.goals.telling import told

__all__ = ["found_goal", "goal", "goal_list", "indicator", "indicators", "target", "tree"]


def _may(request: HttpRequest) -> dict[str, Any]:
    return {
        "may_edit": access.may(request.user, EDIT),
        "may_import": access.may(request.user, "goals.import"),
    }


@permission("goals.view")
def tree(request: HttpRequest) -> HttpResponse:
    """Goals as a tree, with how their targets go; what is chosen is in the address, as in the list."""
    shown = listing.page(request, queries.goals(), GOALS)
    if shown.file is not None:
        return shown.file
    chosen = None
    if shown.chosen and shown.page is not None:
        chosen = cast("QuerySet[Goal]", shown.page.paginator.object_list)
    branches = [
        (branch, STATE_LOOK[GoalState(branch.goal.state)], [told(each) for each in branch.judged])
        for branch in queries.branches(chosen)
    ]
    return render(request, "goals/tree.html", {"listing": shown, "branches": branches, **_may(request)})


@permission("goals.view")
def goal_list(request: HttpRequest) -> HttpResponse:
    """Goals as a list, to sort and take away."""
    shown = listing.page(request, queries.goals(), GOALS)
    if shown.file is not None:
        return shown.file
    return render(request, "goals/list.html", {"listing": shown, **_may(request)})


def found_goal(key: int) -> Goal:
    """A goal with everything its page shows."""
    found = queries.goal_with_all(key)
    if found is None:
        raise Http404
    return found


@permission("goals.view")
def goal(request: HttpRequest, key: int) -> HttpResponse:
    """One goal: what is to be reached and who agreed, the way there, targets and how they go, earlier wordings."""
    found = found_goal(key)
    targets = list(found.targets.all())
    standing = queries.judged([each for each in targets if each.withdrawn_on is None])
    page = {
        "goal": found,
        "look": STATE_LOOK[GoalState(found.state)],
        "targets": [told(each) for each in standing],
        "withdrawn": [told(each) for each in queries.judged([each for each in targets if each.withdrawn_on])],
        "actions": actions_for(found.pk, request.user),
        "may_edit": found.state != GoalState.ENDED and access.may(request.user, EDIT, unit=found.owner),
        "may_adopt": found.state == GoalState.DRAFT and access.may(request.user, ADOPT, unit=found.owner),
        "may_end": found.state == GoalState.ADOPTED and access.may(request.user, ADOPT, unit=found.owner),
    }
    return render(request, "goals/goal.html", page)


@permission("goals.view")
def target(request: HttpRequest, key: int) -> HttpResponse:
    """One target: how it goes, with every published period behind it."""
    rows = Target.objects.select_related("goal__owner", "indicator", "data_set")
    found = get_object_or_404(rows, pk=key)
    judged = queries.judged([found])[0]
    chart = target_chart(judged)
    page = {
        "told": told(judged),
        "chart": {"title": chart.title, "source": chart.source, "svg": chart.svg()} if chart else None,
        "name": found.indicator.title(language()),
        "may_edit": found.withdrawn_on is None and access.may(request.user, EDIT, unit=found.goal.owner),
    }
    return render(request, "goals/target.html", page)


@permission("goals.view")
def indicators(request: HttpRequest) -> HttpResponse:
    """Indicators that goals are followed by."""
    shown = listing.page(request, queries.indicators_with_goals(), INDICATORS)
    if shown.file is not None:
        return shown.file
    return render(request, "goals/indicators.html", {"listing": shown})


@permission("goals.view")
def indicator(request: HttpRequest, key: int) -> HttpResponse:
    """One indicator and every goal that it follows."""
    found = queries.indicator_with_goals(key)
    if found is None:
        raise Http404
    measured, judged = found
    page = {"name": measured.title(language()), "targets": [told(each) for each in judged]}
    return render(request, "goals/indicator.html", page)
