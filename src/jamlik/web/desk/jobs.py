"""The desk's background work: loading the invented municipality."""

from __future__ import annotations

from typing import Any

from jamlik.web.core.jobs import Running, job
from jamlik.web.core.models import User
from jamlik.web.desk.ekby import load

__all__ = ["load_ekby"]


@job("desk.ekby", idempotent=True)
def load_ekby(running: Running) -> dict[str, Any]:
    """Load Ekby for whoever asked; each stage is whole or not there, and is left alone when run again."""
    by = running.by or User.objects.order_by("pk")[0]
    load(by=by, tell=running.tell)
    return {}
