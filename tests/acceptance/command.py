"""The command line as people meet it: a process of its own, with what it printed, its exit code and its peak memory."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

__all__ = ["SIX", "Run", "jamlik", "leftovers", "started"]

SIX = ("findings.csv", "findings.json", "report.html", "report.pdf", "run.json", "tables.xlsx")
PROGRAM = (sys.executable, "-m", "jamlik")


@dataclass(frozen=True)
class Run:
    """What a command left behind: exit code, stdout, stderr, seconds and peak memory in MiB."""

    code: int
    out: str
    err: str
    seconds: float
    peak_mib: float

    def json(self) -> Any:
        return json.loads(self.out)


def _environment(extra: Mapping[str, str]) -> dict[str, str]:
    plain = {name: value for name, value in os.environ.items() if name not in {"COLUMNS", "FORCE_COLOR"}}
    return {**plain, "TERM": "dumb", "NO_COLOR": "1", **extra}


def started(*words: str | Path, cwd: Path | None = None, env: Mapping[str, str] | None = None) -> subprocess.Popen[str]:
    """The command, running, with both streams as pipes."""
    return subprocess.Popen(
        [*PROGRAM, *map(str, words)],
        cwd=cwd,
        env=_environment(env or {}),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
    )


def jamlik(*words: str | Path, scratch: Path, cwd: Path | None = None, env: Mapping[str, str] | None = None) -> Run:
    """Run the command to its end; `scratch` holds its streams meanwhile."""
    files = [scratch / f".{os.getpid()}-{time.monotonic_ns()}.{name}" for name in ("out", "err")]
    began = time.monotonic()
    with files[0].open("wb") as out, files[1].open("wb") as err:
        child = subprocess.Popen(
            [*PROGRAM, *map(str, words)], cwd=cwd, env=_environment(env or {}), stdout=out, stderr=err
        )
        _, status, usage = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
    seconds = time.monotonic() - began
    texts = [file.read_text(encoding="utf-8") for file in files]
    for file in files:
        file.unlink()
    return Run(child.returncode, texts[0], texts[1], seconds, usage.ru_maxrss / 1024)


def leftovers(folder: Path, *, known: Sequence[str] = ()) -> list[str]:
    """Everything in a folder, hidden things too, but for what is known."""
    return sorted(path.name for path in folder.iterdir() if path.name not in known)
