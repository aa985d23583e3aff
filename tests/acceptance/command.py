"""The command line as people meet it: a process of its own, with what it printed, its exit code and its peak memory."""

from __future__ import annotations

import json
import os
import signal
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

# A process is charged with the peak memory of the one it was forked from, so a test runner that has grown large would
# be measured and not the command: a small process of its own stands between, and writes down what its child used.
MEASURE = """
import resource, subprocess, sys
code = subprocess.call(sys.argv[2:])
with open(sys.argv[1], "w") as file:
    file.write(str(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss))
sys.exit(code)
"""


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
    """The command, running, with both streams as pipes.

    A shell that starts us in the background has its children ignore interrupts, and they pass that on: undone here.
    """
    return subprocess.Popen(
        [*PROGRAM, *map(str, words)],
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
        cwd=cwd,
        env=_environment(env or {}),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
    )


def jamlik(*words: str | Path, scratch: Path, cwd: Path | None = None, env: Mapping[str, str] | None = None) -> Run:
    """Run the command to its end; `scratch` holds its streams meanwhile."""
    files = [scratch / f".{os.getpid()}-{time.monotonic_ns()}.{name}" for name in ("out", "err", "peak")]
    command = [sys.executable, "-S", "-c", MEASURE, str(files[2]), *PROGRAM, *map(str, words)]
    began = time.monotonic()
    with files[0].open("wb") as out, files[1].open("wb") as err:
        code = subprocess.run(
            command, cwd=cwd, env=_environment(env or {}), stdout=out, stderr=err, check=False
        ).returncode
    seconds = time.monotonic() - began
    texts = [file.read_text(encoding="utf-8") for file in files]
    for file in files:
        file.unlink()
    return Run(code, texts[0], texts[1], seconds, int(texts[2]) / 1024)


def leftovers(folder: Path, *, known: Sequence[str] = ()) -> list[str]:
    """Everything in a folder, hidden things too, but for what is known."""
    return sorted(path.name for path in folder.iterdir() if path.name not in known)
