"""Links in mail that open a door, made as the mail is sent. Read at start."""

from __future__ import annotations

from jamlik.web.core import clock
from jamlik.web.core.mail import opening
from jamlik.web.organisation.people_actions import fresh_link

__all__: list[str] = []


@opening("organisation.invitation")
def _invitation(key: int) -> str:
    return fresh_link(key=key, at=clock.now())
