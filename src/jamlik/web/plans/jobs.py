"""What the app does by itself: it reminds of actions, and tells those above when one is late."""

from __future__ import annotations

from jamlik.web.core import clock
from jamlik.web.core.jobs import Running, daily
from jamlik.web.plans import actions

__all__ = ["remind"]


@daily("plans.remind")
def remind(running: Running) -> dict[str, int]:
    """Remind of what is soon due or long unreported, escalate what is late. Each once."""
    reminded, escalated = actions.remind(at=clock.now(), day=clock.today())
    return {"reminded": reminded, "escalated": escalated}
