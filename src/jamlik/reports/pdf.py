"""The report as a tagged PDF (PDF/UA-1): language, title, bookmarks, page numbers, alternative texts.

Nothing in it depends on the clock: no dates, and the file's identifier comes from the content's fingerprint.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path

from jamlik.reports.document import Document
from jamlik.reports.layout import laid_out
from jamlik.reports.templating import environment, style

__all__ = ["page_number", "paper_text", "pdf_bytes", "write_pdf"]


def _css_text(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def page_number(labels: Mapping[str, str]) -> str:
    """The style rule for the page number, `Sida 3 av 12`, from the labels `page_before` and `page_between`."""
    before, between = (_css_text(labels[name]) for name in ("page_before", "page_between"))
    return f"@page {{ @bottom-right {{ content: {before} counter(page) {between} counter(pages); }} }}"


def paper_text(document: Document) -> str:
    """The HTML that the PDF is laid out from: fold-outs unfolded, charts as images with their text."""
    css = "\n".join((style("tokens", "paper"), page_number(document.labels)))
    return environment().get_template("report.pdf.jinja").render(document=document, labels=document.labels, css=css)


def pdf_bytes(document: Document) -> bytes:
    """The PDF; the same document with the same fonts gives the same bytes."""
    identifier = hashlib.sha256(document.fingerprint.encode()).digest()[:16]
    return laid_out(paper_text(document), identifier=identifier)


def write_pdf(document: Document, path: Path) -> None:
    """Write the PDF."""
    path.write_bytes(pdf_bytes(document))
