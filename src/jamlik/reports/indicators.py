"""The part that takes one indicator at a time: chart, sentence, levels, differences, trends, what a gap goes with."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from jamlik.charts import Chart, charts_for
from jamlik.model.findings import Certainty
from jamlik.model.indicators import Direction
from jamlik.reports.context import SHOWN, Context, capitalised
from jamlik.reports.document import (
    Align,
    Block,
    Bullets,
    Column,
    Figure,
    FoldOut,
    Paragraph,
    Section,
    Subheading,
    Table,
    TableCell,
)
from jamlik.reports.grids import difference_table, explained_table, grid, level_tables, told, trend_table

__all__ = ["figure_of", "indicator_order", "indicators_section", "section_id"]

_PAPER_REST, _SCREEN_REST = 40, 2000
_PAPER_SECTIONS = 15
_IN_WORDS = 4
_NARROW = 360
_SURE = frozenset({Certainty.CLEAR, Certainty.INDICATED})


def section_id(place: int) -> str:
    """Id of the section on the indicator at a place in the order."""
    return f"indicator-{place + 1}"


def indicator_order(context: Context) -> tuple[str, ...]:
    """Indicators by their highest ranked difference; those without one last, in the table's order."""
    best = {
        name: min((f.rank for f in findings if f.rank is not None), default=None)
        for name, findings in context.findings.items()
    }
    names = list(context.result.table.indicators)
    return tuple(sorted(names, key=lambda name: (best.get(name) is None, best.get(name) or 0, names.index(name))))


def figure_of(context: Context, chart: Chart) -> Figure:
    """A chart as a figure of the document, with its data table; the numbering gives both their ids."""
    columns = tuple(
        Column(title, Align.END if numeric else Align.START)
        for title, numeric in zip(chart.data.columns, chart.data.numeric, strict=True)
    )
    numeric = chart.data.numeric
    rows = tuple(
        tuple(
            TableCell(cell.text, "word" if cell.number is None and numeric[place] and place else "")
            for place, cell in enumerate(row)
        )
        for row in chart.data.rows
    )
    source = context.source_line()
    table = Table(
        id="",
        caption=chart.title,
        columns=columns,
        rows=rows,
        source=source,
        note=chart.data.note,
    )
    return Figure(
        id="",
        title=chart.title,
        description=chart.description,
        svg=chart.svg(),
        table=table,
        source=source,
        narrow=chart.svg(width=_NARROW),
    )


def _in_words(context: Context, name: str) -> tuple[Block, ...]:
    """The main difference as the section's lead, and the next few as a list."""
    findings = context.findings.get(name, ())
    sure = [f for f in findings if f.certainty in _SURE and told(f) and f.rank is not None]
    if sure:
        more = tuple(context.without_title(f) for f in sure[1:_IN_WORDS])
        lead = Paragraph(context.without_title(sure[0]), "lead")
        return (lead, Bullets(more)) if more else (lead,)
    shown = any(level.status in SHOWN for level in context.levels.get((name, context.latest(name)), {}).values())
    return (Paragraph(context.say("indicators.none" if shown else "indicators.nothing_shown"), "lead"),)


def _differences(context: Context, name: str) -> tuple[Block, ...]:
    findings = context.findings.get(name, ())
    listed = [f for f in findings if told(f) and f.adds]
    plain = sum(told(f) and not f.adds for f in findings)
    hidden = sum(f.status not in SHOWN for f in findings)
    notes = [
        context.say(f"indicators.{key}", n=context.number(n, 0))
        for key, n in (("plain_differences", plain), ("hidden_differences", hidden))
        if n
    ]
    heading = Subheading(context.say("indicators.differences_title"))
    if not listed:
        return (heading, Paragraph(" ".join([context.say("indicators.no_differences"), *notes])))
    return (heading, difference_table(context, name, listed, note=" ".join(notes)))


def _changes(context: Context, name: str) -> tuple[Block, ...]:
    table = trend_table(context, name, context.findings.get(name, ()))
    return (Subheading(context.say("indicators.trends_title")), table) if table else ()


def _explained(context: Context, name: str) -> tuple[Block, ...]:
    findings = context.findings.get(name, ())
    table = explained_table(context, name, findings)
    if table is None:
        return ()
    parts = [part for f in findings if told(f) for part in f.explained]
    unequal = sorted({capitalised(context.dimension_name(part.covariate)) for part in parts if part.may_be_unequal})
    outside = max((part.outside_n for part in parts), default=0)
    notes = [context.say("indicators.may_be_unequal", covariate=covariate) for covariate in unequal]
    if outside:
        notes.append(context.say("indicators.outside", n=context.number(outside, 0)))
    heading = Subheading(context.say("indicators.explained_title"))
    intro = Paragraph(context.say("indicators.explained_intro"))
    return (heading, intro, table, *((Paragraph(" ".join(notes)),) if notes else ()))


def _about(context: Context, name: str) -> FoldOut:
    indicator = context.indicator(name)
    target = context.number(indicator.target, context.decimals[name]) if indicator.direction is Direction.TARGET else ""
    lines = [
        indicator.description.get(context.lang) or indicator.description.get("sv", ""),
        context.say(f"kind.{indicator.kind.value}"),
        context.say(f"direction.{indicator.direction.value}", target=target),
        _threshold(context, name),
        context.say("indicators.latest", period=context.latest(name)),
    ]
    codes = sorted({f.method for f in context.findings.get(name, ()) if f.method and told(f)})
    known = [context.say(f"method_name.{code}") for code in codes if context.knows(f"method_name.{code}")]
    if known:
        lines.append(context.say("indicators.method", methods="; ".join(known)))
    if indicator.source and indicator.source != context.result.source:
        lines.append(context.say("indicators.own_source", source=indicator.source.rstrip(".")))
    return FoldOut(context.say("indicators.about_title"), (Paragraph(" ".join(line for line in lines if line)),))


def _threshold(context: Context, name: str) -> str:
    threshold = context.indicator(name).threshold
    if not threshold:
        return context.say("indicators.threshold_none")
    decimals = context.decimals[name]
    return context.say(
        "indicators.threshold", threshold=f"{context.number(threshold, decimals)} {context.unit(name)}".strip()
    )


def _section(context: Context, name: str, place: int) -> Section:
    figures = tuple(figure_of(context, chart) for chart in charts_for(context.result, name))
    levels = level_tables(context, name)
    heading = Subheading(context.say("indicators.levels_title"))
    level_blocks: tuple[Block, ...] = (heading, *levels) if levels else ()
    blocks: tuple[Block, ...] = (
        *_in_words(context, name),
        *figures,
        *level_blocks,
        *_differences(context, name),
        *_changes(context, name),
        *_explained(context, name),
        _about(context, name),
    )
    title, screen_only = context.title(name), place >= _PAPER_SECTIONS
    return Section(section_id(place), title, blocks, kind="indicator", screen_only=screen_only)


def _rest_row(context: Context, name: str) -> tuple[TableCell, ...]:
    findings = [f for f in context.findings.get(name, ()) if told(f)]
    title = TableCell(context.title(name))
    if not findings:
        return (title, *(TableCell("") for _ in range(4)), TableCell(context.say("certainty.not_testable.label")))
    first = findings[0]
    texts = (
        f"{capitalised(first.group_label)} – {first.reference_label}",
        "" if first.level is None else context.level(first.level, name),
        "" if first.level_reference is None else context.level(first.level_reference, name),
        context.signed(first.gap or 0.0, name),
        context.say(f"certainty.{first.certainty.value}.label"),
    )
    return (title, *(TableCell(text) for text in texts))


def _rest(context: Context, names: Sequence[str]) -> Section:
    keys = ("indicator", "groups", "level", "level_reference", "gap", "certainty")
    ends = {"level", "level_reference", "gap"}
    columns = [(context.say(f"column.{key}"), Align.END if key in ends else Align.START) for key in keys]
    rows = [_rest_row(context, name) for name in names]
    caption = context.say("indicators.rest")
    table = grid(context, caption=caption, columns=columns, rows=rows, paper=_PAPER_REST, screen=_SCREEN_REST)
    intro = Paragraph(context.say("indicators.rest_intro"))
    return Section("other-indicators", context.say("indicators.rest_title"), (intro, table))


def indicators_section(
    context: Context, *, order: Sequence[str], full: int, progress: Callable[[int, int], None] | None = None
) -> Section:
    """Sections on the first `full` indicators and a table with the rest."""
    shown, rest = order[:full], order[full:]
    sections = []
    for place, name in enumerate(shown):
        sections.append(_section(context, name, place))
        if progress is not None:
            progress(place + 1, len(shown))
    if rest:
        sections.append(_rest(context, rest))
    counts = {"shown": context.number(len(shown), 0), "n": context.number(len(order), 0)}
    intro = context.say("indicators.intro_some", **counts) if rest else context.say("indicators.intro")
    blocks: tuple[Block, ...] = (Paragraph(intro),)
    if len(shown) > _PAPER_SECTIONS:
        paper = context.number(_PAPER_SECTIONS, 0)
        blocks = (
            *blocks,
            Paragraph(context.say("indicators.intro_paper", paper=paper, shown=counts["shown"]), "paper"),
        )
    return Section("indicators", context.say("indicators.title"), blocks, tuple(sections), kind="group")
