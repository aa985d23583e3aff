"""How a site can begin, told to the first page and to `jamlik demo`."""

from __future__ import annotations

from datetime import datetime

from jamlik.web.core import beginnings, erasure
from jamlik.web.core.models import User
from jamlik.web.desk.models import Visit

__all__: list[str] = []

beginnings.add(title="desk.ekby.title", text="desk.ekby.text", url="desk:ekby", order=10)
beginnings.add(title="desk.own.title", text="desk.own.text", url="desk:own", order=20)
beginnings.add(title="desk.units.title", text="desk.units.text", url="organisation:lists", order=30)
beginnings.offer_demo(load="jamlik.web.desk.ekby.load_for_demo", links="jamlik.web.desk.ekby.links_for_demo")


def _copy(user: User) -> object:
    visit = Visit.objects.filter(user=user).first()
    return {"last_here_at": visit.seen_at.isoformat()} if visit else {}


def _erase(user: User, at: datetime) -> None:
    Visit.objects.filter(user=user).delete()


erasure.register("desk", copy=_copy, erase=_erase)
