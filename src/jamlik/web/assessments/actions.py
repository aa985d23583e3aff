"""Everything that changes a verdict: answering, sending, returning, approving."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any

from django.db import transaction
from django.urls import reverse

from jamlik.model.tables import Audience
from jamlik.web.assessments import rules
from jamlik.web.assessments.choices import choice_ids
from jamlik.web.assessments.hooks import planned_actions
from jamlik.web.assessments.models import Assignment, Verdict, VerdictCopy, VerdictKind, VerdictState
from jamlik.web.core import audit, mail
from jamlik.web.core.editing import save_if_unchanged
from jamlik.web.core.people import User
from jamlik.web.core.texts import say_in
from jamlik.web.organisation.queries import users_with
from jamlik.web.statistics.actions import move_finding
from jamlik.web.statistics.models import Finding, FindingState
from jamlik.web.statistics.queries import may_know_of

__all__ = [
    "ANSWERS",
    "answer",
    "approve_verdicts",
    "copy_is_intact",
    "frozen_body",
    "return_verdict",
    "send_verdicts",
    "verdict_of",
]

ANSWERS = (
    "verdict",
    "reason_kinds",
    "evidence",
    "standardised",
    "control",
    "reconsider_on",
    "missing_knowledge",
    "next_step_by",
    "next_step_on",
    "response",
    "wait_reason",
    "review_on",
)
_EXCHANGE = ("return_reason", "reply")  # what the approver asked, and what the writer said to it
_EMPTY: Mapping[str, object] = {
    "reason_kinds": [],
    "standardised": False,
    "reconsider_on": None,
    "next_step_on": None,
    "review_on": None,
}
# Where a finding goes once its verdict is approved; an unclear one waits for what is missing.
_AFTER = {
    VerdictKind.NO_DIFFERENCE: FindingState.CLOSED,
    VerdictKind.JUSTIFIED: FindingState.CLOSED,
    VerdictKind.UNCLEAR: FindingState.WAITING,
}


@transaction.atomic
def answer(
    *, assignment: Assignment, fields: Mapping[str, Any], expected_version: int, by: User, at: datetime
) -> Verdict:
    """Save the answers of one page; the first one begins the verdict. Raises `EditConflict` if somebody was before."""
    unknown = set(fields) - {*ANSWERS, "reply"}
    if unknown:
        raise ValueError(f"A verdict has no {', '.join(sorted(unknown))}.")
    rules.require_nobody(str(fields[name]) for name in rules.TEXT_FIELDS if fields.get(name))
    if not set(fields.get("reason_kinds") or ()) <= set(choice_ids("reason_kind")):
        raise ValueError("There is no such kind of reason.")
    verdict, begun = Verdict.objects.get_or_create(
        assignment=assignment,
        defaults={"finding_id": assignment.finding_id, "unit_id": assignment.unit_id},
    )
    rules.require_editable(verdict)
    before = {name: getattr(verdict, name) for name in fields}
    for name, value in fields.items():
        setattr(verdict, name, value)
    verdict.written_by, verdict.written_at = by, at
    changes = {name: (before[name], value) for name, value in fields.items() if before[name] != value}
    verdict.amended = verdict.amended or bool(changes)
    saved = [*fields, "written_by", "written_at", "amended"]
    save_if_unchanged(verdict, fields=saved, expected_version=expected_version)
    if changes or begun:
        audit.record("assessments.verdict_answered", target=verdict, by=by, at=at, changes=changes)
    return verdict


@transaction.atomic
def send_verdicts(*, verdicts: Sequence[Verdict], by: User, at: datetime) -> None:
    """Send verdicts for approval, all or none: each must hold what its kind asks for. One already sent stays sent."""
    rows = _locked(verdicts)
    acted_on = planned_actions([row.finding_id for row in rows])
    sent = []
    for row in rows:
        if row.state in (VerdictState.SUBMITTED, VerdictState.APPROVED):
            continue
        rules.require_amended(row)
        rules.require_complete(row, has_action=row.finding_id in acted_on)
        for name in set(ANSWERS) - rules.asked_fields(row):
            setattr(row, name, _EMPTY.get(name, ""))
        before = row.state
        row.state, row.submitted_at = VerdictState.SUBMITTED, at
        row.written_by, row.written_at = by, at
        row.version += 1
        row.save()
        _freeze(row, by=by, at=at)
        move_finding(finding=row.finding, to=FindingState.AWAITING_APPROVAL, by=by, at=at, reason="")
        changes = {"state": (before, row.state), "verdict": ("", row.verdict)}
        audit.record("assessments.verdict_sent", target=row, by=by, at=at, changes=changes)
        sent.append(row)
    _bring_up_to_date(verdicts, rows)
    for unit in {row.unit_id: row.unit for row in sent}.values():
        findings = [row.finding for row in sent if row.unit_id == unit.pk]
        transaction.on_commit(partial(_tell_approvers, unit, by, findings))


@transaction.atomic
def approve_verdicts(*, verdicts: Sequence[Verdict], by: User, at: datetime) -> None:
    """Approve several at once, all or none, as they were when the person read them.

    What was approved already is left as it is: a second click does no harm.
    """
    read = {verdict.pk: verdict.version for verdict in verdicts}
    rows = [row for row in _locked(verdicts) if row.state != VerdictState.APPROVED]
    acted_on = planned_actions([row.finding_id for row in rows])
    for row in rows:
        rules.require_approvable(row, by=by)
        rules.require_complete(row, has_action=row.finding_id in acted_on)
        rules.require_as_read(row, version=read[row.pk])
        row.state, row.approved_by, row.approved_at = VerdictState.APPROVED, by, at
        row.version += 1
        row.save(update_fields=["state", "approved_by", "approved_at", "version"])
        Assignment.objects.filter(pk=row.assignment_id).update(answered_at=at)
        _freeze(row, by=by, at=at)
        move_finding(finding=row.finding, to=FindingState.DECIDED, by=by, at=at, reason="")
        move_finding(finding=row.finding, to=_next_state(row), by=by, at=at, reason=_why_waiting(row))
        audit.record(
            "assessments.verdict_approved",
            target=row,
            by=by,
            at=at,
            changes={"state": (VerdictState.SUBMITTED, VerdictState.APPROVED)},
        )
    _bring_up_to_date([verdict for verdict in verdicts if verdict.pk in {row.pk for row in rows}], rows)
    for row in {(row.written_by_id, row.unit_id): row for row in rows}.values():
        url = reverse("assessments:judge_unit", args=[row.unit_id])
        transaction.on_commit(partial(_tell_writer, row, "assessments.mail.approved", url))


@transaction.atomic
def return_verdict(*, verdict: Verdict, reason: str, by: User, at: datetime) -> None:
    """Ask for more (begära komplettering), saying what; the writer gets it back with every answer kept."""
    (row,) = _locked([verdict])
    rules.require_approvable(row, by=by)
    if not reason.strip():
        raise rules.RefusedError("assessments.refused.return_reason")
    rules.require_nobody([reason])
    row.state, row.returned_by, row.returned_at, row.return_reason = VerdictState.RETURNED, by, at, reason.strip()
    row.reply, row.amended = "", False
    row.version += 1
    row.save(update_fields=["state", "returned_by", "returned_at", "return_reason", "reply", "amended", "version"])
    _freeze(row, by=by, at=at)
    move_finding(finding=row.finding, to=FindingState.UNDER_ANALYSIS, by=by, at=at, reason=row.return_reason)
    audit.record(
        "assessments.verdict_returned",
        target=row,
        by=by,
        at=at,
        changes={"state": (VerdictState.SUBMITTED, VerdictState.RETURNED)},
        note=row.return_reason,
    )
    _bring_up_to_date([verdict], [row])
    url = reverse("assessments:go_on", args=[row.unit_id, row.assignment_id])
    # A mail leaves the site: what is kept inside a committee is asked about on its page alone.
    why = row.return_reason if row.finding.audience == Audience.PUBLIC else ""
    transaction.on_commit(partial(_tell_writer, row, "assessments.mail.returned", url, why=why))


def frozen_body(verdict: Verdict) -> str:
    """What a verdict says, as canonical JSON: what its copies keep."""
    said = {name: getattr(verdict, name) for name in ANSWERS}
    said |= {"finding": verdict.finding.finding_id or str(verdict.finding_id), "state": verdict.state}
    said |= {name: getattr(verdict, name) for name in _EXCHANGE}
    return audit.canonical(audit.plain(said))


def _freeze(verdict: Verdict, *, by: User, at: datetime) -> None:
    body = frozen_body(verdict)
    VerdictCopy.objects.create(
        verdict=verdict,
        number=verdict.copies.count() + 1,
        state=verdict.state,
        body=body,
        digest=hashlib.sha256(body.encode()).hexdigest(),
        made_by=by,
        made_at=at,
    )


def verdict_of(copy: VerdictCopy) -> Verdict:
    """The answers that a copy keeps, as a verdict to read; it lies in no table."""
    body = json.loads(copy.body)
    return Verdict(**{name: body[name] for name in (*ANSWERS, *_EXCHANGE) if name in body})


def copy_is_intact(copy: VerdictCopy) -> bool:
    """Whether a copy is what it was when it was made."""
    return hashlib.sha256(copy.body.encode()).hexdigest() == copy.digest and bool(json.loads(copy.body))


def _locked(verdicts: Iterable[Verdict]) -> list[Verdict]:
    """The rows as they are now, locked in one order so that two people never wait for each other."""
    keys = [verdict.pk for verdict in verdicts]
    found = Verdict.objects.select_for_update(no_key=True, of=("self",)).filter(pk__in=keys).order_by("pk")
    return list(found.select_related("finding", "unit", "written_by"))


def _next_state(verdict: Verdict) -> FindingState:
    if verdict.verdict == VerdictKind.UNJUSTIFIED:
        return FindingState.ACTED_ON if verdict.response == "action" else FindingState.WAITING
    return _AFTER[VerdictKind(verdict.verdict)]


def _bring_up_to_date(verdicts: Iterable[Verdict], rows: Iterable[Verdict]) -> None:
    """Tell the caller's own objects what became of their rows."""
    now = {row.pk: row for row in rows}
    for verdict in verdicts:
        verdict.state, verdict.version = now[verdict.pk].state, now[verdict.pk].version


def _why_waiting(verdict: Verdict) -> str:
    return verdict.wait_reason or verdict.missing_knowledge


def _tell_approvers(unit: Any, writer: User, findings: list[Finding]) -> None:
    """Tell those who may approve that something waits, if they may know of any of it."""
    url = reverse("assessments:approve")
    for person in users_with("assessments.approve", unit):
        if person.pk != writer.pk and any(may_know_of(each, person) for each in findings):
            mail.send_later(to=person, key="assessments.mail.to_approve", url=url, unit=unit.name)


def _tell_writer(verdict: Verdict, key: str, url: str, *, why: str = "") -> None:
    person = verdict.written_by
    if person is not None:
        asked = say_in(person.language, "assessments.mail.why", why=why) if why else ""
        mail.send_later(to=person, key=key, url=url, unit=verdict.unit.name, why=asked)
