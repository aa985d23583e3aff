"""Pages of findings: the list, one of them with its chart and method, registering one by hand."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse

from jamlik.analysis.change import GapAnswer, GapChange, GapLeft, Mover
from jamlik.analysis.labels import unit_label
from jamlik.model.indicators import Direction
from jamlik.model.words import format_number, format_signed, inside
from jamlik.web.core import clock, listing
from jamlik.web.core.access import permission
from jamlik.web.core.people import person
from jamlik.web.core.texts import language, say
from jamlik.web.statistics import actions, queries
from jamlik.web.statistics.finding_list import FINDINGS, spelt_out, url_of
from jamlik.web.statistics.forms import RegisterForm
from jamlik.web.statistics.freezing import direction_of
from jamlik.web.statistics.hooks import handing_out_url
from jamlik.web.statistics.models import Finding
from jamlik.web.statistics.shown import capital, decimals_of, figures_of
from jamlik.web.statistics.views import answered, data_of

__all__ = ["finding", "findings", "register_by_hand"]


@permission("statistics.see")
def findings(request: HttpRequest) -> HttpResponseBase:
    """The findings; sure ones of the newest period until something else is asked for."""
    request.GET = spelt_out(request.GET)  # type: ignore[assignment]
    rows = queries.rows_for(request, queries.visible_findings(person(request)))
    shown = listing.page(request, rows, FINDINGS)
    return shown.file or render(request, "statistics/findings.html", {"listing": shown})


@permission("statistics.see")
def finding(request: HttpRequest, pk: int) -> HttpResponse:
    """One finding: sentence, chart with its table, figures, method, other periods, history."""
    user = person(request)
    rows = queries.visible_findings(user).select_related("current__analysis", "made_by")
    found = rows.filter(pk=pk).first()
    if found is None:
        raise Http404
    lang, others = language(), queries.same_question(found)
    every = request.GET.get("charts") == "all"
    earlier = [other for other in others if other.period_start < found.period_start]
    page = {
        "finding": found,
        "sentence": found.told(lang),
        "heading": _heading(found, lang),
        "charts": queries.charts(found, lang=lang, every=every),
        "every": every,
        "figures": figures_of(
            found.numbers, group=found.group_label(lang), reference=found.reference_label(lang), lang=lang
        ),
        "own_row": queries.other_row(found, user),
        "method": _method(found, lang),
        "others": [{"finding": other, "sentence": other.told(lang)} for other in others],
        "answer": _answer(earlier[-1], found, lang) if earlier else None,
        "moves": list(queries.moves_of(found)),
        "hand_out": handing_out_url(found.pk, user),
    }
    return render(request, "statistics/finding.html", page)


def _heading(found: Finding, lang: str) -> str:
    group, reference = capital(found.group_label(lang)), found.reference_label(lang)
    sure = found.certainty in (*queries.SURE, "told")
    if not (group and reference):
        return group or say(f"statistics.source.{found.source}")
    return say(f"statistics.finding.heading{'' if sure else '_compared'}", group=group, reference=reference)


def _method(found: Finding, lang: str) -> list[str]:
    numbers = found.numbers
    method = numbers.get("method")
    if not method:
        return []
    confidence = round(100 * float(numbers.get("confidence") or 0.95))
    return [
        say(f"cli.explain.formula_{method}"),
        say(f"cli.explain.interval_{method}"),
        say("statistics.finding.confidence", n=confidence),
        say("statistics.finding.public_only"),
    ]


def _answer(before: Finding, after: Finding, lang: str) -> dict[str, Any]:
    """Whether the gap has closed since the period before, and whose level made it so: as plans and goals tell it."""
    found = queries.gap_change(before, after)
    lines: list[str] = []
    decimals, unit = decimals_of(after.measured), str(after.measured.get("unit") or "")
    if found.change is not None and found.low is not None and found.high is not None:
        change, low, high = (format_signed(each, decimals, lang) for each in (found.change, found.low, found.high))
        told = {"before": before.period, "after": after.period, "low": low, "high": high}
        lines.append(say("statistics.answer.interval", change=_with_unit(change, unit, "points"), **told))
    if found.turned:
        lines.append(say("plans.remeasure.turned"))
    lines += _went(before, after, decimals, lang)
    if found.mover is not Mover.UNKNOWN:
        group, reference = after.group_label(lang), after.reference_label(lang)
        first = before.measured
        more = float(first["level"]) > float(first["level_reference"])
        up = direction_of(after) is Direction.UP
        worse, better = (reference, group) if more == up else (group, reference)
        lines.append(say(f"goals.mover.{found.mover.value}", worse=inside(worse), better=inside(better)))
    return {"answer": say(f"plans.answer.{_answer_key(found)}"), "lines": lines}


_LEFT = {
    GapAnswer.CLOSED: (GapLeft.SMALL, GapLeft.UNSURE),
    GapAnswer.SMALLER: (GapLeft.SURE, GapLeft.UNSURE),
}


def _answer_key(found: GapChange) -> str:
    """A gap whose interval holds nought is never said to remain."""
    if found.answer in (GapAnswer.CLOSED, GapAnswer.SMALLER):
        told = found.left in _LEFT[found.answer]
        return f"{found.answer}_{found.left if told else GapLeft.UNKNOWN}"
    return "cannot_see" if found.answer is GapAnswer.CANNOT_TELL and found.left is GapLeft.UNKNOWN else found.answer


def _went(before: Finding, after: Finding, decimals: int, lang: str) -> list[str]:
    """How each side's level went, by name."""
    unit, sides = str(after.measured.get("unit") or ""), (after.group_label(lang), after.reference_label(lang))
    lines = []
    for name, level in zip(sides, ("level", "level_reference"), strict=True):
        first, last = before.measured.get(level), after.measured.get(level)
        if name and first is not None and last is not None:
            told = [format_number(float(each), decimals, lang) for each in (first, last)]
            last_told = _with_unit(told[1], unit, "percent")
            lines.append(say("plans.remeasure.went", name=capital(name), first=told[0], last=last_told))
    return lines


def _with_unit(number: str, unit: str, percent: str) -> str:
    """A number with its unit; a gap in per cent is in percentage points."""
    if unit == "%":
        return say(f"goals.unit.{percent}", value=number)
    return say("goals.unit.other", value=number, unit=unit_label(unit, language())) if unit else number


@permission("statistics.register")
def register_by_hand(request: HttpRequest) -> HttpResponseBase:
    """Register a difference that somebody told of."""
    user = person(request)
    form = RegisterForm(data_of(request), owners=queries.owners_for(user, "statistics.register"))

    def act() -> str:
        made = actions.register_finding(by=user, at=clock.now(), **form.cleaned_data)
        return url_of(made)

    page = {
        "form": form,
        "title": say("statistics.register.heading"),
        "button": say("statistics.register.save"),
        "back": reverse("statistics:findings"),
    }
    done = answered(request, form, act)
    return done or render(request, "statistics/form.html", page, status=422 if form.errors else 200)
