"""The follow-up report of a round or a year: a page, its table as a file, and all of it as Word."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from jamlik.reports.word import word_bytes
from jamlik.web.assessments.models import Round, RoundState
from jamlik.web.assessments.queries import rounds, units_and_above
from jamlik.web.core import listing
from jamlik.web.core.access import permission
from jamlik.web.core.listing import Column, Filter, Spec
from jamlik.web.core.texts import say
from jamlik.web.organisation.models import Unit
from jamlik.web.plans import followup
from jamlik.web.plans.followup import COUNTS, CommitteeReport
from jamlik.web.plans.plan_views import word_file

__all__ = ["follow_up", "follow_up_word"]


@dataclass(frozen=True, slots=True)
class _Chosen:
    """What the report is about: its code in the address, its name, and its rounds."""

    code: str
    title: str
    rounds: tuple[Round, ...]


def _choices(request: HttpRequest) -> list[_Chosen]:
    """Each round that has begun, the newest first, and each year that has several."""
    seen = list(rounds(request.user).exclude(state=RoundState.PLANNED))
    years: dict[int, list[Round]] = {}
    for each in seen:
        years.setdefault(each.opens_on.year, []).append(each)
    whole = [
        _Chosen(f"y{year}", say("plans.followup.year", year=year), tuple(rows))
        for year, rows in years.items()
        if len(rows) > 1
    ]
    return [*(_Chosen(f"r{each.pk}", each.title, (each,)) for each in seen), *whole]


def _chosen(request: HttpRequest, choices: Sequence[_Chosen]) -> _Chosen:
    asked = request.GET.get("of", "")
    return next((each for each in choices if each.code == asked), choices[0] if choices else _Chosen("", "", ()))


def _spec(choices: Sequence[_Chosen], reports: Mapping[int, CommitteeReport]) -> Spec:
    """The table: a row for each committee that was asked."""

    def count(name: str) -> Column:
        return Column(name, f"plans.followup.{name}", lambda unit: getattr(reports[unit.pk].counts, name), number=True)

    of = Filter(
        "of",
        "plans.followup.of",
        lambda request: [(each.code, each.title) for each in choices],
        lambda rows, value: rows,
        default=choices[0].code if choices else "",
    )
    return Spec(
        name="plans.followup",
        columns=(
            Column("committee", "plans.followup.committee", lambda unit: unit.name, sort="name"),
            *(count(name) for name in COUNTS),
        ),
        filters=(of,) if choices else (),
        sort="committee",
        caption="plans.followup.committees",
        empty="plans.followup.none",
    )


@permission("plans.read")
def follow_up(request: HttpRequest) -> HttpResponse:
    """What became of the differences of a round or a year, for each committee."""
    choices = _choices(request)
    chosen = _chosen(request, choices)
    reports = followup.follow_up(chosen.rounds, among=units_and_above(request.user))
    by_key = {each.committee.pk: each for each in reports}
    shown = listing.page(request, Unit.objects.filter(pk__in=list(by_key)), _spec(choices, by_key))
    if shown.file is not None:
        return shown.file
    context: dict[str, Any] = {
        "listing": shown,
        "title": chosen.title,
        "view": "followup",
        "sum": followup.summed(reports),
        "reports": [
            (each, [(row, followup.what_followed(row)) for row in each.measured])
            for each in reports
            if each.actions or each.waits or each.measured
        ],
        "word": f"{reverse('plans:follow_up_word')}?{urlencode({'of': chosen.code})}" if reports else "",
    }
    return render(request, "plans/followup.html", context)


@permission("plans.read")
def follow_up_word(request: HttpRequest) -> HttpResponse:
    """The same as Word, to send with the matter."""
    chosen = _chosen(request, _choices(request))
    reports = followup.follow_up(chosen.rounds, among=units_and_above(request.user))
    document = followup.follow_up_document(chosen.title, reports)
    return word_file(word_bytes(document), f"uppfoljning-{chosen.code}.docx")
