"""A year of work in Ekby: a round that is over, what was done and what came of it, and a round that is open."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from jamlik.web.assessments.actions import answer, approve_verdicts, return_verdict, send_verdicts
from jamlik.web.assessments.case_actions import begin_case
from jamlik.web.assessments.models import Assignment, Round, Verdict
from jamlik.web.assessments.round_actions import assign_findings, close_round, open_round, plan_round, set_deadlines
from jamlik.web.core import clock
from jamlik.web.core.models import User
from jamlik.web.desk.content import ekby
from jamlik.web.desk.ekby_base import days, finding_of, top, unit_of
from jamlik.web.desk.ekby_people import person
from jamlik.web.goals.models import Goal
from jamlik.web.plans import actions as plans
from jamlik.web.plans.models import Action, Plan
from jamlik.web.plans.plan_actions import confirm_remeasure, make_plan, move_plan, remeasure
from jamlik.web.statistics.actions import register_finding
from jamlik.web.statistics.models import Finding

__all__ = ["load_year"]

Row = Mapping[str, Any]


def load_year(*, by: User, at: datetime) -> None:
    """Last year's round with its actions, then this year's."""
    plan = _plan(at)
    last = _round(ekby()["last_round"], at=at)
    asked = _ask(last, ekby()["last_answer"], at=_then(at, -398))
    open_round(round_=last, by=person("strateg"), at=_then(at, -397))
    for row in ekby()["last_answer"]:
        _answered(asked[row["question"]], row, plan=plan, at=_then(at, -385), approved_at=_then(at, -372))
    _case(last, at=_then(at, -368))
    close_round(round_=last, by=person("strateg"), at=_then(at, -360))
    for row in ekby()["last_answer"]:
        if "action" in row:
            _followed_up(row, at=at)
    this = _round(ekby()["this_round"], at=at)
    asked = _ask(this, [*ekby()["this_answer"], *ekby()["this_question"]], at=_then(at, -21))
    limits = {unit_of(row["committee"]).pk: days(row["days"]) for row in ekby()["deadline"]}
    set_deadlines(round_=this, days=limits, by=person("strateg"), at=_then(at, -21))
    open_round(round_=this, by=person("strateg"), at=_then(at, -20))
    for row in ekby()["this_answer"]:
        _answered(asked[row["question"]], row, plan=plan, at=_then(at, -9), approved_at=_then(at, -6))
    for row in ekby()["this_answer"]:
        if "action" in row:
            _followed_up(row, at=at)
    for row in ekby()["told"]:
        _told(row, at=at)


def _then(at: datetime, n: int) -> datetime:
    return at + timedelta(days=n)


def _finding(row: Row) -> Finding:
    return finding_of(row["service"], row["question"], row["period"])


def _plan(at: datetime) -> Plan:
    said, year = ekby()["plan"], clock.today().year
    strategist = person("strateg")
    made = make_plan(
        title=said["title"],
        owner=top(),
        first_year=year + said["first_year"],
        last_year=year + said["last_year"],
        summary=said["summary"],
        by=strategist,
        at=_then(at, said["adopted_days"] - 40),
    )
    return move_plan(
        plan=made,
        to="adopted",
        adopted_by="Kommunfullmäktige",
        adopted_on=days(said["adopted_days"]),
        paragraph=said["paragraph"],
        by=person("registrator"),
        at=_then(at, said["adopted_days"]),
    )


def _round(said: Row, *, at: datetime) -> Round:
    return plan_round(
        kind=said["kind"],
        title=said["title"].format(year=clock.today().year + said["year"]),
        owner=top(),
        opens_on=days(said["opens_days"]),
        due_on=days(said["due_days"]),
        cap=5,
        by=person("strateg"),
        at=_then(at, said["opens_days"] - 1),
    )


def _ask(round_: Round, rows: list[Row], *, at: datetime) -> dict[str, Assignment]:
    """Ask each unit about its differences; the answered ones are asked first, so that the cap leaves them in."""
    by_unit: dict[str, list[Row]] = {}
    for row in rows:
        by_unit.setdefault(row["unit"], []).append(row)
    asked: dict[str, Assignment] = {}
    for code, of_unit in by_unit.items():
        for row in of_unit:
            (made,) = assign_findings(
                findings=[_finding(row)], unit=unit_of(code), round_=round_, by=person("strateg"), at=at
            )
            asked[row["question"]] = made
    return asked


def _answered(asked: Assignment, row: Row, *, plan: Plan, at: datetime, approved_at: datetime) -> None:
    """A unit's answer, with its action where it promises one; sent, and then approved or returned."""
    writer = person(row["writer"])
    if "action" in row:
        _planned(asked, ekby()["action"][row["action"]], plan=plan, by=writer, at=at)
    asked.refresh_from_db()
    verdict = answer(assignment=asked, fields=_fields(row), expected_version=0, by=writer, at=at)
    send_verdicts(verdicts=[verdict], by=writer, at=at)
    verdict = Verdict.objects.get(pk=verdict.pk)
    if "returned" in row:
        return_verdict(verdict=verdict, reason=row["returned"], by=person(row["approver"]), at=approved_at)
    elif "approver" in row:
        approve_verdicts(verdicts=[verdict], by=person(row["approver"]), at=approved_at)


def _fields(row: Row) -> dict[str, Any]:
    fields = {
        name: row[name]
        for name in ("verdict", "reason_kinds", "evidence", "control", "missing_knowledge", "next_step_by")
        if name in row
    }
    if "reconsider_days" in row:
        fields["reconsider_on"] = days(row["reconsider_days"])
    if "next_step_days" in row:
        fields["next_step_on"] = days(row["next_step_days"])
    if "action" in row:
        fields["response"] = "action"
    return fields


def _planned(asked: Assignment, said: Row, *, plan: Plan, by: User, at: datetime) -> Action:
    action = plans.begin_action(finding=asked.finding, unit=asked.unit, by=by, at=at)
    fields = {name: said[name] for name in ("title", "description", "cause", "role", "cost_sek", "expected_effect")}
    fields |= {"goal": Goal.objects.get(code=said["goal"]), "plan": plan}
    fields |= {"starts_on": days(said["starts_days"]), "due_on": days(said["due_days"])}
    action = plans.change_action(action=action, fields=fields, expected_version=action.version, by=by, at=at)
    action = plans.finish_planning(action=action, by=by, at=at)
    for title, due, _ in said.get("milestones", []):
        plans.add_milestone(action=action, title=title, due_on=days(due), by=by, at=at)
    for partner, commitment in said.get("partners", []):
        plans.add_contributor(action=action, unit=None, partner=partner, commitment=commitment, by=by, at=at)
    return action


def _followed_up(row: Row, *, at: datetime) -> None:
    """What was reported, which steps were reached, and what came of asking again."""
    said, writer, before = ekby()["action"][row["action"]], person(row["writer"]), _finding(row)
    action = Action.objects.get(finding=before)
    for n, progress, text, spent in said.get("reports", []):
        plans.report(action=action, progress=progress, text=text, spent_sek=spent, by=writer, at=_then(at, n))
    reached = {title: due for title, due, done in said.get("milestones", []) if done}
    for milestone in action.milestones.filter(title__in=reached):
        due = reached[milestone.title]
        plans.reach_milestone(milestone=milestone, on=days(due), by=writer, at=_then(at, due))
    if "remeasured" in said:
        after = _finding({**row, "period": said["remeasured"]})
        asked_again = remeasure(before=before, after=after, by=person("analytiker"), at=_then(at, -18))
        if "confirmed" in said:
            confirm_remeasure(
                remeasure=asked_again,
                closed=False,
                comment=said["confirmed"],
                by=person(said["confirmed_by"]),
                at=_then(at, -16),
            )


def _case(round_: Round, *, at: datetime) -> None:
    said = dict(ekby()["case"])
    committee = unit_of(said.pop("committee"))
    said["register_number"] = said["register_number"].format(year=clock.today().year - 1)
    begin_case(round_=round_, committee=committee, texts=said, by=person("utbildningschef"), at=at)


def _told(row: Row, *, at: datetime) -> None:
    register_finding(
        source=row["source"],
        owner=unit_of(row["owner"]),
        text=row["text"],
        group=row["group"],
        reference=row["reference"],
        heard_on=days(row["days"]),
        by=person(row["by"]),
        at=_then(at, row["days"]),
    )
