"""Lists that people sort, filter, search, page through and take away; what was chosen is in the address.

SPEC = Spec(
    name="goals.goals",
    columns=(Column("text", "goals.column.text", lambda goal: goal.text, sort="text", link=lambda goal: goal.url),),
    filters=(Filter("level", "goals.column.level", level_choices, lambda rows, value: rows.filter(level=value)),),
    search=("text", "desired_result"),
)
shown = listing.page(request, queries.goals(request.user), SPEC)
if shown.file is not None:
    return shown.file
return render(request, "goals/list.html", {"listing": shown})
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import xlsxwriter
from django.core.paginator import Page, Paginator
from django.db.models import F, OrderBy, Q, QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict
from django.utils import timezone

from jamlik.web.core import clock, texts

__all__ = [
    "PAGE_ROWS",
    "Cell",
    "Column",
    "Filter",
    "Listing",
    "ShownColumn",
    "ShownFilter",
    "Spec",
    "harmless",
    "page",
    "spelt",
    "unharmed",
]

PAGE_ROWS = 50
MOST_IN_A_CELL = 32_767  # a longer text would be left out without a word
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
COMMA_COUNTRIES = ("sv", "fi")  # a spreadsheet there takes a semicolon between columns and a comma before decimals
_INNER_FORMULA = re.compile(r"([;,|\t\r\n]\s*)([=+@-])")
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@dataclass(frozen=True)
class Column:
    """A column: its key in the address, the key of its text, its value, and what it is sorted by (fields; none: not).

    A label that is no text of the site, as a module's title, is a function that says it.

    `tag` gives a cell the look of a state (`core/parts/tag.html`): the value it returns is the look's name.
    """

    key: str
    label: str | Callable[[], str]
    value: Callable[[Any], object]
    sort: str | Sequence[str] = ""
    link: Callable[[Any], str] | None = None
    tag: Callable[[Any], str] | None = None
    number: bool = False


@dataclass(frozen=True)
class Filter:
    """A choice of rows: what may be chosen (code, words), and how the rows are then narrowed.

    `default` is what is chosen where the address says nothing; one of the choices then is all rows.
    """

    key: str
    label: str
    choices: Callable[[HttpRequest], Iterable[tuple[str, str]]]
    apply: Callable[[QuerySet[Any], str], QuerySet[Any]]
    default: str = ""


@dataclass(frozen=True)
class Spec:
    """What a list consists of. `sort` is the key of the column it is sorted by at first, with `-` for falling.

    A file has `file_columns`, where there are any, else the columns of the page.
    """

    name: str
    columns: tuple[Column, ...]
    filters: tuple[Filter, ...] = ()
    search: tuple[str, ...] = ()
    sort: str = ""
    caption: str = ""
    empty: str = "core.listing.empty"
    rows: int = PAGE_ROWS
    file_columns: tuple[Column, ...] = ()


@dataclass(frozen=True)
class Cell:
    """A cell as a page shows it."""

    text: str
    link: str = ""
    tag: str = ""
    number: bool = False
    day: bool = False


@dataclass(frozen=True)
class ShownColumn:
    """The head of a column: its words, where it is sorted by it, and how it is sorted now (or empty)."""

    label: str
    url: str
    sorted: str
    number: bool


@dataclass(frozen=True)
class ShownFilter:
    """A filter with what is chosen in it."""

    key: str
    label: str
    choices: list[tuple[str, str]]
    value: str
    default: str = ""


@dataclass(frozen=True)
class Listing:
    """A page of a list, or the whole list as a file."""

    spec: Spec
    columns: list[ShownColumn]
    filters: list[ShownFilter]
    rows: list[list[Cell]]
    page: Page[Any] | None
    searched: str
    sort: str
    chosen: bool
    address: str
    csv_url: str
    xlsx_url: str
    previous_url: str = ""
    next_url: str = ""
    file: HttpResponse | None = None

    @property
    def objects(self) -> list[Any]:
        """The rows themselves."""
        return list(self.page.object_list) if self.page else []

    @property
    def searchable(self) -> bool:
        """Whether there is anything to search in."""
        return bool(self.spec.search)


def page(request: HttpRequest, queryset: QuerySet[Any], spec: Spec) -> Listing:
    """The page of the list that the address asks for; `file` holds CSV or Excel where that was asked for."""
    asked = request.GET
    rows, filters = _narrowed(request, queryset, spec)
    sort = asked.get("sort", spec.sort)
    rows = _sorted(rows, spec, sort)
    file = _file(rows, spec, asked["format"]) if asked.get("format") in {"csv", "xlsx"} else None
    shown = None if file is not None else Paginator(rows, spec.rows).get_page(asked.get("page"))
    return Listing(
        spec=spec,
        columns=[_head(asked, column, sort) for column in spec.columns],
        filters=filters,
        rows=[[_cell(column, row) for column in spec.columns] for row in shown.object_list] if shown else [],
        page=shown,
        searched=asked.get("q", ""),
        sort=sort,
        chosen=bool(asked.get("q") or any(one.value != one.default for one in filters)),
        address=request.path,
        csv_url=_url(asked, format="csv", page=""),
        xlsx_url=_url(asked, format="xlsx", page=""),
        previous_url=_url(asked, page=str(shown.previous_page_number())) if shown and shown.has_previous() else "",
        next_url=_url(asked, page=str(shown.next_page_number())) if shown and shown.has_next() else "",
        file=file,
    )


def _narrowed(request: HttpRequest, rows: QuerySet[Any], spec: Spec) -> tuple[QuerySet[Any], list[ShownFilter]]:
    """The rows that search and filters leave, and the filters; a value that is no choice is the default."""
    filters = []
    for one in spec.filters:
        choices = list(one.choices(request))
        value = request.GET.get(one.key) or one.default
        if value not in {str(code) for code, _ in choices}:
            value = one.default
        filters.append(ShownFilter(one.key, texts.say(one.label), choices, value, one.default))
        rows = one.apply(rows, value) if value else rows
    for word in request.GET.get("q", "").split()[:10] if spec.search else []:
        found = Q()
        for name in spec.search:
            for spelling in spelt(word):
                found |= Q(**{f"{name}__icontains": spelling})
        rows = rows.filter(found)
    return rows, filters


def spelt(word: str) -> set[str]:
    """A word as it may be spelt: a database may not know that Ö and ö are one letter."""
    return {word} if word.isascii() else {word, word.lower(), word.upper(), word.capitalize()}


def _sorted(rows: QuerySet[Any], spec: Spec, sort: str) -> QuerySet[Any]:
    """The rows in the order asked for; the key breaks ties, so that no row is on two pages."""
    falling, key = sort.startswith("-"), sort.removeprefix("-")
    column = next((one for one in spec.columns if one.key == key and one.sort), None)
    if column is None:
        return rows if rows.query.order_by else rows.order_by(*(rows.model._meta.ordering or ()), "pk")
    names = [column.sort] if isinstance(column.sort, str) else list(column.sort)
    return rows.order_by(*(_order(rows, _turned(name) if falling else name) for name in names), "pk")


def _turned(name: str) -> str:
    return name.removeprefix("-") if name.startswith("-") else f"-{name}"


def _order(rows: QuerySet[Any], name: str) -> str | OrderBy:
    """Rows without a value come last, whichever way they are sorted and whatever the database is used to."""
    plain = name.removeprefix("-")
    known = {field.name for field in rows.model._meta.concrete_fields if field.null}
    if plain not in known:
        return name
    return F(plain).desc(nulls_last=True) if name.startswith("-") else F(plain).asc(nulls_last=True)


def _label(column: Column) -> str:
    return texts.say(column.label) if isinstance(column.label, str) else column.label()


def _head(asked: QueryDict, column: Column, sort: str) -> ShownColumn:
    now = {column.key: "ascending", f"-{column.key}": "descending"}.get(sort, "")
    turn = f"-{column.key}" if now == "ascending" else column.key
    url = _url(asked, sort=turn, page="", format="") if column.sort else ""
    return ShownColumn(_label(column), url, now if column.sort else "", column.number)


def _url(asked: QueryDict, **changed: str) -> str:
    """The address with some of what was chosen changed; what is empty is left out."""
    kept = asked.copy()
    for name, value in changed.items():
        kept[name] = value
    for name in [name for name in kept if not kept[name]]:
        del kept[name]
    return f"?{kept.urlencode()}"


def _cell(column: Column, row: Any) -> Cell:
    value = column.value(row)
    return Cell(
        text=_shown(value),
        day=isinstance(value, date),
        link=(column.link(row) if column.link else "") or "",
        tag=column.tag(row) if column.tag else "",
        number=column.number,
    )


def _shown(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return texts.say("core.yes" if value else "core.no")
    if isinstance(value, datetime):
        return timezone.localtime(value).strftime("%Y-%m-%d %H:%M")
    if isinstance(value, int | float | Decimal):
        return texts.written_number(value)
    return value.isoformat() if isinstance(value, date) else str(value)


def _file(rows: QuerySet[Any], spec: Spec, kind: str) -> HttpResponse:
    """Every row that was chosen, as a file."""
    columns = spec.file_columns or spec.columns
    heads = [_label(column) for column in columns]
    body = [[column.value(row) for column in columns] for row in rows]
    name = f"{spec.name.replace('.', '-')}-{clock.today()}.{kind}"
    made = _csv(heads, body) if kind == "csv" else _xlsx(heads, body)
    kinds = {"csv": "text/csv; charset=utf-8", "xlsx": XLSX}
    response = HttpResponse(made, content_type=kinds[kind])
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _plain(value: object, decimal: str) -> str:
    """A value in a CSV file."""
    if isinstance(value, bool | datetime) or value is None or not isinstance(value, int | float | Decimal):
        return harmless(_shown(value))
    return str(value).replace(".", decimal)


def harmless(text: str) -> str:
    """A text for a CSV file, with an apostrophe before what a spreadsheet would take for a formula.

    Also inside the text: a Swedish spreadsheet splits at semicolons and an English one at commas, and what follows
    one then begins a cell.
    """
    text = _INNER_FORMULA.sub(r"\1'\2", text)
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text


def unharmed(text: str) -> str:
    """A text out of a list that was taken away, filled in and sent back: without the apostrophe that was put first."""
    return text[1:] if text.startswith("'") and text[1:].startswith(FORMULA_STARTS) else text


def _csv(heads: list[str], body: list[list[object]]) -> bytes:
    """The file as the reader's spreadsheet opens it right: semicolons and decimal commas in Swedish and Finnish."""
    out, comma = io.StringIO(), texts.language() in COMMA_COUNTRIES
    writer = csv.writer(out, delimiter=";" if comma else ",", lineterminator="\r\n")
    writer.writerow(heads)
    writer.writerows([_plain(value, "," if comma else ".") for value in row] for row in body)
    return out.getvalue().encode("utf-8-sig")


def _xlsx(heads: list[str], body: list[list[object]]) -> bytes:
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    sheet = book.add_worksheet()
    bold = book.add_format({"bold": True})
    for place, head in enumerate(heads):
        sheet.write_string(0, place, head, bold)
    for line, row in enumerate(body, start=1):
        for place, value in enumerate(row):
            if isinstance(value, int | float | Decimal) and not isinstance(value, bool):
                sheet.write_number(line, place, float(value))
            else:
                sheet.write_string(line, place, _shown(value)[:MOST_IN_A_CELL])
    sheet.freeze_panes(1, 0)
    sheet.autofilter(0, 0, len(body), max(len(heads) - 1, 0))
    sheet.autofit()
    book.close()
    return out.getvalue()
