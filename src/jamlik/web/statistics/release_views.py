"""Pages of publishing: what would be told, the day, what is out, taking it back, the frozen content itself."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse

from jamlik.web.core import clock, listing
from jamlik.web.core.access import permission, require
from jamlik.web.core.people import person
from jamlik.web.core.texts import language, say
from jamlik.web.statistics import actions, queries
from jamlik.web.statistics.forms import PublishForm, ReasonForm
from jamlik.web.statistics.hidden import hidden_in
from jamlik.web.statistics.models import Analysis, Observation, Release
from jamlik.web.statistics.views import answered, data_of

__all__ = ["content", "hidden", "publish", "release", "releases", "withdraw"]

PUBLISH = "statistics.publish"
MOST_TOLD = 50
MOST_CHARTS = 6
_LOOKS = {"published": "ok", "preparing": "warn", "withdrawn": "plain", "failed": "danger"}

RELEASES = listing.Spec(
    name="statistics.releases",
    columns=(
        listing.Column(
            "data_set",
            "statistics.release.data_set",
            lambda row: row.analysis.imported.data_set,
            sort="analysis__imported__data_set__title",
            link=lambda row: reverse("statistics:release", args=[row.pk]),
        ),
        listing.Column("on", "statistics.release.on", lambda row: row.released_on, sort="released_on"),
        listing.Column(
            "state",
            "statistics.list.state",
            lambda row: say(f"statistics.release.state.{row.state}"),
            sort="state",
            tag=lambda row: _LOOKS[row.state],
        ),
        listing.Column(
            "owner", "statistics.list.owner", lambda row: row.unit, sort="analysis__imported__data_set__owner"
        ),
    ),
    search=("analysis__imported__data_set__title",),
    sort="-on",
    caption="statistics.release.list",
    empty="statistics.release.empty",
)


@permission("statistics.see")
def releases(request: HttpRequest) -> HttpResponseBase:
    """What is published."""
    shown = listing.page(request, queries.releases(person(request)), RELEASES)
    return shown.file or render(request, "statistics/releases.html", {"listing": shown})


def _found(request: HttpRequest, pk: int) -> Release:
    found = queries.releases(person(request)).filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


@permission("statistics.see")
def release(request: HttpRequest, pk: int) -> HttpResponse:
    """One release: when, by whom, under which fingerprint."""
    found = _found(request, pk)
    owner = found.unit
    state = "failed" if found.stopped else found.state
    told = queries.told_by(found.analysis) if found.state == "published" else []
    measures = [row.finding.indicator.key for row in told[:MOST_TOLD] if row.finding.indicator]
    page = {
        "release": found,
        "told": _sentences(told),
        "told_n": len(told),
        "more": len(told) > MOST_TOLD,
        "charts": queries.pictures_of(found, list(dict.fromkeys(measures))[:MOST_CHARTS], lang=language()),
        "data_set": found.analysis.imported.data_set,
        "state": state,
        "look": _LOOKS[state],
        "job": found.job,
        "running": found.state == "preparing" and found.job is not None and not found.job.ended,
        "may_withdraw": found.state == "published" and person(request).has_perm(PUBLISH, owner),
    }
    return render(request, "statistics/release.html", page)


def _sentences(told: list[Observation]) -> list[dict[str, Any]]:
    """What is told, in the reader's language, with where each is read more of."""
    lang = language()
    return [
        {
            "text": (row.texts.get(lang) or row.texts.get("sv") or {}).get("sentence", ""),
            "url": reverse("statistics:finding", args=[row.finding_id]) if row.finding.current_id == row.pk else "",
            "period": row.finding.period,
            "certainty": row.certainty,
        }
        for row in told[:MOST_TOLD]
    ]


@permission("statistics.see")
def content(request: HttpRequest, pk: int) -> HttpResponse:
    """The frozen content, byte for byte what the fingerprint is taken of."""
    found = _found(request, pk)
    if found.state != "published":
        raise Http404
    text = Analysis.objects.values_list("content", flat=True).get(pk=found.analysis_id)
    response = HttpResponse(text.encode(), content_type="application/json; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="{found.fingerprint}.json"'
    return response


@permission("statistics.see")
def hidden(request: HttpRequest, pk: int) -> HttpResponse:
    """What an analysis does not show, where, and what would let it show more."""
    found = queries.analysis_to_look_at(person(request), pk)
    if found is None:
        raise Http404
    told = hidden_in(found, lang=language())
    page = {
        "hidden": told,
        "advice": [say(f"statistics.hidden.{key}", **values) for key, values in told.advice],
        "title": say("statistics.hidden.title"),
        "data_set": found.imported.data_set,
    }
    return render(request, "statistics/hidden.html", page)


@permission(PUBLISH)
def publish(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Publish the version of a data set that is in use."""
    user = person(request)
    data_set = queries.data_set_page(user, pk)
    if data_set is None or data_set.current is None:
        raise Http404
    require(user, PUBLISH, unit=data_set.owner)
    analysis = data_set.current.analysis
    form = PublishForm(data_of(request), initial={"released_on": clock.today()})

    def act() -> str:
        made = actions.publish_release(
            analysis=analysis, released_on=form.cleaned_data["released_on"], by=user, at=clock.now()
        )
        return reverse("statistics:release", args=[made.pk])

    done = answered(request, form, act)
    if done is not None:
        return done
    told = asdict(queries.release_preview(analysis))
    if not queries.earlier_release(analysis):
        told = {name: n for name, n in told.items() if name not in ("new_n", "gone_n", "differing_n")}
    sure = queries.told_by(analysis)
    page: dict[str, Any] = {
        "form": form,
        "told": _sentences(sure),
        "told_n": len(sure),
        "more": len(sure) > MOST_TOLD,
        "data_set": data_set,
        "analysis": analysis,
        "lines": [{"label": say(f"statistics.release.{name}"), "value": n} for name, n in told.items()],
        "title": say("statistics.release.heading", title=data_set.title),
        "back": reverse("statistics:data_set", args=[pk]),
    }
    return render(request, "statistics/publish.html", page, status=422 if form.errors else 200)


@permission(PUBLISH)
def withdraw(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Take published results back."""
    found, user = _found(request, pk), person(request)
    require(user, PUBLISH, unit=found.unit)
    form = ReasonForm(data_of(request), key="statistics.release.reason")
    back = reverse("statistics:release", args=[pk])

    def act() -> str:
        actions.withdraw_release(release=found, by=user, at=clock.now(), reason=form.cleaned_data["reason"])
        return back

    page = {
        "form": form,
        "title": say("statistics.release.withdraw_heading", title=found.analysis.imported.data_set.title),
        "about": say("statistics.release.withdraw_explain"),
        "button": say("statistics.release.withdraw"),
        "danger": True,
        "back": back,
    }
    done = answered(request, form, act)
    return done or render(request, "statistics/form.html", page, status=422 if form.errors else 200)
