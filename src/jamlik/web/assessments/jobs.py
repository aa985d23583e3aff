"""What the app does by itself: it reminds, and tells those above when nobody answers."""

from __future__ import annotations

from jamlik.web.assessments import round_actions
from jamlik.web.core import clock
from jamlik.web.core.jobs import Running, daily

__all__ = ["remind"]


@daily("assessments.remind")
def remind(running: Running) -> dict[str, int]:
    """Remind of what is soon due, escalate what is late. Each once, so a second run finds nothing to do."""
    reminded, escalated = round_actions.remind(at=clock.now(), day=clock.today())
    return {"reminded": reminded, "escalated": escalated}
