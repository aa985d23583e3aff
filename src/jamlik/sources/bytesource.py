"""Bytes of a file, whatever it is wrapped in: plain or gzip, on disk; what sort of file it is."""

from __future__ import annotations

import codecs
import gzip
import io
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, cast

from jamlik.model.errors import ErrorKind, JamlikError, Place

__all__ = ["CHUNK", "compression_of", "format_of", "open_bytes", "read_block", "whole_bytes", "wide_encoding"]

CHUNK = 8 << 20
_GZIP = b"\x1f\x8b"
_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE, codecs.BOM_UTF32_BE)  # UTF-32 LE begins as UTF-16 LE does
_HEAD = 1 << 16
_FORMATS = ((b"PAR1", "parquet"), (b"PK\x03\x04", "excel"), (b"\xd0\xcf\x11\xe0", "excel"))


def _opened(path: Path) -> BinaryIO:
    try:
        if path.is_dir():
            raise IsADirectoryError(path.name)
        return path.open("rb")
    except FileNotFoundError as missing:
        raise JamlikError(
            "no_such_file", where=Place(str(path)), kind=ErrorKind.UNREADABLE, name=path.name
        ) from missing
    except OSError as refused:
        raise JamlikError(
            "file_closed",
            where=Place(str(path)),
            why=refused.strerror or "why",
            kind=ErrorKind.UNREADABLE,
            name=path.name,
        ) from refused


def compression_of(path: Path) -> str:
    """`gzip` or nothing, from the file's first bytes and never from its name."""
    with _opened(path) as stream:
        return "gzip" if stream.read(2) == _GZIP else ""


@contextmanager
def open_bytes(path: Path) -> Iterator[BinaryIO]:
    """Open a file for reading its content, unpacked where it is packed.

    Raises
    ------
    JamlikError
        UNREADABLE when the file is not there or may not be read.
    """
    packed = compression_of(path)
    with _opened(path) as raw:
        if packed:
            with gzip.GzipFile(fileobj=raw) as unpacked:
                yield cast(BinaryIO, unpacked)
        else:
            yield raw


def read_block(stream: BinaryIO, *, size: int, path: Path) -> bytes:
    """Read the next block; fewer bytes than `size` only at the end.

    Raises
    ------
    JamlikError
        UNREADABLE when a packed file is cut off or damaged, saying after how many unpacked bytes.
    """
    parts: list[bytes] = []
    missing = size
    while missing > 0:
        try:
            part = stream.read(min(missing, 1 << 20))
        except (EOFError, zlib.error, gzip.BadGzipFile, OSError) as broken:
            raise _broken(stream, path, broken) from broken
        if not part:
            break
        parts.append(part)
        missing -= len(part)
    return b"".join(parts)


def _broken(stream: BinaryIO, path: Path, broken: Exception) -> JamlikError:
    cut = isinstance(broken, EOFError)
    return JamlikError(
        "file_cut" if cut else "file_damaged",
        where=Place(str(path)),
        kind=ErrorKind.UNREADABLE,
        name=path.name,
        byte=_position(stream),
    )


def _position(stream: BinaryIO) -> int:
    try:
        return stream.tell()
    except (OSError, ValueError):
        return 0


def whole_bytes(path: Path) -> bytes:
    """All bytes of a file, unpacked."""
    with open_bytes(path) as stream:
        gathered = io.BytesIO()
        while block := read_block(stream, size=CHUNK, path=path):
            gathered.write(block)
        return gathered.getvalue()


def format_of(path: Path) -> str:
    """`parquet`, `excel` or `csv`, from the first bytes of the unpacked content.

    Raises
    ------
    JamlikError
        UNREADABLE for an empty file and for files that hold no table (PDF, pictures, databases).
    """
    with open_bytes(path) as stream:
        head = read_block(stream, size=_HEAD, path=path)
    if not head.strip(b"\x00\xef\xbb\xbf\xff\xfe \t\r\n"):
        raise JamlikError("file_empty", where=Place(str(path)), kind=ErrorKind.UNREADABLE, name=path.name)
    for magic, name in _FORMATS:
        if head.startswith(magic):
            return name
    if head.startswith((b"%PDF", b"\x89PNG", b"\xff\xd8\xff")) or head.lstrip()[:9].lower().startswith(b"<!doctype"):
        raise JamlikError("file_is_no_table", where=Place(str(path)), kind=ErrorKind.UNREADABLE, name=path.name)
    if b"\x00" in head and not head.startswith(_MARKS) and not wide_encoding(head):
        raise JamlikError("file_is_binary", where=Place(str(path)), kind=ErrorKind.UNREADABLE, name=path.name)
    return "csv"


def wide_encoding(head: bytes) -> str:
    """UTF-16 without a byte order mark, which shows as a zero in every other byte; or nothing."""
    even, odd = head[0:2000:2], head[1:2000:2]
    if len(even) > 10 and odd.count(0) > 0.7 * len(odd) and even.count(0) < 0.1 * len(even):
        return "utf-16-le"
    if len(even) > 10 and even.count(0) > 0.7 * len(even) and odd.count(0) < 0.1 * len(odd):
        return "utf-16-be"
    return ""
