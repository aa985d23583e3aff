"""`jamlik start`: one's own municipality in minutes."""

from __future__ import annotations

from pathlib import Path

from jamlik import calls
from jamlik.cli.screen import progress_bar
from jamlik.cli.told import tell
from jamlik.reports.folder import require_replaceable

__all__ = ["run"]


def run(municipality: str, *, out: Path | None, lang: str, as_json: bool) -> None:
    """Fetch, analyse and write."""
    if out is not None:
        require_replaceable(out)
    with progress_bar(lang) as progress:
        analysis = calls.start(municipality, lang=lang, progress=progress)
        folder = out or Path(f"jamlik-{analysis.result.focus}")
        analysis.write(folder, progress=progress)
    tell(analysis, folder=folder, lang=lang, as_json=as_json)
