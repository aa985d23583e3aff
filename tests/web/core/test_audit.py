"""The audit log: what it keeps, that it is only added to, and that every way of changing the past is found."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from jamlik.web.core import audit, audit_proof, audit_triggers, erasure
from jamlik.web.core.audit_models import AppendOnlyError, AuditDetails, AuditEvent
from jamlik.web.core.models import User

AT = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
pytestmark = pytest.mark.django_db


@pytest.fixture
def person() -> User:
    return User.objects.create_user("ulla@ekby.example", name="Ulla Ek")


def recorded(count: int, **more) -> list[AuditEvent]:
    return [
        audit.record("core.thing_done", target=None, by=None, at=AT + timedelta(minutes=n), note=f"nr {n}", **more)
        for n in range(count)
    ]


@pytest.fixture
def unguarded():
    """A database whose triggers somebody with full rights has taken away."""
    audit_triggers.remove(connection)


def run(statement: str, *values) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


def faults() -> set[tuple[int, str]]:
    return {(fault.number, fault.code) for fault in audit_proof.proved().faults}


# --- what is kept -----------------------------------------------------------------------------------------------------


def test_record_keeps_who_when_what_and_from_what_to_what(person):
    event = audit.record(
        "core.user_changed",
        target=person,
        by=person,
        at=AT,
        changes={
            "name": ("Ulla", "Ulla Ek"),
            "cost": (Decimal("1.50"), 0.5),
            "due": (date(2026, 1, 1), None),
            "owner": (None, person),
            "at": (None, datetime(2026, 1, 1, 12, tzinfo=timezone(timedelta(hours=1)))),
            "themes": ({"b", "a"}, [1, True]),
        },
        note="Efter samtal",
    )
    assert (event.number, event.at, event.verb) == (1, AT, "core.user_changed")
    assert (event.target_kind, event.target_key, event.by_key) == ("core.user", str(person.pk), str(person.pk))
    body = json.loads(AuditDetails.objects.get(number=1).body)
    assert body["note"] == "Efter samtal"
    assert body["target"] == "Ulla Ek"
    assert body["changes"] == {
        "name": ["Ulla", "Ulla Ek"],
        "cost": ["1.50", "0.5"],
        "due": ["2026-01-01", None],
        "owner": [None, f"core.user:{person.pk}"],
        "at": [None, "2026-01-01T11:00:00+00:00"],
        "themes": [["a", "b"], [1, True]],
    }


def test_event_itself_holds_no_name_and_no_text(person):
    audit.record(
        "core.user_changed", target=person, by=person, at=AT, changes={"name": ("", "Ulla Ek")}, note="känsligt"
    )
    stored = " ".join(str(value) for value in AuditEvent.objects.values_list().get())
    assert not any(text in stored for text in ("Ulla", "ekby", "känsligt"))


def test_same_details_twice_give_digests_that_differ():
    first, second = recorded(1)[0], recorded(1)[0]
    assert first.details_digest != second.details_digest


def test_record_needs_a_time_zone_and_a_whole_verb():
    with pytest.raises(ValueError, match="time zone"):
        audit.record("core.thing_done", target=None, by=None, at=datetime(2026, 1, 1))  # noqa: DTZ001
    with pytest.raises(ValueError, match="verb"):
        audit.record("done", target=None, by=None, at=AT)
    assert not AuditEvent.objects.exists()


def test_event_is_lost_with_the_change_it_records():
    recorded(1)

    @transaction.atomic
    def changed_and_failed():
        recorded(1)
        raise RuntimeError

    with pytest.raises(RuntimeError):
        changed_and_failed()
    assert AuditEvent.objects.count() == 1
    assert audit_proof.proved().holds


# --- only added to ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "attempt",
    [
        lambda event: event.save(),
        lambda event: event.delete(),
        lambda event: AuditEvent.objects.all().delete(),
        lambda event: AuditEvent.objects.filter(number=1).update(verb="core.other_done"),
        lambda event: AuditEvent.objects.bulk_update([event], ["verb"]),
        lambda event: AuditEvent.objects.bulk_create([AuditEvent(number=9)]),
        lambda event: AuditDetails.objects.update(body="{}"),
        lambda event: AuditDetails.objects.get(number=1).delete(),
        lambda event: AuditEvent._base_manager.filter(number=1).update(verb="core.other_done"),
    ],
)
def test_model_refuses_to_change_the_past(attempt):
    event = recorded(1)[0]
    with pytest.raises((AppendOnlyError, DatabaseError)), transaction.atomic():
        attempt(event)
    assert audit_proof.proved().holds


@pytest.mark.parametrize(
    "statement",
    [
        "update core_auditevent set verb = 'core.other_done' where number = 1",
        "delete from core_auditevent where number = 2",
        "update core_auditdetails set body = '{}' where number = 1",
        "update core_auditdetails set salt = '', body = '', person_key = '' where number = 1",
        "update core_auditdetails set number = 7, salt = '', body = '', person_key = '', erased_at = at "
        "from core_auditevent where core_auditdetails.number = 1 and core_auditevent.number = 1",
        "delete from core_auditdetails where number = 1",
        "update core_audithead set number = 1",
        "update core_audithead set digest = ''",
        "delete from core_audithead",
    ],
)
def test_database_refuses_to_change_the_past(statement):
    recorded(2)
    with pytest.raises((IntegrityError, DatabaseError), match="only added to"), transaction.atomic():
        run(statement)
    assert audit_proof.proved().holds


def test_postgresql_refuses_to_empty_the_log():
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has no TRUNCATE: its DELETE is refused above")
    recorded(1)
    with pytest.raises(DatabaseError, match="only added to"), transaction.atomic():
        run("truncate core_auditevent")


# --- every change is found --------------------------------------------------------------------------------------------


def test_untouched_chain_holds():
    events = recorded(5)
    proof = audit_proof.proved()
    assert proof.holds
    assert (proof.events, proof.erased) == (5, 0)
    assert proof.seal == audit_proof.seal() == f"5:{events[-1].digest}"


def test_empty_log_holds():
    assert audit_proof.proved().holds


@pytest.mark.parametrize("column", ["verb", "target_kind", "target_key", "unit_key", "by_key", "details_digest"])
def test_changed_event_is_found(unguarded, column):
    recorded(3)
    run(f"update core_auditevent set {column} = 'other' where number = 2")
    assert (2, "changed") in faults()


def test_changed_time_is_found(unguarded):
    recorded(3)
    run("update core_auditevent set at = (select at from core_auditevent where number = 3) where number = 2")
    assert faults() == {(2, "changed")}


def test_changed_event_with_a_new_digest_of_its_own_is_found(unguarded):
    recorded(3)
    event = AuditEvent.objects.get(number=2)
    event.verb = "core.other_done"
    run("update core_auditevent set verb = %s, digest = %s where number = 2", event.verb, audit.event_digest(event))
    assert faults() == {(3, "broken")}


def test_removed_event_is_found(unguarded):
    recorded(4)
    run("delete from core_auditevent where number = 2")
    assert (2, "missing") in faults()


def test_removed_event_with_the_rest_renumbered_is_found(unguarded):
    recorded(4)
    run("delete from core_auditevent where number = 2")
    run("update core_auditevent set number = 2 where number = 3")
    run("update core_auditevent set number = 3 where number = 4")
    run("update core_audithead set number = 3")
    assert {(2, "broken"), (2, "changed")} <= faults()


def test_removed_end_is_found(unguarded):
    recorded(4)
    run("delete from core_auditevent where number = 4")
    assert (4, "missing") in faults()


def test_removed_first_event_is_found(unguarded):
    recorded(3)
    run("delete from core_auditevent where number = 1")
    assert (1, "missing") in faults()


def test_reordered_events_are_found(unguarded):
    recorded(4)
    run("update core_auditevent set number = 99 where number = 2")
    run("update core_auditevent set number = 2 where number = 3")
    run("update core_auditevent set number = 3 where number = 99")
    assert {number for number, _ in faults()} >= {2, 3}


def test_inserted_event_is_found(unguarded):
    recorded(2)
    false = AuditEvent(
        number=3, at=AT, verb="core.false_done", details_digest="", previous=AuditEvent.objects.get(number=2).digest
    )
    false.digest = audit.event_digest(false)
    false.save()
    assert {(3, "head"), (3, "details_missing")} <= faults()


def test_event_inserted_before_the_first_is_found(unguarded):
    recorded(2)
    false = AuditEvent(number=0, at=AT, verb="core.false_done", previous=audit.FIRST)
    false.digest = audit.event_digest(false)
    false.save()
    assert faults()


def test_changed_details_are_found(unguarded):
    recorded(2)
    run("update core_auditdetails set body = '{}' where number = 1")
    assert faults() == {(1, "details_changed")}


def test_removed_details_are_found(unguarded):
    recorded(2)
    run("delete from core_auditdetails where number = 1")
    assert faults() == {(1, "details_missing")}


def test_details_erased_by_no_routine_are_found():
    """The triggers let an erasure through from any program; the chain then lacks the event that declares it."""
    recorded(2)
    run(
        "update core_auditdetails set salt = '', body = '', person_key = '', erased_at = "
        "(select at from core_auditevent where number = 1) where number = 1"
    )
    assert faults() == {(1, "erased_undeclared")}


def test_chain_written_anew_is_found_by_a_seal_kept_elsewhere(unguarded):
    recorded(3)
    kept = audit_proof.seal()
    for table in ("core_auditevent", "core_auditdetails", "core_audithead"):
        run(f"delete from {table}")
    recorded(5)
    assert audit_proof.proved().holds
    found = audit_proof.proved(seals=(kept,)).faults
    assert [(fault.number, fault.code) for fault in found] == [(3, "seal")]


def test_cut_off_end_is_found_by_a_seal_kept_elsewhere(unguarded):
    recorded(3)
    kept = audit_proof.seal()
    run("delete from core_auditevent where number = 3")
    run("delete from core_auditdetails where number = 3")
    run("update core_audithead set number = 2, digest = (select digest from core_auditevent where number = 2)")
    assert audit_proof.proved().holds
    assert not audit_proof.proved(seals=(kept,)).holds


def test_seal_that_still_fits_holds_when_more_has_been_added():
    recorded(2)
    kept = audit_proof.seal()
    recorded(2)
    assert audit_proof.proved(seals=(kept,)).holds


# --- erasure ----------------------------------------------------------------------------------------------------------


def test_erased_person_is_gone_from_the_details_and_the_chain_holds(person):
    other = User.objects.create_user("olle@ekby.example", name="Olle Al")
    audit.record("core.user_changed", target=person, by=other, at=AT, changes={"name": ("Ulla", "Ulla Ek")})
    audit.record("core.thing_done", target=None, by=person, at=AT, note="hör till ärendet")
    erasure.erase_person(user=person, by=other, at=AT, reason="Begäran 2026:14")
    person.refresh_from_db()
    assert (person.name, person.is_active, person.has_usable_password()) == ("", False, False)
    assert "ulla" not in person.email
    bodies = " ".join(AuditDetails.objects.values_list("body", flat=True))
    assert "Ulla" not in bodies
    assert "hör till ärendet" in bodies
    proof = audit_proof.proved()
    assert proof.holds
    assert proof.erased == 1
    assert AuditEvent.objects.filter(by_key=str(person.pk)).exists()


def test_event_that_declares_an_erasure_is_never_erased(person):
    audit.record("core.user_changed", target=person, by=None, at=AT)
    erasure.erase_details(numbers=[1], by=None, at=AT, reason="prov")
    erasure.erase_details(numbers=[1, 2], by=None, at=AT, reason="prov")
    assert AuditEvent.objects.count() == 2
    assert AuditDetails.objects.get(number=2).body
    assert audit_proof.proved().holds


def test_copy_of_a_persons_data_tells_the_account_and_the_log(person):
    audit.record("core.user_changed", target=person, by=person, at=AT, changes={"name": ("Ulla", "Ulla Ek")})
    copy = erasure.person_copy(person)
    assert copy["account"]["email"] == "ulla@ekby.example"
    assert copy["about_you"][0]["changes"] == {"name": ["Ulla", "Ulla Ek"]}
    assert copy["done_by_you"][0]["what"] == "core.user_changed"
    assert json.dumps(copy)


def test_proof_reads_a_long_chain_in_few_queries(django_assert_max_num_queries, monkeypatch):
    monkeypatch.setattr(audit_proof, "_BATCH", 10)
    recorded(25)
    with django_assert_max_num_queries(12):
        assert audit_proof.proved().events == 25
