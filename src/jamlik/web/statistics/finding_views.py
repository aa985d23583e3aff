"""Pages of findings: the list, one of them with its chart and method, registering one by hand."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse

from jamlik.model.words import format_signed
from jamlik.web.core import clock, listing
from jamlik.web.core.access import permission
from jamlik.web.core.people import person
from jamlik.web.core.texts import language, say
from jamlik.web.statistics import actions, queries
from jamlik.web.statistics.finding_list import FINDINGS, spelt_out, url_of
from jamlik.web.statistics.forms import RegisterForm
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


def _answer(before: Finding, after: Finding, lang: str) -> dict[str, str]:
    """Whether the gap has closed since the period before."""
    found = queries.gap_change(before, after)
    told = {"answer": say(f"statistics.answer.{found.answer.value}"), "interval": "", "note": ""}
    decimals = decimals_of(after.measured)
    if found.change is not None and found.low is not None and found.high is not None:
        told["interval"] = say(
            "statistics.answer.interval",
            before=before.period,
            after=after.period,
            change=format_signed(found.change, decimals, lang),
            low=format_signed(found.low, decimals, lang),
            high=format_signed(found.high, decimals, lang),
        )
    if found.turned:
        told["note"] = say("statistics.answer.turned")
    elif found.levelling.value == "levelling_down":
        told["note"] = say("statistics.answer.down")
    return told


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
