"""What has to hold before something is done with a round, a verdict or a case."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from jamlik.analysis.lawful import somebody_pointed_out
from jamlik.web.assessments.choices import needs
from jamlik.web.assessments.models import Body, Decision, Outcome, RoundState, Verdict, VerdictState
from jamlik.web.core.texts import say

__all__ = [
    "EDITABLE",
    "POLITICAL",
    "TEXT_FIELDS",
    "RefusedError",
    "asked_fields",
    "names_somebody",
    "next_bodies",
    "require_amended",
    "require_approvable",
    "require_as_read",
    "require_complete",
    "require_editable",
    "require_next_body",
    "require_nobody",
    "require_open_round",
    "wanting",
]

EDITABLE = frozenset({VerdictState.DRAFT, VerdictState.RETURNED})
POLITICAL = frozenset({Body.COMMITTEE, Body.EXECUTIVE, Body.COUNCIL})
TEXT_FIELDS = ("evidence", "missing_knowledge", "next_step_by", "wait_reason", "reply")


class RefusedError(ValueError):
    """A rule says no. The text is for the person: what happened, why, and what to do."""

    def __init__(self, key: str, **values: object) -> None:
        super().__init__(say(key, **values))
        self.key = key


def wanting(verdict: Verdict, *, has_action: bool) -> tuple[str, ...]:
    """Fields that a verdict still lacks before it can be sent for approval."""
    if not verdict.verdict:
        return ("verdict",)
    asked = [*needs("verdict", verdict.verdict)]
    if "response" in asked and verdict.response:
        asked += needs("response", verdict.response)
    if "reason_kinds" in asked:
        asked += [field for kind in verdict.reason_kinds for field in needs("reason_kind", kind)]
    return tuple(field for field in asked if not (has_action if field == "planned_action" else getattr(verdict, field)))


def asked_fields(verdict: Verdict) -> frozenset[str]:
    """Fields that belong to the answer that was given; what stands in others is left over from another answer."""
    asked = {"verdict", *needs("verdict", verdict.verdict)}
    if "response" in asked:
        asked |= set(needs("response", verdict.response))
    if "reason_kinds" in asked:
        asked |= {field for kind in verdict.reason_kinds for field in needs("reason_kind", kind)}
    return frozenset(asked | ({"evidence"} if verdict.verdict != "unjustified" else set()))


def require_complete(verdict: Verdict, *, has_action: bool) -> None:
    """Refuse a verdict that lacks what its kind asks for."""
    lacking = wanting(verdict, has_action=has_action)
    if lacking:
        fields = ", ".join(say(f"assessments.field.{field}").lower() for field in lacking)
        raise RefusedError("assessments.refused.incomplete", fields=fields)


def require_amended(verdict: Verdict) -> None:
    """Refuse to send back as it was what somebody has asked more about."""
    if verdict.state == VerdictState.RETURNED and not verdict.amended:
        raise RefusedError("assessments.refused.not_amended")


def require_editable(verdict: Verdict) -> None:
    """Refuse to change what has been sent."""
    if verdict.state not in EDITABLE:
        raise RefusedError("assessments.refused.sent")


def require_approvable(verdict: Verdict, *, by: Any) -> None:
    """Four eyes: sent, and not written by the one who approves."""
    if verdict.state != VerdictState.SUBMITTED:
        raise RefusedError("assessments.refused.not_sent")
    if verdict.written_by_id == by.pk:
        raise RefusedError("assessments.refused.own")


def require_as_read(verdict: Verdict, *, version: int) -> None:
    """Refuse to approve what has changed since the person read it."""
    if verdict.version != version:
        raise RefusedError("assessments.refused.changed")


def require_open_round(state: str) -> None:
    """Refuse to ask anybody anything in a round that is over."""
    if state == RoundState.CLOSED:
        raise RefusedError("assessments.refused.round_closed")


def names_somebody(text: str) -> bool:
    """Whether a text holds an identity number, mistyped too, a phone number or an e-mail address."""
    return somebody_pointed_out(text)


def require_nobody(texts: Iterable[str]) -> None:
    """Refuse texts that point out a person; what is written here becomes a public record."""
    if any(names_somebody(text) for text in texts):
        raise RefusedError("assessments.refused.person")


def next_bodies(decisions: Iterable[Decision]) -> tuple[Body, ...]:
    """Who may decide next: after a yes the one above too, after a referral back the head of department again.

    The same body may always decide once more: minutes are corrected, a matter is put off.
    """
    order = list(Body)
    at = 0
    for decision in decisions:
        here = order.index(Body(decision.body))
        if decision.outcome in (Outcome.APPROVED, Outcome.NOTED):
            at = min(here + 1, len(order) - 1)
        else:
            at = 0 if decision.outcome == Outcome.COMPLETION else 1
    return tuple(order[: at + 1])


def require_next_body(decisions: Iterable[Decision], *, body: str, outcome: str) -> None:
    """Refuse a decision by somebody whose turn it is not, and a referral back by somebody who is no political body."""
    if body not in next_bodies(decisions):
        raise RefusedError("assessments.refused.turn")
    if outcome == Outcome.REFERRED_BACK and body not in POLITICAL:
        raise RefusedError("assessments.refused.referral_is_political")
