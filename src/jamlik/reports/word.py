"""The document model as a Word file: real headings, real tables with a repeated header row, the language set.

A picture cannot be trusted to every Word: a figure stands as its description and its data table. Nothing in the file
depends on the clock, so the same document always gives the same bytes. Needs the `web` extra (python-docx).
"""

from __future__ import annotations

import io
import zipfile
from datetime import datetime
from pathlib import Path

import docx
from docx.document import Document as WordDocument
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt, RGBColor
from docx.table import Table as WordTable
from docx.text.paragraph import Paragraph as WordParagraph

from jamlik.reports.document import (
    Align,
    Block,
    Bullets,
    Definitions,
    Document,
    Facts,
    Figure,
    FindingList,
    FoldOut,
    Note,
    Paragraph,
    Section,
    Subheading,
    Table,
    TableCell,
    sections_of,
)

__all__ = ["word_bytes", "write_word"]

_LOCALE = {"sv": "sv-SE", "en": "en-GB", "fi": "fi-FI"}
_INK = RGBColor(0x1F, 0x29, 0x33)
_DEEP = RGBColor(0x00, 0x4F, 0x5D)
_SOFT = RGBColor(0x45, 0x50, 0x5B)
_EPOCH = datetime(1980, 1, 1)  # noqa: DTZ001 - the first instant a zip file can hold; no zone is meant
_HEADINGS = {1: 15, 2: 12.5, 3: 11}


def word_bytes(document: Document) -> bytes:
    """The Word file; the same document gives the same bytes."""
    made = docx.Document()
    _set_page(made)
    _set_styles(made, document.lang)
    _set_properties(made, document)
    _write_masthead(made, document)
    for level, section in sections_of(document):
        _write_section(made, section, level - 1)
    _write_footer(made, document)
    return _without_clock(made)


def write_word(document: Document, path: Path) -> None:
    """Write the Word file."""
    path.write_bytes(word_bytes(document))


def _set_page(made: WordDocument) -> None:
    page = made.sections[0]
    page.page_width, page.page_height = Cm(21), Cm(29.7)
    page.left_margin = page.right_margin = Cm(2.3)
    page.top_margin, page.bottom_margin = Cm(1.8), Cm(1.8)


def _set_styles(made: WordDocument, lang: str) -> None:
    normal = made.styles["Normal"]
    normal.font.name, normal.font.size, normal.font.color.rgb = "Calibri", Pt(10.5), _INK
    normal.paragraph_format.space_after = Pt(5)
    marked = OxmlElement("w:lang")
    marked.set(qn("w:val"), _LOCALE[lang])
    normal.element.get_or_add_rPr().append(marked)
    for old in made.styles.element.iter(qn("w:lang")):
        old.set(qn("w:val"), _LOCALE[lang])
    for level, size in _HEADINGS.items():
        heading = made.styles[f"Heading {level}"]
        heading.font.name, heading.font.size, heading.font.color.rgb = "Calibri", Pt(size), _DEEP
        heading.paragraph_format.space_before = Pt(10 if level == 1 else 7)
        heading.paragraph_format.space_after = Pt(3)
        heading.paragraph_format.keep_with_next = True
    title = made.styles["Title"]
    title.font.name, title.font.size, title.font.color.rgb = "Calibri", Pt(20), _INK
    title.paragraph_format.space_after = Pt(4)


def _set_properties(made: WordDocument, document: Document) -> None:
    told = made.core_properties
    told.title, told.subject, told.language = document.title, document.description, _LOCALE[document.lang]
    told.author = told.last_modified_by = told.comments = ""
    told.identifier = document.fingerprint
    told.created = told.modified = _EPOCH


def _write_masthead(made: WordDocument, document: Document) -> None:
    if document.kicker:
        _small(made.add_paragraph(), document.kicker)
    made.add_paragraph(document.title, style="Title")
    if document.subtitle:
        made.add_paragraph(document.subtitle)


def _write_section(made: WordDocument, section: Section, level: int) -> None:
    if section.screen_only:
        return
    heading = made.add_heading(section.title, level=min(level, 3))
    heading.paragraph_format.page_break_before = section.kind == "part"
    for block in section.blocks:
        _write_block(made, block, level)


def _write_block(made: WordDocument, block: Block, level: int) -> None:
    match block:
        case Paragraph():
            _write_paragraph(made, block)
        case Subheading(text=text):
            made.add_heading(text, level=min(level + 1, 3))
        case Bullets(items=items):
            for item in items:
                made.add_paragraph(item, style="List Bullet").paragraph_format.space_after = Pt(2)
        case Definitions(items=pairs):
            for term, meaning in pairs:
                _write_pair(made, f"{term}: ", meaning)
        case Facts(items=pairs):
            for value, words in pairs:
                _write_pair(made, f"{value} ", words)
        case Note(title=title, texts=texts):
            made.add_paragraph().add_run(title).bold = True
            for text in texts:
                made.add_paragraph(text)
        case FindingList(items=found):
            for each in found:
                facts = ". ".join(text.rstrip(".") for text in (each.certainty_label, *each.facts) if text)
                line = made.add_paragraph(each.sentence, style="List Number")
                line.paragraph_format.space_after = Pt(2)
                _small(line, f" {facts}." if facts else "")
        case Table():
            _write_table(made, block)
        case Figure(title=title, description=description, table=table):
            made.add_paragraph().add_run(title).bold = True
            made.add_paragraph(description)
            _write_table(made, table)
        case FoldOut(title=title, blocks=blocks):
            made.add_heading(title, level=min(level + 1, 3))
            for inner in blocks:
                _write_block(made, inner, level + 1)


def _write_paragraph(made: WordDocument, block: Paragraph) -> None:
    line = made.add_paragraph()
    if block.kind == "small":
        _small(line, block.text)
        return
    line.add_run(block.text).bold = block.kind == "lead" or None


def _small(line: WordParagraph, text: str) -> None:
    run = line.add_run(text)
    run.font.size, run.font.color.rgb = Pt(9), _SOFT


def _write_pair(made: WordDocument, first: str, second: str) -> None:
    line = made.add_paragraph()
    line.paragraph_format.space_after = Pt(2)
    line.add_run(first).bold = True
    line.add_run(second)


def _write_table(made: WordDocument, table: Table) -> None:
    caption = made.add_paragraph()
    caption.paragraph_format.keep_with_next = True
    caption.add_run(table.caption).bold = True
    grid: WordTable = made.add_table(rows=0, cols=len(table.columns), style="Table Grid")
    _describe(grid, table.caption)
    titles = tuple(TableCell(column.title, "strong") for column in table.columns)
    for cells in (titles, *table.rows):
        row = grid.add_row()  # type: ignore[no-untyped-call]  # python-docx has no type here
        _keep_row(row._tr, header=cells is titles)
        for at, (cell, column) in enumerate(zip(cells, table.columns, strict=True)):
            line = row.cells[at].paragraphs[0]
            line.paragraph_format.space_after = Pt(1)
            run = line.add_run(cell.text)
            run.bold, run.italic, run.font.size = cell.kind == "strong" or None, cell.kind == "word" or None, Pt(9)
            if column.align is Align.END:
                line.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    for text in (table.note, table.source):
        if text:
            _small(made.add_paragraph(), text)


def _describe(grid: WordTable, caption: str) -> None:
    """Give the table its title as alternative text, and say that its first row and column name the others."""
    about = grid._tbl.tblPr
    described = OxmlElement("w:tblCaption")
    described.set(qn("w:val"), caption)
    about.append(described)
    for look in about.findall(qn("w:tblLook")):
        about.remove(look)
        about.insert(about.index(described), look)


def _keep_row(row: object, *, header: bool) -> None:
    """Keep the row on one page; a header row comes back on each page."""
    about = row.get_or_add_trPr()  # type: ignore[attr-defined]  # made by python-docx as it runs
    about.append(OxmlElement("w:cantSplit"))
    if header:
        about.append(OxmlElement("w:tblHeader"))


def _write_footer(made: WordDocument, document: Document) -> None:
    line = made.sections[0].footer.paragraphs[0]
    _small(line, " · ".join((*document.footer, document.labels.get("page_before", ""))))
    for kind, text in (("begin", ""), ("", "PAGE"), ("end", "")):
        run = line.add_run()
        run.font.size, run.font.color.rgb = Pt(9), _SOFT
        part = OxmlElement("w:fldChar" if kind else "w:instrText")
        if kind:
            part.set(qn("w:fldCharType"), kind)
        part.text = text or None
        run._r.append(part)


def _without_clock(made: WordDocument) -> bytes:
    """The saved file with every part dated alike."""
    saved, plain = io.BytesIO(), io.BytesIO()
    made.save(saved)
    with zipfile.ZipFile(saved) as parts, zipfile.ZipFile(plain, "w", zipfile.ZIP_DEFLATED) as written:
        for name in parts.namelist():
            entry = zipfile.ZipInfo(name, date_time=_EPOCH.timetuple()[:6])
            entry.compress_type = zipfile.ZIP_DEFLATED
            written.writestr(entry, parts.read(name))
    return plain.getvalue()
