"""Mail to people: texts by key in the receiver's language, sent by a job after the change is saved."""

from __future__ import annotations

from collections.abc import Callable, Iterator
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
from jamlik.web.core.job_models import Job
from jamlik.web.core.jobs import Running, enqueue, job
from jamlik.web.core.people import User
from jamlik.web.core.texts import has_text, say_in

__all__ = ["Opening", "absolute", "delivers", "opening", "send", "send_later", "silenced"]

MOST_TRIES = 6
Opening = Callable[[int], str]
_silent: ContextVar[bool] = ContextVar("silent", default=False)
_openings: dict[str, Opening] = {}


@contextmanager
def silenced() -> Iterator[None]:
    """Send nobody anything meanwhile: for loading what happened long ago, or never."""
    before = _silent.set(True)
    try:
        yield
    finally:
        _silent.reset(before)


def opening(name: str) -> Callable[[Opening], Opening]:
    """Register a function that makes the address of a link which opens a door, from the key of a row.

    Such a link is made when the mail is sent and never lies in the database: who reads a job, or a backup, gets in
    nowhere. An empty address says that the door is not to be opened any more; the mail is then not sent.
    """

    def keep(function: Opening) -> Opening:
        _openings[name] = function
        return function

    return keep


def delivers() -> bool:
    """Whether mail leaves the site: without a mail server it is only written to a file, or to the terminal."""
    return not str(settings.EMAIL_BACKEND).endswith(("filebased.EmailBackend", "console.EmailBackend"))


def absolute(url: str) -> str:
    """The address with the site's own in front, for mail."""
    return url if "://" in url else f"{settings.SITE_URL}{url}"


def send_later(*, to: User, key: str, url: str = "", opens: tuple[str, int] | None = None, **values: str | int) -> None:
    """Send a mail when the change is saved: ``send_later(to=user, key="plans.mail.due", url=…, title=…)``.

    The key's texts `.subject` and `.body` are filled with the values, `name` (the receiver) and `url` (an address that
    opens the one thing to do). For a link that opens a door, `opens` names its `opening` and the row it is made for.
    """
    if not has_text(f"{key}.subject") or not has_text(f"{key}.body"):
        raise KeyError(f"{key} needs the texts .subject and .body")
    if _silent.get():
        return
    ask = partial(enqueue, "core.mail", user_id=to.pk, key=key, url=url, values=values, opens=opens)
    transaction.on_commit(ask)


# Sent again after a killed worker, a mail may arrive twice: better than never.
@job("core.mail", idempotent=True)
def send(
    running: Running,
    *,
    user_id: int,
    key: str,
    url: str = "",
    values: dict[str, Any] | None = None,
    opens: list[Any] | None = None,
    tried: int = 0,
) -> None:
    """Send one mail; when the mail server does not answer, ask for it again later, for about a day."""
    if values is None:
        return  # it was sent, and the worker died before it could say so
    user = User.objects.filter(pk=user_id, is_active=True).first()
    shown = _openings[opens[0]](opens[1]) if user is not None and opens else url
    if user is not None and (shown or not opens):
        try:
            _message(user, key, {**values, "name": str(user), "url": absolute(shown)}).send()
        except (OSError, SMTPException):
            _forget(running, user_id, key)
            if tried + 1 >= MOST_TRIES:
                raise
            later = clock.now() + timedelta(minutes=5 * 4**tried)
            again = partial(enqueue, "core.mail", not_before=later, tried=tried + 1)
            again(user_id=user_id, key=key, url=url, values=values, opens=opens)
            return
    _forget(running, user_id, key)


def _message(user: User, key: str, values: dict[str, Any]) -> EmailMessage:
    return EmailMessage(
        subject=" ".join(say_in(user.language, f"{key}.subject", **values).split()),
        body=say_in(user.language, f"{key}.body", **values),
        to=[user.email],
        headers={"Auto-Submitted": "auto-generated", "Content-Language": user.language},
    )


def _forget(running: Running, user_id: int, key: str) -> None:
    """Keep of a mail that has been dealt with only to whom and what sort it was: what it said names people."""
    Job.objects.filter(pk=running.pk).update(args={"user_id": user_id, "key": key})
