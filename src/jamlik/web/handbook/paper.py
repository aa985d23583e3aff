"""The questions as a PDF. What takes seconds to lay out is kept: a blank form for long, that of an analysis briefly."""

from __future__ import annotations

import hashlib
from importlib.metadata import version

from django.core.cache import cache

from jamlik.handbook import Answers, QuestionSet, as_json
from jamlik.handbook.answers import NONE
from jamlik.handbook.paper import form_of
from jamlik.handbook.printed import book_of
from jamlik.reports.book import book_pdf
from jamlik.reports.form import form_pdf
from jamlik.web.core import audit
from jamlik.web.core.texts import language
from jamlik.web.handbook import queries
from jamlik.web.handbook.models import Analysis, Depth

__all__ = ["FILL", "PRINT", "READ", "analysis_pdf", "blank_pdf", "is_long", "kept_pdf"]

FILL, PRINT, READ = "fill", "print", "read"
_BLANK_SECONDS = 30 * 24 * 60 * 60
_OWN_SECONDS = 60 * 60


def is_long(analysis: Analysis) -> bool:
    """Whether its form has so many fields that a person should not wait for it at the page."""
    return analysis.depth == Depth.FULL


def _pdf(questions: QuestionSet, depth: str, kind: str, *, answers: Answers, analysis: str, kicker: str) -> bytes:
    fillable = kind == FILL
    return form_pdf(
        form_of(questions, depth, language(), answers=answers, analysis=analysis, kicker=kicker, fillable=fillable)
    )


def blank_pdf(questions: QuestionSet, depth: str, kind: str) -> bytes:
    """An empty form, or the handbook to read with its method; the questions of a key never change."""
    key = _key(questions.key, depth, language(), kind)
    kept: bytes | None = cache.get(key)
    if kept is None:
        if kind == READ:
            kept = book_pdf(book_of(questions, depth, language()))
        else:
            kept = _pdf(questions, depth, kind, answers=NONE, analysis="", kicker="")
        cache.set(key, kept, _BLANK_SECONDS)
    return kept


def _key(*about: str) -> str:
    return f"handbook.form:{hashlib.sha256(audit.canonical([version('jamlik'), *about]).encode()).hexdigest()}"


def _analysis_key(analysis: Analysis, answers: Answers, kind: str) -> str:
    said = audit.canonical(as_json(answers))
    return _key(analysis.set_key, analysis.depth, language(), kind, str(analysis.pk), analysis.title, said)


def kept_pdf(analysis: Analysis, kind: str) -> bytes | None:
    """An analysis's form as it stands now, where it has been laid out lately."""
    kept: bytes | None = cache.get(_analysis_key(analysis, queries.case_of(analysis).answers, kind))
    return kept


def analysis_pdf(analysis: Analysis, kind: str) -> bytes:
    """An analysis's own form, with its differences and the answers so far; it finds the way back by itself."""
    case = queries.case_of(analysis)
    made = _pdf(case.set, case.depth, kind, answers=case.answers, analysis=str(analysis.pk), kicker=analysis.title)
    if is_long(analysis):
        cache.set(_analysis_key(analysis, case.answers, kind), made, _OWN_SECONDS)
    return made
