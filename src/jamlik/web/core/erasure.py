"""A person's own data: a copy of it, and its erasure, with the audit chain intact.

Apps above say what they hold about a person by registering two functions here; core itself answers for the account and
the log.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any

from django.apps import apps
from django.db import connection, transaction

from jamlik.web.core import audit
from jamlik.web.core.audit_models import AuditDetails, AuditEvent
from jamlik.web.core.job_models import Job, JobState
from jamlik.web.core.models import User

__all__ = ["erase_details", "erase_person", "person_copy", "register"]

Copy = Callable[[User], object]
Erase = Callable[[User, datetime], None]
# What lies in core and in the log-in package under a person's own key, and goes with the person.
_OWNED = ("account.EmailAddress", "socialaccount.SocialAccount", "mfa.Authenticator", "core.Draft", "core.Sent")
_holders: dict[str, tuple[Copy, Erase]] = {}


def register(name: str, *, copy: Copy, erase: Erase) -> None:
    """Say what an app holds about a person: how it is copied out, and how it is erased."""
    _holders[name] = (copy, erase)


def person_copy(user: User) -> Mapping[str, object]:
    """Everything held about a person, ready to be written as JSON."""
    about = AuditDetails.objects.filter(person_key=str(user.pk)).order_by("number")
    return {
        "account": {"email": user.email, "name": user.name, "language": user.language, "active": user.is_active},
        "log_in": [
            {"kind": label, "n": n}
            for label in _OWNED
            if (n := apps.get_model(label)._default_manager.filter(user=user).count())
        ],
        **{name: copy(user) for name, (copy, _) in _holders.items()},
        "done_by_you": [_told(event) for event in AuditEvent.objects.filter(by_key=str(user.pk)).order_by("number")],
        "about_you": [{"number": each.number, **json.loads(each.body)} for each in about],
    }


def _told(event: AuditEvent) -> dict[str, Any]:
    return {
        "number": event.number,
        "at": event.at.isoformat(),
        "what": event.verb,
        "target": f"{event.target_kind}:{event.target_key}",
    }


@transaction.atomic
def erase_person(*, user: User, by: User | None, at: datetime, reason: str) -> None:
    """Erase a person: name and address, what apps hold, and what the log says about the person.

    The account stays as a number without a name, since others' work points at it; nobody can log in to it.
    """
    for _, erase in _holders.values():
        erase(user, at)
    for label in _OWNED:
        apps.get_model(label)._default_manager.filter(user=user).delete()
    Job.objects.filter(name="core.mail", args__user_id=user.pk).exclude(state=JobState.RUNNING).delete()
    user.email = f"erased-{user.pk}@invalid"
    user.name = ""
    user.is_active = False
    user.last_login = None
    user.set_unusable_password()
    user.save()
    numbers = AuditDetails.objects.filter(person_key=str(user.pk)).values_list("number", flat=True)
    audit.record("core.person_erased", target=None, by=by, at=at, changes={"person": (user.pk, None)}, note=reason)
    erase_details(numbers=list(numbers), by=by, at=at, reason=reason)


@transaction.atomic
def erase_details(*, numbers: Iterable[int], by: User | None, at: datetime, reason: str) -> None:
    """Erase the details of some events; the events stay in the chain, and one more says which were erased."""
    wanted = sorted(
        AuditDetails.objects.filter(number__in=list(numbers), erased_at__isnull=True)
        .exclude(number__in=AuditEvent.objects.filter(verb=audit.ERASED_VERB).values("number"))
        .values_list("number", flat=True)
    )
    if not wanted:
        return
    table = connection.ops.quote_name(AuditDetails._meta.db_table)
    with connection.cursor() as cursor:  # the model refuses updates; the database lets through this one only
        for number in wanted:
            cursor.execute(
                f"update {table} set salt = '', body = '', person_key = '', erased_at = %s where number = %s",
                [connection.ops.adapt_datetimefield_value(at), number],
            )
    audit.record(audit.ERASED_VERB, target=None, by=by, at=at, changes={"events": (None, wanted)}, note=reason)
