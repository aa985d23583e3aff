"""What the app does by itself: it reminds, and tells those above when nobody answers."""

from __future__ import annotations

from jamlik.web.assessments import approval_actions, round_actions
from jamlik.web.core import clock
from jamlik.web.core.jobs import Running, daily

__all__ = ["remind"]


@daily("assessments.remind")
def remind(running: Running) -> dict[str, int]:
    """Ask again where a date has come, remind of what is soon due, escalate what is late and what waits for approval.

    Each once, or once a week, so that a second run finds nothing to do.
    """
    at, day = clock.now(), clock.today()
    asked = round_actions.ask_what_has_come_due(at=at, day=day)
    reminded, escalated = round_actions.remind(at=at, day=day)
    chased = approval_actions.chase_approvals(at=at)
    return {"asked": asked, "reminded": reminded, "escalated": escalated, "chased": chased}
