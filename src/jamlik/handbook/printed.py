"""The handbook as it is printed to be read: the method's chapters, and the questions of a set."""

from __future__ import annotations

from jamlik.handbook.blocks import Block
from jamlik.handbook.method import UNREVIEWED, chapters, for_step
from jamlik.handbook.paper import form_of
from jamlik.handbook.questions import QuestionSet, text_of
from jamlik.model.words import phrase, words
from jamlik.reports.book import Book, BookBlock, BookChapter

__all__ = ["book_of"]


def book_of(question_set: QuestionSet, depth: str, lang: str, *, kicker: str = "") -> Book:
    """The handbook of a set, in one language.

    Parameters
    ----------
    depth : str
        How much is asked: questions that the depth leaves out are left out here too.
    kicker : str
        Said above the title: the municipality.
    """
    name = next(text_of(each.title, lang) for each in question_set.depths if each.id == depth)
    version = phrase(lang, "handbook.book.version", set=question_set.key, depth=name.lower())
    intro = [text_of(question_set.intro, lang), phrase(lang, "handbook.book.use")]
    if lang in UNREVIEWED:
        intro.append(phrase(lang, "handbook.form.unreviewed"))
    return Book(
        form=form_of(question_set, depth, lang, fillable=False),
        kicker=f"{kicker} · {version}" if kicker else version,
        intro=tuple(intro),
        chapters=tuple(
            BookChapter(
                each.key,
                text_of(each.title, lang),
                text_of(each.summary, lang),
                tuple(_block(block, lang) for block in each.blocks),
            )
            for each in chapters()
        ),
        beside={step.id: tuple(each.key for each in for_step(question_set.id, step.id)) for step in question_set.steps},
        labels={**words(lang, "handbook.form"), **words(lang, "handbook.book")},
    )


def _block(block: Block, lang: str) -> BookBlock:
    return BookBlock(
        kind=block.kind.value,
        text=text_of(block.text, lang),
        items=tuple(text_of(item, lang) for item in block.items),
        name=text_of(block.name, lang),
    )
