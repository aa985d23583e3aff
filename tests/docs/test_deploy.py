"""The examples in deploy/ name settings, commands and ports that are there, and systemd finds no fault in them."""

from __future__ import annotations

import re
import shutil
import subprocess

import pytest
import typer.main

from jamlik.cli.main import app
from jamlik.web.environment import read_environment
from tests.architecture.sourcecode import ROOT

DEPLOY = ROOT / "deploy"
UNITS = sorted((DEPLOY / "systemd").iterdir())
SETTING = re.compile(r"^#?([A-Z_]+)=(.*)$", re.MULTILINE)


def test_example_settings_are_all_known_and_usable():
    text = (DEPLOY / "jamlik.env.example").read_text(encoding="utf-8")
    given = dict(SETTING.findall(text))
    told = (ROOT / "docs" / "how-to" / "run-the-site.md").read_text(encoding="utf-8")
    named = set(re.findall(r"`([A-Z_]+)`", told)) | {
        f"JAMLIK_OIDC{part}" for part in ("_CLIENT_ID", "_CLIENT_SECRET", "_NAME")
    }
    assert set(given) <= named
    assert len(given) > 10
    env = read_environment(given)
    assert env.problems == ()
    assert (env.production, env.behind_proxy, env.require_mfa) == (True, True, True)
    assert env.hosts == ("jamlik.example.se",)


def commands() -> list[list[str]]:
    found = []
    for unit in UNITS:
        for line in unit.read_text(encoding="utf-8").splitlines():
            for words in re.findall(r"/opt/jamlik/bin/jamlik ([a-z][a-z0-9./ -]*)", line.partition("#")[0]):
                found.append(words.split())
    docker = (DEPLOY / "docker" / "Dockerfile").read_text(encoding="utf-8")
    entry = re.search(r"^CMD \[(.+)\]$", docker, re.MULTILINE)[1]
    return [*found, re.findall(r'"([^"]+)"', entry)]


def test_commands_of_the_services_are_there():
    program = typer.main.get_command(app)
    asked = commands()
    assert len(asked) >= 5
    for words in asked:
        command = program
        while words and words[0] in getattr(command, "commands", {}):
            command, words = command.commands[words[0]], words[1:]
        assert command is not program, words
        known = {option for param in command.params for option in (*param.opts, *param.secondary_opts)}
        assert {word for word in words if word.startswith("--")} <= known


def test_proxies_and_the_container_lead_to_the_port_that_is_served():
    served = re.search(r"--host 127\.0\.0\.1 --port (\d+)", (DEPLOY / "systemd" / "jamlik-web.service").read_text())[1]
    assert f"server 127.0.0.1:{served};" in (DEPLOY / "nginx" / "jamlik.conf").read_text()
    assert f"reverse_proxy 127.0.0.1:{served} " in (DEPLOY / "caddy" / "Caddyfile").read_text()
    docker = (DEPLOY / "docker" / "Dockerfile").read_text()
    assert f"EXPOSE {served}" in docker
    assert f"127.0.0.1:{served}/healthz" in docker


def test_container_has_the_libraries_that_the_program_needs():
    needed = set(
        re.findall(
            r"missing\+=\(([\w. -]+)\)", (ROOT / "scripts" / "system_packages.sh").read_text().partition("= dev ]")[0]
        )
    )
    docker = (DEPLOY / "docker" / "Dockerfile").read_text()
    assert needed
    assert {name for name in needed if name not in docker} == set()
    copied = {name for line in re.findall(r"^COPY (?!--)(.+) \S+$", docker, re.MULTILINE) for name in line.split()}
    kept = (DEPLOY / "docker" / "Dockerfile.dockerignore").read_text()
    for name in copied:
        assert (ROOT / name).exists()
        assert f"!{name}\n" in kept


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="no systemd-analyze here to read the units with")
def test_systemd_finds_no_fault_in_the_units(tmp_path):
    paths = []
    for unit in UNITS:
        text = unit.read_text(encoding="utf-8").replace("/opt/jamlik/bin/jamlik", "/bin/true")
        paths.append(tmp_path / unit.name.replace("@.", "@1."))
        paths[-1].write_text(text, encoding="utf-8")
    command = ["systemd-analyze", "verify", "--man=no", *map(str, paths)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    # Where systemd itself does not run it says so as it reads; only what it says of our units counts.
    assert [line for line in done.stderr.splitlines() if "jamlik" in line] == []
