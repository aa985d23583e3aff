"""An approved analysis as a document for a case file: one page that sums it up, then all that was answered."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from jamlik.handbook import Case, cleaned, is_asked
from jamlik.handbook.questions import text_of
from jamlik.reports.document import Column, Definitions, Document, Paragraph, Section, Subheading, Table, TableCell
from jamlik.web.core.texts import language, say
from jamlik.web.handbook.models import Analysis, Copy, Decision
from jamlik.web.handbook.shown import answer_text, row_name
from jamlik.web.handbook.told import sections_of

__all__ = ["Judged", "case_of_copy", "judged_in", "report_of"]

_OBSERVED, _VERDICT = "q16_observation", "q17_verdict"
_WHY = (
    ("q17_verdict", "why"),
    ("q18_reason", "reasons"),
    ("q18_reason", "evidence"),
    ("q41_unclear", "missing"),
    ("q30_no_action", "why"),
)


@dataclass(frozen=True, slots=True)
class Judged:
    """A difference on the front page: what it is, what it was found to be and why, and what is done about it."""

    name: str
    verdict: str
    why: str
    actions: tuple[str, ...]


def case_of_copy(analysis: Analysis, copy: Copy) -> tuple[Case, dict[str, Any]]:
    """What was approved, out of its frozen copy alone; and the copy's content."""
    content: dict[str, Any] = json.loads(copy.content)
    questions = analysis.questions  # an analysis keeps the ones it was begun with
    answers = cleaned(questions, content["answers"])[0]
    return Case(questions, str(content["depth"]), answers, analysis.facts, copy.made_at.date()), content


def judged_in(case: Case) -> list[Judged]:
    """Every difference with its verdict; none in a set that judges none."""
    if _OBSERVED not in case.set.by_id:
        return []
    question = case.set.by_id[_OBSERVED]
    return [
        Judged(
            row_name(case.set, question, row.key, case.answers),
            _words(case, _VERDICT, "verdict", row.key),
            ". ".join(_whys(case, row.key)),
            tuple(_actions(case, row.key)),
        )
        for row in case.rows(_OBSERVED)
    ]


def _words(case: Case, question: str, part: str, row: str) -> str:
    asked = case.set.by_id[question]
    if not is_asked(case.set, asked, row, case.answers, case.facts, asked.part(part)):
        return ""
    value = next((each.values.get(part) for each in case.rows(question) if each.key == row), "")
    return answer_text(case.set, asked.part(part), value, case.answers)


def _whys(case: Case, row: str) -> Iterator[str]:
    for question, part in _WHY:
        told = _words(case, question, part, row) if question in case.set.by_id else ""
        if told:
            yield told.rstrip(".")


def _actions(case: Case, row: str) -> Iterator[str]:
    for action in case.rows("q28_actions"):
        if action.values.get("finding") == row:
            role = _words(case, "q29_responsible", "role", action.key)
            due = _words(case, "q29_responsible", "due_on", action.key)
            known = ", ".join(each for each in (role, due) if each)
            yield f"{action.values.get('action', '')}{f' ({known})' if known else ''}"


def report_of(analysis: Analysis, copy: Copy, decisions: Sequence[Decision]) -> Document:
    """The whole report in the language of the page. It tells what was approved, whatever has happened since."""
    case, content = case_of_copy(analysis, copy)
    lang = language()
    depth = next(text_of(each.title, lang) for each in case.set.depths if each.id == case.depth)
    number = say("handbook.report.copy", number=copy.number, day=copy.made_at.date().isoformat())
    return Document(
        lang=lang,
        title=str(content["title"]),
        kicker=" · ".join(each for each in (analysis.unit.name, str(content["period"])) if each),
        subtitle=f"{text_of(case.set.title, lang)}, {depth.lower()}. {number}",
        description=f"{text_of(case.set.title, lang)}: {content['title']}",
        sections=(_front(case, content, copy), *_answers(case), *_route(decisions)),
        footer=(analysis.unit.name, str(content["title"])),
        labels={
            "page_before": say("plans.plan.page_before"),
            "page_between": say("plans.plan.page_between"),
            "contents": say("plans.plan.contents"),
        },
        fingerprint=f"{copy.fingerprint}:{lang}",
    )


def _front(case: Case, content: dict[str, Any], copy: Copy) -> Section:
    """What is to be seen on one page: the differences, the day of the follow-up, and the fingerprint."""
    judged = judged_in(case)
    blocks: list[Paragraph | Table | Definitions] = []
    if judged:
        rows = tuple(
            (TableCell(each.name), TableCell(each.verdict), TableCell(each.why), TableCell("; ".join(each.actions)))
            for each in judged
        )
        names = ("difference", "verdict", "why", "actions")
        blocks.append(
            Table(
                id="judged",
                caption=say("handbook.report.judged"),
                columns=tuple(Column(say(f"handbook.report.{name}")) for name in names),
                rows=rows,
                source=str(content["title"]),
            )
        )
    facts = [(say("handbook.report.approved_on"), str(content["approved_on"] or ""))]
    if content["follow_up_on"]:
        facts.append((say("handbook.field.follow_up_on"), date.fromisoformat(content["follow_up_on"]).isoformat()))
    facts.append((say("handbook.report.fingerprint"), copy.fingerprint))
    blocks.append(Definitions(tuple(facts)))
    return Section("summary", say("handbook.report.summary"), tuple(blocks), kind="summary")


def _answers(case: Case) -> Iterator[Section]:
    for section in sections_of(case):
        blocks: list[Subheading | Paragraph | Definitions] = []
        for each in section.questions:
            told = [(label, answer) for label, answer in each.lines if answer]
            if not told:
                continue
            blocks.append(Subheading(f"{each.title} {each.name}".strip()))
            if len(told) == 1 and told[0][0] == each.title:
                blocks += [Paragraph(text) for text in told[0][1].splitlines() if text.strip()]
            else:
                blocks.append(Definitions(tuple(told)))
        if blocks:
            yield Section(f"step-{section.step.id}", section.title, tuple(blocks))


def _route(decisions: Sequence[Decision]) -> tuple[Section, ...]:
    if not decisions:
        return ()
    lines = []
    for each in decisions:
        who = each.body_name or say("handbook.report.manager")
        told = (who, each.decided_on.isoformat(), each.paragraph, say(f"handbook.outcome_full.{each.outcome}"))
        lines.append(Paragraph(f"{', '.join(part for part in told if part)}. {each.reason}".strip()))
    return (Section("route", say("handbook.decisions"), tuple(lines)),)
