"""Reports: one document model, and writers for HTML, PDF, Excel, CSV and JSON.

Writers are handed a protected result and never compute one, so none can reach a number that may not be shown.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from pathlib import Path

from jamlik.model.results import AnalysisResult
from jamlik.reports.document import Document
from jamlik.reports.equality import equality_report
from jamlik.reports.flat import write_findings_csv, write_findings_json
from jamlik.reports.html import write_html
from jamlik.reports.pdf import write_pdf
from jamlik.reports.rounding import content_fingerprint, published_result
from jamlik.reports.xlsx import write_xlsx

__all__ = [
    "FORMATS",
    "Document",
    "content_fingerprint",
    "equality_report",
    "published_result",
    "write_all",
    "write_findings_csv",
    "write_findings_json",
    "write_html",
    "write_pdf",
    "write_xlsx",
]

FORMATS = {
    "html": "report.html",
    "pdf": "report.pdf",
    "csv": "findings.csv",
    "json": "findings.json",
    "xlsx": "tables.xlsx",
}
_RESULT_WRITERS = {"csv": write_findings_csv, "json": write_findings_json, "xlsx": write_xlsx}
_DOCUMENT_WRITERS = {"html": write_html, "pdf": write_pdf}


def write_all(
    result: AnalysisResult,
    directory: Path,
    *,
    formats: Collection[str] = tuple(FORMATS),
    progress: Callable[[str, int, int], None] | None = None,
) -> tuple[Path, ...]:
    """Write the report and its data files into a directory that exists.

    Parameters
    ----------
    result : AnalysisResult
        Protected content.
    directory : Path
        Where the files go; the caller sees to it that a half-written directory is never left behind.
    formats : collection of str
        Some of the keys of `FORMATS`.
    progress : callable, optional
        Told (what, done, of): `csv`, `json`, `xlsx`, then `charts` for each indicator, then `html`, `pdf`.

    Returns
    -------
    tuple of Path
        The files written, in the order they were written.

    Raises
    ------
    ValueError
        For a format there is no writer of, or a number that is NaN or infinite.
    """
    unknown = set(formats) - set(FORMATS)
    if unknown:
        raise ValueError(f"no writer for {', '.join(sorted(unknown))}; there are {', '.join(FORMATS)}")

    def tell(what: str, done: int, of: int) -> None:
        if progress is not None:
            progress(what, done, of)

    written = []
    for name, write in _RESULT_WRITERS.items():
        if name in formats:
            tell(name, 0, 1)
            write(result, directory / FORMATS[name])
            written.append(directory / FORMATS[name])
            tell(name, 1, 1)
    if not set(formats) & set(_DOCUMENT_WRITERS):
        return tuple(written)
    document = equality_report(result, progress=lambda done, of: tell("charts", done, of))
    for name, write_document in _DOCUMENT_WRITERS.items():
        if name in formats:
            tell(name, 0, 1)
            write_document(document, directory / FORMATS[name])
            written.append(directory / FORMATS[name])
            tell(name, 1, 1)
    return tuple(written)
