"""Tables of an indicator: its levels, who differs from whom, how gaps changed, what they go with."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from jamlik.model.findings import Finding, Level
from jamlik.model.groupings import Dimension, Group, Role
from jamlik.model.words import format_signed
from jamlik.reports.context import SHOWN, Context, capitalised
from jamlik.reports.document import Align, Column, Table, TableCell

__all__ = ["difference_table", "explained_table", "grid", "level_tables", "told", "trend_table"]

_SCREEN_ROWS = 150
_PAPER_LEVELS = 40
_PAPER_DIFFERENCES = 10

Row = tuple[TableCell, ...]


def grid(
    context: Context,
    *,
    caption: str,
    columns: Sequence[tuple[str, Align]],
    rows: Iterable[Row],
    note: str = "",
    paper: int | None = None,
    screen: int = _SCREEN_ROWS,
) -> Table:
    """A table with the report's source line, cut where it is too long for a screen or for paper.

    The numbering of the document gives it its id.
    """
    full = tuple(rows)
    kept = full[:screen]
    count = context.number

    def cut_text(shown: int) -> str:
        return context.say("labels.cut", shown=count(shown, 0), n=count(len(full), 0))

    on_screen = cut_text(len(kept)) if len(kept) < len(full) else ""
    on_paper = cut_text(paper) if paper is not None and paper < len(kept) else ""
    return Table(
        id="",
        caption=caption,
        columns=tuple(Column(title, align) for title, align in columns),
        rows=kept,
        source=context.source_line(),
        note=" ".join(text for text in (note, "" if on_paper else on_screen) if text),
        print_rows=paper,
        cut_text=on_paper,
    )


def told(finding: Finding) -> bool:
    """Whether a finding's numbers may be told and are there."""
    return finding.status in SHOWN and finding.gap is not None and finding.level is not None


def _caption(context: Context, name: str, dimension: str, period: str) -> str:
    indicator = context.indicator(name)
    key = "indicators.levels" if indicator.unit in ("", "%") else "indicators.levels_unit"
    return context.say(
        key,
        indicator=context.title(name),
        unit=indicator.unit,
        dimension=context.dimension_name(dimension),
        period=period,
    )


def _level_row(context: Context, label: str, level: Level | None, *, intervals: bool, people: bool) -> Row:
    cells = [TableCell(label), context.level_cell(level)]
    shown = level is not None and level.status in SHOWN and level.value is not None
    if intervals:
        text = context.interval(level.low, level.high, context.decimals[level.indicator]) if level and shown else ""
        cells.append(TableCell(text))
    if people:
        cells.append(context.count_cell(level.base_n if level and shown else None))
    return tuple(cells)


def _one_way(context: Context, name: str, dimension: Dimension) -> Table | None:
    period = context.latest(name)
    levels = context.levels.get((name, period), {})
    found = [((dimension.name, code),) for code in dimension.codes if ((dimension.name, code),) in levels]
    if len(found) < 2:
        return None
    groups: list[Group] = [*([()] if () in levels else []), *found]
    intervals = any(levels[group].low is not None for group in groups)
    people = any(levels[group].base_n is not None for group in groups)
    columns = [
        (capitalised(context.dimension_name(dimension.name)), Align.START),
        (context.say("column.level"), Align.END),
        *([(_interval_title(context), Align.END)] if intervals else []),
        *([(context.say("column.people"), Align.END)] if people else []),
    ]
    rows = (
        _level_row(context, context.group_name(group), levels[group], intervals=intervals, people=people)
        for group in groups
    )
    caption = _caption(context, name, dimension.name, period)
    return grid(context, caption=caption, columns=columns, rows=rows, paper=_PAPER_LEVELS)


def _interval_title(context: Context) -> str:
    confidence = context.number(context.result.family.confidence * 100, 0)
    return context.say("column.interval", confidence=confidence)


def _crossed(context: Context, name: str, sex: Dimension, other: Dimension) -> Table | None:
    """Levels of each sex side by side, a row for each area, age or category."""
    period = context.latest(name)
    levels = context.levels.get((name, period), {})

    def level(code: str, sex_code: str) -> Level | None:
        return levels.get(tuple(sorted(((other.name, code), (sex.name, sex_code)))))

    codes = [code for code in other.codes if any(level(code, each) for each in sex.codes)]
    if not codes:
        return None
    columns = [(capitalised(context.dimension_name(other.name)), Align.START)]
    columns += [(capitalised(context.code_name(sex.name, code)), Align.END) for code in sex.codes]
    rows = (
        (
            TableCell(capitalised(context.code_name(other.name, code))),
            *(context.level_cell(level(code, each)) for each in sex.codes),
        )
        for code in codes
    )
    caption = _caption(context, name, f"{sex.name}+{other.name}", period)
    return grid(context, caption=caption, columns=columns, rows=rows, paper=_PAPER_LEVELS)


def level_tables(context: Context, name: str) -> tuple[Table, ...]:
    """The latest levels: by each dimension alone, then by sex within each other dimension."""
    compared = [dimension for dimension in context.dimensions() if dimension.role is not Role.COVARIATE]
    tables = [_one_way(context, name, dimension) for dimension in compared]
    sexes = [dimension for dimension in compared if dimension.role is Role.SEX]
    others = [dimension for dimension in compared if dimension.role is not Role.SEX]
    tables += [_crossed(context, name, sex, other) for sex in sexes for other in others]
    return tuple(table for table in tables if table is not None)


def _gap_title(context: Context, name: str) -> str:
    unit = context.unit(name)
    return context.say("column.gap_unit", unit=unit) if unit else context.say("column.gap")


def _optional(
    findings: Sequence[Finding], columns: Sequence[tuple[str, Align, Callable[[Finding], str]]]
) -> tuple[list[tuple[str, Align]], list[list[TableCell]]]:
    """Keep the columns that have something to say for some finding."""
    texts = [[text(finding) for finding in findings] for _, _, text in columns]
    kept = [place for place, column in enumerate(texts) if place == 0 or any(column)]
    heads = [(columns[place][0], columns[place][1]) for place in kept]
    rows = [[TableCell(texts[place][row]) for place in kept] for row in range(len(findings))]
    return heads, rows


def difference_table(context: Context, name: str, findings: Sequence[Finding], *, note: str = "") -> Table:
    """Who differs from whom, in rank order; only findings whose numbers may be told."""
    decimals = context.decimals[name]

    def persons(finding: Finding) -> str:
        return "" if finding.persons is None else format_signed(finding.persons, 0, context.lang)

    heads, rows = _optional(
        findings,
        [
            (context.say("column.group"), Align.START, lambda f: capitalised(f.group_label)),
            (context.say("column.reference"), Align.START, lambda f: f.reference_label),
            (context.say("column.level"), Align.END, lambda f: context.level(f.level or 0.0, name)),
            (
                context.say("column.level_reference"),
                Align.END,
                lambda f: "" if f.level_reference is None else context.level(f.level_reference, name),
            ),
            (_gap_title(context, name), Align.END, lambda f: context.signed(f.gap or 0.0, name)),
            (_interval_title(context), Align.END, lambda f: context.interval(f.gap_low, f.gap_high, decimals)),
            (context.say("column.persons"), Align.END, persons),
            (
                context.say("column.certainty"),
                Align.START,
                lambda f: context.say(f"certainty.{f.certainty.value}.label"),
            ),
        ],
    )
    period = context.latest(name)
    caption = context.say("indicators.differences", indicator=context.title(name), period=period)
    return grid(context, caption=caption, columns=heads, rows=map(tuple, rows), note=note, paper=_PAPER_DIFFERENCES)


def trend_table(context: Context, name: str, findings: Sequence[Finding]) -> Table | None:
    """First and latest gap, and the change per year of the gap and of both levels, for findings that have a trend."""
    places = context.decimals[name] + 1
    moving = [finding for finding in findings if finding.trend is not None and told(finding)]
    if not moving:
        return None

    def first(finding: Finding) -> str:
        trend = finding.trend
        return f"{context.signed(trend.first_gap, name)} ({trend.first_period})" if trend else ""

    def per_year(value: float | None) -> str:
        return "" if value is None else format_signed(value, places, context.lang)

    def slope(finding: Finding) -> str:
        trend = finding.trend
        if trend is None:
            return ""
        return f"{per_year(trend.slope)} ({context.interval(trend.slope_low, trend.slope_high, places)})"

    say = context.say
    heads, rows = _optional(
        moving,
        [
            (say("column.group"), Align.START, lambda f: capitalised(f.group_label)),
            (say("column.reference"), Align.START, lambda f: f.reference_label),
            (say("column.first_gap_plain"), Align.END, first),
            (say("column.last_gap_plain"), Align.END, lambda f: f"{context.signed(f.gap or 0.0, name)} ({f.period})"),
            (say("column.slope"), Align.END, slope),
            (say("column.level_slope"), Align.END, lambda f: per_year(f.trend.level_slope if f.trend else None)),
            (
                say("column.reference_slope"),
                Align.END,
                lambda f: per_year(f.trend.reference_slope if f.trend else None),
            ),
            (
                say("column.change"),
                Align.START,
                lambda f: say(f"levelling.{f.trend.levelling.value}") if f.trend else "",
            ),
        ],
    )
    caption = say("indicators.trends", indicator=context.title(name))
    return grid(context, caption=caption, columns=heads, rows=map(tuple, rows), paper=_PAPER_DIFFERENCES)


def explained_table(context: Context, name: str, findings: Sequence[Finding]) -> Table | None:
    """How much of each gap goes with a covariate, and what remains, with the range over ways of counting."""
    decimals = context.decimals[name]
    rows: list[Row] = []
    for finding in findings:
        for part in finding.explained if told(finding) else ():
            remains = context.signed(part.unexplained, name)
            texts = (
                f"{capitalised(finding.group_label)} – {finding.reference_label}",
                capitalised(context.dimension_name(part.covariate)),
                context.signed(finding.gap or 0.0, name),
                context.signed(part.explained, name),
                f"{remains} ({context.interval(part.low, part.high, decimals)})",
                context.interval(part.range_low, part.range_high, decimals),
            )
            rows.append(tuple(TableCell(text) for text in texts))
    if not rows:
        return None
    keys = ("group", "covariate", "gap", "explained", "unexplained", "unexplained_range")
    columns = [
        (context.say(f"column.{key}"), Align.START if place < 2 else Align.END) for place, key in enumerate(keys)
    ]
    caption = context.say("indicators.explained", indicator=context.title(name), period=context.latest(name))
    return grid(context, caption=caption, columns=columns, rows=rows, paper=_PAPER_DIFFERENCES)
