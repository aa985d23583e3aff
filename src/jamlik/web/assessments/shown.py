"""A verdict's answers as people read them: what was asked and the words that were answered."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from jamlik.model.words import inside
from jamlik.web.assessments.choices import choice_label
from jamlik.web.assessments.models import Verdict
from jamlik.web.assessments.rules import asked_fields
from jamlik.web.core.texts import language, say
from jamlik.web.statistics.models import Finding
from jamlik.web.statistics.shown import capital

__all__ = ["SHOWN_FIELDS", "answer_lines", "exchange_lines", "short_name", "shown_answer"]

SHOWN_FIELDS = (
    "verdict",
    "reason_kinds",
    "standardised",
    "evidence",
    "control",
    "reconsider_on",
    "missing_knowledge",
    "next_step_by",
    "next_step_on",
    "response",
    "wait_reason",
    "review_on",
)
_SETS = {"verdict": "verdict", "control": "control", "response": "response"}


def short_name(finding: Finding) -> str:
    """Whom and what a difference is about, short enough for a heading; the sentence stands below it."""
    group, reference = finding.group_label(language()), finding.reference_label(language())
    if not (group and reference) or finding.indicator is None:
        return finding.heading(language())
    name = say("statistics.finding.heading_compared", group=capital(group), reference=inside(reference))
    return say("assessments.short_name", groups=name, indicator=inside(finding.indicator.title(language())))


def shown_answer(verdict: Verdict, field: str) -> str:
    """One answer in words."""
    value = getattr(verdict, field)
    if field == "reason_kinds":
        return ", ".join(choice_label("reason_kind", kind) for kind in value)
    if field in _SETS:
        return choice_label(_SETS[field], value)
    if isinstance(value, bool):
        return say("core.yes" if value else "core.no")
    return value.isoformat() if isinstance(value, date) else str(value or "")


def answer_lines(verdict: Verdict, fields: Collection[str] = SHOWN_FIELDS) -> list[tuple[str, str]]:
    """(what was asked, what was answered) for the fields that belong to the answer."""
    asked = asked_fields(verdict) if verdict.verdict else set(fields)
    return [
        (say(f"assessments.field.{field}"), shown_answer(verdict, field) or say("assessments.none"))
        for field in (*SHOWN_FIELDS, "reply")
        if field in fields and (field in asked or field in ("verdict", "reply"))
    ]


def exchange_lines(verdict: Verdict) -> list[tuple[str, str]]:
    """What the approver asked when it was returned, and the writer's reply; nothing where nothing was asked."""
    if not verdict.return_reason:
        return []
    asked = (say("assessments.judge.returned"), verdict.return_reason)
    return [asked, (say("assessments.field.reply"), verdict.reply or say("assessments.none"))]
