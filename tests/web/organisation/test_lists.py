"""Lists of units: files read tolerantly, the difference shown, accepted as it was seen, all or none."""

from __future__ import annotations

import io
import zipfile
from datetime import UTC, date, datetime

import openpyxl
import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404

from jamlik.web.core.audit_models import AuditEvent
from jamlik.web.organisation import content, list_actions
from jamlik.web.organisation.models import Unit, UnitList
from jamlik.web.organisation.unit_files import MOST_BYTES, rows_of_file
from jamlik.web.organisation.unit_lists import compared

AT = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)


def read(text: str | bytes, name: str = "enheter.csv"):
    body = text if isinstance(text, bytes) else text.encode("utf-8")
    return rows_of_file(io.BytesIO(body), name=name, size=len(body))


def rows_of(text: str):
    rows, problems = read(text)
    assert not problems
    return rows


def texts(diff) -> list[tuple[int, str]]:
    return [(each.row, each.text) for each in diff.problems]


@pytest.fixture
def admin(municipality, user_of):
    return user_of("admin", municipality.top)


@pytest.fixture
def kept(admin):
    return lambda text: list_actions.keep_list(file_name="enheter.csv", rows=rows_of(text), by=admin, at=AT)


# --- reading ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "Kod;Namn;Typ;Överordnad;Från;Till\ngran;Granskolan;Enhet;uf;2026-08-01;\n",
        "code,name,kind,parent,from,to\ngran,Granskolan,unit,uf,2026-08-01,\n",
        "koodi\tnimi\ttyyppi\tyläyksikkö\talkaen\tasti\ngran\tGranskolan\tyksikkö\tuf\t2026-08-01\t\n",
        "ENHETSKOD;Enhetsnamn;Slag;Tillhör;Giltig från;Giltig till\ngran;Granskolan;skola;uf;2026-08-01;\n",
    ],
)
def test_columns_are_known_in_three_languages(text):
    assert rows_of(text) == [
        {
            "row": 2,
            "code": "gran",
            "name": "Granskolan",
            "kind": "unit",
            "parent": "uf",
            "valid_from": "2026-08-01",
            "valid_to": "",
        }
    ]


def test_workbook_with_real_dates_is_read():
    book = openpyxl.Workbook()
    book.active.append(["Kod", "Namn", "Från"])
    book.active.append(["010", "Granskolan", date(2026, 8, 1)])
    book.active.append(["011", "Lindskolan", None])
    out = io.BytesIO()
    book.save(out)
    rows, problems = read(out.getvalue(), "enheter.xlsx")
    assert not problems
    assert [(row["code"], row["valid_from"]) for row in rows] == [("010", "2026-08-01"), ("011", "")]


def test_cells_that_cannot_be_read_are_told_by_row():
    _, problems = read("kod;namn;typ;från\na;A;enhet;2026-08-01\nb;B;planet;i höstas\n")
    assert {each.row for each in problems} == {3}
    assert len(problems) == 2
    assert "planet" in problems[0].text
    assert "i höstas" in problems[1].text


def test_every_fault_of_every_row_is_told_at_once(admin, client_as):
    rows = ["a;A;planet;uf;i höstas", ";B;enhet;uf;", "c;;enhet;nowhere;", "a;D;enhet;uf;"]
    file = io.BytesIO("\n".join(["kod;namn;typ;överordnad;från", *rows]).encode())
    file.name = "enheter.csv"
    page = client_as(admin).post("/organisation/lists/", {"file": file}).content.decode()
    told = page.split('role="alert">')[1].split("</ul>")[0]
    assert told.count("<li>") == 6
    for word in ("planet", "i höstas", "Skriv en kod", "Skriv ett namn", "nowhere", "Rad 5"):
        assert word in told
    assert not UnitList.objects.exists()


def test_broken_file_is_called_by_its_own_name():
    with pytest.raises(ValidationError) as error:
        read(b"PK\x03\x04 this is no workbook", "våra enheter.xlsx")
    assert "våra enheter.xlsx" in error.value.messages[0]


def test_new_units_are_counted_apart_from_changed_ones(admin, client_as, kept):
    found = kept(
        "kod;namn;typ;överordnad\nbjork;Björkens skola;enhet;uf\ngran;Granskolan;enhet;uf\nlind;Lind;enhet;uf\n"
    )
    page = client_as(admin).get(f"/organisation/lists/{found.pk}/").content.decode()
    assert "2 nya enheter, 1 enhet ändras" in page


@pytest.mark.parametrize(
    ("body", "name", "word"),
    [
        (b"x", "enheter.pdf", "enheter.pdf"),
        (b"", "enheter.csv", "tom"),
        (b"kod;antal\na;1\nb;2\n", "enheter.csv", "Namn"),
        (b"PK\x03\x04 this is no workbook", "enheter.xlsx", ""),
        (b"\x00\x01\x02\x03" * 50, "enheter.csv", ""),
    ],
)
def test_file_that_cannot_be_used_is_told_why(body, name, word):
    with pytest.raises(ValidationError) as error:
        read(body, name)
    assert word in error.value.messages[0]


def test_file_larger_than_a_list_is_refused_before_it_is_read():
    with pytest.raises(ValidationError):
        rows_of_file(io.BytesIO(b"kod;namn\n"), name="enheter.csv", size=MOST_BYTES + 1)


def test_workbook_that_unpacks_to_far_too_much_is_refused():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * (101 * 1024 * 1024))
    assert len(out.getvalue()) < 1024 * 1024
    with pytest.raises(ValidationError, match="packa upp"):
        read(out.getvalue(), "enheter.xlsx")


# --- the difference ---------------------------------------------------------------------------------------------------


def test_difference_tells_new_changed_same_and_left_out(municipality):
    diff = compared(
        rows_of(
            "kod;namn;typ;överordnad\n"
            "uf;Utbildningskontoret;förvaltning;un\n"
            "gran;Granskolan;enhet;uf\n"
            "bjork;Björkskolan;enhet;uf\n"
            "un;Utbildningsnämnden;nämnd;ekby\n"
        )
    )
    assert not diff.problems
    assert [(each.code, each.new, dict(each.fields)) for each in diff.changes] == [
        ("uf", False, {"name": ("Utbildningsförvaltningen", "Utbildningskontoret")}),
        ("gran", True, {"name": ("", "Granskolan"), "kind": ("", "unit"), "parent": ("", "uf")}),
    ]
    assert diff.same == 2
    assert {unit.code for unit in diff.left_out} == {"on", "of", "al", "norr", "syd"}


def test_column_that_the_list_lacks_changes_nothing(municipality):
    Unit.objects.filter(code="bjork").update(valid_from=date(2020, 1, 1))
    assert not compared(rows_of("kod;namn\nbjork;Björkskolan\nal;Alskolan\n")).changes
    emptied = compared(rows_of("kod;namn;från\nbjork;Björkskolan;\nal;Alskolan;\n"))
    assert [dict(each.fields) for each in emptied.changes] == [{"valid_from": ("2020-01-01", "")}]


def test_new_parents_come_before_what_lies_below_them(municipality):
    diff = compared(rows_of("kod;namn;typ;överordnad\nc;C;enhet;b\nb;B;förvaltning;a\na;A;nämnd;\n"))
    assert [each.code for each in diff.changes] == ["a", "b", "c"]
    assert diff.changes[0].fields["parent"] == ("", "ekby")


@pytest.mark.parametrize(
    ("lines", "row", "word"),
    [
        ("x;X;enhet;nowhere", 2, "nowhere"),
        ("x;X;nämnd;uf", 2, "Nämnd"),
        ("x;;enhet;uf", 2, "namn"),
        (";X;enhet;uf", 2, "kod"),
        ("x;X;;uf", 2, "Slag"),
        ("x;X;enhet;uf\nx;Y;enhet;uf", 3, "rad 2"),
        ("x;X;förvaltning;y\ny;Y;förvaltning;x", 2, "sig själv"),
        ("uf;Uf;nämnd;ekby\nny;Ny;bolag;bjork", 3, "bolag"),
        ("un;Un;enhet;ekby", 2, "Förvaltning"),
    ],
)
def test_what_stops_a_list_is_told_by_row(municipality, lines, row, word):
    diff = compared(rows_of(f"kod;namn;typ;överordnad\n{lines}\n"))
    assert any(number == row and word in text for number, text in texts(diff)), texts(diff)
    assert not diff.acceptable


def test_difference_takes_one_question_however_long_the_list(municipality, django_assert_num_queries):
    long = rows_of("kod;namn;typ;överordnad\n" + "".join(f"u{n};Enhet {n};enhet;uf\n" for n in range(300)))
    with django_assert_num_queries(1):
        assert len(compared(long).changes) == 300


# --- accepting --------------------------------------------------------------------------------------------------------


def test_accepted_list_makes_its_changes_and_records_each(municipality, admin, kept):
    found = kept(
        "kod;namn;typ;överordnad;till\nuf;Utbildningskontoret;förvaltning;un;\ngran;Granskolan;enhet;uf;2027-06-30\n"
    )
    seen = compared(found.rows).digest
    assert list_actions.accept_list(unit_list=found, seen=seen, by=admin, at=AT) == 2
    assert Unit.objects.get(code="uf").name == "Utbildningskontoret"
    new = Unit.objects.get(code="gran")
    assert (new.parent.code, new.valid_to) == ("uf", date(2027, 6, 30))
    verbs = list(AuditEvent.objects.order_by("number").values_list("verb", flat=True))
    assert verbs == [
        "organisation.list_uploaded",
        "organisation.unit_changed",
        "organisation.unit_added",
        "organisation.list_accepted",
    ]
    assert not compared(found.rows).changes


def test_list_moves_a_unit(municipality, admin, kept):
    found = kept("kod;namn;överordnad\nbjork;Björkskolan;of\nal;Alskolan;uf\n")
    list_actions.accept_list(unit_list=found, seen=compared(found.rows).digest, by=admin, at=AT)
    assert Unit.objects.get(code="bjork").lies_within(municipality.committees[1])


def test_list_is_not_accepted_when_it_would_change_something_else_than_was_seen(municipality, admin, kept):
    found = kept("kod;namn\nbjork;Björken\nal;Alskolan\n")
    seen = compared(found.rows).digest
    Unit.objects.filter(code="bjork").update(name="Stora Björk")
    with pytest.raises(ValidationError):
        list_actions.accept_list(unit_list=found, seen=seen, by=admin, at=AT)
    assert Unit.objects.get(code="bjork").name == "Stora Björk"
    found.refresh_from_db()
    assert found.state == UnitList.State.WAITING


def test_list_that_fails_midway_changes_nothing(municipality, admin, kept, monkeypatch):
    found = kept("kod;namn;typ;överordnad\na;A;enhet;uf\nb;B;enhet;uf\n")
    real, made = list_actions.add_unit, []

    def failing(**values):
        made.append(values)
        if len(made) == 2:
            raise ValidationError("no")
        return real(**values)

    monkeypatch.setattr(list_actions, "add_unit", failing)
    with pytest.raises(ValidationError):
        list_actions.accept_list(unit_list=found, seen=compared(found.rows).digest, by=admin, at=AT)
    assert not Unit.objects.filter(code__in=("a", "b")).exists()


def test_list_is_settled_once(municipality, admin, kept):
    found = kept("kod;namn\nbjork;Björken\nal;Alskolan\n")
    list_actions.drop_list(unit_list=found, by=admin, at=AT)
    assert Unit.objects.get(code="bjork").name == "Björkskolan"
    with pytest.raises(ValidationError):
        list_actions.accept_list(unit_list=found, seen=compared(found.rows).digest, by=admin, at=AT)
    with pytest.raises(ValidationError):
        list_actions.drop_list(unit_list=found, by=admin, at=AT)


def test_lists_are_for_those_who_keep_the_whole_tree(municipality, user_of):
    with pytest.raises(Http404):
        list_actions.keep_list(
            file_name="x.csv", rows=[{"row": 2}], by=user_of("admin", municipality.committees[0]), at=AT
        )
    with pytest.raises(PermissionDenied):
        list_actions.keep_list(file_name="x.csv", rows=[{"row": 2}], by=user_of("head", municipality.top), at=AT)


def test_every_starting_tree_fits_a_new_municipality(municipality, admin):
    for unit in Unit.objects.exclude(parent=None).order_by("-path"):
        unit.delete()
    for key, _, about, size in content.starting_trees("fi"):
        name, rows = content.starting_tree(key)
        assert about
        diff = compared(rows)
        assert diff.acceptable, texts(diff)
        assert len(diff.changes) == size
    found = list_actions.keep_list(file_name=name, rows=rows, by=admin, at=AT)
    list_actions.accept_list(unit_list=found, seen=compared(rows).digest, by=admin, at=AT)
    assert Unit.objects.count() == size + 1
    assert content.starting_tree("none") is None


def test_name_or_code_that_the_table_cannot_hold_is_told(municipality):
    rows = rows_of(f"kod;namn;typ\n{'k' * 41};Skolan;enhet\nny;{'n' * 201};enhet\n")
    told = texts(compared(rows))
    assert [(row, "Högst 40" in text or "Högst 200" in text) for row, text in told] == [(2, True), (3, True)]


def test_list_that_was_taken_away_comes_back_without_the_apostrophe(municipality):
    assert rows_of("kod;namn\n'-x;'=Skolan\n")[0] == {"row": 2, "code": "-x", "name": "=Skolan"}
