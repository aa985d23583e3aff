"""An output folder that appears whole or not at all."""

from __future__ import annotations

import errno
import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from jamlik.model.errors import ErrorKind, JamlikError, Place

__all__ = ["MARK", "require_replaceable", "whole_folder"]

MARK = "run.json"
_REFUSED = (
    errno.EACCES,
    errno.EDQUOT,
    errno.EFBIG,
    errno.ENAMETOOLONG,
    errno.ENOSPC,
    errno.ENOTDIR,
    errno.EPERM,
    errno.EROFS,
)


def require_replaceable(target: Path, *, mark: str = MARK) -> None:
    """Refuse a target that would lose something; asked before the work begins, so that nobody waits in vain.

    Raises
    ------
    JamlikError
        When the target, or a folder it would lie in, is a file, may not be written, or holds something else than an
        earlier result: a folder with a file called `mark`.
    """
    target = target.resolve()
    there = next((folder for folder in target.parents if folder.exists()), target.parent)
    if not there.is_dir() or not os.access(there, os.W_OK | os.X_OK):
        raise _unwritable(there, "why_file" if there.is_file() else "why_rights")
    if not target.exists():
        return
    if not target.is_dir():
        raise JamlikError("out_is_a_file", where=Place(str(target)), kind=ErrorKind.OUTPUT)
    if any(target.iterdir()) and not (target / mark).exists():
        raise JamlikError("out_holds_other", where=Place(str(target)), kind=ErrorKind.OUTPUT)


def _unwritable(place: Path, why: str) -> JamlikError:
    return JamlikError("out_unwritable", where=Place(str(place)), why=why, kind=ErrorKind.OUTPUT)


def _in_place(work: Path, target: Path) -> None:
    """Let `work` take the place of `target`; what was there comes back if that fails."""
    if not target.exists():
        work.rename(target)
        return
    old = target.with_name(f".{target.name}-{secrets.token_hex(4)}")
    target.rename(old)
    try:
        work.rename(target)
    except BaseException:
        old.rename(target)
        raise
    shutil.rmtree(old, ignore_errors=True)


@contextmanager
def whole_folder(target: Path, *, mark: str = MARK) -> Iterator[Path]:
    """Give a folder beside `target` to write in; it takes the target's place only when everything went well.

    An earlier result in `target` (it has a file called `mark`) is replaced; any other content is refused. After a
    failure nothing is left.

    Raises
    ------
    JamlikError
        When the target cannot be written or holds something else.
    """
    target = target.resolve()
    require_replaceable(target, mark=mark)
    work = target.with_name(f".{target.name}-{secrets.token_hex(4)}")
    try:
        work.mkdir(parents=True)
    except OSError as error:
        raise _unwritable(target.parent, str(error.strerror or error)) from error
    try:
        yield work
        _in_place(work, target)
    except OSError as error:
        if error.errno not in _REFUSED:
            raise
        raise _unwritable(target.parent, str(error.strerror or error)) from error
    finally:
        shutil.rmtree(work, ignore_errors=True)
