"""The questions of a verdict, one page each, declared as data. Which come depends on what has been answered."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from jamlik.web.assessments.models import Response, Verdict, VerdictKind, VerdictState

__all__ = ["STEPS", "Step", "first_unanswered", "step_after", "step_before", "step_named", "steps_of"]


@dataclass(frozen=True, slots=True)
class Step:
    """A page with one question: the fields it fills, and for which answers it is asked."""

    name: str
    fields: tuple[str, ...]
    asked: Callable[[Verdict], bool]


def _always(_: Verdict) -> bool:
    return True


def _is(*kinds: VerdictKind) -> Callable[[Verdict], bool]:
    return lambda verdict: verdict.verdict in kinds


def _waits(verdict: Verdict) -> bool:
    return verdict.verdict == VerdictKind.UNJUSTIFIED and verdict.response == Response.WAIT


def _returned(verdict: Verdict) -> bool:
    return verdict.state == VerdictState.RETURNED


STEPS = (
    Step("reply", ("reply",), _returned),
    Step("verdict", ("verdict",), _always),
    Step("why", ("evidence",), _is(VerdictKind.NO_DIFFERENCE)),
    Step("reason", ("reason_kinds", "evidence", "standardised"), _is(VerdictKind.JUSTIFIED)),
    Step("knowledge", ("missing_knowledge", "next_step_by", "next_step_on"), _is(VerdictKind.UNCLEAR)),
    Step("control", ("control",), _is(VerdictKind.JUSTIFIED, VerdictKind.UNJUSTIFIED, VerdictKind.UNCLEAR)),
    Step("reconsider", ("reconsider_on",), _is(VerdictKind.JUSTIFIED)),
    Step("response", ("response",), _is(VerdictKind.UNJUSTIFIED)),
    Step("wait", ("wait_reason", "review_on"), _waits),
)
_OPTIONAL = frozenset({"standardised", "reply"})


def step_named(name: str) -> Step | None:
    """The step with a name; None where there is none."""
    return next((step for step in STEPS if step.name == name), None)


def steps_of(verdict: Verdict) -> tuple[Step, ...]:
    """The steps that a verdict's answers call for."""
    return tuple(step for step in STEPS if step.asked(verdict))


def step_after(verdict: Verdict, step: Step) -> Step | None:
    """The next step; None after the last."""
    asked = steps_of(verdict)
    at = asked.index(step) + 1 if step in asked else 0
    return asked[at] if at < len(asked) else None


def step_before(verdict: Verdict, step: Step) -> Step | None:
    """The step before; None before the first."""
    asked = steps_of(verdict)
    at = asked.index(step) if step in asked else 0
    return asked[at - 1] if at else None


def first_unanswered(verdict: Verdict) -> Step | None:
    """Where to go on; None when every step has its answer."""
    for step in steps_of(verdict):
        if not all(getattr(verdict, field) for field in step.fields if field not in _OPTIONAL):
            return step
    return None
