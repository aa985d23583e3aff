"""What every test shares: no network, where the real figures lie, the browser, Hypothesis's budgets."""

from __future__ import annotations

import ipaddress
import os
import shutil
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NoReturn

import pytest
from hypothesis import HealthCheck, settings

ROOT = Path(__file__).resolve().parents[1]
IN_CI = os.environ.get("CI") == "true"

settings.register_profile("ci", derandomize=True, max_examples=25, deadline=None, print_blob=True)
settings.register_profile(
    "prove", max_examples=1000, deadline=None, print_blob=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))


class NetworkBlockedError(Exception):
    """A test tried to reach something outside this machine."""


def _is_local(host: object) -> bool:
    if isinstance(host, bytes):
        host = host.decode("ascii", "replace")
    if host in (None, "", "localhost"):
        return True
    try:
        return ipaddress.ip_address(str(host).partition("%")[0]).is_loopback
    except ValueError:
        return False


def _refuse(host: object) -> NoReturn:
    message = f"Tests never leave this machine, and this one tried to reach {host!r}. Serve it on 127.0.0.1 instead."
    raise NetworkBlockedError(message)


@pytest.fixture(scope="session", autouse=True)
def network_block() -> Iterator[None]:
    """Let sockets reach this machine only; a name that would need a look-up is refused before the look-up."""
    real_connect, real_connect_ex = socket.socket.connect, socket.socket.connect_ex
    real_look_up = socket.getaddrinfo

    def check(sock: socket.socket, address: Any) -> None:
        if sock.family in (socket.AF_INET, socket.AF_INET6) and not _is_local(address[0]):
            _refuse(address[0])

    def connect(sock: socket.socket, address: Any) -> None:
        check(sock, address)
        real_connect(sock, address)

    def connect_ex(sock: socket.socket, address: Any) -> int:
        check(sock, address)
        return real_connect_ex(sock, address)

    def look_up(host: Any, *args: Any, **kwargs: Any) -> Any:
        if not _is_local(host):
            _refuse(host)
        return real_look_up(host, *args, **kwargs)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", connect)
        patch.setattr(socket.socket, "connect_ex", connect_ex)
        patch.setattr(socket, "getaddrinfo", look_up)
        yield


@pytest.fixture(scope="session", autouse=True)
def own_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A JAMLIK_HOME of the tests' own, so that no test reads or leaves anything in a person's."""
    home = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("JAMLIK_HOME", str(home))
        patch.delenv("JAMLIK_KOLADA_URL", raising=False)
        yield home


def _absent(reason: str) -> NoReturn:
    """Skip on a developer's machine, fail in CI, where everything is supposed to be set up."""
    if IN_CI:
        pytest.fail(f"{reason} (set up in CI)")
    pytest.skip(reason)


@pytest.fixture(scope="session")
def repository() -> Path:
    """The project's root folder."""
    return ROOT


@pytest.fixture(scope="session")
def shared_dir() -> Path:
    """Real figures beside the project: JAMLIK_SHARED, or a folder called shared next to it."""
    named = os.environ.get("JAMLIK_SHARED")
    folder = Path(named) if named else ROOT.parent / "shared"
    if not (folder / "data").is_dir():
        pytest.skip(f"no real figures at {folder}: set JAMLIK_SHARED to the folder that holds data/")
    return folder


@pytest.fixture(scope="session")
def chromium_path() -> str:
    """Debian's Chromium, as an absolute path for Playwright's executable_path."""
    found = shutil.which("chromium") or shutil.which("chromium-browser")
    if found is None:
        _absent("Chromium is not installed: apt-get install chromium")
    return found


@pytest.fixture(scope="session")
def axe_source() -> str:
    """The text of axe-core, to run inside a page."""
    script = ROOT / ".cache" / "axe" / "node_modules" / "axe-core" / "axe.min.js"
    if not script.is_file():
        _absent("axe-core is not installed: run 'make setup'")
    return script.read_text(encoding="utf-8")
