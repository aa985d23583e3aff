"""`jamlik analyse`: from a file to a report."""

from __future__ import annotations

from pathlib import Path

from jamlik import calls
from jamlik.cli.screen import progress_bar
from jamlik.cli.told import parsed_references, parsed_where, tell
from jamlik.reports.folder import require_replaceable

__all__ = ["run"]


def run(
    source: Path,
    *,
    out: Path,
    file: Path | None,
    lang: str,
    as_json: bool,
    where: list[str],
    focus: str,
    catalogue: str,
    references: list[str],
    confidence: float,
) -> None:
    """Analyse a file and write the report folder."""
    require_replaceable(out)
    with progress_bar(lang) as progress:
        analysis = calls.analyse(
            source,
            lang=lang,
            confidence=confidence,
            file=file,
            where=parsed_where(where),
            focus=focus,
            catalogue=catalogue,
            references=parsed_references(references),
            progress=progress,
        )
        analysis.write(out, progress=progress)
    tell(analysis, folder=out, lang=lang, as_json=as_json)
