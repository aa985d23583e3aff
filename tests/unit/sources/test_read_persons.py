from __future__ import annotations

import polars as pl
import pyarrow as pa
import pytest

from jamlik.model.dataset import Column, ColumnRole, Dataset, IndicatorColumns, RowKind
from jamlik.model.errors import ErrorKind, JamlikError, Severity
from jamlik.model.indicators import Indicator, Kind
from jamlik.sources.read import read_persons
from jamlik.sources.reader import UNKNOWN_LAYOUT

BEHORIG = Indicator("local:behorig", {"sv": "Behörig"}, Kind.PROPORTION)
MERIT = Indicator("local:merit", {"sv": "Meritvärde"}, Kind.MEAN, unit="poäng")
COLUMNS = (
    Column("ar", ColumnRole.PERIOD),
    Column("kon", ColumnRole.SEX),
    Column("omr", ColumnRole.AREA, names_from="namn"),
    Column("namn", ColumnRole.AREA_NAME),
    Column("del", ColumnRole.AREA, dimension="del", nested_in="area"),
    Column("utb", ColumnRole.COVARIATE, dimension="utb"),
)
ROWS = """
    ar;kon;omr;namn;del;utb;behorig;merit;vikt
    2024;Flicka;01;Norr;01A;Hög;Ja;210,5;1,5
    2024;Pojke;01;Norr;01B;Låg;nej;..;0,5
    2023;2;02;Söder;02A;;;180;1
"""


def dataset(*, positive=(), columns=COLUMNS, **more):
    specs = (
        IndicatorColumns(BEHORIG, outcome="behorig", positive=tuple(positive)),
        IndicatorColumns(MERIT, outcome="merit"),
    )
    return Dataset("fil.csv", "Test", RowKind.PERSONS, UNKNOWN_LAYOUT, tuple(columns), specs, **more)


def read(found):
    return pl.concat([pl.DataFrame(batch) for batch in found.batches])


def test_batches_hold_codes_and_numbers(written):
    found = read_persons(dataset(), path=written(ROWS))
    frame = read(found)
    assert frame.rows(named=True) == [
        {"period": "2024", "sex": "K", "area": "01", "del": "01A", "utb": "Hög", BEHORIG.id: 1.0, MERIT.id: 210.5},
        {"period": "2024", "sex": "M", "area": "01", "del": "01B", "utb": "Låg", BEHORIG.id: 0.0, MERIT.id: None},
        {"period": "2023", "sex": "K", "area": "02", "del": "02A", "utb": "?", BEHORIG.id: None, MERIT.id: 180.0},
    ]
    assert found.labels["area"] == {"01": "Norr", "02": "Söder"}
    assert list(found.labels["utb"]) == ["Låg", "Hög"]
    assert found.problems == []
    assert len(found.input_key) == 64
    nested = next(d for d in found.dimensions if d.name == "del")
    assert nested.parents == {"01A": "01", "01B": "01", "02A": "02"}


def test_nothing_is_read_before_the_batches_are_asked_for(written):
    found = read_persons(dataset(), path=written(ROWS))
    assert (found.labels["area"], found.input_key) == ({}, "")
    assert isinstance(next(iter(found.batches)), pa.Table)


def test_answers_that_count_as_yes_are_the_datasets_choice(written):
    found = read_persons(dataset(positive=["Nej"]), path=written(ROWS))
    assert read(found)[BEHORIG.id].to_list() == [0.0, 1.0, None]


def test_weights_come_along_and_rows_without_one_are_left_out(written):
    columns = (*COLUMNS, Column("vikt", ColumnRole.WEIGHT))
    found = read_persons(dataset(columns=columns), path=written(ROWS.replace(";1,5", ";saknas")))
    assert read(found)["weight"].to_list() == [0.5, 1.0]
    assert found.weighted
    assert [(p.code, p.severity, p.where.row) for p in found.problems] == [("bad_weight", Severity.SKIPPED, 2)]


def test_what_cannot_be_read_is_noted_and_left_out(written):
    rows = ROWS.replace("Pojke", "okänt kön").replace("210,5", "bra") + "    när;K;01;Norr;01A;Hög;Ja;1;1\n" * 2
    found = read_persons(dataset(), path=written(rows))
    frame = read(found)
    assert frame["sex"].to_list() == ["K", "?", "K"]
    assert frame[MERIT.id].to_list() == [None, None, 180.0]
    assert {(p.code, p.where.row, p.count) for p in found.problems} == {
        ("unknown_period", 5, 2),
        ("unknown_sex", 3, 1),
        ("text_in_number", 2, 1),
    }
    assert not any("bra" in p.detail for p in found.problems)


def test_an_outcome_of_mostly_text_is_an_error(written):
    found = read_persons(dataset(), path=written(ROWS.replace("210,5", "bra").replace("180", "sådär")))
    with pytest.raises(JamlikError, match="'merit'") as caught:
        read(found)
    assert caught.value.kind is ErrorKind.CONTRACT
    assert caught.value.where.row == 2


def test_a_row_about_both_sexes_is_a_person_of_unknown_sex(written):
    found = read_persons(dataset(), path=written(ROWS.replace("Flicka", "Samtliga")))
    assert read(found)["sex"].to_list() == ["?", "M", "K"]


def test_no_row_left_is_nothing_to_analyse(written):
    found = read_persons(dataset(where={"omr": ("99",)}), path=written(ROWS))
    with pytest.raises(JamlikError) as caught:
        list(found.batches)
    assert caught.value.kind is ErrorKind.NOTHING_TO_ANALYSE


def test_frames_give_the_same_as_files(written):
    table = pl.DataFrame(
        {
            "ar": [2024, 2024, 2023],
            "kon": ["Flicka", "Pojke", "2"],
            "omr": ["01", "01", "02"],
            "namn": ["Norr", "Norr", "Söder"],
            "del": ["01A", "01B", "02A"],
            "utb": ["Hög", "Låg", None],
            "behorig": [True, False, None],
            "merit": [210.5, None, 180.0],
        }
    )
    assert read(read_persons(dataset(), path=table)).equals(read(read_persons(dataset(), path=written(ROWS))))


def test_parquet_gives_the_same_as_csv(written, tmp_path):
    plain = read(read_persons(dataset(), path=written(ROWS)))
    path = tmp_path / "fil.parquet"
    pl.read_csv(written(ROWS), separator=";", infer_schema=False).write_parquet(path)
    assert read(read_persons(dataset(), path=path)).height == plain.height


def test_a_dataset_without_outcome_is_refused(written):
    empty = Dataset("fil.csv", "Test", RowKind.PERSONS, UNKNOWN_LAYOUT, COLUMNS, ())
    with pytest.raises(JamlikError, match="utfall"):
        read_persons(empty, path=written(ROWS))
