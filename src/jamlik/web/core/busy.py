"""When others write: knowing it, telling it, and leaving out what can be left out.

SQLite has one writer at a time. Whoever reads waits for nobody; whoever writes waits for a turn, and a person who has
waited for long is told so. On PostgreSQL the same goes for rows that others hold.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import OperationalError, connection, transaction
from django.http import HttpRequest, HttpResponse
from django.utils.html import format_html

from jamlik.web.core import texts

__all__ = ["RETRY_AFTER", "busy_page", "if_free", "is_busy"]

RETRY_AFTER = 10
_SHORT_MS = 20
_WORDS = ("database is locked", "database table is locked", "lock timeout", "deadlock detected")


def is_busy(error: BaseException | None) -> bool:
    """Whether what went wrong is that others were writing all the time, and nothing else."""
    return isinstance(error, OperationalError) and any(word in str(error).lower() for word in _WORDS)


@contextmanager
def if_free() -> Iterator[None]:
    """One transaction that does not wait for its turn: what is written on a page that is only read.

    Raises
    ------
    OperationalError
        Somebody else is writing (`is_busy`): nothing was written, and the page goes on without.
    """
    if connection.vendor != "sqlite" or connection.in_atomic_block:
        with transaction.atomic():
            yield
        return
    with connection.cursor() as cursor:
        cursor.execute("pragma busy_timeout")
        usual = int(cursor.fetchone()[0])
        cursor.execute(f"pragma busy_timeout = {_SHORT_MS}")
        try:
            with transaction.atomic():
                yield
        finally:
            cursor.execute(f"pragma busy_timeout = {usual}")


def busy_page(request: HttpRequest) -> HttpResponse:
    """Others write much just now; sending the page again, as a browser offers, sends what was written once more.

    Nothing here may need the database, and nothing may be fetched: the page is whole in itself.
    """
    kept = texts.say("core.busy.kept") if request.method == "POST" else ""
    page = format_html(
        '<!doctype html><html lang="{}"><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        "<title>{}</title><h1>{}</h1><p>{}</p><p>{}</p></html>",
        texts.language(),
        texts.say("core.busy.title"),
        texts.say("core.busy.title"),
        texts.say("core.busy.text"),
        kept,
    )
    response = HttpResponse(page, status=503)
    response.headers["Retry-After"] = str(RETRY_AFTER)
    response.headers["Cache-Control"] = "no-store"
    return response
