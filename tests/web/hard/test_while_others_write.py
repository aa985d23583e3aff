"""While much is written: whoever reads waits for nobody, whoever writes is told, and the writing itself is short."""

from __future__ import annotations

import sqlite3
from contextlib import closing, contextmanager
from dataclasses import replace

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from jamlik.web.core import clock
from jamlik.web.core.audit_models import AuditEvent
from jamlik.web.statistics import adopting, freezing
from jamlik.web.statistics.models import Finding, Import, ImportState, Observation
from tests.web.statistics.objects import _studied, made_data_set

MANY = 1500
PAGES = (
    "/",
    "/statistics/",
    "/statistics/findings/",
    "/plans/",
    "/assessments/",
    "/goals/",
    "/register/",
    "/search/?q=a",
)


@contextmanager
def somebody_writes():
    """Another process holds SQLite's one place to write, and waits for long are made short."""
    with closing(sqlite3.connect(connection.settings_dict["NAME"], isolation_level=None)) as other:
        connection.ensure_connection()
        with connection.cursor() as cursor:
            cursor.execute("pragma busy_timeout = 100")
        other.execute("begin immediate")
        try:
            yield
        finally:
            other.execute("rollback")
            with connection.cursor() as cursor:
                cursor.execute("pragma busy_timeout = 30000")


@pytest.mark.django_db(transaction=True)
def test_pages_are_read_while_somebody_writes_and_what_is_sent_is_told_to_wait(municipality, user_of, client_as):
    if connection.vendor != "sqlite":
        pytest.skip("about SQLite's one writer at a time")
    data_set = made_data_set(municipality.committees[0])
    client = client_as(user_of("analyst", municipality.top))
    client.raise_request_exception = False
    with somebody_writes():
        answers = {page: client.get(page).status_code for page in PAGES}
        path = reverse("statistics:undo", args=[data_set.pk])
        answer = client.post(path, {"reason": "Fel fil", "once_token": "a"})
    assert answers == dict.fromkeys(PAGES, 200)
    assert (answer.status_code, answer["Retry-After"]) == (503, "10")
    assert "det du skrev är kvar" in answer.content.decode()
    assert not AuditEvent.objects.filter(verb="statistics.undo_ordered").exists()
    assert client.post(path, {"reason": "Fel fil", "once_token": "a"}).status_code == 302


def many_times(frozen: freezing.Frozen, n: int, *, tag: str = "") -> freezing.Frozen:
    """The same findings, so many of them, each a question of its own."""
    rows = [
        {**row, "finding": replace(row["finding"], finding_id=f"{tag}{number}", question_key=f"{tag}{number}"[-32:])}
        for number in range(n)
        for row in (frozen.findings[number % len(frozen.findings)],)
    ]
    return replace(frozen, findings=tuple(rows))


def taken_into_use(data_set, ready):
    """Write a result as the next version; the statements that it took."""
    row = Import.objects.create(
        data_set=data_set, number=data_set.imports.count() + 1, state=ImportState.ACCEPTED, uploaded_at=clock.now()
    )
    with transaction.atomic(), CaptureQueriesContext(connection) as asked:
        Import.objects.filter(pk=data_set.current_id).update(state=ImportState.REPLACED)
        row.state = ImportState.IN_USE
        row.save()
        known = freezing.write(ready, row, at=clock.now())
        data_set.current = row
        data_set.save()
        adopting.adopt(data_set, known=known)
    return asked.captured_queries


@pytest.mark.django_db
def test_a_version_with_many_findings_is_taken_into_use_in_few_statements(municipality):
    data_set = made_data_set(municipality.committees[0])
    first = data_set.current
    asked = taken_into_use(data_set, freezing.ready(many_times(_studied()[1], MANY)))
    again = taken_into_use(data_set, freezing.ready(many_times(_studied()[1], MANY)))
    assert max(len(asked), len(again)) < 40
    rows = Finding.objects.filter(data_set=data_set, current__analysis=data_set.current.analysis)
    assert rows.count() == MANY == Observation.objects.filter(analysis=data_set.current.analysis).count()
    for row in rows.select_related("current")[:20]:
        seen = row.current
        assert (row.numbers, row.texts, row.certainty) == (seen.numbers, seen.texts, seen.certainty)
        assert (row.rank, row.sentence, row.gap) == (seen.rank, seen.texts["sv"]["sentence"], row.gap)
        assert str(row.gap) == str(None if seen.numbers["gap"] is None else float(seen.numbers["gap"]))
    with CaptureQueriesContext(connection) as undone:
        Import.objects.filter(pk=data_set.current_id).update(state=ImportState.UNDONE)
        data_set.current = data_set.imports.get(number=first.number + 1)
        data_set.save()
        adopting.adopt(data_set)
    assert len(undone.captured_queries) < 40
    assert Finding.objects.filter(current__analysis=data_set.current.analysis).count() == MANY
