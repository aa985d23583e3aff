"""What the documents show is run: Python blocks, `jamlik` commands, and TOML.

A document's blocks run in order in one empty folder, so that a later block can use what an earlier one wrote; Python
blocks with nothing run between them share their names, as cells of a notebook do. A fence
marked `no-run` (```console no-run) is only there to be read.
"""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
import tomllib
from itertools import groupby
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FENCE = re.compile(r"^```(\w+)([^\n]*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
DOCUMENTS = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]


def blocks(document: Path) -> list[tuple[str, str]]:
    found = FENCE.findall(document.read_text(encoding="utf-8"))
    return [(language, text) for language, marks, text in found if "no-run" not in marks]


def commands(text: str) -> list[str]:
    joined = text.replace("\\\n", " ")
    lines = [line.removeprefix("$ ").strip() for line in joined.splitlines()]
    return [line for line in lines if line.startswith("jamlik ")]


WITH_BLOCKS = [path for path in DOCUMENTS if {"python", "console", "toml"} & {language for language, _ in blocks(path)}]


@pytest.mark.slow
@pytest.mark.parametrize("document", WITH_BLOCKS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_blocks_of_document_run(document, tmp_path):
    environment = {**os.environ, "NO_COLOR": "1", "JAMLIK_HOME": str(tmp_path / "home")}
    for language, group in groupby(blocks(document), key=lambda block: block[0]):
        texts = [text for _, text in group]
        if language == "toml":
            for text in texts:
                tomllib.loads(text)
        elif language == "python":
            _succeeds([sys.executable, "-c", "\n".join(texts)], tmp_path, environment)
        elif language == "console":
            for line in commands("\n".join(texts)):
                arguments = shlex.split(line.split(" #")[0])[1:]
                _succeeds([sys.executable, "-m", "jamlik", *arguments], tmp_path, environment)


def _succeeds(command: list[str], folder: Path, environment: dict[str, str]) -> None:
    done = subprocess.run(
        command,
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=900,
        check=False,
        stdin=subprocess.DEVNULL,
    )
    assert done.returncode == 0, f"{command[1:]}\n{done.stdout[-2000:]}\n{done.stderr[-2000:]}"
