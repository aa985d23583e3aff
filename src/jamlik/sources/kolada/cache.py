"""Fetched pages on disk: one file a page, written whole or not at all, so that a broken run goes on where it stopped.

A file holds one line of JSON (address, time fetched, checksum of the body) and then the body as it came. A file that
is cut short, changed or for another address is as good as absent: the page is fetched again. What lies here is public
data only.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path

__all__ = ["PageCache", "default_cache_dir"]

_FORMAT = 1


def default_cache_dir() -> Path:
    """Where pages are kept unless the caller says otherwise: under JAMLIK_HOME, else the user's cache folder."""
    if home := os.environ.get("JAMLIK_HOME"):
        return Path(home) / "cache" / "kolada"
    base = os.environ.get("XDG_CACHE_HOME")
    return (Path(base) if base else Path.home() / ".cache") / "jamlik" / "kolada"


@dataclass(frozen=True, slots=True)
class PageCache:
    """Pages by address in a folder; no folder, no cache.

    Parameters
    ----------
    folder : Path or None
        Made when the first page is kept.
    """

    folder: Path | None

    def _file(self, url: str) -> Path | None:
        if self.folder is None:
            return None
        return self.folder / f"{hashlib.sha256(url.encode()).hexdigest()[:40]}.page"

    def kept(self, url: str, *, newer_than: float) -> bytes | None:
        """The body kept for an address, or None when there is none, it is broken, or it is too old.

        Parameters
        ----------
        url : str
            The whole address, query included.
        newer_than : float
            Seconds since the epoch; a page fetched before that is not used.
        """
        file = self._file(url)
        if file is None:
            return None
        try:
            head, _, body = file.read_bytes().partition(b"\n")
            note = json.loads(head)
            sound = (
                note["format"] == _FORMAT
                and note["url"] == url
                and note["sha256"] == hashlib.sha256(body).hexdigest()
                and float(note["fetched_at"]) >= newer_than
            )
        except (OSError, ValueError, KeyError, TypeError):
            return None
        return body if sound else None

    def keep(self, url: str, body: bytes, *, at: float) -> None:
        """Write a page in one step; a folder that cannot be written to only costs the cache."""
        file = self._file(url)
        if file is None:
            return
        note = {"format": _FORMAT, "url": url, "fetched_at": at, "sha256": hashlib.sha256(body).hexdigest()}
        head = json.dumps(note, ensure_ascii=False).encode()
        with contextlib.suppress(OSError):
            file.parent.mkdir(parents=True, exist_ok=True)
            _write_whole(file, head + b"\n" + body)

    def drop(self, url: str) -> None:
        """Forget a page that turned out to be unusable."""
        if file := self._file(url):
            with contextlib.suppress(OSError):
                file.unlink(missing_ok=True)

    def prune(self, *, older_than: float) -> None:
        """Remove pages, and halves that a killed run left, last written before a moment (seconds since the epoch)."""
        if self.folder is None:
            return
        for file in [*self.folder.glob("*.page"), *self.folder.glob(".*.part")]:
            with contextlib.suppress(OSError):
                if file.stat().st_mtime < older_than:
                    file.unlink()


def _write_whole(file: Path, content: bytes) -> None:
    handle, name = tempfile.mkstemp(dir=file.parent, prefix=".", suffix=".part")
    try:
        with os.fdopen(handle, "wb") as part:
            part.write(content)
        Path(name).replace(file)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
