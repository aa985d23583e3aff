"""From a page's HTML to a tagged PDF: the one place where WeasyPrint lays anything out."""

from __future__ import annotations

import gc
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, cast

from weasyprint import HTML
from weasyprint.urls import URLFetcher

__all__ = ["laid_out"]

# Importing WeasyPrint makes ElementTree forget that SVG needs no prefix: the charts' `<svg>` would become `<ns0:svg>`.
ET.register_namespace("", "http://www.w3.org/2000/svg")

OBJECTS = 100_000  # made between two looks for rings of objects, while something is laid out


@contextmanager
def _few_collections() -> Iterator[None]:
    """Let Python look for unused rings of objects seldom: a layout makes millions of objects and keeps nearly all.

    At Python's own 700 a fifth of the time goes there. The peak of memory stays within some per cent.
    """
    before = gc.get_threshold()
    gc.set_threshold(OBJECTS, 20, 50)
    try:
        yield
    finally:
        gc.set_threshold(*before)


def laid_out(page: str, *, identifier: bytes, **options: Any) -> bytes:
    """The PDF (PDF/UA-1) of a page that loads nothing; the same page with the same fonts gives the same bytes."""
    laid = HTML(string=page, url_fetcher=URLFetcher(allowed_protocols=("data",), fail_on_errors=True))
    with _few_collections():
        return cast(bytes, laid.write_pdf(pdf_variant="pdf/ua-1", pdf_identifier=identifier, **options))
