"""The questions as a PDF: empty, or with what is known and answered so far; to fill in, or for a pen."""

from __future__ import annotations

from importlib.metadata import version

from django.core.cache import cache
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import get_object_or_404, render
from django.urls import reverse

from jamlik.handbook import Answers, QuestionSet
from jamlik.handbook.answers import NONE
from jamlik.handbook.paper import form_of
from jamlik.reports.form import form_pdf
from jamlik.web.core.access import permission
from jamlik.web.core.texts import language, say
from jamlik.web.handbook import queries
from jamlik.web.handbook.edition_queries import in_use
from jamlik.web.handbook.shown import text

__all__ = ["analysis_form", "blank_form", "blank_forms"]

FILL, PRINT = "fill", "print"
_KEPT_SECONDS = 30 * 24 * 60 * 60


def _pdf(questions: QuestionSet, depth: str, kind: str, *, answers: Answers, analysis: str, kicker: str) -> bytes:
    return form_pdf(
        form_of(questions, depth, language(), answers=answers, analysis=analysis, kicker=kicker, fillable=kind == FILL)
    )


def _blank_pdf(questions: QuestionSet, depth: str, kind: str) -> bytes:
    """An empty form; the questions of a key never change, so what is laid out once is kept."""
    key = f"handbook.blank:{version('jamlik')}:{questions.key}:{depth}:{language()}:{kind}"
    kept: bytes | None = cache.get(key)
    if kept is None:
        kept = _pdf(questions, depth, kind, answers=NONE, analysis="", kicker="")
        cache.set(key, kept, _KEPT_SECONDS)
    return kept


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
        for name, (questions, _) in in_use().items()
    ]
    return render(request, "handbook/blank_forms.html", {"sets": sets, "back": reverse("handbook:list")})


@permission("handbook.read")
def blank_form(request: HttpRequest, name: str, depth: str, kind: str) -> HttpResponse:
    """An empty form of the questions in use."""
    if request.method != "GET":
        return HttpResponseNotAllowed(["GET"])
    questions, _ = in_use().get(name, (None, None))
    if questions is None or kind not in (FILL, PRINT) or depth not in {each.id for each in questions.depths}:
        raise Http404
    return _file(_blank_pdf(questions, depth, kind), f"{questions.key}-{depth}-{kind}")


@permission("handbook.read")
def analysis_form(request: HttpRequest, pk: int, kind: str) -> HttpResponse:
    """An analysis's own form, with its differences and the answers so far; it finds the way back by itself."""
    analysis = get_object_or_404(queries.visible_analyses(request.user), pk=pk)
    if request.method != "GET":
        return HttpResponseNotAllowed(["GET"])
    if kind not in (FILL, PRINT):
        raise Http404
    case = queries.case_of(analysis)
    content = _pdf(case.set, case.depth, kind, answers=case.answers, analysis=str(pk), kicker=analysis.title)
    return _file(content, f"analysis-{pk}-{kind}")
