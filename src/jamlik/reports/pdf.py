"""The report as a tagged PDF (PDF/UA-1): language, title, bookmarks, page numbers, alternative texts.

Nothing in it depends on the clock: no dates, and the file's identifier comes from the content's fingerprint.
"""

from __future__ import annotations

import hashlib
import xml.etree.ElementTree as ET
from collections.abc import Mapping
from pathlib import Path
from typing import cast

from weasyprint import HTML
from weasyprint.urls import URLFetcher

from jamlik.reports.document import Document
from jamlik.reports.templating import environment, style

__all__ = ["page_number", "paper_text", "pdf_bytes", "write_pdf"]

# Importing WeasyPrint makes ElementTree forget that SVG needs no prefix: the charts' `<svg>` would become `<ns0:svg>`.
ET.register_namespace("", "http://www.w3.org/2000/svg")


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
    page = HTML(string=paper_text(document), url_fetcher=URLFetcher(allowed_protocols=("data",), fail_on_errors=True))
    identifier = hashlib.sha256(document.fingerprint.encode()).digest()[:16]
    return cast(bytes, page.write_pdf(pdf_variant="pdf/ua-1", pdf_identifier=identifier))


def write_pdf(document: Document, path: Path) -> None:
    """Write the PDF."""
    path.write_bytes(pdf_bytes(document))
