"""An output folder that appears whole or not at all."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from jamlik.model.errors import ErrorKind, JamlikError, Place

__all__ = ["MARK", "whole_folder"]

MARK = "run.json"


def _require_replaceable(target: Path) -> None:
    if not target.exists():
        return
    if not target.is_dir():
        raise JamlikError(
            "Det finns redan en fil med mappens namn.",
            where=Place(str(target)),
            do="Välj en annan mapp med --out.",
            kind=ErrorKind.OUTPUT,
        )
    if any(target.iterdir()) and not (target / MARK).exists():
        raise JamlikError(
            "Mappen innehåller annat än en tidigare analys.",
            where=Place(str(target)),
            why="Den skrivs inte över, så att inget försvinner.",
            do="Välj en tom eller ny mapp med --out.",
            kind=ErrorKind.OUTPUT,
        )


@contextmanager
def whole_folder(target: Path) -> Iterator[Path]:
    """Give a folder beside `target` to write in; it takes the target's place only when everything went well.

    An earlier analysis in `target` is replaced; any other content is refused. After a failure nothing is left.

    Raises
    ------
    JamlikError
        When the target cannot be written or holds something else.
    """
    target = target.resolve()
    _require_replaceable(target)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        work = Path(tempfile.mkdtemp(prefix=f".{target.name}-", dir=target.parent))
    except OSError as error:
        raise JamlikError(
            "Mappen går inte att skriva i.",
            where=Place(str(target.parent)),
            why=str(error.strerror or error),
            do="Välj en annan mapp med --out.",
            kind=ErrorKind.OUTPUT,
        ) from error
    try:
        yield work
        work.chmod(0o755)
        if target.exists():
            old = Path(tempfile.mkdtemp(prefix=f".{target.name}-old-", dir=target.parent))
            target.rename(old / "old")
            work.rename(target)
            shutil.rmtree(old)
        else:
            work.rename(target)
    finally:
        shutil.rmtree(work, ignore_errors=True)
