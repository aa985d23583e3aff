"""The site as processes of its own on the tests' database, and a browser that talks to it over a real connection."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
from django.conf import settings
from django.db import connection
from django.test import Client

from jamlik.web.core.models import User
from tests.support.ports import own_port

__all__ = ["ROOT", "Browser", "Site", "database_url", "is_alive", "site_environment", "until"]

ROOT = Path(__file__).resolve().parents[3]
PATIENCE = 300.0  # seconds; a slow machine must never fail a test, and a quick one never waits this long
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


def database_url() -> str:
    """Where the tests' own database is, as another process is told."""
    known = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{quote(str(known['NAME']))}"
    host = quote(str(known["HOST"]), safe="")
    return f"postgresql://{known['USER']}@/{known['NAME']}?host={host}"


def site_environment(home: Path) -> dict[str, str]:
    """What a process of the site is told, in a home of its own and on the tests' database."""
    spare = home / "elsewhere"
    spare.mkdir(parents=True, exist_ok=True)
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("JAMLIK_", "DJANGO_"))}
    return {
        **kept,
        "JAMLIK_HOME": str(home),
        "JAMLIK_SECRET_KEY": settings.SECRET_KEY,
        "DATABASE_URL": database_url(),
        "TMPDIR": str(spare),
        "OPENBLAS_NUM_THREADS": "1",
        "POLARS_MAX_THREADS": "1",
    }


def until(found: Callable[[], Any], *, seconds: float = PATIENCE, why: str = "") -> Any:
    """Wait until something is so, and return it."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if value := found():
            return value
        time.sleep(0.05)
    raise AssertionError(f"waited {seconds:g} s in vain: {why or found}")


def is_alive(pid: int) -> bool:
    """Whether a process is there."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


class Browser:
    """A person's browser: sends forms with the tokens that the page held, over a connection of its own."""

    def __init__(self, url: str, user: User) -> None:
        known = Client()
        known.force_login(user, backend=BACKEND)
        session = known.cookies["sessionid"].value
        self.http = httpx.Client(base_url=url, cookies={"sessionid": session}, timeout=PATIENCE)

    def get(self, path: str) -> httpx.Response:
        """Open a page."""
        return self.http.get(path)

    def form(self, path: str, **fields: Any) -> dict[str, Any]:
        """The hidden fields of a page's form, and what is written into it."""
        page = self.get(path).text
        names = ("csrfmiddlewaretoken", "once_token", "version")
        found = {name: re.search(rf'name="{name}"[^>]*value="([^"]*)"', page) for name in names}
        return {**{name: match.group(1) for name, match in found.items() if match}, **fields}

    def post(self, path: str, fields: dict[str, Any], **files: tuple[str, bytes]) -> httpx.Response:
        """Send a form that `form` began."""
        return self.http.post(path, data=fields, files=files or None)

    def close(self) -> None:
        """Let go of the connection."""
        self.http.close()


class Site:
    """Web and worker processes that can be killed at a statement of their own."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.order = home / "order"
        self.log = home / "log"
        self.port = own_port()
        self.url = f"http://127.0.0.1:{self.port}"
        env = {
            **site_environment(home),
            "DJANGO_SETTINGS_MODULE": "tests.web.hard.dying",
            "JAMLIK_TEST_ORDER": str(self.order),
            "JAMLIK_URL": self.url,
        }
        command = [sys.executable, "-m", "tests.web.hard.nursery"]
        self.nursery = subprocess.Popen(
            command, cwd=ROOT, env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self.running: dict[str, int] = {}
        if self._line() != "ready":
            self.stop()
            raise AssertionError("the site's processes could not be made ready: see above")

    def _line(self) -> str:
        assert self.nursery.stdout is not None
        return self.nursery.stdout.readline().strip()

    def start(self, run: str) -> int:
        """Start a `worker` or a `web` process; its number."""
        assert self.nursery.stdin is not None
        self.nursery.stdin.write(json.dumps({"run": run, "port": self.port, "log": str(self.log)}) + "\n")
        self.nursery.stdin.flush()
        pid = int(self._line())
        self.running[run] = pid
        if run == "web":
            until(self._answers, why="the site answers")
        return pid

    def _answers(self) -> bool:
        try:
            return httpx.get(f"{self.url}/healthz", timeout=30).status_code == 200
        except httpx.HTTPError:
            return False

    def die_at(self, run: str, statement: str, *, after: float = 0.0) -> None:
        """Tell the `worker` or the `web` process to be dead before the database has a statement like this."""
        place = self.order.with_name(f"order-{run}")
        place.with_suffix(".carried-out").unlink(missing_ok=True)
        draft = self.home / "order.draft"
        draft.write_text(json.dumps({"at": statement, "after": after}), encoding="utf-8")
        draft.replace(place)

    def wait_for_death(self, run: str) -> None:
        """Wait until the process is gone, and see that it was the order that killed it."""
        pid = self.running.pop(run)
        until(lambda: not is_alive(pid), why=f"the {run} dies; its log:\n{self.told()}")
        assert self.order.with_name(f"order-{run}.carried-out").exists(), self.told()

    def told(self) -> str:
        """What the processes wrote."""
        return self.log.read_text("utf-8")[-4000:] if self.log.exists() else ""

    def clear(self) -> None:
        """Remove what an earlier test left under the home."""
        for path in self.home.rglob("*"):
            if path.is_symlink() or path.is_file():
                path.unlink()

    def end_all(self) -> None:
        """End every process that was started."""
        for pid in self.running.values():
            if is_alive(pid):
                os.kill(pid, signal.SIGKILL)
        for pid in self.running.values():
            until(lambda pid=pid: not is_alive(pid))
        self.running.clear()

    def stop(self) -> None:
        """End everything that was started here."""
        self.end_all()
        assert self.nursery.stdin is not None
        self.nursery.stdin.close()
        self.nursery.wait(PATIENCE)
        if self.nursery.stdout is not None:
            self.nursery.stdout.close()


@contextmanager
def running_site(home: Path) -> Iterator[Site]:
    """A site that is ended whatever happens."""
    site = Site(home)
    try:
        yield site
    finally:
        site.stop()
