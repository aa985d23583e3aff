"""Several people invited at once: from pasted lines or a file, all or none."""

from __future__ import annotations

import io

import openpyxl
import pytest

from jamlik.web.core.models import Job, User
from jamlik.web.core.texts import all_texts
from jamlik.web.organisation.forms import InvitationForm
from jamlik.web.organisation.models import RoleAssignment
from jamlik.web.organisation.people_lists import lines_of_text

HERE = "/organisation/people/invite/many/"
GOOD = "Anna Ek; Anna.Ek@ekby.example; enhetschef; bjork\nBo Al;bo@ekby.example;Reader;Utbildningsnämnden\n"


@pytest.fixture
def admin(municipality, user_of):
    return user_of("admin", municipality.top)


@pytest.fixture
def client(admin, client_as):
    return client_as(admin)


def test_pasted_lines_are_shown_and_then_all_are_invited(client, municipality, django_capture_on_commit_callbacks):
    shown = client.post(HERE, {"lines": GOOD}).content.decode()
    assert "Bjud in enligt 2 rader?" in shown
    assert "Björkskolan" in shown
    assert User.objects.count() == 1
    again = shown.split('name="lines" value="')[1].split('"')[0]
    with django_capture_on_commit_callbacks(execute=True):
        assert client.post(HERE, {"lines": again, "confirm": "1"}).status_code == 302
    held = {(each.user.email, each.role, each.unit.code) for each in RoleAssignment.objects.exclude(role="admin")}
    assert held == {("anna.ek@ekby.example", "unit_manager", "bjork"), ("bo@ekby.example", "reader", "un")}
    assert User.objects.get(email="bo@ekby.example").name == "Bo Al"
    assert Job.objects.filter(name="core.mail").count() == 2


def test_every_fault_of_every_row_is_told_and_nobody_is_invited(client):
    lines = f"{GOOD};inte en adress;rektor;nowhere\nBo Al;bo@ekby.example;läsare;un\n"
    page = client.post(HERE, {"lines": lines, "confirm": "1"}).content.decode()
    told = page.split('role="alert">')[1].split("</ul>")[0]
    for word in ("Namnet saknas", "inte en adress", "rektor", "nowhere", "Rad 4", "rad 2"):
        assert word in told
    assert User.objects.count() == 1
    assert "Bo Al;bo@ekby.example" in page, "what was pasted stays in the field"


def test_workbook_is_read_by_its_headings_in_any_order(client):
    book = openpyxl.Workbook()
    book.active.append(["Enhet", "Roll", "E-post", "Namn"])
    book.active.append(["bjork", "Enhetschef", "anna@ekby.example", "Anna Ek"])
    file = io.BytesIO()
    book.save(file)
    file.seek(0)
    file.name = "personer.xlsx"
    assert "anna@ekby.example" in client.post(HERE, {"file": file}).content.decode()


def test_headings_may_be_pasted_too():
    found = lines_of_text("Email\tName\tRole\tUnit\nanna@ekby.example\tAnna\treader\tun\n")
    assert [dict(line.cells) for line in found] == [
        {"email": "anna@ekby.example", "person_name": "Anna", "role": "reader", "unit": "un"}
    ]


def test_units_outside_the_scope_are_not_there(municipality, user_of, client_as):
    client = client_as(user_of("admin", municipality.committees[1]))
    page = client.post(HERE, {"lines": GOOD}).content.decode()
    assert "bjork" in page.split('role="alert">')[1].split("</ul>")[0]


@pytest.mark.parametrize("lang", ["sv", "en", "fi"])
def test_nothing_sent_is_told_in_words(client, admin, lang):
    User.objects.filter(pk=admin.pk).update(language=lang)
    page = client.post(HERE, {"lines": " "}).content.decode()
    assert all_texts()["organisation.people_list.one_of_two"][lang] in page


def test_each_empty_field_of_an_invitation_says_what_to_write(client):
    page = client.post("/organisation/people/invite/", {"email": ""}).content.decode()
    for text in ("Skriv personens e-postadress.", "Skriv personens namn.", "Välj en roll.", "Välj var rollen gäller."):
        assert page.count(text) == 2, "in the summary and at the field"


def test_all_that_is_wrong_with_a_password_is_told_at_once(admin):
    form = InvitationForm({"name": "", "password": "12345", "password_again": "54321"}, user=admin)
    assert set(form.errors) == {"name", "password", "password_again"}
    assert len(form.errors["password"]) >= 2
