"""Speed and memory, as ratios within one run: the engine beside a bare DuckDB `GROUP BY CUBE` of the same columns.

    make bench            1 and 10 million person rows
    make bench ROWS=1,10,100

For each size and kind of key (codes as small integers, or text) a Parquet file of invented people is made: period, sex,
age and area, three outcomes. Both sides read the same file in a process of their own, five times; the median counts.
The engine gives all 16 roll-ups of the 4 keys with counts and sums of the 3 outcomes; so does the cube.

Then tables of invented people by area, age and sex are protected and attacked, in one thread and counted as time on the
processor, beside GaussSuppression's times (no attack).
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from itertools import combinations
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from jamlik import stats
from jamlik.engine import FoldPlan, fold_parquet, rolled_up
from jamlik.privacy.crossed import Crossed, axis_of
from jamlik.privacy.publish import publishable

KEYS = ("period", "sex", "age", "area")
OUTCOMES = ("yes_1", "yes_2", "yes_3")
SIZES = (10, 2, 19, 60)
RUNS = 5
BLOCK = 1_000_000
BUDGET = 1.3
TABLES = ((30, 2.0, 2.0), (164, 20.0, 85.0))  # areas, seconds allowed, seconds that GaussSuppression takes


def _five_measures() -> None:
    rng = np.random.default_rng(1)
    people = rng.integers(100, 5000, (1000, 10))
    count = rng.binomial(people, rng.uniform(0.05, 0.6, people.shape))
    se = stats.standard_error_of_proportion(count=count, total=people)
    groups = {"value": count / people, "population": people, "se": se}
    ends = {"count": count[:, -1], "total": people[:, -1], "count_reference": count[:, 0]}
    stats.proportion_difference(**ends, total_reference=people[:, 0])
    stats.slope_index(**groups, form="logit")  # the relative index comes with it
    stats.concentration_index(**groups)
    stats.entropy_index(**groups)


def _standardised() -> None:
    rng = np.random.default_rng(2)
    exposure = rng.integers(10, 2000, (5263, 19))
    stats.standardised_rate(count=rng.poisson(exposure * 0.01), exposure=exposure, weight=rng.uniform(1, 10, 19))


def _slopes() -> None:
    rng = np.random.default_rng(3)
    groups = {"value": rng.uniform(0.1, 0.5, (20, 10)), "population": rng.integers(100, 900, (20, 10)), "se": 0.02}
    stats.slope_index(**groups, form="logit")


MEASURES: tuple[tuple[str, Callable[[], None], float], ...] = (
    ("difference, sii, rii, rci and Theil with intervals, 1,000 settings × 10 groups", _five_measures, 0.3),
    ("directly standardised rates, 5,263 groups × 19 ages", _standardised, 0.05),
    ("slope and relative index, 20 settings: intervals in closed form, no draws", _slopes, 0.5),
)


def measures_in_time() -> bool:
    """Time the measures, print a line for each, and say whether all keep their time."""
    held = True
    for name, job, most in MEASURES:
        seconds = []
        for _ in range(RUNS):
            start = time.perf_counter()
            job()
            seconds.append(time.perf_counter() - start)
        took = statistics.median(seconds)
        held &= took <= most
        print(f"{name}: {took:.3f} s  ({'within' if took <= most else 'OVER'} {most} s)", flush=True)
    return held


def made_file(path: Path, *, millions: int, text: bool) -> None:
    """Write a Parquet file of invented people, block by block."""
    rng = np.random.default_rng(20)
    writer = None
    for _ in range(millions):
        columns = {}
        for name, size in zip(KEYS, SIZES, strict=True):
            codes = rng.integers(0, size, BLOCK)
            if text:
                labels = pa.array([f"{name}-{code:03}" for code in range(size)])
                columns[name] = pa.DictionaryArray.from_arrays(pa.array(codes.astype("int32")), labels).cast(
                    pa.string()
                )
            else:
                columns[name] = pa.array(codes.astype("int16"))
        for i, name in enumerate(OUTCOMES):
            columns[name] = pa.array((rng.random(BLOCK) < 0.1 * (i + 1)).astype("int8"))
        table = pa.table(columns)
        writer = writer or pq.ParquetWriter(path, table.schema)
        writer.write_table(table)
    if writer is not None:
        writer.close()


def ours(path: Path) -> int:
    """All 16 roll-ups by the engine; the number of cells."""
    cells = fold_parquet(path, FoldPlan(KEYS, OUTCOMES))
    keeps = [keep for size in range(len(KEYS) + 1) for keep in combinations(KEYS, size)]
    return sum(len(rolled_up(cells, keep).rows_n) for keep in keeps)


def cube(path: Path) -> int:
    """The same by a bare cube; the number of cells."""
    sums = ", ".join(f"count({name}), sum({name})" for name in OUTCOMES)
    with duckdb.connect(":memory:", config={"temp_directory": ""}) as db:
        found = db.sql(
            f"select {', '.join(KEYS)}, count(*), {sums} from read_parquet(?) group by cube ({', '.join(KEYS)})",
            params=[str(path)],
        )
        return int(found.to_arrow_table().num_rows)


def measured(path: Path, which: str) -> None:
    """Run one side five times in this process and print seconds, peak memory and cells as JSON."""
    job = {"ours": ours, "cube": cube}[which]
    seconds, cells = [], 0
    for _ in range(RUNS):
        start = time.perf_counter()
        cells = job(path)
        seconds.append(time.perf_counter() - start)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"seconds": statistics.median(seconds), "peak_mb": peak, "cells": cells}))


def in_own_process(path: Path, which: str) -> dict[str, float]:
    """Measure one side in a new process, so that its peak memory is its own."""
    done = subprocess.run(
        [sys.executable, __file__, "--measure", which, "--file", str(path)], check=True, capture_output=True, text=True
    )
    return dict(json.loads(done.stdout))


def compared(millions: int, *, text: bool, folder: Path) -> bool:
    """Compare both sides at one size, print a line, and say whether the budget holds."""
    path = folder / f"people-{millions}-{text}.parquet"
    made_file(path, millions=millions, text=text)
    own, other = in_own_process(path, "ours"), in_own_process(path, "cube")
    path.unlink()
    assert own["cells"] == other["cells"], "both sides must give the same number of cells"
    ratio = own["seconds"] / other["seconds"]
    rate = millions * 1e6 / own["seconds"]
    print(
        f"{millions:>4} M rows  {'text' if text else 'codes':<6}"
        f"  jamlik {own['seconds']:7.3f} s  {rate / 1e6:6.1f} M rows/s  {own['peak_mb']:6.0f} MB"
        f"   cube {other['seconds']:7.3f} s  {other['peak_mb']:6.0f} MB   ratio {ratio:5.2f}"
        f"  ({'within' if ratio <= BUDGET else 'OVER'} {BUDGET})",
        flush=True,
    )
    return ratio <= BUDGET


def protected(areas: int, *, budget: float, gauss: float) -> bool:
    """Protect and attack one table, print a line, and say whether the budget holds."""
    rng = np.random.default_rng(1)
    codes = ([f"a{area:03}" for area in range(areas)], [f"{age:02}" for age in range(18)], ["K", "M"])
    inner: dict[tuple[str, ...], float] = {
        (a, g, s): float(rng.poisson(rng.gamma(1.0, 11.0))) for a in codes[0] for g in codes[1] for s in codes[2]
    }
    start = time.process_time()
    crossed = Crossed(tuple(axis_of(name, code, {}) for name, code in zip(("area", "age", "sex"), codes, strict=True)))
    number = crossed.summed(inner)
    sensitive = (number > 0) & (number < 5)
    done = publishable(crossed, number, sensitive=sensitive, minimum_count=5, width=4)
    seconds = time.process_time() - start
    print(
        f"{crossed.size:>6} cells  protected and attacked {seconds:6.2f} s  {done.hidden_n} hidden,"
        f" {done.sensitive_n} small   GaussSuppression {gauss:.0f} s, no attack"
        f"  ({'within' if seconds <= budget else 'OVER'} {budget:.0f} s)",
        flush=True,
    )
    return seconds <= budget


def main() -> None:
    """Compare at every size asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", default=os.environ.get("ROWS", "1,10"), help="millions of rows, comma between")
    parser.add_argument("--measure", choices=("ours", "cube"))
    parser.add_argument("--file", type=Path)
    given = parser.parse_args()
    if given.measure:
        measured(given.file, given.measure)
        return
    held_times = measures_in_time()
    print(f"All 16 roll-ups of {len(KEYS)} keys × {len(OUTCOMES)} outcomes, same file, median of {RUNS} runs")
    with tempfile.TemporaryDirectory() as folder:
        held = [
            compared(int(millions), text=text, folder=Path(folder))
            for millions in given.rows.split(",")
            for text in (False, True)
        ]
    held += [protected(areas, budget=budget, gauss=gauss) for areas, budget, gauss in TABLES]
    sys.exit(0 if all(held) and held_times else 1)


if __name__ == "__main__":
    main()
