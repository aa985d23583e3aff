"""The case text (tjänsteskrivelse) as a document: all that is to be decided on one A4, the findings behind it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from jamlik.model.words import format_number
from jamlik.reports.document import Bullets, Column, Document, Paragraph, Section, Subheading, Table, TableCell
from jamlik.web.assessments.choices import choice_ids, choice_label
from jamlik.web.assessments.hooks import planned_actions
from jamlik.web.assessments.models import Assignment, CaseText, Decision, Round, Verdict, VerdictState
from jamlik.web.assessments.rules import asked_fields
from jamlik.web.assessments.shown import shown_answer
from jamlik.web.core.texts import language, say
from jamlik.web.organisation.models import Unit
from jamlik.web.statistics.queries import open_to_all
from jamlik.web.statistics.rules import require_public

__all__ = ["case_document", "case_verdicts", "first_draft", "summary"]

_ON_FRONT = 4  # with the texts at their longest, what one A4 holds
_REASONS = ("reason_kinds", "evidence", "missing_knowledge", "wait_reason")


def case_verdicts(round_: Round, committee: Unit) -> list[Verdict]:
    """The committee's approved verdicts of the round, the most important first.

    A case is a public document: what is too small to be shown to all is judged inside the committee and stands in none.
    """
    rows = Verdict.objects.filter(
        open_to_all("finding"),
        state=VerdictState.APPROVED,
        assignment__round=round_,
        unit__path__startswith=committee.path,
    )
    return list(rows.select_related("finding", "unit", "assignment").order_by("unit__name", "assignment__place"))


def first_draft(round_: Round, committee: Unit, verdicts: Sequence[Verdict]) -> dict[str, str]:
    """What the text begins as, for a person to complete."""
    acts = planned_actions([verdict.finding_id for verdict in verdicts])
    cost = format_number(float(sum(each.cost_sek for found in acts.values() for each in found)), 0, language())
    return {
        "matter": say("assessments.case.draft_matter", round=round_.title),
        "proposal": say("assessments.case.draft_proposal"),
        "best_interests": say("assessments.case.draft_best_interests"),
        "finances": say("assessments.case.draft_finances", cost=cost)
        if acts
        else say("assessments.case.draft_finances_none"),
    }


def summary(round_: Round, committee: Unit, verdicts: Sequence[Verdict]) -> list[str]:
    """How many differences were found to be what, and how many are unanswered."""
    kinds = Counter(verdict.verdict for verdict in verdicts)
    told = [
        say("assessments.case.summary", asked=len(verdicts), **{kind: kinds[kind] for kind in choice_ids("verdict")})
    ]
    left = Assignment.objects.filter(
        open_to_all("finding"),
        round=round_,
        unit__path__startswith=committee.path,
        answered_at__isnull=True,
        waiting=False,
    ).count()
    return [*told, say("assessments.case.left", n=left)] if left else told


def case_document(case: CaseText, decisions: Sequence[Decision]) -> Document:
    """The whole document in the language of the page.

    Raises
    ------
    JamlikError
        When a finding in it may not be shown to all.
    """
    verdicts = case_verdicts(case.round, case.committee)
    require_public(verdict.finding for verdict in verdicts)
    front = tuple(
        Section(
            name, say(f"assessments.case.{name}"), tuple(Paragraph(text) for text in _paragraphs(getattr(case, name)))
        )
        for name in ("matter", "proposal", "best_interests", "finances")
    )
    found = Section(
        "summary",
        say("assessments.case.findings"),
        (*(Paragraph(text) for text in summary(case.round, case.committee, verdicts)), *_foremost(verdicts)),
    )
    number = f"{say('assessments.case.register_number')}: {case.register_number}" if case.register_number else ""
    return Document(
        lang=language(),
        title=f"{case.round.title}: {case.committee.name}",
        kicker=" · ".join(part for part in (say("assessments.case.title"), number) if part),
        subtitle="",
        description=say("assessments.case.draft_matter", round=case.round.title),
        sections=(*front, found, _appendix(case, verdicts), *_route(decisions)),
        footer=(case.committee.name,),
        labels={"page_before": say("assessments.case.page")},
    )


def _foremost(verdicts: Sequence[Verdict]) -> tuple[Bullets, ...]:
    """The most important differences with their answers, as many as the front page holds; all stand in the appendix."""
    order = {"unjustified": 0, "unclear": 1, "justified": 2}
    ranked = sorted(verdicts, key=lambda each: (order.get(each.verdict, 3), each.assignment.place, each.pk))
    acted_on = planned_actions([verdict.finding_id for verdict in verdicts])
    lines = []
    for verdict in ranked[:_ON_FRONT]:
        follows = "; ".join(each.title for each in acted_on.get(verdict.finding_id, ())) or _why(verdict)
        answer = choice_label("verdict", verdict.verdict)
        told = verdict.finding.heading(language()).rstrip(".")
        lines.append(f"{_shortened(told, 75)}. {answer}{f': {_shortened(follows, 45)}' if follows else ''}.")
    if len(verdicts) > _ON_FRONT:
        lines.append(say("assessments.case.rest", n=len(verdicts) - _ON_FRONT))
    return (Bullets(tuple(lines)),) if lines else ()


def _shortened(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 1].rsplit(' ', 1)[0].rstrip(' ,.;:')}…"


def _paragraphs(text: str) -> list[str]:
    return [part.strip() for part in text.splitlines() if part.strip()]


def _appendix(case: CaseText, verdicts: Sequence[Verdict]) -> Section:
    blocks: list[Paragraph | Table] = [
        Paragraph(say("assessments.case.internal"), "small"),
        Paragraph(say("statistics.inside.not_here"), "small"),  # always said, so that it tells of nothing
    ]
    if not verdicts:
        blocks.append(Paragraph(say("assessments.case.no_findings")))
    else:
        acted_on = planned_actions([verdict.finding_id for verdict in verdicts])
        rows = tuple(
            (
                TableCell(verdict.finding.told(language())),
                TableCell(verdict.unit.name),
                TableCell(choice_label("verdict", verdict.verdict)),
                TableCell(_why(verdict)),
                TableCell("; ".join(each.title for each in acted_on.get(verdict.finding_id, ()))),
            )
            for verdict in verdicts
        )
        fields = ("finding", "unit", "verdict", "evidence", "actions")
        blocks.append(
            Table(
                id="answers",
                caption=say("assessments.case.findings"),
                columns=tuple(Column(say(f"assessments.field.{field}")) for field in fields),
                rows=rows,
                source=say("assessments.case.source", round=case.round.title),
            )
        )
    return Section("appendix", say("assessments.case.appendix"), tuple(blocks), kind="part")


def _why(verdict: Verdict) -> str:
    asked = asked_fields(verdict)
    texts = [shown_answer(verdict, field) for field in _REASONS if field in asked]
    return ". ".join(text.rstrip(".") for text in texts if text)


def _route(decisions: Sequence[Decision]) -> tuple[Section, ...]:
    if not decisions:
        return ()
    lines: list[Subheading | Paragraph] = [
        Paragraph(
            " ".join(
                part
                for part in (
                    f"{each.body_name}, {each.decided_on.isoformat()}",
                    each.paragraph,
                    f"– {say(f'assessments.outcome.{each.outcome}')}.",
                    each.reason,
                )
                if part
            )
        )
        for each in decisions
    ]
    return (Section("route", say("assessments.route.title"), tuple(lines)),)
