"""Two who change at once do not lock each other out: the end of the log is taken last, rows without their keys."""

from __future__ import annotations

import threading
from datetime import UTC, datetime

import pytest
from django.db import connection, transaction

from jamlik.web.core import audit, audit_proof
from jamlik.web.organisation import actions
from jamlik.web.organisation.models import RoleAssignment

AT = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)


@pytest.mark.django_db(transaction=True)
def test_role_can_be_given_by_one_who_records_while_another_holds_the_tree(municipality, user_of):
    if connection.vendor != "postgresql":
        pytest.skip("SQLite lets one writer in at a time")
    user = user_of()
    held, recorded = threading.Event(), threading.Event()
    faults: list[BaseException] = []

    def changing() -> None:
        try:
            with transaction.atomic():
                actions.locked_tree()
                held.set()
                recorded.wait(300)
                audit.record("core.thing_done", target=None, by=None, at=AT)
        except BaseException as error:
            faults.append(error)
        finally:
            connection.close()

    other = threading.Thread(target=changing)
    other.start()
    assert held.wait(300)
    with transaction.atomic():
        audit.record("core.thing_done", target=None, by=None, at=AT)
        recorded.set()
        RoleAssignment.objects.create(user=user, role="reader", unit=municipality.top)
    other.join(300)
    assert not faults
    assert audit_proof.proved().events == 2
