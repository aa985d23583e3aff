"""Goals through a list: kept as it was read, then accepted as somebody saw it, or dropped."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from django.core.exceptions import ValidationError
from django.db import transaction

from jamlik.web.core import access, audit
from jamlik.web.core.models import User
from jamlik.web.core.texts import say
from jamlik.web.goals.actions import GoalFacts, add_goal, adopt_goal, edit_goal
from jamlik.web.goals.goal_lists import GoalChange, held_against_goals
from jamlik.web.goals.models import Goal, GoalList, GoalListState, GoalState
from jamlik.web.organisation.models import Unit
from jamlik.web.register.rules import BrokenRuleError

__all__ = ["accept_list", "drop_list", "keep_list"]

IMPORT = "goals.import"


@transaction.atomic
def keep_list(*, file_name: str, owner: Unit, rows: Sequence[dict[str, str]], by: User, at: dt.datetime) -> GoalList:
    """Keep a list until somebody has looked at what it would change."""
    access.require(by, IMPORT, unit=owner)
    if not rows:
        raise ValidationError(say("goals.list.empty"))
    kept = GoalList.objects.create(
        file_name=file_name[:200], owner=owner, rows=list(rows), uploaded_by=by, uploaded_at=at
    )
    audit.record("goals.list_uploaded", target=kept, by=by, at=at, changes={"rows": (None, len(rows))})
    return kept


@transaction.atomic
def accept_list(*, goal_list: GoalList, seen: str, by: User, at: dt.datetime) -> int:
    """Make every change that the list asks for, all or none; tell how many goals it touched.

    Raises
    ------
    ValidationError
        It waits no longer, something stops it, or it would change something else than what was `seen`.
    """
    access.require(by, IMPORT, unit=goal_list.owner)
    goal_list = _waiting(goal_list)
    diff = held_against_goals(goal_list)
    if not diff.acceptable:
        raise ValidationError(say("goals.list.not_acceptable"))
    if diff.digest != seen:
        raise ValidationError(say("goals.list.other_now"))
    for change in diff.changes:
        try:
            _make(change, goal_list, by=by, at=at)
        except BrokenRuleError as error:
            text = say(f"goals.rule.{error.reason}", **error.values)
            raise ValidationError(say("goals.list.row", row=change.row, text=text)) from error
        except access.OutsideScope as error:
            raise ValidationError(say("goals.list.row", row=change.row, text=say("goals.list.outside"))) from error
    _settle(goal_list, GoalListState.ACCEPTED, by=by, at=at)
    changes = {"goals": (None, len(diff.changes))}
    audit.record("goals.list_accepted", target=goal_list, by=by, at=at, changes=changes)
    return len(diff.changes)


@transaction.atomic
def drop_list(*, goal_list: GoalList, by: User, at: dt.datetime) -> None:
    """Leave the goals as they are."""
    access.require(by, IMPORT, unit=goal_list.owner)
    goal_list = _waiting(goal_list)
    _settle(goal_list, GoalListState.DROPPED, by=by, at=at)
    audit.record("goals.list_dropped", target=goal_list, by=by, at=at)


def _waiting(goal_list: GoalList) -> GoalList:
    found = GoalList.objects.select_for_update(no_key=True, of=("self",)).select_related("owner").get(pk=goal_list.pk)
    if found.state != GoalListState.WAITING:
        raise ValidationError(say("goals.list.settled"))
    return found


def _settle(goal_list: GoalList, state: GoalListState, *, by: User, at: dt.datetime) -> None:
    goal_list.state, goal_list.settled_by, goal_list.settled_at = state, by, at
    goal_list.save(update_fields=["state", "settled_by", "settled_at"])


def _make(change: GoalChange, goal_list: GoalList, *, by: User, at: dt.datetime) -> None:
    wanted = change.wanted
    goal = None if change.new else Goal.objects.get(code=change.code)
    facts = GoalFacts(
        code=change.code,
        level=wanted["level"],
        title=wanted["title"],
        owner=Unit.objects.get(code=wanted["owner"]),
        period_from=int(wanted["period_from"]),
        period_to=int(wanted["period_to"]),
        agreement=wanted["agreement"],
        parent=Goal.objects.get(code=wanted["parent"]) if wanted["parent"] else None,
        desired_result=wanted["desired_result"],
        how=wanted["how"],
        agreed_by=wanted["agreed_by"],
        agreed_on=dt.date.fromisoformat(wanted["agreed_on"]) if wanted["agreed_on"] else None,
        how_by=wanted["how_by"],
        themes=tuple(goal.themes.all()) if goal else (),
        documents=tuple(goal.documents.all()) if goal else (),
    )
    if goal is None:
        goal = add_goal(facts=facts, by=by, at=at)
    else:
        reason = say("goals.list.reason", name=goal_list.file_name)
        edit_goal(goal=goal, facts=facts, expected_version=goal.version, by=by, at=at, reason=reason)
    if wanted["state"] == GoalState.ADOPTED and goal.state == GoalState.DRAFT:
        adopt_goal(goal=goal, expected_version=goal.version, by=by, at=at)
