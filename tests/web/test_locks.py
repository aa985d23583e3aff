"""Rows are held without their keys, so that others may add rows that point at them: see `core/audit.py`."""

from __future__ import annotations

import re
from pathlib import Path

import jamlik.web

HELD = re.compile(r"select_for_update\((?!.*no_key=True)")


def test_rows_are_held_without_their_keys():
    wrong = [
        f"{path.name}:{number}"
        for path in sorted(Path(jamlik.web.__file__).parent.rglob("*.py"))
        if path.name != "audit.py"  # the end of the log, which nothing points at
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if HELD.search(line)
    ]
    assert not wrong
