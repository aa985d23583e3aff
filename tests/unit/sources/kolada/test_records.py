"""Figures as cells, from a file or the API."""

from __future__ import annotations

import gzip
import json
import time

import polars as pl
import pytest

from jamlik.model.dataset import ColumnRole
from jamlik.model.errors import ErrorKind, JamlikError, Severity
from jamlik.model.questions import Reference
from jamlik.model.tables import Status
from jamlik.sources.kolada import cells_from_records, flat_records

KPIS = [{"id": "N1", "title": "Behöriga, andel (%)"}, {"id": "N9", "title": "Lön, kr (-2021)"}]
PLACES = [{"id": "0126", "title": "Huddinge", "type": "K"}, {"id": "0000", "title": "Riket", "type": "L"}]


def rows(*lines):
    names = ("kpi", "municipality", "period", "gender", "value", "status")
    return [dict(zip(names, line, strict=False)) for line in lines]


def imported(records, *, kpis=KPIS, **options):
    return cells_from_records(records=records, kpis=kpis, municipalities=PLACES, focus="0126", **options)


def test_lost_zeros_numbers_and_words_are_read():
    found = imported(rows(("N1", 126, 2021, "Kvinnor", 84), ("N1", "0", "2021", "m", 1)))
    assert [(cell.period, cell.group, cell.value) for cell in found.cells] == [
        ("2021", (("area", "0000"), ("sex", "M")), 1.0),
        ("2021", (("area", "0126"), ("sex", "K")), 84.0),
    ]
    assert found.dimensions[1].codes == ("0126", "0000")


def test_dataset_says_what_the_file_is():
    dataset = imported(rows(("N1", "0126", 2021, "K", 1.0), ("N1", "0000", 2021, "K", 1.0)), path="dump.csv").dataset
    assert dataset.path == "dump.csv"
    assert dataset.title == "Huddinge: könsuppdelade nyckeltal i Kolada"
    assert {column.role for column in dataset.columns} >= {ColumnRole.INDICATOR, ColumnRole.SEX, ColumnRole.AREA}
    assert dataset.references == {"sex": Reference("named", "M"), "area": Reference("named", "0000")}
    assert [(entry.indicator.id, entry.value) for entry in dataset.indicators] == [("kolada:N1", "N1")]


@pytest.mark.parametrize(
    ("value", "status", "expected"),
    [
        (0.0, "", (Status.SHOWN, 0.0, "")),
        (5.0, "Normal", (Status.SHOWN, 5.0, "")),
        (5.0, None, (Status.SHOWN, 5.0, "")),
        (5.0, "Preliminary", (Status.SHOWN, 5.0, "Preliminary")),
        (None, "", (Status.MISSING, None, "")),
        (None, "Missing", (Status.MISSING, None, "Missing")),
        (0.0, "Missing", (Status.MISSING, None, "Missing")),
        (None, "Private", (Status.SUPPRESSED, None, "Private")),
        (3.0, "PRIVATE", (Status.SUPPRESSED, None, "PRIVATE")),
        (None, "Sekretess", (Status.SUPPRESSED, None, "Sekretess")),
        (None, "Not applicable", (Status.NOT_APPLICABLE, None, "Not applicable")),
        (None, "Oklart", (Status.MISSING, None, "Oklart")),
        (float("nan"), "", (Status.MISSING, None, "")),
        ("..", "", (Status.MISSING, None, "..")),
        ("5.5", "", (Status.SHOWN, 5.5, "")),
    ],
)
def test_status_keeps_missing_suppressed_and_zero_apart(value, status, expected):
    (cell,) = imported(rows(("N1", "0126", 2021, "K", value, status))).cells
    assert (cell.status, cell.value, cell.reason) == expected


def test_cells_that_contradict_each_other_are_an_error_or_the_last_counts():
    twice = rows(("N1", "0126", 2021, "K", 1.0), ("N1", "0126", 2021, "K", 2.0))
    with pytest.raises(JamlikError, match="olika värden") as caught:
        imported(twice)
    assert str(caught.value.where) == "0126, kolumn N1"
    found = imported(twice, keep_last=True)
    assert [cell.value for cell in found.cells] == [2.0]
    assert [problem.code for problem in found.problems] == ["duplicate_cells"]


def test_same_cell_twice_is_one_cell():
    found = imported(rows(*[("N1", "0126", 2021, "K", 1.0)] * 3))
    assert len(found.cells) == 1
    assert not found.problems


def test_rows_without_readable_sex_or_period_are_left_out_with_a_note():
    found = imported(
        rows(("N1", "0126", 2021, "K", 1.0), ("N1", "0126", "igår", "K", 1.0), ("N1", "0126", 2021, "?", 1.0))
    )
    (problem,) = found.problems
    assert (problem.code, problem.severity, problem.count) == ("unreadable_row", Severity.SKIPPED, 2)


def test_unknown_indicators_and_areas_are_kept_and_noted():
    found = imported(rows(("X7", "9999", 2021, "K", 1.0)))
    assert found.indicators["kolada:X7"].title("sv") == "X7"
    assert found.dimensions[1].labels == {"9999": "9999"}
    assert [problem.code for problem in found.problems] == ["unknown_kpi", "unknown_area"]


def test_warnings_about_indicators_are_noted():
    (problem,) = imported(rows(("N9", "0126", 2021, "K", 1.0))).problems
    assert (problem.code, problem.where.column) == ("indicator_warning", "N9")
    assert "2021" in problem.detail


def test_margin_without_its_indicator_is_noted_and_left_out():
    kpis = [*KPIS, {"id": "U9", "title": "Osäkerhetstal - Något annat, andel (%)"}]
    found = imported(rows(("N1", "0126", 2021, "K", 1.0), ("U9", "0126", 2021, "K", 2.0)), kpis=kpis)
    assert set(found.indicators) == {"kolada:N1"}
    assert [problem.code for problem in found.problems] == ["uncertainty_unmatched"]


def test_input_key_depends_on_the_figures_and_not_on_their_order():
    one, two = rows(("N1", "0126", 2021, "K", 1.0), ("N1", "0126", 2021, "M", 2.0))
    key = imported([one, two]).input_key
    assert imported([two, one]).input_key == key
    assert imported([one, two | {"value": 3.0}]).input_key != key


def test_columns_that_are_not_there_are_named():
    with pytest.raises(JamlikError) as caught:
        imported(pl.DataFrame({"kpi": ["N1"], "value": [1.0]}))
    assert caught.value.where.column == "municipality, period, gender"


def test_nothing_at_all_is_told():
    empty = pl.DataFrame(schema=dict.fromkeys(("kpi", "municipality", "period", "gender", "value"), pl.String))
    with pytest.raises(JamlikError) as caught:
        imported(empty)
    assert caught.value.kind is ErrorKind.NOTHING_TO_ANALYSE


def test_flat_records_leave_out_deleted_figures():
    values = [
        {"gender": "K", "value": 1.0, "status": "", "isdeleted": True},
        {"gender": "K", "value": 2.0, "status": "", "isdeleted": 0},
        {"gender": "M", "value": None, "status": None},
    ]
    flat = flat_records([{"kpi": "N1", "municipality": "0126", "period": 2021, "values": values}])
    assert flat.rows() == [("N1", "0126", "2021", "K", 2.0, ""), ("N1", "0126", "2021", "M", None, "")]


@pytest.mark.parametrize("values", [None, 7, ["x"], [{"gender": "K", "value": "many"}], [{"value": 1.0}]])
def test_flat_records_of_another_form_are_told(values):
    with pytest.raises(JamlikError, match="annan form"):
        flat_records([{"kpi": "N1", "municipality": "0126", "period": 2021, "values": values}])


def test_file_of_90_000_rows_becomes_cells_in_about_a_second(recorded):
    file = recorded / "kolada_konsuppdelat_0126_0127_1490_1283_0000_1994-2022.csv.gz"
    frame = pl.read_csv(gzip.decompress(file.read_bytes()))  # codes lose their zeros
    kpis = json.loads(gzip.decompress((recorded / "kpi_v3_rekonstruerad_2026.json.gz").read_bytes()))["values"]
    places = json.loads((recorded / "municipality_v3_rekonstruerad_2026.json").read_text())["values"]
    times = []
    for _ in range(2):
        start = time.process_time()
        found = cells_from_records(records=frame, kpis=kpis, municipalities=places, focus="0126")
        times.append(time.process_time() - start)
    assert len(found.cells) == frame.height == 89_715
    assert len(found.indicators) == 937
    assert list(found.dimensions[1].labels.values()) == ["Huddinge", "Riket", "Botkyrka", "Helsingborg", "Borås"]
    assert min(times) < 3.0
