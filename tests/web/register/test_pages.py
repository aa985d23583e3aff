"""The register's pages: what people see, what they can do, in three languages and with few queries."""

import datetime as dt
import io
import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from openpyxl import load_workbook

from jamlik.web.core import editing
from jamlik.web.register import theme_actions
from jamlik.web.register.models import Document, DocumentVersion, Law, Theme, ThemeSet
from tests.web.register.conftest import AT, WHOLE_PDF, add_version

pytestmark = pytest.mark.django_db


@pytest.fixture
def browser(client_as, registrar):
    return client_as(registrar)


@pytest.fixture
def reader(client_as, user_of, municipality):
    return client_as(user_of("reader", municipality.committees[0]))


def url(name, *args):
    return reverse(f"register:{name}", args=args)


def texts(response):
    return re.sub(r'<span class="day">([^<]*)</span>', r"\1", response.content.decode())


def test_list_filters_sorts_and_searches_by_address(browser, add, municipality):
    add("Biblioteksplan", kind="plan", decided="2026-01-01", owner=municipality.committees[0])
    add("Strategi", decided="2025-01-01", review_on=dt.date(2026, 1, 1), register_number="KS 2024/77")
    add("Utkast till program", kind="programme")

    def titles(query):
        listed = browser.get(url("documents"), query).context["listing"]
        return [row[0].text for row in listed.rows]

    assert titles({}) == ["Biblioteksplan", "Strategi", "Utkast till program"]
    assert titles({"sort": "-title"}) == ["Utkast till program", "Strategi", "Biblioteksplan"]
    assert titles({"kind": "plan"}) == ["Biblioteksplan"]
    assert titles({"state": "draft"}) == ["Utkast till program"]
    assert titles({"review": "overdue"}) == ["Strategi"]
    assert titles({"q": "2024/77"}) == ["Strategi"]
    assert titles({"owner": str(municipality.committees[0].pk)}) == ["Biblioteksplan"]


def test_list_filters_by_theme_from_any_set(browser, add):
    theme_actions.theme_set_from_template(key="four_perspectives", by=None, at=AT)
    theme_actions.theme_set_from_template(key="six_goals", by=None, at=AT)
    children, health = Theme.objects.get(name="Barn"), Theme.objects.get(name="Friska invånare")
    add("Båda", themes=(children, health))
    add("Ingen")
    for theme in (children, health):
        listed = browser.get(url("documents"), {"theme": theme.pk}).context["listing"]
        assert [row[0].text for row in listed.rows] == ["Båda"]
    assert "Barn" in listed.rows[0][4].text


def test_list_goes_out_as_csv_and_excel(browser, add):
    add("=cmd|' /C calc'!A0", decided="2026-01-01")
    add("Strategi", kind="strategy")
    text = browser.get(url("documents"), {"format": "csv"}).content.decode("utf-8-sig").splitlines()
    assert text[0].startswith("Titel;Typ;Läge;Ägs av")
    assert text[1].startswith("'=cmd")
    sheet = load_workbook(io.BytesIO(browser.get(url("documents"), {"format": "xlsx"}).content)).active
    assert [cell.value for cell in sheet["A"]] == ["Titel", "=cmd|' /C calc'!A0", "Strategi"]
    assert sheet["A2"].data_type == "s"


def queries_of(browser, address):
    browser.get(address)  # what is asked for once a process is warm
    with CaptureQueriesContext(
        connection,
    ) as caught:
        assert browser.get(address).status_code == 200
    return len(caught)


@pytest.mark.parametrize(("name", "most"), [("documents", 16), ("laws", 8), ("themes", 9)])
def test_lists_take_as_many_queries_for_few_rows_as_for_many(browser, add, name, most):
    def grow(start, stop):
        made = ThemeSet.objects.create(name=f"indelning {start}")
        for n in range(start, stop):
            theme = Theme.objects.create(theme_set=made, name=f"tema {n}")
            Law.objects.create(code=f"L{n}", name=f"lag {n}", kind="law")
            add(f"dokument {n}", decided="2026-01-01", themes=(theme,), belongs_to=Document.objects.first())

    grow(0, 3)
    few = queries_of(browser, url(name))
    grow(3, 23)
    assert queries_of(browser, url(name)) == few
    assert few <= most


def test_document_page_takes_as_many_queries_for_few_ties_as_for_many(browser, add, registrar):
    small = add("liten", decided="2026-01-01", related=(add("a"),), replaces=(add("b"),))
    many = tuple(add(f"nära {n}") for n in range(10))
    large = add("stor", decided="2020-01-01", related=many, replaces=many)
    for year in range(2021, 2026):
        add_version(large, f"{year}-01-01", by=registrar)
    few = queries_of(browser, url("document", small.pk))
    assert queries_of(browser, url("document", large.pk)) == few
    assert few <= 20


def test_document_page_tells_which_version_applied_on_a_day(reader, add, registrar):
    document = add("Strategi", decided="2020-01-01")
    add_version(document, "2024-01-01", by=registrar)
    page = url("document", document.pk)
    assert "gällde version 1" in texts(reader.get(page, {"on": "2023-06-01"}))
    assert "gällde version 2" in texts(reader.get(page, {"on": "2024-06-01"}))
    assert "inte börjat gälla" in texts(reader.get(page, {"on": "2019-06-01"}))
    assert "Skriv den som 2026-05-31" in texts(reader.get(page, {"on": "i går"}))


def test_document_page_says_that_a_review_is_late(reader, add):
    document = add("Strategi", decided="2020-01-01", review_on=dt.date(2026, 4, 30))
    assert "Översynen skulle vara gjord 2026-04-30" in texts(reader.get(url("document", document.pk)))
    assert "1 styrdokument väntar" in texts(reader.get(url("documents")))


def answered(browser, start, answers):
    """Walk a guided form: answer each page and follow where it leads; returns the last page."""
    response = browser.get(start, follow=True)
    for answer in answers:
        here = response.request["PATH_INFO"]
        response = browser.post(here, answer, follow=True)
    return response


def test_document_is_added_through_the_guided_form(browser, add, municipality):
    old = add("Gammal strategi", decided="2020-01-01")
    theme_actions.load_laws(by=None, at=AT)
    law = Law.objects.get(code="KL")
    last = answered(
        browser,
        url("new_document"),
        [
            {"kind": "strategy", "title": "Strategi för lika villkor"},
            {"owner": municipality.top.pk, "responsible": "Hållbarhetschefen", "register_number": "KS 2026/5"},
            {"valid_until": "2030-12-31", "review_on": "2028-01-01"},
            {},
            {"belongs_to": "", "replaces": [old.pk]},
            {"laws": [law.pk]},
        ],
    )
    shown = texts(last)
    assert "Stämmer uppgifterna?" in shown
    for text in ("Strategi för lika villkor", "Ekby kommun", "2030-12-31", "Gammal strategi", "Kommunallagen"):
        assert text in shown
    done = browser.post(last.request["PATH_INFO"], {"once_token": "a"}, follow=True)
    made = Document.objects.get(title="Strategi för lika villkor")
    assert done.request["PATH_INFO"] == url("document", made.pk)
    assert (list(made.replaces.all()), list(made.laws.all())) == ([old], [law])
    again = browser.post(last.request["PATH_INFO"], {"once_token": "a"})
    assert again.headers["Location"] == url("document", made.pk)
    assert Document.objects.filter(title=made.title).count() == 1


def test_guided_form_says_what_is_wrong_at_the_field_and_in_the_summary(browser):
    response = browser.post(url("new_document_step", "what"), {"kind": "", "title": ""})
    assert response.status_code == 422
    shown = texts(response)
    assert shown.count("Skriv dokumentets titel.") == 2
    assert "<title>Fel:" in shown


def test_change_that_another_made_first_is_shown_beside_ones_own(browser, add, client_as, user_of, municipality):
    document = add("Strategi", decided="2026-01-01")
    other = client_as(user_of("strategist", municipality.top))
    edit = url("edit_document", document.pk)
    for each, title in ((browser, "Min titel"), (other, "Hennes titel")):
        each.get(edit, follow=True)
        each.post(url("edit_document_step", document.pk, "what"), {"kind": "strategy", "title": title})
    check = url("edit_document_step", document.pk, "check")
    assert other.post(check).status_code == 302
    conflict = browser.post(check)
    assert conflict.status_code == 409
    assert "Min titel" in texts(conflict)
    assert "Hennes titel" in texts(conflict)
    assert Document.objects.get(pk=document.pk).title == "Hennes titel"


def test_version_with_file_is_added_and_handed_out_as_an_attachment(browser, reader, add):
    document = add("Strategi")
    given = {"decided_by": "Kommunfullmäktige", "decided_on": "2026-03-01", "summary": "Styr allt.", "paragraph": "§ 3"}
    upload = SimpleUploadedFile("strategi.docx", WHOLE_PDF, content_type="text/html")
    done = browser.post(url("add_version", document.pk), {**given, "file": upload}, follow=True)
    assert "Versionen är tillagd" in texts(done)
    version = DocumentVersion.objects.get()
    response = reader.get(url("download", version.pk))
    assert response.content == WHOLE_PDF
    assert response.headers["Content-Type"] == "application/pdf"
    assert response.headers["Content-Disposition"] == 'attachment; filename="strategi.pdf"'
    assert response.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize(
    ("content", "message"),
    [(b"<script>", "Filen är inte PDF"), (b"", "Filen är tom"), (WHOLE_PDF[:20], "skadad eller inte hel")],
)
def test_version_with_a_file_that_is_refused_says_why(browser, add, content, message):
    document = add("Strategi")
    given = {"decided_by": "Fullmäktige", "decided_on": "2026-03-01", "summary": "Styr."}
    upload = SimpleUploadedFile("strategi.pdf", content)
    response = browser.post(url("add_version", document.pk), {**given, "file": upload})
    assert response.status_code == 422
    assert texts(response).count(message) == 2
    assert not DocumentVersion.objects.exists()


def test_file_that_is_gone_is_told_so(reader, add, registrar, media):
    document = add()
    version = add_version(document, "2026-03-01", by=registrar, upload=io.BytesIO(WHOLE_PDF), name="a.pdf", size=58)
    (media / version.file.name).unlink()
    response = reader.get(url("download", version.pk))
    assert response.status_code == 404
    assert "Filen finns inte kvar" in texts(response)


def test_nobody_is_asked_to_log_in_before_a_file_is_handed_out(client, add, registrar):
    version = add_version(add(), "2026-03-01", by=registrar, upload=io.BytesIO(WHOLE_PDF), name="a.pdf", size=58)
    assert client.get(url("download", version.pk)).status_code == 302


def test_reader_sees_everything_and_may_change_nothing(reader, add):
    document = add("Strategi", decided="2026-01-01")
    for address in (url("documents"), url("document", document.pk), url("laws"), url("themes")):
        assert reader.get(address).status_code == 200
    for address in (url("new_document"), url("edit_document", document.pk), url("add_version", document.pk)):
        assert reader.get(address).status_code == 403
    assert reader.post(url("load_laws")).status_code == 403
    assert "Ändra uppgifter" not in texts(reader.get(url("document", document.pk)))


def test_document_of_another_unit_is_not_there_to_be_changed(client_as, user_of, add, municipality):
    mine = client_as(user_of("registrar", municipality.committees[0]))
    theirs = add("Strategi", owner=municipality.committees[1])
    assert mine.get(url("document", theirs.pk)).status_code == 200
    assert mine.get(url("edit_document", theirs.pk)).status_code == 404
    assert mine.get(url("add_version", theirs.pk)).status_code == 404


def test_owner_to_choose_is_within_scope_only(client_as, user_of, municipality):
    mine = client_as(user_of("registrar", municipality.committees[0]))
    mine.post(url("new_document_step", "what"), {"kind": "plan", "title": "Plan"})
    outside = {"owner": municipality.committees[1].pk}
    assert mine.post(url("new_document_step", "who"), outside).status_code == 422
    assert mine.post(url("new_document_step", "who"), {"owner": municipality.committees[0].pk}).status_code == 302


def test_laws_are_loaded_by_a_button_and_read_in_three_languages(client_as, user_of, municipality):
    strategist = user_of("strategist", municipality.top)
    browser = client_as(strategist)
    assert "Tillagda: 30" in texts(browser.post(url("load_laws"), follow=True))
    law = Law.objects.get(code="FL")
    for language, name, warning in [
        ("sv", "Förvaltningslagen", "Inte kontrollerad"),
        ("en", "Administrative Procedure Act", "Not checked"),
        ("fi", "Hallintolaki", "Ei tarkistettu"),
    ]:
        type(strategist).objects.filter(pk=strategist.pk).update(language=language)
        shown = texts(browser.get(url("law", law.pk)))
        assert f"<h1>{name}</h1>" in shown
        assert warning in shown


def test_law_is_edited_and_a_second_editor_is_told(browser):
    law = Law.objects.create(code="X", name="Lag", kind="law")
    given = {"code": "X", "kind": "law", "name": "Min lag", "version": "0"}
    Law.objects.filter(pk=law.pk).update(name="Hennes lag", version=1)
    conflict = browser.post(url("edit_law", law.pk), given)
    assert conflict.status_code == 409
    assert "Min lag" in texts(conflict)
    assert "Hennes lag" in texts(conflict)
    assert browser.post(url("edit_law", law.pk), {**given, "version": "1"}).status_code == 302
    assert Law.objects.get().name == "Min lag"


def test_code_taken_a_moment_before_is_told_at_the_field(browser, monkeypatch):
    real = editing.once

    def beaten(request, act):
        Law.objects.create(code="X", name="Hennes lag", kind="law")
        return real(request, act)

    monkeypatch.setattr(editing, "once", beaten)
    answer = browser.post(url("add_law"), {"code": "X", "kind": "law", "name": "Min lag"})
    assert answer.status_code == 422
    assert "Det finns redan en lag med det kortnamnet" in texts(answer)
    assert not Law.objects.filter(name="Min lag").exists()


def test_what_was_written_when_the_login_timed_out_is_in_the_form_again(browser, add, client, registrar):
    document = add("Strategi")
    given = {"decided_by": "Fullmäktige", "decided_on": "2026-03-01", "summary": "Lång text som inte får gå förlorad."}
    assert client.post(url("add_version", document.pk), given).status_code == 302
    client.force_login(registrar, backend="allauth.account.auth_backends.AuthenticationBackend")
    assert "Lång text som inte får gå förlorad." in texts(client.get(url("add_version", document.pk)))


def test_themes_page_makes_a_set_from_a_template_and_lets_it_be_changed(client_as, user_of, municipality):
    browser = client_as(user_of("strategist", municipality.top))
    assert "Sju möjligheter" in texts(browser.get(url("themes")))
    browser.post(url("use_template", "seven_opportunities"))
    theme = Theme.objects.get(name="Bra hälsa")
    browser.post(url("edit_theme", theme.pk), {"name": "Hälsa", "position": "1", "version": "0"})
    theme.refresh_from_db()
    assert (theme.name, theme.position, theme.active) == ("Hälsa", 1, False)
    browser.post(url("add_theme", theme.theme_set.pk), {"name": "Fritid", "active": "on", "position": "8"})
    taken = browser.post(url("add_theme", theme.theme_set.pk), {"name": "Fritid", "active": "on"})
    assert taken.status_code == 422
    assert texts(taken).count("Namnet finns redan") == 2
    assert theme.theme_set.themes.count() == 8
    assert browser.post(url("use_template", "nothing")).status_code == 404


def test_theme_put_aside_stays_where_it_is_chosen_and_is_offered_no_more(browser, add):
    made = theme_actions.theme_set_from_template(key="four_perspectives", by=None, at=AT)
    theme = made.themes.get(name="Barn")
    document = add("Strategi", themes=(theme,))
    Theme.objects.filter(pk=theme.pk).update(active=False)
    assert "Barn" in texts(browser.get(url("document", document.pk)))
    browser.get(url("edit_document", document.pk), follow=True)
    assert "Barn (Fyra perspektiv)" in texts(browser.get(url("edit_document_step", document.pk, "themes")))
    browser.post(url("new_document_step", "what"), {"kind": "plan", "title": "Plan"})
    browser.post(url("new_document_step", "who"), {"owner": document.owner_id})
    browser.post(url("new_document_step", "when"), {})
    fresh = texts(browser.get(url("new_document_step", "themes")))
    assert "Jämställdhet" in fresh
    assert "Barn" not in fresh
