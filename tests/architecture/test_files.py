"""What lies in the repository: locks, reasons, documents, and no trace of anybody's machine."""

from __future__ import annotations

import json
import re

import pytest

from tests.architecture.sourcecode import ROOT, project, tracked_files

LOCKS = sorted((ROOT / "requirements").glob("*.txt"))
# Spelt in halves so that this file does not name what it forbids.
REGISTRY_HOSTS = ["pypi" + ".org", "python" + "hosted.org", "registry.npm" + "js", "deb.deb" + "ian.org"]
MACHINE_PATHS = re.compile(r"(?<![\w.])/(?:work|root|home/\w+|Users/\w+|opt/wheels)/")


def text_of(path) -> str:
    return path.read_bytes().decode("utf-8", "replace")


def test_no_file_names_a_registry_host():
    wrong = [
        str(path.relative_to(ROOT)) for path in tracked_files() if any(host in text_of(path) for host in REGISTRY_HOSTS)
    ]
    assert not wrong


def test_no_file_names_a_place_on_a_machine():
    wrong = [
        f"{path.relative_to(ROOT)}: {found.group()}"
        for path in tracked_files()
        if path.suffix not in {".png", ".pdf", ".parquet", ".xlsx", ".gz"}
        and (found := MACHINE_PATHS.search(text_of(path)))
    ]
    assert not wrong


@pytest.mark.parametrize("lock", LOCKS, ids=lambda path: path.name)
def test_lock_pins_everything_by_hash_and_records_no_address(lock):
    text = lock.read_text(encoding="utf-8")
    entries = re.split(r"\n(?=[a-z0-9])", re.sub(r"^#.*\n", "", text, flags=re.MULTILINE).strip())
    assert len(entries) > 20
    for entry in entries:
        assert re.match(r"[a-z0-9.-]+==[^ ]+ ", entry), entry.splitlines()[0]
        assert "--hash=sha256:" in entry, entry.splitlines()[0]
    assert "://" not in text
    assert not re.search(r"^-", text, re.MULTILINE), "no option lines, such as an index or a link to find files at"


def test_locks_agree_where_they_overlap():
    """The same version in both; on which systems it is wanted may differ, where a tool for tests wants it on more."""
    pins = [dict(re.findall(r"^(\S+)==(\S+)", lock.read_text(), re.MULTILINE)) for lock in LOCKS]
    dev, runtime = pins
    assert {name: dev.get(name) for name in runtime} == runtime


def test_browser_lock_pins_by_hash_and_records_no_address():
    lock = json.loads((ROOT / "tests" / "browser" / "package-lock.json").read_text())
    packages = {name: entry for name, entry in lock["packages"].items() if name}
    assert packages
    assert all(entry["integrity"].startswith("sha512-") for entry in packages.values())
    assert not any("resolved" in entry for entry in packages.values())


def test_every_dependency_says_why_it_is_there():
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    declared = list(project()["project"]["dependencies"])
    for lines in [*project()["project"]["optional-dependencies"].values(), *project()["dependency-groups"].values()]:
        declared += lines
    unexplained = [line for line in declared if not re.search(rf'"{re.escape(line)}",?\s*# \w.{{10,}}', text)]
    assert not unexplained


def test_version_is_the_same_everywhere():
    version = project()["project"]["version"]
    assert f"softwareVersion: {version}\n" in (ROOT / "publiccode.yml").read_text(encoding="utf-8")
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert re.search(rf"^## \[(Unreleased|{re.escape(version)})\]", changelog, re.MULTILINE)


@pytest.mark.parametrize(
    "name",
    [
        "CHANGELOG.md",
        "CODE_OF_CONDUCT.md",
        "CONTRIBUTING.md",
        "CONVENTIONS.md",
        "GLOSSARY.md",
        "GOVERNANCE.md",
        "LICENSES/EUPL-1.2.txt",
        "ROADMAP.md",
        "SECURITY.md",
        "docs/reference/open-standards.md",
        "publiccode.yml",
    ],
)
def test_what_a_public_codebase_needs_is_there(name):
    assert len((ROOT / name).read_text(encoding="utf-8")) > 300


def test_workflow_commands_exist():
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z]+):", makefile, re.MULTILINE))
    assert {"demo", "check", "test", "fix", "bench", "prove", "docs", "lock", "clean"} <= targets
    script = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    assert script.index("make check") < script.index("make test")


def test_publiccode_texts_keep_within_the_lengths_of_its_format():
    text = (ROOT / "publiccode.yml").read_text(encoding="utf-8")
    features = re.findall(r"^      - (.+)$", text, re.MULTILINE)
    short = re.findall(r"shortDescription: >-\n +(.+)\n", text)
    assert len(features) > 8
    assert max(map(len, features)) <= 100
    assert len(short) == 2
    assert max(map(len, short)) <= 150
