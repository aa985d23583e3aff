"""The app's objects, for the walk over every URL."""

from __future__ import annotations

from datetime import date

from jamlik.web.goals.models import Goal
from jamlik.web.organisation.models import Unit
from jamlik.web.plans.models import Action, Contributor, Milestone, Plan, Remeasure
from tests.web.assessments.objects import AT, made_finding, made_person
from tests.web.objects import Kind

__all__ = ["KINDS"]


def _goal(unit: Unit) -> Goal:
    return Goal.objects.create(
        title="Alla når fram",
        level="committee",
        owner=unit,
        state="adopted",
        agreement="committee",
        agreed_by="Nämnden",
        agreed_on=date(2026, 1, 1),
        period_from=2026,
        period_to=2050,
    )


def made_action(unit: Unit, **fields: object) -> Action:
    filled = {
        "finding": made_finding(unit, state="acted_on"),
        "goal": _goal(unit),
        "unit": unit,
        "state": "planned",
        "title": "Bygg en ramp",
        "role": "Rektor",
        "due_on": date(2099, 1, 1),
        "cost_sek": 0,
        "planned_at": AT,
        "written_by": made_person(),
        "written_at": AT,
    }
    return Action.objects.create(**{**filled, **fields})


def made_draft(unit: Unit) -> Action:
    return made_action(unit, state="draft", planned_at=None)


def made_contributor(unit: Unit) -> Contributor:
    return Contributor.objects.create(action=made_action(unit), partner="Klubben", commitment="Lån av lokal")


def made_milestone(unit: Unit) -> Milestone:
    return Milestone.objects.create(action=made_action(unit), title="Bygglov", due_on=date(2098, 1, 1))


def made_remeasure(unit: Unit) -> Remeasure:
    before = made_action(unit).finding
    return Remeasure.objects.create(
        before=before, after=made_finding(unit), answer="cannot_tell", made_by=made_person(), made_at=AT
    )


def made_plan(unit: Unit) -> Plan:
    return Plan.objects.create(
        title="Handlingsplan",
        owner=unit,
        state="referral",
        first_year=2026,
        last_year=2028,
        made_by=made_person(),
        made_at=AT,
    )


def _begin(made: Action) -> dict[str, object]:
    return {"finding": made.finding_id, "unit": made.unit_id}


def _step(made: Action) -> dict[str, object]:
    return {"pk": made.pk, "step": "what"}


def _part(made: Contributor | Milestone) -> dict[str, object]:
    return {"pk": made.action_id, "row": made.pk}


KINDS = [
    Kind(
        "plans.action",
        make=made_action,
        urls=tuple(
            f"plans:{name}" for name in ("action", "edit", "report", "stop", "contributor", "milestone", "remeasure")
        ),
    ),
    Kind("plans.action", make=made_action, urls=("plans:begin",), kwargs=_begin),
    Kind("plans.action", make=made_draft, urls=("plans:check",)),
    Kind("plans.action", make=made_draft, urls=("plans:step",), kwargs=_step),
    Kind(
        "plans.contributor",
        make=made_contributor,
        urls=("plans:edit_contributor", "plans:remove_contributor"),
        kwargs=_part,
    ),
    Kind("plans.milestone", make=made_milestone, urls=("plans:edit_milestone", "plans:reach"), kwargs=_part),
    Kind("plans.remeasure", make=made_remeasure, urls=("plans:remeasured", "plans:confirm")),
    Kind(
        "plans.plan",
        make=made_plan,
        urls=tuple(f"plans:{name}" for name in ("plan", "edit_plan", "move_plan", "plan_pdf", "plan_word")),
    ),
]
