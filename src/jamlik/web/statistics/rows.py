"""Rows made ready before a transaction begins, so that it holds the database no longer than writing takes.

SQLite has one writer at a time. Turning thousands of objects into values takes seconds; writing the values does not.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection, models

__all__ = ["Rows", "rows_of"]


@dataclass(frozen=True, slots=True)
class Rows:
    """New rows of one table, as the database takes them."""

    table: str
    columns: tuple[str, ...]
    values: list[list[Any]]

    def fill(self, column: str, found: Sequence[object]) -> None:
        """Put in what is known only now, such as the keys of rows that these point at, one for each row."""
        place = self.columns.index(column)
        for row, value in zip(self.values, found, strict=True):
            row[place] = value

    def insert(self) -> None:
        """Write them."""
        if not self.values:
            return
        quoted = connection.ops.quote_name
        names = ", ".join(quoted(column) for column in self.columns)
        marks = ", ".join(["%s"] * len(self.columns))
        with connection.cursor() as cursor:
            cursor.executemany(f"INSERT INTO {quoted(self.table)} ({names}) VALUES ({marks})", self.values)


def rows_of(model: type[models.Model], objects: Iterable[models.Model]) -> Rows:
    """Objects of a model as new rows; the database gives them their keys."""
    fields = [field for field in model._meta.concrete_fields if not field.primary_key]
    values = [
        [field.get_db_prep_save(getattr(each, field.attname), connection) for field in fields] for each in objects
    ]
    return Rows(model._meta.db_table, tuple(str(field.column) for field in fields), values)
