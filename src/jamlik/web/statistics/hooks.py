"""Tells the log which findings are the matter of those inside a committee."""

from __future__ import annotations

from django.db.models import Q

from jamlik.model.tables import Audience
from jamlik.web.core.history import keep_inside

__all__: list[str] = []

keep_inside("statistics.finding", Q(audience=Audience.OWNER))
