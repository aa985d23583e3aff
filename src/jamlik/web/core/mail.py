"""Mail to people: texts by key in the receiver's language, sent by a job after the change is saved."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import timedelta
from functools import partial
from smtplib import SMTPException
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction

from jamlik.web.core import clock
from jamlik.web.core.jobs import Running, enqueue, job
from jamlik.web.core.people import User
from jamlik.web.core.texts import has_text, say_in

__all__ = ["absolute", "send", "send_later", "silenced"]

MOST_TRIES = 6
_silent: ContextVar[bool] = ContextVar("silent", default=False)


@contextmanager
def silenced() -> Iterator[None]:
    """Send nobody anything meanwhile: for loading what happened long ago, or never."""
    before = _silent.set(True)
    try:
        yield
    finally:
        _silent.reset(before)


def absolute(url: str) -> str:
    """The address with the site's own in front, for mail."""
    return url if "://" in url else f"{settings.SITE_URL}{url}"


def send_later(*, to: User, key: str, url: str = "", **values: str | int) -> None:
    """Send a mail when the change is saved: ``send_later(to=user, key="plans.mail.due", url=…, title=…)``.

    The key's texts `.subject` and `.body` are filled with the values, `name` (the receiver) and `url` (an address that
    opens the one thing to do).
    """
    if not has_text(f"{key}.subject") or not has_text(f"{key}.body"):
        raise KeyError(f"{key} needs the texts .subject and .body")
    if _silent.get():
        return
    ask = partial(enqueue, "core.mail", user_id=to.pk, key=key, url=url, values=values)
    transaction.on_commit(ask)


# Sent again after a killed worker, a mail may arrive twice: better than never.
@job("core.mail", idempotent=True)
def send(running: Running, *, user_id: int, key: str, url: str, values: dict[str, Any], tried: int = 0) -> None:
    """Send one mail; when the mail server does not answer, ask for it again later, for about a day."""
    user = User.objects.filter(pk=user_id, is_active=True).first()
    if user is None:
        return
    filled = {**values, "name": str(user), "url": absolute(url)}
    message = EmailMessage(
        subject=" ".join(say_in(user.language, f"{key}.subject", **filled).split()),
        body=say_in(user.language, f"{key}.body", **filled),
        to=[user.email],
        headers={"Auto-Submitted": "auto-generated", "Content-Language": user.language},
    )
    try:
        message.send()
    except (OSError, SMTPException):
        if tried + 1 >= MOST_TRIES:
            raise
        later = clock.now() + timedelta(minutes=5 * 4**tried)
        enqueue("core.mail", not_before=later, user_id=user_id, key=key, url=url, values=values, tried=tried + 1)
