"""The handbook: one set of questions, asked on the web, on paper and in a PDF that comes back, with the same rules."""

from __future__ import annotations

from jamlik.handbook.answers import Answers, Fault, Row, as_json, cleaned, value_of
from jamlik.handbook.asking import asked, is_asked, lacking, rows_of
from jamlik.handbook.editions import edition, edition_of
from jamlik.handbook.gates import Breach, Case, Decision, breaches, decision_breaches, own_approval
from jamlik.handbook.library import newest, question_set, shipped
from jamlik.handbook.questions import Choice, Depth, Kind, Part, Question, QuestionSet, Step, text_of

__all__ = [
    "Answers",
    "Breach",
    "Case",
    "Choice",
    "Decision",
    "Depth",
    "Fault",
    "Kind",
    "Part",
    "Question",
    "QuestionSet",
    "Row",
    "Step",
    "as_json",
    "asked",
    "breaches",
    "cleaned",
    "decision_breaches",
    "edition",
    "edition_of",
    "is_asked",
    "lacking",
    "newest",
    "own_approval",
    "question_set",
    "rows_of",
    "shipped",
    "text_of",
    "value_of",
]
