"""What has to hold before something is done with an analysis."""

from __future__ import annotations

from collections.abc import Iterable

from jamlik.handbook import Breach, Case, breaches, own_approval
from jamlik.web.assessments.models import Outcome
from jamlik.web.assessments.rules import POLITICAL, RefusedError, require_nobody
from jamlik.web.core.people import User
from jamlik.web.handbook.models import Analysis, AnalysisState, Decision

__all__ = [
    "EDITABLE",
    "POLITICAL",
    "SENT_BACK",
    "BreachesError",
    "RefusedError",
    "is_own",
    "require_approvable",
    "require_as_read",
    "require_editable",
    "require_nobody",
    "require_sent",
    "require_whole",
    "unanswered",
]

EDITABLE = frozenset({AnalysisState.DRAFT, AnalysisState.RETURNED})
SENT_BACK = frozenset({Outcome.COMPLETION, Outcome.REFERRED_BACK})


class BreachesError(ValueError):
    """Some of the handbook's rules do not hold yet; `found` tells which, where, and what to do."""

    def __init__(self, found: tuple[Breach, ...]) -> None:
        super().__init__(", ".join(f"{each.rule}.{each.what}" for each in found))
        self.found = found


def require_editable(analysis: Analysis) -> None:
    """Refuse to change what has been sent in."""
    if analysis.state not in EDITABLE:
        raise RefusedError("handbook.refused.sent")


def require_whole(case: Case) -> None:
    """Refuse to send in an analysis that breaks one of its set's rules."""
    found = breaches(case)
    if found:
        raise BreachesError(found)


def require_sent(analysis: Analysis) -> None:
    """Refuse to answer what nobody has sent in."""
    if analysis.state != AnalysisState.SUBMITTED:
        raise RefusedError("handbook.refused.not_sent")


def is_own(analysis: Analysis, by: User) -> bool:
    """Whether a person has written any of it."""
    wrote = analysis.contributors.filter(pk=by.pk).exists()
    writers = {analysis.written_by_id, analysis.submitted_by_id}
    return wrote or any(own_approval(written_by=each, approved_by=by.pk) is not None for each in writers if each)


def require_approvable(analysis: Analysis, *, by: User) -> None:
    """Four eyes: sent in, and nothing in it written by the one who answers."""
    require_sent(analysis)
    if is_own(analysis, by):
        raise RefusedError("handbook.refused.own")


def require_as_read(analysis: Analysis, *, version: int) -> None:
    """Refuse to approve what has changed since the person read it."""
    if analysis.version != version:
        raise RefusedError("handbook.refused.changed")


def unanswered(decisions: Iterable[Decision]) -> Decision | None:
    """The last decision, where it sent the analysis back and nobody has replied to it."""
    last = next(iter(reversed(list(decisions))), None)
    return last if last is not None and last.outcome in SENT_BACK and not last.reply else None
