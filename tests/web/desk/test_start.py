"""The start page: what waits for each role, what is late, what is new, and how a site begins."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from html import unescape

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from jamlik.web.assessments.models import Assignment, Verdict
from jamlik.web.core import audit, clock
from jamlik.web.desk import actions
from jamlik.web.desk.models import Visit
from jamlik.web.organisation.models import Unit, UnitList
from jamlik.web.organisation.roles import Role
from jamlik.web.register.models import Document, DocumentVersion
from jamlik.web.statistics.models import Finding, Import
from tests.web.assessments.objects import made_finding
from tests.web.plans.objects import made_action, made_remeasure
from tests.web.statistics.objects import made_data_set, made_import
from tests.web.statistics.objects import made_finding as made_computed

AT = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
START = reverse("desk:start")


def text_of(client, url=START) -> str:
    response = client.get(url)
    assert response.status_code == 200
    return unescape(response.content.decode())


def asked(unit: Unit, due_on: date | None = None) -> Assignment:
    finding = made_finding(unit)
    Finding.objects.filter(pk=finding.pk).update(state="under_analysis")
    return Assignment.objects.create(finding=finding, unit=unit, due_on=due_on, assigned_at=AT)


def sent(unit: Unit, by) -> Verdict:
    row = asked(unit)
    Finding.objects.filter(pk=row.finding_id).update(state="awaiting_approval")
    return Verdict.objects.create(
        assignment=row,
        finding=row.finding,
        unit=unit,
        state="submitted",
        verdict="no_difference",
        evidence="Liten.",
        written_by=by,
        written_at=AT,
        submitted_at=AT,
    )


def test_a_manager_sees_own_differences_with_their_day_and_one_button(municipality, user_of, client_as):
    unit, beside = municipality.units[0]
    asked(unit, clock.today() + timedelta(days=9))
    asked(unit, clock.today() + timedelta(days=9))
    asked(beside)
    html = text_of(client_as(user_of("unit_manager", unit)))
    assert "2 skillnader att bedöma" in html
    assert (clock.today() + timedelta(days=9)).isoformat() in html
    assert reverse("assessments:judge_unit", args=[unit.pk]) in html
    assert beside.name not in html


def test_a_head_sees_what_waits_for_approval_but_not_what_the_head_wrote(municipality, user_of, client_as):
    unit = municipality.units[0][0]
    head = user_of("head", municipality.departments[0])
    sent(unit, user_of("unit_manager", unit))
    sent(unit, head)
    assert "En bedömning att godkänna" in text_of(client_as(head))
    other = user_of("head", municipality.departments[1])
    assert "att godkänna" not in text_of(client_as(other))


def test_late_things_are_told_apart(municipality, user_of, client_as):
    unit = municipality.units[0][0]
    asked(unit, clock.today() - timedelta(days=1))
    made_action(unit, due_on=clock.today() - timedelta(days=3), title="Läxhjälp")
    html = text_of(client_as(user_of("head", municipality.departments[0])))
    late = html.partition('id="late-title"')[2]
    assert "Ett svar saknas" in late
    assert "En åtgärd är försenad" in late
    assert "Läxhjälp" in late


def test_an_analyst_sees_files_to_accept_and_results_to_publish(municipality, user_of, client_as):
    committee = municipality.committees[0]
    waiting = made_import(committee)
    unpublished = made_data_set(committee)
    html = text_of(client_as(user_of("analyst", committee)))
    assert "En inläst fil väntar på ditt ja eller nej" in html
    assert reverse("statistics:import", args=[waiting.pk]) in html
    assert reverse("statistics:publish", args=[unpublished.pk]) in html
    assert "som ingen har fått att bedöma" in html
    elsewhere = text_of(client_as(user_of("analyst", municipality.committees[1])))
    assert "ditt ja eller nej" not in elsewhere
    assert "som ingen har fått att bedöma" not in elsewhere


def test_a_registrar_sees_documents_to_review(municipality, user_of, client_as):
    registrar = user_of("registrar", municipality.committees[0])
    document = Document.objects.create(
        kind="plan",
        title="Biblioteksplan",
        owner=municipality.committees[0],
        decided_by="Fullmäktige",
        decided_on=date(2020, 1, 1),
        review_on=date(2021, 1, 1),
    )
    DocumentVersion.objects.create(
        document=document,
        number=1,
        applies_from=date(2020, 1, 1),
        decided_by="Fullmäktige",
        decided_on=date(2020, 1, 1),
        summary="Om biblioteken.",
        added_by=registrar,
        added_at=AT,
    )
    Import.objects.all().delete()
    made_data_set(municipality.committees[1])
    html = text_of(client_as(registrar))
    assert "Ett dokument att se över" in html
    assert "Biblioteksplan" in html
    elsewhere = text_of(client_as(user_of("registrar", municipality.committees[1])))
    assert "Biblioteksplan" not in elsewhere.partition('id="new-title"')[0]


def test_an_answer_about_a_gap_waits_for_the_head(municipality, user_of, client_as):
    made = made_remeasure(municipality.units[0][0])
    html = text_of(client_as(user_of("head", municipality.departments[0])))
    assert "Ett svar att bekräfta" in html
    assert reverse("plans:remeasured", args=[made.pk]) in html


def test_what_others_did_since_the_last_visit_is_told_and_nothing_outside_scope(
    municipality, user_of, client_as, monkeypatch
):
    unit, elsewhere = municipality.units[0][0], municipality.units[1][0]
    mine, theirs = made_action(unit, title="Läxhjälp"), made_action(elsewhere, title="Hembesök")
    head, writer = user_of("head", municipality.departments[0]), user_of("unit_manager", unit)
    client = client_as(head)
    text_of(client)
    Visit.objects.update(seen_at=clock.now() - timedelta(hours=2))
    text_of(client)
    later = clock.now() + timedelta(seconds=1)
    audit.record("plans.action_reported", target=mine, by=writer, at=later)
    audit.record("plans.action_reported", target=theirs, by=writer, at=later)
    audit.record("plans.action_planned", target=made_action(unit, title="Egen"), by=head, at=later)
    new = text_of(client).partition('id="new-title"')[2]
    assert "Läxhjälp" in new
    assert writer.name in new, "who did it"
    assert "Hembesök" not in new, "another committee's action"
    assert "Egen" not in new, "one's own doing is no news"


def test_a_new_visit_begins_after_a_pause(user_of):
    user = user_of()
    first = actions.note_visit(user=user, at=AT)
    assert first.before_at is None
    assert actions.note_visit(user=user, at=AT + timedelta(minutes=10)).before_at is None
    third = actions.note_visit(user=user, at=AT + timedelta(hours=3))
    assert third.before_at == AT + timedelta(minutes=10)


def test_somebody_without_a_role_is_told_what_to_do(municipality, user_of, client_as):
    assert "Be den som sköter webbplatsen" in text_of(client_as(user_of()))


def test_a_reader_sees_how_things_stand_in_the_own_part(municipality, user_of, client_as):
    mine, theirs = municipality.committees
    for place, sentence in ((mine, "Flickor 221, pojkar 211. Tydligt."), (theirs, "Kvinnor 40, män 60. Tydligt.")):
        Finding.objects.filter(pk=made_computed(place).pk).update(sentence=sentence, texts={}, certainty="clear")
    Document.objects.create(
        kind="plan", title="Skolplan", owner=mine, decided_by="Fullmäktige", decided_on=date(2025, 5, 4)
    )
    html = text_of(client_as(user_of("reader", mine)))
    assert "Flickor 221, pojkar 211" in html
    assert "Kvinnor 40" not in html
    assert "Skolplan" in html
    assert "Inget antaget mål följs med siffror än." in html
    assert f'href="{reverse("statistics:findings")}?state=detected"' in html
    assert "picture-title" not in text_of(client_as(user_of("head", mine)))


@pytest.mark.parametrize(
    ("role", "word"), [("hr", "Lönekartläggning"), ("editor", "allmänheten"), ("admin", "Bjud in")]
)
def test_who_has_little_waiting_is_told_what_they_may_do(municipality, user_of, client_as, role, word):
    made_finding(municipality.committees[0])
    html = text_of(client_as(user_of(role, municipality.top)))
    assert word in html.partition('id="steps-title"')[2]


def test_an_empty_desk_says_so(municipality, user_of, client_as):
    assert "Inget väntar på dig just nu" in text_of(client_as(user_of("reader", municipality.top)))


def test_the_first_time_the_administrator_chooses_how_to_begin(municipality, user_of, client_as):
    client = client_as(user_of("admin", municipality.top))
    html = text_of(client)
    assert "Hur vill du börja?" in html
    for name in ("desk:ekby", "desk:own", "organisation:lists"):
        assert reverse(name) in html
    made_finding(municipality.units[0][0])
    assert "Hur vill du börja?" not in text_of(client)


def test_questions_to_the_database_do_not_grow_with_rows(municipality, user_of, client_as):
    unit = municipality.units[0][0]
    people = [user_of(role.value, municipality.top) for role in Role] + [user_of("unit_manager", unit)]
    writer = user_of("unit_manager", unit)

    def fill(n: int) -> None:
        for _ in range(n):
            asked(unit, clock.today() - timedelta(days=1))
            sent(unit, writer)
            action = made_action(unit, due_on=clock.today() - timedelta(days=3))
            audit.record("plans.action_reported", target=action, by=writer, at=clock.now())
            made_remeasure(unit)
            made_import(municipality.committees[0])

    def counts() -> list[int]:
        found = []
        for person in people:
            client = client_as(person)
            client.get(START)
            with CaptureQueriesContext(
                connection,
            ) as queries:
                assert client.get(START).status_code == 200
            found.append(len(queries))
        return found

    fill(1)
    first = counts()
    fill(7)
    second = counts()
    assert max(second) <= 60
    assert all(after <= before + 2 for before, after in zip(first, second, strict=True)), (first, second)


@pytest.mark.parametrize("lang", ["sv", "en", "fi"])
def test_every_text_is_there_in_every_language(municipality, user_of, client_as, lang):
    unit = municipality.units[0][0]
    asked(unit, clock.today())
    made_remeasure(unit)
    client = client_as(user_of("head", municipality.top, language=lang))
    html = text_of(client)
    assert f'<html lang="{lang}">' in html


def test_ekbys_people_are_reached_from_the_administrators_start_page_while_ekby_is_loaded(
    municipality, user_of, client_as
):
    admin = user_of("admin", municipality.top, email="admin@kommun.example")
    reader = user_of("reader", municipality.top, email="reader@kommun.example")
    made_finding(municipality.committees[0])
    where = reverse("desk:ekby_people")
    assert where not in text_of(client_as(admin))
    user_of("head", municipality.committees[0], email="utbildningschef@ekby.example")
    assert where in text_of(client_as(admin))
    assert where not in text_of(client_as(reader))


def test_lists_that_wait_are_told_to_those_who_may_open_them(municipality, user_of, client_as):
    admin = user_of("admin", municipality.top)
    made_data_set(municipality.committees[0])  # else the page asks how to begin
    for about, name in (("units", "enheter.csv"), ("areas", "omraden.csv")):
        UnitList.objects.create(about=about, file_name=name, rows=[], uploaded_by=admin, uploaded_at=clock.now())
    text = client_as(admin).get(reverse("desk:start")).content.decode()
    assert "enheter.csv" in text
    assert "omraden.csv" in text
    local = client_as(user_of("admin", municipality.committees[0])).get(reverse("desk:start")).content.decode()
    assert "enheter.csv" not in local
