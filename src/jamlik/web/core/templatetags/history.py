"""`{% load history %}{% history object %}`: what has happened to an object, the latest first."""

from __future__ import annotations

from typing import Any

from django import template
from django.db import models

from jamlik.web.core import audit
from jamlik.web.core.access import may
from jamlik.web.core.history import events_of, told

__all__ = ["history", "register"]

register = template.Library()
SHOWN = 10


@register.inclusion_tag("core/parts/history.html", takes_context=True)
def history(context: Any, target: models.Model) -> dict[str, Any]:
    """The latest events of an object, and the way to all of them for those who may read the log."""
    events = list(events_of(target)[: SHOWN + 1])
    user = getattr(context.get("request"), "user", None)
    return {
        "events": told(events[:SHOWN]),
        "more": len(events) > SHOWN and user is not None and may(user, "organisation.log_read"),
        "kind": audit.kind_of(target),
        "key": audit.key_of(target),
    }
