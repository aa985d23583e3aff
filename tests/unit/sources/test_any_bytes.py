"""Whatever the bytes are, the answer is a result or an error a person can read."""

from __future__ import annotations

import gzip
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given
from hypothesis import strategies as st

from jamlik.model.dataset import RowKind
from jamlik.model.errors import JamlikError
from jamlik.sources.inspect import inspect_file
from jamlik.sources.read import read_cells, read_persons
from jamlik.sources.toml import dataset_toml_text, parsed_dataset

CELLS = st.sampled_from(
    '|..|-|~100|<5|12|1,5|-3|1 234|2024|2023/24|K|Män|T|0126|Norr|ja|nej|"|""|;|\r|å|0-5 år|N15428|1e999|nan|\ufeff'
    "|a\nb|Huddinge|   ".split("|")
)
HEADS = st.sampled_from(
    "|Kön|År|Kommun|Kommunkod|Antal|Andel (%)|Ålder|id|matt|varde|2023|2024|vikt|Flickor|Pojkar|antal_n|befolkning_n"
    "|Utbildning|nöjd|kpi|municipality|period|gender".split("|")
)
tables = st.integers(1, 6).flatmap(
    lambda width: st.tuples(
        st.lists(HEADS, min_size=width, max_size=width),
        st.lists(st.lists(CELLS, min_size=width, max_size=width), max_size=12),
    )
)


def read(path):
    found = inspect_file(path)
    assert parsed_dataset(dataset_toml_text(found.dataset, evidence=found.evidence("sv"))) == found.dataset
    if found.rows is RowKind.PERSONS:
        return sum(batch.num_rows for batch in read_persons(found.dataset, path=path).batches)
    return len(read_cells(found.dataset, path=path).cells)


def answer(data):
    """Return how much was read, or the error."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "fil.csv"
        path.write_bytes(data)
        try:
            return read(path)
        except JamlikError as error:
            return error


def is_an_answer(found):
    return (
        found > 0
        if isinstance(found, int)
        else bool(found.what and ("fil.csv" in str(found.where) or found.where.column))
    )


@given(st.binary(max_size=400))
def test_any_bytes_give_an_answer(data):
    assert is_an_answer(answer(data))


@given(st.binary(max_size=200), st.integers(0, 300))
def test_any_damaged_gzip_gives_an_answer(data, cut):
    assert is_an_answer(answer(gzip.compress(data)[:cut]))


@given(tables, st.sampled_from([";", ",", "\t"]), st.sampled_from(["utf-8", "utf-16", "cp1252"]))
def test_any_table_gives_an_answer(table, delimiter, encoding):
    head, rows = table
    text = "\n".join(delimiter.join(cells) for cells in [head, *rows])
    assert is_an_answer(answer(text.encode(encoding, "replace")))
