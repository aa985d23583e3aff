"""Lists that people keep: cells as text, the row each stood in, and a limit."""

from __future__ import annotations

import openpyxl
import pytest

from jamlik.analysis.lists import read_list
from jamlik.model.errors import JamlikError

ROWS = [("Kod", "Namn", "Från"), ("010", "Björkskolan", "2026-01-01"), (None, None, None), ("011", " Alskolan ", None)]


def written_csv(folder, encoding):
    path = folder / "units.csv"
    path.write_bytes("\r\n".join(";".join(cell or "" for cell in row) for row in ROWS).encode(encoding))
    return path


def written_excel(folder):
    book = openpyxl.Workbook()
    for row in ROWS:
        book.active.append(row)
    path = folder / "units.xlsx"
    book.save(path)
    return path


@pytest.mark.parametrize("make", [lambda folder: written_csv(folder, "cp1252"), written_excel])
def test_list_keeps_leading_zeros_and_row_numbers(tmp_path, make):
    names, rows = read_list(make(tmp_path), most=10)
    assert names == ("Kod", "Namn", "Från")
    assert [dict(row.cells) for row in rows] == [
        {"Kod": "010", "Namn": "Björkskolan", "Från": "2026-01-01"},
        {"Kod": "011", "Namn": "Alskolan", "Från": ""},
    ]
    assert [row.number for row in rows] == [2, 4]


def test_list_longer_than_its_limit_is_refused(tmp_path):
    with pytest.raises(JamlikError, match="fler än 1 rader"):
        read_list(written_csv(tmp_path, "utf-8"), most=1)
