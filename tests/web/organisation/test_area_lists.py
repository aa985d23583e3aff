"""Lists of areas: read tolerantly, the difference shown, accepted as it was seen, all or none."""

from __future__ import annotations

import io
from datetime import UTC, datetime

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import Http404
from django.urls import reverse

from jamlik.web.core.audit_models import AuditEvent
from jamlik.web.organisation import list_actions
from jamlik.web.organisation.area_lists import areas_compared, areas_of_file
from jamlik.web.organisation.models import Area, UnitList

AT = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
LIST = """Indelning;Version;Områdeskod;Namn;Ingår i
Kommundel;;kd1;Norra Ekby;
DeSO;2025;0126A0010;Björkhagen;kd1
deso;2025;0126A0020;Ängen;kommundel:kd1
"""


def rows_of(text: str) -> list[dict[str, object]]:
    body = text.encode()
    return areas_of_file(io.BytesIO(body), name="områden.csv", size=len(body))


def told(text: str) -> list[tuple[int, str]]:
    return [(each.row, each.text) for each in areas_compared(rows_of(text)).problems]


@pytest.fixture
def admin(municipality, user_of):
    return user_of("admin", municipality.top)


@pytest.fixture
def accept(admin):
    def take(text: str) -> int:
        kept = list_actions.keep_list(file_name="o.csv", rows=rows_of(text), about="areas", by=admin, at=AT)
        seen = areas_compared(kept.rows).digest
        return list_actions.accept_list(unit_list=kept, seen=seen, by=admin, at=AT)

    return take


def test_areas_are_added_with_what_they_are_part_of(accept):
    assert accept(LIST) == 3
    assert {area.identity for area in Area.objects.all()} == {
        "kommundel:kd1",
        "deso:2025:0126A0010",
        "deso:2025:0126A0020",
    }
    part = Area.objects.get(code="0126A0010")
    assert [each.name for each in part.parents.all()] == ["Norra Ekby"]
    assert AuditEvent.objects.filter(verb="organisation.area_added").count() == 3
    assert areas_compared(rows_of(LIST)).changes == ()


def test_only_what_the_list_says_is_changed_and_the_rest_is_told(accept):
    accept(LIST)
    diff = areas_compared(rows_of("indelning,version,kod,namn\ndeso,2025,0126A0010,Björkhagen norra\n"))
    (change,) = diff.changes
    assert (change.new, change.fields) == (False, {"name": ("Björkhagen", "Björkhagen norra")})
    assert len(diff.left_out) == 2
    assert accept("indelning,version,kod,namn\ndeso,2025,0126A0010,Björkhagen norra\n") == 1
    area = Area.objects.get(code="0126A0010")
    assert (area.name, area.parents.count()) == ("Björkhagen norra", 1)
    event = AuditEvent.objects.get(verb="organisation.area_changed")
    assert event.target_key == str(area.pk)
    assert accept("indelning,version,kod,namn,ingår i\ndeso,2025,0126A0010,Björkhagen norra,\n") == 1
    assert not area.parents.exists()


@pytest.mark.parametrize(
    ("row", "message"),
    [
        (";2025;a;A;", "Indelning saknas"),
        ("deso;2025;;A;", "Kod saknas"),
        ("deso;2025;a;;", "Namn saknas"),
        ("deso;2025;a:b;A;", "får inte stå kolon"),
        ("deso;2025;a;A;nowhere", "är inget område"),
        ("deso;2025;a;A;a", "ingå i sig självt"),
        (f"deso;2025;{'x' * 41};A;", "Högst 40 tecken"),
    ],
)
def test_row_that_cannot_be_used_is_told_with_its_number(db, row, message):
    ((number, text),) = told(f"Indelning;Version;Kod;Namn;Ingår i\n{row}\n")
    assert number == 2
    assert message in text


def test_same_area_twice_and_rings_are_told(db):
    text = "indelning;kod;namn;ingår i\nx;a;A;b\nx;b;B;c\nx;c;C;a\nx;a;A igen;\n"
    assert [number for number, _ in told(text)] == [2, 3, 4, 5]


def test_code_that_several_areas_have_is_no_parent_alone(accept):
    accept("indelning;version;kod;namn\ndeso;2018;a;A\ndeso;2025;a;A\n")
    assert "flera" in told("indelning;kod;namn;ingår i\nstadsdel;s;S;a\n")[0][1]
    assert told("indelning;kod;namn;ingår i\nstadsdel;s;S;deso:2018:a\n") == []


def test_list_that_would_now_change_something_else_is_not_accepted(admin, accept):
    kept = list_actions.keep_list(file_name="o.csv", rows=rows_of(LIST), about="areas", by=admin, at=AT)
    seen = areas_compared(kept.rows).digest
    accept("indelning;version;kod;namn\ndeso;2025;0126A0010;Annat\n")
    with pytest.raises(ValidationError):
        list_actions.accept_list(unit_list=kept, seen=seen, by=admin, at=AT)
    assert Area.objects.count() == 1


def test_whole_municipality_is_needed(municipality, user_of):
    local = user_of("admin", municipality.committees[0])
    with pytest.raises(Http404):
        list_actions.keep_list(file_name="o.csv", rows=rows_of(LIST), about="areas", by=local, at=AT)


def test_administrator_brings_in_areas_and_takes_them_out_again(admin, client_as):
    browser = client_as(admin)
    upload = SimpleUploadedFile("omraden.csv", LIST.encode())
    page = browser.post(reverse("organisation:area_lists"), {"file": upload}, follow=True)
    text = page.content.decode()
    assert "3 nya områden" in text
    assert "Björkhagen" in text
    kept = UnitList.objects.get()
    asked = {"seen": areas_compared(kept.rows).digest}
    page = browser.post(reverse("organisation:accept_list", args=[kept.pk]), asked, follow=True)
    assert "deso:2025:0126A0010" in page.content.decode()
    taken = browser.get(reverse("organisation:area_example")).content.decode("utf-8-sig")
    assert areas_compared(rows_of(taken)).changes == ()
    assert "områden är redan som i filen" not in browser.get(reverse("organisation:lists")).content.decode()


def test_file_without_the_columns_is_told_so(admin, client_as):
    upload = SimpleUploadedFile("omraden.csv", b"a;b\n1;2\n")
    text = client_as(admin).post(reverse("organisation:area_lists"), {"file": upload}).content.decode()
    assert "Kolumn saknas: Kod, Namn" in text
