"""The follow-up of rounds for the council: per committee what was handed out, answered, done about and measured again.

It is a public document. What only those inside a committee may know of is in no part of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields

from jamlik.reports.document import Align, Bullets, Column, Document, Paragraph, Section, Subheading, Table, TableCell
from jamlik.web.assessments.models import Assignment, Response, Round, Verdict, VerdictKind, VerdictState
from jamlik.web.core import clock
from jamlik.web.core.texts import language, say
from jamlik.web.organisation.models import Unit
from jamlik.web.organisation.queries import AUTHORITIES, municipality_name
from jamlik.web.plans.models import Action, ActionState, Remeasure
from jamlik.web.plans.shown import state_text
from jamlik.web.plans.telling import answer_text
from jamlik.web.statistics.queries import open_to_all
from jamlik.web.statistics.rules import require_public

__all__ = ["COUNTS", "CommitteeReport", "Counts", "follow_up", "follow_up_document", "summed", "what_followed"]


@dataclass(frozen=True, slots=True)
class Counts:
    """How many differences: handed out, answered, found unjustified, acted on, waiting, measured again, closed."""

    asked_n: int = 0
    answered_n: int = 0
    unjustified_n: int = 0
    acted_n: int = 0
    waiting_n: int = 0
    remeasured_n: int = 0
    closed_n: int = 0


COUNTS = tuple(field.name for field in fields(Counts))


@dataclass(frozen=True, slots=True)
class CommitteeReport:
    """A committee's counts, and what is behind those that need words."""

    committee: Unit
    counts: Counts
    actions: tuple[Action, ...]
    waits: tuple[Verdict, ...]
    measured: tuple[Remeasure, ...]


def follow_up(rounds: Sequence[Round], *, among: Iterable[int]) -> list[CommitteeReport]:
    """The committees of some rounds that are among the units a person reads about, by name."""
    asked = Assignment.objects.filter(open_to_all("finding"), round__in=rounds, waiting=False)
    acted: dict[int, list[Action]] = {}
    actions = Action.objects.filter(open_to_all("finding"), finding__in=asked.values("finding"))
    actions = actions.exclude(state__in=(ActionState.DRAFT, ActionState.STOPPED)).select_related("unit", "finding")
    for action in actions.order_by("due_on", "pk"):
        acted.setdefault(action.finding_id, []).append(action)
    remeasures = Remeasure.objects.filter(open_to_all("before"), before__in=asked.values("finding"))
    latest = {each.before_id: each for each in remeasures.select_related("before__indicator").order_by("made_at", "pk")}
    committees = {unit.pk: unit for unit in Unit.objects.filter(kind__in=AUTHORITIES, pk__in=list(among))}
    found: dict[int, list[Assignment]] = {}
    for row in asked.select_related("unit", "verdict__finding__indicator").order_by("unit__name", "place", "pk"):
        keys = [int(key) for key in row.unit.path.split("/") if key]
        committee = next((key for key in reversed(keys) if key in committees), None)
        if committee is not None:
            found.setdefault(committee, []).append(row)
    reports = [_report(committees[key], rows, acted, latest) for key, rows in found.items()]
    return sorted(reports, key=lambda each: each.committee.name)


def _report(
    committee: Unit,
    rows: Sequence[Assignment],
    acted: Mapping[int, Sequence[Action]],
    latest: Mapping[int, Remeasure],
) -> CommitteeReport:
    verdicts = [row.verdict for row in rows if hasattr(row, "verdict") and row.verdict.state == VerdictState.APPROVED]
    unjustified = [each for each in verdicts if each.verdict == VerdictKind.UNJUSTIFIED]
    waits = [each for each in unjustified if each.response == Response.WAIT]
    findings = list(dict.fromkeys(row.finding_id for row in rows))
    measured = [latest[key] for key in findings if key in latest]
    counts = Counts(
        asked_n=len(rows),
        answered_n=len(verdicts),
        unjustified_n=len(unjustified),
        acted_n=sum(each.finding_id in acted for each in unjustified),
        waiting_n=len(waits),
        remeasured_n=len(measured),
        closed_n=sum(bool(each.closed) for each in measured),
    )
    actions = tuple(action for key in findings for action in acted.get(key, ()))
    return CommitteeReport(committee, counts, actions, tuple(waits), tuple(measured))


def summed(reports: Iterable[CommitteeReport]) -> Counts:
    """All the committees together."""
    every = [each.counts for each in reports]
    return Counts(**{name: sum(getattr(each, name) for each in every) for name in COUNTS})


def what_followed(measured: Remeasure) -> str:
    """What the figures answered when the question was asked again, and what a person concluded."""
    if measured.confirmed_at is None:
        return f"{answer_text(measured)} {say('plans.remeasure.waits')}"
    concluded = say("plans.remeasure.closed" if measured.closed else "plans.remeasure.again")
    return f"{answer_text(measured)} {concluded}. {measured.comment}".strip()


def follow_up_document(title: str, reports: Sequence[CommitteeReport]) -> Document:
    """The report, for Word.

    Raises
    ------
    JamlikError
        When something in it may not be shown to all.
    """
    for each in reports:
        require_public(action.finding for action in each.actions)
        require_public(verdict.finding for verdict in each.waits)
        require_public(measured.before for measured in each.measured)
    day = clock.today().isoformat()
    heading = say("plans.followup.title")
    return Document(
        lang=language(),
        title=f"{heading}: {title}",
        kicker=f"{municipality_name()} · {day}",
        subtitle="",
        description=say("plans.followup.intro"),
        sections=(
            Section(
                "committees",
                say("plans.followup.committees"),
                (
                    Paragraph(say("plans.followup.intro")),
                    Paragraph(_told(summed(reports))),
                    _table(title, day, reports),
                    Paragraph(say("statistics.inside.not_here"), "small"),
                ),
            ),
            *(_section(each) for each in reports),
        ),
        footer=(municipality_name(), heading),
        labels={"page_before": say("plans.plan.page_before"), "page_between": say("plans.plan.page_between")},
    )


def _told(counts: Counts) -> str:
    return say("plans.followup.sum", **{name: getattr(counts, name) for name in COUNTS})


def _table(title: str, day: str, reports: Sequence[CommitteeReport]) -> Table:
    rows = tuple(
        (TableCell(each.committee.name), *(TableCell(str(getattr(each.counts, name))) for name in COUNTS))
        for each in reports
    )
    heads = tuple(Column(say(f"plans.followup.{name}"), Align.END) for name in COUNTS)
    return Table(
        id="committees",
        caption=say("plans.followup.committees"),
        columns=(Column(say("plans.followup.committee")), *heads),
        rows=rows,
        source=say("plans.followup.source", title=title, day=day),
    )


def _section(report: CommitteeReport) -> Section:
    acted = [
        f"{each.title} ({each.unit.name}, {each.due_on.isoformat() if each.due_on else ''}): {state_text(each)}"
        for each in report.actions
    ]
    waits = [
        f"{each.finding.heading(language())} {each.wait_reason}"
        + (f" {say('plans.followup.review_on', day=each.review_on.isoformat())}" if each.review_on else "")
        for each in report.waits
    ]
    measured = [f"{each.before.heading(language())} {what_followed(each)}" for each in report.measured]
    blocks: list[Subheading | Bullets | Paragraph] = []
    for name, lines in (("actions", acted), ("waits", waits), ("measured", measured)):
        if lines:
            blocks += [Subheading(say(f"plans.followup.{name}")), Bullets(tuple(lines))]
    if not blocks:
        blocks.append(Paragraph(say("plans.followup.nothing")))
    return Section(f"committee-{report.committee.pk}", report.committee.name, tuple(blocks))
