"""Real files analysed once for all tests, and the command with a home of its own."""

from __future__ import annotations

import csv
import fcntl
import json
import pickle
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from jamlik.cli.main import app
from tests.acceptance.command import Run, jamlik

EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "sodertorn.toml"


@dataclass(frozen=True)
class Report:
    """A folder that `jamlik analyse` wrote, and what the command said."""

    folder: Path
    run: Run

    @cached_property
    def rows(self) -> list[dict[str, str]]:
        with (self.folder / "findings.csv").open(encoding="utf-8", newline="") as stream:
            return list(csv.DictReader(stream))

    @cached_property
    def content(self) -> dict[str, Any]:
        return dict(json.loads((self.folder / "findings.json").read_text(encoding="utf-8")))

    @cached_property
    def facts(self) -> dict[str, Any]:
        return dict(json.loads((self.folder / "run.json").read_text(encoding="utf-8")))

    @cached_property
    def page(self) -> str:
        return (self.folder / "report.html").read_text(encoding="utf-8")

    def shown(self) -> list[dict[str, str]]:
        return [row for row in self.rows if row["status"] == "shown"]


def real_arguments(data: Path) -> dict[str, tuple[str | Path, ...]]:
    """What to write after `jamlik analyse` for each of the four real files."""
    (kolada,) = sorted((data / "kolada").glob("kolada_konsuppdelat_*.csv.gz"))
    return {
        "areas": (EXAMPLE, "--file", data / "sodertorn" / "basomraden_huddinge_kon_2000-2017.csv.gz"),
        "school": (data / "skolverket" / "behorighet_grundskola_2024_25.csv",),
        "kolada": (kolada, "--focus", "0126"),
        "election": (data / "val" / "ko_tab3_2022.xlsx", "--where", "Kommunkod=0126"),
    }


@pytest.fixture(scope="session")
def data(shared_dir: Path) -> Path:
    """The real figures."""
    return shared_dir / "data"


@pytest.fixture(scope="session")
def analysed(data: Path, tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Callable[[str], Report]:
    """Report of a real file by its short name; made once, whichever worker asks first."""
    base = tmp_path_factory.getbasetemp()
    base = base if worker_id == "master" else base.parent
    home = base / "home"

    def report(name: str) -> Report:
        folder, note = base / f"real-{name}", base / f"real-{name}.run"
        with (base / f"real-{name}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not note.exists():
                words = ("analyse", *real_arguments(data)[name], "--out", folder)
                run = jamlik(*words, scratch=base, env={"JAMLIK_HOME": str(home)})
                note.write_bytes(pickle.dumps(run))
        return Report(folder, pickle.loads(note.read_bytes()))

    return report


@pytest.fixture
def command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Run]:
    """Run `jamlik` inside this process with a home of its own; like `jamlik()` of command.py, without the start-up."""
    (tmp_path / "aside").mkdir()
    monkeypatch.setenv("JAMLIK_HOME", str(tmp_path / "aside" / "home"))
    monkeypatch.setenv("TERM", "dumb")

    def run(*words: str | Path, cwd: Path | None = None, env: dict[str, str] | None = None) -> Run:
        with monkeypatch.context() as patch:
            if cwd is not None:
                patch.chdir(cwd)
            for name, value in (env or {}).items():
                patch.setenv(name, value)
            done = CliRunner().invoke(app, [str(word) for word in words])
        if done.exception is not None and not isinstance(done.exception, SystemExit):
            raise done.exception
        return Run(done.exit_code, done.stdout, done.stderr, 0.0, 0.0)

    return run
