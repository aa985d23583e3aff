"""What changes a finding: its state, and being registered by hand."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from django.db import transaction

from jamlik.analysis.incoming import names_somebody
from jamlik.model.errors import ErrorKind, JamlikError
from jamlik.web.core import audit
from jamlik.web.core.models import User
from jamlik.web.core.texts import say
from jamlik.web.organisation.models import Unit
from jamlik.web.statistics import rules
from jamlik.web.statistics.models import Finding, FindingState, Move, Source

__all__ = ["move_finding", "move_findings", "register_finding", "require_nobody_named_in"]


@transaction.atomic
def move_finding(*, finding: Finding, to: str, by: User | None, at: datetime, reason: str = "") -> Finding:
    """Take a finding to its next state; the only way its state changes.

    Raises
    ------
    JamlikError
        When the step may not follow, or needs a reason and has none.
    """
    row = Finding.objects.select_for_update(no_key=True, of=("self",)).select_related("owner").get(pk=finding.pk)
    before = row.state
    rules.require_move(state=before, to=to, reason=reason)
    row.state = to
    row.version += 1
    row.save(update_fields=["state", "version"])
    Move.objects.create(finding=row, state_from=before, state_to=to, reason=reason.strip(), moved_at=at, moved_by=by)
    audit.record(
        "statistics.finding_moved",
        target=row,
        by=by,
        at=at,
        changes={"state": (before, to)},
        note=reason,
    )
    finding.state, finding.version = row.state, row.version
    return finding


@transaction.atomic
def move_findings(
    *, findings: Iterable[Finding], to: str, by: User | None, at: datetime, reason: str = ""
) -> list[Finding]:
    """Take several findings to the same state, all of them or none."""
    return [move_finding(finding=finding, to=to, by=by, at=at, reason=reason) for finding in findings]


def require_nobody_named_in(*texts: str) -> None:
    """Refuse free text that holds an identity number or an address.

    Raises
    ------
    JamlikError
        It never repeats what was found.
    """
    if any(names_somebody(text) for text in texts):
        raise JamlikError(
            say("statistics.register.names_somebody"),
            why=say("statistics.register.names_somebody_why"),
            do=say("statistics.register.names_somebody_do"),
            kind=ErrorKind.FORBIDDEN_GROUND,
        )


@transaction.atomic
def register_finding(
    *,
    source: str,
    owner: Unit,
    text: str,
    group: str,
    reference: str,
    heard_on: date,
    by: User,
    at: datetime,
) -> Finding:
    """Register a difference that somebody told of: about groups, never persons. It goes the same way as any other.

    Raises
    ------
    JamlikError
        When the text points out a person, or the source is none that people tell from.
    """
    if source not in Source.values or source == Source.COMPUTED:
        raise JamlikError(say("statistics.register.no_source"), kind=ErrorKind.USAGE)
    require_nobody_named_in(text, group, reference)
    labels = {"sentence": text.strip(), "group": group.strip(), "reference": reference.strip()}
    made = Finding.objects.create(
        owner=owner,
        source=source,
        state=FindingState.DETECTED,
        period=str(heard_on.year),
        period_start=float(heard_on.year),
        certainty="told",
        status="not_applicable",
        sentence=labels["sentence"],
        texts={"sv": labels},
        heard_on=heard_on,
        made_at=at,
        made_by=by,
    )
    audit.record("statistics.finding_registered", target=made, by=by, at=at, changes={"source": ("", source)})
    return made
