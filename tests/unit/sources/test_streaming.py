"""A file far larger than the memory it may use."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

ROWS = 400_000
LIMIT_MB = 450
SCRIPT = """
import json, resource, sys
from pathlib import Path
from jamlik.sources.inspect import inspect_file
from jamlik.sources.read import read_persons
path = Path(sys.argv[1])
found = inspect_file(path)
stream = read_persons(found.dataset, path=path)
rows = sum(batch.num_rows for batch in stream.batches)
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
print(json.dumps({"rows": rows, "peak_mb": peak, "kind": found.rows.value, "sampled": found.sampled}))
"""


def large_file(path, megabytes):
    rows = "".join(
        f"{2019 + n % 6};{'Flicka' if n % 2 else 'Pojke'};{6 + n % 14};E0{n % 8};{'Ja' if n % 3 else '..'};"
        f"{100 + n % 240},{n % 10};text {n}\n"
        for n in range(ROWS)
    ).encode()
    times = max(1, (megabytes << 20) // len(rows))
    with path.open("wb") as file:
        file.write("År;Kön;Ålder;Kommundel;Behörig;Meritvärde;Anteckning\n".encode())
        for _ in range(times):
            file.write(rows)
    return ROWS * times


def measured(path):
    environment = os.environ | {"JAMLIK_INPUT_KEY": "test", "PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, str(path)], env=environment, capture_output=True, text=True, check=True
    )
    return json.loads(done.stdout)


@pytest.mark.prove
def test_two_gigabytes_of_persons_need_bounded_memory(tmp_path):
    path = tmp_path / "stor.csv"
    rows = large_file(path, 2048)
    found = measured(path)
    assert found["rows"] == rows
    assert found["kind"] == "persons"
    assert found["peak_mb"] < LIMIT_MB


@pytest.mark.slow
def test_memory_does_not_grow_with_the_file(tmp_path):
    peaks = []
    for megabytes in (60, 180):
        path = tmp_path / f"{megabytes}.csv"
        large_file(path, megabytes)
        found = measured(path)
        assert found["sampled"]
        peaks.append(found["peak_mb"])
    assert peaks[1] < peaks[0] + 60
