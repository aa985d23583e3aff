"""Work in the background: laying out the long form of an analysis."""

from __future__ import annotations

from django.utils import translation

from jamlik.web.core.jobs import Running, job
from jamlik.web.handbook.models import Analysis
from jamlik.web.handbook.paper import analysis_pdf

__all__ = ["lay_out_form"]


@job("handbook.form", idempotent=True)
def lay_out_form(running: Running, *, analysis_id: int, kind: str, lang: str) -> None:
    """Lay out an analysis's form as it stands now, and keep it for the page that asked."""
    running.tell("handbook.paper.laying_out", 0.1)
    with translation.override(lang):
        analysis_pdf(Analysis.objects.select_related("unit", "edition").get(pk=analysis_id), kind)
