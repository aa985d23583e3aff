"""The publishers' own files, as they come: what they are taken for and what reading them gives."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from jamlik.model.dataset import ColumnRole, RowKind
from jamlik.model.groupings import group_of
from jamlik.model.indicators import Direction, Kind
from jamlik.model.tables import Status
from jamlik.sources.geography import read_geography
from jamlik.sources.inspect import inspect_file
from jamlik.sources.read import read_cells
from jamlik.sources.toml import dataset_toml_text, parsed_dataset, read_dataset

EVERY = [
    "skolverket/behorighet_grundskola_2024_25.csv",
    "skolverket/betyg_ak6_kon_2025.csv",
    "skolverket/betyg_ak6_kon_2025.xlsx",
    "pay/scb_antal_anstallda_ssyk3_kon_riksomrade_2014-2020.csv",
    "pay/scb_manadslon_ssyk3_kon_riksomrade_2014-2020.csv",
    "kolada/kolada_konsuppdelat_0126_0127_1490_1283_0000_1994-2022.csv.gz",
    "sodertorn/basomraden_huddinge_kon_2000-2017.csv.gz",
    "val/ko_tab3_2022.xlsx",
]
BASE_AREAS = "sodertorn/basomraden_huddinge_kon_2000-2017.csv.gz"


@pytest.fixture
def data(shared_dir):
    return shared_dir / "data"


def read(path, **asked):
    found = inspect_file(path, **asked)
    return found, read_cells(found.dataset, path=path)


def by_place(imported, indicator):
    return {(c.period, c.group): c for c in imported.cells if c.indicator == indicator}


def statuses(imported):
    return Counter(cell.status for cell in imported.cells)


@pytest.mark.parametrize("name", EVERY)
def test_every_description_is_written_and_read_back(data, name):
    found = inspect_file(data / name)
    assert parsed_dataset(dataset_toml_text(found.dataset, evidence=found.evidence("sv"))) == found.dataset


def test_eligibility_by_sex_and_municipality_straight_from_the_export(data):
    found, imported = read(data / EVERY[0])
    assert (found.dataset.period, found.dataset.source, found.dataset.rules) == (
        "2024/25",
        "Skolverket",
        "already_published",
    )
    assert found.dataset.title == "Grundskola - Behörighet till gymnasieskolan, fr.o.m. 2011"
    assert {d.name: len(d.codes) for d in imported.dimensions} == {"sex": 2, "area": 290, "typ_av_huvudman": 2}
    assert [s.indicator.kind for s in found.dataset.indicators] == [Kind.PROPORTION] * 4
    assert {s.indicator.base_key for s in found.dataset.indicators} == {"base:antal_elever"}
    assert statuses(imported) == {
        Status.SHOWN: 7290,
        Status.BOUNDED: 899,
        Status.SUPPRESSED: 341,
        Status.NOT_APPLICABLE: 26,
    }
    cells = by_place(imported, found.dataset.indicators[0].indicator.id)
    ale = cells["2024/25", group_of(area="1440", sex="K")]
    assert (ale.value, ale.base_n) == (83.2, 214)
    bounded = cells["2024/25", group_of(area="1440", sex="K", typ_av_huvudman="Enskild")]
    assert (bounded.reason, bounded.low, bounded.high) == ("~100", pytest.approx(800 / 12), pytest.approx(1100 / 12))
    assert [(p.code, p.where.row) for p in imported.problems] == [("footer", 2151)]


def test_two_header_rows_in_csv_and_excel_give_the_same_cells(data):
    text, plain = read(data / EVERY[1])
    sheet, excel = read(data / EVERY[2])
    assert text.dataset.layout.header_rows == sheet.dataset.layout.header_rows == 2
    assert [c.fixed for c in text.dataset.columns if c.fixed] == [{"sex": "K"}] * 5 + [{"sex": "M"}] * 5
    assert plain.cells == excel.cells
    assert len(plain.cells) == 6088
    parts = {s.indicator.partition for s in text.dataset.indicators if s.indicator.kind is Kind.PROPORTION}
    assert parts == {"part:antal_elever"}


def test_pay_with_years_as_columns(data):
    counted, number = read(data / EVERY[3])
    paid, pay = read(data / EVERY[4])
    assert (counted.rows, counted.dataset.layout.encoding) == (RowKind.COUNTS, "cp1252")
    assert [s.indicator.kind for s in counted.dataset.indicators] == [Kind.COUNT]
    assert [(s.indicator.kind, s.indicator.unit) for s in paid.dataset.indicators] == [(Kind.VALUE, "kr")]
    assert len(number.cells) == len(pay.cells) == 2400 * 7
    assert {cell.period for cell in pay.cells} == {str(year) for year in range(2014, 2021)}
    assert statuses(pay) == {Status.SHOWN: 10775, Status.SUPPRESSED: 6025}


def test_kolada_with_its_catalogue(data):
    found, imported = read(data / EVERY[5], focus="Huddinge")
    assert found.dataset.focus == "0126"
    assert len(found.indicators) == len(imported.indicators) == 937
    assert found.dataset.indicators == ()
    assert len(imported.cells) == 89_715
    known = imported.indicators["kolada:N15428"]
    assert (known.direction, known.unit, known.threshold) == (Direction.UP, "%", 2.0)
    assert imported.indicators["kolada:N00053"].direction is Direction.NEUTRAL
    area = next(d for d in imported.dimensions if d.name == "area")
    assert area.labels["0126"] == "Huddinge"
    assert imported.dataset.rules == "already_published"
    assert imported.dataset.source == "Egen bearbetning av data från Kolada"


@pytest.mark.slow
def test_kolada_for_every_municipality(data):
    _, imported = read(data / "kolada/kolada_urval_alla_kommuner_TKM_2010-2022.csv.gz")
    assert len(imported.cells) == 344_206
    assert len(imported.indicators) == 42
    assert {d.name: len(d.codes) for d in imported.dimensions} == {"sex": 2, "area": 312}


def test_turnout_by_district_inside_municipality(data):
    found, imported = read(data / EVERY[7])
    roles = {c.name: (c.role, c.dimension, c.nested_in) for c in found.dataset.columns}
    assert roles["Kommunkod"] == (ColumnRole.AREA, "area", "")
    assert roles["Valdistriktskod"] == (ColumnRole.AREA, "valdistrikt", "area")
    assert roles["Länskod"][0] is roles["Andel röstande"][0] is roles["M"][0] is ColumnRole.IGNORE
    (spec,) = found.dataset.indicators
    assert (spec.count, spec.base) == ("Antal röstande", "Antal röstberättigade")
    assert found.dataset.period == "2022"
    assert len(imported.cells) == 6264
    assert [(p.code, p.count) for p in imported.problems] == [("count_over_base", 314)]
    district = next(d for d in imported.dimensions if d.name == "valdistrikt")
    assert district.parents["01140101"] == "0114"
    assert district.labels["01140101"] == "Övra Runby"
    cell = by_place(imported, spec.indicator.id)["2022", group_of(valdistrikt="01140101")]
    assert (cell.count_n, cell.base_n) == (1071, 1468)


def test_turnout_in_one_municipality_has_districts_as_areas(data):
    found, imported = read(data / EVERY[7], where={"Kommunkod": ("0126",)})
    assert {d.name for d in imported.dimensions} == {"area"}
    assert len(imported.cells) == len(imported.dimensions[0].codes) > 40
    assert found.dataset.where == {"Kommunkod": ("0126",)}


def test_a_focus_looks_inside_the_municipality(data):
    found, imported = read(data / EVERY[7], focus="Huddinge")
    assert found.dataset.where == {"Kommunkod": ("0126",)}
    assert found.dataset.title == "Huddinge: Valdeltagande per valdistrikt"
    assert {d.name for d in imported.dimensions} == {"area"}
    assert "focus_inside" in [note.code for note in found.notes]


def test_base_areas_without_a_description(data):
    found, imported = read(data / BASE_AREAS)
    pairs = {(s.count, s.base) for s in found.dataset.indicators}
    assert ("employed_aged_20_64", "population_aged_20_64") in pairs
    assert ("low_income_aged_gt_20", "population_aged_gt_20") in pairs
    assert found.rows is RowKind.COUNTS
    assert found.dataset.rules == "default"
    assert {d.name: len(d.codes) for d in imported.dimensions} == {"sex": 2, "area": 33}


def test_base_areas_as_the_example_describes_them(data, repository):
    dataset = read_dataset(repository / "examples" / "sodertorn.toml")
    path = data / BASE_AREAS
    imported = read_cells(dataset, path=path)
    assert imported.problems == ()
    assert {c.period for c in imported.cells if c.indicator == "local:sysselsatta_20_64"} == {
        str(year) for year in range(2000, 2016)
    }
    assert statuses(imported) == {Status.SHOWN: 3256, Status.SUPPRESSED: 44}
    assert {c.indicator for c in imported.cells if c.status is Status.SUPPRESSED} == {"local:ekonomiskt_bistand_18_64"}
    women = [
        c
        for c in imported.cells
        if (c.indicator, c.period) == ("local:sysselsatta_20_64", "2015") and ("sex", "K") in c.group
    ]
    assert (sum(c.count_n for c in women), sum(c.base_n for c in women)) == (23403, 30282)
    assert dataset.map is not None
    shapes = read_geography(dataset.map, base_dir=path.parent).shapes
    assert set(next(d for d in imported.dimensions if d.name == "area").codes) <= set(shapes)


@pytest.mark.parametrize("name", ["ddf_deso.csv", "ddf_regso.csv", "ddf_kommun.csv"])
def test_area_lists_are_read_even_though_they_hold_no_figures(data, name):
    found = inspect_file(data / "geo" / name)
    assert found.dataset.layout.delimiter == ","
    assert Path(found.dataset.path).name == name
