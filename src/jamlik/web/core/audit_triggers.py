"""The database itself refuses to change the past: triggers for SQLite and PostgreSQL.

Events are only inserted. Details may be emptied once, and nothing else about them changes. The end of the chain only
moves forward, one step at a time.
"""

from __future__ import annotations

from collections.abc import Sequence

from django.db.backends.base.base import BaseDatabaseWrapper

__all__ = ["install", "remove"]

_REFUSAL = "the audit log is only added to"
_EVENT, _DETAILS, _HEAD = "core_auditevent", "core_auditdetails", "core_audithead"
_ERASED = "new.salt = '' and new.body = '' and new.person_key = '' and new.erased_at is not null"
_ALLOWED = {
    (_EVENT, "update"): "",
    (_EVENT, "delete"): "",
    (_DETAILS, "update"): f"old.erased_at is null and new.number = old.number and {_ERASED}",
    (_DETAILS, "delete"): "",
    (_HEAD, "update"): "new.id = old.id and new.number = old.number + 1",
    (_HEAD, "delete"): "",
}


def _sqlite() -> Sequence[str]:
    return [
        f"create trigger {table}_no_{verb} before {verb} on {table} {f'when not ({allowed})' if allowed else ''} "
        f"begin select raise(abort, '{_REFUSAL}'); end"
        for (table, verb), allowed in _ALLOWED.items()
    ]


def _postgresql() -> Sequence[str]:
    function = (
        "create or replace function core_audit_refuse() returns trigger language plpgsql as "
        f"$$ begin raise exception '{_REFUSAL}' using errcode = 'restrict_violation'; end $$"
    )
    rows = [
        f"create trigger {table}_no_{verb} before {verb} on {table} for each row "
        f"{f'when (not ({allowed}))' if allowed else ''} execute function core_audit_refuse()"
        for (table, verb), allowed in _ALLOWED.items()
    ]
    whole = [
        f"create trigger {table}_no_truncate before truncate on {table} "
        "for each statement execute function core_audit_refuse()"
        for table in (_EVENT, _DETAILS, _HEAD)
    ]
    return [function, *rows, *whole]


def _names() -> list[tuple[str, str]]:
    return [(f"{table}_no_{verb}", table) for table, verb in _ALLOWED]


def install(connection: BaseDatabaseWrapper) -> None:
    """Put the triggers in place.

    Raises
    ------
    NotImplementedError
        For a database that is neither SQLite nor PostgreSQL.
    """
    makers = {"sqlite": _sqlite, "postgresql": _postgresql}
    if connection.vendor not in makers:
        raise NotImplementedError(f"The audit log needs triggers, and none are written for {connection.vendor}.")
    with connection.cursor() as cursor:
        for statement in makers[connection.vendor]():
            cursor.execute(statement)


def remove(connection: BaseDatabaseWrapper) -> None:
    """Take the triggers away: for undoing the migration, and for tests that empty every table."""
    with connection.cursor() as cursor:
        for name, table in _names():
            cursor.execute(f"drop trigger if exists {name}" + (f" on {table}" if connection.vendor != "sqlite" else ""))
        if connection.vendor == "postgresql":
            for table in (_EVENT, _DETAILS, _HEAD):
                cursor.execute(f"drop trigger if exists {table}_no_truncate on {table}")
