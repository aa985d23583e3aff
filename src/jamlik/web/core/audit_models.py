"""The tables of the audit log: a chain of events, and beside it the details that may be erased.

An event holds no text that people wrote and no name: only what kind of thing happened, to what, in which unit, by which
account, and a salted digest of the details. Its own digest covers all of that and the digest before it, so a changed,
removed, reordered or inserted event breaks the chain. The details lie in a table of their own: a person's can be erased
and the chain still holds, since without the salt a digest tells nothing.

There are no foreign keys: what an event points at may be gone, and a cascade would be a way to change the past.
Database triggers (`audit_triggers`) refuse updates and deletions from any program, not only from this one.
"""

from __future__ import annotations

from typing import Any, NoReturn

from django.db import models

__all__ = ["AppendOnlyError", "AppendOnlyRows", "AuditDetails", "AuditEvent", "AuditHead"]


class AppendOnlyError(TypeError):
    """Somebody tried to change or remove what has been recorded."""


def _refuse(*_: object, **__: object) -> NoReturn:
    raise AppendOnlyError("The audit log is only added to. Record a new event instead.")


class AppendOnlyRows(models.QuerySet[Any]):
    """Rows that are added one by one and never changed or removed."""

    update = _refuse
    delete = _refuse
    bulk_create = _refuse
    bulk_update = _refuse
    update_or_create = _refuse


class _AppendOnly(models.Model):
    objects = AppendOnlyRows.as_manager()

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Insert; a row that is already there is refused."""
        if not self._state.adding:
            _refuse()
        super().save(*args, **{**kwargs, "force_insert": True})

    def delete(self, *_: Any, **__: Any) -> NoReturn:
        """Refuse."""
        _refuse()


class AuditEvent(_AppendOnly):
    """One thing that happened: a link of the chain."""

    number = models.BigIntegerField(primary_key=True)  # 1, 2, 3 …: a hole is a removed event
    at = models.DateTimeField(db_index=True)
    verb = models.CharField(max_length=100, db_index=True)
    target_kind = models.CharField(max_length=100, blank=True)  # "plans.action"
    target_key = models.CharField(max_length=64, blank=True)
    unit_key = models.CharField(max_length=64, blank=True, db_index=True)
    by_key = models.CharField(max_length=64, blank=True, db_index=True)  # empty: the system itself
    details_digest = models.CharField(max_length=64)
    previous = models.CharField(max_length=64)
    digest = models.CharField(max_length=64, unique=True)

    class Meta:
        ordering = ("-number",)
        indexes = (models.Index(fields=["target_kind", "target_key"], name="audit_target"),)

    def __str__(self) -> str:
        return f"{self.number} {self.verb}"


class AuditDetails(_AppendOnly):
    """What an event says in words: from what to what. Erased on request; the row stays and says when."""

    number = models.BigIntegerField(primary_key=True)
    salt = models.CharField(max_length=64, blank=True)
    body = models.TextField(blank=True)  # canonical JSON: the very text that was hashed
    person_key = models.CharField(max_length=64, blank=True, db_index=True)  # whom the details are about
    erased_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = (
            models.CheckConstraint(
                name="audit_details_erased_or_kept",
                condition=models.Q(erased_at__isnull=True, salt__gt="", body__gt="")
                | models.Q(erased_at__isnull=False, salt="", body="", person_key=""),
            ),
        )

    def __str__(self) -> str:
        return str(self.number)


class AuditHead(models.Model):
    """The last link, in one row: whoever adds an event holds its lock, so the chain never forks."""

    number = models.BigIntegerField(default=0)
    digest = models.CharField(max_length=64, blank=True)

    class Meta:
        constraints = (models.CheckConstraint(name="audit_head_is_one_row", condition=models.Q(pk=1)),)

    def __str__(self) -> str:
        return f"{self.number}:{self.digest}"
