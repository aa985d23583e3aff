"""`jamlik demo`: Ekby kommun from nothing to reports, and to a site that runs on it."""

from __future__ import annotations

import sys
import webbrowser
from pathlib import Path

from jamlik import calls
from jamlik.cli.screen import out as screen
from jamlik.cli.screen import progress_bar, talk
from jamlik.model.words import phrase

__all__ = ["run"]


def run(*, data: Path | None, out: Path, seed: int, lang: str, open_report: bool, with_site: bool, port: int) -> None:
    """Write Ekby's data and, unless only data is wanted, its reports; then start the site in a folder beside them.

    In a terminal the site runs until it is told to stop. Otherwise it is set up, asked whether it answers, and stopped.
    """
    with progress_bar(lang) as progress:
        if data is not None:
            calls.ekby(data, seed=seed, progress=lambda share: progress("demo", share))
            screen.print(phrase(lang, "cli.demo_data", folder=data), markup=False)
            return
        page = calls.demo(out, seed=seed, lang=lang, progress=progress)
    screen.print(phrase(lang, "cli.open_this", path=page), markup=False)
    if with_site:
        from jamlik.cli.commands import site

        home = out.with_name(f"{out.name}-site")
        if sys.stdout.isatty():
            site.serve_demo(home=home, port=port, lang=lang, open_page=open_report)
        else:
            site.try_demo(home=home, lang=lang)
        return
    if open_report and sys.stdout.isatty() and not webbrowser.open(page.resolve().as_uri()):
        talk.print(phrase(lang, "cli.written", folder=page.parent), markup=False)
