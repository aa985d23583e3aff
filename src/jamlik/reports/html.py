"""The report as one HTML file that asks nothing of anybody: no request, no script, inline styles and pictures."""

from __future__ import annotations

from pathlib import Path

from jamlik.reports.document import Document
from jamlik.reports.templating import environment, style

__all__ = ["html_text", "write_html"]


def html_text(document: Document) -> str:
    """The whole page as text; the same document always gives the same text."""
    template = environment().get_template("report.html.jinja")
    return template.render(document=document, labels=document.labels, css=style("tokens", "screen"))


def write_html(document: Document, path: Path) -> None:
    """Write the page, UTF-8 with plain line ends."""
    path.write_text(html_text(document), encoding="utf-8", newline="\n")
