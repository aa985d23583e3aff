from __future__ import annotations

import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from jamlik.model.errors import ErrorKind, JamlikError
from jamlik.sources.frames import from_frame, table_of
from jamlik.sources.imports import CellImport, PersonImport
from jamlik.sources.inspect import inspect_file
from jamlik.sources.read import read_cells

CONTENT = {
    "Område": ["Norr", "Norr", "Söder", "Söder"],
    "Kön": ["K", "M", "K", "M"],
    "År": [2024, 2024, 2024, 2024],
    "antal_n": [5, 7, 3, 2],
    "befolkning_n": [10, 9, 11, 12],
}


@pytest.mark.parametrize("made", [pl.DataFrame, pl.LazyFrame, pd.DataFrame, pa.table], ids=lambda made: made.__module__)
def test_every_sort_of_frame_gives_the_same_as_a_file(made, tmp_path):
    path = tmp_path / "tabell.csv"
    pl.DataFrame(CONTENT).write_csv(path)
    source = from_frame(made(CONTENT))
    found = source.imported()
    assert isinstance(found, CellImport)
    dataset = inspect_file(path).dataset
    assert found.cells == read_cells(dataset, path=path).cells
    assert found.dataset.columns == dataset.columns
    assert len(found.cells) == 4


def test_a_frame_with_its_meaning_given_is_not_inspected():
    meant = from_frame(pl.DataFrame(CONTENT)).dataset
    source = from_frame(pl.DataFrame(CONTENT), dataset=meant)
    assert source.inspection is None
    assert source.dataset is meant


def test_person_rows_in_memory_are_a_stream():
    people = pl.DataFrame({"Kön": ["K", "M"] * 50, "Område": ["N", "S"] * 50, "Nöjd": [True, False] * 50})
    found = from_frame(people).imported()
    assert isinstance(found, PersonImport)
    assert sum(batch.num_rows for batch in found.batches) == 100


def test_an_old_frame_without_arrow_is_read_by_column():
    class Old:
        columns = ("a", "b")

        def to_dict(self, orient):
            assert orient == "list"
            return {"a": ["x", None], "b": [1, 2.5]}

    assert table_of(Old()).rows() == [("x", 1.0), (None, 2.5)]


@pytest.mark.parametrize("frame", [[1, 2], "text", pl.DataFrame(), pl.DataFrame({"a": []}), pl.DataFrame({"a": [[1]]})])
def test_what_is_no_table_is_refused(frame):
    with pytest.raises(JamlikError) as caught:
        table_of(frame)
    assert caught.value.kind is ErrorKind.USAGE
