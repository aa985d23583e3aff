"""A handbook on paper: a contents list, chapters, and the questions of a form as text. Tagged PDF (PDF/UA-1).

Like the form, the writer knows nothing of what it prints. It is handed chapters of blocks, and a form.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

import pydyf

from jamlik.reports.form import Form
from jamlik.reports.layout import laid_out
from jamlik.reports.pdf import page_number
from jamlik.reports.templating import environment, style

__all__ = ["Book", "BookBlock", "BookChapter", "book_pdf"]


@dataclass(frozen=True, slots=True)
class BookBlock:
    """One block of a chapter.

    Parameters
    ----------
    kind : str
        `paragraph`, `heading`, `list`, `example`, `law` or `think`.
    items : tuple of str
        For `list` and `think`.
    name : str
        For `law`: how it is cited.
    """

    kind: str
    text: str
    items: tuple[str, ...] = ()
    name: str = ""


@dataclass(frozen=True, slots=True)
class BookChapter:
    """A chapter; `lead` says in a sentence what it is about."""

    id: str
    title: str
    lead: str
    blocks: tuple[BookBlock, ...]


@dataclass(frozen=True, slots=True)
class Book:
    """A whole handbook.

    Parameters
    ----------
    form : Form
        Whose questions it prints after the chapters, and whose language and title it has.
    kicker : str
        Said above the title.
    beside : mapping
        Ids of the chapters to read beside each step, by the step's id.
    """

    form: Form
    kicker: str
    intro: tuple[str, ...]
    chapters: tuple[BookChapter, ...]
    beside: Mapping[str, tuple[str, ...]]
    labels: Mapping[str, str]


def book_pdf(book: Book) -> bytes:
    """The PDF; the same book with the same fonts gives the same bytes."""
    css = "\n".join((style("tokens", "book"), page_number(book.labels)))
    titles = {chapter.id: chapter.title for chapter in book.chapters}
    page = (
        environment()
        .get_template("book.pdf.jinja")
        .render(book=book, form=book.form, labels=book.labels, titles=titles, css=css)
    )
    identifier = hashlib.sha256(page.encode()).digest()[:16]
    places = {name: book.labels[name] for name in ("method", "questions")}
    places |= {f"chapter-{name}": title for name, title in titles.items()}
    places |= {f"step-{step.id}": step.title for step in book.form.steps}

    def finished(document: object, pdf: pydyf.PDF) -> None:
        _name_links(pdf, places)

    return laid_out(page, identifier=identifier, finisher=finished)


def _name_links(pdf: pydyf.PDF, places: Mapping[str, str]) -> None:
    """Say where a link leads as people call the place: WeasyPrint gives it the name of the anchor."""
    for each in pdf.objects:
        if isinstance(each, dict) and each.get("Subtype") == "/Link":
            each["Contents"] = pydyf.String(places[each["Dest"].string])
