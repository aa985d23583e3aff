"""`jamlik serve`, `worker`, `check-deployment`, `backup`, `restore`: running the site. Imports `web`, lazily."""

from __future__ import annotations

import errno
import logging
import os
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
import webbrowser
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from jamlik.cli.screen import Report, progress_bar, talk
from jamlik.cli.screen import out as screen
from jamlik.model.errors import ErrorKind, JamlikError
from jamlik.model.words import LANGUAGES

if TYPE_CHECKING:
    from jamlik.web.environment import Environment

__all__ = [
    "back_up",
    "begin_site",
    "check_deployment",
    "free_port",
    "read_back",
    "ready_django",
    "serve",
    "serve_demo",
    "try_demo",
    "wait_until_ready",
    "work",
]

WORKER_PAUSE = 2.0
WORKER_PATIENCE = 20.0


def _said(lang: str, key: str, **values: object) -> str:
    from jamlik.web.core.texts import say_in

    return say_in(lang, f"core.site.{key}", **values)


def ready_django(*, url: str = "") -> Environment:
    """Check the settings and start Django; `url` is where the site answers when the environment does not say.

    Raises
    ------
    JamlikError
        USAGE when some setting cannot be used: all of them are named.
    """
    if url:
        os.environ.setdefault("JAMLIK_URL", url)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "jamlik.web.settings")
    from jamlik.web.core import theme
    from jamlik.web.environment import Problem, read_environment

    env = read_environment()
    problems = [*env.problems, *theme.problems(env.colours)]
    if env.production and not env.secret:
        problems.append(Problem("JAMLIK_SECRET_KEY", "secret_empty"))
    if problems:
        raise JamlikError(
            "site_settings",
            kind=ErrorKind.USAGE,
            problems={lang: "\n".join(problem.text(lang) for problem in problems) for lang in LANGUAGES},
        )
    import django

    django.setup()
    return env


def begin_site(env: Environment, *, lang: str) -> str:
    """Bring database, cache and style sheets up to date; the one-time link of the first administrator, or nothing."""
    from django.core.management import call_command

    from jamlik.web.core.deployment import waiting_migrations

    os.umask(0o077)
    env.home.mkdir(parents=True, exist_ok=True, mode=0o700)
    if waiting_migrations():  # takes seconds; where the tables are there already it takes none
        talk.print(_said(lang, "preparing", home=env.home), markup=False)
        call_command("migrate", verbosity=0, interactive=False)
    call_command("createcachetable", verbosity=0)
    call_command("collectstatic", verbosity=0, interactive=False)
    return _first_link(env, lang)


def _first_link(env: Environment, lang: str) -> str:
    """A fresh link for the first administrator, as long as nobody has logged in."""
    from django.db import transaction

    from jamlik.web.core import clock
    from jamlik.web.core.models import User
    from jamlik.web.organisation.actions import begin_municipality
    from jamlik.web.organisation.people_actions import begin_admin

    if User.objects.exclude(last_login=None).exists() or User.objects.exclude(password__startswith="!").exists():
        return ""
    at = clock.now()
    email = os.environ.get("JAMLIK_ADMIN_EMAIL", "admin@localhost")
    with transaction.atomic():
        name = env.name or _said(lang, "own_municipality")
        top = begin_municipality(name=name, code="kommun", by=None, at=at)
        return begin_admin(email=email, municipality=top, at=at)


def free_port(host: str) -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind((host, 0))
        return int(probe.getsockname()[1])


def _require_free(host: str, port: int, lang: str) -> None:
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            key = {errno.EADDRINUSE: "port_taken", errno.EACCES: "port_closed"}.get(error.errno or 0, "port_none")
            raise JamlikError(
                _said(lang, key, host=host, port=port),
                do=_said(lang, "port_host" if key == "port_none" else "port_other"),
                kind=ErrorKind.USAGE,
            ) from error


def serve(*, host: str, port: int, processes: int, worker: bool, lang: str) -> None:
    """Serve the site until told to stop, with a background worker beside it."""
    shown = "127.0.0.1" if host in {"0.0.0.0", "::"} else host
    env = ready_django(url=f"http://{shown}:{port}")
    _require_free(host, port, lang)
    link = begin_site(env, lang=lang)
    screen.print(_said(lang, "address", url=env.url), markup=False)
    if link:
        screen.print(_said(lang, "first_link", url=f"{env.url}{link}"), markup=False)
    with _worker_beside(enabled=worker):
        _granian(host, port, processes)


def _granian(host: str, port: int, processes: int) -> None:
    from django.db import connections
    from granian.constants import Interfaces
    from granian.server import Server

    connections.close_all()
    logging.getLogger("_granian").addFilter(lambda record: "Python threads" not in record.getMessage())
    os.environ["JAMLIK_SERVE_PID"] = str(os.getpid())
    server = Server(
        "jamlik.web.wsgi:application",
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=processes,
        blocking_threads=16,  # those who wait for their turn to write shall not keep others from reading
        websockets=False,
        log_level="warning",  # type: ignore[arg-type]  # typed as its enum, which takes the word
        respawn_failed_workers=True,
        respawn_interval=1.0,
        workers_kill_timeout=5,
    )
    with suppress(KeyboardInterrupt):  # being told to stop is how serving ends
        server.serve()


@contextmanager
def _worker_beside(*, enabled: bool) -> Iterator[None]:
    """Keep a worker running in a process of its own; one that dies is started again."""
    if not enabled:
        yield
        return
    stopping = threading.Event()
    command = [sys.executable, "-m", "jamlik", "worker", "--parent", str(os.getpid())]
    running: list[subprocess.Popen[bytes]] = []

    def keep() -> None:
        while not stopping.is_set():
            running[:] = [subprocess.Popen(command, stdin=subprocess.DEVNULL, start_new_session=True)]
            running[0].wait()
            stopping.wait(WORKER_PAUSE)

    keeper = threading.Thread(target=keep, daemon=True, name="worker-keeper")
    keeper.start()
    try:
        yield
    finally:
        stopping.set()
        for process in running:
            _stop(process)
        keeper.join(timeout=WORKER_PATIENCE)


def _stop(process: subprocess.Popen[bytes]) -> None:
    """Let the worker finish what it can; what it cannot is picked up at the next start."""
    process.terminate()
    try:
        process.wait(WORKER_PATIENCE)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def work(*, parent: int, lang: str) -> None:
    """Take background jobs until told to stop, or until the process that started it is gone."""
    stopping = threading.Event()

    def stop(*_: object) -> None:
        stopping.set()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    ready_django()
    from jamlik.web.core.worker import Worker

    hand = Worker()
    hand.stopping = stopping
    if not parent:
        talk.print(_said(lang, "worker_ready", name=hand.name), markup=False)
    hand.run_for_ever(until=(lambda: os.getppid() != parent) if parent else None)


def check_deployment(*, lang: str) -> int:
    """Print what was looked at and how it came out; how many checks failed."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "jamlik.web.settings")
    import django

    django.setup()
    from jamlik.web.core.deployment import Outcome, checks

    found = checks(lang=lang)
    for check in found:
        mark = _said(lang, f"outcome.{check.outcome}")
        told = _said(lang, f"deploy.{check.name}.{'good' if check.outcome == Outcome.OK else 'bad'}", seen=check.seen)
        screen.print(f"{mark:<8} {told}", markup=False)
    return sum(check.outcome == Outcome.FAIL for check in found)


def back_up(target: Path, *, lang: str) -> None:
    """Write the whole site to a file."""
    env = ready_django()
    from jamlik.web.core.backup import backup

    with _told(lang), _followed(lang) as tell:
        counts = backup(target, home=env.home, tell=tell)
    screen.print(_said(lang, "backed_up", path=target, rows=sum(counts.values()), tables=len(counts)), markup=False)


def read_back(source: Path, *, lang: str) -> None:
    """Read a file that `backup` wrote into an empty site."""
    os.umask(0o077)
    env = ready_django()
    from jamlik.web.core.backup import restore

    with _told(lang), _followed(lang) as tell:
        counts = restore(source, home=env.home, tell=tell)
    screen.print(_said(lang, "restored", path=source, rows=sum(counts.values()), tables=len(counts)), markup=False)


@contextmanager
def _followed(lang: str) -> Iterator[Report]:
    """Show how far a long job has come: bars on a terminal, elsewhere a line for each step."""
    if talk.is_terminal:
        with progress_bar(lang) as bar:
            yield lambda step, share: bar(_said(lang, f"step.{step}"), share)
        return
    begun: set[str] = set()

    def line(step: str, share: float) -> None:
        if step not in begun:
            begun.add(step)
            talk.print(_said(lang, f"step.{step}"), markup=False)

    yield line


@contextmanager
def _told(lang: str) -> Iterator[None]:
    from jamlik.web.core.backup import BackupError
    from jamlik.web.core.texts import say_in

    try:
        yield
    except BackupError as error:
        raise JamlikError(
            say_in(lang, f"core.backup.{error.key}.what", **error.values),
            do=say_in(lang, f"core.backup.{error.key}.do", **error.values),
            kind=ErrorKind.USAGE,
        ) from error


def _begin_demo(home: Path, lang: str) -> tuple[Environment, str]:
    """Set up a site of its own for the demo and load Ekby into it, the first time."""
    os.environ["JAMLIK_HOME"] = str(home.resolve())
    os.environ.setdefault("JAMLIK_NAME", "Ekby kommun")
    env = ready_django()
    link = begin_site(env, lang=lang)
    from jamlik.web.core.beginnings import demo_of
    from jamlik.web.core.models import User

    demo, marker = demo_of(), env.home / "demo-loaded"
    if demo is not None and not marker.exists():
        with progress_bar(lang) as tell:
            demo.load(User.objects.order_by("pk")[0], tell)
        marker.touch()
    return env, link


def _tell_people(env: Environment, lang: str) -> None:
    """Links to log in with as the demo's people, of those who have not been in yet."""
    from jamlik.web.core.beginnings import demo_of
    from jamlik.web.core.models import User

    demo = demo_of()
    links = demo.links(User.objects.order_by("pk")[0]) if demo is not None else {}
    if links:
        screen.print(_said(lang, "demo_people"), markup=False)
    for who, path in links.items():
        screen.print(f"  {who:<28} {env.url}{path}", markup=False, soft_wrap=True)


def serve_demo(*, home: Path, port: int, lang: str, open_page: bool) -> None:
    """Serve Ekby until told to stop, on the port or, where it is taken, on a free one."""
    try:
        _require_free("127.0.0.1", port, lang)
    except JamlikError:
        port = free_port("127.0.0.1")
    os.environ["JAMLIK_URL"] = f"http://127.0.0.1:{port}"
    env, link = _begin_demo(home, lang)
    page = f"{env.url}{link or '/'}"
    screen.print(_said(lang, "address", url=page), markup=False)
    _tell_people(env, lang)
    screen.print(_said(lang, "stop_with"), markup=False)
    if open_page:
        threading.Timer(5.0, webbrowser.open, [page]).start()
    with _worker_beside(enabled=True):
        _granian("127.0.0.1", port, 1)


def try_demo(*, home: Path, lang: str) -> None:
    """Set Ekby's site up, start it, ask whether it answers, and stop it.

    Raises
    ------
    JamlikError
        NETWORK when it does not answer in time.
    """
    port = free_port("127.0.0.1")
    os.environ["JAMLIK_URL"] = url = f"http://127.0.0.1:{port}"
    _begin_demo(home, lang)
    command = [sys.executable, "-m", "jamlik", "serve", "--port", str(port), "--lang", lang]
    with subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL) as process:
        answered = wait_until_ready(url, seconds=90)
        _stop(process)
    if not answered:
        raise JamlikError(_said(lang, "no_answer"), kind=ErrorKind.NETWORK)
    settings = f"JAMLIK_HOME={shlex.quote(str(home))} JAMLIK_NAME={shlex.quote(os.environ['JAMLIK_NAME'])}"
    again = f"{settings} {_program()} serve"
    screen.print(_said(lang, "answers", command=again), markup=False)


def _program() -> str:
    """What to write for this program: its name where that is found, else where it lies, seen from here."""
    script = Path(sys.executable).with_name("jamlik")
    return "jamlik" if shutil.which("jamlik") else os.path.relpath(script)


def wait_until_ready(url: str, *, seconds: float) -> bool:
    """Whether the site at a local address answers in time."""
    import httpx

    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            if httpx.get(f"{url}/healthz", timeout=5).status_code == 200:
                return True
        except httpx.HTTPError:
            pass
        time.sleep(0.2)
    return False
