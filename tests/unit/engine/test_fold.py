"""Every engine gives the same base cells; roll-ups agree with folding at the coarser grouping."""

from __future__ import annotations

from itertools import combinations
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jamlik.engine import BaseCells, FoldPlan, fold_batches, fold_parquet, plan_steps, rolled_up
from jamlik.engine.backends import duckdb as duckdb_backend
from jamlik.engine.backends import reference
from jamlik.engine.steps import Column

ROWS = st.lists(
    st.tuples(
        st.sampled_from(["2023", "2024"]),
        st.sampled_from(["K", "M", None]),
        st.sampled_from(["Norr", 'S"öder', "Åsen; drop table x"]),
        st.sampled_from([0.0, 1.0, None]),
        st.one_of(st.none(), st.integers(-2000, 2000).map(lambda n: n / 8)),
        st.integers(1, 40).map(lambda n: n / 8),
    ),
    min_size=1,
    max_size=60,
)
NAMES = ("period", "sex", "area", "local:passed", 'local:"points"', "weight")


def _table(rows: list[tuple[object, ...]]) -> pa.Table:
    kinds = (pa.string(), pa.string(), pa.string(), pa.float64(), pa.float64(), pa.float64())
    columns = [pa.array([row[i] for row in rows], type=kind) for i, kind in enumerate(kinds)]
    return pa.table(columns, names=list(NAMES))


def _as_dict(cells: BaseCells) -> dict[tuple[str, ...], tuple[float, ...]]:
    found = {}
    for i, place in enumerate(cells.index):
        key = tuple(codes[p] for codes, p in zip(cells.codes, place, strict=True))
        sums = [cells.sums[part][i] for part in sorted(cells.sums)]
        found[key] = (float(cells.rows_n[i]), *(float(x) for x in np.concatenate(sums)))
    return found


@pytest.mark.parametrize("weight", ["", "weight"])
@given(rows=ROWS, cut=st.integers(0, 60))
@settings(max_examples=25, deadline=None)
def test_fold_duckdb_and_reference_agree(weight: str, rows: list[tuple[object, ...]], cut: int) -> None:
    table = _table(rows)
    plan = FoldPlan(NAMES[:3], NAMES[3:5], weight, squared=frozenset({NAMES[4]}))
    batches = [part for part in (table.slice(0, cut), table.slice(cut)) if part.num_rows]
    expected = _as_dict(reference.fold_batches(batches, plan))
    found = _as_dict(fold_batches(batches, plan))
    assert found.keys() == expected.keys()
    for key, values in expected.items():
        assert found[key] == pytest.approx(values, rel=1e-12, abs=1e-12)


@given(rows=ROWS)
@settings(max_examples=25, deadline=None)
def test_rolled_up_every_subset_equals_folding_it(rows: list[tuple[object, ...]]) -> None:
    table = _table(rows)
    cells = fold_batches([table], FoldPlan(NAMES[:3], NAMES[3:5], squared=frozenset({NAMES[4]})))
    for size in (1, 2):
        for keep in combinations(NAMES[:3], size):
            direct = reference.fold_batches([table], FoldPlan(keep, NAMES[3:5], squared=frozenset({NAMES[4]})))
            found, expected = _as_dict(rolled_up(cells, keep)), _as_dict(direct)
            assert found.keys() == expected.keys()
            assert all(found[key] == pytest.approx(values) for key, values in expected.items())
    assert rolled_up(cells, ()).rows_n.tolist() == [len(rows)]


def test_fold_parquet_equals_batches(tmp_path: Path) -> None:
    rng = np.random.default_rng(3)
    size = 5_000
    table = pa.table(
        {
            "period": rng.integers(2020, 2025, size),
            "sex": rng.choice(["K", "M"], size),
            "area": rng.integers(0, 9, size).astype("int16"),
            "yes": (rng.random(size) < 0.3).astype("int8"),
        }
    )
    pq.write_table(table, tmp_path / "rows.parquet")
    plan = FoldPlan(("period", "sex", "area"), ("yes",))
    assert _as_dict(fold_parquet(tmp_path / "rows.parquet", plan)) == _as_dict(fold_batches([table], plan))


def test_fold_no_batch_is_an_error() -> None:
    with pytest.raises(ValueError, match="no batch"):
        fold_batches([], FoldPlan(("period",), ("yes",)))


def test_connection_cannot_spill_rows() -> None:
    with duckdb_backend.connection() as db:
        row = db.execute("select current_setting('temp_directory')").fetchone()
        assert row is not None
        assert row[0] == ""


def test_column_quotes_whatever_it_is_given() -> None:
    assert Column('a"b; drop table x').quoted == '"a""b; drop table x"'


def test_plan_steps_never_divide() -> None:
    steps = plan_steps(FoldPlan(("period",), ("yes",), "weight"))
    assert all("/" not in step.sql for step in steps)
