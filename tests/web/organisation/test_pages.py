"""The organisation's pages as people meet them: what they show, in three languages, and in how many questions."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import replace

import pytest
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.core import mail as outbox
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from jamlik.web.core import clock
from jamlik.web.core.audit_models import AuditEvent
from jamlik.web.core.jobs import Running
from jamlik.web.core.mail import send
from jamlik.web.core.models import Job, User
from jamlik.web.organisation import people_actions
from jamlik.web.organisation.models import Area, RoleAssignment, Unit, UnitList


@pytest.fixture
def admin(municipality, user_of):
    return user_of("admin", municipality.top, name="Anna Admin")


@pytest.fixture
def browser(admin, client_as):
    return client_as(admin)


def page(client, name, *args, **query) -> str:
    response = client.get(reverse(name, args=args), query)
    assert response.status_code == 200
    return response.content.decode()


def test_site_is_called_as_the_municipality_once_it_has_a_name(browser, municipality, client, monkeypatch):
    assert "<span>Ekby kommun</span></a>" in client.get(reverse("account_login")).content.decode()
    monkeypatch.setattr(settings, "JAMLIK", replace(settings.JAMLIK, name="Ekby på prov"))
    assert "<span>Ekby på prov</span></a>" in page(browser, "organisation:tree")
    monkeypatch.undo()
    Unit.objects.filter(pk=municipality.top.pk).update(name="Oma kunta")  # as it is called before anybody has said
    assert "<span>Jamlik</span></a>" in page(browser, "organisation:tree")


def test_tree_shows_the_municipality_and_how_much_lies_below(browser):
    text = page(browser, "organisation:tree")
    assert "Omsorgsförvaltningen" in text
    assert "2 till under" in text
    assert "Björkskolan" not in text


def test_search_finds_by_name_and_code_and_says_what_lies_above(browser):
    assert "Björkskolan" in page(browser, "organisation:tree", q="björk")
    assert "Alskolan" in page(browser, "organisation:tree", q="al", kind="unit")
    assert "Utbildningsförvaltningen" in page(browser, "organisation:tree", q="bjork")
    nothing = page(browser, "organisation:tree", q="finns inte")
    assert "Björkskolan" not in nothing


def test_tree_as_it_was_another_day(browser, municipality):
    Unit.objects.filter(code="uf").update(valid_from="2026-01-01")
    assert "Utbildningsförvaltningen" not in page(browser, "organisation:tree", on="2025-12-31")
    assert "gäller inte i dag" in page(browser, "organisation:tree", on="2025-12-31", closed="1")
    assert "Utbildningsförvaltningen" in page(browser, "organisation:tree", on="not a day")


@pytest.mark.parametrize("language", ["sv", "en", "fi"])
def test_every_page_is_there_in_three_languages(browser, admin, municipality, language):
    browser.cookies["language"] = language
    User.objects.update(language=language)
    made = UnitList.objects.create(
        file_name="x.csv",
        rows=[{"row": 2, "code": "ny", "name": "Ny", "kind": "unit", "parent": "uf"}],
        uploaded_by=admin,
        uploaded_at="2026-01-01T10:00Z",
    )
    unit, person = municipality.units[0][0].pk, admin.pk
    for name, args in [
        ("tree", ()),
        ("unit", (unit,)),
        ("add_unit", (municipality.departments[0].pk,)),
        ("change_unit", (unit,)),
        ("lists", ()),
        ("list", (made.pk,)),
        ("areas", ()),
        ("people", ()),
        ("invite", ()),
        ("person", (person,)),
        ("change_person", (person,)),
        ("give_role", (person,)),
        ("erase_person", (person,)),
        ("log", ()),
        ("log_of", ("organisation.unit", str(unit))),
    ]:
        text = page(browser, f"organisation:{name}", *args)
        assert f'<html lang="{language}"' in text, name
        assert not re.search(
            r"organisation\.\w+\.|\{\w+\}",
            re.sub(r'(href|src|action|placeholder)="[^"]*"', "", text).replace("organisation.role", ""),
        ), name


def test_unit_is_added_below_and_seen_with_its_history(browser, municipality):
    path = reverse("organisation:add_unit", args=[municipality.departments[0].pk])
    response = browser.post(path, {"name": "Granskolan", "code": "gran", "kind": "unit"}, follow=True)
    text = response.content.decode()
    assert response.redirect_chain[-1][0] == reverse("organisation:unit", args=[Unit.objects.get(code="gran").pk])
    assert "Sparat." in text
    assert "Enhet tillagd" in text
    assert "Anna Admin" in text


def test_error_is_told_at_the_field_and_above_the_form(browser, municipality):
    path = reverse("organisation:add_unit", args=[municipality.departments[0].pk])
    text = browser.post(path, {"name": "", "code": "bjork", "kind": "unit"}).content.decode()
    assert "error-summary" in text
    text = browser.post(path, {"name": "Gran", "code": "bjork", "kind": "unit"}).content.decode()
    assert text.count("används redan av en annan enhet") == 2
    assert "<title>Fel:" in text


def test_same_form_sent_twice_adds_one_unit(browser, municipality):
    path = reverse("organisation:add_unit", args=[municipality.departments[0].pk])
    token = re.search(r'name="once_token" value="([^"]+)"', browser.get(path).content.decode())[1]
    asked = {"name": "Granskolan", "code": "gran", "kind": "unit", "once_token": token}
    first, second = browser.post(path, asked), browser.post(path, asked)
    assert first.headers["Location"] == second.headers["Location"]
    assert Unit.objects.filter(code="gran").count() == 1
    assert AuditEvent.objects.filter(verb="organisation.unit_added").count() == 1


def test_both_versions_are_shown_to_the_second_of_two_who_edit(browser, municipality):
    unit = municipality.units[0][0]
    path = reverse("organisation:change_unit", args=[unit.pk])
    asked = {"code": "bjork", "kind": "unit", "parent": str(unit.parent_id), "version": "0"}
    assert browser.post(path, {**asked, "name": "Björken"}).status_code == 302
    response = browser.post(path, {**asked, "name": "Nya Björk"})
    text = response.content.decode()
    assert response.status_code == 409
    assert "Björken" in text
    assert 'value="Nya Björk"' in text
    assert 'name="version" value="1"' in text
    assert browser.post(path, {**asked, "name": "Nya Björk", "version": "1"}).status_code == 302
    assert Unit.objects.get(pk=unit.pk).name == "Nya Björk"


def test_list_goes_from_file_over_review_to_the_tree(browser, municipality):
    file = SimpleUploadedFile("enheter.csv", "kod;namn;typ;överordnad\ngran;Granskolan;enhet;uf\n".encode())
    response = browser.post(reverse("organisation:lists"), {"file": file})
    review = browser.get(response.headers["Location"]).content.decode()
    assert "Granskolan" in review
    assert not Unit.objects.filter(code="gran").exists()
    seen = re.search(r'name="seen" value="(\w+)"', review)[1]
    accept = reverse("organisation:accept_list", args=[UnitList.objects.get().pk])
    assert "har ändrats sedan" in browser.post(accept, {"seen": "other"}, follow=True).content.decode()
    assert "Ändringarna är sparade" in browser.post(accept, {"seen": seen}, follow=True).content.decode()
    assert Unit.objects.get(code="gran").parent.code == "uf"


def test_file_with_faults_is_told_and_not_kept(browser, municipality):
    file = SimpleUploadedFile("enheter.csv", b"kod;namn;typ\ngran;Granskolan;planet\n")
    text = browser.post(reverse("organisation:lists"), {"file": file}).content.decode()
    assert "Rad 2" in text
    assert "planet" in text
    assert not UnitList.objects.exists()


def test_example_is_the_tree_and_can_be_read_back(browser, municipality):
    from jamlik.web.organisation.unit_files import rows_of_file
    from jamlik.web.organisation.unit_lists import compared

    body = browser.get(reverse("organisation:list_example")).content
    rows, problems = rows_of_file(io.BytesIO(body), name="enheter.csv", size=len(body))
    diff = compared(rows)
    assert not problems
    assert not diff.problems
    assert (len(diff.changes), diff.same) == (0, 9)


# --- people -----------------------------------------------------------------------------------------------------------


def test_person_is_invited_and_comes_in_by_the_link(browser, municipality, client, django_capture_on_commit_callbacks):
    asked = {
        "email": "ny@ekby.example",
        "name": "Ny Chef",
        "role": "unit_manager",
        "unit": str(municipality.units[0][0].pk),
    }
    with django_capture_on_commit_callbacks(execute=True):
        text = browser.post(reverse("organisation:invite"), asked, follow=True).content.decode()
    assert "ny@ekby.example" in text
    assert "Enhetschef" in text
    job = Job.objects.get()
    send(Running(job), **job.args)
    path = re.search(r"/organisation/invitation/[^/]+/", outbox.outbox[0].body)[0]
    opened = client.get(path)
    assert opened.status_code == 200
    assert opened.headers["Cache-Control"] == "no-store"
    again = client.post(path, {"name": "Ny Chef", "password": "tre vanliga ord", "password_again": "tre andra ord"})
    assert "skiljer sig åt" in again.content.decode()
    assert client.post(path, {"name": "Ny Chef", "password": "kort", "password_again": "kort"}).status_code == 200
    good = {"name": "Ny Chef", "password": "tre vanliga ord", "password_again": "tre vanliga ord"}
    assert client.post(path, good).status_code == 302
    assert client.get(reverse("organisation:tree")).status_code == 200
    assert client.get(path).status_code == 410


@pytest.fixture
def no_mail(settings, tmp_path):
    settings.EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    settings.EMAIL_FILE_PATH = str(tmp_path)


def test_without_a_mail_server_the_link_is_shown_once_to_whoever_invites(no_mail, browser, municipality, client):
    asked = {"email": "ny@ekby.example", "name": "Ny", "role": "reader", "unit": str(municipality.top.pk)}
    text = browser.post(reverse("organisation:invite"), asked, follow=True).content.decode()
    assert "Inget mejl gick iväg: ingen mejlserver är inställd." in text
    assert "på väg" not in text
    assert "/organisation/invitation/" not in text
    made = User.objects.get(email="ny@ekby.example")
    shown = browser.post(reverse("organisation:send_link", args=[made.pk]))
    assert shown.headers["Cache-Control"] == "no-store"
    path = re.search(r'value="https?://[^/"]+(/organisation/invitation/[^"]+)"', shown.content.decode())[1]
    assert client.get(path).status_code == 200
    assert path not in browser.get(reverse("organisation:person", args=[made.pk])).content.decode()
    browser.post(reverse("organisation:send_link", args=[made.pk]))
    assert client.get(path).status_code == 410, "a newer link was shown"


def test_a_link_is_not_shown_to_one_who_may_not_change_the_whole_account(no_mail, municipality, user_of, client_as):
    person = user_of("reader", municipality.committees[0])
    RoleAssignment.objects.create(user=person, role="admin", unit=municipality.top)
    local = client_as(user_of("admin", municipality.committees[0]))
    assert local.post(reverse("organisation:send_link", args=[person.pk])).status_code == 404
    assert "Visa en ny engångslänk" not in page(local, "organisation:person", person.pk)


def test_link_does_not_stand_for_the_second_step(client, municipality, user_of):
    user = user_of("head", municipality.committees[0])
    Authenticator.objects.create(user=user, type="totp", data={"secret": "x"})
    path = people_actions.make_link(user=user, by=user_of("admin", municipality.top), at=clock.now())
    good = {"name": user.name, "password": "tre vanliga ord", "password_again": "tre vanliga ord"}
    assert client.post(path, good)["Location"] == reverse("account_login")
    assert client.get(reverse("organisation:tree")).status_code == 302
    assert client.get(path).status_code == 410


def test_people_outside_the_scope_are_not_listed(municipality, user_of, client_as):
    user_of("reader", municipality.units[0][0], name="Inne Ek")
    user_of("reader", municipality.committees[1], name="Ute Al")
    text = page(client_as(user_of("head", municipality.committees[0])), "organisation:people")
    assert "Inne Ek" in text
    assert "Ute Al" not in text


def test_role_is_ended_from_the_persons_page_but_never_the_last_administrator(browser, admin, municipality, user_of):
    other = user_of("head", municipality.committees[0])
    end = reverse("organisation:end_role", args=[other.role_assignments.get().pk])
    assert "Rollen är borttagen" in browser.post(end, follow=True).content.decode()
    own = reverse("organisation:end_role", args=[admin.role_assignments.get().pk])
    assert "sista administratören" in browser.post(own, follow=True).content.decode()


def test_persons_data_is_handed_over_and_erased(browser, municipality, user_of):
    user = user_of("reader", municipality.committees[0], name="Ulla Ek", email="ulla@ekby.example")
    copy = browser.get(reverse("organisation:person_copy", args=[user.pk]))
    assert copy.json()["account"]["email"] == "ulla@ekby.example"
    assert "attachment" in copy.headers["Content-Disposition"]
    change = reverse("organisation:change_person", args=[user.pk])
    erase = reverse("organisation:erase_person", args=[user.pk])
    assert "Stäng kontot först" in browser.post(erase, {"reason": "KS 2026:7"}).content.decode()
    browser.post(change, {"name": "Ulla Ek"})
    assert browser.post(erase, {"reason": "KS 2026:7"}).status_code == 302
    log = page(browser, "organisation:log")
    assert "Ulla" not in log
    assert "Detaljerna är raderade" in log


# --- the log ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def some_events(browser, municipality):
    for name in ("Björken", "=cmd()"):
        unit = municipality.units[0][0]
        unit.refresh_from_db()
        asked = {"code": "bjork", "kind": "unit", "parent": str(unit.parent_id), "version": str(unit.version)}
        browser.post(reverse("organisation:change_unit", args=[unit.pk]), {**asked, "name": name})


def test_log_tells_who_what_and_from_what_to_what(browser, some_events):
    text = page(browser, "organisation:log")
    assert "<strong>Enhet ändrad" in text
    assert "Anna Admin" in text
    assert re.search(r"<del>.*?Björkskolan</del>", text, re.DOTALL)
    assert "<strong>Enhet ändrad" not in page(browser, "organisation:log", q="organisation.role")
    assert "<strong>Enhet ändrad" not in page(browser, "organisation:log", to="2000-01-01")


def test_log_as_csv_has_every_event_and_no_formulas(browser, some_events):
    response = browser.get(reverse("organisation:log"), {"format": "csv"})
    rows = list(csv.reader(io.StringIO(b"".join(response.streaming_content).decode("utf-8-sig"))))
    assert rows[0][0] == "Nr"
    assert [row[0] for row in rows[1:]] == ["1", "2"]
    assert "Björkskolan → Björken" in rows[1][5]
    assert not any(cell.startswith(("=", "+", "-", "@")) for row in rows for cell in row)


def test_log_of_one_thing_shows_that_only(browser, some_events, municipality):
    unit = municipality.units[0][0]
    assert "<strong>Enhet ändrad" in page(browser, "organisation:log_of", "organisation.unit", str(unit.pk))
    other = municipality.units[0][1]
    assert "<strong>Enhet ändrad" not in page(browser, "organisation:log_of", "organisation.unit", str(other.pk))


def test_history_of_something_gone_is_told_without_fault(browser, db):
    assert browser.get(reverse("organisation:log_of", args=["gone.thing", "7"])).status_code == 200


# --- questions to the database ----------------------------------------------------------------------------------------


def many(municipality, user_of, count):
    for number in range(count):
        unit = Unit.objects.create(
            kind="unit", name=f"Enhet {number}", code=f"many{number}", parent=municipality.departments[0]
        )
        user = user_of("reader", unit)
        RoleAssignment.objects.create(user=user, role="head", unit=municipality.departments[0])
        Area.objects.create(kind="deso", version="2025", code=f"0126A{number:04}", name=f"Område {number}")


@pytest.mark.parametrize("name", ["tree", "people", "areas", "log", "lists", "invite"])
def test_pages_take_no_more_questions_with_more_rows(
    name, browser, admin, municipality, user_of, django_assert_max_num_queries
):
    from jamlik.web.core import audit, clock

    def counted() -> int:
        with CaptureQueriesContext(connection) as caught:
            page(browser, f"organisation:{name}")
        return len(caught)

    def moved(unit: Unit, by: User) -> None:
        changes = {"parent": (municipality.departments[0], municipality.departments[1])}
        audit.record("organisation.unit_changed", target=unit, by=by, at=clock.now(), changes=changes)

    many(municipality, user_of, 2)
    moved(municipality.units[0][0], admin)
    page(browser, f"organisation:{name}")
    few = counted()
    for number in range(20):
        user_of("reader", municipality.committees[0], email=f"more{number}@ekby.example")
        unit = Unit.objects.create(
            kind="unit", name=f"U{number}", code=f"u{number}", parent=municipality.departments[1]
        )
        Area.objects.create(kind="regso", version="2025", code=f"R{number}", name=f"R{number}")
        moved(unit, user_of())
        UnitList.objects.create(file_name="x.csv", rows=[], uploaded_by=admin, uploaded_at=clock.now())
    assert counted() <= few
    assert few <= 20


@pytest.mark.parametrize("name", ["unit", "person"])
def test_pages_of_one_thing_take_no_more_questions_with_more_rows(name, browser, municipality, user_of):
    person = user_of("head", municipality.departments[0])
    pk = municipality.departments[0].pk if name == "unit" else person.pk

    def counted() -> int:
        with CaptureQueriesContext(connection) as caught:
            page(browser, f"organisation:{name}", pk)
        return len(caught)

    counted()
    few = counted()
    many(municipality, user_of, 15)
    for unit in Unit.objects.filter(code__startswith="many"):
        RoleAssignment.objects.create(user=person, role="reader", unit=unit)
    assert counted() <= few
    assert few <= 25
