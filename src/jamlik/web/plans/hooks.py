"""Tells the apps below which actions a finding and a goal have, and where one is planned."""

from __future__ import annotations

from django.db.models import Q
from django.urls import reverse

from jamlik.web.assessments.hooks import answer_with_actions
from jamlik.web.core.history import keep_inside
from jamlik.web.core.reading import read_when_asked
from jamlik.web.goals.hooks import tell_of_actions

__all__ = ["report_url", "start_url"]

keep_inside("plans.action", Q(finding__audience="owner"))
keep_inside("plans.remeasure", Q(before__audience="owner"))


def start_url(finding: int, unit: int) -> str:
    """The first page of planning an action."""
    return reverse("plans:begin", args=[finding, unit])


def report_url(round_: int) -> str:
    """The follow-up report of a round."""
    return f"{reverse('plans:follow_up')}?of=r{round_}"


answer_with_actions(
    lookup=read_when_asked("jamlik.web.plans.serving.planned"), start_url=start_url, report_url=report_url
)
tell_of_actions(read_when_asked("jamlik.web.plans.serving.citing"))
