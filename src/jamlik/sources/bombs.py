"""Files that grow beyond measure when they are opened: found out before anything reads them for their content."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from jamlik.model.errors import ErrorKind, JamlikError, Place
from jamlik.sources.bytesource import CHUNK, compression_of, format_of, open_bytes, read_block
from jamlik.sources.parquet import parquet_size

__all__ = ["MOST_BYTES", "MOST_CELLS", "MOST_MEMBERS", "MOST_TIMES", "require_harmless"]

MOST_BYTES = 2 << 30
MOST_TIMES = 200
MOST_MEMBERS = 2_000
MOST_CELLS = 2_000_000_000
_SMALL = 50 << 20  # what is this small when opened harms nobody, however much it was packed
_BLOCK = 1 << 20


def require_harmless(path: Path, *, most_bytes: int = MOST_BYTES, most_times: int = MOST_TIMES) -> str:
    """Refuse a file that becomes too large when it is unpacked; nothing is kept while it is measured.

    Sizes that the file states of itself are not believed: packed content is unpacked, block by block, and counted.

    Returns
    -------
    str
        `csv`, `excel` or `parquet`, from the content.

    Raises
    ------
    JamlikError
        UNREADABLE for what is no table, is damaged, or grows too large.
    """
    kind = format_of(path)
    size = path.stat().st_size
    opened = size
    if compression_of(path):
        with open_bytes(path) as stream:
            opened = _counted(_blocks(stream, path), path, _limit(size, most_bytes, most_times))
    if kind == "excel":
        with open_bytes(path) as stream:
            packed = stream if isinstance(stream, io.BufferedReader) else io.BytesIO(stream.read(opened + 1))
            _require_small_workbook(packed, path, _limit(opened, most_bytes, most_times))
    if kind == "parquet":
        rows, columns = parquet_size(path)
        if rows * columns > MOST_CELLS:
            raise _too_large(path)
    return kind


def _limit(size: int, most_bytes: int, most_times: int) -> int:
    return min(most_bytes, max(_SMALL, size * most_times))


def _blocks(stream: BinaryIO, path: Path) -> Iterator[bytes]:
    while block := read_block(stream, size=CHUNK, path=path):
        yield block


def _counted(blocks: Iterator[bytes], path: Path, limit: int) -> int:
    found = 0
    for block in blocks:
        found += len(block)
        if found > limit:
            raise _too_large(path)
    return found


def _require_small_workbook(stream: BinaryIO, path: Path, limit: int) -> None:
    if stream.read(2) != b"PK":
        return  # the older workbook format is not packed
    stream.seek(0)
    try:
        with zipfile.ZipFile(stream) as book:
            members = book.infolist()
            if len(members) > MOST_MEMBERS:
                raise _too_large(path)
            left = limit
            for member in members:
                with book.open(member) as part:
                    # mypy cannot tell the type of a lambda that keeps its own `part`.
                    left -= _counted(iter(lambda part=part: part.read(_BLOCK), b""), path, left)  # type: ignore[misc]
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError) as broken:
        raise JamlikError(
            "file_uncheckable", where=Place(path.name), kind=ErrorKind.UNREADABLE, name=path.name
        ) from broken


def _too_large(path: Path) -> JamlikError:
    return JamlikError("file_grows", where=Place(path.name), kind=ErrorKind.UNREADABLE, name=path.name)
