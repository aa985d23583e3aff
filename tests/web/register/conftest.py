"""What the register's tests share: a registrar, and documents with versions."""

from __future__ import annotations

import datetime as dt
import io
import zipfile

import pytest

from jamlik.web.core import clock
from jamlik.web.register import actions

AT = dt.datetime(2026, 5, 1, 8, 0, tzinfo=dt.UTC)
TODAY = dt.date(2026, 5, 1)
WHOLE_PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"


@pytest.fixture(autouse=True)
def frozen(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: AT)


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"
    return settings.MEDIA_ROOT


@pytest.fixture
def registrar(user_of, municipality):
    return user_of("registrar", municipality.top)


@pytest.fixture
def add(registrar, municipality):
    """Add a document; with `decided`, a version that applies from that day."""

    def make(title="Strategi för ett jämlikt Ekby", *, decided=None, kind="strategy", owner=None, **facts):
        owner = owner or municipality.top
        given = actions.DocumentFacts(kind=kind, title=title, owner=owner, **facts)
        document = actions.add_document(facts=given, by=registrar, at=AT)
        if decided:
            add_version(document, decided, by=registrar)
            document.refresh_from_db()
        return document

    return make


def add_version(document, decided, *, by, summary="Vad som styr.", **given):
    day = dt.date.fromisoformat(decided)
    decision = actions.Decision(decided_by="Kommunfullmäktige", decided_on=day, summary=summary, paragraph="§ 7")
    return actions.add_version(document=document, decision=decision, by=by, at=AT, **given)


def archive(files, *, password=False, comment=b""):
    """A zip file with these names and contents."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in files.items():
            made.writestr(name, content)
    return out.getvalue()


def docx(**more):
    return archive({"[Content_Types].xml": "<Types/>", "word/document.xml": "<w:document/>", **more})


def odt():
    return archive({"mimetype": "application/vnd.oasis.opendocument.text", "content.xml": "<office/>"})
