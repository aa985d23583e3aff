"""An action plan as a document, for PDF and Word."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from jamlik.model.words import format_number
from jamlik.reports.document import (
    Align,
    Column,
    Definitions,
    Document,
    Paragraph,
    Section,
    Subheading,
    Table,
    TableCell,
)
from jamlik.web.core.texts import language, say
from jamlik.web.plans.models import Action, Milestone, Plan
from jamlik.web.plans.shown import action_lines, money, state_text
from jamlik.web.statistics.rules import require_public

__all__ = ["plan_document"]

_FIELDS = (
    "description",
    "cause",
    "role",
    "starts_on",
    "cost_sek",
    "effect_indicator",
    "effect_group",
    "expected_effect",
)
_COLUMNS = ("title", "unit", "role", "due_on", "cost_sek", "state")


def plan_document(plan: Plan, actions: Sequence[Action], *, cost: int) -> Document:
    """The plan, its actions in a table, and each action on its own.

    Raises
    ------
    JamlikError
        When an action is about what may not be shown to all.
    """
    require_public(action.finding for action in actions)
    years = f"{plan.first_year}–{plan.last_year}"
    state = say(f"plans.plan_state.{plan.state}")
    adopted = f"{plan.adopted_by} {plan.adopted_on.isoformat()} {plan.paragraph}" if plan.adopted_on else ""
    front = [Paragraph(text) for text in plan.summary.splitlines() if text.strip()]
    told = [say("plans.plan.counted", n=len(actions))]
    if actions:
        told.append(say("plans.plan.cost", sum=format_number(float(cost), 0, language())))
    about: list[Paragraph | Table] = [*front, Paragraph(" ".join(told))]
    if actions:
        about.append(_table(plan, actions))
    document = Document(
        lang=language(),
        title=plan.title,
        kicker=f"{plan.owner.name} · {years}",
        subtitle=". ".join(part for part in (state.capitalize(), adopted) if part),
        description=f"{plan.title} {years}",
        sections=(
            Section("about", say("plans.plan.summary"), tuple(about), kind="summary"),
            *(_section(action) for action in actions),
        ),
        footer=(plan.owner.name, plan.title),
        labels={
            "page_before": say("plans.plan.page_before"),
            "page_between": say("plans.plan.page_between"),
            "contents": say("plans.plan.contents"),
        },
        fingerprint=hashlib.sha256(f"{plan.pk}:{plan.version}:{language()}".encode()).hexdigest(),
    )
    return document


def _table(plan: Plan, actions: Sequence[Action]) -> Table:
    rows = tuple(
        (
            TableCell(action.title),
            TableCell(action.unit.name),
            TableCell(action.role),
            TableCell(action.due_on.isoformat() if action.due_on else ""),
            TableCell(money(action.cost_sek)),
            TableCell(state_text(action)),
        )
        for action in actions
    )
    columns = tuple(
        Column(say(f"plans.field.{name}"), Align.END if name == "cost_sek" else Align.START) for name in _COLUMNS
    )
    return Table(
        id="actions",
        caption=say("plans.plan.actions"),
        columns=columns,
        rows=rows,
        source=say("plans.plan.source", title=plan.title),
    )


def _section(action: Action) -> Section:
    serves = [(say("plans.field.finding"), action.finding.told(language()))]
    if action.goal is not None:
        serves.append((say("plans.field.goal"), str(action.goal)))
    blocks: list[Subheading | Definitions] = [Definitions((*serves, *action_lines(action, _FIELDS)))]
    with_whom = [(str(each), each.commitment) for each in action.contributors.all()]
    if with_whom:
        blocks += [Subheading(say("plans.contributor.heading")), Definitions(tuple(with_whom))]
    steps = [(each.title, _step_days(each)) for each in action.milestones.all()]
    if steps:
        blocks += [Subheading(say("plans.milestone.heading")), Definitions(tuple(steps))]
    return Section(f"action-{action.pk}", action.title, tuple(blocks))


def _step_days(step: Milestone) -> str:
    """The day a step is to be reached, and the day it was."""
    day = step.due_on.isoformat()
    reached = say("plans.milestone.reached", day=step.reached_on.isoformat()) if step.reached_on else ""
    return f"{day} ({reached})" if reached else day
