"""Which step may follow which: for findings (verdicts and actions move them), for imports and for releases."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from jamlik.model.errors import ErrorKind, JamlikError
from jamlik.model.findings import Certainty
from jamlik.model.tables import Audience
from jamlik.web.core.texts import say
from jamlik.web.statistics.models import Finding, FindingState, ImportState

__all__ = [
    "MOVES",
    "NEEDS_REASON",
    "RUNNING",
    "SURE",
    "next_states",
    "require_import",
    "require_move",
    "require_public",
]

SURE = (Certainty.CLEAR.value, Certainty.INDICATED.value)
"""Certainties of a difference that is to be judged."""

_F = FindingState
MOVES: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        _F.DETECTED: frozenset({_F.UNDER_ANALYSIS}),
        _F.UNDER_ANALYSIS: frozenset({_F.AWAITING_APPROVAL, _F.DETECTED}),
        _F.AWAITING_APPROVAL: frozenset({_F.DECIDED, _F.UNDER_ANALYSIS}),
        _F.DECIDED: frozenset({_F.ACTED_ON, _F.WAITING, _F.CLOSED, _F.UNDER_ANALYSIS}),
        _F.ACTED_ON: frozenset({_F.REMEASURED, _F.WAITING}),
        _F.WAITING: frozenset({_F.ACTED_ON, _F.REMEASURED, _F.UNDER_ANALYSIS}),
        _F.REMEASURED: frozenset({_F.CLOSED, _F.UNDER_ANALYSIS}),
        _F.CLOSED: frozenset({_F.UNDER_ANALYSIS}),
    }
)
"""From each state, where a finding may go. Back to an earlier one needs a reason: see `NEEDS_REASON`."""

NEEDS_REASON: frozenset[tuple[str, str]] = frozenset(
    {
        (_F.UNDER_ANALYSIS, _F.DETECTED),
        (_F.AWAITING_APPROVAL, _F.UNDER_ANALYSIS),
        (_F.DECIDED, _F.UNDER_ANALYSIS),
        (_F.DECIDED, _F.WAITING),
        (_F.ACTED_ON, _F.WAITING),
        (_F.WAITING, _F.UNDER_ANALYSIS),
        (_F.CLOSED, _F.UNDER_ANALYSIS),
    }
)

_I = ImportState
_IMPORT_MOVES: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        _I.SPOOLED: frozenset({_I.INSPECTED, _I.REFUSED, _I.FAILED}),
        _I.INSPECTED: frozenset({_I.SPOOLED, _I.ACCEPTED, _I.REFUSED, _I.FAILED}),
        _I.ACCEPTED: frozenset({_I.IN_USE, _I.FAILED}),
        _I.IN_USE: frozenset({_I.REPLACED, _I.UNDONE}),
        _I.REPLACED: frozenset({_I.IN_USE}),
        _I.UNDONE: frozenset({_I.IN_USE}),
        _I.REFUSED: frozenset(),
        _I.FAILED: frozenset(),
    }
)
RUNNING = frozenset({_I.SPOOLED, _I.INSPECTED, _I.ACCEPTED})
"""States of an import that is not finished: a data set has at most one."""


def next_states(state: str) -> frozenset[str]:
    """Where a finding in a state may go."""
    return MOVES.get(state, frozenset())


def require_move(*, state: str, to: str, reason: str) -> None:
    """Refuse a step that may not follow, or one that needs a reason and has none.

    Raises
    ------
    JamlikError
        Of kind `usage`, in the language of the page.
    """
    if to not in next_states(state):
        raise JamlikError(
            say("statistics.move.refused"),
            why=say("statistics.move.from_to", before=say(f"statistics.state.{state}"), after=_state(to)),
            do=say("statistics.move.reload"),
            kind=ErrorKind.USAGE,
        )
    if (state, to) in NEEDS_REASON and not reason.strip():
        raise JamlikError(say("statistics.move.no_reason"), do=say("statistics.move.give_reason"), kind=ErrorKind.USAGE)


def _state(to: str) -> str:
    return say(f"statistics.state.{to}") if to in MOVES else to


def require_import(*, state: str, to: str) -> None:
    """Refuse a step of an import that may not follow.

    Raises
    ------
    JamlikError
        Of kind `usage`.
    """
    if to not in _IMPORT_MOVES.get(state, frozenset()):
        raise JamlikError(
            say("statistics.import.refused_step"),
            why=say("statistics.import.is_now", state=say(f"statistics.import.state.{state}")),
            do=say("statistics.move.reload"),
            kind=ErrorKind.USAGE,
        )


def require_public(findings: Iterable[Finding]) -> None:
    """Refuse to put into something public what only those inside a committee may see.

    Raises
    ------
    JamlikError
        Of kind `release_refused`.
    """
    if any(finding.audience != Audience.PUBLIC for finding in findings):
        raise JamlikError("result_not_public", kind=ErrorKind.RELEASE_REFUSED)
