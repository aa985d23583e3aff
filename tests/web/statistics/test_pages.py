"""Every page, as the people who use it see it."""

from __future__ import annotations

import gzip
import hashlib
import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from jamlik.web.core import clock
from jamlik.web.statistics import actions, forms, views
from jamlik.web.statistics.models import DataSet, Finding, Import, ImportState, Release
from tests.web.statistics.conftest import AT, school_file

pytestmark = pytest.mark.django_db


def text_of(response):
    return re.sub(r"\s+", " ", response.content.decode())


def upload(client, data_set, content, name="betyg.csv"):
    return client.post(
        reverse("statistics:upload", args=[data_set.pk]), {"file": SimpleUploadedFile(name, content)}, follow=True
    )


def test_a_file_goes_from_upload_to_findings(analyst, committee, client_as, run_jobs):
    client = client_as(analyst)
    values = {
        "title": "Betyg i årskurs 9",
        "owner": committee.pk,
        "register_number": "UN 2026/12",
        "secrecy": "OSL 23:2",
    }
    made = client.post(reverse("statistics:new"), values, follow=True)
    data_set = DataSet.objects.get()
    assert made.status_code == 200
    assert data_set.owner == committee
    shown = upload(client, data_set, school_file())
    imported = Import.objects.get()
    assert 'http-equiv="refresh"' in text_of(shown)
    run_jobs()
    seen = text_of(client.get(reverse("statistics:import", args=[imported.pk])))
    for words in ("Kön", "Område", "Godkänd", "Det är den första versionen", "Ja, använd den"):
        assert words in seen
    client.post(reverse("statistics:accept", args=[imported.pk]))
    run_jobs()
    listed = text_of(client.get(reverse("statistics:findings")))
    assert "flickor" in listed
    finding = Finding.objects.filter(newest=True, dimension="sex").get()
    page = text_of(client.get(reverse("statistics:finding", args=[finding.pk])))
    assert "Flickor skiljer sig från pojkar" in page
    assert "<svg" in page
    assert "Tabell till diagrammet" in page


@pytest.mark.parametrize("lang", ["sv", "en", "fi"])
def test_every_page_answers_in_every_language(loaded, data_set, analyst, client_as, run_jobs, lang):
    imported = loaded(school_file())
    release = actions.publish_release(analysis=imported.analysis, released_on=clock.today(), by=analyst, at=clock.now())
    run_jobs()
    waiting = actions.receive_file(
        data_set=data_set, file_name="ny.csv", parts=[school_file(years=(2025, 2026))], by=analyst, at=AT
    )
    run_jobs()
    told = actions.register_finding(
        source="council",
        owner=data_set.owner,
        text="Entrén saknar ramp.",
        group="Rullstolsburna",
        reference="",
        heard_on=clock.today(),
        by=analyst,
        at=AT,
    )
    analyst.language = lang
    analyst.save()
    client = client_as(analyst)
    pages = [
        *(
            reverse(f"statistics:{name}")
            for name in ("home", "new", "municipality", "findings", "register", "releases")
        ),
        *(reverse(f"statistics:{name}", args=[data_set.pk]) for name in ("data_set", "change", "upload", "undo")),
        *(reverse(f"statistics:{name}", args=[waiting.pk]) for name in ("import", "correct", "describe")),
        *(reverse(f"statistics:{name}", args=[release.pk]) for name in ("release", "withdraw")),
        *(reverse("statistics:finding", args=[pk]) for pk in (told.pk, Finding.objects.filter(newest=True).first().pk)),
        reverse("statistics:publish", args=[data_set.pk]),
        reverse("statistics:findings") + "?show=all&sort=-persons&q=flickor&certainty=clear",
    ]
    for page in pages:
        response = client.get(page)
        assert response.status_code == 200, page
        assert f'<html lang="{lang}"' in response.content.decode()


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("rapport.csv", b"%PDF-1.7\n" + b"x" * 100, "ingen tabell"),
        ("bild.xlsx", b"\x89PNG\r\n\x1a\n" + b"\x00" * 100, "ingen tabell"),
        ("program.csv", b"MZ\x90\x00" + bytes(range(256)) * 4, "ingen tabell"),
        ("tom.csv", b"", "tom"),
    ],
)
def test_upload_of_what_is_no_table_is_refused_in_the_form(data_set, analyst, client_as, name, content, says):
    response = upload(client_as(analyst), data_set, content, name)
    assert response.status_code == 422
    assert says in text_of(response)
    assert "Fel:" in text_of(response)
    assert not Import.objects.exists()


def test_upload_that_is_too_large_is_refused_in_the_form(data_set, analyst, client_as, monkeypatch):
    monkeypatch.setattr(forms, "MOST_BYTES", 1000)
    monkeypatch.setattr(views, "MOST_BYTES", 1000)
    response = upload(client_as(analyst), data_set, school_file())
    assert response.status_code == 422
    assert "större än" in text_of(response)
    assert not Import.objects.exists()


def test_upload_that_grows_beyond_measure_is_refused_when_it_is_read(data_set, analyst, client_as, run_jobs):
    bomb = gzip.compress(b"a;b\n" + b"0" * (70 << 20), compresslevel=1)
    client = client_as(analyst)
    upload(client, data_set, bomb, "betyg.csv.gz")
    run_jobs()
    imported = Import.objects.get()
    assert (imported.state, imported.spool_key) == (ImportState.FAILED, None)
    page = text_of(client.get(reverse("statistics:import", args=[imported.pk])))
    assert "blir för stor när den packas upp" in page
    assert "Filen är förstörd" in page


def test_what_a_file_calls_its_groups_is_never_markup(loaded, data_set, analyst, client_as):
    evil = "<script>alert(1)</script>"
    content = school_file().decode().replace("Norr", evil).replace("Godkänd", f"Godkänd {evil}").encode()
    imported = loaded(content)
    assert imported.state == ImportState.IN_USE
    client = client_as(analyst)
    finding = Finding.objects.filter(newest=True, dimension="sex+area").first()
    pages = [
        reverse("statistics:finding", args=[finding.pk]) + "?charts=all",
        reverse("statistics:findings") + "?show=all",
        reverse("statistics:import", args=[imported.pk]),
    ]
    for page in pages:
        shown = text_of(client.get(page))
        assert "<script>alert" not in shown
        assert "alert(1)" in shown


def test_an_import_is_not_there_for_another_committee(data_set, analyst, client_as, user_of, municipality, run_jobs):
    imported = actions.receive_file(data_set=data_set, file_name="a.csv", parts=[school_file()], by=analyst, at=AT)
    run_jobs()
    other = client_as(user_of("analyst", municipality.committees[1]))
    for name in ("import", "correct", "describe"):
        assert other.get(reverse(f"statistics:{name}", args=[imported.pk])).status_code == 404
    for name in ("accept", "refuse", "again"):
        assert other.post(reverse(f"statistics:{name}", args=[imported.pk])).status_code == 404
    assert other.get(reverse("statistics:upload", args=[data_set.pk])).status_code == 404
    imported.refresh_from_db()
    assert imported.state == ImportState.INSPECTED


def test_a_reader_sees_findings_but_no_imports(loaded, data_set, client_as, user_of, municipality):
    imported = loaded(school_file())
    reader = client_as(user_of("reader", municipality.units[1][0]))
    assert "flickor" in text_of(reader.get(reverse("statistics:findings")))
    assert reader.get(reverse("statistics:import", args=[imported.pk])).status_code == 403
    assert reader.get(reverse("statistics:new")).status_code == 403


def test_the_frozen_content_is_the_bytes_of_its_fingerprint(loaded, analyst, client_as, run_jobs):
    imported = loaded(school_file())
    release = actions.publish_release(analysis=imported.analysis, released_on=clock.today(), by=analyst, at=clock.now())
    run_jobs()
    release = Release.objects.get()
    assert release.state == "published"
    response = client_as(analyst).get(reverse("statistics:content", args=[release.pk]))
    assert hashlib.sha256(response.content).hexdigest() == release.fingerprint


def test_a_told_finding_that_names_a_person_is_refused(committee, analyst, client_as, user_of):
    client = client_as(user_of("strategist", committee))
    values = {
        "source": "complaint",
        "owner": committee.pk,
        "group": "Äldre",
        "text": "Ring 640823-3234 om det.",
        "heard_on": str(clock.today()),
    }
    response = client.post(reverse("statistics:register"), values)
    assert response.status_code == 422
    assert "peka ut en person" in text_of(response)
    assert not Finding.objects.exists()
    response = client.post(reverse("statistics:register"), values | {"text": "Äldre får vänta längre."}, follow=True)
    assert "Äldre får vänta längre." in text_of(response)


def test_a_told_finding_is_read_by_those_above_and_below_its_owner_only(municipality, user_of, client_as, analyst):
    told = actions.register_finding(
        source="dialogue",
        owner=municipality.departments[0],
        text="Elever som byter skola får vänta på stöd.",
        group="elever som byter skola",
        reference="andra elever",
        heard_on=clock.today(),
        by=analyst,
        at=AT,
    )
    address = reverse("statistics:finding", args=[told.pk])
    for unit in (municipality.top, municipality.committees[0], municipality.units[0][1]):
        assert client_as(user_of("reader", unit)).get(address).status_code == 200, unit
    outside = client_as(user_of("reader", municipality.units[1][0]))
    assert outside.get(address).status_code == 404
    assert "byter skola" not in text_of(outside.get(reverse("statistics:findings")))


def test_two_people_change_a_data_set_and_both_versions_are_shown(data_set, analyst, client_as):
    client, address = client_as(analyst), reverse("statistics:change", args=[data_set.pk])
    actions.edit_data_set(
        data_set=DataSet.objects.get(), values={"title": "Deras"}, expected_version=0, by=analyst, at=AT
    )
    response = client.post(address, {"title": "Mitt", "version": "0"})
    assert response.status_code == 409
    assert "Deras" in text_of(response)
    assert "Mitt" in text_of(response)


@pytest.mark.parametrize("page", ["findings", "home"])
def test_lists_take_as_many_queries_with_many_rows(
    loaded, data_set, committee, analyst, client_as, django_assert_max_num_queries, page
):
    loaded(school_file())
    client = client_as(analyst)
    address = reverse(f"statistics:{page}") + "?show=all"
    client.get(address)
    few = _queries(client, address)
    row = Finding.objects.filter(newest=True).first()
    for number in range(40):
        actions.create_data_set(title=f"Underlag {number}", owner=committee, by=analyst, at=AT)
        row.pk, row.finding_id, row.question_key = None, f"k{number}@2025", f"k{number}"
        row.save()
    assert _queries(client, address) == few
    assert few <= 14


def test_pages_of_one_take_as_many_queries_with_a_long_history(loaded, data_set, analyst, client_as, user_of):
    first = loaded(school_file())
    client = client_as(analyst)
    finding = Finding.objects.get(dimension="sex", newest=True)
    addresses = [
        reverse("statistics:data_set", args=[data_set.pk]),
        reverse("statistics:finding", args=[finding.pk]),
        reverse("statistics:import", args=[first.pk]),
    ]
    few = [_queries(client, address) for address in addresses]
    for number in range(2, 12):
        Import.objects.create(
            data_set=data_set,
            number=number,
            state="refused",
            uploaded_at=AT,
            uploaded_by=user_of(),
        )
        for to in ("under_analysis", "detected"):
            actions.move_finding(finding=finding, to=to, by=user_of(), at=AT, reason="Därför")
        other = Finding.objects.get(pk=finding.pk)
        other.pk, other.finding_id, other.period = None, f"{finding.question_key}@{number}", str(1990 + number)
        other.period_start = 1990 + number
        other.save()
    assert [_queries(client, address) for address in addresses] == few
    assert max(few) <= 20


def _queries(client, address):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as found:
        assert client.get(address).status_code == 200
    return len(found)
