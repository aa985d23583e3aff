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


def _write_rows(book: _Book, sheet: Any, rows: Sequence[Row], fields: Sequence[_Field[Row]]) -> None:
    """Write an Excel table: headings, filter, frozen first row, real numbers, words where there are none."""
    text = book.style("text")
    word = book.style("word", italic=True, font_color=_SOFT, align="right")
    formats = {decimals: book.number(decimals) for decimals in range(6)}
    for place, field in enumerate(fields):
        sheet.set_column(place, place, field.width)
        for line, row in enumerate(rows, start=1):
            value = field.value(row)
            if value is None:
                continue
            if isinstance(value, str):
                sheet.write_string(line, place, value, word if field.decimals else text)
            elif field.decimals:
                sheet.write_number(line, place, value, formats[field.decimals(row)])
    head = book.style("head", bold=True, font_color="#FFFFFF", bg_color=_DEEP, text_wrap=True, valign="vcenter")
    columns = [{"header": field.name, "header_format": head} for field in fields]
    if rows:
        sheet.add_table(0, 0, len(rows), len(fields) - 1, {"columns": columns, "style": "Table Style Light 1"})
    else:
        for place, column in enumerate(columns):
            sheet.write_string(0, place, str(column["header"]), head)
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


def _readme(context: Context, fields: Parts) -> Parts:
    result, say = context.result, context.say
    about = [
        (say("about.source"), context.source()),
        (say("about.licence"), result.licence or say("about.licence_none")),
        (say("about.periods"), context.periods()),
        (say("sheet.about"), say("sheet.readme_intro")),
        (say("about.fingerprint"), context.fingerprint),
        *((say("about.notes"), note) for note in result.notes),
    ]
    columns = [(f"{say('sheet.columns')}: {sheet}", list(pairs)) for sheet, pairs in fields]
    return [(result.title, about), (say("sheet.statuses"), list(status_words(context))), *columns]


def write_xlsx(result: AnalysisResult, path: Path) -> None:
    """Write `tables.xlsx`: a sheet to read first, all differences, all levels, the method.

    The same result always gives the same bytes.
    """
    context = context_of(result)
    book = _Book(path, context)
    findings, levels = _finding_fields(context), _level_fields(context)
    described = [
        (context.say("sheet.findings"), [(field.name, field.text) for field in findings]),
        (context.say("sheet.levels"), [(field.name, field.text) for field in levels if field.text]),
    ]
    _write_texts(book, book.sheet("readme"), _readme(context, described))
    _write_rows(book, book.sheet("findings"), context.result.findings, findings)
    _write_rows(book, book.sheet("levels"), context.result.levels, levels)
    method = [(title, [("", text) for text in texts]) for title, texts in method_texts(context)]
    verdict = (context.say("method.verdict.title"), [("", context.say("method.verdict.text"))])
    _write_texts(book, book.sheet("method"), [verdict, *method])
    book.book.close()
