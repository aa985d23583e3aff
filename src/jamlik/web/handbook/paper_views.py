"""The questions as a PDF: empty, or with what is known and answered so far; to fill in, or for a pen."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import get_object_or_404, render
from django.urls import reverse

from jamlik.web.core import editing
from jamlik.web.core.access import permission
from jamlik.web.core.jobs import enqueue
from jamlik.web.core.people import person
from jamlik.web.core.texts import language, say
from jamlik.web.handbook import queries
from jamlik.web.handbook.edition_queries import in_use
from jamlik.web.handbook.models import Analysis
from jamlik.web.handbook.paper import FILL, PRINT, READ, analysis_pdf, blank_pdf, is_long, kept_pdf
from jamlik.web.handbook.shown import text

__all__ = ["analysis_form", "blank_form", "blank_forms"]

BLANK = (FILL, PRINT, READ)


def _file(content: bytes, name: str) -> HttpResponse:
    response = HttpResponse(content, content_type="application/pdf")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}.pdf"'
    return response


@permission("handbook.read")
def blank_forms(request: HttpRequest) -> HttpResponse:
    """Every form that can be taken empty."""
    sets = [
        {
            "title": text(questions.title),
            "intro": text(questions.intro),
            "depths": [
                {
                    "title": text(depth.title),
                    "note": text(depth.note),
                    "links": [
                        (reverse("handbook:blank", args=[name, depth.id, kind]), say(f"handbook.paper.{kind}"))
                        for kind in BLANK
                    ],
                }
                for depth in questions.depths
            ],
        }
        for name, (questions, _) in in_use().items()
    ]
    return render(request, "handbook/blank_forms.html", {"sets": sets, "back": reverse("handbook:list")})


@permission("handbook.read")
def blank_form(request: HttpRequest, name: str, depth: str, kind: str) -> HttpResponse:
    """An empty form of the questions in use."""
    if request.method != "GET":
        return HttpResponseNotAllowed(["GET"])
    questions, _ = in_use().get(name, (None, None))
    if questions is None or kind not in BLANK or depth not in {each.id for each in questions.depths}:
        raise Http404
    return _file(blank_pdf(questions, depth, kind), f"{questions.key}-{depth}-{kind}")


@permission("handbook.read")
def analysis_form(request: HttpRequest, pk: int, kind: str) -> HttpResponse:
    """An analysis's own form. A long one is laid out in the background: this page asks for it, and then has it."""
    analysis = get_object_or_404(queries.visible_analyses(request.user), pk=pk)
    if kind not in (FILL, PRINT):
        raise Http404
    if not is_long(analysis):
        if request.method != "GET":
            return HttpResponseNotAllowed(["GET"])
        return _file(analysis_pdf(analysis, kind), f"analysis-{pk}-{kind}")
    if request.method == "POST":
        return editing.once(request, lambda: _asked_for(request, analysis, kind))
    kept = kept_pdf(analysis, kind)
    if kept is not None and "file" in request.GET:
        return _file(kept, f"analysis-{pk}-{kind}")
    shown = {
        "heading": say(f"handbook.paper.{kind}"),
        "kicker": analysis.title,
        "ready": kept is not None,
        "take": f"{request.path}?file=1",
        "back": reverse("handbook:analysis", args=[pk]),
    }
    return render(request, "handbook/own_form.html", shown)


def _asked_for(request: HttpRequest, analysis: Analysis, kind: str) -> str:
    here = reverse("handbook:form", args=[analysis.pk, kind])
    job = enqueue(
        "handbook.form", by=person(request), next_url=here, analysis_id=analysis.pk, kind=kind, lang=language()
    )
    return reverse("core:job", args=[job.pk])
