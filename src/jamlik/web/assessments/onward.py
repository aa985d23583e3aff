"""Where a person who judges goes next: the question that has no answer, the action to plan, the next card, the end."""

from __future__ import annotations

from django.urls import reverse

from jamlik.web.assessments import queries
from jamlik.web.assessments.hooks import action_start_url
from jamlik.web.assessments.models import Response, Verdict, VerdictKind
from jamlik.web.assessments.queries import Card
from jamlik.web.assessments.steps import Step, first_unanswered, step_named
from jamlik.web.organisation.models import Unit
from jamlik.web.organisation.queries import Person

__all__ = ["LEFT", "card_url", "next_url", "plans_action", "step_url"]

LEFT = frozenset({"todo", "begun", "returned"})


def step_url(unit: Unit, card: Card, step: Step) -> str:
    """The page of a question."""
    return reverse("assessments:step", args=[unit.pk, card.assignment.pk, step.name])


def card_url(unit: Unit, card: Card) -> str:
    """Where a card goes on: its first question without an answer, its action to plan, or the look at all answers."""
    verdict = card.verdict
    step = first_unanswered(verdict) if verdict is not None else step_named("verdict")
    if card.state == "returned":
        step = step_named("reply")
    if step is not None:
        return step_url(unit, card, step)
    if verdict is not None and plans_action(verdict) and not card.actions:
        start = action_start_url(finding=verdict.finding_id, unit=unit.pk)
        if start:
            return start
    return reverse("assessments:check", args=[unit.pk])


def next_url(unit: Unit, user: Person, *, after: int | None = None) -> str:
    """The unit's next card that somebody waits for, leaving out the one just answered; else the look at all answers."""
    cards = [card for card in queries.cards(unit, user) if card.state in LEFT and not card.over]
    left = [card for card in cards if card.assignment.pk != after]
    return card_url(unit, left[0]) if left else reverse("assessments:check", args=[unit.pk])


def plans_action(verdict: Verdict) -> bool:
    """Whether the answer promises an action."""
    return verdict.verdict == VerdictKind.UNJUSTIFIED and verdict.response == Response.ACTION
