"""The same input gives the same bytes, wherever and however often it is run."""

from __future__ import annotations

import hashlib

import pytest

from tests.acceptance.command import SIX, jamlik
from tests.acceptance.conftest import real_arguments
from tests.acceptance.made import count_lines, person_lines, written


def digests(folder):
    return {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in folder.iterdir()}


def again(words, tmp_path, *, home):
    """Run twice: other folder, other name, other hash seed, one thread and two; what differs between the two."""
    differences = []
    found = []
    for place, seed, threads in (("ett", "0", "1"), ("två/ned", "4711", "2")):
        cwd = tmp_path / place
        cwd.mkdir(parents=True)
        env = {
            "JAMLIK_HOME": str(home),
            "PYTHONHASHSEED": seed,
            "POLARS_MAX_THREADS": threads,
            "OMP_NUM_THREADS": threads,
            "OPENBLAS_NUM_THREADS": threads,
            "TZ": "Asia/Tokyo" if threads == "2" else "UTC",
            "LC_ALL": "C.UTF-8" if threads == "2" else "C",
        }
        out = cwd / f"rapport-{threads}"
        run = jamlik("analyse", *words, "--out", out.relative_to(cwd), scratch=tmp_path, cwd=cwd, env=env)
        assert run.code == 0, run.err
        found.append((digests(out), run.out))
    assert sorted(found[0][0]) == sorted(SIX)
    differences = [name for name in SIX if found[0][0][name] != found[1][0][name]]
    if found[0][1] != found[1][1]:
        differences.append("stdout")
    return differences


@pytest.mark.slow
def test_counts_analysed_twice_give_the_same_bytes(tmp_path):
    file = written(tmp_path / "fil.csv", count_lines(areas=6))
    assert again([file], tmp_path, home=tmp_path / "home") == []


@pytest.mark.slow
def test_person_rows_analysed_twice_give_the_same_bytes(tmp_path):
    file = written(tmp_path / "fil.csv", person_lines(30_000, values=("Norr", "Söder", "Väst", "Öst")))
    assert again([file], tmp_path, home=tmp_path / "home") == []


@pytest.mark.prove
@pytest.mark.parametrize("name", ["areas", "school", "kolada", "election"])
def test_real_file_analysed_twice_gives_the_same_bytes(data, tmp_path, name):
    assert again(real_arguments(data)[name], tmp_path, home=tmp_path / "home") == []


@pytest.mark.slow
def test_another_key_changes_the_input_hash_and_nothing_else(tmp_path):
    file = written(tmp_path / "fil.csv", count_lines())
    runs = []
    for key in ("ett", "två"):
        out = tmp_path / key
        run = jamlik("analyse", file, "--out", out, scratch=tmp_path, env={"JAMLIK_INPUT_KEY": key})
        assert run.code == 0, run.err
        runs.append(digests(out))
    assert [name for name in SIX if runs[0][name] != runs[1][name]] in (["run.json"], ["report.html", "run.json"])
