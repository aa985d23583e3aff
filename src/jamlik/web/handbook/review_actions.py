"""What happens to an analysis as a whole: sent in, sent back, approved and frozen, decided on."""

from __future__ import annotations

import hashlib
from datetime import date, datetime

from django.db import transaction
from django.utils import timezone

from jamlik.handbook import Decision as Decided
from jamlik.handbook import as_json, asked, decision_breaches
from jamlik.web.assessments.models import Body, Outcome
from jamlik.web.core import audit
from jamlik.web.core.people import User
from jamlik.web.handbook import rules, telling
from jamlik.web.handbook.actions import locked
from jamlik.web.handbook.models import Analysis, AnalysisState, Copy, Decision
from jamlik.web.handbook.queries import case_of

__all__ = ["approve", "ask_for_completion", "content_of", "record_decision", "submit"]


@transaction.atomic
def submit(*, analysis: Analysis, follow_up_on: date | None, reply: str = "", by: User, at: datetime) -> Analysis:
    """Send an analysis in. A second click changes nothing.

    Raises
    ------
    BreachesError
        Some of the handbook's rules do not hold.
    RefusedError
        It was sent back and nobody has said what was changed.
    """
    row = locked(analysis)
    if row.state == AnalysisState.SUBMITTED:
        return row
    rules.require_editable(row)
    rules.require_nobody([reply])
    rules.require_whole(case_of(row))
    asked_for = rules.unanswered(row.decisions.all())
    if asked_for is not None:
        if not reply.strip():
            raise rules.RefusedError("handbook.refused.reply")
        asked_for.reply = reply.strip()
        asked_for.save(update_fields=["reply"])
    before, row.state = row.state, AnalysisState.SUBMITTED
    row.submitted_by, row.submitted_at, row.follow_up_on = by, at, follow_up_on
    _moved(row, "handbook.analysis_submitted", before, by=by, at=at, note=reply.strip())
    telling.sent_in(row)
    return row


def _moved(row: Analysis, verb: str, before: str, *, by: User, at: datetime, note: str = "") -> None:
    row.version += 1
    row.save()
    audit.record(verb, target=row, by=by, at=at, changes={"state": (before, row.state)}, note=note)


@transaction.atomic
def ask_for_completion(*, analysis: Analysis, text: str, by: User, at: datetime) -> Analysis:
    """Send an analysis back, saying what is missing. Whoever wrote it may do that too."""
    row = locked(analysis)
    if row.state == AnalysisState.RETURNED:
        return row
    rules.require_sent(row)
    rules.require_nobody([text])
    if not text.strip():
        raise rules.RefusedError("handbook.refused.reason")
    Decision.objects.create(
        analysis=row,
        body=Body.HEAD,
        outcome=Outcome.COMPLETION,
        decided_on=timezone.localdate(at),
        reason=text.strip(),
        recorded_by=by,
        recorded_at=at,
    )
    before, row.state = row.state, AnalysisState.RETURNED
    _moved(row, "handbook.analysis_returned", before, by=by, at=at, note=text.strip())
    telling.writers(row, "returned", by=by)
    return row


@transaction.atomic
def approve(*, analysis: Analysis, expected_version: int, by: User, at: datetime) -> Analysis:
    """Approve what somebody else has written, and freeze it. A second click changes nothing."""
    row = locked(analysis)
    if row.state == AnalysisState.APPROVED and row.approved_by_id == by.pk:
        return row
    rules.require_approvable(row, by=by)
    rules.require_as_read(row, version=expected_version)
    rules.require_whole(case_of(row))
    Decision.objects.create(
        analysis=row,
        body=Body.HEAD,
        outcome=Outcome.APPROVED,
        decided_on=timezone.localdate(at),
        recorded_by=by,
        recorded_at=at,
    )
    before, row.state = row.state, AnalysisState.APPROVED
    row.approved_by, row.approved_at = by, at
    _moved(row, "handbook.analysis_approved", before, by=by, at=at)
    content = content_of(row)
    Copy.objects.create(
        analysis=row,
        number=row.copies.count() + 1,
        content=content,
        fingerprint=hashlib.sha256(content.encode()).hexdigest(),
        made_at=at,
        made_by=by,
    )
    telling.writers(row, "approved", by=by)
    return row


def content_of(analysis: Analysis) -> str:
    """Everything an analysis says, as canonical JSON: the same bytes whoever writes it."""
    case = case_of(analysis)
    wanted = {
        (each.question.id, each.row, each.part.id) for each in asked(case.set, case.depth, case.answers, case.facts)
    }
    told = {
        name: [
            {part: value for part, value in row.items() if part == "row" or (name, row["row"], part) in wanted}
            for row in rows
        ]
        for name, rows in as_json(case.answers).items()
    }
    findings = analysis.findings.order_by("pk").values_list("pk", "finding_id", "sentence")
    return audit.canonical(
        {
            "format": "jamlik-analysis-1",
            "questions": analysis.set_key,
            "depth": analysis.depth,
            "unit": analysis.unit.code or analysis.unit.name,
            "title": analysis.title,
            "period": analysis.period,
            "follow_up_on": analysis.follow_up_on.isoformat() if analysis.follow_up_on else None,
            "approved_on": timezone.localdate(analysis.approved_at).isoformat() if analysis.approved_at else None,
            "answers": {name: rows for name, rows in told.items() if any(len(row) > 1 for row in rows)},
            "findings": [{"row": f"f{key}", "id": name, "sentence": told} for key, name, told in findings],
        }
    )


@transaction.atomic
def record_decision(
    *,
    analysis: Analysis,
    body: str,
    body_name: str,
    outcome: str,
    decided_on: date | None,
    paragraph: str,
    reason: str = "",
    by: User,
    at: datetime,
) -> Decision:
    """Record what a political body decided. A referral back opens the analysis again; its copy stays as it was.

    Raises
    ------
    BreachesError
        The decision lacks its body, day, paragraph or reason.
    """
    row = locked(analysis)
    if row.state != AnalysisState.APPROVED or body not in rules.POLITICAL:
        raise rules.RefusedError("handbook.refused.not_approved")
    decided = Decided(body, outcome, body_name.strip(), decided_on, paragraph.strip(), reason.strip())
    found = decision_breaches(decided)
    if found or decided_on is None:
        raise rules.BreachesError(found)
    rules.require_nobody([reason, body_name, paragraph])
    made = Decision.objects.create(
        analysis=row,
        body=body,
        body_name=decided.body_name,
        outcome=outcome,
        decided_on=decided_on,
        paragraph=decided.paragraph,
        reason=decided.reason,
        recorded_by=by,
        recorded_at=at,
    )
    before = row.state
    if outcome == Outcome.REFERRED_BACK:
        row.state, row.approved_by, row.approved_at = AnalysisState.RETURNED, None, None
    _moved(row, "handbook.decision_recorded", before, by=by, at=at, note=decided.reason)
    if outcome == Outcome.REFERRED_BACK:
        telling.writers(row, "referred_back", by=by)
    return made
