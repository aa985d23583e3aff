from __future__ import annotations

import zipfile
from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest
import python_calamine

from jamlik.model.tables import Status
from jamlik.reports import write_xlsx
from tests.support.results import made_result


@pytest.fixture(scope="module")
def book(folder):
    return openpyxl.load_workbook(folder / "tables.xlsx")


def column(sheet, title: str) -> list[object]:
    place = [cell.value for cell in sheet[1]].index(title)
    return [row[place].value for row in sheet.iter_rows(min_row=2)]


def test_sheets_are_named_and_none_is_hidden(book):
    assert book.sheetnames == ["Läs mig", "Skillnader", "Nivåer", "Metod"]
    assert all(sheet.sheet_state == "visible" for sheet in book)


def test_first_sheet_names_source_statuses_and_columns(book):
    text = "\n".join(str(cell.value) for row in book["Läs mig"].iter_rows() for cell in row if cell.value)
    for words in ("Källa", "Ekby kommun (påhittad)", "Visas inte", "Uppgift saknas", "Gäller inte", "Bara gränser"):
        assert words in text


def test_levels_are_real_numbers_or_words(book, result):
    levels = column(book["Nivåer"], "Nivå")
    assert len(levels) == len(result.levels)
    for value, level in zip(levels, result.levels, strict=True):
        if level.status is Status.SHOWN:
            assert value == level.value
        else:
            assert isinstance(value, str)
    words = {level.status: value for value, level in zip(levels, result.levels, strict=True)}
    assert len({words[status] for status in words if status is not Status.SHOWN}) == 4


def test_numbers_have_formats_and_hidden_rows_have_no_number(book, result):
    sheet = book["Nivåer"]
    titles = [cell.value for cell in sheet[1]]
    level = titles.index("Nivå")
    for row, found in zip(sheet.iter_rows(min_row=2), result.levels, strict=True):
        if found.status is Status.SHOWN:
            assert row[level].number_format in ("#,##0.0", "#,##0.00")
        elif found.status is not Status.BOUNDED:
            assert not any(isinstance(cell.value, int | float) for cell in row)


def test_panes_are_frozen_and_rows_can_be_filtered(book):
    for name in ("Skillnader", "Nivåer"):
        assert book[name].freeze_panes == "A2"
        assert [table.autoFilter is not None for table in book[name].tables.values()] == [True]


def test_no_formulas_defined_names_or_links(folder):
    with zipfile.ZipFile(folder / "tables.xlsx") as archive:
        parts = {name: archive.read(name).decode("utf-8", "replace") for name in archive.namelist()}
    assert not [name for name, text in parts.items() if "<f>" in text or "definedName" in text or "<hyperlink" in text]
    assert not [name for name in parts if "externalLink" in name or "calcChain" in name]


def test_another_reader_reads_the_same_numbers(folder, result):
    rows = python_calamine.CalamineWorkbook.from_path(folder / "tables.xlsx").get_sheet_by_name("Nivåer").to_python()
    place = rows[0].index("Nivå")
    read = [row[place] for row in rows[1:]]
    shown = [(value, level.value) for value, level in zip(read, result.levels, strict=True) if level.value is not None]
    assert shown
    assert all(value == own for value, own in shown)


def test_same_result_gives_the_same_bytes(folder, tmp_path: Path):
    write_xlsx(made_result(), tmp_path / "again.xlsx")
    assert (tmp_path / "again.xlsx").read_bytes() == (folder / "tables.xlsx").read_bytes()


def test_label_that_looks_like_a_formula_stays_text(tmp_path: Path):
    made = made_result()
    loud = replace(made.findings[0], group_label="=HYPERLINK(1)")
    write_xlsx(replace(made, findings=(loud,)), tmp_path / "t.xlsx")
    sheet = openpyxl.load_workbook(tmp_path / "t.xlsx")["Skillnader"]
    cell = next(cell for cell in sheet[2] if cell.value == "=HYPERLINK(1)")
    assert cell.data_type == "s"


def test_result_without_findings_is_written(tmp_path: Path):
    write_xlsx(replace(made_result(), findings=()), tmp_path / "t.xlsx")
    assert openpyxl.load_workbook(tmp_path / "t.xlsx")["Skillnader"].max_row == 1
