"""Pages of findings: the list, one of them with its chart and method, registering one by hand."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse

from jamlik.model.words import format_signed
from jamlik.web.core import clock, listing
from jamlik.web.core.access import permission
from jamlik.web.core.people import person
from jamlik.web.core.texts import language, say
from jamlik.web.statistics import actions, queries
from jamlik.web.statistics.forms import RegisterForm
from jamlik.web.statistics.models import Change, DataSet, Finding, FindingState, Source
from jamlik.web.statistics.shown import capital, decimals_of, figures_of
from jamlik.web.statistics.views import answered, data_of

__all__ = ["finding", "findings", "register_by_hand"]

_LOOKS = {"clear": "accent", "indicated": "warn", "told": "accent", "inside": "danger"}
_CERTAINTIES = ("clear", "indicated", "unclear", "not_testable", "told", "inside")


def _url(row: Finding) -> str:
    return reverse("statistics:finding", args=[row.pk])


def _chosen(prefix: str, codes: Any) -> Any:
    return lambda request: [(str(code), say(f"statistics.{prefix}.{code}")) for code in codes]


def _data_sets(request: HttpRequest) -> list[tuple[str, str]]:
    return [(str(pk), title) for pk, title in DataSet.objects.order_by("title").values_list("pk", "title")]


def _words(prefix: str, value: str) -> str:
    return say(f"statistics.{prefix}.{value}") if value else ""


FINDINGS = listing.Spec(
    name="statistics.findings",
    columns=(
        listing.Column(
            "finding", "statistics.list.finding", lambda f: f.heading(language()), sort="sentence", link=_url
        ),
        listing.Column("period", "statistics.list.period", lambda f: f.period, sort=("period_start", "period")),
        listing.Column(
            "certainty",
            "statistics.list.certainty",
            lambda f: _words("certainty", f.certainty),
            sort="certainty",
            tag=lambda f: _LOOKS.get(f.certainty, "plain"),
        ),
        listing.Column("change", "statistics.list.change", lambda f: _words("change", f.change), sort="change"),
        listing.Column("persons", "statistics.list.persons", lambda f: f.persons, sort="persons", number=True),
        listing.Column("state", "statistics.list.state", lambda f: _words("state", f.state), sort="state"),
        listing.Column("owner", "statistics.list.owner", lambda f: f.owner, sort="owner__name"),
        listing.Column("rank", "statistics.list.rank", lambda f: f.rank, sort="rank", number=True),
    ),
    filters=(
        listing.Filter(
            "show",
            "statistics.list.when",
            lambda request: [
                ("sure", say("statistics.list.sure_only")),
                ("newest", say("statistics.list.newest")),
                ("earlier", say("statistics.list.earlier")),
                ("all", say("statistics.list.everything")),
            ],
            lambda rows, value: _shown(rows, value),
        ),
        listing.Filter(
            "certainty",
            "statistics.list.certainty",
            _chosen("certainty", _CERTAINTIES),
            lambda rows, value: rows.filter(certainty=value),
        ),
        listing.Filter(
            "change",
            "statistics.list.change",
            _chosen("change", Change.values),
            lambda rows, value: rows.filter(change=value),
        ),
        listing.Filter(
            "state",
            "statistics.list.state",
            _chosen("state", FindingState.values),
            lambda rows, value: rows.filter(state=value),
        ),
        listing.Filter(
            "source",
            "statistics.list.source",
            _chosen("source", Source.values),
            lambda rows, value: rows.filter(source=value),
        ),
        listing.Filter(
            "data_set",
            "statistics.list.data_set",
            _data_sets,
            lambda rows, value: rows.filter(data_set_id=value),
        ),
    ),
    search=("sentence", "period", "owner__name"),
    sort="rank",
    caption="statistics.list.caption",
    empty="statistics.list.empty",
)


def _shown(rows: Any, value: str) -> Any:
    if value == "sure":
        return queries.sure_findings(rows)
    if value == "newest":
        return rows.filter(newest=True)
    return rows.filter(newest=False) if value == "earlier" else rows


@permission("statistics.see")
def findings(request: HttpRequest) -> HttpResponseBase:
    """The findings; sure ones of the newest period until something else is asked for."""
    if not request.GET:
        request.GET = QueryDict("show=sure")
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
        return _url(made)

    page = {
        "form": form,
        "title": say("statistics.register.heading"),
        "button": say("statistics.register.save"),
        "back": reverse("statistics:findings"),
    }
    done = answered(request, form, act)
    return done or render(request, "statistics/form.html", page, status=422 if form.errors else 200)
