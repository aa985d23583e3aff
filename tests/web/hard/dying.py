"""Settings of a site that can be told to die: the site's own, and a hand on every statement to the database.

A file holds the order: the statement to die at (a pattern) and how long after it, at the latest when the job is about
to be told as ended, however quick the machine is. JAMLIK_TEST_ORDER says where the file is, and JAMLIK_TEST_RUN whose
it is. The process kills itself with signal 9: nothing is closed, flushed or rolled back by it.
"""

from __future__ import annotations

import json
import os
import re
import signal
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.db.backends.signals import connection_created

from jamlik.web.settings import *  # noqa: F403

STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}


_dying = threading.Event()


def _die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _watch(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
    if _dying.is_set() and sql.startswith('UPDATE "core_job" SET "state"'):
        _die()
    place = Path(f"{os.environ['JAMLIK_TEST_ORDER']}-{os.environ.get('JAMLIK_TEST_RUN', '')}")
    try:
        order = json.loads(place.read_text("utf-8"))
    except FileNotFoundError:
        return execute(sql, params, many, context)
    if re.search(order["at"], f"{sql} {params!r}"[:4000]):
        place.replace(place.with_suffix(".carried-out"))
        if not order["after"]:
            _die()
        _dying.set()
        threading.Timer(order["after"], _die).start()
    return execute(sql, params, many, context)


def _hold(connection: Any, **_: Any) -> None:
    connection.execute_wrappers.append(_watch)


connection_created.connect(_hold)
