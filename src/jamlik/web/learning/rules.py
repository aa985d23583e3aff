"""What has to hold before something is done with an example."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from jamlik.analysis.lawful import somebody_pointed_out
from jamlik.web.core.texts import say
from jamlik.web.learning.models import Example, ExampleState

__all__ = ["AFTER_CHANGE", "MOVES", "TEXTS", "RefusedError", "require_move", "require_nobody", "require_reason"]

TEXTS = ("title", "service", "goal", "seen", "done", "result")
MOVES: Mapping[ExampleState, frozenset[ExampleState]] = {
    ExampleState.DRAFT: frozenset({ExampleState.PROPOSED, ExampleState.WITHDRAWN}),
    ExampleState.PROPOSED: frozenset({ExampleState.SHOWN, ExampleState.DRAFT, ExampleState.WITHDRAWN}),
    ExampleState.SHOWN: frozenset({ExampleState.WITHDRAWN}),
    ExampleState.WITHDRAWN: frozenset(),
}
AFTER_CHANGE: Mapping[ExampleState, ExampleState] = {
    ExampleState.DRAFT: ExampleState.DRAFT,
    ExampleState.PROPOSED: ExampleState.PROPOSED,
    ExampleState.SHOWN: ExampleState.PROPOSED,
    ExampleState.WITHDRAWN: ExampleState.DRAFT,
}
"""Where an example stands when its text has changed: what everybody sees has been looked at in the same words."""


class RefusedError(ValueError):
    """A rule says no. The text is for the person: what happened, why, and what to do."""

    def __init__(self, reason: str) -> None:
        super().__init__(say(f"learning.refused.{reason}"))


def require_move(example: Example, to: ExampleState) -> None:
    """Refuse a step that cannot be taken from where the example stands."""
    if to not in MOVES[ExampleState(example.state)]:
        raise RefusedError("state")


def require_reason(text: str) -> None:
    """Refuse to send an example back without saying what to change."""
    if not text.strip():
        raise RefusedError("reason")


def require_nobody(texts: Iterable[str]) -> None:
    """Refuse texts that point somebody out by number or address: everybody reads them."""
    if any(somebody_pointed_out(text) for text in texts):
        raise RefusedError("person")
