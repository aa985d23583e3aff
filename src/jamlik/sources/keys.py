"""The keyed hash of an input: shows that two runs used the same file, and lets nobody guess what is in it."""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import io
import os
import secrets
from pathlib import Path

import polars as pl

from jamlik.model.errors import ErrorKind, JamlikError, Place

__all__ = ["input_key", "local_key"]

_BLOCK = 4 << 20


def _home() -> Path:
    named = os.environ.get("JAMLIK_HOME")
    return Path(named) if named else Path.home() / ".local" / "share" / "jamlik"


def local_key() -> bytes:
    """Key of the machine: `JAMLIK_INPUT_KEY`, else the file `key` under `JAMLIK_HOME`, made the first time (mode 0600).

    Raises
    ------
    JamlikError
        OUTPUT when the key can be neither read nor written.
    """
    if given := os.environ.get("JAMLIK_INPUT_KEY"):
        return given.encode()
    path = _home() / "key"
    try:
        if not path.exists():
            _write_key(path)
        return path.read_bytes()
    except OSError as refused:
        raise JamlikError(
            "key_closed", where=Place(str(path)), why=refused.strerror or "", kind=ErrorKind.OUTPUT
        ) from refused


def _write_key(path: Path) -> None:
    """Write a new key beside and link it in place, so that two runs at once agree on one."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = path.with_name(f"key.{os.getpid()}.{secrets.token_hex(4)}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(secrets.token_hex(32).encode())
        with contextlib.suppress(FileExistsError):
            os.link(draft, path)
    finally:
        draft.unlink()


def input_key(source: Path | pl.DataFrame) -> str:
    """HMAC-SHA-256 of a file's bytes (or a frame's content) with the machine's key, in hexadecimal."""
    digest = hmac.new(local_key(), digestmod=hashlib.sha256)
    if isinstance(source, pl.DataFrame):
        content = io.BytesIO()
        source.write_ipc(content, compression="uncompressed")
        digest.update(content.getbuffer())
    else:
        with source.open("rb") as stream:
            while block := stream.read(_BLOCK):
                digest.update(block)
    return digest.hexdigest()
