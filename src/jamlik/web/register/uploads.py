"""Checking a file before it is kept: its type from its content, its size, and that it is no zip bomb."""

from __future__ import annotations

import hashlib
import zipfile
from dataclasses import dataclass
from typing import IO

from jamlik.web.register.models import FileKind

__all__ = ["CONTENT_TYPES", "LARGEST", "CheckedFile", "RefusedFileError", "checked_document", "sound_archive"]

LARGEST = 20 * 1024 * 1024
_MOST_FILES = 2_000
_MOST_UNPACKED = 200 * 1024 * 1024
_MOST_TIMES = 100
"""A document of text shrinks some ten times; one that shrinks a hundred times was made to be large."""
_ALWAYS_FINE = 10 * 1024 * 1024

CONTENT_TYPES = {
    FileKind.PDF: "application/pdf",
    FileKind.DOCX: "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    FileKind.ODT: "application/vnd.oasis.opendocument.text",
}
_ODT_TYPE = CONTENT_TYPES[FileKind.ODT].encode()


class RefusedFileError(ValueError):
    """A file that is not kept. `reason` is the key of its text under `register.file`, `values` what the text names."""

    def __init__(self, reason: str, **values: object) -> None:
        self.reason, self.values = reason, values
        super().__init__(reason)


@dataclass(frozen=True, slots=True)
class CheckedFile:
    """What a file was found to be: kind, size in bytes, SHA-256."""

    kind: FileKind
    size: int
    digest: str


def checked_document(stream: IO[bytes], *, size: int) -> CheckedFile:
    """Tell what a governing document's file is; the stream is left at its start.

    Raises
    ------
    RefusedFileError
        empty, too_large, wrong_type, macros, broken, locked or bomb.
    """
    if size <= 0:
        raise RefusedFileError("empty")
    if size > LARGEST:
        raise RefusedFileError("too_large", size=round(size / 1024**2, 1), most=LARGEST // 1024**2)
    stream.seek(0)
    start = stream.read(1024)
    if b"%PDF-" in start:
        kind = FileKind.PDF
        _require_whole_pdf(stream)
    elif start.startswith(b"PK\x03\x04"):
        kind = _archive_kind(stream)
    else:
        raise RefusedFileError("wrong_type")
    stream.seek(0)
    digest = hashlib.sha256()
    while block := stream.read(1 << 20):
        digest.update(block)
    stream.seek(0)
    return CheckedFile(kind, size, digest.hexdigest())


def sound_archive(stream: IO[bytes]) -> zipfile.ZipFile:
    """Open a zip file that can be unpacked safely: not too many files, not too large, each as it says it is.

    Raises
    ------
    RefusedFileError
        broken, locked or bomb.
    """
    stream.seek(0)
    try:
        archive = zipfile.ZipFile(stream)
        inside = archive.infolist()
        if any(entry.flag_bits & 1 for entry in inside):
            raise RefusedFileError("locked")
        unpacked = sum(entry.file_size for entry in inside)
        packed = max(sum(entry.compress_size for entry in inside), 1)
        if len(inside) > _MOST_FILES or unpacked > _MOST_UNPACKED:
            raise RefusedFileError("bomb")
        if unpacked > _ALWAYS_FINE and unpacked > _MOST_TIMES * packed:
            raise RefusedFileError("bomb")
        if archive.testzip() is not None:  # reads each file to the size it says, and compares its checksum
            raise RefusedFileError("broken")
    except (zipfile.BadZipFile, zipfile.LargeZipFile, NotImplementedError, EOFError, OSError) as error:
        raise RefusedFileError("broken") from error
    return archive


def _archive_kind(stream: IO[bytes]) -> FileKind:
    archive = sound_archive(stream)
    names = set(archive.namelist())
    if "mimetype" in names and archive.read("mimetype").strip() == _ODT_TYPE and "content.xml" in names:
        return FileKind.ODT
    if {"[Content_Types].xml", "word/document.xml"} <= names:
        if any(name.endswith("vbaProject.bin") for name in names):
            raise RefusedFileError("macros")
        return FileKind.DOCX
    raise RefusedFileError("wrong_type")


def _require_whole_pdf(stream: IO[bytes]) -> None:
    """Refuse a PDF that was cut off on the way: the end mark stands near the end of every whole one."""
    stream.seek(0, 2)
    stream.seek(max(stream.tell() - 2048, 0))
    if b"%%EOF" not in stream.read():
        raise RefusedFileError("broken")
