"""What the tests of reading files share: a key that is not the machine's, and small files written as text."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest


@pytest.fixture(autouse=True)
def input_key(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hash inputs with a fixed key, so that no test writes one in the home folder."""
    monkeypatch.setenv("JAMLIK_INPUT_KEY", "test")


@pytest.fixture
def written(tmp_path: Path) -> Callable[..., Path]:
    """Write a text as a file; rows of a text table may be indented and end in blanks."""

    def write(text: str, *, name: str = "fil.csv", encoding: str = "utf-8", newline: str = "\n") -> Path:
        lines = [line.strip(" ") for line in text.strip("\n").split("\n")]
        path = tmp_path / name
        path.write_bytes((newline.join(lines) + newline).encode(encoding))
        return path

    return write
