"""Pages of an import: how far it has come, what was found in the file, what it changes, correcting, yes or no."""

from __future__ import annotations

import re
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST

from jamlik.model.errors import ErrorKind
from jamlik.web.core import clock
from jamlik.web.core.access import permission
from jamlik.web.core.forms import Form
from jamlik.web.core.people import person
from jamlik.web.core.texts import has_text, language, say
from jamlik.web.statistics import actions, queries
from jamlik.web.statistics.forms import CorrectForm, DescribeForm
from jamlik.web.statistics.models import Import, ImportState, Origin
from jamlik.web.statistics.views import answered, data_of

__all__ = ["accept", "again", "correct", "describe", "import_page", "refuse"]

IMPORT = "statistics.import"
MOST_TOLD = 20
_FOLDER = re.compile(r"(?<![\w:/])/(?:[^\s/:,()]+/)+")
_LISTS = ("periods_added", "periods_gone", "indicators_added", "indicators_gone", "groups_added", "groups_gone")


def _found(request: HttpRequest, pk: int) -> Import:
    found = queries.import_in_scope(person(request), pk)
    if found is None:
        raise Http404
    return found


def _heading(found: Import) -> str:
    return say("statistics.import.heading", title=found.data_set.title, n=found.number)


@permission(IMPORT)
def import_page(request: HttpRequest, pk: int) -> HttpResponse:
    """Where an import stands, and what to decide."""
    return _page(request, _found(request, pk), Form())


def _page(request: HttpRequest, found: Import, form: Form) -> HttpResponse:
    running = found.state in (ImportState.SPOOLED, ImportState.ACCEPTED)
    job = found.job
    stopped = running and (job is None or job.ended)
    about = found.inspection
    page: dict[str, Any] = {
        "form": form,
        "imported": found,
        "heading": _heading(found),
        "job": job,
        "running": running and not stopped,
        "stopped": stopped,
        "problem": _job_problem(job) if stopped else "",
        "step": say(job.step) if job is not None and job.step else "",
        "error": _error(found),
        "about": about,
        "columns": [_column(column) for column in about.get("columns", [])],
        "measures": [_measure(i) for i in about.get("indicators", [])],
        "notes": _notes(about),
        "rows_why": (about.get("why") or {}).get(language(), ""),
        "problems": [_problem(problem) for problem in found.problems[:MOST_TOLD]],
        "diff": _diff(found),
        "correctable": bool(about.get("columns")) and found.state == ImportState.INSPECTED,
        "kolada": found.data_set.origin == Origin.KOLADA,
        "areas": _areas(found),
        "no_network": found.error.get("kind") == ErrorKind.NETWORK,
        **_onward(request, found),
    }
    return render(request, "statistics/import.html", page, status=422 if form.errors else 200)


def _areas(found: Import) -> dict[str, Any]:
    """For whom the analysis is, and how much that makes to compare: told before anybody says yes."""
    about = found.inspection
    own = queries.own_area_in(found) if found.state == ImportState.INSPECTED else ""
    return {
        "n": about.get("areas_n", 0),
        "asked_n": about.get("asked_n", 0),
        "name": about.get("focus_name", ""),
        "other": dict(about.get("areas", [])).get(own, "") if own != about.get("focus") else "",
    }


def _onward(request: HttpRequest, found: Import) -> dict[str, Any]:
    """What may be done when the version is in use, or came to nothing."""
    user, data_set = person(request), found.data_set
    used = found.state == ImportState.IN_USE
    over = found.state in (ImportState.FAILED, ImportState.REFUSED)
    return {
        "used": used,
        "may_publish": used
        and user.has_perm("statistics.publish", data_set.owner)
        and queries.release_of(found) is None,
        "may_upload": over and data_set.origin == Origin.UPLOAD and queries.unfinished_import(data_set) is None,
        "may_fetch": over and data_set.origin == Origin.KOLADA and queries.unfinished_import(data_set) is None,
    }


def _job_problem(job: Any) -> str:
    if job is None or not job.problem:
        return ""
    return say(job.problem) if has_text(job.problem) else _without_folders(str(job.problem))


def _without_folders(text: str) -> str:
    """The text without where on the server a file lay."""
    return _FOLDER.sub("", text)


def _error(found: Import) -> dict[str, str]:
    error = {name: _without_folders(_in_language(text)) for name, text in found.error.items()}
    if error.get("what") in ("fault", "expired"):
        return {"what": say(f"statistics.import.{error['what']}")}
    if error.get("kind") == ErrorKind.NETWORK:
        return {"what": "", "why": say("statistics.import.no_network_why")}
    if found.state == ImportState.FAILED and ".toml" in error.get("do", ""):
        error["do"] = say("statistics.import.look_in_file")  # there is no description to change any more
    return error


def _in_language(text: str | dict[str, str]) -> str:
    """A text of an error as the reader reads it; those kept by an earlier version are in one language."""
    return text if isinstance(text, str) else text.get(language()) or text.get("sv", "")


def _column(column: dict[str, Any]) -> dict[str, Any]:
    return {
        **column,
        "role": say(f"cli.role.{column['role']}"),
        "why": column["why"].get(language()) or column["why"].get("sv", ""),
        "examples": ", ".join(column["examples"]),
    }


def _notes(about: dict[str, Any]) -> list[str]:
    notes = [note.get(language()) or note.get("sv", "") for note in about.get("notes", [])]
    if about.get("sheet"):
        notes.insert(0, say("statistics.seen.sheet", sheet=about["sheet"]))
    if about.get("carried_from"):
        notes.append(say("statistics.seen.carried", n=about["carried_from"]))
    return notes


def _measure(indicator: dict[str, Any]) -> dict[str, str]:
    name = indicator["name"].get(language()) or indicator["name"].get("sv") or indicator["id"]
    return {"name": name, "unit": indicator["unit"], "direction": say(f"statistics.direction.{indicator['direction']}")}


def _problem(problem: dict[str, Any]) -> dict[str, Any]:
    keys = (f"reports.problems.code.{problem['code']}", f"sources.problem.{problem['code']}")
    what = problem["detail"] or problem["code"]
    for key in keys:
        try:
            what = say(key)
        except KeyError:
            continue
        break
    place = []
    if problem["row"]:
        place.append(say("statistics.seen.place_row", row=problem["row"]))
    if problem["column"]:
        place.append(say("statistics.seen.place_column", column=problem["column"]))
    advice = f"statistics.advice.{problem['code']}"
    if problem["detail"] and str(problem["code"]).startswith("number_"):
        what = f"{what}: {say('statistics.seen.mark', mark=problem['detail'])}"
    elif problem["detail"] and problem["detail"] not in what:
        place.append(str(problem["detail"]))
    return {
        "what": what,
        "n": problem["n"],
        "few": problem.get("few") or not problem["n"],
        "place": say("statistics.seen.first_at", place=", ".join(place)) if place else "",
        "advice": say(advice) if has_text(advice) else "",
    }


def _diff(found: Import) -> dict[str, Any]:
    """What changes, in words; long lists are cut short and say so."""
    diff, current = found.diff, found.data_set.current
    if not diff or current is None:
        return {"first": True}
    lists = []
    for key in _LISTS:
        if key == "periods_gone" and diff["periods_added"]:
            continue  # a file with the new years alone: those before stay, and that is told instead
        items = [": ".join(item) if isinstance(item, list) else item for item in diff[key]]
        if items:
            lists.append({"title": say(f"statistics.diff.{key}"), "lines": _cut(items)})
    changed = [
        say(
            "statistics.diff.changed_row",
            name=row["name"],
            period=row["period"],
            n=row["changed_n"],
            all=row["compared_n"],
        )
        for row in diff["changed"]
    ]
    if changed:
        lists.append({"title": say("statistics.diff.changed"), "lines": _cut(changed)})
    gone = diff["periods_gone"]
    told = {"lists": lists, "nothing": diff["nothing"], "number": current.number}
    told["stays"] = say("statistics.diff.stays", periods=", ".join(gone)) if gone and diff["periods_added"] else ""
    told["loses"] = bool(diff["indicators_gone"] or diff["groups_gone"] or (gone and not told["stays"]))
    if changed:
        told["note"] = say("statistics.diff.changed_about", n=current.number)
    if not diff["comparable"]:
        told["note"] = say("statistics.diff.incomparable")
    elif not changed and diff["compared_n"]:
        told["note"] = say("statistics.diff.changed_none", n=diff["compared_n"])
    return told


def _cut(items: list[str]) -> list[str]:
    more = len(items) - MOST_TOLD
    return items if more <= 0 else [*items[:MOST_TOLD], say("statistics.diff.more", n=more)]


def _decided(request: HttpRequest, pk: int, act: Any) -> HttpResponseBase:
    """Decide on an import; where it cannot be done, its page says why."""
    found, form = _found(request, pk), Form(request.POST)

    def decided() -> str:
        act(found)
        return reverse("statistics:import", args=[pk])

    return answered(request, form, decided) or _page(request, _found(request, pk), form)


@permission(IMPORT)
@require_POST
def accept(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Use this version."""
    user = person(request)
    return _decided(request, pk, lambda found: actions.accept_import(imported=found, by=user, at=clock.now()))


@permission(IMPORT)
@require_POST
def refuse(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Throw the file away."""
    user = person(request)
    return _decided(request, pk, lambda found: actions.refuse_import(imported=found, by=user, at=clock.now()))


@permission(IMPORT)
@require_POST
def again(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Begin anew what stopped halfway."""
    user = person(request)
    return _decided(request, pk, lambda found: actions.restart_import(imported=found, by=user, at=clock.now()))


def _correcting(request: HttpRequest, found: Import, form: Form, template: str, act: Any) -> HttpResponseBase:
    back = reverse("statistics:import", args=[found.pk])

    def corrected() -> str:
        act()
        return back

    done = answered(request, form, corrected)
    page = {"form": form, "imported": found, "back": back}
    return done or render(request, template, page, status=422 if form.errors else 200)


def _waiting(request: HttpRequest, pk: int) -> Import:
    found = _found(request, pk)
    if found.state != ImportState.INSPECTED or not found.inspection.get("columns"):
        raise Http404
    return found


@permission(IMPORT)
def correct(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Say what the columns are."""
    found, user = _waiting(request, pk), person(request)
    form = CorrectForm(data_of(request), imported=found, own_area=queries.own_area_in(found))

    def act() -> None:
        actions.correct_import(imported=found, correction=form.correction(), by=user, at=clock.now())

    return _correcting(request, found, form, "statistics/correct.html", act)


@permission(IMPORT)
def describe(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Change the whole description."""
    found, user = _waiting(request, pk), person(request)
    form = DescribeForm(data_of(request), initial={"description": found.description})

    def act() -> None:
        text = form.cleaned_data["description"]
        actions.correct_import(imported=found, description=text, by=user, at=clock.now())

    return _correcting(request, found, form, "statistics/describe.html", act)
