"""`tables.xlsx`: every published level and difference as real numbers, with a sheet that says what they are.

What may not be shown stands as a word. There are no formulas (so no cached values), no hidden sheets and no defined
names: filters belong to Excel tables, which need none.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Generic, TypeVar

import xlsxwriter

from jamlik.model.findings import Finding, Level
from jamlik.model.results import AnalysisResult
from jamlik.reports.closing import method_texts, status_words
from jamlik.reports.context import SHOWN, Context, capitalised, context_of
from jamlik.reports.flat import group_codes

__all__ = ["write_xlsx"]

_CREATED = datetime(2000, 1, 1)  # noqa: DTZ001 - the format has no time zone; fixed so that bytes do not vary
_MOST_ROWS = 1_000_000  # a sheet holds 1,048,576
_INK, _DEEP, _SOFT = "#1F2933", "#004F5D", "#55606B"

Value = str | float | None
Parts = Sequence[tuple[str, Sequence[tuple[str, str]]]]
Row = TypeVar("Row", Finding, Level)


@dataclass(frozen=True, slots=True)
class _Field(Generic[Row]):
    """A column: heading, what it means, width in characters, value, and decimals (None for text)."""

    name: str
    text: str
    width: int
    value: Callable[[Row], Value]
    decimals: Callable[[Row], int] | None = None


class _Book:
    """The workbook with its few formats."""

    def __init__(self, path: Path, context: Context) -> None:
        plain = dict.fromkeys(("strings_to_formulas", "strings_to_urls", "strings_to_numbers"), False)
        self.context = context
        self.book = xlsxwriter.Workbook(str(path), {**plain, "in_memory": True})
        self.book.set_properties(
            {"title": context.result.title, "created": _CREATED, "comments": context.source_line()}
        )
        self.formats: dict[str, Any] = {}

    def style(self, name: str, **properties: object) -> Any:
        """A format by name, made once."""
        if name not in self.formats:
            plain = {"font_name": "Arial", "font_size": 10, "font_color": _INK, "valign": "top"}
            self.formats[name] = self.book.add_format({**plain, **properties})
        return self.formats[name]

    def number(self, decimals: int) -> Any:
        """The format of a number with that many decimals."""
        pattern = "#,##0" if decimals <= 0 else f"#,##0.{'0' * decimals}"
        return self.style(f"number{decimals}", num_format=pattern)

    def sheet(self, key: str) -> Any:
        """A sheet named in the report's language, set for A4 across."""
        made = self.book.add_worksheet(self.context.say(f"sheet.{key}"))
        made.set_landscape()
        made.set_paper(9)
        made.fit_to_pages(1, 0)
        made.hide_gridlines(2)
        return made


def _filled(rows: Sequence[Row], fields: Sequence[_Field[Row]]) -> list[tuple[_Field[Row], list[Value]]]:
    """Each field with its values; those with nothing in any row are left out, unless there are no rows."""
    found = [(field, [field.value(row) for row in rows]) for field in fields]
    return [(field, values) for field, values in found if not rows or any(value not in (None, "") for value in values)]


def _write_rows(
    book: _Book, sheet: Any, rows: Sequence[Row], columns: Sequence[tuple[_Field[Row], list[Value]]]
) -> None:
    """Write an Excel table: headings, filter, frozen first row, real numbers, words where there are none."""
    text = book.style("text")
    word = book.style("word", italic=True, font_color=_SOFT, align="right")
    head = book.style("head", bold=True, font_color="#FFFFFF", bg_color=_DEEP, text_wrap=True, valign="vcenter")
    formats = {decimals: book.number(decimals) for decimals in range(6)}
    for place, (field, values) in enumerate(columns):
        sheet.set_column(place, place, field.width)
        sheet.write_string(0, place, field.name, head)
        for line, (row, value) in enumerate(zip(rows, values, strict=True), start=1):
            if isinstance(value, str):
                sheet.write_string(line, place, value, word if field.decimals else text)
            elif value is not None and field.decimals:
                sheet.write_number(line, place, value, formats[field.decimals(row)])
    if rows:
        named = [{"header": field.name, "header_format": head} for field, _ in columns]
        sheet.add_table(0, 0, len(rows), len(columns) - 1, {"columns": named, "style": "Table Style Light 1"})
    sheet.set_row(0, 32)
    sheet.freeze_panes(1, 0)


def _described(context: Context, key: str) -> tuple[str, str]:
    return context.say(f"sheet.column.{key}.name"), context.say(f"sheet.column.{key}.text")


def _finding_fields(context: Context) -> list[_Field[Finding]]:
    decimals, say = context.decimals, context.say

    def numbers(names: Sequence[str], width: int, places: Callable[[Finding], int]) -> list[_Field[Finding]]:
        def value(name: str) -> Callable[[Finding], Value]:
            return lambda finding: getattr(finding, name)

        return [_Field(*_described(context, name), width, value(name), places) for name in names]

    def text(key: str, width: int, value: Callable[[Finding], Value]) -> _Field[Finding]:
        return _Field(*_described(context, key), width, value)

    def level(finding: Finding) -> Value:
        return finding.level if finding.status in SHOWN else context.status(finding.status)

    def own(finding: Finding) -> int:
        return decimals[finding.indicator]

    return [
        *numbers(["rank"], 8, lambda _: 0),
        text("indicator", 48, lambda f: context.title(f.indicator)),
        text("unit", 10, lambda f: context.indicator(f.indicator).unit),
        text("period", 10, lambda f: f.period),
        text("dimension", 16, lambda f: context.dimension_name(f.dimension)),
        text("group", 32, lambda f: f.group_label),
        text("reference", 32, lambda f: f.reference_label),
        _Field(*_described(context, "level"), 12, level, own),
        *numbers(["level_reference", "gap", "gap_low", "gap_high"], 12, own),
        *numbers(["ratio"], 9, lambda _: 3),
        *numbers(["p_value", "q_value"], 9, lambda _: 4),
        *numbers(["persons"], 11, lambda _: 0),
        text("certainty", 20, lambda f: say(f"certainty.{f.certainty.value}.label")),
        text("change", 34, lambda f: say(f"levelling.{f.trend.levelling.value}") if f.trend else None),
        _Field(*_described(context, "slope"), 12, lambda f: f.trend.slope if f.trend else None, lambda f: own(f) + 1),
        text("sentence", 90, lambda f: f.sentence),
        text("finding_id", 24, lambda f: f.finding_id),
    ]


def _level_fields(context: Context) -> list[_Field[Level]]:
    decimals = context.decimals

    def text(key: str, width: int, value: Callable[[Level], Value]) -> _Field[Level]:
        return _Field(*_described(context, key), width, value)

    def numbers(names: Sequence[str], places: Callable[[Level], int]) -> list[_Field[Level]]:
        def value(name: str) -> Callable[[Level], Value]:
            return lambda level: getattr(level, name)

        return [_Field(*_described(context, name), 12, value(name), places) for name in names]

    used = {name for level in context.result.levels for name, _ in level.group}

    def own(level: Level) -> int:
        return decimals[level.indicator]

    def dimension(name: str) -> _Field[Level]:
        def label(level: Level) -> Value:
            code = dict(level.group).get(name)
            return context.say("labels.all_groups") if code is None else context.code_name(name, code)

        return _Field(capitalised(context.dimension_name(name)), "", 24, label)

    def value(level: Level) -> Value:
        return level.value if level.status in SHOWN and level.value is not None else context.level_cell(level).text

    return [
        text("indicator", 48, lambda x: context.title(x.indicator)),
        text("unit", 10, lambda x: context.indicator(x.indicator).unit),
        text("period", 10, lambda x: x.period),
        *(dimension(each.name) for each in context.dimensions() if each.name in used),
        _Field(*_described(context, "level"), 22, value, own),
        *numbers(["low", "high"], own),
        *numbers(["base_n", "count_n"], lambda _: 0),
        *numbers(["shrunken", "bound_low", "bound_high"], own),
        text("codes", 24, lambda x: group_codes(x.group)),
    ]


def _write_texts(book: _Book, sheet: Any, parts: Parts) -> None:
    """Write titled lists of two columns, term and text."""
    title = book.style("title", bold=True, font_size=14, font_color=_DEEP)
    heading = book.style("heading", bold=True, font_size=12, font_color=_DEEP)
    term = book.style("term", bold=True, text_wrap=True)
    text = book.style("wrapped", text_wrap=True)
    sheet.set_column(0, 0, 30)
    sheet.set_column(1, 1, 100)
    line = 0
    for place, (name, pairs) in enumerate(parts):
        sheet.write_string(line, 0, name, heading if place else title)
        line += 1
        for first, second in pairs:
            sheet.write_string(line, 0, first, term)
            sheet.write_string(line, 1, second, text)
            line += 1
        line += 1


def _cut(context: Context) -> str:
    shown, n = (context.number(count, 0) for count in (_MOST_ROWS, len(context.result.levels)))
    return context.say("sheet.cut", shown=shown, n=n)


def _readme(context: Context, fields: Parts) -> Parts:
    result, say = context.result, context.say
    about = [
        (say("about.audience"), say(f"labels.audience_{result.table.audience.value}")),
        (say("about.source"), context.source()),
        (say("about.licence"), result.licence or say("about.licence_none")),
        (say("about.periods"), context.periods()),
        (say("sheet.about"), say("sheet.readme_intro")),
        (say("about.fingerprint"), context.fingerprint),
        *((say("about.notes"), note) for note in result.notes),
        *([(say("about.notes"), _cut(context))] if len(result.levels) > _MOST_ROWS else []),
    ]
    columns = [(f"{say('sheet.columns')}: {sheet}", list(pairs)) for sheet, pairs in fields]
    return [(result.title, about), (say("sheet.statuses"), list(status_words(context))), *columns]


def write_xlsx(result: AnalysisResult, path: Path) -> None:
    """Write `tables.xlsx`: a sheet to read first, all differences, all levels, the method.

    The same result always gives the same bytes.
    """
    context = context_of(result)
    book = _Book(path, context)
    rows, level_rows = context.result.findings, context.result.levels[:_MOST_ROWS]
    findings, levels = _filled(rows, _finding_fields(context)), _filled(level_rows, _level_fields(context))
    described = [
        (context.say("sheet.findings"), [(field.name, field.text) for field, _ in findings]),
        (context.say("sheet.levels"), [(field.name, field.text) for field, _ in levels if field.text]),
    ]
    _write_texts(book, book.sheet("readme"), _readme(context, described))
    _write_rows(book, book.sheet("findings"), rows, findings)
    _write_rows(book, book.sheet("levels"), level_rows, levels)
    method = [(title, [("", text) for text in texts]) for title, texts in method_texts(context)]
    verdict = (context.say("method.verdict.title"), [("", context.say("method.verdict.text"))])
    _write_texts(book, book.sheet("method"), [verdict, *method])
    book.book.close()
