"""From rows back to a result that charts can be drawn of."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import Any

from jamlik.charts import Chart, charts_for
from jamlik.model.frozen import thawed
from jamlik.model.provenance import fingerprint
from jamlik.model.results import AnalysisResult, Geography
from jamlik.web.statistics.models import Analysis

__all__ = ["Drawn", "charts_of", "drawn", "intact", "result_of", "table_of"]


@dataclass(frozen=True, slots=True)
class Drawn:
    """A chart as a page shows it: picture, title, description, source and the table behind it."""

    kind: str
    title: str
    description: str
    source: str
    svg: str
    table: dict[str, Any]


def result_of(analysis: Analysis, *, lang: str = "sv", only: str = "", levels: bool = True) -> AnalysisResult:
    """The frozen result, with all its levels, those of one indicator, or none: there may be a hundred thousand."""
    rows = analysis.levels.filter(indicator=only) if only else analysis.levels.all()
    rows = rows if levels else rows.none()
    told = analysis.told
    return thawed(
        analysis.content,
        rows.order_by("place").values_list("rows", flat=True),
        lang=lang,
        names=told.get("names", {}).get(lang, {}),
        order=told.get("order", {}),
        geography=Geography(**analysis.geography) if analysis.geography else None,
        only=only,
    )


def charts_of(analysis: Analysis, indicator: str, *, lang: str) -> tuple[Chart, ...]:
    """The charts of one indicator, drawn from what is frozen."""
    result = result_of(analysis, lang=lang, only=indicator)
    if indicator not in result.table.indicators:
        return ()
    return charts_for(result, indicator)


def drawn(chart: Chart) -> Drawn:
    """A chart, drawn."""
    return Drawn(chart.kind, chart.title, chart.description, chart.source, chart.svg(), table_of(chart))


def table_of(chart: Chart) -> dict[str, Any]:
    """The table behind a chart, as plain values."""
    data = chart.data
    return {
        "columns": list(data.columns),
        "rows": [[cell.text for cell in row] for row in data.rows],
        "numeric": list(data.numeric),
        "note": data.note,
    }


def intact(analysis: Analysis) -> bool:
    """Whether content and levels are still the bytes that the fingerprint was taken of."""
    if hashlib.sha256(analysis.content.encode()).hexdigest() != analysis.fingerprint:
        return False
    texts = analysis.levels.order_by("place").values_list("rows", flat=True)
    rows = [row for text in texts for row in json.loads(text)]
    return fingerprint(rows) == str(json.loads(analysis.content)["levels_fingerprint"])
