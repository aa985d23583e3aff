"""Files handed in: what they say they are, what they are, how large they grow, and what they are called."""

from __future__ import annotations

import io
import struct
import zipfile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from jamlik.web.core.middleware import MOST_FROM_NOBODY
from jamlik.web.goals.models import GoalList
from jamlik.web.organisation.models import UnitList
from jamlik.web.register.models import DocumentVersion
from jamlik.web.statistics.models import DataSet, Import, ImportState
from tests.web.register.conftest import WHOLE_PDF
from tests.web.register.objects import KINDS as REGISTERED
from tests.web.statistics.conftest import run_jobs, school_file
from tests.web.statistics.objects import empty_data_set

__all__ = ["run_jobs"]

pytestmark = [pytest.mark.either, pytest.mark.django_db]


def zipped(**files):
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name.replace("__", "/").replace("_xml", ".xml"), content)
    return made.getvalue()


def swollen(name, megabytes):
    """An Excel file whose sheet is all zeros: small here, large when it is opened."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("xl/workbook.xml", "<workbook/>")
        with archive.open(name, "w") as inside:
            for _ in range(megabytes):
                inside.write(b"0" * 1024 * 1024)
    return made.getvalue()


def lying(content):
    """The same archive, whose list of contents says that everything in it is tiny."""
    made = bytearray(content)
    place = made.find(b"PK\x01\x02")
    while place != -1:
        made[place + 24 : place + 28] = struct.pack("<I", 10)
        place = made.find(b"PK\x01\x02", place + 4)
    return bytes(made)


PROGRAM = b"MZ" + bytes(range(256)) * 20
PICTURE = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 20
PAGE = b"<!doctype html><script>alert(1)</script>"
BOMB = swollen("xl/worksheets/sheet1.xml", 300)
NO_TABLE = {
    "program": ("betyg.csv", PROGRAM),
    "picture": ("betyg.xlsx", PICTURE),
    "page": ("betyg.csv", PAGE),
    "pdf": ("betyg.csv", WHOLE_PDF),
    "empty": ("betyg.csv", b""),
}
BROKEN = {
    "bomb": ("betyg.xlsx", BOMB),
    "lying bomb": ("betyg.xlsx", lying(BOMB)),
    "other archive": ("betyg.xlsx", zipped(a__b_xml=b"<a/>")),
    "half archive": ("betyg.xlsx", BOMB[: len(BOMB) // 2]),
    "entities": (
        "betyg.xlsx",
        zipped(
            **{
                "[Content_Types]_xml": b"<Types/>",
                "xl__workbook_xml": b'<!DOCTYPE w [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">]><w>&b;</w>',
            }
        ),
    ),
    "half parquet": ("betyg.parquet", b"PAR1" + bytes(100) + b"PAR1"),
    "zeros": ("betyg.csv", "År;Kön\n2025;x\n".encode("utf-16")[:-1]),
    "too wide": ("betyg.csv", (";".join(f"k{n}" for n in range(60_000)) + "\n").encode() * 2),
    "one long line": ("betyg.csv", b"a" * 3_000_000),
}


@pytest.fixture
def browser(municipality, user_of, client_as):
    return client_as(user_of("analyst", municipality.committees[0]))


@pytest.fixture
def data_set(municipality):
    return empty_data_set(municipality.committees[0])


def handed_in(browser, data_set, name, content):
    path = reverse("statistics:upload", args=[data_set.pk])
    return browser.post(path, {"file": SimpleUploadedFile(name, content)})


@pytest.mark.parametrize("kind", NO_TABLE)
def test_what_is_no_table_is_refused_at_once_whatever_it_is_called(browser, data_set, kind):
    answer = handed_in(browser, data_set, *NO_TABLE[kind])
    assert answer.status_code == 422
    assert "error-summary" in answer.content.decode()
    assert not Import.objects.exists()


@pytest.mark.parametrize("kind", BROKEN)
def test_file_that_cannot_be_read_is_told_as_such_and_destroyed(browser, data_set, kind, run_jobs):
    answer = handed_in(browser, data_set, *BROKEN[kind])
    if answer.status_code == 302:
        run_jobs()
        found = Import.objects.get()
        assert found.state in (ImportState.FAILED, ImportState.INSPECTED)
        assert found.state == ImportState.FAILED or kind != "too wide", "each column is looked at, which takes its time"
        if found.state == ImportState.FAILED:
            assert found.error.get("what") not in ("", "fault", None), found.error
            assert (found.spool, found.spool_key) == ("", None)
        page = browser.get(reverse("statistics:import", args=[found.pk]))
        assert page.status_code == 200
    else:
        assert answer.status_code == 422


NAMES = [
    "../../../../etc/passwd",
    "..\\..\\boot.ini",
    "/etc/passwd",
    "C:\\betyg.csv",
    ".htaccess",
    "~/.ssh/id",
    "betyg\r\nSet-Cookie: a=b.csv",
    "å" * 400 + ".csv",
    "betyg.csv;.exe",
    "$(id).csv",
    "-rf.csv",
]


@pytest.mark.parametrize("name", NAMES)
def test_name_of_a_file_leads_nowhere(browser, data_set, name, settings, run_jobs):
    file = SimpleUploadedFile("x", school_file(n=30))
    file._name = name  # Django cleans the name that is given in the usual way; a client may send anything
    answer = browser.post(reverse("statistics:upload", args=[data_set.pk]), {"file": file})
    assert answer.status_code == 302
    run_jobs()
    found = Import.objects.get()
    assert "/" not in found.file_name
    assert "\n" not in found.file_name
    assert len(found.file_name) <= 255
    assert found.state == ImportState.INSPECTED, found.error
    kept = [path for path in settings.JAMLIK_HOME.rglob("*") if path.is_file() and found.spool in path.name]
    assert [path.parent for path in kept] == [settings.JAMLIK_HOME / "tmp" / "spool"]


LISTS = {"organisation:lists": ("admin", UnitList), "goals:upload": ("strategist", GoalList)}


@pytest.mark.parametrize("url", LISTS)
@pytest.mark.parametrize(
    "kind", ["program", "picture", "page", "empty", "bomb", "lying bomb", "other archive", "entities", "half archive"]
)
def test_list_that_is_none_is_refused_in_words(municipality, user_of, client_as, url, kind):
    role, model = LISTS[url]
    client = client_as(user_of(role, municipality.top))
    file = SimpleUploadedFile(*{**NO_TABLE, **BROKEN}[kind])
    answer = client.post(reverse(url), {"file": file, "owner": municipality.top.pk})
    assert answer.status_code in (200, 422)
    assert "error" in answer.content.decode()
    assert not model.objects.exists()


DOCUMENTS = {
    "program": ("plan.pdf", PROGRAM),
    "page": ("plan.pdf", PAGE),
    "picture": ("plan.pdf", b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>"),
    "bomb": ("plan.docx", BOMB),
    "lying bomb": ("plan.docx", lying(BOMB)),
    "macros": (
        "plan.docx",
        zipped(**{"[Content_Types]_xml": b"<T/>", "word__document_xml": b"<d/>", "word__vbaProject.bin": b"x"}),
    ),
}


@pytest.fixture
def document(municipality):
    kind = next(kind for kind in REGISTERED if "register:add_version" in kind.urls)
    return kind.make(municipality.top), kind


@pytest.mark.parametrize("kind", DOCUMENTS)
def test_document_is_taken_for_what_it_holds(municipality, user_of, client_as, document, kind):
    made, about = document
    client = client_as(user_of("registrar", municipality.top))
    path = reverse("register:add_version", kwargs=dict(about.kwargs(made)))
    before = DocumentVersion.objects.count()
    fields = {"decided_by": "Fullmäktige", "decided_on": "2026-01-15", "paragraph": "§ 1", "summary": "Ny."}
    answer = client.post(path, {**fields, "file": SimpleUploadedFile(*DOCUMENTS[kind])})
    assert answer.status_code == 422
    assert "id_file" in answer.content.decode()
    assert DocumentVersion.objects.count() == before


# --- how much is read before anybody has said who they are ------------------------------------------------------------


@pytest.mark.parametrize("path", ["/account/login/", "/language/", "/none/", "/statistics/data-sets/1/upload/"])
def test_nobody_has_much_read_into_memory(path, monkeypatch):
    def read(*_, **__):
        raise AssertionError("read")

    client = Client(enforce_csrf_checks=True)
    client.cookies["csrftoken"] = "a" * 32
    monkeypatch.setattr("django.http.multipartparser.MultiPartParser.parse", read)
    big = {"file": SimpleUploadedFile("x.csv", b"x" * (MOST_FROM_NOBODY + 1)), "csrfmiddlewaretoken": "a" * 32}
    answer = client.post(path, big)
    assert answer.status_code == 413
    assert "stor" in answer.content.decode()


def test_file_larger_than_the_most_is_told_as_such(browser, data_set, monkeypatch):
    monkeypatch.setattr("django.conf.settings.FILE_UPLOAD_MAX_MEMORY_SIZE", 1000)
    monkeypatch.setattr("jamlik.web.statistics.views.MOST_BYTES", 1000)
    answer = handed_in(browser, data_set, "betyg.csv", school_file(n=100))
    assert answer.status_code == 422
    assert "MB" in answer.content.decode()
    assert DataSet.objects.count() == 1
    assert not Import.objects.exists()
