"""The document model: what a report says, apart from how it is written.

A `Document` is made of sections, a section of blocks. Every block is finished text in one language: a writer lays it
out and adds nothing. Figures carry their picture, description, data table and source together, so that no writer can
leave one of them behind.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

__all__ = [
    "Align",
    "Block",
    "Bullets",
    "Column",
    "Definitions",
    "Document",
    "Facts",
    "Figure",
    "FindingItem",
    "FindingList",
    "FoldOut",
    "Note",
    "Paragraph",
    "Section",
    "Subheading",
    "Table",
    "TableCell",
    "blocks_of",
    "plain_texts",
    "sections_of",
]


class Align(StrEnum):
    """Which side a column's text stands on; numbers stand right."""

    START = "start"
    END = "end"


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Running text; `kind` is empty, `lead` (a section's main sentence), `small` or `paper` (left out on a screen)."""

    text: str
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Subheading:
    """A heading inside a section, below the section's own; it stands in no table of contents."""

    text: str


@dataclass(frozen=True, slots=True)
class Bullets:
    """A list of sentences."""

    items: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Definitions:
    """Terms with what they mean."""

    items: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Facts:
    """A few key figures, each a number with the words that say what it counts."""

    items: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Note:
    """Something to bear in mind, set apart from the text."""

    title: str
    texts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FindingItem:
    """One difference: its sentence, how certain it is in words, and a few facts in words.

    `certainty` is the code that a writer may style by; the reader gets `certainty_label`. `target` is the id of the
    section that tells more, empty when there is none.
    """

    sentence: str
    certainty: str
    certainty_label: str
    facts: tuple[str, ...] = ()
    indicator: str = ""
    target: str = ""


@dataclass(frozen=True, slots=True)
class FindingList:
    """Differences in order of importance."""

    items: tuple[FindingItem, ...]


@dataclass(frozen=True, slots=True)
class Column:
    """A table column's heading and alignment."""

    title: str
    align: Align = Align.START


@dataclass(frozen=True, slots=True)
class TableCell:
    """A cell's text; `kind` is empty, `word` (a status in place of a number) or `strong`."""

    text: str
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """A table whose first column names the rows.

    `print_rows` is how many rows the paper version keeps, None for all; `cut_text` is then what it says about the
    rest. `source` is the whole source line.
    """

    id: str
    caption: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[TableCell, ...], ...]
    source: str
    note: str = ""
    print_rows: int | None = None
    cut_text: str = ""

    @property
    def wide(self) -> bool:
        """Whether the table may be wider than a small screen."""
        return len(self.columns) > 3


@dataclass(frozen=True, slots=True)
class Figure:
    """A chart: title, description, picture, data table and source are all required.

    `narrow` is the same picture laid out for a telephone, empty when there is none.
    """

    id: str
    title: str
    description: str
    svg: str
    table: Table
    source: str
    narrow: str = ""

    def __post_init__(self) -> None:
        """Refuse a chart that is only a picture."""
        if not (self.title and self.description and self.svg and self.table.rows and self.source):
            raise ValueError(f"figure {self.id} lacks its title, description, picture, table or source")


@dataclass(frozen=True, slots=True)
class FoldOut:
    """Blocks that a reader opens when needed; paper shows them in full."""

    title: str
    blocks: tuple[Block, ...]


Block = Paragraph | Subheading | Bullets | Definitions | Facts | Note | FindingList | Table | Figure | FoldOut


@dataclass(frozen=True, slots=True)
class Section:
    """A titled part of the document.

    `kind` names how it is laid out: empty, `summary`, `group`, `indicator`, or `part` (begins a page on paper).
    A section with `screen_only` is left out on paper, where a paragraph of kind `paper` says so.
    """

    id: str
    title: str
    blocks: tuple[Block, ...] = ()
    sections: tuple[Section, ...] = ()
    kind: str = ""
    screen_only: bool = False


@dataclass(frozen=True, slots=True)
class Document:
    """A whole report in one language.

    `kicker` stands over the title, `subtitle` under it; `details` are the terms of the title page; `labels` holds the
    few words that a writer itself needs (skip link, contents, page).
    """

    lang: str
    title: str
    kicker: str
    subtitle: str
    description: str
    sections: tuple[Section, ...]
    footer: tuple[str, ...]
    labels: Mapping[str, str] = field(default_factory=dict)
    fingerprint: str = ""


def sections_of(document: Document) -> Iterator[tuple[int, Section]]:
    """All sections in reading order, each with its heading level (2 for the outermost)."""

    def walk(sections: tuple[Section, ...], level: int) -> Iterator[tuple[int, Section]]:
        for section in sections:
            yield level, section
            yield from walk(section.sections, level + 1)

    return walk(document.sections, 2)


def blocks_of(document: Document) -> Iterator[Block]:
    """All blocks in reading order; a fold-out comes before the blocks inside it."""

    def walk(blocks: tuple[Block, ...]) -> Iterator[Block]:
        for block in blocks:
            yield block
            if isinstance(block, FoldOut):
                yield from walk(block.blocks)

    for _, section in sections_of(document):
        yield from walk(section.blocks)


def plain_texts(document: Document) -> Iterator[str]:
    """The running text of the document, piece by piece: what a reader reads as sentences, tables left out."""
    yield document.subtitle
    for block in blocks_of(document):
        match block:
            case Paragraph(text=text):
                yield text
            case Bullets(items=items):
                yield from items
            case Definitions(items=pairs):
                yield from (text for _, text in pairs)
            case Note(texts=texts):
                yield from texts
            case FindingList(items=found):
                yield from (item.sentence for item in found)
            case Figure(description=description):
                yield description
            case Table(note=note, cut_text=cut):
                yield from (text for text in (note, cut) if text)
            case _:
                pass
