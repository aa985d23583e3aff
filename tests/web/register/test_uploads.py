"""A file is taken for what it holds, not for what it is called; what could do harm is refused."""

import io

import pytest

from jamlik.web.register import uploads
from jamlik.web.register.models import FileKind
from jamlik.web.register.uploads import RefusedFileError, checked_document
from tests.web.register.conftest import WHOLE_PDF, archive, docx, odt


def checked(content, size=None):
    return checked_document(io.BytesIO(content), size=len(content) if size is None else size)


@pytest.mark.parametrize(
    ("content", "kind"), [(WHOLE_PDF, FileKind.PDF), (docx(), FileKind.DOCX), (odt(), FileKind.ODT)]
)
def test_file_kind_is_told_from_its_content(content, kind):
    found = checked(content)
    assert (found.kind, found.size) == (kind, len(content))
    assert len(found.digest) == 64


def test_stream_is_left_at_its_start():
    stream = io.BytesIO(WHOLE_PDF)
    checked_document(stream, size=len(WHOLE_PDF))
    assert stream.read() == WHOLE_PDF


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "empty"),
        (b"<html><script>alert(1)</script></html>", "wrong_type"),
        (b"MZ\x90\x00 a program", "wrong_type"),
        (archive({"a.txt": "x"}), "wrong_type"),
        (archive({"xl/workbook.xml": "x", "[Content_Types].xml": "x"}), "wrong_type"),
        (WHOLE_PDF.replace(b"%%EOF", b""), "broken"),
        (docx()[:-30], "broken"),
        (docx(**{"word/vbaProject.bin": "x"}), "macros"),
        (docx(**{"word/media/image.bmp": b"\0" * 60_000_000}), "bomb"),
        (docx(**{f"word/{n}.xml": "" for n in range(2001)}), "bomb"),
    ],
)
def test_file_that_is_not_kept_is_refused_with_its_reason(content, reason):
    with pytest.raises(RefusedFileError) as refused:
        checked(content)
    assert refused.value.reason == reason


def test_zip_that_lies_about_its_size_is_refused():
    content = bytearray(docx(**{"word/media/image.bmp": b"\0" * 50_000_000}))
    for signature, place in ((b"PK\x01\x02", 24), (b"PK\x03\x04", 22)):
        at = 0
        while (at := content.find(signature, at)) >= 0:
            if int.from_bytes(content[at + place : at + place + 4], "little") == 50_000_000:
                content[at + place : at + place + 4] = (100).to_bytes(4, "little")
            at += 4
    with pytest.raises(RefusedFileError) as refused:
        checked(bytes(content))
    assert refused.value.reason == "broken"


def test_zip_locked_with_a_password_is_refused():
    content = bytearray(docx())
    at = content.find(b"PK\x01\x02")
    content[at + 8] |= 1
    with pytest.raises(RefusedFileError) as refused:
        checked(bytes(content))
    assert refused.value.reason == "locked"


def test_file_over_the_limit_is_refused_without_being_read():
    with pytest.raises(RefusedFileError) as refused:
        checked(WHOLE_PDF, size=uploads.LARGEST + 1)
    assert refused.value.reason == "too_large"
    assert refused.value.values["most"] == 20
