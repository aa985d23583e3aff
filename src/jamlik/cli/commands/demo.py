"""`jamlik demo`: Ekby kommun from nothing to a report."""

from __future__ import annotations

import sys
import webbrowser
from pathlib import Path

from jamlik import calls
from jamlik.cli.screen import out as screen
from jamlik.cli.screen import progress_bar, talk
from jamlik.model.words import phrase

__all__ = ["run"]


def run(*, data: Path | None, out: Path, seed: int, lang: str, open_report: bool) -> None:
    """Write Ekby's data and, unless only data is wanted, its reports."""
    with progress_bar(lang) as progress:
        if data is not None:
            calls.ekby(data, seed=seed, progress=lambda share: progress("demo", share))
            screen.print(phrase(lang, "cli.demo_data", folder=data), markup=False)
            return
        page = calls.demo(out, seed=seed, lang=lang, progress=progress)
    screen.print(phrase(lang, "cli.open_this", path=page), markup=False)
    if open_report and sys.stdout.isatty() and not webbrowser.open(page.resolve().as_uri()):
        talk.print(phrase(lang, "cli.written", folder=page.parent), markup=False)
