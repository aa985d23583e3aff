"""The questions as a PDF: empty, or with what is known and answered so far; to fill in, or for a pen."""

from __future__ import annotations

import json
from functools import lru_cache

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import get_object_or_404, render
from django.urls import reverse

from jamlik.handbook import Answers, as_json, cleaned, newest, question_set
from jamlik.handbook.paper import form_of
from jamlik.reports.form import form_pdf
from jamlik.web.core import audit
from jamlik.web.core.access import permission
from jamlik.web.core.texts import language, say
from jamlik.web.handbook import queries
from jamlik.web.handbook.forms import SETS
from jamlik.web.handbook.shown import text

__all__ = ["analysis_form", "blank_form", "blank_forms"]

FILL, PRINT = "fill", "print"


@lru_cache(maxsize=8)
def _pdf(set_key: str, depth: str, lang: str, answers: str, analysis: str, kicker: str, kind: str) -> bytes:
    """The form. The same form always gives the same bytes, so the latest few are kept."""
    questions = question_set(set_key)
    known: Answers = cleaned(questions, json.loads(answers))[0]
    return form_pdf(
        form_of(questions, depth, lang, answers=known, analysis=analysis, kicker=kicker, fillable=kind == FILL)
    )


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
                        for kind in (FILL, PRINT)
                    ],
                }
                for depth in questions.depths
            ],
        }
        for name, questions in ((name, newest(name)) for name in SETS)
    ]
    return render(request, "handbook/blank_forms.html", {"sets": sets, "back": reverse("handbook:list")})


@permission("handbook.read")
def blank_form(request: HttpRequest, name: str, depth: str, kind: str) -> HttpResponse:
    """An empty form of the newest questions."""
    if request.method != "GET":
        return HttpResponseNotAllowed(["GET"])
    if name not in SETS or kind not in (FILL, PRINT) or depth not in {each.id for each in newest(name).depths}:
        raise Http404
    content = _pdf(newest(name).key, depth, language(), "{}", "", "", kind)
    return _file(content, f"{newest(name).key}-{depth}-{kind}")


@permission("handbook.read")
def analysis_form(request: HttpRequest, pk: int, kind: str) -> HttpResponse:
    """An analysis's own form, with its differences and the answers so far; it finds the way back by itself."""
    analysis = get_object_or_404(queries.visible_analyses(request.user), pk=pk)
    if request.method != "GET":
        return HttpResponseNotAllowed(["GET"])
    if kind not in (FILL, PRINT):
        raise Http404
    answers = audit.canonical(as_json(queries.case_of(analysis).answers))
    content = _pdf(analysis.set_key, analysis.depth, language(), answers, str(pk), analysis.title, kind)
    return _file(content, f"analysis-{pk}-{kind}")
