"""A page that leads to several reports: the most important differences of each, and the way in."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from jamlik.model.findings import Certainty
from jamlik.model.results import AnalysisResult
from jamlik.model.words import words
from jamlik.reports.rounding import published_result
from jamlik.reports.templating import environment, style

__all__ = ["write_index"]

TOP = 3
_SURE = (Certainty.CLEAR, Certainty.INDICATED)


def write_index(results: Mapping[str, AnalysisResult], path: Path, *, lang: str) -> None:
    """Write the page.

    Parameters
    ----------
    results : mapping of folder name to AnalysisResult
        Each report lies in its folder beside the page, as `report.html`.
    """
    services = []
    for folder, result in results.items():
        shown = published_result(result)
        top = [f for f in shown.findings if f.rank is not None and f.certainty in _SURE][:TOP]
        services.append({"folder": folder, "title": shown.title, "sentences": [f.sentence for f in top]})
    template = environment().get_template("index.html.jinja")
    page = template.render(
        lang=lang,
        services=services,
        text=words(lang, "reports.index"),
        labels=words(lang, "reports.labels"),
        css=style("tokens", "screen"),
    )
    path.write_text(page, encoding="utf-8", newline="\n")
