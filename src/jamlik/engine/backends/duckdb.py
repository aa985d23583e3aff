"""DuckDB: folds person rows into base cells in memory, never spilling a row to disk."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from jamlik.engine.base_cells import UNKNOWN, BaseCells, FoldPlan
from jamlik.engine.steps import Column, Step, base_cells_step, merged_cells_step

__all__ = ["connection", "fold_batches", "fold_parquet", "plan_steps"]

_COMPACT_ROWS = 2_000_000


def connection(*, ordered: bool = False) -> duckdb.DuckDBPyConnection:
    """Open an in-memory database that cannot write a person row anywhere.

    `temp_directory` empty means running out of memory is an error, not a plain-text file; extensions are neither
    installed nor loaded.
    """
    options: dict[str, str | bool | int | float | list[str]] = {
        "temp_directory": "",
        "memory_limit": "4GB",
        "autoinstall_known_extensions": "false",
        "autoload_known_extensions": "false",
    }
    if ordered:
        options["threads"] = "1"
    return duckdb.connect(":memory:", config=options)


def _columns(plan: FoldPlan) -> tuple[tuple[Column, ...], tuple[Column, ...], Column | None]:
    keys = tuple(Column(key) for key in plan.keys)
    outcomes = tuple(Column(outcome) for outcome in plan.outcomes)
    return keys, outcomes, Column(plan.weight) if plan.weight else None


def plan_steps(plan: FoldPlan, *, source: str = '"jl_rows"') -> tuple[Step, ...]:
    """Return the SQL of a plan, in order, as `jamlik explain` prints it."""
    keys, outcomes, weight = _columns(plan)
    measures = (Column("jl_rows_n"), *(Column(f"{o}|{part}") for o in plan.outcomes for part in plan.parts_of(o)))
    return (
        base_cells_step(source=source, keys=keys, outcomes=outcomes, weight=weight, squared=plan.squared),
        merged_cells_step(keys=keys, measures=measures),
    )


def fold_batches(batches: Iterable[pa.Table], plan: FoldPlan) -> BaseCells:
    """Fold batches of person rows into base cells; a batch is forgotten as soon as it is folded.

    Parameters
    ----------
    batches : iterable of pyarrow.Table
        Each with the plan's key columns (string), outcome columns (float64, null = no answer) and weight.

    Raises
    ------
    ValueError
        When there is no batch at all.
    """
    fold, merge = plan_steps(plan)
    with connection(ordered=bool(plan.squared or plan.weight)) as db:
        waiting = 0
        started = False
        for batch in batches:
            db.register("jl_rows", batch)
            verb = "insert into jl_base_cells" if started else "create table jl_base_cells as"
            db.execute(f"{verb} {fold.sql}")
            db.unregister("jl_rows")
            started = True
            waiting += batch.num_rows
            if waiting > _COMPACT_ROWS:
                db.execute(f"create or replace table jl_base_cells as {merge.sql}")
                waiting = 0
        if not started:
            raise ValueError("there is no batch to fold")
        return _as_cells(db.sql(merge.sql).to_arrow_table(), plan)


def fold_parquet(path: Path, plan: FoldPlan) -> BaseCells:
    """Fold a Parquet file of coded person rows: one scan, whatever the number of roll-ups."""
    fold, _ = plan_steps(plan, source="read_parquet(?)")
    with connection(ordered=bool(plan.squared or plan.weight)) as db:
        return _as_cells(db.sql(fold.sql, params=[str(path)]).to_arrow_table(), plan)


def _coded(column: pa.ChunkedArray) -> tuple[tuple[str, ...], NDArray[np.int32]]:
    """Codes of a key column, sorted as text, and each row's place among them."""
    array = pc.fill_null(pc.cast(column, pa.string()), UNKNOWN).combine_chunks().dictionary_encode()
    codes = np.array(array.dictionary.to_pylist(), dtype=str)
    order = np.argsort(codes)
    place = np.empty(len(codes), dtype=np.int32)
    place[order] = np.arange(len(codes), dtype=np.int32)
    return tuple(str(code) for code in codes[order]), place[np.asarray(array.indices)]


def _sums(table: pa.Table, plan: FoldPlan, part: str) -> NDArray[np.float64]:
    columns = []
    for outcome in plan.outcomes:
        kept = part if part in plan.parts_of(outcome) else "total"
        columns.append(np.asarray(pc.cast(table[f"{outcome}|{kept}"], pa.float64(), safe=False)))
    return np.stack(columns, axis=1) if columns else np.zeros((table.num_rows, 0))


def _as_cells(table: pa.Table, plan: FoldPlan) -> BaseCells:
    coded = [_coded(table[key]) for key in plan.keys]
    return BaseCells(
        keys=plan.keys,
        codes=tuple(codes for codes, _ in coded),
        index=np.stack([index for _, index in coded], axis=1),
        rows_n=np.asarray(pc.cast(table["jl_rows_n"], pa.int64(), safe=False)),
        outcomes=plan.outcomes,
        sums={part: _sums(table, plan, part) for part in plan.parts},
    )
