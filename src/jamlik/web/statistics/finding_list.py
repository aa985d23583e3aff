"""The list of findings: what its page shows and may be narrowed by, and what a file of it holds."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from decimal import Decimal, InvalidOperation
from typing import Any

from django.http import HttpRequest, QueryDict
from django.urls import reverse

from jamlik.analysis.labels import unit_label
from jamlik.web.core import listing
from jamlik.web.core.texts import language, say
from jamlik.web.statistics import queries
from jamlik.web.statistics.models import Change, DataSet, Finding, FindingState, Source

__all__ = ["FINDINGS", "spelt_out", "url_of"]

_LOOKS = {"clear": "accent", "indicated": "warn", "told": "accent", "inside": "danger"}
_CERTAINTIES = ("clear", "indicated", "unclear", "not_testable", "told", "inside")
_SHORT = {"sure": ("sure", "newest"), "newest": ("all", "newest"), "earlier": ("all", "earlier"), "all": ("all", "all")}


def url_of(row: Finding) -> str:
    """Where a finding is read."""
    return reverse("statistics:finding", args=[row.pk])


def spelt_out(asked: QueryDict) -> QueryDict:
    """The address with `show`, which links on other pages have, as the two filters it means."""
    short = _SHORT.get(asked.get("show", ""))
    if short is None:
        return asked
    full = asked.copy()
    del full["show"]
    for key, value in zip(("certainty", "when"), short, strict=True):
        full.setdefault(key, value)
    return full


def _chosen(prefix: str, codes: Iterable[str]) -> Callable[[HttpRequest], list[tuple[str, str]]]:
    return lambda request: [(str(code), say(f"statistics.{prefix}.{code}")) for code in codes]


def _certainties(request: HttpRequest) -> list[tuple[str, str]]:
    told = [(code, say(f"statistics.certainty.{code}")) for code in _CERTAINTIES]
    return [("sure", say("statistics.list.sure")), *told, ("all", say("statistics.list.every_certainty"))]


def _times(request: HttpRequest) -> list[tuple[str, str]]:
    told = [(code, say(f"statistics.list.{code}")) for code in ("newest", "earlier")]
    return [*told, ("all", say("statistics.list.every_period"))]


def _data_sets(request: HttpRequest) -> list[tuple[str, str]]:
    return [(str(pk), title) for pk, title in DataSet.objects.order_by("title").values_list("pk", "title")]


def _owners(request: HttpRequest) -> list[tuple[str, str]]:
    rows = DataSet.objects.order_by("owner__name").values_list("owner_id", "owner__name").distinct()
    return [(str(pk), name) for pk, name in rows]


def _measures(request: HttpRequest) -> list[tuple[str, str]]:
    chosen = request.GET.get("data_set", "")
    rows = queries.measures_with_findings(int(chosen) if chosen.isdecimal() else None)
    return sorted(((str(row.pk), row.title(language())) for row in rows), key=lambda choice: choice[1])


def _certain(rows: Any, value: str) -> Any:
    if value == "sure":
        return queries.sure_of_any_period(rows)
    return rows if value == "all" else rows.filter(certainty=value)


def _timed(rows: Any, value: str) -> Any:
    return rows if value == "all" else rows.filter(newest=value == "newest")


def _words(prefix: str, value: str) -> str:
    return say(f"statistics.{prefix}.{value}") if value else ""


def _number(name: str) -> Callable[[Finding], Decimal | None]:
    """A number as it was published; none where it is not shown."""

    def value(row: Finding) -> Decimal | None:
        try:
            return Decimal(str(row.numbers[name]))
        except (KeyError, InvalidOperation):
            return None

    return value


_PERIOD = listing.Column("period", "statistics.list.period", lambda f: f.period, sort=("period_start", "period"))
_CERTAINTY = listing.Column(
    "certainty",
    "statistics.list.certainty",
    lambda f: _words("certainty", f.certainty),
    sort="certainty",
    tag=lambda f: _LOOKS.get(f.certainty, "plain"),
)
_CHANGE = listing.Column("change", "statistics.list.change", lambda f: _words("change", f.change), sort="change")
_PERSONS = listing.Column("persons", "statistics.list.persons", lambda f: f.persons, sort="persons", number=True)
_STATE = listing.Column("state", "statistics.list.state", lambda f: _words("state", f.state), sort="state")
_OWNER = listing.Column("owner", "statistics.list.owner", lambda f: f.owner, sort="owner__name")
_RANK = listing.Column("rank", "statistics.list.rank", lambda f: f.rank, sort="rank", number=True)
_IN_FILE = (
    listing.Column(
        "measure", "statistics.list.measure", lambda f: f.indicator.title(language()) if f.indicator else ""
    ),
    listing.Column("dimension", "statistics.list.dimension", lambda f: f.dimension),
    listing.Column("group", "statistics.list.group", lambda f: f.group_label(language())),
    listing.Column("reference", "statistics.list.reference", lambda f: f.reference_label(language())),
    *(
        listing.Column(name, f"statistics.list.{name}", _number(name))
        for name in ("level", "level_reference", "gap", "gap_low", "gap_high")
    ),
    listing.Column("unit", "statistics.list.unit", lambda f: unit_label(str(f.numbers.get("unit", "")), language())),
    _PERSONS,
    listing.Column("n", "statistics.list.n", _number("base_n")),
    listing.Column("n_reference", "statistics.list.n_reference", _number("reference_n")),
    _CERTAINTY,
    _PERIOD,
    _CHANGE,
    _STATE,
    _OWNER,
    listing.Column("data_set", "statistics.list.data_set", lambda f: f.data_set or ""),
    _RANK,
    listing.Column("sentence", "statistics.list.sentence", lambda f: f.told(language())),
)

FINDINGS = listing.Spec(
    name="statistics.findings",
    columns=(
        listing.Column(
            "finding", "statistics.list.finding", lambda f: f.heading(language()), sort="sentence", link=url_of
        ),
        _PERIOD,
        _CERTAINTY,
        _CHANGE,
        _PERSONS,
        _STATE,
        _OWNER,
        _RANK,
    ),
    file_columns=_IN_FILE,
    filters=(
        listing.Filter("certainty", "statistics.list.certainty", _certainties, _certain, default="sure"),
        listing.Filter("when", "statistics.list.period", _times, _timed, default="newest"),
        listing.Filter("owner", "statistics.list.owner", _owners, lambda rows, value: rows.filter(owner_id=value)),
        listing.Filter(
            "data_set", "statistics.list.data_set", _data_sets, lambda rows, value: rows.filter(data_set_id=value)
        ),
        listing.Filter(
            "measure", "statistics.list.measure", _measures, lambda rows, value: rows.filter(indicator_id=value)
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
    ),
    search=("sentence", "period", "owner__name"),
    sort="rank",
    caption="statistics.list.caption",
    empty="statistics.list.empty",
)
