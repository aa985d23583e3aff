"""What was approved, to take away: PDF, Word, and the frozen copy itself."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import get_object_or_404

from jamlik.reports.pdf import pdf_bytes
from jamlik.reports.word import word_bytes
from jamlik.web.core.access import permission
from jamlik.web.handbook import queries
from jamlik.web.handbook.models import Analysis, Copy
from jamlik.web.handbook.report import report_of

__all__ = ["report"]

WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
KINDS = {"pdf": ("application/pdf", "pdf"), "word": (WORD, "docx"), "json": ("application/json", "json")}


@permission("handbook.read")
def report(request: HttpRequest, pk: int, number: int, kind: str) -> HttpResponse:
    """A frozen copy as a report, or as it is."""
    analysis = get_object_or_404(queries.visible_analyses(request.user), pk=pk)
    copy = get_object_or_404(analysis.copies.all(), number=number)
    if request.method != "GET":
        return HttpResponseNotAllowed(["GET"])
    if kind not in KINDS:
        raise Http404
    content_type, ending = KINDS[kind]
    response = HttpResponse(_content(analysis, copy, kind), content_type=content_type)
    response.headers["Content-Disposition"] = f'attachment; filename="analysis-{pk}-{number}.{ending}"'
    return response


def _content(analysis: Analysis, copy: Copy, kind: str) -> bytes:
    if kind == "json":
        return bytes(copy.content.encode())
    decided = list(analysis.decisions.filter(recorded_at__lte=copy.made_at))
    document = report_of(analysis, copy, decided)
    return pdf_bytes(document) if kind == "pdf" else word_bytes(document)
