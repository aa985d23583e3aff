"""What is known of a difference, written into the rows that describe it before anybody begins."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from jamlik.handbook import Question, QuestionSet
from jamlik.handbook.answers import cleaned_value
from jamlik.web.core.texts import language, say
from jamlik.web.handbook.queries import row_of_finding
from jamlik.web.statistics.models import Finding
from jamlik.web.statistics.shown import figures_of

__all__ = ["filled_question", "rows_from"]


def filled_question(questions: QuestionSet, depth: str) -> Question | None:
    """The question whose rows are the findings; none in a set that asks of none."""
    return next((each for _, each in questions.asked_in(depth) if each.prefill == "findings"), None)


def rows_from(questions: QuestionSet, depth: str, findings: Iterable[Finding]) -> dict[str, dict[str, Any]]:
    """Row → part → answer for each finding, in the language of the page. What cannot stand as an answer is left out."""
    question = filled_question(questions, depth)
    if question is None:
        return {}
    found: dict[str, dict[str, Any]] = {}
    for finding in findings:
        known = _known(finding)
        parts = ((part, known.get(part.id, "")[: part.kind.limit or None]) for part in question.parts)
        values = {part.id: cleaned_value(questions, part, text)[0] for part, text in parts}
        found[row_of_finding(finding.pk)] = {name: value for name, value in values.items() if value}
    return found


def _known(finding: Finding) -> dict[str, str]:
    lang = language()
    group, reference = finding.group_label(lang), finding.reference_label(lang)
    figures = figures_of(finding.numbers, group=group, reference=reference, lang=lang) or {}
    measure = finding.indicator.title(lang) if finding.indicator is not None else finding.heading(lang)
    return {
        "measure": f"{measure}, {finding.period}" if finding.period else measure,
        "groups": say("handbook.compared", group=group, reference=reference) if group and reference else group,
        "size": str(figures.get("gap", "")),
        "persons": str(figures.get("persons", "")),
    }
