"""A table written in any dialect is the same table when it is read."""

from __future__ import annotations

import csv
import gzip
import io
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given
from hypothesis import strategies as st

from jamlik.model.dataset import Column, ColumnRole, Dataset, IndicatorColumns, RowKind
from jamlik.model.groupings import group_of
from jamlik.model.indicators import Indicator, Kind
from jamlik.model.tables import Status
from jamlik.sources.read import read_cells
from jamlik.sources.reader import ROW, UNKNOWN_LAYOUT, open_table

AREAS = ("Norr", "Söder; östra", 'Väst "nedre"', "Åmål, centrum")
SEXES = {"K": ("Kvinnor", "Flickor", "K"), "M": ("Män", "Pojkar", "M")}
SPEC = IndicatorColumns(Indicator("local:andel", {"sv": "Andel"}, Kind.PROPORTION), count="antal", base="bas")
COLUMNS = (
    Column("Område", ColumnRole.AREA),
    Column("Kön", ColumnRole.SEX),
    Column("Läsår", ColumnRole.PERIOD),
)

counts = st.integers(0, 3_000_000)
dialects = st.fixed_dictionaries(
    {
        "delimiter": st.sampled_from([";", ",", "\t", "|"]),
        "encoding": st.sampled_from(["utf-8", "utf-8-sig", "cp1252", "utf-16"]),
        "newline": st.sampled_from(["\n", "\r\n", "\r\r\n"]),
        "thousands": st.sampled_from(["", " ", "\u00a0"]),
        "preamble": st.lists(st.sampled_from(["Statistik", "Valt läsår: 2024/25", ""]), max_size=3),
        "trailing": st.booleans(),
        "packed": st.booleans(),
        "quoting": st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
    }
)
cells = st.dictionaries(
    st.tuples(st.sampled_from(AREAS), st.sampled_from("KM"), st.sampled_from(["2022/23", "2023/24"])),
    st.tuples(counts, counts).map(sorted) | st.just((None, 40)),
    min_size=3,
    max_size=12,
)


def grouped(number, mark):
    return f"{number:,}".replace(",", mark)


def as_bytes(table, dialect, words):
    out = io.StringIO()
    writer = csv.writer(
        out, delimiter=dialect["delimiter"], lineterminator=dialect["newline"], quoting=dialect["quoting"]
    )
    end = [""] if dialect["trailing"] else []
    writer.writerow(["Område", "Kön", "Läsår", "antal", "bas", *end])
    for (area, sex, period), (count, base) in table.items():
        shown = ".." if count is None else grouped(count, dialect["thousands"])
        writer.writerow([area, words[sex], period, shown, grouped(base, dialect["thousands"]), *end])
    text = "".join(f"{line}{dialect['newline']}" for line in dialect["preamble"]) + out.getvalue()
    data = text.encode(dialect["encoding"])
    return gzip.compress(data) if dialect["packed"] else data


@given(cells, dialects, st.sampled_from(range(3)))
def test_cells_are_the_same_in_every_dialect(table, dialect, which):
    words = {sex: names[which] for sex, names in SEXES.items()}
    dataset = Dataset("fil.csv", "Test", RowKind.COUNTS, UNKNOWN_LAYOUT, COLUMNS, (SPEC,))
    with TemporaryDirectory() as folder:
        path = Path(folder) / "fil.csv"
        path.write_bytes(as_bytes(table, dialect, words))
        found = read_cells(dataset, path=path)
    expected = {
        (period, group_of(area=area, sex=sex)): (Status.SHOWN if count is not None else Status.SUPPRESSED, count, base)
        for (area, sex, period), (count, base) in table.items()
    }
    assert {(c.period, c.group): (c.status, c.count_n, c.base_n) for c in found.cells} == expected


fields = st.text("abcåäö0123456789;,|\"\n' ", max_size=8).map(lambda text: text.strip())


@given(st.lists(st.tuples(st.just("x"), fields, fields), min_size=1, max_size=30), st.sampled_from([";", ",", "\t"]))
def test_rows_and_line_numbers_survive_any_quoting(rows, delimiter):
    out = io.StringIO()
    writer = csv.writer(out, delimiter=delimiter, quoting=csv.QUOTE_ALL, lineterminator="\n")
    writer.writerow(["a", "b", "c"])
    lines = []
    for row in rows:
        lines.append(out.getvalue().count("\n") + 1)
        writer.writerow(row)
    with TemporaryDirectory() as folder:
        path = Path(folder) / "fil.csv"
        path.write_text(out.getvalue(), encoding="utf-8")
        layout = UNKNOWN_LAYOUT.__class__(delimiter=delimiter, encoding="utf-8", skip_rows=0, header_rows=1)
        frame = open_table(path, layout=layout).whole()
    assert frame.drop(ROW).rows() == [tuple(field or None for field in row) for row in rows]
    assert frame[ROW].to_list() == lines
