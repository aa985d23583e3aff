"""What a list of goals would change, held against the goals as they are: worked out anew each time somebody looks."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from jamlik.web.core.audit import canonical
from jamlik.web.core.texts import say
from jamlik.web.goals import rules
from jamlik.web.goals.models import Agreement, Goal, GoalLevel, GoalList, GoalState
from jamlik.web.organisation.models import Unit
from jamlik.web.organisation.unit_files import RowProblem

__all__ = ["FIELDS", "GoalChange", "ListDiff", "as_it_is", "held_against_goals"]

FIELDS = (
    "title",
    "level",
    "parent",
    "owner",
    "period_from",
    "period_to",
    "desired_result",
    "agreement",
    "agreed_by",
    "agreed_on",
    "how",
    "how_by",
    "state",
)
_NEEDED = ("title", "level", "period_from", "period_to")


@dataclass(frozen=True, slots=True)
class GoalChange:
    """What would happen to one goal: field → (from, to) as text, everything from nothing where it is new."""

    row: int
    code: str
    title: str
    new: bool
    wanted: Mapping[str, str]
    fields: Mapping[str, tuple[str, str]]


@dataclass(frozen=True, slots=True)
class ListDiff:
    """All that a list would change, goals before those below them; how many it leaves alone, and what stops it."""

    changes: tuple[GoalChange, ...]
    same_n: int
    left_out: tuple[Goal, ...]
    problems: tuple[RowProblem, ...]

    @property
    def acceptable(self) -> bool:
        """Whether there is anything to accept and nothing stops it."""
        return bool(self.changes) and not self.problems

    @property
    def digest(self) -> str:
        """What a person has looked at, so that nothing else is accepted."""
        seen = [[each.code, {name: list(pair) for name, pair in each.fields.items()}] for each in self.changes]
        return hashlib.sha256(canonical(seen).encode()).hexdigest()


def as_it_is(goal: Goal) -> dict[str, str]:
    """A goal as the columns of a list would say it; its owner by code."""
    return {
        "title": goal.title,
        "level": goal.level,
        "parent": goal.parent.code if goal.parent else "",
        "owner": goal.owner.code,
        "period_from": str(goal.period_from),
        "period_to": str(goal.period_to),
        "desired_result": goal.desired_result,
        "agreement": goal.agreement,
        "agreed_by": goal.agreed_by,
        "agreed_on": goal.agreed_on.isoformat() if goal.agreed_on else "",
        "how": goal.how,
        "how_by": goal.how_by,
        "state": goal.state,
    }


def held_against_goals(goal_list: GoalList) -> ListDiff:
    """Compare a list with the goals of today, by their numbers. What the list does not name stays as it is."""
    goals = {goal.code: goal for goal in Goal.objects.exclude(code="").select_related("parent", "owner")}
    units = list(Unit.objects.all())
    by_name = {unit.name.casefold(): unit.code for unit in units} | {unit.code.casefold(): unit.code for unit in units}
    wanted, problems = _wanted(goal_list, goals, by_name)
    problems += _misplaced(wanted, goals)
    changes, same_n = [], 0
    for code, (row, values) in sorted(wanted.items(), key=_order):
        today = as_it_is(goals[code]) if code in goals else {}
        changed = {name: (today.get(name, ""), values[name]) for name in FIELDS if today.get(name, "") != values[name]}
        if changed:
            changes.append(GoalChange(row, code, values["title"], code not in goals, values, changed))
        else:
            same_n += 1
    left_out = tuple(goal for code, goal in sorted(goals.items()) if code not in wanted and goal.state != "ended")
    return ListDiff(tuple(changes), same_n, left_out, tuple(sorted(problems, key=lambda each: each.row)))


_Wanted = dict[str, tuple[int, dict[str, str]]]


def _order(item: tuple[str, tuple[int, dict[str, str]]]) -> tuple[int, int]:
    """Goals that look farther come first, so that each one's parent is there before it."""
    row, values = item[1]
    return (_place(values["level"]), row)


def _place(level: str) -> int:
    return rules.LEVELS.index(GoalLevel(level)) if level else len(rules.LEVELS)


def _wanted(
    goal_list: GoalList, goals: Mapping[str, Goal], units: Mapping[str, str]
) -> tuple[_Wanted, list[RowProblem]]:
    """Each goal of the list as it would be: what the list says, else what it is today, else what is usual."""
    found: _Wanted = {}
    problems: list[RowProblem] = []
    for cells in goal_list.rows:
        row, code = int(cells["row"]), cells["code"]
        if not code:
            problems.append(RowProblem(row, say("goals.list.no_code")))
            continue
        if code in found:
            problems.append(RowProblem(row, say("goals.list.twice", code=code, first=found[code][0])))
            continue
        usual = {
            **dict.fromkeys(FIELDS, ""),
            "owner": goal_list.owner.code,
            "agreement": Agreement.MAJORITY.value,
            "state": GoalState.DRAFT.value,
        }
        values = {**usual, **(as_it_is(goals[code]) if code in goals else {})}
        values |= {name: cells[name] for name in FIELDS if cells.get(name)}
        values["owner"] = units.get(values["owner"].casefold(), values["owner"])
        problems += [RowProblem(row, text) for text in _wrong(values, goals.get(code), units)]
        found[code] = (row, values)
    return found, problems


def _wrong(values: Mapping[str, str], goal: Goal | None, units: Mapping[str, str]) -> Sequence[str]:
    wrong = [say("goals.list.missing", field=say(f"goals.field.{name}")) for name in _NEEDED if not values[name]]
    if values["owner"].casefold() not in units:
        wrong.append(say("goals.list.unknown_owner", owner=values["owner"]))
    if goal is not None and goal.state == GoalState.ENDED:
        if as_it_is(goal) != {name: values[name] for name in FIELDS}:
            wrong.append(say("goals.list.ended", code=goal.code))
    elif goal is not None and goal.state == GoalState.ADOPTED and values["state"] == GoalState.DRAFT:
        wrong.append(say("goals.list.back_to_draft", code=goal.code))
    elif values["state"] == GoalState.ENDED:
        wrong.append(say("goals.list.not_ended_here"))
    adopted = values["state"] == GoalState.ADOPTED
    if adopted and not (values["agreed_by"] and values["agreed_on"] and values["desired_result"]):
        wrong.append(say("goals.list.not_adoptable"))
    return wrong


def _misplaced(wanted: _Wanted, goals: Mapping[str, Goal]) -> list[RowProblem]:
    """Goals above that nobody knows, or that do not look farther, and years that do not meet."""
    every = {code: as_it_is(goal) for code, goal in goals.items()} | {code: each for code, (_, each) in wanted.items()}
    problems = []
    for _, (row, values) in wanted.items():
        if not all(values[name] for name in _NEEDED):
            continue
        first, last = int(values["period_from"]), int(values["period_to"])
        if last < first:
            problems.append(RowProblem(row, say("goals.rule.period_turned")))
        elif values["level"] == GoalLevel.BUDGET and first != last:
            problems.append(RowProblem(row, say("goals.rule.budget_one_year")))
        above = every.get(values["parent"])
        if not values["parent"]:
            continue
        if above is None:
            problems.append(RowProblem(row, say("goals.list.unknown_parent", parent=values["parent"])))
        elif _place(above["level"]) >= _place(values["level"]):
            problems.append(RowProblem(row, say("goals.rule.parent_not_above")))
        elif int(above["period_to"] or 0) < first or last < int(above["period_from"] or 9999):
            problems.append(RowProblem(row, say("goals.rule.parent_other_years")))
    return problems
