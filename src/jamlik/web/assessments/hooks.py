"""What this app asks of the apps above it: which actions a finding has, and where one is planned."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from django.db.models import Q

from jamlik.web.core.history import keep_inside
from jamlik.web.core.reading import read_when_asked
from jamlik.web.statistics.hooks import hand_out_at

__all__ = ["PlannedAction", "action_start_url", "answer_with_actions", "follow_up_url", "planned_actions"]


@dataclass(frozen=True, slots=True)
class PlannedAction:
    """An action that answers a finding, as another app sees it."""

    title: str
    url: str
    due_on: date | None
    state: str
    cost_sek: int = 0
    lines: tuple[tuple[str, str], ...] = ()  # what it is, who answers for it, what it costs and is to change


hand_out_at(read_when_asked("jamlik.web.assessments.handing_out.url_to_hand_out"))
keep_inside("assessments.assignment", Q(finding__audience="owner"))
keep_inside("assessments.verdict", Q(finding__audience="owner"))

Lookup = Callable[[Iterable[int]], Mapping[int, tuple[PlannedAction, ...]]]
StartUrl = Callable[[int, int], str]
ReportUrl = Callable[[int], str]

_known: dict[str, object] = {}


def answer_with_actions(*, lookup: Lookup, start_url: StartUrl, report_url: ReportUrl) -> None:
    """Tell who knows the actions: called once, when the app above starts."""
    _known.update(lookup=lookup, start_url=start_url, report_url=report_url)


def planned_actions(findings: Iterable[int]) -> Mapping[int, tuple[PlannedAction, ...]]:
    """Actions by finding key; a finding without any is left out."""
    lookup = _known.get("lookup")
    return lookup(findings) if callable(lookup) else {}


def action_start_url(*, finding: int, unit: int) -> str:
    """Where an action for a finding is planned; empty when no app does that."""
    start = _known.get("start_url")
    return str(start(finding, unit)) if callable(start) else ""


def follow_up_url(round_: int) -> str:
    """Where what became of a round is told; empty when no app does that."""
    report = _known.get("report_url")
    return str(report(round_)) if callable(report) else ""
