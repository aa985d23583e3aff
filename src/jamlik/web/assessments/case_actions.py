"""Everything that changes a committee's case text, and the decisions along its route."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.db import transaction

from jamlik.web.assessments import rules
from jamlik.web.assessments.models import CaseText, Decision, Round
from jamlik.web.core import audit
from jamlik.web.core.editing import save_if_unchanged
from jamlik.web.core.people import User
from jamlik.web.organisation.models import Unit

__all__ = ["CASE_FIELDS", "begin_case", "record_decision", "write_case"]

CASE_FIELDS = ("register_number", "matter", "proposal", "best_interests", "finances")


@transaction.atomic
def begin_case(*, round_: Round, committee: Unit, texts: Mapping[str, str], by: User, at: datetime) -> CaseText:
    """Begin a committee's case text from its first draft; the one that is there already is kept."""
    drafted = {name: texts.get(name, "") for name in CASE_FIELDS}
    case, made = CaseText.objects.get_or_create(
        round=round_, committee=committee, defaults={**drafted, "written_by": by, "written_at": at}
    )
    if made:
        audit.record("assessments.case_begun", target=case, by=by, at=at)
    return case


@transaction.atomic
def write_case(*, case: CaseText, fields: Mapping[str, Any], expected_version: int, by: User, at: datetime) -> None:
    """Change the text. Raises `EditConflict` if somebody was before."""
    rules.require_nobody(str(fields[name]) for name in CASE_FIELDS if fields.get(name))
    changes = {
        name: (getattr(case, name), fields[name])
        for name in CASE_FIELDS
        if name in fields and getattr(case, name) != fields[name]
    }
    for name, (_, value) in changes.items():
        setattr(case, name, value)
    case.written_by, case.written_at = by, at
    save_if_unchanged(case, fields=[*changes, "written_by", "written_at"], expected_version=expected_version)
    audit.record("assessments.case_written", target=case, by=by, at=at, changes=changes)


@transaction.atomic
def record_decision(
    *,
    case: CaseText,
    body: str,
    outcome: str,
    body_name: str,
    decided_on: date,
    paragraph: str,
    reason: str,
    by: User,
    at: datetime,
) -> Decision:
    """Record what was decided. The route goes upwards; a referral back turns it round."""
    locked = CaseText.objects.select_for_update(no_key=True, of=("self",)).get(pk=case.pk)
    rules.require_next_body(locked.decisions.all(), body=body, outcome=outcome)
    rules.require_nobody([reason])
    if body in rules.POLITICAL and not paragraph.strip():
        raise rules.RefusedError("assessments.refused.paragraph")
    if outcome in ("completion", "referred_back") and not reason.strip():
        raise rules.RefusedError("assessments.refused.return_reason")
    made = Decision.objects.create(
        case=locked,
        body=body,
        outcome=outcome,
        body_name=body_name,
        decided_on=decided_on,
        paragraph=paragraph.strip(),
        reason=reason.strip(),
        recorded_by=by,
        recorded_at=at,
    )
    audit.record(
        "assessments.decision_recorded",
        target=made,
        by=by,
        at=at,
        changes={"outcome": ("", outcome), "body": ("", body)},
        note=made.reason,
    )
    return made
