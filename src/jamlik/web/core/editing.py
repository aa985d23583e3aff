"""Two people editing, a form sent twice, a login that timed out: nothing is lost and nobody is overwritten unseen."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from django.db import IntegrityError, models, transaction
from django.db.models import F
from django.http import HttpRequest, HttpResponseRedirect, QueryDict

from jamlik.web.core import clock
from jamlik.web.core.editing_models import Sent
from jamlik.web.core.people import person

__all__ = [
    "TOKEN",
    "EditConflict",
    "has_unsent",
    "keep_unsent",
    "new_token",
    "once",
    "save_if_unchanged",
    "seen_version",
    "sent_before",
    "unsent",
    "written",
]

Row = TypeVar("Row", bound=models.Model)

TOKEN = "once_token"
_UNSENT = "unsent"
_UNSENT_SECONDS = 2 * 60 * 60
_UNSENT_SIZE = 64 * 1024
_NEVER_KEPT = ("password", "token", "code")


class EditConflict(Exception):  # noqa: N818 - it is no fault: two people wrote
    """Somebody else has saved since the person began. `mine` is what was to be saved, `theirs` what lies there now."""

    def __init__(self, mine: models.Model, theirs: models.Model | None) -> None:
        self.mine, self.theirs = mine, theirs
        super().__init__(f"{mine._meta.label} {mine.pk} has changed")


def save_if_unchanged(obj: Row, *, fields: Iterable[str], expected_version: int) -> Row:
    """Save some fields of a row and count its version up, if nobody has since the version the person saw.

    Raises
    ------
    EditConflict
        Somebody has saved another version, or removed the row.
    """
    manager = type(obj)._default_manager
    values: dict[str, Any] = {name: getattr(obj, name) for name in fields}
    changed = manager.filter(pk=obj.pk, version=expected_version).update(**values, version=F("version") + 1)
    if not changed:
        raise EditConflict(obj, manager.filter(pk=obj.pk).first())
    obj.version = expected_version + 1  # type: ignore[attr-defined]  # every row that is edited has one
    return obj


def seen_version(request: HttpRequest, *, otherwise: int = 0) -> int:
    """The version that a form's page showed, as its field `version` says; what is no number counts as none."""
    text = request.POST.get("version", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else otherwise


def new_token() -> str:
    """A token for `{% once_token %}`: one for each time a form is shown."""
    return secrets.token_urlsafe(24)


def once(request: HttpRequest, act: Callable[[], str]) -> HttpResponseRedirect:
    """Do what a form asks for, once: the same form sent again leads to where the first one led.

    Parameters
    ----------
    request : HttpRequest
        With the token that `{% once_token %}` put into the form.
    act : callable
        Does the work and returns the address to go on to. It runs in a transaction with the token, so that a form that
        failed can be sent again.
    """
    token = request.POST.get(TOKEN, "")[:64]
    if not token:
        with transaction.atomic():
            return HttpResponseRedirect(act())
    try:
        with transaction.atomic():
            # The second of two that arrive together waits here for the first to commit, and is then refused.
            row = Sent.objects.create(token=token, user=person(request), sent_at=clock.now())
            url = act()
            Sent.objects.filter(pk=row.pk).update(url=url)
            return HttpResponseRedirect(url)
    except IntegrityError:
        led = sent_before(request)
        if not led:
            raise
        return HttpResponseRedirect(led)


def sent_before(request: HttpRequest) -> str:
    """Where this very form led when it was sent before; empty for a form that is new."""
    token = request.POST.get(TOKEN, "")[:64]
    first = Sent.objects.filter(token=token, user=person(request)).first() if token else None
    return first.url if first is not None else ""


def written(request: HttpRequest) -> dict[str, list[str]]:
    """What a person sent, without what is secret and what only the site reads."""
    return {
        name: request.POST.getlist(name)
        for name in request.POST
        if not any(part in name.lower() for part in _NEVER_KEPT)
    }


def keep_unsent(request: HttpRequest) -> None:
    """Keep what a person sent after the login had timed out, in the session, until they have logged in again."""
    data = written(request)
    if data and sum(len(value) for values in data.values() for value in values) <= _UNSENT_SIZE:
        request.session[_UNSENT] = {"path": request.path, "data": data, "at": int(time.time())}


def has_unsent(request: HttpRequest) -> bool:
    """Whether something is kept for when the person has logged in."""
    kept = request.session.get(_UNSENT)
    return kept is not None and time.time() - kept["at"] <= _UNSENT_SECONDS


def unsent(request: HttpRequest) -> QueryDict | None:
    """What the person had sent to this page when the login timed out; told once, and only for a while."""
    kept = request.session.get(_UNSENT)
    if not kept or kept["path"] != request.path:
        return None
    del request.session[_UNSENT]
    if time.time() - kept["at"] > _UNSENT_SECONDS:
        return None
    found = QueryDict(mutable=True)
    for name, values in kept["data"].items():
        found.setlist(name, values)
    return found
