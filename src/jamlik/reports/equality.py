"""The equality report: from an analysis result to a document a committee can read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from jamlik.charts import overview_chart
from jamlik.model.results import AnalysisResult
from jamlik.reports.closing import about_section, method_section, problems_section, unshown_section
from jamlik.reports.context import Context, context_of
from jamlik.reports.document import Block, Document, Figure, FoldOut, Section, Table
from jamlik.reports.indicators import figure_of, indicator_order, indicators_section, section_id
from jamlik.reports.summary import overview_section, summary_section

__all__ = ["FULL_SECTIONS", "equality_report"]

FULL_SECTIONS = 30
_LABELS = (
    "skip", "contents", "contents_more", "chart_data", "more_about", "page_before", "page_between"
)  # fmt: skip


class _Numbering:
    """Gives tables and figures their number and id, in reading order."""

    def __init__(self, context: Context) -> None:
        self.context, self.tables, self.figures = context, 0, 0

    def section(self, section: Section) -> Section:
        blocks = tuple(self.block(block) for block in section.blocks)
        return replace(section, blocks=blocks, sections=tuple(self.section(inner) for inner in section.sections))

    def block(self, block: Block) -> Block:
        if isinstance(block, Table):
            self.tables += 1
            caption = self.context.say("labels.table", n=self.tables, caption=block.caption)
            return replace(block, id=f"table-{self.tables}", caption=caption)
        if isinstance(block, Figure):
            self.figures += 1
            title = self.context.say("labels.figure", n=self.figures, title=block.title)
            caption = self.context.say("labels.chart_table", n=self.figures, title=block.title)
            table = replace(block.table, id=f"figure-{self.figures}-table", caption=caption)
            return replace(block, id=f"figure-{self.figures}", title=title, table=table)
        if isinstance(block, FoldOut):
            return replace(block, blocks=tuple(self.block(inner) for inner in block.blocks))
        return block


def equality_report(
    result: AnalysisResult, *, full: int = FULL_SECTIONS, progress: Callable[[int, int], None] | None = None
) -> Document:
    """The report on an analysis, in the result's language.

    Parameters
    ----------
    result : AnalysisResult
        Protected content; rounded here once more to what is published, before anything is written or drawn.
    full : int
        How many indicators get a section of their own; the others share a table.
    progress : callable, optional
        Told (done, of) as the indicators' charts are drawn.

    Returns
    -------
    Document
        Summary, indicators, what is not shown, problems, method, sources.
    """
    context = context_of(result)
    order = indicator_order(context)
    targets = {name: section_id(place) for place, name in enumerate(order[:full])}
    chart = overview_chart(context.result)
    overview = figure_of(context, chart) if chart is not None else None
    numbering = _Numbering(context)
    sections = (
        summary_section(context, targets=targets),
        overview_section(context, overview=overview),
        indicators_section(context, order=order, full=full, progress=progress),
        unshown_section(context),
        problems_section(context),
        method_section(context),
        about_section(context),
    )
    key = "subtitle_focus" if result.focus else "subtitle"
    subtitle = context.say(key, focus=_focus(context), periods=context.periods(), source=context.source())
    return Document(
        lang=result.lang,
        title=result.title,
        kicker=context.say("kicker"),
        subtitle=subtitle,
        description=context.say("description"),
        sections=tuple(numbering.section(section) for section in sections),
        footer=(context.source_line(), context.say("about.fingerprint_text", fingerprint=context.fingerprint)),
        labels={name: context.say(f"labels.{name}") for name in _LABELS},
        fingerprint=context.fingerprint,
    )


def _focus(context: Context) -> str:
    focus = context.result.focus
    return context.code_name("area", focus) if focus else ""
