"""Files between upload and import: encrypted with a key of their own, opened in memory only, destroyed with the key.

The file is a row of blocks, each encrypted with AES-GCM; number and end are part of what each block is proved by, so
that blocks can be neither swapped, left out nor added. Without its key, which lies in the import's row, it is noise.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

from jamlik.model.errors import ErrorKind, JamlikError, Place

__all__ = ["Spooled", "destroy", "opened", "orphans", "spool", "spool_folder"]

_MAGIC = b"JLSPOOL1"
_BLOCK = 1 << 20
_TAG = 16


class Spooled:
    """A file that lies encrypted: its name in the spool folder, its key, and how large it was."""

    def __init__(self, name: str, key: bytes, size: int) -> None:
        self.name, self.key, self.size = name, key, size


def spool_folder() -> Path:
    """Where the files lie; made the first time, for the site's own account alone."""
    folder = Path(settings.JAMLIK_HOME) / "tmp" / "spool"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return folder


def _nonce(number: int, *, last: bool) -> bytes:
    """Different for every block of a key; a key encrypts one file."""
    return number.to_bytes(11, "big") + (b"\x01" if last else b"\x00")


def _blocks(parts: Iterable[bytes]) -> Iterator[tuple[bytes, bool]]:
    """The same bytes in blocks of one size, and whether each is the last."""
    waiting = bytearray()
    for part in parts:
        waiting += part
        while len(waiting) > _BLOCK:
            yield bytes(waiting[:_BLOCK]), False
            del waiting[:_BLOCK]
    yield bytes(waiting), True


def spool(parts: Iterable[bytes]) -> Spooled:
    """Write a file's bytes encrypted; it is there whole or not at all."""
    name, key = secrets.token_hex(16), AESGCM.generate_key(bit_length=256)
    cipher, size = AESGCM(key), 0
    place = spool_folder() / name
    draft = place.with_suffix(".part")
    try:
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as stream:
            stream.write(_MAGIC)
            for number, (block, last) in enumerate(_blocks(parts)):
                size += len(block)
                stream.write(cipher.encrypt(_nonce(number, last=last), block, name.encode()))
            stream.flush()
            os.fsync(stream.fileno())
        draft.rename(place)
    finally:
        draft.unlink(missing_ok=True)
    return Spooled(name, key, size)


def _decrypted(stream: BinaryIO, name: str, key: bytes) -> Iterator[bytes]:
    cipher = AESGCM(key)
    if stream.read(len(_MAGIC)) != _MAGIC:
        raise InvalidTag
    number, block = 0, stream.read(_BLOCK + _TAG)
    while block:
        after = stream.read(_BLOCK + _TAG)
        yield cipher.decrypt(_nonce(number, last=not after), block, name.encode())
        number, block = number + 1, after
    if number == 0:
        raise InvalidTag


@contextmanager
def opened(name: str, key: bytes, *, file_name: str) -> Iterator[Path]:
    """Decrypt a spooled file into memory and give a path that leads there under the file's own name.

    The path is a link to a file that exists in memory only; nothing is written to disk unencrypted.

    Raises
    ------
    JamlikError
        When the file is gone or was changed.
    """
    if not hasattr(os, "memfd_create"):
        raise JamlikError(
            "Filer kan inte tas emot på den här datorn.",
            why="Operativsystemet saknar filer som bara finns i minnet.",
            do="Kör webbplatsen på Linux.",
            kind=ErrorKind.UNREADABLE,
        )
    safe = "".join(c for c in Path(file_name).name if c.isprintable() and c not in "/\\")[-120:].lstrip(".") or "fil"
    memory = os.memfd_create("jamlik-import", os.MFD_CLOEXEC)
    try:
        _fill(memory, name, key, safe)
        with tempfile.TemporaryDirectory(prefix="jamlik-") as folder:
            link = Path(folder) / safe
            link.symlink_to(f"/proc/{os.getpid()}/fd/{memory}")
            yield link
    finally:
        os.close(memory)


def _fill(memory: int, name: str, key: bytes, safe: str) -> None:
    try:
        with (spool_folder() / name).open("rb") as stream, os.fdopen(os.dup(memory), "wb") as target:
            for block in _decrypted(stream, name, key):
                target.write(block)
    except (FileNotFoundError, InvalidTag) as broken:
        gone = isinstance(broken, FileNotFoundError)
        raise JamlikError(
            "Den uppladdade filen finns inte kvar." if gone else "Den uppladdade filen har ändrats eller skadats.",
            where=Place(safe),
            why="Uppladdade filer förstörs efter ett dygn." if gone else "Den går inte att dekryptera.",
            do="Ladda upp filen igen.",
            kind=ErrorKind.UNREADABLE,
        ) from broken


def destroy(name: str) -> None:
    """Remove a spooled file, finished or not; nothing happens where it is gone already."""
    for place in (spool_folder() / name, (spool_folder() / name).with_suffix(".part")):
        with contextlib.suppress(FileNotFoundError):
            place.unlink()


def orphans(*, known: frozenset[str], before: float) -> list[str]:
    """Names in the spool folder that no import knows and that were last written before a time (seconds)."""
    found = []
    for place in spool_folder().iterdir():
        with contextlib.suppress(FileNotFoundError):
            if place.stem not in known and place.stat().st_mtime < before:
                found.append(place.stem)
    return sorted(set(found))
